# Compile through ccache where it is installed.
find_program(EGOV_CCACHE ccache)
mark_as_advanced(EGOV_CCACHE)
if(EGOV_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${EGOV_CCACHE}")
endif()
