# SPDX-License-Identifier: Apache-2.0
"""What the tests of the installed library share: the prefix, another Boost, how to run programs."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments, **settings):
    """What it prints; a failure shows all of it."""
    done = subprocess.run(
        [str(argument) for argument in arguments], env=os.environ | settings,
        capture_output=True, text=True, errors="replace", timeout=300,
    )
    assert done.returncode == 0, f"{arguments[0]} ends with {done.returncode}:\n" \
        f"{' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def build():
    """The build under test: SLUICE_BUILD, or that of the dev preset."""
    path = pathlib.Path(os.environ.get("SLUICE_BUILD", ROOT / "build/dev"))
    assert (path / "CMakeCache.txt").is_file(), f"{path} is no build: ./dev test outside makes it"
    return path.resolve()


@pytest.fixture(scope="session")
def prefix(build, tmp_path_factory):
    """Where it is installed; not the prefix that it was configured with."""
    path = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", build, "--prefix", path)
    return path


@pytest.fixture(scope="session")
def library(prefix):
    """The file that programs load."""
    return (prefix / "lib/libsluice.so").resolve()


@pytest.fixture(scope="session")
def link_flags(build):
    """What a program must be linked with: the runtime of the sanitizers that the library has."""
    cache = (build / "CMakeCache.txt").read_text()
    flags = re.search(r"(?m)^CMAKE_CXX_FLAGS:\w+=(.*)$", cache)[1]
    return " ".join(re.findall(r"(?<!\S)-fsanitize=\S+", flags))


@pytest.fixture(scope="session")
def configure(prefix, link_flags, tmp_path_factory):
    """configure(source, **variables) → the build directory of a project of its own."""

    def configure(source, **variables):
        path = tmp_path_factory.mktemp(source.name)
        given = variables | {"CMAKE_PREFIX_PATH": prefix, "CMAKE_EXE_LINKER_FLAGS": link_flags}
        run("cmake", "-G", "Ninja", "-S", source, "-B", path,
            *(f"-D{name}={value}" for name, value in given.items()))
        return path

    return configure


@pytest.fixture(scope="session")
def boost_1_74():
    """The headers of a Boost that Debian has beside ours, and that cannot be installed with it."""
    kept = ROOT / "build/boost-1.74"
    if not kept.is_dir():
        fetched = kept.with_suffix(f".{os.getpid()}")
        fetched.mkdir(parents=True)
        download = subprocess.run(
            ["apt-get", "download", "-q", "libboost1.74-dev"],
            cwd=fetched, capture_output=True, text=True,
        )
        packages = list(fetched.glob("*.deb"))
        if not packages:
            shutil.rmtree(fetched)
            pytest.fail("the headers of Boost 1.74 are missing, and 'apt-get download "
                        f"libboost1.74-dev' does not bring them:\n{download.stderr}")
        run("dpkg-deb", "-x", packages[0], fetched)
        fetched.rename(kept)
    return kept / "usr/include"
