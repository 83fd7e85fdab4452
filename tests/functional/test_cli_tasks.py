# SPDX-License-Identifier: Apache-2.0
"""The commands of the task service against a server. They speak HTTP: one store is enough."""

import json
import re

import pytest
import yaml

from programs import wait_until
from webhook_target import Target, call

UNKNOWN = "019a9f3c-5b1f-7000-8000-00000b2c3d4e"
NEVER = "2100-01-01T00:00:00Z"  # what is scheduled for then stays Pending


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def service(serve, tmp_path):
    return serve(f"sqlite://{tmp_path}/sluice.db", "--workers", "0",
                 "--skip-ssrf-validation", "true")[1]


@pytest.fixture
def cli(sluice, service):
    """cli(*arguments) → the finished command, asking the server."""
    return lambda *arguments, **more: sluice(*arguments, SLUICE_SERVER=service, **more)


def task(local="a", url="http://127.0.0.1:9/", **more):
    action = {"kind": "Webhook", "params": {"url": url, "verb": "Post"}}
    waits = {} if url.endswith("/start") else {"scheduled_at": NEVER}
    named = {"id": local, "name": "task " + local, "kind": "build", "on_start": action}
    return named | waits | more


@pytest.fixture
def create(cli):
    """create(*tasks) → their ids."""

    def create(*tasks):
        result = cli("task", "create", "-", stdin=json.dumps(tasks))
        assert result.returncode == 0, result.stderr
        return result.stdout.split()

    return create


@pytest.fixture
def running(create, target, service):
    """The id of a task whose target has been told to start it."""
    [id] = create(task(url=target.url + "/start"))
    wait_until(lambda: get(service, f"/task/{id}")["status"] == "Running")
    return id


def get(service, path):
    status, answer = call("GET", service + path)
    assert status == 200, answer
    return answer


