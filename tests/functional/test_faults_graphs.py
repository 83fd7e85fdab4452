# SPDX-License-Identifier: Apache-2.0
"""Graphs as large as they get, and graphs that are none."""

import time

import checker
import pytest

from programs import wait_until
from webhook_target import Target, call

LATER = "2100-01-01T00:00:00Z"


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def service(serve, db_url):
    return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")[1]


def task(target, local, **more):
    action = {"kind": "Webhook", "params": {"url": target.url, "verb": "Post"}}
    return {"id": local, "name": local, "kind": "build", "on_start": action} | more


def get(service, created):
    status, answer = call("GET", f"{service}/task/{created['id']}")
    assert status == 200, answer
    return answer


def test_a_batch_of_100000_tasks_is_taken_and_stopped_as_a_whole(service, target, db_url):
    tasks = [task(target, str(number), scheduled_at=LATER) for number in range(100_000)]
    status, created = call("POST", service + "/task", tasks)
    assert status == 201
    assert [one["name"] for one in created] == [one["name"] for one in tasks]
    batch = f"{service}/batch/{created[0]['batch_id']}"
    assert call("GET", batch)[1]["status_counts"]["pending"] == len(tasks)
    begin = time.monotonic()
    assert get(service, created[-1])["status"] == "Pending"
    assert time.monotonic() - begin < 1
    status, answer = call("DELETE", batch)
    assert (status, answer["canceled_pending"]) == (200, len(tasks))
    assert call("GET", batch)[1]["status_counts"]["canceled"] == len(tasks)
    assert not checker.problems(db_url)


def test_a_failure_runs_down_a_chain_of_10000(service, target, db_url):
    target.behave = lambda _: (404, None)
    chain = [task(target, str(number), dependencies=[{"id": str(number - 1)}] if number else [])
             for number in range(10_000)]
    status, created = call("POST", service + "/task", chain)
    assert status == 201
    batch = f"{service}/batch/{created[0]['batch_id']}"
    target.wait_for(1, "start")
    begin = time.monotonic()
    wait_until(lambda: call("GET", batch)[1]["status_counts"]["failure"] == len(chain))
    assert time.monotonic() - begin < 30  # nobody else can write meanwhile
    for parent, child in zip(created[::999], created[1::999]):
        reason = get(service, child)["failure_reason"]
        assert reason == f"Required parent task {parent['id']} failed"
    assert len(target.webhooks("start")) == 1
    assert not checker.problems(db_url)


def test_a_cycle_cannot_be_written_down(service, target):
    def after(*locals_):
        return [{"id": local} for local in locals_]

    circles = (
        [task(target, "a", dependencies=after("a"))],
        [task(target, "a", dependencies=after("b")), task(target, "b", dependencies=after("a"))],
        [task(target, "a"), task(target, "b", dependencies=after("a", "c")),
         task(target, "c", dependencies=after("b"))],
    )
    for circle in circles:
        status, answer = call("POST", service + "/task", circle)
        assert status == 400, answer
        assert "dependencies[" in answer["details"][0], answer
    assert call("GET", service + "/task") == (200, [])
