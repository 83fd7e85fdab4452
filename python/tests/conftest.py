# SPDX-License-Identifier: Apache-2.0
"""The workflow library is tested on a fake of its extension, unless SLUICE_TEST_CORE=real."""

import os
import sys

import pytest

IS_REAL = os.environ.get("SLUICE_TEST_CORE") == "real"
# The client of the task service does not know the extension.
CLIENT = [f"test_{name}.py" for name in ("client", "conversation", "graph", "handle", "reading")]
collect_ignore = ["told", *CLIENT] if IS_REAL else []
collect_ignore_glob = [] if IS_REAL else ["test_core_*.py"]

if not IS_REAL:
    import fake_core

    sys.modules["sluice._core"] = fake_core


@pytest.fixture(autouse=True)
def clean_slate():
    """No test sees what another one registered."""
    if not IS_REAL:
        fake_core.reset()


@pytest.fixture
def core():
    """The fake, for tests that ask what the engine was told."""
    return fake_core