def document(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def names(result):
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def test_create_prints_the_ids_in_the_order_of_the_file(cli, service, directory):
    tasks = [task("a"), task("b", dependencies=[{"id": "a"}])]
    (directory / "tasks.json").write_text(json.dumps(tasks))
    (directory / "tasks.yaml").write_text(yaml.safe_dump(tasks))
    for arguments, stdin in ((["tasks.json"], ""), (["tasks.yaml"], ""), (["-"], json.dumps(tasks)),
                             (["-"], yaml.safe_dump(tasks))):
        result = cli("task", "create", *arguments, stdin=stdin)
        created = [get(service, f"/task/{id}") for id in names(result)]
        assert [one["name"] for one in created] == ["task a", "task b"]
        assert result.stderr == f"sluice: batch {created[0]['batch_id']}: 2 tasks\n"
        assert created[0]["requester"]
    assert document(cli("task", "create", "tasks.json", "--output", "json"))[1]["name"] == "task b"


def test_create_with_the_same_key_creates_nothing_twice(cli):
    arguments = ("task", "create", "-", "--idempotency-key", "tuesday")
    first = cli(*arguments, stdin=json.dumps([task()]))
    again = cli(*arguments, stdin=json.dumps([task()]))
    assert first.returncode == 0
    assert first.stdout == again.stdout
    other = cli(*arguments, stdin=json.dumps([task(name="other")]))
    assert other.returncode == 1
    assert "tuesday" in other.stderr or "Idempotency-Key" in other.stderr


def test_create_says_when_there_is_nothing_to_create(cli, create):
    create(task())
    double = task(dedupe_strategy=[{"status": "Pending", "kind": "build", "fields": []}])
    result = cli("task", "create", "-", stdin=json.dumps([double]))
    assert (result.returncode, result.stdout) == (0, "")
    assert "nothing was created" in result.stderr
    assert document(cli("task", "create", "-", "--output", "json", stdin="[]")) == []


def test_create_tells_every_problem_of_the_file(cli):
    result = cli("task", "create", "-", stdin=json.dumps([task(name=" ", timeout=0)]))
    assert result.returncode == 1
    assert "tasks[0].name: must not be blank" in result.stderr
    assert "tasks[0].timeout" in result.stderr
    assert cli("task", "create", "none.json").returncode == 3
    assert cli("task", "create", "-", stdin="[1").returncode == 1


def test_list_has_four_formats(cli, create, service):
    ids = create(task("a", expected_count=10), task("b"))
    table = cli("task", "list").stdout.splitlines()
    assert table[0].split() == ["ID", "STATUS", "KIND", "PROGRESS", "NAME", "CREATED"]
    assert table[1].split()[:6] == [ids[1], "Pending", "build", "0", "task", "b"]
    assert table[2].split()[3] == "0/10"
    assert names(cli("task", "list", "--output", "name")) == ids[::-1]
    shown = document(cli("task", "list", "--output", "json"))
    assert shown == get(service, "/task")
    assert shown == yaml.safe_load(cli("task", "list", "--output", "yaml").stdout)


def test_list_filters(cli, create):
    [a] = create(task("a", kind="encode", metadata={"customer": 7, "x": "ü&="}, group_id="g h"))
    [b] = create(task("b", timeout=600))
    batch = document(cli("task", "describe", a, "--output", "json"))["batch_id"]
    assert cli("task", "cancel", b).returncode == 0
    for arguments, expected in (
        ([], [b, a]), (["--name", "k b"], [b]), (["--kind", "enc"], [a]),
        (["--status", "Canceled"], [b]), (["--status", "pending"], [a]),
        (["--timeout", "600"], [b]),
        (["--metadata", '{"customer": 7}'], [a]), (["--metadata", '{"x": "ü&="}'], [a]),
        (["--batch", batch], [a]), (["--group", "g h"], [a]), (["--limit", "1"], [b]),
        (["--kind", "build", "--status", "Pending"], []), (["--deleted"], []),
    ):
        assert names(cli("task", "list", "--output", "name", *arguments)) == expected, arguments
    assert cli("task", "list", "--status", "ready").returncode == 2
    assert "metadata" in cli("task", "list", "--metadata", "{").stderr


def test_list_goes_on_over_pages_up_to_its_limit(cli, create):
    ids = create(*(task(str(i)) for i in range(230)))
    assert names(cli("task", "list", "--output", "name")) == ids[:-101:-1]
    assert names(cli("task", "list", "--output", "name", "--limit", "201")) == ids[:-202:-1]
    assert names(cli("task", "list", "--output", "name", "--limit", "1000")) == ids[::-1]


def test_lists_of_stored_things_go_on_over_pages_up_to_their_limit(cli, service):
    action = {"kind": "Webhook", "params": {"url": "http://127.0.0.1:9/", "verb": "Post"}}
    matcher = {"status": "Running", "kind": "k", "fields": []}
    tasks = [{"id": "a", "name": "a", "kind": "k", "on_start": action}]
    bodies = {
        "rule": {"type": "Concurency", "max_concurency": 1, "matcher": matcher},
        "action": action,
        "schedule": {"every": "1h", "tasks": tasks},
    }
    for noun, body in bodies.items():
        ids = [call("POST", f"{service}/{noun}s", body | {"name": str(i)})[1]["id"]
               for i in range(130)]
        assert names(cli(noun, "list", "--output", "name")) == ids[:-101:-1]
        assert names(cli(noun, "list", "--output", "name", "--limit", "101")) == ids[:-102:-1]
        assert names(cli(noun, "list", "--output", "name", "--limit", "1000")) == ids[::-1]


def test_describe_shows_everything_that_is_known(cli, create, service):
    [id] = create(task(metadata={"customer": 7}))
    text = cli("task", "describe", id).stdout
    assert re.search(rf"^Id: +{id}$", text, re.MULTILINE)
    assert re.search(r"^Status: +Pending$", text, re.MULTILINE)
    assert re.search(r'^Metadata: +{"customer":7}$', text, re.MULTILINE)
    assert re.search(r'^Actions:\n  {"id":', text, re.MULTILINE)
    assert "Failure reason" not in text
    assert document(cli("task", "describe", id, "--output", "json")) == get(service, f"/task/{id}")
    assert cli("task", "describe", id, "--output", "name").stdout == f"{id}\n"


def test_text_of_users_does_not_reach_the_terminal_as_it_is(cli, create):
    [id] = create(task(name="a\x1b[2Jb\nc"))
    for command in (["task", "list"], ["task", "describe", id]):
        assert "\x1b" not in cli(*command).stdout


def test_unknown_things_are_not_found(cli):
    for words in ("task describe", "task why", "task timeline", "task cancel", "task pause",
                  "task count --success 1", "task update", "batch describe", "batch cancel",
                  "group describe", "delivery describe", "delivery redeliver"):
        arguments = words.split()
        result = cli(*arguments, UNKNOWN)
        assert (result.returncode, result.stdout) == (3, ""), arguments
        assert "Not found" in result.stderr
        assert cli(*arguments, "a/b").returncode == 3, arguments


def test_update_changes_what_is_given_and_nothing_else(cli, create, service):
    [id] = create(task(metadata={"customer": 7}, priority=3))
    result = cli("task", "update", id, "--priority", "-5", "--expected-count", "4")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == f"sluice: task {id}: updated\n"
    edited = get(service, f"/task/{id}")
    assert (edited["priority"], edited["expected_count"]) == (-5, 4)
    assert edited["metadata"] == {"customer": 7}
    cli("task", "update", id, "--metadata", "[1]", "--scheduled-at", "2101-01-01T00:00:00Z")
    edited = get(service, f"/task/{id}")
    assert (edited["metadata"], edited["priority"]) == ([1], -5)
    assert edited["scheduled_at"] == "2101-01-01T00:00:00.000000Z"
    assert "--metadata" in cli("task", "update", id, "--metadata", "{").stderr


def test_update_reports_and_ends_a_task(cli, running, service):
    assert cli("task", "update", running, "--success", "2", "--failures", "1").returncode == 0
    assert cli("task", "update", running, "--attempt", "7").returncode == 1
    without_reason = cli("task", "update", running, "--status", "failure")
    assert without_reason.returncode == 1
    assert "failure_reason" in without_reason.stderr
    ended = cli("task", "update", running, "--status", "failure", "--reason", "no ink")
    assert ended.returncode == 0, ended.stderr
    task = get(service, f"/task/{running}")
    assert (task["status"], task["failure_reason"]) == ("Failure", "no ink")
    assert (task["success"], task["failures"]) == (2, 1)
    assert "2 (1 failed)" in cli("task", "list").stdout


def test_count_adds_to_a_task_that_has_ended(cli, running, service):
    assert cli("task", "update", running, "--status", "success").returncode == 0
    assert cli("task", "count", running, "--success", "3", "--failures", "2").returncode == 0
    task = get(service, f"/task/{running}")
    assert (task["success"], task["failures"]) == (3, 2)
    assert cli("task", "count", running).returncode == 1


def test_verbs_say_what_became_of_each_task(cli, create):
    a, b, c = create(task("a"), task("b"), task("c"))
    for words, said in (
        (["pause", a, b], "Paused"), (["resume", a, b], "Pending"), (["cancel", a, b], "Canceled"),
        (["delete", a, b], "deleted"), (["restore", a, b], "restored"),
    ):
        result = cli("task", *words)
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
        assert result.stderr == f"sluice: task {a}: {said}\nsluice: task {b}: {said}\n"
    assert cli("task", "resume", c).returncode == 1
    assert document(cli("task", "cancel", c, "--output", "json"))["status"] == "Canceled"


def test_canceled_task_is_tried_again(cli, create):
    [id] = create(task())
    assert cli("task", "retry", id).returncode == 1
    cli("task", "cancel", id)
    result = cli("task", "retry", id)  # it may have been claimed already
    assert result.returncode == 0
    assert re.fullmatch(f"sluice: task {id}: (Pending|Claimed)\n", result.stderr)


def test_deleted_tasks_are_listed_on_demand(cli, create):
    a, b = create(task("a"), task("b"))
    assert cli("task", "delete", a).returncode == 1
    cli("task", "cancel", a)
    assert cli("task", "delete", a).returncode == 0
    assert names(cli("task", "list", "--output", "name")) == [b]
    assert names(cli("task", "list", "--output", "name", "--deleted")) == [a]


def test_timeline_and_why_tell_a_tasks_story(cli, create, service):
    a, b = create(task("a"), task("b", dependencies=[{"id": "a"}]))
    cli("task", "pause", a)
    table = cli("task", "timeline", a).stdout.splitlines()
    assert table[0].split() == ["AT", "EVENT", "ATTEMPT", "STATUS", "ACTOR", "DETAIL"]
    assert "created" in table[1]
    assert document(cli("task", "timeline", a, "--output", "json")) == get(
        service, f"/task/{a}/timeline")
    why = get(service, f"/task/{b}/why")
    assert cli("task", "why", b).stdout == why["why"] + "\n"
    assert document(cli("task", "why", b, "--output", "json")) == why


def test_batches_are_listed_and_counted(cli, create, service):
    a, b = create(task("a"), task("b", kind="test", dependencies=[{"id": "a"}]))
    batch = get(service, f"/task/{a}")["batch_id"]
    create(task("c", kind="other"))
    table = cli("batch", "list", "--kind", "test", "--status", "waiting").stdout.splitlines()
    assert table[0].split() == ["ID", "TASKS", "STATUS", "KINDS", "CREATED"]
    assert table[1].split()[:8] == [batch, "2", "waiting", "1,", "pending", "1", "build,", "test"]
    assert len(table) == 2
    assert names(cli("batch", "list", "--output", "name", "--created-after", NEVER)) == []
    assert len(names(cli("batch", "list", "--output", "name", "--created-before", NEVER))) == 2
    text = cli("batch", "describe", batch).stdout
    assert re.search(r"^Status counts: +waiting 1, pending 1$", text, re.MULTILINE)
    counts = document(cli("batch", "describe", batch, "--output", "json"))
    assert counts == get(service, f"/batch/{batch}")
    assert names(cli("batch", "tasks", batch, "--output", "name")) == [b, a]


def test_what_is_done_to_a_batch_is_counted(cli, create, service):
    [a, _] = create(task("a"), task("b", dependencies=[{"id": "a"}]))
    batch = get(service, f"/task/{a}")["batch_id"]
    for verb, said in (
        ("pause", "paused waiting 1, paused pending 1"), ("resume", "resumed 2"),
        ("resume", "nothing to do"), ("cancel", "canceled waiting 1, canceled pending 1"),
        ("cancel", "already terminal 2"),
    ):
        result = cli("batch", verb, batch)
        assert (result.returncode, result.stderr) == (0, f"sluice: batch {batch}: {said}\n")


def test_batch_rules_are_replaced_by_those_of_a_file(cli, create, service, directory):
    [a, b] = create(task("a"), task("b", kind="test"))
    batch = get(service, f"/task/{a}")["batch_id"]
    rules = [{"type": "Concurency", "max_concurency": 5,
              "matcher": {"status": "Running", "kind": "build", "fields": []}}]
    (directory / "rules.yaml").write_text(yaml.safe_dump(rules))
    result = cli("batch", "rules", batch, "rules.yaml", "--kind", "build")
    assert (result.returncode, result.stderr) == (0, f"sluice: batch {batch}: updated count 1\n")
    assert get(service, f"/task/{a}")["rules"] == rules
    assert get(service, f"/task/{b}")["rules"] == []
    without_kind = cli("batch", "rules", batch, "rules.yaml")
    assert without_kind.returncode == 1
    assert "kind" in without_kind.stderr
    bad = cli("batch", "rules", batch, "-", "--kind", "build", stdin='[{"type": "No"}]')
    assert bad.returncode == 1
    assert "rules[0].type" in bad.stderr


def test_graph_is_drawn_with_each_task_once(cli, create, service):
    def after(*parents, **condition):
        return {"dependencies": [{"id": parent} | condition for parent in parents]}

    a, b, c, d, e, f = create(
        task("a"), task("b", **after("a")), task("c", **after("b")), task("d", **after("a")),
        task("e", **after("b", "d")), task("f", **after("d", condition="on_failure")),
    )
    batch = get(service, f"/task/{a}")["batch_id"]
    assert cli("batch", "dag", batch).stdout == (
        f"task a [Pending] {a}\n"
        f"├─ task b [Waiting] {b}\n"
        f"│  ├─ task c [Waiting] {c}\n"
        f"│  └─ task e [Waiting], after task d {e}\n"
        f"└─ task d [Waiting] {d}\n"
        f"   └─ task f [Waiting], on_failure {f}\n"
    )
    assert document(cli("batch", "dag", batch, "--output", "json")) == get(service, f"/dag/{batch}")
    assert sorted(names(cli("batch", "dag", batch, "--output", "name"))) == sorted(
        [a, b, c, d, e, f])
    unknown = cli("batch", "dag", UNKNOWN)
    assert (unknown.returncode, unknown.stdout) == (0, "")
    assert "no such batch" in unknown.stderr


def test_deep_graph_is_drawn_without_growing_lines(cli, create, service):
    chain = [task("0")] + [task(str(i), dependencies=[{"id": str(i - 1)}]) for i in range(1, 200)]
    ids = create(*chain)
    batch = get(service, f"/task/{ids[0]}")["batch_id"]
    lines = cli("batch", "dag", batch).stdout.splitlines()
    assert [line.split()[-1] for line in lines] == ids
    assert max(map(len, lines)) < 200


def test_groups_are_listed_counted_and_stopped(cli, create, service):
    create(task("a", group_id="night/ly"))
    create(task("b", group_id="night/ly"))
    table = cli("group", "list").stdout.splitlines()
    assert table[0].split() == ["ID", "TASKS", "STATUS", "KINDS", "CREATED"]
    assert table[1].split()[:4] == ["night/ly", "2", "pending", "2"]
    text = cli("group", "describe", "night/ly").stdout
    assert re.search(r"^Total tasks: +2$", text, re.MULTILINE)
    for verb, said in (("pause", "paused pending 2"), ("resume", "resumed 2"),
                       ("cancel", "canceled pending 2")):
        assert cli("group", verb, "night/ly").stderr == f"sluice: group night/ly: {said}\n"


@pytest.fixture
def dead(cli, create, target, service):
    """The id of a delivery that its target has refused, and of its batch."""
    target.behave = lambda webhook: (404 if webhook.path == "/done" else 200, None)
    done = {"kind": "Webhook", "params": {"url": target.url + "/done", "verb": "Post"}}
    [id] = create(task(url=target.url + "/start", on_success=[done]))
    wait_until(lambda: get(service, f"/task/{id}")["status"] == "Running")
    assert cli("task", "update", id, "--status", "success").returncode == 0
    wait_until(lambda: get(service, "/deliveries?status=dead"))
    return get(service, "/deliveries?status=dead")[0]


def test_dead_delivery_is_listed_shown_and_sent_again(cli, dead, target, service):
    target.behave = lambda webhook: (200, None)
    table = cli("delivery", "list", "--status", "dead").stdout.splitlines()
    assert table[1].split()[:2] == [dead["id"], "dead"]
    assert "404" in table[1]
    assert names(cli("delivery", "list", "--output", "name", "--status", "waiting")) == []
    for arguments in (["--task", dead["task_id"]], ["--batch", dead["batch_id"]],
                      ["--trigger", "on_success"]):
        assert names(cli("delivery", "list", "--output", "name", *arguments)) == [dead["id"]]
    assert re.search(r"^Answered status: +404$", cli("delivery", "describe", dead["id"]).stdout,
                     re.MULTILINE)
    result = cli("delivery", "redeliver", dead["id"])
    assert result.stderr == f"sluice: delivery {dead['id']}: will be sent again\n"
    wait_until(lambda: get(service, f"/deliveries/{dead['id']}")["status"] == "delivered")
    assert cli("delivery", "redeliver", dead["id"]).returncode == 1


def test_all_dead_deliveries_of_a_filter_are_sent_again(cli, dead, target, service):
    target.behave = lambda webhook: (200, None)
    for arguments in (["--trigger", "on_failure"], ["--task", UNKNOWN], ["--batch", UNKNOWN]):
        result = cli("delivery", "redeliver", "--all", *arguments)
        assert (result.returncode, result.stderr) == (
            0, "sluice: dead deliveries: nothing to do\n"), arguments
    result = cli("delivery", "redeliver", "--all", "--batch", dead["batch_id"])
    assert result.stderr == "sluice: dead deliveries: redelivered 1\n"
    wait_until(lambda: get(service, f"/deliveries/{dead['id']}")["status"] == "delivered")


def test_redeliver_must_be_told_what(cli):
    for arguments in ([], ["--batch", UNKNOWN], [UNKNOWN, "--all"], [UNKNOWN, "--task", UNKNOWN]):
        result = cli("delivery", "redeliver", *arguments)
        assert result.returncode == 2, arguments
        assert "--all" in result.stderr


def test_keys_open_the_server(serve, sluice, tmp_path):
    db = f"sqlite://{tmp_path}/sluice.db"
    key = sluice("key", "create", "laptop", "--role", "read", "--db", db).stdout.strip()
    url = serve(db, "--workers", "0")[1]
    assert sluice("--server", url, "task", "list").returncode == 1
    assert sluice("--server", url, "--key", key, "task", "list").returncode == 0
    refused = sluice("task", "create", "-", stdin="[]", SLUICE_SERVER=url, SLUICE_KEY=key)
    assert refused.returncode == 1
