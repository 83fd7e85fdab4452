# SPDX-License-Identifier: Apache-2.0
"""Rules and deduplication from outside: what an observer of the targets sees."""

import threading

import checker
import pytest

from programs import wait_until
from webhook_target import Target, call


class Busy(Target):
    """Counts what runs at once: from the start's arrival until its report is sent."""

    def __init__(self):
        self.lock = threading.Lock()
        self.running = {}
        self.most = {}
        self.done = 0
        super().__init__()

    def begin(self, group):
        with self.lock:
            self.running[group] = self.running.get(group, 0) + 1
            self.most[group] = max(self.most.get(group, 0), self.running[group])

    def end(self, group):
        with self.lock:
            self.running[group] -= 1
            self.done += 1


@pytest.fixture
def target():
    target = Busy()
    yield target
    target.close()


def concurrency(maximum, *fields, kind="build", status="Running"):
    return {"type": "Concurency", "max_concurency": maximum,
            "matcher": {"status": status, "kind": kind, "fields": list(fields)}}


def task(target, local, **more):
    action = {"kind": "Webhook", "params": {"url": target.url + "/start", "verb": "Post"}}
    return {"id": local, "name": local, "kind": "build", "on_start": action} | more


def open_service(serve, db_url):
    return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")[1]


def counts(service, created):
    _, answer = call("GET", f"{service}/batch/{created[0]['batch_id']}")
    return answer["status_counts"]


def work_off(target, groups, known):
    """A target that reports from a thread of its own, so that several tasks run at once."""
    def behave(webhook):
        if webhook.trigger != "start":
            return 200, None
        known.wait(10)
        group = groups[webhook.task]
        target.begin(group)

        def report():
            target.end(group)
            call("PATCH", webhook.handle, {"status": "Success"})

        threading.Thread(target=report).start()
        return 200, None

    target.behave = behave


@pytest.mark.parametrize("servers", [1, 2])
def test_no_start_goes_above_a_rule(serve, target, db_url, servers):
    services = [open_service(serve, db_url) for _ in range(servers)]
    tasks = [task(target, str(i), metadata={"customer": i % 3}, rules=[concurrency(2, "customer")])
             for i in range(60)]
    groups = {}
    known = threading.Event()
    work_off(target, groups, known)
    status, created = call("POST", services[0] + "/task", tasks)
    assert status == 201, created
    groups.update({one["id"]: one["metadata"]["customer"] for one in created})
    known.set()
    wait_until(lambda: counts(services[-1], created)["success"] == 60, seconds=60)
    assert max(target.most.values()) <= 2
    assert not checker.problems(db_url)


def test_a_second_task_waits_for_the_place_of_the_first(serve, target, db_url):
    service = open_service(serve, db_url)
    rules = [concurrency(1)]
    status, created = call("POST", service + "/task",
                           [task(target, "a", rules=rules), task(target, "b", rules=rules)])
    assert status == 201 and created[0]["rules"] == rules
    [first] = target.wait_for(1, "start")
    status, listed = call("GET", f"{service}/task/{created[1]['id']}")
    assert (status, listed["status"]) == (200, "Pending")
    call("PATCH", first.handle, {"status": "Success"})
    assert target.wait_for(2, "start")[1].task == created[1]["id"]


def test_rules_of_a_batch_can_be_replaced(serve, target, db_url):
    service = open_service(serve, db_url)
    _, created = call("POST", service + "/task",
                      [task(target, str(i), rules=[concurrency(1)]) for i in range(3)])
    target.wait_for(1, "start")
    url = f"{service}/batch/{created[0]['batch_id']}/rules"
    assert call("PATCH", url, {"kind": "build", "rules": [concurrency(3)]})[1]["updated_count"] == 3
    target.wait_for(3, "start")
    status, answer = call("PATCH", url, {"kind": "build", "rules": [{"type": "Concurency"}]})
    assert status == 400
    assert answer["details"] == ["rules[0].max_concurency: is required",
                                 "rules[0].matcher: is required"]
    assert call("PATCH", f"{service}/batch/{created[0]['id']}/rules",
                {"kind": "build", "rules": []})[0] == 404


def test_duplicates_are_not_created(serve, target, db_url):
    service = open_service(serve, db_url)
    matcher = {"status": "Running", "kind": "build", "fields": ["customer"]}
    first = task(target, "a", metadata={"customer": 1})
    status, [created] = call("POST", service + "/task", [first])
    assert status == 201
    wait_until(lambda: call("GET", f"{service}/task/{created['id']}")[1]["status"] == "Running")
    again = task(target, "a", metadata={"customer": 1, "more": 2}, dedupe_strategy=[matcher])
    assert call("POST", service + "/task", [again])[0] == 204
    other = task(target, "b", metadata={"customer": 2}, dedupe_strategy=[matcher])
    status, answer = call("POST", service + "/task", [again, other])
    assert status == 201
    assert [one["name"] for one in answer] == ["b"]
