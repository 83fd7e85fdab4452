# SPDX-License-Identifier: Apache-2.0
"""A graph becomes the JSON that the server reads."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from scripted_server import task_json
from sluice.client import (
    Batch, Matcher, Retry, Status, Stored, always, capacity, concurrency, failed, succeeded,
    webhook, when,
)
from sluice.client.documents import plain
from sluice.client.reading import convert
from sluice.client.task_results import Task

URL = "https://w.example.com/run"
START = webhook(URL)


def add(batch, **more):
    return batch.task(**{"name": "n", "kind": "k", "on_start": START} | more)


def document(**more):
    batch = Batch()
    add(batch, **more)
    return plain(batch)[0]


def test_task_says_nothing_that_was_not_said():
    assert document() == {
        "id": "task-1", "name": "n", "kind": "k",
        "on_start": {"kind": "Webhook", "params": {"url": URL, "verb": "Post"}},
    }


def test_members_have_the_names_and_forms_of_the_contract():
    said = {
        "timeout": 600, "metadata": {"a": [1, None]}, "expected_count": 0, "priority": -5,
        "delay": 3, "preemptible": True, "preempts": False, "dead_end_barrier": True,
        "group_id": "g", "requester": "me",
    }
    assert document(**said).items() >= said.items()


def test_times_are_sent_in_utc_and_need_a_zone():
    noon = datetime(2026, 1, 31, 13, tzinfo=timezone(timedelta(hours=1)))
    assert document(scheduled_at=noon)["scheduled_at"] == "2026-01-31T12:00:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        document(scheduled_at=noon.replace(tzinfo=None))


def test_dependencies_name_earlier_tasks_and_a_condition():
    batch = Batch()
    a, b, c = add(batch), add(batch, id="mine"), add(batch)
    add(batch, after=[a, succeeded(b), failed(c), always(a)])
    assert plain(batch)[3]["dependencies"] == [
        {"id": "task-1", "condition": "on_success"}, {"id": "mine", "condition": "on_success"},
        {"id": "task-3", "condition": "on_failure"}, {"id": "task-1", "condition": "always"},
    ]


def test_dependency_may_be_a_task_that_exists():
    existing = convert(Task, task_json(), "")
    tasks = document(after=[existing, always("019a9f3c-5b1f-7000-8000-000000000001")])
    assert tasks["dependencies"] == [
        {"task_id": existing.id, "condition": "on_success"},
        {"task_id": "019a9f3c-5b1f-7000-8000-000000000001", "condition": "always"},
    ]


def test_task_of_another_batch_is_refused_at_once_and_nothing_is_added():
    batch, stranger = Batch(), add(Batch())
    with pytest.raises(ValueError, match="another batch"):
        add(batch, after=[stranger])
    assert not batch.tasks


def test_ids_are_unique_whoever_makes_them():
    batch = Batch()
    for wanted in ("task-2", None, None, "task-5", None):
        add(batch, id=wanted)
    ids = [task.id for task in batch.tasks]
    assert ids == ["task-2", "task-3", "task-4", "task-5", "task-6"]
    with pytest.raises(ValueError, match="task-3"):
        add(batch, id="task-3")


def test_webhook_has_the_names_of_the_contract():
    retry = Retry(max_retries=5, initial_delay_secs=0.5, jitter=False, retry_on=["timeout"])
    hook = webhook(URL, verb="Put", body={"a": None}, headers={"X-A": "1"}, retry=retry, timeout=9)
    assert plain(hook) == {
        "kind": "Webhook",
        "params": {"url": URL, "verb": "Put", "body": {"a": None}, "headers": {"X-A": "1"}},
        "retry": {"max_retries": 5, "initial_delay_secs": 0.5, "jitter": False,
                  "retry_on": ["timeout"]},
        "timeout": 9,
    }


def test_what_follows_from_an_answer_may_be_an_outcome_or_actions():
    follows = [
        when("success", pointer="/state", equals=None), when("failure", status=[409, 410]),
        when([START, Stored("i")], pointer="/n", greater=1, less=9.5, exists=True),
    ]
    assert plain(webhook(URL, when=follows))["when"] == [
        {"when": {"pointer": "/state", "equals": None}, "then": "success"},
        {"when": {"status": [409, 410]}, "then": "failure"},
        {"when": {"pointer": "/n", "exists": True, "greater": 1, "less": 9.5},
         "then": [plain(START), {"ref": "i"}]},
    ]


def test_ends_tell_one_or_several():
    task = document(on_success=START, on_failure=[START, Stored("i")], on_cancel=[])
    assert task["on_success"] == [plain(START)]
    assert task["on_failure"] == [plain(START), {"ref": "i"}]
    assert task["on_cancel"] == []


def test_rules_have_the_spelling_of_the_contract():
    task = document(
        expected_count=4, dedupe=[Matcher("k", Status.PENDING, ["a"])],
        rules=[concurrency(2, "k", fields=["a"]), capacity(9, "k"), Stored("r")],
    )
    assert task["rules"] == [
        {"type": "Concurency", "max_concurency": 2,
         "matcher": {"status": "Running", "kind": "k", "fields": ["a"]}},
        {"type": "Capacity", "max_capacity": 9,
         "matcher": {"status": "Running", "kind": "k", "fields": []}},
        {"ref": "r"},
    ]
    assert task["dedupe_strategy"] == [{"status": "Pending", "kind": "k", "fields": ["a"]}]


def test_times_within_metadata_are_spelled_too():
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert document(metadata={"at": noon})["metadata"] == {"at": "2026-01-31T12:00:00.000000Z"}
