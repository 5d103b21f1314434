# How this project's targets are made: one library per folder, tests beside the code.
option(TALLY_FUZZ "Build the fuzz targets" OFF)
option(TALLY_PCH "Compile the headers that most files include once; ccache then finds less" ON)
set(TALLY_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
  if(TALLY_PCH)  # What ccache asks for with precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
                    -fno-omit-frame-pointer -ffp-contract=off
                    # libstdc++ 12 deprecates what its own std::stable_sort uses.
                    -Wno-deprecated-declarations)
add_link_options(-fuse-ld=lld-19)
# Tests need no speed of their own: without it, they compile in a third of the time.
set(TALLY_TEST_OPTIONS -O0)
if(TALLY_SANITIZE)
  # Line tables are what a report needs, and -O1 compiles in half the time of -O2.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -gline-tables-only")
  add_compile_options(-fsanitize=${TALLY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TALLY_SANITIZE})
endif()
# With sanitizers, folders that compute little are not optimised either.
set(TALLY_COLD_FOLDERS "^src/(platform|server|device|cli)")
set(TALLY_COLD_OPTIONS -O0)
if(TALLY_FUZZ)  # Not with the tests: counting each comparison makes them three times slower.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

# tally_precompile(TARGET common|cold|test): TARGET's files start from a precompiled header.
function(tally_precompile target kind)
  if(NOT TALLY_PCH)
    return()
  endif()
  if(NOT TARGET tally_pch_${kind})
    set(headers_common "common_headers.hpp")
    set(headers_cold "common_headers.hpp")
    set(headers_test "common_test_headers.hpp")
    file(WRITE "${CMAKE_BINARY_DIR}/pch_${kind}.cpp" "")
    add_library(tally_pch_${kind} OBJECT "${CMAKE_BINARY_DIR}/pch_${kind}.cpp")
    target_link_libraries(tally_pch_${kind} PRIVATE fmt::fmt Threads::Threads)
    if(kind STREQUAL cold)
      target_compile_options(tally_pch_${kind} PRIVATE ${TALLY_COLD_OPTIONS})
    elseif(kind STREQUAL test)
      target_link_libraries(tally_pch_${kind} PRIVATE GTest::gmock)
      target_compile_options(tally_pch_${kind} PRIVATE ${TALLY_TEST_OPTIONS})
    endif()
    target_precompile_headers(tally_pch_${kind} PRIVATE
                              "${CMAKE_SOURCE_DIR}/cmake/${headers_${kind}}")
  endif()
  target_precompile_headers(${target} REUSE_FROM tally_pch_${kind})
endfunction()

# tally_library(NAME SOURCES a.cpp b.cpp DEPENDS tally_base …): target tally_NAME; includes start
# at src/.
function(tally_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(tally_${name} STATIC ${ARG_SOURCES})
  target_include_directories(tally_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(tally_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  if(TALLY_SANITIZE AND folder MATCHES "${TALLY_COLD_FOLDERS}")
    target_compile_options(tally_${name} PRIVATE ${TALLY_COLD_OPTIONS})
    tally_precompile(tally_${name} cold)
  else()
    tally_precompile(tally_${name} common)
  endif()
endfunction()

# tally_test(NAME SOURCES a_test.cpp DEPENDS tally_x [LABELS real] [TIMEOUT s]): one program, one
# ctest entry. TALLY_SOURCE_DIR tells a test where the checkout is; real input lies in
# ../shared/data, if it is there. OPTIMIZED: it computes for long itself. How many tests of a
# program were skipped, tools/count_tests says.
function(tally_test name)
  cmake_parse_arguments(ARG "OPTIMIZED" "TIMEOUT" "SOURCES;DEPENDS;LABELS;NEEDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  if(ARG_OPTIMIZED)
    tally_precompile(${name} common)
  else()
    target_compile_options(${name} PRIVATE ${TALLY_TEST_OPTIONS})
    tally_precompile(${name} test)
  endif()
  target_compile_definitions(${name} PRIVATE TALLY_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             TALLY_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(TALLY_SANITIZE)
    math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  # What OpenVINO leaks once is suppressed; programs under test must not list that on stderr.
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "LSAN_OPTIONS=print_suppressions=0")
  if(ARG_NEEDS)
    add_dependencies(${name} ${ARG_NEEDS})
  endif()
  if(ARG_LABELS)
    tally_labelled(${name})
  endif()
endfunction()

# tally_labelled(TARGET…): what tests labelled real, slow or house need; all of it is the target
# labelled_tests.
function(tally_labelled)
  if(NOT TARGET labelled_tests)
    add_custom_target(labelled_tests)
  endif()
  add_dependencies(labelled_tests ${ARGN})
endfunction()
