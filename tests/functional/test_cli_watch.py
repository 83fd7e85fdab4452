# SPDX-License-Identifier: Apache-2.0
"""--watch: shown again when it changes, until it is final or the user has seen enough."""

import json
import os
import pty
import signal
import subprocess

import pytest

from scripted_server import ScriptedServer, Stream, answer

ID = "019a9f3c-5b1f-7000-8000-00000b2c3d4e"
TASK = f"GET /task/{ID}"
BATCH = f"GET /batch/{ID}"
EVENTS = "GET /events"
EVENT = 'id: 7\nevent: task\ndata: {"task_id": "' + ID + '"}\n\n'
# Without news a live view looks again after five seconds.
SOON = 4


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def watch(start, sluice_bin, server):
    """watch(*arguments) → Program."""
    return lambda *arguments: start(
        sluice_bin, "--server", server.url, *arguments, "--watch", "--output", "name"
    )


def task(status, **more):
    return answer({"id": ID, "status": status, "name": "a"} | more)


def batch(**counts):
    words = ("waiting", "pending", "claimed", "running", "success", "failure", "skipped", "paused",
             "canceled")
    return answer({"batch_id": ID, "status_counts": dict.fromkeys(words, 0) | counts})


def test_task_is_shown_whenever_it_changes_until_it_has_ended(watch, server):
    server.routes[TASK] = [task("Pending"), task("Pending"), task("Running"), task("Success")]
    program = watch("task", "describe", ID)
    assert program.wait() == 0
    assert program.lines == [ID] * 3
    assert program.stderr() == ""


@pytest.mark.parametrize("status", ["Success", "Failure", "Skipped", "Canceled"])
def test_task_that_has_ended_is_shown_once(watch, server, status):
    server.routes[TASK] = [task(status)]
    program = watch("task", "describe", ID)
    assert (program.wait(), program.lines) == (0, [ID])


@pytest.mark.parametrize("status", ["waiting", "pending", "claimed", "running", "paused"])
def test_batch_is_watched_until_all_its_tasks_have_ended(watch, server, status):
    server.routes[BATCH] = [batch(success=2, **{status: 1}), batch(success=2, failure=1)]
    program = watch("batch", "describe", ID)
    assert (program.wait(), program.lines) == (0, [ID] * 2)


def test_event_leads_to_a_look_at_once(watch, server):
    server.routes = {TASK: [task("Running")], EVENTS: Stream(": hello\n\n")}
    program = watch("task", "describe", ID)
    server.wait_for(TASK, 2)  # the greeting is news, too
    server.routes[TASK] = [task("Success")]
    server.routes[EVENTS].put(EVENT)
    assert program.wait(SOON) == 0
    asked = [sent for sent in server.sent if sent.line == EVENTS]
    assert [sent.query for sent in asked] == [{"task": ID}]


@pytest.mark.parametrize(("command", "query"), [
    (["batch", "describe", ID], {"batch": ID}), (["batch", "tasks", ID], {"batch": ID}),
    (["task", "list", "--batch", ID], {"batch": ID}), (["task", "list", "--kind", "a"], {}),
    (["batch", "list"], {}),
], ids=["batch", "tasks of a batch", "list of a batch", "list", "batches"])
def test_events_are_asked_for_what_is_looked_at(watch, server, command, query):
    server.routes = {
        BATCH: [batch(running=1)], "GET /task": [answer([])], "GET /batches": [answer([])],
        EVENTS: Stream(),
    }
    program = watch(*command)
    server.wait_for(EVENTS, 1)
    assert [sent.query for sent in server.sent if sent.line == EVENTS] == [query]
    assert program.terminate() == 130


def test_server_without_events_is_asked_for_them_once(watch, server):
    server.routes[TASK] = [task("Pending")] * 3 + [task("Success")]
    assert watch("task", "describe", ID).wait() == 0
    assert server.lines().count(EVENTS) == 1


def test_events_that_break_off_are_asked_for_again(watch, server):
    server.routes = {TASK: [task("Running")], EVENTS: Stream(EVENT)}
    program = watch("task", "describe", ID)
    server.wait_for(EVENTS, 1)
    server.routes[EVENTS].end()
    server.wait_for(EVENTS, 2)
    server.routes[TASK] = [task("Success")]
    assert program.wait() == 0


def test_server_that_is_away_for_a_moment_is_asked_again(watch, server):
    server.routes[TASK] = [task("Running"), answer({"error": "busy"}, 503), task("Success")]
    program = watch("task", "describe", ID)
    assert (program.wait(), program.lines) == (0, [ID] * 2)


def test_server_that_is_away_from_the_beginning_is_an_error(watch, server):
    server.routes[TASK] = [answer({"error": "busy"}, 503)]
    assert watch("task", "describe", ID).wait() == 1


def test_what_is_gone_ends_the_view(watch, server):
    server.routes[TASK] = [task("Running"), answer({"error": "gone"}, 404)]
    program = watch("task", "describe", ID)
    assert program.wait() == 3
    assert "sluice: gone" in program.stderr()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_the_view(watch, server, number):
    server.routes["GET /task"] = [answer([{"id": ID}])]
    program = watch("task", "list")
    program.wait_for_line(ID)
    os.kill(program.pid, number)
    assert program.wait() == 130
    assert program.stderr() == ""


def test_interrupt_does_not_wait_for_an_answer(watch, server):
    server.routes[TASK] = Stream()
    program = watch("task", "describe", ID)
    server.wait_for(TASK, 1)
    assert program.terminate() == 130


def test_documents_follow_each_other(start, sluice_bin, server):
    server.routes[TASK] = [task("Running"), task("Success")]
    program = start(sluice_bin, "--server", server.url, "task", "describe", ID, "--watch",
                    "--output", "json")
    assert program.wait() == 0
    text = "\n".join(program.lines)
    first, end = json.JSONDecoder().raw_decode(text)
    assert first["status"] == "Running"
    assert json.loads(text[end:])["status"] == "Success"


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_only_a_terminal_is_cleared(sluice_bin, environment, server, is_terminal):
    server.routes[TASK] = [task("Running"), task("Success")]
    reader, writer = pty.openpty() if is_terminal else os.pipe()
    command = [sluice_bin, "--server", server.url, "task", "describe", ID, "--watch"]
    with subprocess.Popen(command, stdout=writer, env=environment) as program:
        os.close(writer)
        shown = b"".join(read_all(reader))
        assert program.wait() == 0
    os.close(reader)
    assert shown.count(b"\x1b[H\x1b[2J") == (2 if is_terminal else 0)
    assert shown.count(b"Id:") == 2


def read_all(reader):
    while True:
        try:
            piece = os.read(reader, 4096)
        except OSError:  # how a terminal ends
            return
        if not piece:
            return
        yield piece
