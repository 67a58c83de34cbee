# Looks for everything that must be on the machine, and stops with one message that names all that is not.
# No language is enabled yet, so that a missing compiler is in the same list.

# Stops. `missing`: list of sentences; the others: package names by system, space-separated.
function(egov_stop missing apt dnf brew conda)
  list(REMOVE_ITEM missing "")
  string(REPLACE ";" "\n    - " missing "${missing}")
  message(FATAL_ERROR "\n  egov-index cannot be built here yet. Missing or too old:\n    - ${missing}\n"
    "  Install what is missing, then run the same command again:\n"
    "    Debian, Ubuntu:  apt-get install ${apt}\n"
    "    Fedora:          dnf install ${dnf}\n"
    "    Homebrew:        brew install ${brew}\n"
    "    conda:           conda install -c conda-forge ${conda}\n"
    "  Needed: a C++17 compiler (g++ >= 9, clang++ >= 10), Eigen >= 3.4, Boost headers >= 1.71, Ceres >= 2.1.\n"
    "  apt-get and dnf need administrator rights: put sudo in front, or ask whoever has them.\n")
endfunction()

# Notes that something is missing, with the packages that bring it.
function(egov_miss sentence apt dnf brew conda)
  set(EGOV_MISSING "${EGOV_MISSING};${sentence}" PARENT_SCOPE)
  foreach(system IN ITEMS apt dnf brew conda)
    string(STRIP "${EGOV_NEED_${system}} ${${system}}" names)
    set(EGOV_NEED_${system} "${names}" PARENT_SCOPE)
  endforeach()
endfunction()

# Reads "#define NAME VALUE" from a header.
function(egov_define file name result)
  set(value "")
  if(EXISTS "${file}")
    file(STRINGS "${file}" line REGEX "^[ \t]*#[ \t]*define[ \t]+${name}[ \t]" LIMIT_COUNT 1)
    string(REGEX REPLACE "^[ \t]*#[ \t]*define[ \t]+${name}[ \t]+\"?([0-9_]+).*" "\\1" value "${line}")
  endif()
  set(${result} "${value}" PARENT_SCOPE)
endfunction()

# Notes a library that was not found (its include directory) or is too old.
macro(egov_check name include version least apt dnf brew conda)
  if(NOT ${include})
    egov_miss("${name} >= ${least}: not found" "${apt}" "${dnf}" "${brew}" "${conda}")
  elseif("${version}" VERSION_LESS "${least}")
    egov_miss("${name} >= ${least}: found ${version} in ${${include}}" "${apt}" "${dnf}" "${brew}" "${conda}")
  endif()
endmacro()

if(DEFINED ENV{CONDA_PREFIX})
  list(APPEND CMAKE_PREFIX_PATH "$ENV{CONDA_PREFIX}")
endif()

# A compiler that really compiles C++17.
find_program(EGOV_CXX NAMES ${CMAKE_CXX_COMPILER} $ENV{CXX} c++ g++ clang++)
if(NOT EGOV_CXX)
  egov_miss("a C++17 compiler: none found" g++ gcc-c++ gcc cxx-compiler)
else()
  file(WRITE "${PROJECT_BINARY_DIR}/probe.cpp" "#include <charconv>\n#include <optional>\nstd::optional<int> x;\n")
  execute_process(COMMAND "${EGOV_CXX}" -std=c++17 -fsyntax-only "${PROJECT_BINARY_DIR}/probe.cpp"
    RESULT_VARIABLE _failed OUTPUT_QUIET ERROR_QUIET)
  if(_failed)
    egov_miss("a C++17 compiler: ${EGOV_CXX} does not compile C++17" g++ gcc-c++ gcc cxx-compiler)
  endif()
endif()

# The headers of the Python that will import the module.
if(EGOV_PYTHON)
  find_package(Python 3.11 COMPONENTS Interpreter)
  if(NOT Python_Interpreter_FOUND)
    egov_miss("Python >= 3.11: none found" python3 python3 python "\"python>=3.11\"")
  else()
    execute_process(COMMAND "${Python_EXECUTABLE}" -c "import sysconfig; print(sysconfig.get_path('include'), end='')"
      OUTPUT_VARIABLE EGOV_PYTHON_INCLUDE)
    if(NOT EXISTS "${EGOV_PYTHON_INCLUDE}/Python.h")
      egov_miss("Python.h, the headers of Python ${Python_VERSION}: not in ${EGOV_PYTHON_INCLUDE}"
        python3-dev python3-devel python python)
    endif()
  endif()
endif()

# Libraries. CMake 4 has no module that finds Boost, so all are found by a header and read for their version.
find_path(EGOV_EIGEN_INCLUDE NAMES Eigen/Core PATH_SUFFIXES eigen3)
egov_define("${EGOV_EIGEN_INCLUDE}/Eigen/Version" EIGEN_MAJOR_VERSION _version)
if(_version STREQUAL "")
  foreach(_part IN ITEMS WORLD MAJOR MINOR)
    egov_define("${EGOV_EIGEN_INCLUDE}/Eigen/src/Core/util/Macros.h" EIGEN_${_part}_VERSION _${_part})
  endforeach()
  set(_version "${_WORLD}.${_MAJOR}.${_MINOR}")
endif()
egov_check("Eigen" EGOV_EIGEN_INCLUDE "${_version}" 3.4 libeigen3-dev eigen3-devel eigen "\"eigen>=3.4\"")

find_path(EGOV_BOOST_INCLUDE NAMES boost/version.hpp)
egov_define("${EGOV_BOOST_INCLUDE}/boost/version.hpp" BOOST_LIB_VERSION _version)
string(REPLACE "_" "." _version "${_version}")
egov_check("Boost headers" EGOV_BOOST_INCLUDE "${_version}" 1.71 libboost-dev boost-devel boost "\"libboost-headers>=1.71\"")

find_path(EGOV_CERES_INCLUDE NAMES ceres/ceres.h)
egov_define("${EGOV_CERES_INCLUDE}/ceres/version.h" CERES_VERSION_MAJOR _MAJOR)
egov_define("${EGOV_CERES_INCLUDE}/ceres/version.h" CERES_VERSION_MINOR _MINOR)
egov_check("Ceres Solver" EGOV_CERES_INCLUDE "${_MAJOR}.${_MINOR}" 2.1
  libceres-dev ceres-solver-devel ceres-solver "\"ceres-solver>=2.1\"")

if(EGOV_TESTS)
  find_path(EGOV_DOCTEST_INCLUDE NAMES doctest/doctest.h)
  if(NOT EGOV_DOCTEST_INCLUDE)
    egov_miss("doctest, for the C++ tests: not found" doctest-dev doctest-devel doctest doctest)
  endif()
endif()

if(EGOV_MISSING)
  egov_stop("${EGOV_MISSING}" "${EGOV_NEED_apt}" "${EGOV_NEED_dnf}" "${EGOV_NEED_brew}" "${EGOV_NEED_conda}")
endif()
