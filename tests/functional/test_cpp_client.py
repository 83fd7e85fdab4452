# SPDX-License-Identifier: Apache-2.0
"""The example of a service in C++, and with it the C++ client against the real server."""

import json
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "python"))

from programs import wait_until  # noqa: E402
from sluice.client import Batch, Client, Retry, webhook  # noqa: E402

TEXTS = sorted((ROOT / "examples/word-frequencies/texts").glob("*.txt"))


def words_in(paths):
    return sum(len(path.read_text().split()) for path in paths)


@pytest.fixture
def example(sluice_bin):
    """example(name) → the program of the example, from the build of the binary under test."""
    directory = sluice_bin.parents[2] / "examples/task-service-cpp"

    def example(name):
        path = directory / name
        assert path.is_file(), f"{path} does not exist: ./dev test functional builds it"
        return path

    return example


@pytest.fixture
def db_url(tmp_path):
    return f"sqlite://{tmp_path}/sluice.db"


@pytest.fixture
def keys(sluice, db_url):
    """role → key; from now on the server wants one."""
    return {
        role: sluice("key", "create", role, "--role", role, "--db", db_url).stdout.strip()
        for role in ("write", "read")
    }


@pytest.fixture
def server(serve, db_url):
    return serve(db_url, "--workers", "0", "--skip-ssrf-validation", "true")[1]


@pytest.fixture
def service(start, example):
    """service(server, key) → the URL of the running service."""

    def service(server, key="", port=0):
        program = start(
            example("service"), port, SLUICE_SERVER=server, SLUICE_KEY=key, NO_PROXY="*"
        )
        return program, program.wait_for_line(r"http://\S+")[0]

    return service


@pytest.fixture
def submit(start, example):
    def submit(server, target, *files, key=""):
        return start(
            example("submit"), *files, SLUICE_SERVER=server, SLUICE_TARGET=target,
            SLUICE_KEY=key, NO_PROXY="*",
        )

    return submit


@pytest.fixture
def client(server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Client(server) as client:
        yield client


def test_words_of_all_files_are_counted(server, service, submit, client):
    _, target = service(server)
    run = submit(server, target, *TEXTS)
    assert run.wait() == 0, run.stderr()
    assert run.lines == [str(words_in(TEXTS))]
    [batch] = client.batches()
    assert batch.status_counts.success == batch.total_tasks == len(TEXTS) + 1
    counted = list(client.iterate(kind="count"))
    assert all(one.success == one.expected_count > 0 for one in counted)


def test_target_needs_no_key_and_who_submits_does(keys, server, service, submit):
    _, target = service(server, key=keys["read"])  # to look at the tasks of the batch, no more
    run = submit(server, target, *TEXTS[:2], key=keys["write"])
    assert run.wait() == 0, run.stderr()
    refused = submit(server, target, *TEXTS[:2], key=keys["read"])
    assert refused.wait() == 1
    assert "role" in refused.stderr()


def test_everything_wrong_with_a_batch_is_told(server, submit):
    run = submit(server, "no-url", TEXTS[0])
    assert run.wait() == 1
    assert "tasks[0].on_start" in run.stderr() and "tasks[1].on_start" in run.stderr()


def test_work_that_cannot_be_done_fails_with_its_reason(server, service, client):
    _, target = service(server)
    batch = Batch()
    batch.task(
        name="odd", kind="count", on_start=webhook(f"{target}/count", body={"lines": [1]}),
        retry=Retry(max_retries=1, initial_delay_secs=0),
    )
    [created] = client.create(batch).tasks
    wait_until(lambda: client.get(created.id).status == "Failure")
    task = client.get(created.id)
    assert (task.failure_reason, task.attempt) == ("not a string: 1", 2)


def test_service_that_was_killed_goes_on_with_the_next_try(server, service, submit, client):
    first, target = service(server)
    port = int(target.rsplit(":", 1)[1])
    first.kill()
    run = submit(server, target, *TEXTS[:2])
    wait_until(lambda: client.list(kind="count"))
    service(server, port=port)
    assert run.wait(90) == 0, run.stderr()
    assert run.lines == [str(words_in(TEXTS[:2]))]
