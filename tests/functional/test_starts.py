# SPDX-License-Identifier: Apache-2.0
"""Starts of tasks: hosts that do not answer hold up their own only; what an answer asks for is
done however the task ends. And a server that cannot start at all says why."""

import re
import socket

import pytest

from programs import wait_until
from webhook_target import Target, call

ARGUMENTS = ("--workers", "0", "--skip-ssrf-validation", "true")


@pytest.fixture
def dead_hosts():
    """Addresses that refuse connections: bound, so that nobody else has them, and not listening."""
    bound = [socket.socket() for _ in range(17)]
    for one in bound:
        one.bind(("127.0.0.1", 0))
    yield [f"http://127.0.0.1:{one.getsockname()[1]}/start" for one in bound]
    for one in bound:
        one.close()


def action(url, **more):
    return {"kind": "Webhook", "params": {"url": url, "verb": "Post"}} | more


def task(url, local="a", **more):
    return {"id": local, "name": local, "kind": "build", "on_start": action(url)} | more


def post(url, *tasks):
    status, created = call("POST", url + "/task", list(tasks))
    assert status == 201, created
    return created


def status_of(url, created):
    return call("GET", f"{url}/task/{created['id']}")[1]["status"]


def claimed(url):
    text = call("GET", url + "/metrics")[1]
    return float(re.search(r'^tasks_by_status{status="claimed"} (\S+)', text, re.M)[1])


def test_dead_hosts_do_not_hold_up_the_starts_of_others(serve, target, dead_hosts, db_url):
    server, url = serve(db_url, *ARGUMENTS, "--grace", "60s")
    patient = {"max_retries": 5, "initial_delay_secs": 3600}
    for dead in dead_hosts:
        post(url, *(task(dead, str(n), on_start=action(dead, retry=patient)) for n in range(70)))
    wait_until(lambda: claimed(url) >= 17 * 64)
    [created] = post(url, task(target.url + "/start"))
    wait_until(lambda: status_of(url, created) == "Running")
    assert server.terminate(25) == 0, "what only waits is handed back at once"


@pytest.mark.parametrize("how", ["success", "failure", "refused", "reported"])
def test_an_answer_may_ask_for_webhooks_however_the_task_ends(serve, db_url, how):
    def behave(webhook):
        if webhook.path != "/start":
            return 200, None
        if how == "reported":
            assert call("PATCH", webhook.handle, {"status": "Success"})[0] == 200
        return (404 if how == "refused" else 200), {"state": "done"}

    target = Target(behave)
    try:
        then = action(target.url + "/then")
        when = [{"when": {"pointer": "/state", "exists": True}, "then": then}]
        if how in ("success", "failure"):
            when.append({"when": {"status": 200}, "then": how})
        _, url = serve(db_url, *ARGUMENTS)
        [created] = post(url, task("", on_start=action(target.url + "/start", when=when)))
        wait_until(lambda: any(webhook.path == "/then" for webhook in target.webhooks()))
        ended = "Success" if how in ("success", "reported") else "Failure"
        wait_until(lambda: status_of(url, created) == ended)
        assert [webhook.path for webhook in target.webhooks()] == ["/start", "/then"]
    finally:
        target.close()


def test_a_server_that_cannot_listen_says_why_and_ends(sluice, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for address, said in ((f"127.0.0.1:{port}", str(port)), ("0.0.0.0:0", "keys"),
                              ("9.9.9.9:80", "9.9.9.9")):
            ended = sluice("serve", "--db", f"sqlite://{tmp_path}/s.db", "--listen", address)
            assert ended.returncode == 1, (address, ended.stderr)
            assert len(ended.stderr.splitlines()) == 1, ended.stderr
            assert said in ended.stderr and "broken" not in ended.stderr, ended.stderr
