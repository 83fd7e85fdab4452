# SPDX-License-Identifier: Apache-2.0
"""Both clients against a server that answers as the test says."""

import inspect
import uuid

import httpx
import pytest

import sluice
from calls import BATCH, CALLS, DELIVERY, ID, NOON, TASK, TIMELINE, UPDATED, WHY
from scripted_server import BREAK, answer, ask, server, task_json  # noqa: F401
from sluice.client import (
    AsyncClient, AsyncTaskHandle, Batch, Client, Conflict, Health, Invalid, NotFound, Readiness,
    Redelivered, SluiceError, Status, TaskHandle, Unavailable, Version, webhook,
)

@pytest.mark.parametrize("method, args, kwargs, reply, line, query, body", CALLS,
                         ids=[f"{call[0]}-{i}" for i, call in enumerate(CALLS)])
def test_method_sends_its_request(server, ask, method, args, kwargs, reply, line, query, body):
    server.answers(reply)
    result = ask.client(server.url, method, *args, **kwargs)
    [sent] = server.sent
    assert (sent.line, sent.query, sent.body) == (line, query, body)
    assert ("content-type" in sent.headers) == (body is not None)
    assert (result is None) == (reply is UPDATED or reply[0] == 202)


def test_results_have_their_values(server, ask):
    for method, body, result in (
        ("redeliver_all", {"redelivered": 2}, Redelivered(redelivered=2)),
        ("version", {"name": "s", "version": "1", "protocol": "1"},
         Version(name="s", version="1", protocol="1")),
    ):
        server.answers(answer(body=body))
        assert ask.client(server.url, method) == result


def test_history_is_read_with_its_types(server, ask):
    server.answers(answer(body=TIMELINE), answer(body=WHY))
    [event] = ask.client(server.url, "timeline", ID).events
    assert (event.at, event.status, event.attempt) == (NOON, Status.PENDING, None)
    why = ask.client(server.url, "why", ID)
    assert (why.parents[0].status, why.paused_at) == (Status.RUNNING, NOON)
    assert (why.rules[0].maximum, why.rules[0].holders) == (2, [ID])


def test_blocking_and_async_have_the_same_methods():
    def methods(kind):
        return {
            name: inspect.signature(member) for name, member in vars(kind).items()
            if inspect.isfunction(member) and not name.startswith("_")
        }

    assert methods(Client) == methods(AsyncClient)
    assert methods(TaskHandle) == methods(AsyncTaskHandle)
    called = {call[0] for call in CALLS} | {"create"}
    assert {name for name in methods(Client) if not name.startswith("iterate")} == called
    assert all(member.__doc__ for member in map(Client.__dict__.get, methods(Client)))


def test_create_gives_tasks_and_the_id_of_the_batch(server, ask):
    batch = Batch()
    a = batch.task(name="A", kind="k", on_start=webhook("http://w/"))
    batch.task(name="B", kind="k", on_start=webhook("http://w/"), after=[a])
    tasks = [task_json(name="A"), task_json(name="B", status="Waiting")]
    server.answers(answer(201, tasks, X_Batch_ID=BATCH))
    created = ask.client(server.url, "create", batch)
    assert created.batch_id == BATCH
    assert [task.status for task in created.tasks] == ["Pending", "Waiting"]
    assert [task["name"] for task in server.sent[0].body] == ["A", "B"]


def test_create_takes_documents_too_and_says_when_nothing_was_made(server, ask):
    server.answers(answer(204, X_Batch_ID=BATCH))
    created = ask.client(server.url, "create", iter([{"id": "a", "name": "ä"}]))
    assert (created.tasks, created.batch_id) == ([], BATCH)
    assert server.sent[0].raw == '[{"id":"a","name":"ä"}]'.encode()


def test_create_is_repeated_with_the_same_key_and_the_same_bytes(server, ask):
    server.answers(BREAK, answer(503, Retry_After="0"), answer(201, [task_json()]))
    assert len(ask.client(server.url, "create", [{"id": "a"}]).tasks) == 1
    assert len({(sent.headers["idempotency-key"], sent.raw) for sent in server.sent}) == 1
    assert len(server.sent) == 3
    uuid.UUID(server.sent[0].headers["idempotency-key"])


def test_key_of_create_is_new_each_time_or_that_of_the_caller(server, ask):
    server.answers(answer(204))
    for options in ({}, {}, {"idempotency_key": "mine"}):
        ask.client(server.url, "create", [], **options)
    keys = [sent.headers["idempotency-key"] for sent in server.sent]
    assert keys[0] != keys[1]
    assert keys[2] == "mine"


