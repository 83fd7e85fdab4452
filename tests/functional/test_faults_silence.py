# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL that hangs or is away: everybody is answered in time, and nothing is half done."""

import re
import threading
import time

import checker
import pytest

from programs import wait_until
from task_clients import Caller
from webhook_target import call

ARGUMENTS = ("--workers", "0", "--skip-ssrf-validation", "true")
PATIENCE = 2  # seconds of a request
SLACK = 1  # of a busy machine
HEALTH = 1  # seconds


def task(target, local="a"):
    return {"id": local, "name": local, "kind": "build", "timeout": 3600,
            "on_start": {"kind": "Webhook", "params": {"url": target.url, "verb": "Post"}}}


@pytest.fixture
def running(serve, target, own_postgres):
    """(URL of the server, id of a task that runs, URL of the database)"""
    db_url = own_postgres.url(own_postgres.new_database())
    _, url = serve(db_url, *ARGUMENTS)
    status, created = call("POST", url + "/task", [task(target)])
    assert status == 201, created
    one = created[0]["id"]
    wait_until(lambda: call("GET", f"{url}/task/{one}")[1]["status"] == "Running")
    return url, one, db_url


class Asked:
    """A request of its own thread: `took` seconds, and what was answered."""

    def __init__(self, method, url, body=None):
        self._thread = threading.Thread(target=self._ask, args=(method, url, body), daemon=True)
        self._thread.start()

    def _ask(self, method, url, body):
        begin = time.monotonic()
        self.status, headers, self.text = Caller().call(method, url, body)
        self.took = time.monotonic() - begin
        self.retry_after = headers.get("Retry-After")

    def wait(self):
        self._thread.join(60)
        assert not self._thread.is_alive(), "no answer"
        return self


def ask_all(url, one, target):
    path = f"{url}/task/{one}"
    return [
        Asked("PUT", path, {"new_success": 1}),
        Asked("PATCH", path, {"new_success": 1}),
        Asked("POST", url + "/task", [task(target, "new")]),
        Asked("GET", path),
        Asked("GET", url + "/task"),
        Asked("GET", url + "/batches"),
    ]


def assert_refused(answers):
    for answer in answers:
        answer.wait()
        assert answer.status == 503, answer.text
        assert int(answer.retry_after) >= 1
        assert answer.took < PATIENCE + SLACK
        assert "PGSQL" not in answer.text and "socket" not in answer.text


def metric(url, name):
    status, _, text = Caller().call("GET", url + "/metrics")
    assert status == 200, text
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])


def put(url, one):
    return Caller().call("PUT", f"{url}/task/{one}", {"new_success": 1})[0]


OPENED = 'circuit_breaker_state_transitions_total{to_state="open"}'


def test_a_database_that_hangs_leaves_nobody_without_an_answer(running, target, own_postgres):
    url, one, db_url = running
    before = metric(url, 'tasks_by_status{status="running"}')
    with own_postgres.frozen():
        first = ask_all(url, one, target)
        health = Asked("GET", url + "/health").wait()
        assert (health.status, health.took < HEALTH) == (503, True)
        assert_refused(first)
        assert_refused(ask_all(url, one, target))
        assert metric(url, 'tasks_by_status{status="running"}') == before
        assert metric(url, OPENED) >= 1
        assert metric(url, "circuit_breaker_rejections_total") >= 1
        assert metric(url, "tasks_db_save_failures_total") == 2
        assert metric(url, "batch_update_failures_total") == 2
    wait_until(lambda: put(url, one) == 202)
    assert not checker.problems(db_url)


def test_reports_under_way_when_the_database_hangs_are_answered(running, own_postgres):
    url, one, db_url = running
    path = f"{url}/task/{one}"
    goes_on = threading.Event()
    goes_on.set()
    accepted, refused = [], []

    def report():
        caller = Caller()
        while goes_on.is_set():
            begin = time.monotonic()
            status = caller.call("PUT", path, {"new_success": 1})[0]
            (accepted if status == 202 else refused).append((status, time.monotonic() - begin))

    reporters = [threading.Thread(target=report, daemon=True) for _ in range(8)]
    for reporter in reporters:
        reporter.start()
    wait_until(lambda: len(accepted) >= 50)
    with own_postgres.frozen():
        wait_until(lambda: len(refused) >= 8)
        goes_on.clear()
        for reporter in reporters:
            reporter.join(10)
    assert {status for status, _ in refused} == {503}
    assert max(took for _, took in refused) < PATIENCE + SLACK
    wait_until(lambda: call("GET", path)[0] == 200)
    # What was written when it began to hang may have been stored; the rest was not.
    stored = call("GET", path)[1]["success"]
    assert len(accepted) <= stored <= len(accepted) + len(reporters)
    assert not checker.problems(db_url)


def test_keys_that_are_known_work_on_while_the_database_is_away(
    serve, sluice, own_postgres
):
    db_url = own_postgres.url(own_postgres.new_database())
    secrets = [sluice("key", "create", name, "--db", db_url).stdout.strip()
               for name in ("known", "unknown")]
    _, url = serve(db_url, *ARGUMENTS)

    def status_of(secret, path):
        return call("GET", url + path, headers={"Authorization": "Bearer " + secret})[0]

    known, unknown = secrets
    assert status_of(known, "/task") == 200
    own_postgres.stop()
    wait_until(lambda: call("GET", url + "/health")[0] == 503)
    for _ in range(8):
        assert status_of(known, "/task") == 503
    time.sleep(6)  # longer than keys are remembered while the database is there
    assert status_of(known, "/metrics") == 200
    assert status_of(unknown, "/metrics") == 503
    own_postgres.start()
    wait_until(lambda: status_of(known, "/task") == 200)


def test_figures_are_shown_while_the_database_is_away(running, target, own_postgres):
    url, one, _ = running
    before = metric(url, 'tasks_by_status{status="running"}')
    own_postgres.stop()
    assert_refused(ask_all(url, one, target))
    assert_refused(ask_all(url, one, target))
    assert metric(url, 'tasks_by_status{status="running"}') == before
    assert metric(url, OPENED) >= 1
    own_postgres.start()
    wait_until(lambda: put(url, one) == 202)
