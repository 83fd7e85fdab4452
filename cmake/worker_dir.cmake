# SPDX-License-Identifier: Apache-2.0
# The directory that `sluice worker --install` copies into pods: beside the program's, where an
# installed sluice finds it too (../lib/sluice/worker).
set(SLUICE_CA_BUNDLE /etc/ssl/certs/ca-certificates.crt CACHE FILEPATH
    "certificate authorities for pods whose images have none")
set(worker_dir ${PROJECT_BINARY_DIR}/src/lib/sluice/worker)
add_custom_command(
    OUTPUT ${worker_dir}/worker
    COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/cmake/worker_dir.py
        $<TARGET_FILE:sluice_worker_program> ${SLUICE_CA_BUNDLE} ${worker_dir}
    DEPENDS sluice_worker_program ${PROJECT_SOURCE_DIR}/cmake/worker_dir.py
    VERBATIM)
add_custom_target(sluice_worker_dir ALL DEPENDS ${worker_dir}/worker)
install(DIRECTORY ${worker_dir} DESTINATION lib/sluice COMPONENT program USE_SOURCE_PERMISSIONS)
