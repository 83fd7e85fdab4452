# SPDX-License-Identifier: Apache-2.0
"""Details of the task service that clients rely on, each a rule of docs/http-api-tasks.md."""

import threading

import pytest

from programs import wait_until
from webhook_target import Target, call

LATER = "2100-01-01T00:00:00Z"
UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"
ARGUMENTS = ("--workers", "0", "--skip-ssrf-validation", "true")


@pytest.fixture
def service(serve, db_url):
    return serve(db_url, *ARGUMENTS)[1]


@pytest.fixture
def sqlite_service(serve, tmp_path):
    """For what has nothing to do with the store."""
    return serve(f"sqlite://{tmp_path}/sluice.db", *ARGUMENTS)[1]


def action(target, path="/start"):
    return {"kind": "Webhook", "params": {"url": target.url + path, "verb": "Post"}}


def task(target, local="a", **more):
    return {"id": local, "name": local, "kind": "build", "on_start": action(target)} | more


def post(url, *tasks):
    status, created = call("POST", url + "/task", list(tasks))
    assert status == 201, created
    return created


def get(url, created, more=""):
    status, answer = call("GET", f"{url}/task/{created['id']}{more}")
    assert status == 200, answer
    return answer


def report(url, created, **fields):
    status, answer = call("PATCH", f"{url}/task/{created['id']}", fields)
    assert status == 200, answer


def wait_for_status(url, created, status):
    wait_until(lambda: get(url, created)["status"] == status)


def test_reaching_the_expected_count_ends_nothing(service, target):
    [created] = post(service, task(target, expected_count=2))
    wait_for_status(service, created, "Running")
    report(service, created, new_success=2, new_failures=1)
    assert get(service, created)["status"] == "Running"
    report(service, created, status="Success")


def test_counts_of_nothing_are_no_heartbeat(service, target):
    [created] = post(service, task(target, scheduled_at=LATER))
    for counts in ({}, {"new_success": 0}, {"new_success": 0, "new_failures": 0}):
        assert call("PUT", f"{service}/task/{created['id']}", counts)[0] == 400
    assert get(service, created) == created


def test_dependency_may_be_a_task_that_exists(service, target):
    [parent] = post(service, task(target))
    [child] = post(service, task(target, dependencies=[{"task_id": parent["id"]}]))
    assert child["status"] == "Waiting"
    wait_for_status(service, parent, "Running")
    report(service, parent, status="Success")
    wait_for_status(service, child, "Running")
    [late] = post(service, task(target, dependencies=[{"task_id": parent["id"]}]))
    wait_for_status(service, late, "Running")
    status, answer = call("POST", service + "/task", [
        task(target, dependencies=[{"task_id": parent["id"]}, {"task_id": UNKNOWN}])])
    assert status == 400
    [detail] = answer["details"]
    assert detail.startswith("tasks[0].dependencies[1].task_id: ")


def test_what_looks_at_other_batches_has_a_limit(sqlite_service, target):
    [parent] = post(sqlite_service, task(target, scheduled_at=LATER))
    matcher = {"status": "Running", "kind": "none", "fields": []}
    for member in ({"dedupe_strategy": [matcher]}, {"dependencies": [{"task_id": parent["id"]}]}):
        tasks = [task(target, str(number), scheduled_at=LATER) for number in range(5001)]
        tasks[-1] |= member
        status, answer = call("POST", sqlite_service + "/task", tasks)
        assert (status, len(answer["details"])) == (400, 1)
        assert "5000" in answer["details"][0]
        assert len(post(sqlite_service, *tasks[1:])) == 5000


def test_what_waits_for_a_skipped_task_is_skipped_too(service, target):
    def after(parent, condition):
        return [{"id": parent, "condition": condition}]

    tasks = post(
        service, task(target, "a"), task(target, "b", dependencies=after("a", "on_failure")),
        *(task(target, condition, dependencies=after("b", condition))
          for condition in ("on_success", "on_failure", "always")),
    )
    wait_for_status(service, tasks[0], "Running")
    report(service, tasks[0], status="Success")
    assert [get(service, one)["status"] for one in tasks[:4]] == [
        "Success", "Skipped", "Skipped", "Skipped"]
    wait_for_status(service, tasks[4], "Running")


