# SPDX-License-Identifier: Apache-2.0
"""The Python client against the real server, and the example that stands on it."""

import asyncio
import sys
import urllib.parse

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "python"))

from cutting_proxy import CuttingProxy  # noqa: E402
from programs import wait_until  # noqa: E402
from sluice.client import (  # noqa: E402
    AsyncClient, AsyncTaskHandle, Batch, Client, Conflict, Invalid, NotFound, Status, Stored,
    TaskHandle, Unauthorized, always, concurrency, failed, webhook,
)
from webhook_target import Target  # noqa: E402

EXAMPLE = ROOT / "examples/task-service-python"
TEXTS = sorted((ROOT / "examples/word-frequencies/texts").glob("*.txt"))
UNKNOWN = "019a9f3c-5b1f-7000-8000-00000b2c3d4e"


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def service(serve, tmp_path, monkeypatch):
    """The base URL of a server whose webhooks may reach this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    arguments = ("--workers", "0", "--skip-ssrf-validation", "true")
    return serve(f"sqlite://{tmp_path}/sluice.db", *arguments)[1]


@pytest.fixture
def client(service):
    with Client(service) as client:
        yield client


def task(batch, target, name="a", **more):
    return batch.task(name=name, kind="build", on_start=webhook(target.url + "/start"), **more)


def create_one(client, target, **more):
    batch = Batch()
    task(batch, target, **more)
    [created] = client.create(batch).tasks
    return created


def handle_of(target, created, **options):
    [start] = target.wait_for(1, "start", created.id)
    path = "/start?" + urllib.parse.urlencode(start.query)
    return TaskHandle.from_webhook(path, start.headers, **options)


def wait_for_status(client, created, status):
    wait_until(lambda: client.get(created.id).status == status)


def test_target_reports_and_children_follow(client, target):
    batch = Batch()
    a = task(batch, target, "a", expected_count=5, metadata={"customer": 7}, timeout=600)
    task(batch, target, "b", after=[a])
    task(batch, target, "c", after=[failed(a)])
    task(batch, target, "d", after=[always(a)], priority=-3)
    created = client.create(batch)
    first, second, third, fourth = created.tasks
    assert [one.status for one in created.tasks] == ["Pending", "Waiting", "Waiting", "Waiting"]
    with handle_of(target, first) as handle:
        assert (handle.id, handle.assignment.attempt) == (first.id, 1)
        handle.report_progress(success=2, failures=1)
        handle.heartbeat()
        handle.update(metadata={"customer": 8}, expected_count=6)
        seen = handle.get()
        assert (seen.success, seen.failures, seen.expected_count) == (2, 1, 6)
        assert (seen.metadata, seen.timeout) == ({"customer": 8}, 600)
        handle.succeed(success=3, metadata={"customer": 9})
    done = client.get(first.id)
    assert (done.status, done.success, done.metadata) == (Status.SUCCESS, 5, {"customer": 9})
    assert done.created_at <= done.started_at <= done.ended_at
    assert {w.task for w in target.wait_for(3, "start")} == {first.id, second.id, fourth.id}
    assert client.get(third.id).status is Status.SKIPPED
    links = {(link.child_id, link.condition) for link in client.dag(created.batch_id).links}
    assert links == {
        (second.id, "on_success"), (third.id, "on_failure"), (fourth.id, "always"),
    }


def test_failure_has_a_reason_and_is_final_for_older_reports(client, target):
    created = create_one(client, target)
    with handle_of(target, created) as handle:
        handle.fail("no disk", failures=2)
        with pytest.raises(NotFound):
            handle.succeed()
    seen = client.get(created.id)
    assert (seen.status, seen.failure_reason, seen.failures) == ("Failure", "no disk", 2)
    assert client.retry(created.id).status in ("Pending", "Claimed")
    target.wait_for(2, "start", created.id)
    with pytest.raises(Conflict):
        client.update(created.id, new_success=1, attempt=1)
    client.update(created.id, status="Success", attempt=2)
    with pytest.raises(NotFound):
        client.heartbeat(UNKNOWN)


def test_task_is_paused_edited_and_canceled(client, target):
    created = create_one(client, target)
    wait_for_status(client, created, "Running")
    assert client.pause(created.id).status is Status.PAUSED
    client.update(created.id, priority=9)
    client.count(created.id, new_success=4)
    assert client.resume(created.id).status is Status.RUNNING
    canceled = client.cancel(created.id)
    assert (canceled.status, canceled.priority, canceled.success) == (Status.CANCELED, 9, 4)
    for refused in (client.cancel, client.pause, client.resume):
        with pytest.raises(Invalid):
            refused(created.id)


def test_everything_wrong_with_a_batch_is_told(client, target):
    batch = Batch()
    task(batch, target, " ", timeout=0)
    task(batch, target, priority=5000)
    with pytest.raises(Invalid) as caught:
        client.create(batch)
    places = [detail.split(":")[0] for detail in caught.value.details]
    assert places == ["tasks[0].name", "tasks[0].timeout", "tasks[1].priority"]
    assert caught.value.request_id
    assert client.create([]).tasks == []


def test_lists_are_read_to_their_ends(client, target):
    target.behave = lambda _: (404, None)
    batch = Batch()
    for i in range(7):
        task(batch, target, f"n{i}", group_id="g", metadata={"half": i % 2})
    created = client.create(batch)
    ids = [one.id for one in created.tasks]
    found = [one.id for one in client.iterate(batch_id=created.batch_id, page_size=2)]
    assert found == ids[::-1]
    assert len(client.list(page_size=3, group_id="g")) == 3
    assert {one.name for one in client.iterate(metadata={"half": 1})} == {"n1", "n3", "n5"}
    assert client.list(kind="nothing") == []
    second = client.create([{"id": "x"} | batch.tasks[0].to_json()])
    listed = [one.batch_id for one in client.iterate_batches(page_size=1, kind="build")]
    assert listed == [second.batch_id, created.batch_id]
    wait_until(lambda: client.batch(created.batch_id).status_counts.failure == 7)
    [counts] = client.batches(created_before=created.tasks[0].created_at)
    assert (counts.total_tasks, counts.status_counts.unfinished) == (7, 0)


def test_batch_is_paused_resumed_and_stopped(client, target):
    batch = Batch()
    task(batch, target, "b", after=[task(batch, target)], expected_count=1)
    created = client.create(batch)
    wait_for_status(client, created.tasks[0], "Running")
    assert client.pause_batch(created.batch_id).paused_running == 1
    assert client.resume_batch(created.batch_id).resumed == 2
    stopped = client.stop_batch(created.batch_id)
    assert (stopped.canceled_running, stopped.canceled_waiting) == (1, 1)
    assert client.batch(created.batch_id).total_expected is None
    with pytest.raises(NotFound):
        client.batch(UNKNOWN)


def test_group_is_paused_resumed_and_stopped_over_its_batches(client, target):
    created = [create_one(client, target, group_id="nightly run") for _ in range(2)]
    for one in created:
        wait_for_status(client, one, "Running")
    [listed] = client.iterate_groups(page_size=1)
    assert (listed.group_id, listed.total_tasks) == ("nightly run", 2)
    assert client.pause_group("nightly run").paused_running == 2
    assert client.resume_group("nightly run").resumed == 2
    assert client.stop_group("nightly run").canceled_running == 2
    assert client.group("nightly run").status_counts.canceled == 2
    with pytest.raises(NotFound):
        client.group("other")


def test_final_task_is_hidden_and_brought_back(client, target):
    created = create_one(client, target)
    with pytest.raises(Invalid):
        client.hide(created.id)
    client.cancel(created.id)
    assert client.hide(created.id).deleted_at is not None
    assert client.list() == []
    assert [one.id for one in client.list(deleted=True)] == [created.id]
    assert client.restore(created.id).deleted_at is None
    assert [one.id for one in client.list()] == [created.id]


def test_task_tells_what_has_happened_and_why_it_does_not_run(client, target):
    batch = Batch()
    one_at_once = [concurrency(1, "build")]
    task(batch, target, rules=one_at_once)
    first = client.create(batch).tasks[0]
    wait_for_status(client, first, "Running")
    batch = Batch()
    held = task(batch, target, rules=one_at_once)
    task(batch, target, "b", after=[held])
    second, third = client.create(batch).tasks
    why = client.why(second.id)
    assert (why.status, why.reason, why.rules[0].holders) == ("Pending", "rules", [first.id])
    assert (why.rules[0].maximum, why.rules[0].matcher["kind"]) == (1, "build")
    assert [parent.id for parent in client.why(third.id).parents] == [second.id]
    client.pause(second.id)
    assert client.why(second.id).paused_at is not None
    client.cancel(second.id)
    events = client.timeline(second.id).events
    assert (events[0].event, events[0].status) == ("created", Status.PENDING)
    assert events[-1].status is Status.CANCELED
    assert client.why(second.id).reason == "final"


def test_stored_rules_and_actions_are_named_by_tasks(client, target):
    rule = client.store_rule(concurrency(1, "build"), name="one")
    assert client.store_rule(concurrency(1, "build")).id == rule.id
    action = client.store_action(webhook(target.url + "/start"))
    batch = Batch()
    batch.task(name="a", kind="build", on_start=Stored(action.id), rules=[Stored(rule.id)])
    created = client.create(batch)
    target.wait_for(1, "start", created.tasks[0].id)
    assert (client.rule(rule.id).uses, client.rule(rule.id).max_concurency) == (1, 1)
    with pytest.raises(Conflict):
        client.delete_rule(rule.id)
    changed = client.replace_rule(rule.id, concurrency(5, "build"))
    assert (changed.max_concurency, changed.name) == (5, None)
    assert client.set_rules(created.batch_id, "build", []).updated_count == 1
    assert client.delete_rule(rule.id).id == rule.id
    client.replace_action(action.id, webhook(target.url + "/other"), name="other")
    assert client.action(action.id).params["url"].endswith("/other")
    assert [one.name for one in client.iterate_actions(page_size=1)] == ["other"]
    client.delete_action(action.id)
    assert (client.rules(), client.actions()) == ([], [])


def test_schedule_makes_batches_until_it_is_deleted(client, target):
    batch = Batch()
    task(batch, target)
    schedule = client.create_schedule("often", batch, every=1)
    wait_until(lambda: client.schedule_runs(schedule.id))
    seen = client.update_schedule(schedule.id, {"enabled": False, "every": "1h"})
    assert (seen.enabled, seen.next_run_at, seen.every) == (False, None, "1h")
    ticks = list(client.iterate_schedule_runs(schedule.id, page_size=1))
    assert seen.last_batch_id == ticks[0].batch_id
    assert client.batch(ticks[-1].batch_id).total_tasks == 1
    assert [one.id for one in client.iterate_schedules(name="oft", enabled=False)] == [schedule.id]
    client.delete_schedule(schedule.id)
    with pytest.raises(NotFound):
        client.schedule(schedule.id)
    lines = list(client.iterate_audit(object="schedule", page_size=2))
    assert [line.action for line in lines[:2]] == ["schedule.delete", "schedule.update"]
    assert (lines[-1].action, lines[-1].detail) == ("schedule.create", "often")


def test_dead_delivery_is_sent_again(client, target):
    target.behave = lambda sent: (404 if sent.path == "/done" else 200, None)
    created = create_one(client, target, on_success=webhook(target.url + "/done", timeout=5))
    with handle_of(target, created) as handle:
        handle.succeed()
    wait_until(lambda: client.deliveries(status="dead"))
    [dead] = client.iterate_deliveries(status="dead", task_id=created.id)
    assert (dead.answered_status, client.delivery(dead.id).trigger) == (404, "End")
    assert client.redeliver(dead.id).redelivered == 1
    wait_until(lambda: client.deliveries(status="dead"))
    target.behave = lambda _: (200, None)
    assert client.redeliver_all(batch_id=created.batch_id).redelivered == 1
    wait_until(lambda: client.delivery(dead.id).status == "delivered")


def test_server_tells_about_itself(client):
    assert (client.health().status, client.ready().status) == ("ok", "ready")
    assert client.version().name == "sluice"


def test_asyncio_does_the_same(service, target):
    async def run():
        async with AsyncClient(service) as client:
            batch = Batch()
            for i in range(3):
                task(batch, target, f"n{i}")
            created = await client.create(batch)
            starts = await asyncio.to_thread(target.wait_for, 3, "start")
            for start in starts:
                async with AsyncTaskHandle.from_url(start.handle, attempt=1) as handle:
                    await handle.report_progress(success=1)
                    await handle.succeed()
            counts = await client.batch(created.batch_id)
            names = {one.name async for one in client.iterate(page_size=2)}
            return counts, names

    counts, names = asyncio.run(run())
    assert (counts.status_counts.success, counts.total_success) == (3, 3)
    assert names == {"n0", "n1", "n2"}


def test_keys_decide_what_a_client_may_do(sluice, serve, target, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    db_url = f"sqlite://{tmp_path}/sluice.db"

    def new_key(name, role):
        return sluice("key", "create", name, "--role", role, "--db", db_url).stdout.strip()

    key = new_key("reader", "read")
    _, url = serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")
    with Client(url) as client:
        assert client.health().status == "ok"
        with pytest.raises(Unauthorized, match="API key"):
            client.list()
    with Client(url, api_key=key) as client:
        assert client.list() == []
        with pytest.raises(Unauthorized, match="reader"):
            client.create([])
    with Client(url, api_key=new_key("writer", "write")) as client:
        created = create_one(client, target)
        assert client.cancel(created.id).status is Status.CANCELED
        assert client.stop_batch(created.batch_id).already_terminal == 1
        assert client.hide(created.id).deleted_at is not None
        rule = client.store_rule(concurrency(1, "build"))
        with pytest.raises(Unauthorized, match="writer"):
            client.delete_rule(rule.id)


class LosingOnce:
    """The first answer after `lose()` is lost with its connection."""

    def __init__(self, service):
        self._loses = False
        self._proxy = CuttingProxy(urllib.parse.urlsplit(service).port, self._cuts)
        self.url = f"http://127.0.0.1:{self._proxy.port}"
        self.close = self._proxy.close

    def lose(self):
        self._loses = True

    def _cuts(self):
        loses, self._loses = self._loses, False
        return loses


def test_what_was_done_unheard_is_done_once(service, client, target):
    losing = LosingOnce(service)
    with Client(losing.url) as unlucky:
        losing.lose()
        created = create_one(unlucky, target, retry=None)
        assert len(client.list()) == 1
        start = target.wait_for(1, "start", created.id)[0]
        handle = start.handle.replace(service, losing.url)
        with TaskHandle.from_url(handle, attempt=1) as task_handle:
            losing.lose()
            task_handle.succeed(success=3)
        assert (client.get(created.id).status, client.get(created.id).success) == ("Success", 3)
        created = create_one(unlucky, target)
        losing.lose()
        assert unlucky.cancel(created.id).status is Status.CANCELED
        created = create_one(unlucky, target)
        target.wait_for(1, "start", created.id)
        losing.lose()
        unlucky.update(created.id, status="Failure", failure_reason="x", attempt=1)
        assert client.get(created.id).status is Status.FAILURE
    losing.close()


def test_example_counts_the_words_of_all_files(service, client, start, environment):
    settings = {"PYTHONPATH": str(ROOT / "python"), "SLUICE_SERVER": service, "NO_PROXY": "*"}
    target = start(sys.executable, EXAMPLE / "service.py", "0", **settings)
    url = target.wait_for_line(r"http://\S+")[0]
    submit = start(
        sys.executable, EXAMPLE / "submit.py", *TEXTS, **settings, SLUICE_TARGET=url
    )
    words = sum(len(path.read_text().split()) for path in TEXTS)
    assert submit.wait() == 0, submit.stderr()
    assert submit.lines == [str(words)]
    counted = list(client.iterate(kind="count"))
    assert len(counted) == len(TEXTS)
    assert all(one.success == one.expected_count > 0 for one in counted)
