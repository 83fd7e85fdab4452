# SPDX-License-Identifier: Apache-2.0
"""What the commands for rules, actions, schedules and the audit log ask of a server, and show."""

import json

import pytest
import yaml

from scripted_server import ScriptedServer, answer

ID = "019a9f3c-5b1f-7000-8000-00000b2c3d4e"
BATCH = "019a9f3c-5b1e-7000-8000-00000a1b2c3d"
NOON = "2026-01-31T12:00:00.000000Z"
RULE = {
    "id": ID, "name": "few", "type": "Concurency", "max_concurency": 3,
    "matcher": {"status": "Running", "kind": "encode", "fields": ["customer", "disk"]},
    "uses": 2, "created_at": NOON, "updated_at": NOON,
}
CAPACITY = RULE | {"name": None, "type": "Capacity", "max_capacity": 9}
ACTION = {
    "id": ID, "name": "ring", "kind": "Webhook", "created_at": NOON, "updated_at": NOON,
    "params": {"url": "https://worker.example.com/ring", "verb": "Post"},
}
SCHEDULE = {
    "id": ID, "name": "nightly", "cron": "0 3 * * *", "every": None, "at": None,
    "timezone": "Europe/Berlin", "tasks": [{"id": "a"}], "catchup": "none", "max_catchup": 1,
    "overlap": "allow", "jitter": None, "enabled": True, "start": None, "end": None,
    "next_run_at": NOON, "last_run_at": None, "last_batch_id": None, "created_at": NOON,
    "updated_at": NOON,
}
RUN = {"schedule_id": ID, "scheduled_at": NOON, "fired_at": NOON, "outcome": "skipped",
       "batch_id": None, "reason": "the one before still runs"}
AUDIT = {"id": 7, "at": NOON, "actor": "laptop", "action": "cancel", "object": "batch",
         "object_id": BATCH, "detail": {"tasks": 2}}


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def cli(sluice, server):
    return lambda *arguments, **more: sluice(*arguments, SLUICE_SERVER=server.url, **more)


LISTS = {
    ("rule", "list"): (
        "/rules", [RULE, CAPACITY],
        ["ID NAME TYPE MAXIMUM KIND STATUS FIELDS USES",
         f"{ID} few Concurency 3 encode Running customer, disk 2",
         f"{ID} - Capacity 9 encode Running customer, disk 2"]),
    ("action", "list"): (
        "/actions", [ACTION],
        ["ID NAME KIND VERB URL", f"{ID} ring Webhook Post https://worker.example.com/ring"]),
    ("schedule", "list"): (
        "/schedules", [SCHEDULE, SCHEDULE | {"cron": None, "every": "5m", "enabled": False}],
        ["ID NAME WHEN TIMEZONE ENABLED NEXT LAST",
         f"{ID} nightly 0 3 * * * Europe/Berlin true 2026-01-31 12:00:00 -",
         f"{ID} nightly 5m Europe/Berlin false 2026-01-31 12:00:00 -"]),
    ("schedule", "runs", ID): (
        f"/schedules/{ID}/runs", [RUN],
        ["SCHEDULED FIRED OUTCOME BATCH REASON",
         "2026-01-31 12:00:00 2026-01-31 12:00:00 skipped - the one before still runs"]),
    ("audit", "list"): (
        "/audit", [AUDIT],
        ["AT ACTOR ACTION OBJECT ID DETAIL",
         f'2026-01-31 12:00:00 laptop cancel batch {BATCH} {{"tasks":2}}']),
}


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_lists_are_tables_and_documents(command, cli, server):
    path, items, lines = LISTS[command]
    server.routes[f"GET {path}"] = [answer(items)]
    table = cli(*command).stdout.splitlines()
    assert [" ".join(line.split()) for line in table] == lines
    assert json.loads(cli(*command, "--output", "json").stdout) == items
    assert yaml.safe_load(cli(*command, "--output", "yaml").stdout) == items
    first = [line.split("  ")[0] for line in table[1:]]
    assert cli(*command, "--output", "name").stdout.splitlines() == first


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_lists_go_on_where_the_link_leads(command, cli, server):
    path, items, _ = LISTS[command]
    link = f'<{path}?page_size=100&cursor=7>; rel="next"'
    server.routes[f"GET {path}"] = [answer(items[:1], Link=link), answer(items[:1] * 2)]
    shown = json.loads(cli(*command, "--output", "json").stdout)
    assert shown == items[:1] * 3
    assert server.sent[0].query == {"page_size": "100"}
    assert server.sent[1].query == {"page_size": "100", "cursor": "7"}
    server.routes[f"GET {path}"] = [answer(items[:1] * 2, Link=link)]
    assert len(json.loads(cli(*command, "--limit", "3", "--output", "json").stdout)) == 3


