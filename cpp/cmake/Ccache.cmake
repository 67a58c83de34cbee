# Compile through ccache where it is installed. Paths count from the sources, so that the copy of them that a wheel is
# built from finds what the checkout has compiled, in a build directory of the same name.
find_program(EGOV_CCACHE ccache)
mark_as_advanced(EGOV_CCACHE)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON) # whether this launcher can cache with them is not known
elseif(EGOV_CCACHE)
  # With precompiled headers, ccache works only where it may take times and macros for granted.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros)
  if(NOT DEFINED ENV{CCACHE_BASEDIR})
    list(APPEND CMAKE_CXX_COMPILER_LAUNCHER "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}")
  endif()
  list(APPEND CMAKE_CXX_COMPILER_LAUNCHER "${EGOV_CCACHE}")
endif()
