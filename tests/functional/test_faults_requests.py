# SPDX-License-Identifier: Apache-2.0
"""Bodies that are no good and clients that are slow, half there or many: each gets its answer, and
nobody else notices."""

import json
import re
import resource
import time

import pytest

from programs import wait_until
from raw_http import RawClient, send_body
from webhook_target import Target, call

LIMIT = 32 << 20  # bytes of a body
CONNECTIONS = 10_000
CONNECTIONS_SERVED = 1024
RSS_MAX = 400 << 20


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def server(serve, db_url):
    """(Program, base URL) of a server whose webhooks may reach this machine."""
    return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")


@pytest.fixture
def sqlite_server(serve, tmp_path):
    """For what has nothing to do with the store."""
    return serve(f"sqlite://{tmp_path}/sluice.db", "--workers", "0", "--skip-ssrf-validation",
                 "true")


def text_of(target, **members):
    """The body of POST /task; a member that is a Raw stands in it as it is."""
    action = {"kind": "Webhook", "params": {"url": target.url, "verb": "Post"}}
    task = {"id": "a", "name": "a", "kind": "build", "on_start": action,
            "scheduled_at": "2100-01-01T00:00:00Z"}
    raw = b"".join(b',"%s":%s' % (key.encode(), value) for key, value in members.items())
    return b"[" + json.dumps(task).encode()[:-1] + raw + b"}]"


def nested(levels):
    return b'{"a":' * levels + b"1" + b"}" * levels


BAD_BODIES = {
    "nothing": b"",
    "blank": b" \n",
    "another type": b'{"a": 1}',
    "brackets that do not end": b"[" * 1_000_000,
    "more behind the end": b"[] []",
    "a byte order mark": b"\xef\xbb\xbf[]",
    "not UTF-8": b'[{"id": "\xff\xfe"}]',
    "an overlong encoding": b'[{"id": "\xc0\xaf"}]',
    "half a surrogate pair": b'[{"id": "\\ud800"}]',
    "a byte of zero": b"[\0]",
    "another encoding": "[]".encode("utf-16"),
}

BAD_MEMBERS = {
    "a key twice": ("name", b'"b"'),
    "a key twice within": ("metadata", b'{"a": 1, "a": 2}'),
    "nested too deeply": ("metadata", nested(1000)),
    "a number beyond all": ("metadata", b"1e999"),
    "a number of 100,000 digits": ("metadata", b"9" * 100_000),
    "no number": ("priority", b"NaN"),
    "a count beyond 64 bits": ("expected_count", b"9223372036854775808"),
    "a count below zero": ("expected_count", b"-1"),
    "half a count": ("expected_count", b"0.5"),
    "metadata of 64 KiB and more": ("metadata", b'"' + b"x" * (64 << 10) + b'"'),
}


def test_a_body_that_is_no_good_is_refused_with_the_reason(server, target):
    _, url = server
    bodies = BAD_BODIES | {
        name: text_of(target, **{key: value}) for name, (key, value) in BAD_MEMBERS.items()
    }
    for name, body in bodies.items():
        status, headers, answer = send_body(url, body)
        assert status == 400, (name, answer)
        assert answer["details"], name
        assert headers["x-request-id"], name
    assert call("GET", url + "/task") == (200, [])


def test_values_at_the_edge_are_kept_as_they_came(server, target):
    _, url = server
    edges = {
        "expected_count": b"9223372036854775807",
        "metadata": b'{"zero": "\\u0000", "edge": [18446744073709551615, -9223372036854775808, '
                    b'1e308, 5e-324], "deep": %s, "\xf0\x9f\x90\x8c": "\\ud83d\\udc0c"}'
                    % nested(55),
    }
    sent = json.loads(b"{" + b",".join(b'"%s":%s' % (key.encode(), value)
                                       for key, value in edges.items()) + b"}")
    status, _, answer = send_body(url, text_of(target, **edges))
    assert status == 201, answer
    kept = call("GET", f"{url}/task/{answer[0]['id']}")[1]
    assert {key: kept[key] for key in sent} == sent


def test_a_report_that_is_no_good_changes_nothing(server, target):
    _, url = server
    [created] = call("POST", url + "/task", json.loads(text_of(target)))[1]
    path = f"/task/{created['id']}"
    for body in (b"", b"[]", b'{"new_success": 1e999}', b'{"new_success": 9223372036854775808}',
                 b'{"metadata": 1, "metadata": 2}', b'{"failure_reason": "\xff"}'):
        client = RawClient(url)
        client.send_head("PATCH", path, len(body))
        client.send(body)
        status, _, answer = client.answer()
        assert status == 400, (body, answer)
        client.close()
    assert call("GET", url + path)[1] == created


