# Compile through ccache where it is installed. Paths count from the sources, so that the copy of them that a wheel is
# built from finds what the checkout has compiled, in a build directory of the same name.
find_program(EGOV_CCACHE ccache)
mark_as_advanced(EGOV_CCACHE)
if(EGOV_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${EGOV_CCACHE}")
  if(NOT DEFINED ENV{CCACHE_BASEDIR})
    list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}")
  endif()
endif()
