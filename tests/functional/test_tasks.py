# SPDX-License-Identifier: Apache-2.0
"""The task service from outside: what clients POST is started by webhooks, and targets report."""

import threading

import checker
import pytest

from programs import wait_until
from webhook_target import Target, call


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def service(serve, db_url):
    """The base URL of a server whose webhooks may reach this machine."""
    return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")[1]


def task(target, local="a", **more):
    action = {"kind": "Webhook", "params": {"url": target.url + "/start", "verb": "Post"}}
    return {"id": local, "name": "task " + local, "kind": "build", "on_start": action} | more


def end_action(target, path, **params):
    return {"kind": "Webhook", "params": {"url": target.url + path, "verb": "Post"} | params}


def post(service, *tasks, **headers):
    status, answer = call("POST", service + "/task", list(tasks), headers)
    assert status == 201, answer
    return answer


def get(service, created):
    status, answer = call("GET", f"{service}/task/{created['id']}")
    assert status == 200, answer
    return answer


def report(webhook, **fields):
    return call("PATCH", webhook.handle, fields)


def wait_for_status(service, created, status):
    wait_until(lambda: get(service, created)["status"] == status)
    return get(service, created)


def test_task_is_started_by_a_webhook_and_ended_by_its_target(service, target, db_url):
    [created] = post(service, task(target, on_success=[end_action(target, "/done")]))
    assert created["status"] == "Pending"
    [start] = target.wait_for(1, "start")
    assert start.key == f"{created['id']}:start"
    assert start.handle == f"{service}/task/{created['id']}"
    assert report(start, new_success=3) == (200, "Task updated successfully")
    assert wait_for_status(service, created, "Running")["success"] == 3
    assert report(start, status="Success") == (200, "Task updated successfully")
    assert get(service, created)["status"] == "Success"
    [end] = target.wait_for(1, "end")
    assert (end.path, end.key) == ("/done", f"{created['id']}:end:success")
    assert report(start, status="Success")[0] == 404
    assert not checker.problems(db_url)


def test_children_start_when_their_parents_have_ended(service, target):
    first, second = post(
        service, task(target, "a"), task(target, "b", dependencies=[{"id": "a"}])
    )
    assert second["status"] == "Waiting"
    [start] = target.wait_for(1, "start")
    assert start.task == first["id"]
    report(start, status="Success")
    assert target.wait_for(2, "start")[1].task == second["id"]


def test_failure_of_a_parent_fails_its_children(service, target):
    first, second = post(
        service, task(target, "a"),
        task(target, "b", dependencies=[{"id": "a"}], on_failure=[end_action(target, "/failed")]),
    )
    [start] = target.wait_for(1, "start")
    report(start, status="Failure", failure_reason="broken")
    child = get(service, second)
    assert child["status"] == "Failure"
    assert child["failure_reason"] == f"Required parent task {first['id']} failed"
    assert target.wait_for(1, "end")[0].task == second["id"]


def test_start_is_tried_again_with_the_same_key(service, target):
    answers = iter([(503, None), (500, None), (200, None)])
    lock = threading.Lock()

    def behave(_):
        with lock:
            return next(answers)

    target.behave = behave
    [created] = post(service, task(target))
    starts = target.wait_for(3, "start")
    assert {start.key for start in starts} == {f"{created['id']}:start"}
    wait_for_status(service, created, "Running")


def test_start_that_is_refused_fails_the_task(service, target):
    target.behave = lambda _: (404, None)
    [created] = post(service, task(target))
    failed = wait_for_status(service, created, "Failure")
    assert failed["failure_reason"].startswith("on_start webhook failed: ")
    assert failed["started_at"] is None
    assert len(target.webhooks("start")) == 1


