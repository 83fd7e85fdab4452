# SPDX-License-Identifier: Apache-2.0
"""Answers become values, and refusals errors."""

import json
import pickle
from datetime import UTC, datetime

import pytest

from scripted_server import task_json
from sluice.client import (
    Conflict, Health, Invalid, LightTask, NotFound, SluiceError, Status, Task, Unauthorized,
    Unavailable,
)
from sluice.client.errors import error_of
from sluice.client.exchange import Answer
from sluice.client.reading import next_query, one


def read(kind, body):
    return one(kind)(Answer(200, {}, json.dumps(body).encode()))


def test_task_is_read_with_its_types():
    task = read(Task, task_json(status="Failure"))
    assert task.status is Status.FAILURE
    assert task.created_at == datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=UTC)
    assert task.actions[0].params["verb"] == "Post"
    assert (task.ended_at, task.metadata, task.retry) == (None, {"customer": 7}, {"max_retries": 2})


@pytest.mark.parametrize("metadata", [None, True, 3, 2.5, "x", [1, {"a": None}], {}])
def test_metadata_is_any_json(metadata):
    assert read(Task, task_json(metadata=metadata)).metadata == metadata


def test_members_that_nobody_knows_are_ignored():
    assert read(LightTask, task_json(colour="red")).name == "Build the image"


def test_members_with_a_default_may_be_absent():
    assert read(Health, {"status": "ok", "database": "healthy"}).pool_size is None


@pytest.mark.parametrize("name", sorted(task_json()))
def test_every_member_of_a_task_is_needed_and_has_a_type(name):
    task = task_json()
    del task[name]
    with pytest.raises(SluiceError, match=f"expected at {name}"):
        read(Task, task)
    if name != "metadata":
        with pytest.raises(SluiceError, match=f"expected at {name}"):
            read(Task, task_json(**{name: 2.5}))


def test_what_cannot_be_read_is_named_with_its_place():
    action = task_json()["actions"][0] | {"kind": 3}
    with pytest.raises(SluiceError, match=r"str is expected at actions\[0\]\.kind"):
        read(Task, task_json(actions=[action]))
    with pytest.raises(SluiceError, match="Status is expected at status"):
        read(Task, task_json(status="running"))
    with pytest.raises(SluiceError, match="datetime is expected at ended_at"):
        read(Task, task_json(ended_at="yesterday"))
    with pytest.raises(SluiceError, match="JSON is expected"):
        one(Task)(Answer(200, {}, b"<html>"))


def test_true_is_no_number():
    with pytest.raises(SluiceError, match="int is expected at attempt"):
        read(Task, task_json(attempt=True))


def test_final_statuses():
    final = {status for status in Status if status.is_final}
    assert final == {"Success", "Failure", "Skipped", "Canceled"}


def test_errors_have_the_type_of_their_status():
    kinds = {400: Invalid, 401: Unauthorized, 403: Unauthorized, 404: NotFound, 409: Conflict,
             413: Invalid, 415: Invalid, 422: Invalid, 429: Unavailable, 502: Unavailable,
             503: Unavailable, 504: Unavailable, 301: SluiceError, 405: SluiceError,
             500: SluiceError}
    for status, kind in kinds.items():
        error = error_of(Answer(status, {}, b'{"error": "why"}'))
        assert (type(error), error.status, error.error) == (kind, status, "why")


def test_error_tells_everything_that_the_server_said():
    body = {"error": "refused", "details": ["tasks[0].name: is required", "x"], "batch_id": "b"}
    headers = {"x-request-id": "r1", "retry-after": "3"}
    error = error_of(Answer(400, headers, json.dumps(body).encode()))
    assert error.details == ("tasks[0].name: is required", "x")
    assert str(error) == "refused\n  tasks[0].name: is required\n  x"
    assert (error.request_id, error.retry_after) == ("r1", 3.0)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"error": 3}', b"\xff", b"null"])
def test_refusal_of_somebody_else_is_an_error_too(content):
    assert str(error_of(Answer(502, {}, content))) == "the server answered with status 502"


def test_errors_can_be_sent_to_other_processes():
    error = pickle.loads(pickle.dumps(NotFound("gone", status=404, details=("a",))))
    assert (type(error), str(error), error.status) == (NotFound, "gone\n  a", 404)


@pytest.mark.parametrize("link, query", [
    ('</task?kind=a%26b&before=7>; rel="next"', (("kind", "a&b"), ("before", "7"))),
    ('<https://elsewhere.example.com/x?page=2>; rel="next"', (("page", "2"),)),
    ('</task?page=0>; rel="prev", </task?name=&page=2>;rel="next"', (("name", ""), ("page", "2"))),
    ('</task?page=2>; rel="last"', None), ("", None), ("nonsense", None),
])
def test_link_leads_to_the_next_page_of_the_same_list(link, query):
    assert next_query(Answer(200, {"link": link})) == query
