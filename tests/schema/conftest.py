# SPDX-License-Identifier: Apache-2.0
"""A server on SQLite, and a target for the webhooks of its tasks."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "functional"))

from server import start_server  # noqa: E402
from webhook_target import Target  # noqa: E402


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """The base URL of a server that must outlive all requests."""
    server, url = start_server(tmp_path_factory.mktemp("server"))
    yield url
    ended = server.returncode
    server.close()
    assert ended is None, server.stderr()


@pytest.fixture(scope="session")
def target():
    """Accepts each start, and refuses what comes at the end of a task: a dead letter."""
    target = Target(lambda webhook: (200 if webhook.trigger == "start" else 404, None))
    yield target
    target.close()
