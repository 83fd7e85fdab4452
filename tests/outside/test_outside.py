# SPDX-License-Identifier: Apache-2.0
"""The library as a user has it: installed, found by CMake or pkg-config, beside another Boost."""

import re

import pytest

from conftest import ROOT, run

BESIDE_BOOST = ROOT / "tests/outside/beside_boost"

# Shared libraries of the system, and the runtimes of sanitizers in a build of tests.
MAY_BE_NEEDED = re.compile(
    r"lib(curl|pq|sqlite3|crypto|ssl|fmt|spdlog|simdjson|yaml-cpp|absl_\w+)\.so\.\S+"
    r"|lib(stdc\+\+|gcc_s|c|m|atomic)\.so\.\d+|ld-linux-\S+"
    r"|lib(asan|ubsan|tsan)\.so\.\d+"
)


@pytest.fixture(scope="session")
def dynamic(library):
    """What the library says about itself: a list of (what, value)."""
    lines = run("readelf", "--dynamic", "--wide", library).splitlines()
    return [match.groups() for line in lines if (match := re.search(r"\((\w+)\)\s+(.*)", line))]


def all_of(dynamic, what):
    return [re.sub(r".*\[(.*)\]", r"\1", value) for name, value in dynamic if name == what]


# --- what is installed ---------------------------------------------------------------------------


def test_the_library_comes_with_its_headers_and_says_where_it_is(prefix):
    worker = prefix / "lib/sluice/worker"  # what is copied into pods
    assert (worker / "worker").is_file()
    installed = {str(path.relative_to(prefix)) for path in prefix.rglob("*")
                 if not path.is_dir() and not path.is_relative_to(worker)}
    headers = {f"include/sluice/{path.name}" for path in (ROOT / "include/sluice").glob("*.h")}
    described = {f"lib/cmake/sluice/sluice-{name}.cmake"
                 for name in ("config", "config-version", "targets", "targets-none")}

    assert headers and installed == headers | described | {
        "lib/libsluice.so", "lib/libsluice.so.0.1", "lib/libsluice.so.0.1.0",
        "lib/pkgconfig/sluice.pc", "bin/sluice",
    }
    assert (prefix / "lib/libsluice.so").readlink().name == "libsluice.so.0.1"
    assert (prefix / "lib/libsluice.so.0.1").readlink().name == "libsluice.so.0.1.0"


@pytest.mark.parametrize("component, has", [
    ("library", {"include", "lib"}), ("program", {"bin", "lib"}),
])
def test_library_and_program_can_be_installed_apart(build, tmp_path, component, has):
    run("cmake", "--install", build, "--prefix", tmp_path, "--component", component)

    assert {path.name for path in tmp_path.iterdir()} == has


# --- what the library shows, and needs -----------------------------------------------------------


def names_of_the_interface():
    """What is marked with SLUICE_API: classes and functions."""
    text = "\n".join(path.read_text() for path in (ROOT / "include/sluice").glob("*.h"))
    classes = re.findall(r"\b(?:class|struct) SLUICE_API (?:\[\[\w+\]\] )?(\w+)", text)
    functions = re.findall(r"(?m)^(?:\[\[\w+\]\] )?SLUICE_API [^;(]*?(\w+)\W{0,2}\(", text)
    return set(classes) | set(functions)


def test_the_library_shows_its_interface_and_nothing_else(library):
    interface = names_of_the_interface()
    shown = re.compile(
        r"[0-9a-f]* \w (?:(?:vtable|typeinfo|typeinfo name) for )?"
        r"sluice::(?:client|workflows)::(\w+).*"
    )
    lines = run("nm", "--dynamic", "--defined-only", "--demangle", library).splitlines()

    matches = [(line, shown.fullmatch(line)) for line in lines]

    assert [line for line, match in matches if not match or match[1] not in interface] == []
    assert interface == {match[1] for _, match in matches}


def test_the_library_needs_shared_libraries_of_the_system_and_no_allocator(dynamic):
    needed = all_of(dynamic, "NEEDED")

    assert any(name.startswith("libcurl.so") for name in needed)
    assert [name for name in needed if not MAY_BE_NEEDED.fullmatch(name)] == []


def test_the_library_is_one_for_each_minor_version_and_stays_in_the_program(dynamic):
    assert all_of(dynamic, "SONAME") == ["libsluice.so.0.1"]
    assert any("NODELETE" in value for name, value in dynamic if name == "FLAGS_1")
    assert all_of(dynamic, "RPATH") + all_of(dynamic, "RUNPATH") == []


# --- programs of others --------------------------------------------------------------------------


def test_a_program_uses_the_library_and_another_boost_at_once(configure, boost_1_74):
    path = configure(BESIDE_BOOST, BOOST_1_74=boost_1_74)
    run("cmake", "--build", path)

    seen = run(path / "beside_boost").splitlines()

    for name in ("Invalid", "Unauthorized", "NotFound", "Conflict", "Unavailable", "Error",
                 "invalid_argument", "system_error", "workflows::Error", "DefinitionError",
                 "ContextError", "TaskStopped"):
        assert f"{name} is caught as itself" in seen
        assert f"{name} is caught as its base" in seen
    assert "a graph is described" in seen
    assert "a workflow runs in a handler" in seen


@pytest.mark.parametrize("wanted, is_found", [("0.1", True), ("0.0", False), ("0.2", False)])
def test_find_package_accepts_the_same_minor_version_only(configure, wanted, is_found):
    if is_found:
        configure(BESIDE_BOOST, SLUICE_WANTED=wanted)
        return
    with pytest.raises(AssertionError, match=f'with requested version "{wanted}"'):
        configure(BESIDE_BOOST, SLUICE_WANTED=wanted)


def test_pkg_config_knows_the_library_too(prefix, link_flags, tmp_path):
    source = tmp_path / "program.cc"
    source.write_text(
        "#include <sluice/json.h>\n"
        "#include <cstdio>\n"
        'int main() { std::puts(sluice::client::Json::parse("[1, 2]").text().c_str()); }\n'
    )
    flags = run("pkg-config", "--cflags", "--libs", "sluice",
                PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig")).split()

    run("g++", "-std=c++20", source, "-o", tmp_path / "program", *flags, *link_flags.split())

    assert run(tmp_path / "program", LD_LIBRARY_PATH=str(prefix / "lib")) == "[1,2]\n"


def test_the_example_of_the_client_builds_alone(configure):
    path = configure(ROOT / "examples/task-service-cpp")

    run("cmake", "--build", path, "--target", "task_service_cpp_submit")

    assert (path / "submit").is_file()


def test_the_examples_of_workflows_find_the_library(configure):
    configure(ROOT / "examples/workflows-cpp")
