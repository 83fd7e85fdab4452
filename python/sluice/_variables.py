# SPDX-License-Identifier: Apache-2.0
"""Settings that a workflow takes from the environment of its process."""

from __future__ import annotations

import os

_PREFIXES = ("SLUICE_VAR_", "CLOACINA_VAR_")


def var(name: str) -> str:
    """The variable SLUICE_VAR_<name>, else CLOACINA_VAR_<name>; KeyError when neither is set."""
    for prefix in _PREFIXES:
        value = os.environ.get(prefix + name)
        if value is not None:
            return value
    raise KeyError(f"neither {' nor '.join(prefix + name for prefix in _PREFIXES)} is set")


def var_or(name: str, default: str) -> str:
    """The same, or `default` when neither is set."""
    try:
        return var(name)
    except KeyError:
        return default
