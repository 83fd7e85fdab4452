# SPDX-License-Identifier: Apache-2.0
"""Builds the extension `sluice._core` with CMake; everything else is in pyproject.toml.

In build/release when that is there, where the engine is built already; else in build/python-<abi>.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

import pybind11
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parents[1]
ABI = sys.implementation.cache_tag
OUTPUT = ROOT / "build" / f"python-{ABI}"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


def build_directory():
    release = ROOT / "build/release"
    return release if (release / "build.ninja").exists() else OUTPUT


def includes():
    paths = sysconfig.get_paths()
    known = [paths["include"], paths["platinclude"], pybind11.get_include()]
    return ";".join(dict.fromkeys(known))


def configure(directory):
    is_new = not (directory / "build.ninja").exists()
    subprocess.run(
        ["cmake", *(["--preset", "release"] if is_new else []), "-B", directory, "-S", ROOT,
         f"-DSLUICE_PYTHON={sys.executable}", f"-DSLUICE_PYTHON_INCLUDES={includes()}",
         f"-DSLUICE_PYTHON_SUFFIX={SUFFIX}", f"-DSLUICE_PYTHON_OUTPUT={OUTPUT / 'lib'}"],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )


class BuildCore(build_ext):
    def build_extension(self, extension):
        if not (ROOT / "CMakePresets.json").exists():
            raise RuntimeError(f"the engine's sources are not in {ROOT}: build within the tree")
        directory = build_directory()
        configure(directory)
        subprocess.run(
            ["cmake", "--build", directory, "--target", "sluice_python_core",
             "--parallel", str(os.cpu_count() or 1)],
            check=True,
        )
        wanted = pathlib.Path(self.get_ext_fullpath(extension.name))
        wanted.parent.mkdir(parents=True, exist_ok=True)
        # Anew, never over a file that a process has mapped.
        wanted.unlink(missing_ok=True)
        shutil.copy2(OUTPUT / "lib" / f"_core{SUFFIX}", wanted)


setup(
    ext_modules=[Extension("sluice._core", sources=[])],
    cmdclass={"build_ext": BuildCore},
)
