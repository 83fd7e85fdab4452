# SPDX-License-Identifier: Apache-2.0
"""The checks, on the project itself."""

import subprocess

import pytest

import checks
import headers
from tree import ROOT, Tree

BUILD = ROOT / "build/dev"


@pytest.fixture(scope="session")
def tree():
    return Tree.read()


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_project(tree, check):
    problems = list(check(tree))
    assert not problems, "\n" + "\n".join(problems)


def test_headers_compile_alone(tree):
    problems = headers.headers_compile_alone(tree, BUILD)
    assert not problems, "\n" + "\n".join(problems)


def test_sources_are_formatted(tree):
    paths = [path for path, _ in tree.cpp()]
    result = subprocess.run(
        ["clang-format", "--dry-run", "-Werror", *paths], cwd=ROOT, capture_output=True, text=True
    )
    wrong = sorted({line.split(":")[0] for line in result.stderr.splitlines() if "error" in line})
    assert result.returncode == 0, f"./dev fmt formats {', '.join(wrong) or result.stderr}"
