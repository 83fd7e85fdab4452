# SPDX-License-Identifier: Apache-2.0
"""What the server does with every request: it is logged, and those of one client are limited."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from programs import wait_until
from webhook_target import Target, call

ADDRESS = "192.0.2.1"


@pytest.fixture
def database(tmp_path):
    return f"sqlite://{tmp_path}/sluice.db"


@pytest.fixture
def ask_from_elsewhere(sluice_bin, database, directory, environment):
    """ask_from_elsewhere(requests, *arguments, **headers) → [[status, Retry-After, error], …]"""

    def ask_from_elsewhere(requests, *arguments, **headers):
        as_root = [] if os.geteuid() == 0 else ["-r"]
        script = pathlib.Path(__file__).with_name("from_elsewhere.py")
        result = subprocess.run(
            ["unshare", *as_root, "-n", sys.executable, script, ADDRESS, str(requests),
             sluice_bin, "serve", "--db", database, "--workers", "0", "--listen", f"{ADDRESS}:0",
             *arguments],
            cwd=directory, env=environment, input=json.dumps(headers), capture_output=True,
            text=True, timeout=120,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return ask_from_elsewhere


def test_an_address_that_asks_too_often_is_told_when_to_come_again(ask_from_elsewhere):
    # A second passes between two requests that are let in after the burst: some are refused even
    # on a slow machine.
    answers = ask_from_elsewhere(20, "--insecure", "--rate-limit", "1", "--rate-limit-burst", "3")
    statuses = [status for status, _, _ in answers]
    assert statuses[:3] == [200, 200, 200]
    refused = [answer for answer in answers if answer[0] != 200]
    assert refused
    for status, retry_after, error in refused:
        assert (status, retry_after) == (429, "1")
        assert f"address {ADDRESS} may make 1 in a second" in error


def test_a_key_has_a_limit_too(ask_from_elsewhere, sluice, database):
    key = sluice("key", "create", "ci", "--role", "read", "--db", database).stdout.split()[-1]
    answers = ask_from_elsewhere(
        20, "--rate-limit", "1", "--rate-limit-burst", "3", Authorization=f"Bearer {key}"
    )
    assert "key ci may make 1 in a second" in [error for _, _, error in answers if error][0]


def test_guessing_keys_is_limited(ask_from_elsewhere, sluice, database):
    sluice("key", "create", "ci", "--db", database)
    answers = ask_from_elsewhere(
        20, "--rate-limit", "1", "--rate-limit-burst", "3", Authorization="Bearer guess"
    )
    assert {status for status, _, _ in answers} == {401, 429}


def test_nobody_is_limited_by_default(ask_from_elsewhere):
    assert {status for status, _, _ in ask_from_elsewhere(50, "--insecure")} == {200}


def test_this_machine_is_not_limited(serve, database):
    _, service = serve(database, "--workers", "0", "--rate-limit", "1")
    for _ in range(20):
        assert call("GET", service + "/task")[0] == 200


@pytest.mark.parametrize("flag", ["--rate-limit", "--rate-limit-burst"])
def test_bad_limit_is_named(sluice, flag):
    result = sluice("serve", flag, "-1")
    assert result.returncode == 1
    assert result.stderr == f"sluice: {flag}: must be a whole number from 0 to 1000000, not '-1'\n"


def test_each_request_is_a_line_of_the_log_without_secrets(serve, sluice, database):
    target = Target()
    key = sluice("key", "create", "ci", "--role", "write", "--db", database).stdout.split()[-1]
    server, service = serve(database, "--workers", "0", "--skip-ssrf-validation", "true",
                            "--log", "info")
    start = {"kind": "Webhook", "params": {"url": target.url, "verb": "Post"}}
    task = {"id": "a", "name": "hush-body", "kind": "build", "on_start": start}
    headers = {"Authorization": f"Bearer {key}", "X-Request-Id": "monday-1"}
    assert call("POST", service + "/task", [task], headers)[0] == 201
    [webhook] = target.wait_for(1, "start")
    target.close()
    assert call("PATCH", webhook.handle, {"status": "Success"})[0] == 200
    assert call("GET", service + "/nowhere?token=hush-query")[0] == 404
    wait_until(lambda: "path=/nowhere" in server.stderr())
    assert server.terminate() == 0

    log = server.stderr()
    assert re.search(r" info api: method=POST path=/task status=201 bytes=\d+ ms=\d+\.\d{3} "
                     r"request=monday-1 key=ci\n", log), log
    assert re.search(r"method=PATCH path=/task/\{id\} status=200 .* key=handle\n", log)
    assert re.search(r"method=GET path=/nowhere status=404 bytes=\d+ ms=[\d.]+ request=\w+\n", log)
    token = webhook.handle.split("token=")[1]
    for secret in (key, token, "hush-body", "hush-query"):
        assert secret not in log


def test_requests_are_not_logged_by_default(serve, database):
    server, service = serve(database, "--workers", "0")
    assert call("GET", service + "/task")[0] == 200
    assert server.terminate() == 0
    assert server.stderr() == ""
