# The targets to link with. Requirements.cmake has already made sure that they are there.
find_package(Threads REQUIRED)

find_package(Ceres 2.1 CONFIG QUIET)
if(NOT TARGET Ceres::ceres)
  set(EGOV_MISSING "Ceres Solver >= 2.1: headers in ${EGOV_CERES_INCLUDE}, but no usable CMake package of it"
    "(${Ceres_NOT_FOUND_MESSAGE})")
  egov_stop("${EGOV_MISSING}" libceres-dev ceres-solver-devel ceres-solver "\"ceres-solver>=2.1\"")
endif()

# Ceres brings its Eigen with it: two versions in one program would break it.
if(NOT TARGET Eigen3::Eigen)
  add_library(Eigen3::Eigen INTERFACE IMPORTED)
  target_include_directories(Eigen3::Eigen INTERFACE "${EGOV_EIGEN_INCLUDE}")
endif()

# Headers alone are used, and CMake 4 has no module for Boost.
add_library(egov_boost INTERFACE)
target_include_directories(egov_boost SYSTEM INTERFACE "${EGOV_BOOST_INCLUDE}")

if(EGOV_PYTHON)
  find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
  set(PYBIND11_FINDPYTHON ON)
  if(NOT pybind11_DIR)
    execute_process(COMMAND "${Python_EXECUTABLE}" -m pybind11 --cmakedir
      OUTPUT_VARIABLE _dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND CMAKE_PREFIX_PATH "${_dir}")
  endif()
  find_package(pybind11 3 CONFIG REQUIRED)
endif()
