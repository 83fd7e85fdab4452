# SPDX-License-Identifier: Apache-2.0
"""Targets that do not behave: each gives its task an end with a reason, or none at all."""

import threading

import checker
import pytest

from programs import wait_until
from rude_target import RudeTarget
from webhook_target import Target, call

AT_ONCE = {"max_retries": 2, "initial_delay_secs": 0.05, "jitter": False}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def server(serve, db_url):
    """(Program, base URL) of a server whose webhooks may reach this machine."""
    return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")


@pytest.fixture
def rude():
    """rude(behave) → RudeTarget, closed with the test."""
    targets = []

    def rude(behave):
        targets.append(RudeTarget(behave))
        return targets[-1]

    yield rude
    for target in targets:
        target.close()


def action(target, path="/start", **more):
    return {"kind": "Webhook", "params": {"url": target.url + path, "verb": "Post"},
            "retry": AT_ONCE} | more


def task(target, **more):
    return {"id": "a", "name": "a", "kind": "build", "on_start": action(target)} | more


def post(url, *tasks):
    status, created = call("POST", url + "/task", list(tasks))
    assert status == 201, created
    return created


def get(url, created):
    return call("GET", f"{url}/task/{created['id']}")[1]


def wait_for_status(url, created, status):
    wait_until(lambda: get(url, created)["status"] == status)
    return get(url, created)


def says(*pieces):
    def behave(connection, _):
        for piece in pieces:
            connection.sendall(piece)
    return behave


def hangs(connection, _):
    connection.recv(1)  # until the server leaves


# What the target does, what the reason of the failure has, and how often it is asked.
RUDE = {
    "hangs": (hangs, "time", 1),
    "hangs in the middle of its head": (
        lambda connection, path: (connection.sendall(OK[:9]), hangs(connection, path)), "time", 1),
    "answers 500": (says(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), "500", 3),
    "answers 301": (
        says(b"HTTP/1.1 301 Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"), "301", 1),
    "answers garbage": (says(b"\0\xff\x16\x03 this is not HTTP\r\n\r\n"), "", 3),
    "answers an endless head": (
        says(b"HTTP/1.1 200 OK\r\n", *[b"X: %s\r\n" % (b"x" * 60_000)] * 40), "", 3),
    "closes without a word": (says(), "", 3),
    "closes within its head": (says(OK[:20]), "", 3),
    "closes within its body": (
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "", 3),
}


def test_a_rude_target_fails_its_task_with_a_reason(server, rude, db_url):
    _, url = server
    targets = {name: rude(behave) for name, (behave, _, _) in RUDE.items()}
    created = {
        name: post(url, task(target, on_start=action(target, timeout=1)))[0]
        for name, target in targets.items()
    }
    for name, (_, reason, asked) in RUDE.items():
        failed = wait_for_status(url, created[name], "Failure")
        assert failed["failure_reason"].startswith("on_start webhook failed: "), name
        assert reason in failed["failure_reason"], (name, failed["failure_reason"])
        assert failed["started_at"] is None, name
        assert len(targets[name].paths) == asked, (name, targets[name].paths)
        assert all(path.startswith("/start?handle=") for path in targets[name].paths), name
    assert not checker.problems(db_url)


def test_an_answer_of_ten_megabytes_starts_the_task_all_the_same(server, rude):
    _, url = server
    body = b"x" * (10 << 20)
    target = rude(says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body))
    [created] = post(url, task(target))
    wait_for_status(url, created, "Running")
    assert len(target.paths) == 1


@pytest.mark.parametrize("answer", [200, 500])
def test_a_target_that_reports_before_it_answers_is_heard(server, answer, db_url):
    _, url = server
    reported = []

    def behave(webhook):
        if webhook.trigger == "start":
            reported.append(call("PATCH", webhook.handle, {"new_success": 1})[0])
            reported.append(call("PATCH", webhook.handle, {"status": "Success"})[0])
        return (answer if webhook.trigger == "start" else 200), None

    target = Target(behave)
    try:
        [created] = post(url, task(target, on_success=[action(target, "/done")],
                                   on_failure=[action(target, "/no")]))
        assert target.wait_for(1, "end")[0].path == "/done"
        ended = get(url, created)
        assert (ended["status"], ended["success"], reported) == ("Success", 1, [200, 200])
        assert len(target.webhooks("start")) == 1
        assert not checker.problems(db_url)
    finally:
        target.close()


def test_a_target_that_answers_only_after_its_task_was_canceled_starts_nothing(server, rude):
    _, url = server
    asked, go_on = threading.Event(), threading.Event()

    def behave(connection, path):
        if path.startswith("/start"):
            asked.set()
            go_on.wait(30)
        connection.sendall(OK)

    target = rude(behave)
    [created] = post(url, task(target, on_cancel=[action(target, "/stop")]))
    assert asked.wait(30)
    assert call("DELETE", f"{url}/task/{created['id']}")[0] == 200
    go_on.set()
    wait_until(lambda: any(path.startswith("/stop") for path in target.paths))
    assert get(url, created)["status"] == "Canceled"


NOT_PUBLIC = (
    "[::1]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "localhost", "localhost.", "LocalHost",
    "a.localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0",
    "169.254.169.254", "metadata.google.internal.", "[fd00::1]", "[64:ff9b::7f00:1]", "100.64.0.1",
)


def test_a_target_that_is_not_public_is_refused(serve, db_url):
    url = serve(db_url, "--workers", "0")[1]

    class Inner:
        def __init__(self, host):
            self.url = f"http://{host}:80"

    for host in NOT_PUBLIC:
        status, answer = call("POST", url + "/task", [task(Inner(host))])
        assert status == 400, host
        assert answer["details"][0].startswith("tasks[0].on_start.params: "), answer
    assert call("GET", url + "/task") == (200, [])


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_a_name_that_means_another_address_later_is_not_connected_to(
    start, sluice_bin, directory, tmp_path, rude, address
):
    target = rude(says(OK))
    hosts = directory / "hosts"
    hosts.write_text("8.8.8.8 rebound.example\n")
    mount = f'mount --bind {hosts} /etc/hosts && exec "$@"'
    program = start(
        "unshare", "-m", "sh", "-c", mount, "sh", sluice_bin, "serve", "--workers", "0", "--db",
        f"sqlite://{tmp_path}/s.db", "--listen", "127.0.0.1:0",
    )
    url = program.wait_for_line(r"http://[\w.:]+")[0]
    there = "http://rebound.example:" + target.url.rsplit(":", 1)[1]
    on_start = {"kind": "Webhook", "params": {"url": there, "verb": "Post"}}
    [created] = post(url, task(target, on_start=on_start, scheduled_at="2100-01-01T00:00:00Z"))
    hosts.write_text(f"{address} rebound.example\n")
    now = {"scheduled_at": "2000-01-01T00:00:00Z"}
    assert call("PATCH", f"{url}/task/{created['id']}", now)[0] == 200
    failed = wait_for_status(url, created, "Failure")
    assert "its address is a " in failed["failure_reason"]
    assert target.paths == []