@pytest.mark.parametrize(("command", "path", "query"), [
    (["schedule", "list", "--name", "night ly", "--enabled", "false"], "/schedules",
     {"name": "night ly", "enabled": "false"}),
    (["audit", "list", "--actor", "a&b", "--action", "cancel", "--object", "batch", "--object-id",
      BATCH, "--after", NOON, "--before", "2026-02-01T00:00:00+01:00"], "/audit",
     {"actor": "a&b", "action": "cancel", "object": "batch", "object_id": BATCH, "after": NOON,
      "before": "2026-02-01T00:00:00+01:00"}),
], ids=["schedule", "audit"])
def test_filters_are_query_parameters(command, path, query, cli, server):
    server.routes[f"GET {path}"] = [answer([])]
    assert cli(*command, "--limit", "5").returncode == 0
    assert server.sent[0].query == query | {"page_size": "5"}


@pytest.mark.parametrize(("noun", "path", "item", "method"), [
    ("rule", "/rules", RULE, "PUT"), ("action", "/actions", ACTION, "PUT"),
    ("schedule", "/schedules", SCHEDULE, "PATCH"),
], ids=["rule", "action", "schedule"])
def test_stored_things_are_created_shown_changed_and_deleted(
    noun, path, item, method, cli, server, directory
):
    body = {name: item[name] for name in ("name", "matcher", "params", "cron") if name in item}
    (directory / "body.json").write_text(json.dumps(body))
    one = f"{path}/{ID}"
    server.routes = {
        f"POST {path}": [answer(item, 201)], f"GET {one}": [answer(item)],
        f"{method} {one}": [answer(item)], f"DELETE {one}": [answer({"id": ID})],
    }
    assert cli(noun, "create", "body.json").stdout == f"{ID}\n"
    assert cli(noun, "create", "-", stdin=yaml.safe_dump(body)).stdout == f"{ID}\n"
    assert json.loads(cli(noun, "create", "body.json", "--output", "json").stdout) == item
    assert f"{ID}\n" in cli(noun, "describe", ID).stdout
    assert json.loads(cli(noun, "describe", ID, "--output", "json").stdout) == item
    assert cli(noun, "update", ID, "body.json").stderr == f"sluice: {noun} {ID}: updated\n"
    assert cli(noun, "delete", ID, ID).stderr == f"sluice: {noun} {ID}: deleted\n" * 2
    assert [sent.line for sent in server.sent] == [
        *[f"POST {path}"] * 3, *[f"GET {one}"] * 2, f"{method} {one}", *[f"DELETE {one}"] * 2]
    assert [sent.body for sent in server.sent if sent.body is not None] == [body] * 4
    assert all(sent.headers["requester"] for sent in server.sent if "GET" not in sent.line)


def test_schedules_are_enabled_and_disabled(cli, server):
    server.routes = {f"PATCH /schedules/{ID}": [answer(SCHEDULE)]}
    assert cli("schedule", "disable", ID).stderr == f"sluice: schedule {ID}: disabled\n"
    assert cli("schedule", "enable", ID).stderr == f"sluice: schedule {ID}: enabled\n"
    assert [sent.body for sent in server.sent] == [{"enabled": False}, {"enabled": True}]


@pytest.mark.parametrize(("status", "code"), [
    (400, 1), (401, 1), (403, 1), (404, 3), (409, 1), (413, 1), (429, 1), (500, 1), (503, 1),
    (504, 124),
])
def test_refusals_are_told_with_their_exit_code(status, code, cli, server):
    server.routes[f"DELETE /rules/{ID}"] = [answer({"error": "why not", "status": status}, status)]
    result = cli("rule", "delete", ID)
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr == "sluice: why not\n"


def test_every_problem_of_a_body_is_told(cli, server):
    server.routes["POST /rules"] = [
        answer({"error": "2 problems", "details": ["type: is required", "matcher: is required"]},
               400)]
    result = cli("rule", "create", "-", stdin="{}")
    assert "type: is required; matcher: is required" in result.stderr


def test_answers_of_something_else_are_no_lists(cli, server):
    server.routes["GET /rules"] = [answer({"rules": []})]
    result = cli("rule", "list")
    assert result.returncode == 1
    assert "answers without a list" in result.stderr