@pytest.mark.parametrize("method, kwargs, tries", [
    ("get", {}, 6), ("heartbeat", {}, 6), ("update", {"priority": 3}, 6), ("stop_batch", {}, 6),
    ("update", {"status": "Success", "new_success": 3}, 6),
    ("update", {"status": "Failure", "failure_reason": "x", "attempt": 1}, 6),
    ("update", {"status": "Failure", "failure_reason": "x"}, 1), ("cancel", {}, 6),
    ("update", {"new_success": 1}, 1), ("update", {"new_failures": 1, "attempt": 1}, 1),
    ("count", {"new_success": 1}, 1), ("retry", {}, 1), ("pause", {}, 1), ("redeliver", {}, 1),
    ("hide", {}, 1), ("why", {}, 6), ("stop_group", {}, 6), ("delete_rule", {}, 1),
    ("replace_rule", {"rule": {}}, 6), ("create_schedule", {"tasks": []}, 1),
    ("update_schedule", {"changes": {}}, 6),
])
def test_broken_connection_repeats_only_what_can_do_no_harm(server, ask, method, kwargs, tries):
    server.answers(BREAK)
    with pytest.raises(Unavailable, match="no answer"):
        ask.client(server.url, method, ID, **kwargs)
    assert len(server.sent) == tries


@pytest.mark.parametrize("attempt, shown, taken", [
    (None, {"status": "Success", "attempt": 4}, True),
    (4, {"status": "Success", "attempt": 4}, True),
    (3, {"status": "Success", "attempt": 4}, False),
    (4, {"status": "Canceled", "attempt": 4}, False),
    (4, {"status": "Running", "attempt": 4}, False),
])
def test_success_that_was_taken_unheard_is_a_success(server, ask, attempt, shown, taken):
    server.answers(BREAK, answer(404, {"error": "gone"}), answer(body=task_json(**shown)))
    check_end(server, ask, taken, status=Status.SUCCESS, attempt=attempt)


@pytest.mark.parametrize("shown, taken", [
    ({"status": "Failure", "attempt": 3}, True), ({"status": "Running", "attempt": 4}, True),
    ({"status": "Pending", "attempt": 3, "next_retry_at": "2026-01-31T12:00:00Z"}, True),
    ({"status": "Running", "attempt": 3}, False), ({"status": "Canceled", "attempt": 3}, False),
])
def test_failure_that_was_taken_unheard_is_no_error(server, ask, shown, taken):
    server.answers(BREAK, answer(404, {"error": "gone"}), answer(body=task_json(**shown)))
    check_end(server, ask, taken, status=Status.FAILURE, failure_reason="x", attempt=3)


def check_end(server, ask, taken, **report):
    if taken:
        assert ask.client(server.url, "update", ID, **report) is None
    else:
        with pytest.raises(NotFound, match="gone"):
            ask.client(server.url, "update", ID, **report)
    assert [sent.method for sent in server.sent] == ["PATCH", "PATCH", "GET"]


def test_cancel_that_was_obeyed_unheard_shows_the_task(server, ask):
    canceled = answer(body=task_json(status="Canceled"))
    server.answers(BREAK, answer(400, {"error": "final"}), canceled)
    assert ask.client(server.url, "cancel", ID).status is Status.CANCELED
    server.answers(BREAK, answer(400, {"error": "final"}), answer(body=task_json()))
    with pytest.raises(Invalid, match="final"):
        ask.client(server.url, "cancel", ID)


def test_server_that_is_not_there_is_unavailable(server, ask):
    server.close()
    with pytest.raises(Unavailable, match="ConnectError"):
        ask.client(server.url, "version", options={"tries": 2})


@pytest.mark.parametrize("failure, tries_of_count", [
    (httpx.ConnectError, 3), (httpx.ConnectTimeout, 3), (httpx.PoolTimeout, 3),
    (httpx.ProxyError, 3), (httpx.ReadTimeout, 1), (httpx.WriteTimeout, 1), (httpx.ReadError, 1),
    (httpx.WriteError, 1), (httpx.RemoteProtocolError, 1),
])
def test_what_was_never_sent_is_always_sent_again(server, ask, failure, tries_of_count):
    requests = []

    def fail(request):
        requests.append(request)
        raise failure("why", request=request)

    def tries(method, *args, **kwargs):
        kind = httpx.Client if ask.kind == "blocking" else httpx.AsyncClient
        options = {"tries": 3, "http": kind(transport=httpx.MockTransport(fail))}
        requests.clear()
        with pytest.raises(Unavailable, match=f"{failure.__name__}: why"):
            ask.client(server.url, method, *args, **kwargs, options=options)
        return len(requests)

    assert tries("count", ID, new_success=1) == tries_of_count
    assert tries("get", ID) == 3


def test_http_client_of_the_caller_stays_open(server, ask):
    server.answers(answer(body={"name": "s", "version": "1", "protocol": "1"}))
    http = httpx.Client() if ask.kind == "blocking" else httpx.AsyncClient()
    ask.client(server.url, "version", options={"http": http})
    assert not http.is_closed


