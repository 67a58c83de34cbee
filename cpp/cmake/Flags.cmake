# egov_flags: how every file of this project is compiled, the same for core, bindings and tests.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON) # those of Clang hold the time, so ccache would never find them again
endif()

add_library(egov_flags INTERFACE)
# No contraction to fused multiply-add: the same draw gives the same score on every processor.
target_compile_options(egov_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -ffp-contract=off)

if(EGOV_WERROR)
  target_compile_options(egov_flags INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These look through inlined Eigen code at -O3 and are often wrong there: shown, but no error.
    target_compile_options(egov_flags INTERFACE -Wno-error=maybe-uninitialized -Wno-error=array-bounds
      -Wno-error=stringop-overflow -Wno-error=stringop-overread)
  endif()
endif()

if(EGOV_SANITIZE)
  # Function clones are resolved before the address sanitizer is ready, hence EGOV_NO_CLONES.
  target_compile_definitions(egov_flags INTERFACE EGOV_NO_CLONES _GLIBCXX_ASSERTIONS)
  target_compile_options(egov_flags INTERFACE -g1 -Og -fno-omit-frame-pointer
    -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(egov_flags INTERFACE -fsanitize=address,undefined)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The compiler frees its memory less often: a tenth less time. Of the code it makes nothing changes.
    target_compile_options(egov_flags INTERFACE "SHELL:--param ggc-min-expand=200"
      "SHELL:--param ggc-min-heapsize=1000000")
  endif()
endif()
