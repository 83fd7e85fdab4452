# SPDX-License-Identifier: Apache-2.0
"""Variables come from the environment."""

import pytest

from sluice import var, var_or


def test_own_prefix_goes_before_the_old_one(monkeypatch):
    monkeypatch.setenv("CLOACINA_VAR_REGION", "old")
    assert var("REGION") == "old"
    monkeypatch.setenv("SLUICE_VAR_REGION", "new")
    assert var("REGION") == "new"


def test_empty_variable_is_set(monkeypatch):
    monkeypatch.setenv("SLUICE_VAR_EMPTY", "")
    assert var("EMPTY") == "" and var_or("EMPTY", "default") == ""


def test_missing_variable_is_a_key_error_that_names_both():
    with pytest.raises(KeyError, match="SLUICE_VAR_NONE nor CLOACINA_VAR_NONE"):
        var("NONE")
    assert var_or("NONE", "default") == "default"


def test_names_keep_their_case(monkeypatch):
    monkeypatch.setenv("SLUICE_VAR_region", "small")
    assert var("region") == "small"
    with pytest.raises(KeyError):
        var("REGION")
