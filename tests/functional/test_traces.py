# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry traces: what a collector is told of the life of a task."""

import threading

import pytest

from trace_collector import Collector
from webhook_target import Target, call

CLIENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def traced(serve, collector, tmp_path):
    """traced(NAME=value…) → (Program, base URL) of a server that sends its traces."""

    def traced(*arguments, **settings):
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} | settings
        return serve(
            f"sqlite://{tmp_path}/sluice.db", "--workers", "0", "--skip-ssrf-validation", "true",
            *arguments, **settings,
        )

    return traced


def task(target):
    def webhook(path):
        return {"kind": "Webhook", "params": {"url": target.url + path, "verb": "Post"}}

    return {"id": "a", "name": "a task", "kind": "build", "on_start": webhook("/start"),
            "on_success": [webhook("/done")]}


def live(target, service, **headers):
    """A task from its creation to the webhook of its end; its id."""
    status, [created] = call("POST", service + "/task", [task(target)], headers)
    assert status == 201
    [start] = target.wait_for(1, "start", created["id"])
    status, _ = call("PATCH", start.handle, {"status": "Success"},
                     {"traceparent": start.headers["traceparent"]})
    assert status == 200
    target.wait_for(1, "end", created["id"])
    return created["id"]


def parent_of(webhook):
    _, trace, span, flags = webhook.headers["traceparent"].split("-")
    return trace, span, flags


def test_the_whole_life_of_a_task_is_there(traced, collector, target):
    server, service = traced(OTEL_SERVICE_NAME="tasks")
    task_id = live(target, service, traceparent=CLIENT)
    assert server.terminate() == 0

    [create] = collector.spans("POST /task")
    assert (create.trace, create.parent) == tuple(CLIENT.split("-")[1:3])
    assert create.kind == "server"
    assert create.attributes["http.response.status_code"] == 201
    assert create.resource["service.name"] == "tasks"

    start, end = sorted(collector.spans("POST 127.0.0.1"), key=lambda span: span.begun)
    trace = task_id.replace("-", "")
    for span, word in ((start, "start"), (end, "end")):
        [seen] = target.webhooks(word)
        assert parent_of(seen) == (trace, span.id, "01")
        assert (span.trace, span.kind, span.failed) == (trace, "client", False)
        assert span.attributes["sluice.webhook.trigger"] == word
        assert span.attributes["sluice.task.id"] == task_id
        assert span.attributes["sluice.batch.id"] == create.attributes["sluice.batch.id"]
        assert span.attributes["sluice.task.attempt"] == 1

    [report] = collector.spans("PATCH /task/{id}")
    assert (report.trace, report.parent) == (trace, start.id)
    assert report.attributes["url.path"] == f"/task/{task_id}"
    for earlier, later in ((create, start), (start, report), (report, end)):
        assert earlier.begun <= later.begun
    for span in collector.spans():
        assert span.begun <= span.ended


def test_spans_are_sent_while_the_server_runs(traced, collector):
    _, service = traced()
    call("GET", service + "/version")
    collector.wait_for("GET /version")


def test_a_collector_that_is_overloaded_gets_the_spans_again(traced, collector):
    server, service = traced("--otlp-headers", "X-Tenant=ada%20l")
    collector.statuses = [503]
    call("GET", service + "/version")
    collector.wait_for("GET /version")
    assert server.terminate() == 0
    assert len(collector.spans("GET /version")) == 1
    for path, headers in collector.requests:
        assert path == "/v1/traces"
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Tenant"] == "ada l"


def test_a_server_stops_although_its_collector_is_away(traced, collector, target):
    server, service = traced(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="http://127.0.0.1:9/traces")
    live(target, service)
    assert server.terminate() == 0
    assert "traces: " in server.stderr() and " spans are lost: " in server.stderr()
    assert not collector.requests


def test_who_samples_nothing_says_so_to_targets(traced, collector, target):
    server, service = traced(OTEL_TRACES_SAMPLER="always_off")
    live(target, service, traceparent=CLIENT)
    assert server.terminate() == 0
    assert not collector.requests
    assert {parent_of(webhook)[2] for webhook in target.webhooks()} == {"00"}


def test_without_an_endpoint_targets_still_learn_the_trace_of_the_task(traced, collector, target):
    server, service = traced(OTEL_EXPORTER_OTLP_ENDPOINT="")
    task_id = live(target, service)
    assert server.terminate() == 0
    assert server.stderr() == ""
    assert not collector.requests
    assert {parent_of(webhook)[0] for webhook in target.webhooks()} == {task_id.replace("-", "")}


def test_no_secret_is_in_a_span(traced, sluice, collector, target, tmp_path):
    key = sluice("key", "create", "client", "--role", "write", "--db",
                 f"sqlite://{tmp_path}/sluice.db").stdout.split()[-1]
    server, service = traced()
    live(target, service, Authorization=f"Bearer {key}")
    assert server.terminate() == 0
    assert len(collector.spans("PATCH /task/{id}")) == 1
    token = target.webhooks("start")[0].handle.split("token=")[1]
    for secret in (key, token):
        assert secret not in str(collector.documents)


def test_many_requests_come_as_few(traced, collector):
    server, service = traced()
    clients = [threading.Thread(target=call, args=("GET", service + "/version"))
               for _ in range(100)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert server.terminate() == 0
    assert len(collector.spans("GET /version")) == 100
    assert len(collector.requests) < 20
