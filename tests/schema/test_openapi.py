# SPDX-License-Identifier: Apache-2.0
"""Random requests to every route of the OpenAPI document: no answer that it does not describe.

The requests are the same in every run: those that cover the schema of a route, good and bad ones,
and random ones besides.
"""

import pathlib
import tempfile

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from seeds import Seeds, aim_at, meet
from server import start_server
from webhook_target import call

CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance,
]

CONFIG = schemathesis.Config.from_dict({
    "generation": {"max-examples": 25, "deterministic": True, "database": "none"},
    "operations": [{
        # To cover the schema of a task took 7,000 requests.
        "include-name": "POST /task",
        "generation": {"max-examples": 100},
        "phases": {"coverage": {"enabled": False}},
    }],
})


def read_document():
    """As a server gives it: the tests are made of it before any of them runs."""
    with tempfile.TemporaryDirectory() as directory:
        server, url = start_server(pathlib.Path(directory))
        try:
            return call("GET", url + "/openapi.json")[1]
        finally:
            server.close()


schema = schemathesis.openapi.from_dict(read_document(), config=CONFIG)


@pytest.fixture
def seeds(service, target, tmp_path):
    """Fresh ones for each route: some requests end them."""
    return Seeds(service, target, tmp_path)


def hurry(case):
    """A long poll is asked for what is known now."""
    case.query.pop("follow", None)
    if case.operation.path == "/events":
        case.query["task"] = "none"  # refused: the answer would have no end
    if case.operation.path.endswith("/wait"):
        case.query["timeout"] = "0"
    if isinstance(case.body, dict) and isinstance(case.body.get("wait"), (int, float)):
        case.body["wait"] = 0


@schema.parametrize()
@hypothesis.settings(deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
def test_route(case, service, seeds, target):
    meet(case, seeds)
    aim_at(target, case.body)
    hurry(case)
    case.call_and_validate(base_url=service, checks=CHECKS)
