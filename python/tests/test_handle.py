# SPDX-License-Identifier: Apache-2.0
"""What a target says about its task."""

from urllib.parse import quote

import pytest

from scripted_server import BREAK, answer, ask, server, task_json  # noqa: F401
from sluice.client import AsyncTaskHandle, Conflict, TaskHandle, Unavailable

ID = task_json()["id"]
DONE = answer(body="Task updated successfully")
TASK = answer(body=task_json())

# method, arguments, named arguments, answer → the method of the request and its body
REPORTS = [
    ("succeed", [], {}, DONE, "PATCH", {"status": "Success"}),
    ("succeed", [], {"success": 3, "failures": 0, "metadata": {"a": 1}}, DONE, "PATCH",
     {"metadata": {"a": 1}, "status": "Success", "new_success": 3, "new_failures": 0}),
    ("fail", ["broken"], {"failures": 1}, DONE, "PATCH",
     {"status": "Failure", "failure_reason": "broken", "new_failures": 1}),
    ("update", [], {"metadata": [1], "expected_count": 9, "priority": 1}, DONE, "PATCH",
     {"metadata": [1], "expected_count": 9, "priority": 1}),
    ("heartbeat", [], {}, DONE, "PATCH", {}),
    ("report_progress", [], {"success": 2, "failures": 1}, answer(202, "Queued"), "PUT",
     {"new_success": 2, "new_failures": 1}),
    ("get", [], {}, TASK, "GET", None),
    ("cancel", [], {}, TASK, "DELETE", None),
]


@pytest.mark.parametrize("method, args, kwargs, reply, verb, body", REPORTS,
                         ids=[f"{report[0]}-{i}" for i, report in enumerate(REPORTS)])
def test_report_goes_where_the_handle_says(server, ask, method, args, kwargs, reply, verb, body):
    server.answers(reply)
    handle = f"{server.url}/sluice/task/{ID}?token=a%2Bb%3D%26c&x="
    ask.handle(handle, method, *args, **kwargs)
    ask.handle(handle, method, *args, **kwargs, options={"attempt": 3})
    for sent in server.sent:
        assert sent.line == f"{verb} /sluice/task/{ID}"
        assert sent.query == {"token": "a+b=&c", "x": ""}
        assert "authorization" not in sent.headers
    assert server.sent[0].body == body
    assert server.sent[1].body == (body | {"attempt": 3} if verb == "PATCH" else body)


def test_handle_shows_the_task(server, ask):
    server.answers(TASK)
    assert ask.handle(f"{server.url}/task/{ID}", "get").kind == "build"


def test_success_is_told_until_somebody_has_taken_it(server, ask):
    server.answers(BREAK, answer(503, Retry_After="0"), BREAK, DONE)
    ask.handle(f"{server.url}/task/{ID}", "succeed", success=3)
    assert len(server.sent) == 4


def test_failure_is_repeated_only_when_the_attempt_is_known(server, ask):
    handle = f"{server.url}/task/{ID}"
    server.answers(BREAK, DONE)
    with pytest.raises(Unavailable):
        ask.handle(handle, "fail", "broken")
    server.answers(BREAK, DONE)
    ask.handle(handle, "fail", "broken", options={"attempt": 1})
    assert len(server.sent) == 3


def test_target_of_an_older_attempt_is_told_to_stop(server, ask):
    server.answers(answer(409, {"error": "Conflict: attempt 2 is the current one"}))
    with pytest.raises(Conflict):
        ask.handle(f"{server.url}/task/{ID}", "heartbeat", options={"attempt": 1})


def test_key_is_sent_to_a_server_that_wants_one(server, ask):
    server.answers(TASK)
    ask.handle(f"{server.url}/task/{ID}", "get", options={"api_key": "secret"})
    assert server.sent[0].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("kind", [TaskHandle, AsyncTaskHandle])
def test_webhook_has_everything_that_a_handle_needs(kind):
    url = f"http://h:1/task/{ID}?token=t%20t"
    target = f"/run?a=1&handle={quote(url, safe='')}"
    handle = kind.from_webhook(target, {"x-TASK-attempt": "2"})
    assert (handle.id, handle.assignment.attempt) == (ID, 2)
    assert kind.from_webhook("http://w" + target, {}).assignment.attempt is None


def test_handle_of_the_server_wins_over_one_in_the_url_of_the_user():
    ours, theirs = f"http://h/task/{ID}", "http://other/task/" + ID.replace("0", "1")
    target = f"/run?handle={quote(theirs, safe='')}&handle={quote(ours, safe='')}"
    assert TaskHandle.from_webhook(target, {}).id == ID


@pytest.mark.parametrize("target", ["/run", "/run?handle=", "/run?other=1"])
def test_request_without_a_handle_is_no_webhook(target):
    with pytest.raises(ValueError, match="no webhook"):
        TaskHandle.from_webhook(target, {})


@pytest.mark.parametrize("kind", [TaskHandle, AsyncTaskHandle])
@pytest.mark.parametrize("url", [
    "", f"/task/{ID}", f"ftp://h/task/{ID}", f"http:///task/{ID}", "http://h/task/", "http://h/",
    f"http://h/tasks/{ID}?token=abc", f"http://h/task/{ID}/retry?token=abc",
    f"http://h/task/{ID}x?token=abc", f"http://h?x=/task/{ID}", "http://h/task/x?token=abc",
])
def test_url_that_is_no_handle_is_refused_without_telling_its_token(kind, url):
    with pytest.raises(ValueError, match="not the handle") as caught:
        kind.from_url(url)
    assert "abc" not in str(caught.value)


def test_token_is_not_shown():
    handle = TaskHandle.from_url(f"http://h/task/{ID}?token=abc", api_key="abc")
    assert "abc" not in repr(handle) + repr(handle._server)
    assert repr(handle) == f"TaskHandle('{ID}')"
