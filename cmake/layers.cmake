# SPDX-License-Identifier: Apache-2.0
# One static library per layer. Each gets an include root of its own that shows only its own
# headers (as "layer/name.h"), so an include that target_link_libraries does not allow fails.

# Up to eight sources of a folder are compiled as one: most of the time that a source takes is that
# of what it includes and instantiates. Not of several folders: the worker of pods is linked with
# the store's types and without its databases, so these stay in units of their own.
function(sluice_units target)
    set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
    foreach(source IN LISTS ARGN)
        get_filename_component(folder ${source} DIRECTORY)
        string(MAKE_C_IDENTIFIER "${folder}" folder)
        list(APPEND in_${folder} ${source})
        list(LENGTH in_${folder} count)
        math(EXPR unit "(${count} - 1) / 8")
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${target}_${folder}_${unit})
    endforeach()
endfunction()

# sluice_layer(name SOURCES a.cc … LAYERS base model … LIBRARIES fmt::fmt … PCH base|async|none)
function(sluice_layer name)
    cmake_parse_arguments(arg "" "PCH" "SOURCES;LAYERS;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
    set(root ${PROJECT_BINARY_DIR}/include-roots/${name})
    file(MAKE_DIRECTORY ${root})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)

    add_library(sluice_${name} STATIC ${arg_SOURCES})
    sluice_units(sluice_${name} ${arg_SOURCES})
    target_include_directories(sluice_${name} PUBLIC ${root})
    target_link_libraries(sluice_${name} PUBLIC ${arg_LIBRARIES} PRIVATE ${arg_PRIVATE_LIBRARIES})
    foreach(layer IN LISTS arg_LAYERS)
        target_link_libraries(sluice_${name} PUBLIC sluice_${layer})
    endforeach()
    if(arg_PCH AND NOT arg_PCH STREQUAL none)
        target_precompile_headers(sluice_${name} REUSE_FROM sluice_${arg_PCH})
    endif()
endfunction()

# How the sources of tests are compiled: not optimised and without UBSan, which is half of the time
# that they take; what they test has both.
function(sluice_test_sources target)
    target_compile_options(${target} PRIVATE -O0 -fno-sanitize=undefined)
endfunction()

# sluice_test(name a_test.cc … [LIBRARIES …]): one executable per layer, run by ctest as a whole.
function(sluice_test name)
    if(NOT SLUICE_TEST_BUILD)
        return()
    endif()
    cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
    add_executable(sluice_${name}_test ${arg_UNPARSED_ARGUMENTS})
    sluice_units(sluice_${name}_test ${arg_UNPARSED_ARGUMENTS})
    target_link_libraries(sluice_${name}_test PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
    if(TARGET sluice_${name})
        target_link_libraries(sluice_${name}_test PRIVATE sluice_${name})
    endif()
    sluice_test_sources(sluice_${name}_test)
    # Tests are compiled alike, so those of base and of async have what is precompiled for all.
    set(alike base)
    if(TARGET sluice_async_test)
        set(alike async)
    endif()
    if(NOT name STREQUAL alike)
        target_precompile_headers(sluice_${name}_test REUSE_FROM sluice_${alike}_test)
    endif()
    add_test(NAME ${name} COMMAND sluice_${name}_test)
endfunction()
