# How this project's targets are made: one library per folder, tests beside the code.
option(TALLY_FUZZ "Build the fuzz targets" OFF)
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
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
                    -fno-omit-frame-pointer -ffp-contract=off
                    # libstdc++ 12 deprecates what its own std::stable_sort uses.
                    -Wno-deprecated-declarations)
add_link_options(-fuse-ld=lld-19)
if(TALLY_SANITIZE)
  add_compile_options(-fsanitize=${TALLY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TALLY_SANITIZE})
endif()
if(TALLY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# tally_library(NAME SOURCES a.cpp b.cpp DEPENDS tally_base …): target tally_NAME; includes start
# at src/.
function(tally_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(tally_${name} STATIC ${ARG_SOURCES})
  target_include_directories(tally_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(tally_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
endfunction()

# tally_test(NAME SOURCES a_test.cpp DEPENDS tally_x [LABELS real] [TIMEOUT s]): one program, one
# ctest entry. TALLY_SOURCE_DIR tells a test where the checkout is; real input lies in
# ../shared/data, if it is there. How many tests of a program were skipped, tools/count_tests says.
function(tally_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LABELS;NEEDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE TALLY_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             TALLY_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  # What OpenVINO leaks once is suppressed; programs under test must not list that on stderr.
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "LSAN_OPTIONS=print_suppressions=0")
  if(ARG_NEEDS)
    add_dependencies(${name} ${ARG_NEEDS})
  endif()
endfunction()
