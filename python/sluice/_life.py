# SPDX-License-Identifier: Apache-2.0
"""What the engine needs of the interpreter's life: its end, forks, and where log lines go."""

from __future__ import annotations

import atexit
import functools
import logging
import os

from sluice import _core

EXIT_GRACE_MS = 5000


@functools.lru_cache(maxsize=None)
def prepare_process() -> None:
    """Once, before the first runner: a program that makes none is left as it is."""
    _core.set_log(logging.getLogger("sluice").log)
    atexit.register(_core.at_exit, EXIT_GRACE_MS)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_core.after_fork_in_child)
