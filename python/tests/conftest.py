# SPDX-License-Identifier: Apache-2.0
"""The workflow library is tested on a fake of its extension, unless SLUICE_TEST_CORE=real."""

import os
import sys

import pytest

IS_REAL = os.environ.get("SLUICE_TEST_CORE") == "real"
collect_ignore = ["told"] if IS_REAL else []

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
