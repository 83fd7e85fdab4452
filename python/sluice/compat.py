# SPDX-License-Identifier: Apache-2.0
"""The rest of what programs import that were written for Cloacina's module.

    from sluice import *
    from sluice.compat import *
"""

from __future__ import annotations

import os

__all__ = ["HelloClass", "__backend__", "get_backend", "hello_world"]


def hello_world() -> str:
    return "Hello from Cloaca backend!"


class HelloClass:
    """Says hello."""

    def get_message(self) -> str:
        return "Hello from HelloClass!"

    def __repr__(self) -> str:
        return "HelloClass()"


def get_backend() -> str:
    """What CLOACA_BACKEND asks for. A runner goes by its URL alone; tests of programs ask this."""
    is_postgres = os.environ.get("CLOACA_BACKEND", "").lower() == "postgres"
    return "postgres" if is_postgres else "sqlite"


__backend__ = get_backend()
