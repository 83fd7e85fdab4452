# SPDX-License-Identifier: Apache-2.0
"""The server that the requests go to."""

import os
import pathlib

from programs import Program

ROOT = pathlib.Path(__file__).resolve().parents[2]


def start_server(directory):
    """(Program, base URL). It runs no commands; its webhooks may reach this machine."""
    binary = pathlib.Path(os.environ.get("SLUICE_BIN", ROOT / "build/dev/src/cli/sluice"))
    assert binary.is_file(), f"{binary} does not exist: ./dev test schema builds it"
    environment = {name: value for name, value in os.environ.items() if "SLUICE" not in name}
    server = Program(
        [binary.resolve(), "serve", "--db", f"sqlite://{directory}/sluice.db",
         "--listen", "127.0.0.1:0", "--workers", "0", "--skip-ssrf-validation", "true"],
        directory, environment | {"HOME": str(directory), "XDG_STATE_HOME": str(directory)},
    )
    return server, server.wait_for_line(r"http://[\w.:]+")[0]
