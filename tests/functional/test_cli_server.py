# SPDX-License-Identifier: Apache-2.0
"""The same commands against a server."""

import json

from pipelines import contents, write_pipeline

COPY = "cp /pfs/in/* /pfs/out/"


def test_job_run_posts_and_prints_the_name(serve, sluice, directory, db_url):
    _, url = serve(db_url)
    result = sluice("--server", url, "job", "run", write_pipeline(directory, COPY, ["a", "b"]))
    assert result.returncode == 0, result.stderr
    name = result.stdout.strip()
    assert result.stderr == ""
    assert sluice("job", "wait", name, SLUICE_SERVER=url).returncode == 0
    assert contents(directory / "out") == contents(directory / "in")


def test_commands_say_the_same_with_and_without_a_server(serve, sluice, directory, db_url):
    server, url = serve(db_url)
    name = sluice("--server", url, "job", "run",
                  write_pipeline(directory, "echo hello; exit 3", ["a"])).stdout.strip()
    assert sluice("job", "wait", name, SLUICE_SERVER=url).returncode == 1
    datum = sluice("datum", "list", name, "--output", "name", SLUICE_SERVER=url).stdout.strip()
    commands = (
        ["job", "list", "--output", "json"], ["job", "describe", name, "--output", "json"],
        ["job", "why", name], ["job", "logs", name], ["datum", "list", name],
        ["datum", "describe", datum], ["datum", "logs", datum], ["datum", "why", datum],
        ["job", "describe", "nope"], ["datum", "describe", "nope"], ["job", "resume", "nope"],
    )
    remote = {tuple(words): sluice(*words, SLUICE_SERVER=url) for words in commands}
    assert server.terminate() == 0
    for words, there in remote.items():
        here = sluice(*words, SLUICE_DB=db_url)
        assert (there.stdout, there.returncode) == (here.stdout, here.returncode), words
    assert remote[("datum", "logs", datum)].stdout == "hello\n"
    assert remote[("job", "describe", "nope")].returncode == 3


def test_server_refuses_what_a_pipeline_must_not_be(serve, sluice, directory, db_url):
    _, url = serve(db_url)
    pipeline = write_pipeline(directory, COPY, ["a"])
    document = json.loads(pipeline.read_text())
    document["egress"]["URI"] = "out"
    pipeline.write_text(json.dumps(document))
    result = sluice("--server", url, "job", "run", pipeline)
    assert result.returncode == 1
    assert "egress.URI" in result.stderr


def test_detached_job_is_run_by_the_next_server(serve, sluice, directory, db_url):
    pipeline = write_pipeline(directory, COPY, ["a", "b", "c"])
    job = sluice("job", "run", "--detach", "--db", db_url, pipeline).stdout.strip()
    serve(db_url)
    assert sluice("job", "wait", "--db", db_url, job, "--timeout", "60s").returncode == 0
    assert contents(directory / "out") == contents(directory / "in")


def test_workers_run_what_the_server_has(serve, worker, sluice, directory, db_url):
    _, url = serve(db_url, "--workers", "0")
    name = sluice("--server", url, "job", "run",
                  write_pipeline(directory, COPY, ["a", "b", "c"])).stdout.strip()
    workers = [worker(url, "--job", name) for _ in range(2)]
    assert sluice("--server", url, "job", "wait", name, "--timeout", "60s").returncode == 0
    assert [program.wait() for program in workers] == [0, 0]
    assert contents(directory / "out") == contents(directory / "in")


def test_keys_open_the_server(serve, sluice, directory, db_url):
    key = sluice("key", "create", "laptop", "--db", db_url).stdout.strip()
    _, url = serve(db_url)
    assert "key" in sluice("--server", url, "job", "list").stderr
    assert sluice("--server", url, "job", "list").returncode == 1
    assert sluice("--server", url, "job", "list", SLUICE_KEY="wrong").returncode == 1
    assert sluice("--server", url, "job", "list", "--key", key).returncode == 0