def test_a_body_that_is_cut_off_creates_nothing(sqlite_server, target):
    _, url = sqlite_server
    body = text_of(target)
    for sent in (0, 1, len(body) // 2, len(body) - 1):
        client = RawClient(url)
        client.send_head("POST", "/task", len(body))
        client.send(body[:sent])
        client.end()
        assert client.answer()[0] == 400, sent
        assert client.is_closed()
        gone = RawClient(url)
        gone.send_head("POST", "/task", len(body))
        gone.send(body[:sent])
        gone.reset()
    assert call("GET", url + "/task") == (200, [])


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(sqlite_server):
    _, url = sqlite_server
    assert send_body(url, b"[" + b" " * (LIMIT - 2) + b"]")[0] == 204
    refused = RawClient(url)
    refused.send_head("POST", "/task", LIMIT + 1)
    status, _, answer = refused.answer()  # before any of it is sent
    assert status == 413 and str(LIMIT) in answer["error"]
    refused.close()


def test_another_limit_of_new_tasks_is_set(serve, tmp_path):
    _, url = serve(f"sqlite://{tmp_path}/sluice.db", "--workers", "0", "--body-bytes-max", "1000")
    assert send_body(url, b"[" + b" " * 998 + b"]")[0] == 204
    status, _, answer = send_body(url, b"[" + b" " * 999 + b"]")
    assert status == 413 and "1000" in answer["error"]


def test_a_body_that_nobody_asks_for_is_passed_over(sqlite_server, target):
    _, url = sqlite_server
    [created] = call("POST", url + "/task", json.loads(text_of(target)))[1]
    client = RawClient(url)
    for method, status in (("GET", 200), ("DELETE", 200), ("DELETE", 400), ("GET", 200)):
        client.send_head(method, f"/task/{created['id']}", 2)
        client.send(b"{]")
        assert client.answer()[0] == status, method
    client.close()


def test_who_has_sent_everything_and_then_half_leaves_is_answered(sqlite_server, target):
    _, url = sqlite_server
    body = text_of(target)
    client = RawClient(url)
    client.send_head("POST", "/task", len(body))
    client.send(body)
    client.end()
    assert client.answer()[0] == 201
    client.close()


def test_slow_clients_hold_nobody_up_and_are_sent_away(sqlite_server, target):
    _, url = sqlite_server
    head = b"POST /task HTTP/1.1\r\nHost: sluice\r\nContent-Type: application/json\r\n"
    slow = [RawClient(url) for _ in range(100)]
    begin = time.monotonic()
    for byte in range(len(head)):  # all of them at once, a byte of the head at a time
        for client in slow:
            client.send(head[byte:byte + 1])
        if byte % 10 == 0:
            asked = time.monotonic()
            assert call("GET", url + "/version")[0] == 200
            assert time.monotonic() - asked < 2
    assert slow[0].answer()[0] == 408
    assert time.monotonic() - begin < 30
    assert all(client.answer()[0] == 408 for client in slow[1:])


def rss_of(program):
    with open(f"/proc/{program.pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) << 10


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    assert hard == resource.RLIM_INFINITY or hard >= wanted, "ulimit -Hn is too low for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_connections_than_are_served_are_refused_in_little_memory(
        many_files, serve, tmp_path):
    server, url = serve(f"sqlite://{tmp_path}/sluice.db", "--workers", "0", "--connections-max",
                        str(CONNECTIONS_SERVED))
    served = [RawClient(url) for _ in range(CONNECTIONS_SERVED)]
    for client in served:
        client.send_head("GET", "/version", 0)
        assert client.answer()[0] == 200
    refused = [RawClient(url) for _ in range(CONNECTIONS - CONNECTIONS_SERVED)]
    status, headers, _ = refused[0].answer()
    assert (status, headers["retry-after"]) == (503, "1")
    assert rss_of(server) < RSS_MAX
    for client in served:
        client.send_head("GET", "/version", 0)
        assert client.answer()[0] == 200
    for client in served + refused:
        client.close()
    wait_until(lambda: call("GET", url + "/version")[0] == 200)
