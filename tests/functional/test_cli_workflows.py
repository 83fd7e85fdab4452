# SPDX-License-Identifier: Apache-2.0
"""Commands on workflows, runs and schedules, on what a Python program has left in the database."""

import json
import os
import re
import subprocess
import uuid

import pytest

from conftest import ROOT
from sluice_python import sluice_python

PROGRAM = ROOT / "tests/functional/workflow_programs/orders.py"
ORDERS = "public::embedded::orders"


class World:
    """A database with workflows, the ids of their runs, and commands on it."""

    def __init__(self, sluice_bin, url, directory):
        self.url = url
        self.directory = directory
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("SLUICE_")}
        self._bin = sluice_bin
        self._environment = kept | {"HOME": str(directory), "LC_ALL": "C.UTF-8"}
        self.ids = self.leave_runs()

    def leave_runs(self, *arguments):
        """The ids of the runs of orders.py."""
        ended = subprocess.run(
            [sluice_python(), PROGRAM, "--db", self.url, *arguments], cwd=self.directory,
            env=self._environment, timeout=120, capture_output=True, text=True,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout.splitlines()[-1])

    def ask(self, *words):
        return subprocess.run(
            [self._bin, *map(str, words), "--db", self.url], cwd=self.directory, timeout=60,
            env=self._environment, capture_output=True, text=True,
        )

    def json(self, *words):
        ended = self.ask(*words, "--output", "json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def task(self, run, id):
        [task] = [task for task in self.json("run", "describe", run)["tasks"] if task["id"] == id]
        return task

    def file(self, document):
        path = self.directory / f"{uuid.uuid4()}.json"
        path.write_text(json.dumps(document))
        return path


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(request, sluice_bin, tmp_path_factory):
    directory = tmp_path_factory.mktemp("world")
    if request.param == "sqlite":
        return World(sluice_bin, f"sqlite://{directory}/sluice.db", directory)
    cluster = request.getfixturevalue("scratch_postgres")
    return World(sluice_bin, cluster.url(cluster.new_database()), directory)


# --- workflows -----------------------------------------------------------------------------------


def test_workflows_are_listed_with_their_versions(world):
    listed = world.json("workflow", "list")
    assert {each["workflow"].rpartition("::")[2] for each in listed} == \
        {"orders", "broken", "waiting"}
    assert all(re.fullmatch("[0-9a-f]{16}", each["version"]) for each in listed)
    assert world.ask("workflow", "list").stdout.startswith("WORKFLOW")
    names = world.ask("workflow", "list", "--output", "name").stdout.split()
    assert ORDERS in names


def test_workflow_is_shown_by_either_name_with_its_tasks(world):
    shown = world.json("workflow", "show", "orders")
    assert shown == world.json("workflow", "show", ORDERS)
    assert (shown["description"], shown["tags"]) == ("what is ordered", {"team": "shop"})
    assert shown["served_by"] == []
    assert [version["version"] for version in shown["versions"]] == [shown["version"]]
    tasks = {task["id"]: task for task in shown["tasks"]}
    assert list(tasks) == ["load", "price", "stock", "confirm"]
    assert tasks["confirm"]["dependencies"] == ["price", "stock"]
    assert (tasks["price"]["tries"], tasks["load"]["timeout_ms"]) == (2, 30_000)
    assert "context_value(rows" in tasks["stock"]["rule"]


def test_unknown_workflow_is_told_with_the_nearest_name(world):
    missing = world.ask("workflow", "show", "order")
    assert (missing.returncode, missing.stderr) == \
        (3, "sluice: no workflow named 'order' (did you mean 'orders'?)\n")


@pytest.mark.parametrize("format, begin", [
    ("ascii", None), ("dot", "digraph"), ("mermaid", "flowchart"), ("json", "{")])
def test_workflow_is_drawn_in_each_format(world, format, begin):
    drawn = world.ask("workflow", "draw", "orders", "--format", format)
    assert drawn.returncode == 0, drawn.stderr
    assert begin is None or drawn.stdout.startswith(begin)
    assert all(id in drawn.stdout for id in ("load", "price", "stock", "confirm"))
    if begin is None:
        assert world.ask("workflow", "draw", "orders").stdout == drawn.stdout


# --- runs ----------------------------------------------------------------------------------------


def test_runs_are_listed_newest_first_and_by_status(world):
    runs = world.json("workflow", "runs", "waiting")
    assert [run["id"] for run in runs] == world.ids["waiting"][::-1]
    assert world.json("run", "list", "--workflow", "waiting", "--limit", 1) == runs[:1]
    failed = world.json("run", "list", "--status", "Failed", "--workflow", "broken")
    assert {run["id"] for run in failed} <= set(world.ids["broken"])
    assert world.ids["broken"][0] in {run["id"] for run in failed}
    [first] = [run for run in failed if run["id"] == world.ids["broken"][0]]
    assert first["tasks"] == \
        {"total": 2, "completed": 0, "failed": 1, "skipped": 1, "cancelled": 0}


def test_run_is_described_with_contexts_and_tasks(world):
    run = world.json("run", "describe", world.ids["orders"][0])
    assert (run["workflow"], run["status"], run["error"]) == (ORDERS, "Completed", "")
    assert run["initial_context"] == {"customer": 7}
    assert run["final_context"] == {"rows": [7], "price": 7, "stock": True, "confirmed": True}
    assert [task["attempts"] for task in run["tasks"]] == [1, 2, 1, 1]
    assert world.task(run["id"], "load")["output"] == {"rows": [7]}


def test_failed_run_says_what_failed_and_why_the_rest_was_skipped(world):
    id = world.ids["broken"][0]
    assert world.json("run", "describe", id)["error"] == \
        "1 task(s) failed, 0 completed, 1 skipped"
    assert (world.task(id, "fail")["status"], world.task(id, "fail")["error"]) == \
        ("Failed", "ValueError: boom")
    assert (world.task(id, "after")["status"], world.task(id, "after")["error"]) == \
        ("Skipped", "dependency 'fail' failed")


def test_events_tell_a_run_from_its_submission_to_its_end(world):
    events = world.json("run", "events", world.ids["orders"][0])
    assert (events[0]["kind"], events[-1]["kind"]) == ("submitted", "Completed")
    of_price = [(event["kind"], event["detail"]) for event in events if event["task"] == "price"]
    assert of_price == [
        ("started", "attempt 1"),
        ("failed attempt", "attempt 1: ConnectionError: the price list is away"),
        ("started", "attempt 2"), ("completed", "")]


def test_why_says_who_is_missing_and_that_a_final_run_is_final(world):
    id = world.ids["waiting"][0]
    why = "\n".join(world.json("run", "why", id)["why"])
    assert "no live process serves workflow 'public::embedded::waiting'" in why
    assert "task 'go_on' waits for 'wait'" in why
    assert world.ask("run", "why", world.ids["orders"][0]).stdout == "it is final\n"


def test_run_that_is_not_there_is_told_apart_from_what_is_no_id(world):
    assert world.ask("run", "describe", uuid.uuid4()).returncode == 3
    bad = world.ask("run", "describe", "nope")
    assert (bad.returncode, bad.stderr) == \
        (1, "sluice: 'nope' is not the id of a run: a UUID is expected\n")


def test_run_is_paused_and_resumed(world):
    id = world.ids["waiting"][1]
    assert world.json("run", "pause", id) == {"id": id, "status": "Paused"}
    assert "the run is paused" in world.json("run", "why", id)["why"]
    assert world.json("run", "resume", id)["status"] == "Running"


def test_run_is_cancelled_once_with_a_reason(world):
    id = world.ids["waiting"][2]
    assert world.json("run", "cancel", id, "--reason", "not needed")["status"] == "Cancelled"
    assert world.json("run", "describe", id)["error"] == "the run was cancelled: not needed"
    assert world.ask("run", "cancel", id).returncode == 1


def test_run_is_retried_from_a_task_or_from_all_that_failed(world):
    orders, broken = world.ids["orders"][1], world.ids["broken"][1]
    assert world.json("run", "retry", orders, "--from", "price")["status"] == "Running"
    statuses = [task["status"] for task in world.json("run", "describe", orders)["tasks"]]
    assert statuses == ["Completed", "Ready", "Completed", "NotStarted"]
    assert world.json("run", "retry", broken)["status"] == "Running"
    assert world.ask("run", "retry", world.ids["orders"][0], "--from", "nope").returncode == 3
    assert world.ask("run", "retry", world.ids["orders"][0]).returncode == 1


# --- schedules -----------------------------------------------------------------------------------


def test_schedule_lives_from_its_file_to_its_deletion(world):
    file = world.file({"workflow": "orders", "cron": "0 3 * * *", "timezone": "Europe/Berlin",
                       "catchup": "run_all"})
    id = world.ask("schedule", "create", file).stdout.strip()
    assert world.ask("schedule", "create", file).stdout.strip() == id
    assert [each["id"] for each in world.json("schedule", "list")] == [id]

    made = world.json("schedule", "describe", id)
    assert (made["workflow"], made["cron"], made["timezone"], made["catchup"], made["enabled"]) \
        == ("orders", "0 3 * * *", "Europe/Berlin", "run_all", True)
    changed = world.json("schedule", "update", id, world.file({"cron": "0 4 * * *"}))
    assert (changed["cron"], changed["timezone"]) == ("0 4 * * *", "Europe/Berlin")
    assert changed["next_run_at"] != made["next_run_at"]

    assert world.ask("schedule", "disable", id).returncode == 0
    assert world.json("schedule", "list", "--enabled", "true") == []
    assert world.json("schedule", "describe", id)["next_run_at"] is None
    assert world.ask("schedule", "enable", id).returncode == 0
    assert world.json("schedule", "runs", id) == []
    assert world.json("schedule", "stats") == \
        {"total": 0, "successful": 0, "lost": 0, "success_rate": 0.0}

    assert world.ask("schedule", "delete", id).returncode == 0
    assert world.ask("schedule", "describe", id).returncode == 3


@pytest.mark.parametrize("change, code, told", [
    ({"workflow": "order"}, 3, "no workflow named 'order' (did you mean 'orders'?)"),
    ({"cron": "0 25 * * *"}, 1, "25"),
    ({"timezone": "Europe/Bern"}, 1, "Europe/Bern"),
    ({"when": "now"}, 1, "when"),
])
def test_schedule_that_cannot_be_is_refused_in_words(world, change, code, told):
    document = {"workflow": "orders", "cron": "0 3 * * *"} | change
    refused = world.ask("schedule", "create", world.file(document))
    assert refused.returncode == code
    assert told in refused.stderr


# --- tenants -------------------------------------------------------------------------------------


def test_schema_chooses_the_tenant_and_needs_postgresql(world):
    if world.url.startswith("sqlite"):
        refused = world.ask("workflow", "list", "--schema", "acme")
        assert refused.returncode == 1
        assert refused.stderr.endswith(
            ": a schema needs PostgreSQL; give each tenant an SQLite file of its own\n")
        return
    there = world.leave_runs("--schema", "acme")
    runs = {run["id"] for run in world.json("run", "list", "--schema", "acme")}
    assert runs == {id for ids in there.values() for id in ids}
    assert not runs & {run["id"] for run in world.json("run", "list")}
    [orders, *_] = there["orders"]
    assert world.json("run", "describe", orders, "--schema", "acme")["status"] == "Completed"
    assert world.ask("run", "describe", orders).returncode == 3
