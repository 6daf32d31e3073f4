# libgofer, static (the default for users) and shared, from one set of objects each: the static one is
# position independent too, so that it can go into anybody's shared object.
file(
  GLOB
  GOFER_SOURCES
  CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/src/*.c
  ${CMAKE_SOURCE_DIR}/src/*/*.c
  ${CMAKE_SOURCE_DIR}/src/arch/${CMAKE_SYSTEM_PROCESSOR}/*.c
  ${CMAKE_SOURCE_DIR}/src/arch/${CMAKE_SYSTEM_PROCESSOR}/*.S
  ${CMAKE_SOURCE_DIR}/src/os/linux/*.c)

# The race detector's parts are in its own build only. There the library stays uninstrumented; and shared, so that the
# detector can be told to leave alone what is called from it. What must be in the program itself is an object of its own.
if(GOFER_RACE)
  add_library(gofer_race STATIC ${CMAKE_SOURCE_DIR}/src/race/options.c ${CMAKE_SOURCE_DIR}/src/race/program.c
                                ${CMAKE_SOURCE_DIR}/src/race/program_code.c)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/race/options.c PROPERTIES COMPILE_OPTIONS -fno-builtin)
  target_include_directories(gofer_race PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(gofer_race PRIVATE gofer_options)
  set_target_properties(gofer_race PROPERTIES POSITION_INDEPENDENT_CODE ON)
  list(FILTER GOFER_SOURCES EXCLUDE REGEX "/src/race/")
else()
  list(FILTER GOFER_SOURCES EXCLUDE REGEX "/race\\.c$|/src/race/")
endif()

add_library(gofer_objects OBJECT ${GOFER_SOURCES})
target_include_directories(gofer_objects PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
target_link_libraries(gofer_objects PRIVATE gofer_options)
target_compile_definitions(gofer_objects PRIVATE $<$<BOOL:${GOFER_RACE}>:GF_RACE=1>)
set_target_properties(gofer_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
if(GOFER_RACE)
  # Who calls a function of libc's is known by its return address, so no call may be a jump. And the suite's own looks
  # inside go into a shared object.
  target_compile_options(gofer_objects PRIVATE -fno-optimize-sibling-calls)
  target_compile_definitions(gofer_options INTERFACE GF_HIDDEN=)
else()
  set_target_properties(gofer_objects PROPERTIES C_VISIBILITY_PRESET hidden)
endif()
# gdb's commands for goroutines, which arch/gdbscript.inc includes.
set(GOFER_GDB_SCRIPT ${CMAKE_SOURCE_DIR}/src/debug/gofer-gdb.py)
set_source_files_properties(
  ${CMAKE_SOURCE_DIR}/src/arch/${CMAKE_SYSTEM_PROCESSOR}/switch.S
  PROPERTIES OBJECT_DEPENDS ${GOFER_GDB_SCRIPT} COMPILE_DEFINITIONS GF_GDB_SCRIPT="${GOFER_GDB_SCRIPT}")
if(GOFER_LTO AND NOT CMAKE_C_COMPILER_ID MATCHES Clang)
  # The archive must serve programs linked without LTO too.
  target_compile_options(gofer_objects PRIVATE -ffat-lto-objects)
endif()

include(cmake/llhttp.cmake)
target_link_libraries(gofer_objects PRIVATE gofer_llhttp)
set(GOFER_LIBRARY_OBJECTS $<TARGET_OBJECTS:gofer_objects> $<TARGET_OBJECTS:gofer_llhttp>)

# What the network rooms stand on. One argument to the linker, so that nothing reorders it; a program that uses none of
# these rooms needs none of the libraries.
set(GOFER_LINK_LIBRARIES "-Wl,--push-state,--as-needed,-lcares,-lssl,-lcrypto,--pop-state")

# What tests/fuzz runs is instrumented for libFuzzer's guidance where there is one.
if(CMAKE_C_COMPILER_ID MATCHES Clang AND GOFER_SANITIZE MATCHES address)
  file(GLOB fuzzed ${CMAKE_SOURCE_DIR}/src/http/*.c)
  set_source_files_properties(${fuzzed} PROPERTIES COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
  target_compile_options(gofer_llhttp PRIVATE -fsanitize=fuzzer-no-link)
endif()

set(GOFER_MAP ${CMAKE_SOURCE_DIR}/cmake/gofer.map)

add_library(gofer STATIC ${GOFER_LIBRARY_OBJECTS})
add_library(gofer_shared SHARED ${GOFER_LIBRARY_OBJECTS})
set_target_properties(
  gofer_shared
  PROPERTIES OUTPUT_NAME gofer
             VERSION ${PROJECT_VERSION}
             SOVERSION ${PROJECT_VERSION_MAJOR}
             LINK_DEPENDS ${GOFER_MAP})
if(GOFER_RACE)
  target_link_options(gofer_shared PRIVATE -Wl,-Bsymbolic)
else()
  target_link_options(gofer_shared PRIVATE -Wl,--version-script=${GOFER_MAP})
endif()
if(NOT GOFER_SANITIZE AND NOT GOFER_RACE)
  # A sanitizer's runtime is linked into the program only, so its calls stay undefined here.
  target_link_options(gofer_shared PRIVATE -Wl,--no-undefined)
endif()

foreach(flavour gofer gofer_shared)
  target_include_directories(
    ${flavour} INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_options(
    ${flavour}
    INTERFACE ${GOFER_USER_GUARD}
              "$<$<COMPILE_LANG_AND_ID:C,GNU>:${GOFER_USER_ERRORS};${GOFER_USER_ERRORS_gcc}>"
              "$<$<COMPILE_LANG_AND_ID:C,Clang,AppleClang>:${GOFER_USER_ERRORS};${GOFER_USER_ERRORS_clang}>")
  target_link_libraries(${flavour} PUBLIC ${GOFER_LINK_LIBRARIES} -pthread)
endforeach()
if(GOFER_RACE)
  add_dependencies(gofer_race gofer_shared)
  # A program as -race makes it.
  add_library(gofer_race_program INTERFACE)
  target_compile_options(gofer_race_program INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_compile_definitions(gofer_race_program INTERFACE GF_RACE=1)
  target_link_libraries(gofer_race_program INTERFACE gofer_shared -Wl,--whole-archive $<TARGET_FILE:gofer_race>
                                                     -Wl,--no-whole-archive)
  target_link_options(gofer_race_program INTERFACE -fsanitize=thread)
  add_dependencies(gofer_race_program gofer_race)
endif()
add_library(gofer::gofer ALIAS gofer)
add_library(gofer::shared ALIAS gofer_shared)