def test_cancel_tells_the_target(service, target):
    target.behave = lambda webhook: (
        (200, end_action(target, "/stop-too")) if webhook.trigger == "start" else (200, None)
    )
    [created] = post(service, task(
        target, on_cancel=[end_action(target, "/stop")], on_failure=[end_action(target, "/no")],
    ))
    wait_for_status(service, created, "Running")
    assert call("DELETE", f"{service}/task/{created['id']}")[0] == 200
    assert get(service, created)["status"] == "Canceled"
    stops = target.wait_for(2, "cancel")
    assert [stop.path for stop in stops] == ["/stop", "/stop-too"]
    assert [stop.key for stop in stops] == [f"{created['id']}:cancel", f"{created['id']}:cancel:1"]
    assert not target.webhooks("end")


def test_inactive_task_times_out(service, target):
    [created] = post(service, task(target, timeout=1, on_cancel=[end_action(target, "/stop")]))
    failed = wait_for_status(service, created, "Failure")
    assert failed["failure_reason"] == "Timeout"
    target.wait_for(1, "cancel")


def test_dead_letter_is_listed_and_sent_again(service, target):
    target.behave = lambda webhook: (
        (404, {"why": "gone"}) if webhook.path == "/done" else (200, None)
    )
    [created] = post(service, task(target, on_success=[end_action(target, "/done")]))
    report(target.wait_for(1, "start")[0], status="Success")
    wait_until(lambda: call("GET", service + "/deliveries?status=dead")[1])
    [dead] = call("GET", service + "/deliveries?status=dead")[1]
    assert (dead["task_id"], dead["answered_status"]) == (created["id"], 404)
    target.behave = lambda webhook: (200, None)
    assert call("POST", f"{service}/deliveries/{dead['id']}/redeliver")[0] == 200
    first, second = target.wait_for(2, "end")
    assert first.key == second.key
    wait_until(lambda: not call("GET", service + "/deliveries?status=dead")[1])


def test_batch_is_stopped_as_a_whole(service, target):
    tasks = post(service, task(target, "a"), task(target, "b"), task(target, "c",
                 dependencies=[{"id": "a"}]))
    batch = tasks[0]["batch_id"]
    target.wait_for(2, "start")
    for one in tasks[:2]:
        wait_for_status(service, one, "Running")
    status, counts = call("DELETE", f"{service}/batch/{batch}")
    assert status == 200
    assert (counts["canceled_running"], counts["canceled_waiting"]) == (2, 1)
    assert {get(service, one)["failure_reason"] for one in tasks} == {"Batch stopped"}
    assert call("GET", f"{service}/batch/{batch}")[1]["status_counts"]["canceled"] == 3
    assert call("DELETE", f"{service}/batch/{batch}")[1]["already_terminal"] == 3


def test_paused_task_goes_on_where_it_was(service, target):
    [created] = post(service, task(target))
    wait_for_status(service, created, "Running")
    assert call("PATCH", f"{service}/task/pause/{created['id']}")[0] == 200
    assert get(service, created)["status"] == "Paused"
    assert call("PATCH", f"{service}/task/{created['id']}", {"new_success": 1})[0] == 200
    assert call("PATCH", f"{service}/task/resume/{created['id']}")[0] == 200
    assert get(service, created)["status"] == "Running"
    assert call("PATCH", f"{service}/task/resume/{created['id']}")[0] == 400


def test_handle_needs_no_key_on_a_server_that_asks_for_keys(serve, sluice, target, db_url):
    key = sluice("key", "create", "client", "--role", "write", "--db", db_url).stdout.split()[-1]
    service = serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")[1]
    assert call("POST", service + "/task", [task(target)])[0] == 401
    with_key = {"Authorization": f"Bearer {key}"}
    status, [created] = call("POST", service + "/task", [task(target)], with_key)
    assert status == 201
    [start] = target.wait_for(1, "start")
    assert "?token=" in start.handle
    assert call("GET", f"{service}/task/{created['id']}")[0] == 401
    assert report(start, status="Success") == (200, "Task updated successfully")
    assert call("GET", start.handle)[1]["status"] == "Success"
