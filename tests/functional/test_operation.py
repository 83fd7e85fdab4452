# SPDX-License-Identifier: Apache-2.0
"""The server as its operator sees it: signals, lines of its log, a database that hangs."""

import os
import signal
import threading
import time

import pytest

from programs import wait_until
from webhook_target import call

ARGUMENTS = ("--workers", "0", "--skip-ssrf-validation", "true")


def task(target, **more):
    action = {"kind": "Webhook", "params": {"url": target.url + "/start", "verb": "Post"}}
    return {"id": "a", "name": "a", "kind": "build", "on_start": action} | more


def post(url, *tasks):
    status, created = call("POST", url + "/task", list(tasks))
    assert status == 201, created
    return created


def status_of(url, created):
    return call("GET", f"{url}/task/{created['id']}")[1]["status"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_well(serve, target, db_url, number):
    server, url = serve(db_url, *ARGUMENTS)
    [created] = post(url, task(target))
    wait_until(lambda: status_of(url, created) == "Running")
    begin = time.monotonic()
    os.kill(server.pid, number)
    assert server.wait(40) == 0
    assert time.monotonic() - begin < 30
    assert server.stderr() == ""
    _, url = serve(db_url, *ARGUMENTS)
    assert status_of(url, created) == "Running"
    assert call("PATCH", f"{url}/task/{created['id']}", {"status": "Success"})[0] == 200
    assert len(target.webhooks("start")) == 1


def test_a_stop_hands_back_a_start_that_is_not_answered(serve, target, db_url):
    go_on = threading.Event()

    def behave(_):
        go_on.wait(30)
        return 200, None

    target.behave = behave
    server, url = serve(db_url, *ARGUMENTS, "--grace", "1s")
    [created] = post(url, task(target))
    target.wait_for(1, "start")
    assert server.terminate() == 0
    go_on.set()
    _, url = serve(db_url, *ARGUMENTS)
    first, again = target.wait_for(2, "start")
    assert first.key == again.key == f"{created['id']}:start"
    wait_until(lambda: status_of(url, created) == "Running")


def test_a_server_that_drains_is_not_ready_and_takes_reports(serve, target, db_url):
    go_on = threading.Event()

    def behave(webhook):
        if webhook.path == "/slow":
            go_on.wait(30)
        return 200, None

    target.behave = behave
    server, url = serve(db_url, *ARGUMENTS, "--grace", "20s")
    [running] = post(url, task(target))
    wait_until(lambda: status_of(url, running) == "Running")
    slow = {"kind": "Webhook", "params": {"url": target.url + "/slow", "verb": "Post"}}
    [starting] = post(url, task(target, on_start=slow))
    target.wait_for(2, "start")
    os.kill(server.pid, signal.SIGTERM)
    wait_until(lambda: call("GET", url + "/ready")[0] == 503)
    told = {"status": "not_ready", "reason": "the server is stopping"}
    assert call("GET", url + "/ready") == (503, told)
    assert call("PATCH", f"{url}/task/{running['id']}", {"status": "Success"})[0] == 200
    assert status_of(url, starting) == "Claimed"
    go_on.set()
    assert server.wait(20) == 0
    _, url = serve(db_url, *ARGUMENTS)
    assert [status_of(url, one) for one in (running, starting)] == ["Success", "Running"]


def test_health_counts_connections(serve, db_url):
    _, url = serve(db_url, *ARGUMENTS)
    status, health = call("GET", url + "/health")
    assert status == 200
    assert [type(health[name]) for name in ("pool_size", "pool_idle")] == [int, int]
    assert 0 <= health["pool_idle"] <= health["pool_size"]


def test_lines_about_a_task_name_its_batch(serve, target, tmp_path):
    target.behave = lambda webhook: (404 if webhook.path != "/start" else 200, None)
    server, url = serve(f"sqlite://{tmp_path}/sluice.db", *ARGUMENTS, "--log", "debug")
    gone = {"kind": "Webhook", "params": {"url": target.url + "/gone", "verb": "Post"}}
    [failed] = post(url, task(target, on_start=gone))
    [ended] = post(url, task(target, on_success=[gone]))
    wait_until(lambda: status_of(url, failed) == "Failure")
    wait_until(lambda: status_of(url, ended) == "Running")
    assert call("PATCH", f"{url}/task/{ended['id']}", {"status": "Success"})[0] == 200
    wait_until(lambda: ended["id"] in server.stderr())
    assert server.terminate() == 0
    for created in (failed, ended):
        lines = [line for line in server.stderr().splitlines() if created["id"] in line]
        assert lines
        assert all(f"batch_id {created['batch_id']}" in line for line in lines), lines


class Paused:
    """The processes of a cluster get no time: who asks them waits."""

    def __init__(self, cluster):
        postmaster = cluster.server_pid()
        with open(f"/proc/{postmaster}/task/{postmaster}/children") as children:
            self._pids = [postmaster, *map(int, children.read().split())]

    def __enter__(self):
        self._send(signal.SIGSTOP)

    def __exit__(self, *_):
        self._send(signal.SIGCONT)

    def _send(self, number):
        for pid in self._pids:
            os.kill(pid, number)


def metric(url, name):
    lines = call("GET", url + "/metrics")[1].splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)][0]


def test_a_database_that_is_away_is_not_asked_each_time(serve, target, own_postgres):
    _, url = serve(own_postgres.url(own_postgres.new_database()), *ARGUMENTS,
                   "--store-breaker-pause-secs", "5")
    assert call("GET", url + "/batches") == (200, [])
    own_postgres.stop()
    assert call("POST", url + "/task", [task(target)])[0] == 503
    transitions = "circuit_breaker_state_transitions_total"

    def is_open():
        assert call("GET", url + "/batches")[0] == 503
        return metric(url, transitions + '{to_state="open"}') >= 1

    wait_until(is_open)
    begin = time.monotonic()
    for _ in range(20):
        assert call("GET", url + "/batches")[0] == 503
    assert time.monotonic() - begin < 2
    own_postgres.start()
    wait_until(lambda: call("GET", url + "/batches")[0] == 200)
    assert metric(url, transitions + '{to_state="closed"}') == 1
    assert metric(url, "circuit_breaker_rejections_total") >= 20


def test_a_database_that_hangs_is_told_within_a_second(serve, own_postgres):
    _, url = serve(own_postgres.url(own_postgres.new_database()), *ARGUMENTS)
    assert call("GET", url + "/health")[0] == 200
    with Paused(own_postgres):
        for path, told in (
            ("/health", {"status": "degraded", "database": "unhealthy"}),
            ("/ready", {"status": "not_ready", "reason": "the database does not answer"}),
        ):
            begin = time.monotonic()
            status, answer = call("GET", url + path)
            assert time.monotonic() - begin < 1.5  # a second, on a machine that does more
            assert status == 503
            assert told.items() <= answer.items()
    wait_until(lambda: call("GET", url + "/health")[0] == 200)
    assert call("GET", url + "/ready") == (200, {"status": "ready"})