def test_timeline_tells_of_webhooks_and_of_the_batch(service, target):
    [created] = post(service, task(target, on_success=[action(target, "/done")]))
    wait_for_status(service, created, "Running")
    batch = f"{service}/batch/{created['batch_id']}"
    for verb in ("pause", "resume"):
        assert call("PATCH", f"{batch}/{verb}", {}, {"requester": "ada"})[0] == 200
    report(service, created, status="Success")
    wait_until(lambda: not call("GET", service + "/deliveries?status=waiting")[1])
    events = get(service, created, "/timeline")["events"]
    assert [entry["event"] for entry in events] == [
        "created", "claimed", "started", "batch pause", "batch resume", "ended", "webhook owed",
        "webhook delivered"]
    assert [entry["at"] for entry in events] == sorted(entry["at"] for entry in events)
    assert {entry["actor"] for entry in events if "batch" in entry["event"]} == {"ada"}


def test_sixty_four_webhooks_are_under_way_to_a_target(service, target):
    go_on = threading.Event()

    def behave(_):
        go_on.wait(30)
        return 200, None

    target.behave = behave
    other = Target()
    tasks = post(service, *(task(target, str(number), timeout=3600) for number in range(100)))
    target.wait_for(64, "start")
    [last] = post(service, task(other))
    other.wait_for(1, "start", last["id"])
    assert len(target.webhooks("start")) == 64
    go_on.set()
    assert {hook.task for hook in target.wait_for(100, "start")} == {one["id"] for one in tasks}
    other.close()


def test_start_that_fails_owes_on_failure(service, target):
    target.behave = lambda webhook: (404 if webhook.trigger == "start" else 200, None)
    [created] = post(service, task(
        target, on_failure=[action(target, "/failed")], on_cancel=[action(target, "/stop")]))
    [end] = target.wait_for(1, "end")
    assert (end.path, end.key) == ("/failed", f"{created['id']}:end:failure")
    wait_until(lambda: not call("GET", service + "/deliveries?status=waiting")[1])
    assert target.webhooks("cancel") == []


def test_dead_end_that_runs_is_told_to_stop(service, target):
    parent, child = post(
        service, task(target, on_cancel=[action(target, "/stop")],
                      on_failure=[action(target, "/failed")]),
        task(target, "b", dependencies=[{"id": "a"}]),
    )
    wait_for_status(service, parent, "Running")
    assert call("DELETE", f"{service}/task/{child['id']}")[0] == 200
    [stop] = target.wait_for(1, "cancel")
    assert (stop.path, stop.task) == ("/stop", parent["id"])
    assert get(service, parent)["failure_reason"] == "All child tasks already terminated"


def test_why_tells_when_a_failed_task_is_tried_again(service, target):
    target.behave = lambda _: (404, None)
    [created] = post(service, task(target, retry={"max_retries": 1, "initial_delay_secs": 300}))
    wait_until(lambda: get(service, created)["next_retry_at"])
    answer = get(service, created, "/why")
    assert answer["not_before"] == get(service, created)["next_retry_at"]
    assert (answer["status"], answer["rules"]) == ("Pending", [])
    assert "tried again" in answer["why"]


def test_why_tells_that_a_rule_cannot_judge(service, target):
    [created] = post(service, task(target, scheduled_at=LATER))
    rule = {"type": "Capacity", "max_capacity": 5,
            "matcher": {"status": "Running", "kind": "build", "fields": []}}
    rules = {"kind": "build", "rules": [rule]}
    url = f"{service}/batch/{created['batch_id']}/rules"
    assert call("PATCH", url, rules)[1]["updated_count"] == 1
    report(service, created, scheduled_at="2000-01-01T00:00:00Z")
    answer = get(service, created, "/why")
    [held] = answer["rules"]
    assert (held["type"], held["matcher"]) == ("Capacity", rule["matcher"])
    assert "expected_count" in answer["why"]
    report(service, created, expected_count=1)
    wait_for_status(service, created, "Running")


def schedule(target, *tasks, **more):
    return {"name": "nightly", "cron": "0 3 * * *", "tasks": list(tasks)} | more


def test_schedule_names_nothing_that_exists_already(sqlite_service, target):
    stored = call("POST", sqlite_service + "/actions", action(target))[1]
    [parent] = post(sqlite_service, task(target, scheduled_at=LATER))
    for member, place in (
        ({"on_start": {"ref": stored["id"]}}, "tasks[0].on_start"),
        ({"rules": [{"ref": UNKNOWN}]}, "tasks[0].rules[0]"),
        ({"dependencies": [{"task_id": parent["id"]}]}, "tasks[0].dependencies[0]"),
    ):
        body = schedule(target, task(target, **member))
        status, answer = call("POST", sqlite_service + "/schedules", body)
        assert status == 400, answer
        assert [detail.startswith(place) for detail in answer["details"]] == [True], answer
    assert call("GET", sqlite_service + "/schedules") == (200, [])