def test_every_request_says_who_asks(server, ask):
    server.answers(answer(body={"name": "s", "version": "1", "protocol": "1"}))
    ask.client(server.url, "version", options={"api_key": "secret"})
    ask.client(server.url, "version")
    assert server.sent[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in server.sent[1].headers
    assert server.sent[0].headers["user-agent"] == f"sluice-python/{sluice.__version__}"


def test_redirect_is_not_followed(server, ask):
    server.answers(answer(302, Location="http://127.0.0.1:1/"))
    http = httpx.Client if ask.kind == "blocking" else httpx.AsyncClient
    options = {"api_key": "secret", "http": http(follow_redirects=True)}
    with pytest.raises(SluiceError, match="302"):
        ask.client(server.url, "version", options=options)


def test_refusal_is_raised_with_everything_it_says(server, ask):
    body = {"error": "the body is refused", "details": ["tasks[0].name: must not be blank"]}
    server.answers(answer(400, body, X_Request_Id="r1"))
    with pytest.raises(Invalid) as caught:
        ask.client(server.url, "create", [{"id": "a"}])
    assert caught.value.details == ("tasks[0].name: must not be blank",)
    assert caught.value.request_id == "r1"
    server.answers(answer(409, {"error": "another body"}))
    with pytest.raises(Conflict):
        ask.client(server.url, "create", [{"id": "a"}], idempotency_key="k")


def test_degraded_server_is_an_answer_and_no_error(server, ask):
    server.answers(answer(503, {"status": "degraded", "database": "unhealthy"}))
    assert ask.client(server.url, "health") == Health(status="degraded", database="unhealthy")
    server.answers(answer(503, {"status": "not_ready", "reason": "stopping"}))
    assert ask.client(server.url, "ready") == Readiness(status="not_ready", reason="stopping")
    server.answers(answer(body={"status": "ready", "trouble": "no Kubernetes"}))
    assert ask.client(server.url, "ready").trouble == "no Kubernetes"
    assert len(server.sent) == 3


def test_iteration_follows_the_links_to_the_end(server, ask):
    def page(names, link=None):
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        return answer(body=[task_json(name=name) for name in names], **headers)

    links = ["/task?kind=k&before=b", "/task?kind=k&before=c"]
    server.answers(page("ab", links[0]), page("c", links[1]), page(""))
    tasks = ask.client(server.url, "iterate", kind="k")
    assert [task.name for task in tasks] == ["a", "b", "c"]
    assert [sent.query.get("before") for sent in server.sent] == [None, "b", "c"]
    assert {(sent.line, sent.query["kind"]) for sent in server.sent} == {("GET /task", "k")}


def test_next_page_is_asked_only_when_it_is_needed(server):
    server.answers(answer(body=[task_json()], Link='</task?before=x>; rel="next"'))
    with Client(server.url) as client:
        next(client.iterate())
    assert len(server.sent) == 1


def test_link_to_elsewhere_leads_nowhere_else(server, ask):
    elsewhere = '<http://127.0.0.1:1/steal?before=x>; rel="next"'
    server.answers(answer(body=[DELIVERY], Link=elsewhere), answer(body=[]))
    ask.client(server.url, "iterate_deliveries", options={"api_key": "secret"})
    assert [sent.path for sent in server.sent] == ["/deliveries", "/deliveries"]


def test_page_can_be_followed_by_hand(server):
    server.answers(answer(body=[], Link='</batches?page=1>; rel="next"'), answer(body=[]))
    with Client(server.url) as client:
        page = client.batches()
        assert client.send(page.next).next is None


def test_ids_cannot_leave_their_place_in_the_path(server, ask):
    server.answers(answer(404, {"error": "Not found"}))
    for text in ("../batches", "a/b", "a?purge=soft", "ä"):
        with pytest.raises(NotFound):
            ask.client(server.url, "get", text)
    paths = [sent.path for sent in server.sent]
    assert paths == ["/task/..%2Fbatches", "/task/a%2Fb", "/task/a%3Fpurge%3Dsoft", "/task/%C3%A4"]


@pytest.mark.parametrize("path", ["", "/", "/sluice", "/sluice/"])
def test_base_url_may_have_a_path(server, ask, path):
    server.answers(TASK)
    ask.client(server.url + path, "get", ID)
    assert server.sent[0].path == path.rstrip("/") + f"/task/{ID}"


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "ftp://h", "http://", "http://h?token=abc"])
def test_base_url_that_is_none_is_refused_at_once(url):
    with pytest.raises(ValueError, match="not the base URL") as caught:
        Client(url)
    assert "abc" not in str(caught.value)
