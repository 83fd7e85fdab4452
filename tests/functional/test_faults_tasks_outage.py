# SPDX-License-Identifier: Apache-2.0
"""Databases, targets and servers that are away amid the work of the task service.

SLUICE_TEST_OWED sets how many deliveries a target owes that is away; 10,000 are what a release is
tested with.
"""

import collections
import os
import socket
import threading
import time

import checker
import pytest

from programs import wait_until
from task_clients import Caller, Finishers
from webhook_target import Target, call

OWED = int(os.environ.get("SLUICE_TEST_OWED", 1000))
ARGUMENTS = ("--workers", "0", "--skip-ssrf-validation", "true")
SOON = {"max_retries": 20, "initial_delay_secs": 0.2, "max_delay_secs": 1}


def action(url, **more):
    return {"kind": "Webhook", "params": {"url": url, "verb": "Post"}, "retry": SOON} | more


def task(target, local="a", **more):
    return {"id": local, "name": local, "kind": "build", "timeout": 3600,
            "on_start": action(target.url + "/start")} | more


def post(url, *tasks):
    status, created = call("POST", url + "/task", list(tasks))
    assert status == 201, created
    return created


def get(url, created):
    return call("GET", f"{url}/task/{created['id']}")[1]


def counts_of(url, created):
    return call("GET", f"{url}/batch/{created[0]['batch_id']}")[1]["status_counts"]


class Reporter:
    """Adds 1 to the successes of a task, again and again; remembers what it was told."""

    def __init__(self, method, url):
        self.accepted = 0
        self.refused = []  # seconds until each 503
        self.wrong = []
        self._goes_on = True
        self._thread = threading.Thread(target=self._work, args=(method, url), daemon=True)
        self._thread.start()

    def stop(self):
        self._goes_on = False
        self._thread.join()

    def _work(self, method, url):
        caller = Caller()
        while self._goes_on:
            begin = time.monotonic()
            status, headers, answer = caller.call(method, url, {"new_success": 1})
            if status in (200, 202):
                self.accepted += 1
            elif status == 503 and int(headers["Retry-After"]) >= 1:
                self.refused.append(time.monotonic() - begin)
            else:
                self.wrong.append((status, headers, answer))


PATIENCE = 2  # seconds that a report waits for a database that is away
SLACK = 1  # of a busy machine


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_reports_that_were_accepted_outlive_a_database_that_stops(
    serve, target, own_postgres, method
):
    db_url = own_postgres.url(own_postgres.new_database())
    _, url = serve(db_url, *ARGUMENTS)
    [created] = post(url, task(target))
    wait_until(lambda: get(url, created)["status"] == "Running")
    early = [Reporter(method, f"{url}/task/{created['id']}") for _ in range(4)]
    wait_until(lambda: all(reporter.accepted >= 20 for reporter in early))
    own_postgres.stop()
    # The early ones may be in a COMMIT whose answer is lost: nobody knows how it has ended.
    late = [Reporter(method, f"{url}/task/{created['id']}") for _ in range(4)]
    wait_until(lambda: all(len(reporter.refused) >= 2 for reporter in late))
    own_postgres.start()
    reporters = early + late
    before = [reporter.accepted for reporter in reporters]
    wait_until(lambda: all(
        reporter.accepted >= count + 20 for reporter, count in zip(reporters, before)))
    for reporter in reporters:
        reporter.stop()
    assert [reporter.wrong for reporter in reporters] == [[]] * len(reporters)
    assert max(max(reporter.refused) for reporter in reporters) < PATIENCE + SLACK
    accepted = sum(reporter.accepted for reporter in reporters)
    assert accepted <= get(url, created)["success"] <= accepted + len(early)
    assert not checker.problems(db_url)


def test_deliveries_outlive_a_database_that_stops(serve, target, own_postgres):
    db_url = own_postgres.url(own_postgres.new_database())
    _, url = serve(db_url, *ARGUMENTS)
    finishers = Finishers(lambda: [url])

    def behave(webhook):
        if webhook.trigger == "start":
            finishers.finish(webhook.task)
        return 200, None

    target.behave = behave
    created = post(url, *[task(target, str(number), on_success=[action(target.url + "/done")])
                          for number in range(300)])
    for share in (50, 200):
        target.wait_for(share, "end")
        own_postgres.stop()
        wait_until(lambda: call("GET", url + "/health")[0] == 503)
        own_postgres.start()
    wait_until(lambda: counts_of(url, created)["success"] == len(created))
    wait_until(lambda: not call("GET", url + "/deliveries?status=waiting")[1])
    ids = {one["id"] for one in created}
    assert {hook.key for hook in target.webhooks("start")} == {f"{one}:start" for one in ids}
    assert {hook.key for hook in target.webhooks("end")} == {f"{one}:end:success" for one in ids}
    assert finishers.broken == []
    assert not checker.problems(db_url)


def test_a_server_that_dies_leaves_its_tasks_to_the_other(serve, target, postgres_url):
    """What one has begun the other goes on with: the same attempt, with the same key."""
    servers = [serve(postgres_url, *ARGUMENTS) for _ in range(2)]
    alive = [url for _, url in servers]
    finishers = Finishers(lambda: alive)
    half = threading.Event()

    def behave(webhook):
        if webhook.trigger == "start":
            if len(target.webhooks("start")) > 100:
                half.set()
            finishers.finish(webhook.task)
        return 200, None

    target.behave = behave
    created = post(alive[0], *[task(target, str(number),
                                    on_success=[action(target.url + "/done")])
                               for number in range(300)])
    assert half.wait(60)
    servers[0][0].kill()
    del alive[0]
    wait_until(lambda: counts_of(alive[0], created)["success"] == len(created), 90)
    wait_until(lambda: len({hook.task for hook in target.webhooks("end")}) == len(created), 90)
    attempts = collections.Counter()
    for hook in target.webhooks("start"):
        assert hook.key == f"{hook.task}:start"
        attempts[hook.task, hook.headers["x-task-attempt"]] += 1
    assert len(attempts) == len(created)  # one attempt each, however often it was sent
    assert finishers.broken == []
    assert not checker.problems(postgres_url)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_target_that_is_away_gets_all_that_is_owed_when_it_is_back(serve, target, db_url):
    _, url = serve(db_url, *ARGUMENTS)
    finishers = Finishers(lambda: [url])

    def behave(webhook):
        finishers.finish(webhook.task)
        return 200, None

    target.behave = behave
    away = f"http://127.0.0.1:{free_port()}"
    created = post(url, *[task(target, str(number), on_success=[action(away + "/done")])
                          for number in range(OWED)])
    wait_until(lambda: counts_of(url, created)["success"] == OWED, 240)
    assert call("GET", url + "/deliveries?status=dead")[1] == []
    back = Target(port=int(away.rsplit(":", 1)[1]))
    try:
        # What finds its line full comes again after 15 s: 10,000 take three minutes.
        wait_until(lambda: len({hook.task for hook in back.webhooks("end")}) == OWED, 300)
        keys = {hook.key for hook in back.webhooks("end")}
        assert keys == {f"{one['id']}:end:success" for one in created}
        wait_until(lambda: not call("GET", url + "/deliveries?status=waiting")[1])
        assert call("GET", url + "/deliveries?status=dead")[1] == []
    finally:
        back.close()
    assert not checker.problems(db_url)
