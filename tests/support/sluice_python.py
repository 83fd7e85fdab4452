# SPDX-License-Identifier: Apache-2.0
"""The Python that has the package with its extension: of tests, soaks and benchmarks."""

import functools
import os
import subprocess


@functools.lru_cache(maxsize=None)
def sluice_python():
    """The interpreter that SLUICE_PYTHON names, once `import sluice._core` has worked in it."""
    python = os.environ.get("SLUICE_PYTHON")
    if not python:
        raise RuntimeError(
            "SLUICE_PYTHON is not set: it names a Python in which `pip install ./python` was done"
        )
    tried = subprocess.run([python, "-c", "import sluice._core"], capture_output=True, text=True,
                           timeout=60)
    if tried.returncode != 0:
        raise RuntimeError(
            f"SLUICE_PYTHON={python} has no extension of sluice: do `{python} -m pip install "
            f"./python` first. It says:\n{tried.stderr.strip()}"
        )
    return python
