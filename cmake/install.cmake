# `cmake --install`: headers, both libraries, gofer.pc, and the package that find_package(gofer) reads.
include(CMakePackageConfigHelpers)

set_target_properties(gofer_shared PROPERTIES EXPORT_NAME shared)
install(
  TARGETS gofer gofer_shared
  EXPORT goferTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(
  DIRECTORY ${CMAKE_SOURCE_DIR}/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING
  PATTERN "*.h")

# Programs carry it; this copy is for `source`, and the second one for gdb's own directory of what it trusts.
install(FILES ${GOFER_GDB_SCRIPT} DESTINATION ${CMAKE_INSTALL_DATADIR}/gofer)
install(
  FILES ${GOFER_GDB_SCRIPT}
  DESTINATION ${CMAKE_INSTALL_DATADIR}/gdb/auto-load/${CMAKE_INSTALL_FULL_LIBDIR}
  RENAME libgofer.so.${PROJECT_VERSION}-gdb.py)

set(GOFER_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/gofer)
install(
  EXPORT goferTargets
  NAMESPACE gofer::
  DESTINATION ${GOFER_CMAKE_DIR})
configure_package_config_file(cmake/goferConfig.cmake.in ${CMAKE_BINARY_DIR}/goferConfig.cmake
                              INSTALL_DESTINATION ${GOFER_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/goferConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/goferConfig.cmake ${CMAKE_BINARY_DIR}/goferConfigVersion.cmake
        DESTINATION ${GOFER_CMAKE_DIR})

# One file serves both compilers: each gets both spellings, and clang is told not to mind gcc's.
# The prefix is found from the file's own place, so an installed tree may be moved.
list(JOIN GOFER_USER_ERRORS " " GOFER_PC_ERRORS)
list(JOIN GOFER_USER_ERRORS_gcc " " GOFER_PC_ERRORS_GCC)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY
           ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE GOFER_PC_UP)
configure_file(cmake/gofer.pc.in ${CMAKE_BINARY_DIR}/gofer.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/gofer.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