def test_schedule_has_at_most_a_mebibyte(sqlite_service, target):
    body = schedule(target, task(target))
    assert call("POST", sqlite_service + "/schedules", body | {"x": "y" * (1 << 19)})[0] == 201
    assert call("POST", sqlite_service + "/schedules", body | {"x": "y" * (1 << 20)})[0] == 413


def test_audit_knows_its_objects(sqlite_service):
    for known in ("task", "batch", "group", "rule", "action", "schedule", "delivery", "key", "job",
                  "execution"):
        assert call("GET", f"{sqlite_service}/audit?object={known}") == (200, [])
    assert call("GET", sqlite_service + "/audit?object=thing")[0] == 400


def test_audit_names_keys_and_handles(serve, sluice, target, tmp_path):
    db_url = f"sqlite://{tmp_path}/sluice.db"
    key = sluice("key", "create", "ci", "--role", "write", "--db", db_url).stdout.split()[-1]
    url = serve(db_url, *ARGUMENTS)[1]
    headers = {"Authorization": f"Bearer {key}", "requester": "somebody"}
    assert call("POST", url + "/task", [task(target)], headers)[0] == 201
    [start] = target.wait_for(1, "start")
    assert call("PATCH", start.handle, {"status": "Success"})[0] == 200
    lines = call("GET", url + "/audit?object=task", None, headers)[1]
    assert [(line["action"], line["actor"]) for line in lines] == [("report", "handle")]
    lines = call("GET", url + "/audit?object=batch", None, headers)[1]
    assert [(line["action"], line["actor"]) for line in lines] == [("submit", "ci")]


def test_audit_has_what_is_done_to_stored_things(sqlite_service, target):
    rule = {"type": "Concurency", "max_concurency": 1,
            "matcher": {"status": "Running", "kind": "build", "fields": []}}
    ada = {"requester": "ada"}
    stored = {}
    for kind, body in (("rule", rule), ("action", action(target)),
                       ("schedule", schedule(target, task(target)))):
        path = f"{sqlite_service}/{kind}s"
        status, created = call("POST", path, body | {"name": "x"}, ada)
        assert status == 201, created
        stored[kind] = path = f"{path}/{created['id']}"
        verb = "PATCH" if kind == "schedule" else "PUT"
        changed = {"name": "y"} if kind == "schedule" else body | {"name": "y"}
        assert call(verb, path, changed, ada)[0] == 200
        assert call("DELETE", path, None, ada)[0] == 200
    for kind, path in stored.items():
        query = f"object={kind}&object_id={path.rpartition('/')[2]}"
        lines = call("GET", f"{sqlite_service}/audit?{query}")[1]
        change = "update" if kind == "schedule" else "change"
        assert [line["action"] for line in lines] == [
            f"{kind}.delete", f"{kind}.{change}", f"{kind}.create"]
        assert [line["detail"] for line in lines] == ["y", "y", "x"]
        assert {line["actor"] for line in lines} == {"ada"}


def test_server_may_try_webhooks_less(serve, target, tmp_path):
    target.behave = lambda _: (503, None)
    _, url = serve(f"sqlite://{tmp_path}/sluice.db", *ARGUMENTS,
                   "--webhook-start-retries", "0", "--webhook-retries", "0")
    [created] = post(url, task(target, on_failure=[action(target, "/failed")]))
    wait_until(lambda: call("GET", url + "/deliveries?status=dead")[1])
    assert get(url, created)["status"] == "Failure"
    assert [webhook.path for webhook in target.webhooks()] == ["/start", "/failed"]


def test_server_may_try_webhooks_sooner(serve, target, tmp_path):
    target.behave = lambda _: (503, None)
    _, url = serve(f"sqlite://{tmp_path}/sluice.db", *ARGUMENTS, "--webhook-start-retries", "0",
                   "--webhook-retries", "3", "--webhook-retry-delay-ms", "1")
    post(url, task(target, on_failure=[action(target, "/failed")]))
    wait_until(lambda: call("GET", url + "/deliveries?status=dead")[1])
    assert [webhook.path for webhook in target.webhooks()] == ["/start"] + 4 * ["/failed"]
