# SPDX-License-Identifier: Apache-2.0
"""GET /events of the real server: live, filtered, in order, and without a gap over reconnects."""

import json

import httpx
import pytest

from programs import wait_until
from webhook_target import Target, call


class Listener:
    """One connection to /events; events are read as they come."""

    def __init__(self, url, last=None, **query):
        headers = {"Last-Event-ID": last} if last else {}
        self.client = httpx.Client(timeout=20)
        self.context = self.client.stream("GET", url + "/events", params=query, headers=headers)
        self.response = self.context.__enter__()
        assert self.response.status_code == 200
        assert self.response.headers["content-type"] == "text/event-stream"
        self.lines = self.response.iter_lines()
        self.last = None
        self.greeting = self.next_block()

    def next_block(self):
        block = {}
        for line in self.lines:
            line = line.rstrip("\n")  # older versions of httpx keep it
            if not line:
                break
            name, _, value = line.partition(": ")
            block[name] = value
        else:
            raise AssertionError("the stream has ended")
        self.last = block.get("id", self.last)
        return block

    def next_event(self):
        block = self.next_block()
        while "event" not in block:
            block = self.next_block()
        return {"event": block["event"], **json.loads(block["data"])}

    def until(self, task, status):
        """The moves of the task up to a status, as (from, to)."""
        moves = []
        while True:
            event = self.next_event()
            if event["task_id"] == task:
                moves.append((event["from"], event["to"]))
                if event["to"] == status:
                    return moves

    def close(self):
        self.context.__exit__(None, None, None)
        self.client.close()


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def server(serve, db_url):
    """Starts a server on the database of the test: the process and its URL."""

    def start():
        return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")

    return start


@pytest.fixture
def service(server):
    return server()[1]


def task(target, local="a", kind="build"):
    action = {"kind": "Webhook", "params": {"url": target.url + "/start", "verb": "Post"}}
    return {"id": local, "name": "task " + local, "kind": kind, "on_start": action}


def post(service, *tasks):
    status, answer = call("POST", service + "/task", list(tasks))
    assert status == 201, answer
    return answer


def succeed(service, created):
    assert call("PATCH", f"{service}/task/{created['id']}", {"status": "Success"})[0] == 200


def is_running(service, created):
    return call("GET", f"{service}/task/{created['id']}")[1]["status"] == "Running"


def test_a_listener_sees_the_whole_life_of_a_task(service, target):
    listener = Listener(service)
    [created] = post(service, task(target))
    assert listener.until(created["id"], "Running") == [
        (None, "Pending"), ("Pending", "Claimed"), ("Claimed", "Running")]
    succeed(service, created)
    assert listener.until(created["id"], "Success") == [("Running", "Success")]
    listener.close()


def test_filters_choose_by_batch_task_and_kind(service, target):
    [first] = post(service, task(target))
    by_batch = Listener(service, batch=first["batch_id"])
    by_kind = Listener(service, kind="other")
    [other] = post(service, task(target, kind="other"))
    by_task = Listener(service, task=other["id"])
    assert by_kind.next_event()["task_id"] == other["id"]
    wait_until(lambda: is_running(service, first) and is_running(service, other))
    succeed(service, first)
    assert by_batch.until(first["id"], "Success")[-1] == ("Running", "Success")
    succeed(service, other)
    assert by_task.until(other["id"], "Success")[-1] == ("Running", "Success")
    for listener in (by_batch, by_kind, by_task):
        listener.close()


def test_who_comes_back_goes_on_without_a_gap(service, target):
    listener = Listener(service)
    [first] = post(service, task(target))
    listener.until(first["id"], "Running")
    last = listener.last
    listener.close()
    tasks = [post(service, task(target))[0] for _ in range(20)]
    wait_until(lambda: all(is_running(service, created) for created in tasks))
    listener = Listener(service, last=last)
    seen = {created["id"]: [] for created in tasks}
    while any(moves[-1:] != ["Running"] for moves in seen.values()):
        event = listener.next_event()
        seen[event["task_id"]].append(event["to"])
    assert all(moves == ["Pending", "Claimed", "Running"] for moves in seen.values())
    listener.close()


def test_every_place_can_be_resumed_also_on_another_server(server, target):
    process, service = server()
    tasks = post(service, *[task(target, str(number)) for number in range(5)])
    wait_until(lambda: all(is_running(service, created) for created in tasks))
    listener = Listener(service)
    assert call("DELETE", f"{service}/batch/{tasks[0]['batch_id']}")[0] == 200
    places = []
    while len(places) < 5:
        event = listener.next_event()
        places.append((listener.last, event["task_id"]))
    listener.close()
    process.kill()
    service = server()[1]
    for (place, _), (_, following) in zip(places, places[1:]):
        again = Listener(service, last=place)
        assert again.next_event()["task_id"] == following
        again.close()


def test_a_silent_stream_shows_where_it_stands(service):
    listener = Listener(service)  # waits for 20 seconds at most
    assert listener.next_block() == {"id": listener.greeting["id"]}
    listener.close()


def test_events_of_other_servers_are_seen_too(server, target):
    here, there = server()[1], server()[1]
    listener = Listener(here)
    [created] = post(there, task(target))
    assert listener.until(created["id"], "Running")[0] == (None, "Pending")
    listener.close()


@pytest.mark.parametrize("last", ["99999999999999", "x", "1.2.3"])
def test_a_place_that_is_not_known_is_a_reset(service, last):
    listener = Listener(service, last=last)
    assert listener.greeting["event"] == "reset"
    listener.close()
