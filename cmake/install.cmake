# SPDX-License-Identifier: Apache-2.0
# cmake --install BUILD --prefix PREFIX [--component library|program]
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)

install(TARGETS sluice RUNTIME COMPONENT program)
install(TARGETS sluice_shared EXPORT sluice
    LIBRARY COMPONENT library NAMELINK_COMPONENT library)
install(DIRECTORY include/sluice TYPE INCLUDE COMPONENT library FILES_MATCHING PATTERN *.h)

# For find_package(sluice).
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sluice-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(EXPORT sluice DESTINATION ${package_dir} COMPONENT library
    NAMESPACE sluice:: FILE sluice-targets.cmake)
install(FILES cmake/sluice-config.cmake ${PROJECT_BINARY_DIR}/sluice-config-version.cmake
    DESTINATION ${package_dir} COMPONENT library)

# For pkg-config. The prefix is not known before --install, so the file says where it lies itself.
file(RELATIVE_PATH pc_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/sluice.pc.in ${PROJECT_BINARY_DIR}/sluice.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/sluice.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
