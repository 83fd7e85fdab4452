# SPDX-License-Identifier: Apache-2.0
"""The guide as `./dev test docs` has built it, and the program that it is about."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("tests/functional", "tests/support", "docs/site"):
    sys.path.insert(0, str(ROOT / folder))

from programs import Program  # noqa: E402


@pytest.fixture(scope="session")
def sluice_bin():
    path = pathlib.Path(os.environ.get("SLUICE_BIN", ROOT / "build/dev/src/cli/sluice"))
    assert path.is_file(), f"{path} does not exist: ./dev test docs builds it"
    return path.resolve()


@pytest.fixture(scope="session")
def built():
    """The directory with the site, the page as the browser has drawn it, and the PDF."""
    path = ROOT / "build/guide"
    assert (path / "sluice-guide.pdf").is_file(), "./dev test docs builds the guide"
    return path


@pytest.fixture
def environment(tmp_path, sluice_bin):
    """As functional tests have it; `sluice` is in PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    home = tmp_path / "home"
    home.mkdir()
    return kept | {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{sluice_bin.parent}:{kept['PATH']}",
    }


@pytest.fixture
def server(tmp_path, environment, sluice_bin):
    """The URL of a server on a free port, until the test ends."""
    program = Program(
        [sluice_bin, "serve", "--db", f"sqlite://{tmp_path}/server.db", "--listen", "127.0.0.1:0"],
        tmp_path, environment,
    )
    yield program.wait_for_line(r"https?://[\w.:\[\]-]+")[0]
    program.close()
