# SPDX-License-Identifier: Apache-2.0
"""What commands print, in each format, and their exit codes."""

import json
import re

import pytest
import yaml

from pipelines import contents, write_pipeline

COPY = "cp /pfs/in/* /pfs/out/"
FAIL_ON_B = "case $(ls /pfs/in) in b*) echo bad >&2; exit 3;; esac; cp /pfs/in/* /pfs/out/"


@pytest.fixture
def done_job(sluice, directory):
    pipeline = write_pipeline(directory, COPY, ["a.txt", "b.txt"])
    result = sluice("job", "run", pipeline)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture
def failed_job(sluice, directory):
    pipeline = write_pipeline(directory, FAIL_ON_B, ["a.txt", "b.txt"])
    result = sluice("job", "run", pipeline)
    assert result.returncode == 1
    return result.stdout.strip()


def test_job_run_prints_the_name_alone_and_the_summary_beside_it(sluice, directory):
    result = sluice("job", "run", write_pipeline(directory, COPY, ["a.txt"]))
    assert re.fullmatch(r"demo-[a-z0-9]{10}\n", result.stdout)
    assert "1 of 1 done" in result.stderr
    assert contents(directory / "out") == {"a.txt": b"this is a.txt\n"}


def test_failed_job_shows_the_first_error_and_where_to_look(sluice, directory):
    result = sluice("job", "run", write_pipeline(directory, FAIL_ON_B, ["a.txt", "b.txt"]))
    assert result.returncode == 1
    assert "1 of 2 datums failed" in result.stderr
    datum = re.search(r"sluice datum logs ([0-9a-f-]{36})", result.stderr)[1]
    assert sluice("datum", "logs", datum).stdout == "bad\n"
    assert contents(directory / "out") == {"a.txt": b"this is a.txt\n"}


def test_job_list_has_four_formats(sluice, done_job):
    table = sluice("job", "list").stdout.splitlines()
    assert table[0].split() == ["NAME", "STATUS", "PROGRESS", "CREATED", "DURATION"]
    assert table[1].split()[:3] == [done_job, "done", "2/2"]
    assert sluice("job", "list", "--output", "name").stdout == f"{done_job}\n"
    from_json = json.loads(sluice("job", "list", "--output", "json").stdout)
    from_yaml = yaml.safe_load(sluice("job", "list", "--output", "yaml").stdout)
    assert from_json == from_yaml
    assert from_json["jobs"][0]["job_name"] == done_job
    assert from_json["jobs"][0]["status"] == "done"


def test_job_list_filters(sluice, done_job, directory):
    failed = sluice("job", "run", write_pipeline(directory, "exit 1", [], name="other"))
    names = sluice("job", "list", "--output", "name").stdout.split()
    assert names == [failed.stdout.strip(), done_job]
    for arguments, expected in (
        (["--status", "error"], names[:1]), (["--name", "emo"], names[1:]),
        (["--limit", "1"], names[:1]), (["--status", "running"], []),
    ):
        listed = sluice("job", "list", "--output", "name", *arguments).stdout.split()
        assert listed == expected, arguments


def test_job_describe_counts_and_shows_last_lines_of_errors(sluice, failed_job):
    text = sluice("job", "describe", failed_job).stdout
    assert re.search(r"Status: +error", text)
    assert re.search(r"^done +1 +0$", text, re.MULTILINE)
    assert re.search(r"^error +1 +0$", text, re.MULTILINE)
    document = json.loads(sluice("job", "describe", failed_job, "--output", "json").stdout)
    assert len(document["error_datums"]) == 1
    assert document["job"]["egress_uri"].startswith("file:///")


def test_datum_commands(sluice, failed_job):
    ids = sluice("datum", "list", failed_job, "--output", "name").stdout.split()
    assert len(ids) == 2
    bad = sluice("datum", "list", failed_job, "--status", "error", "--output", "name").stdout
    description = sluice("datum", "describe", bad.strip()).stdout
    assert re.search(r"Tries: +1/1", description)
    assert "/pfs/in/b.txt" in description
    assert "bad" in description
    assert sluice("datum", "why", bad.strip()).returncode == 0
    assert sluice("job", "why", failed_job).stdout.strip()
    assert "bad\n" in sluice("job", "logs", failed_job).stdout


def test_job_wait_has_the_exit_code_of_the_job(sluice, done_job, directory):
    assert sluice("job", "wait", done_job).returncode == 0
    failed = sluice("job", "run", write_pipeline(directory, "exit 1", [])).stdout.strip()
    assert sluice("job", "wait", done_job, failed).returncode == 1


def test_job_check_prints_the_datums_and_runs_nothing(sluice, directory):
    pipeline = write_pipeline(directory, COPY, ["a b.txt", "ü.txt"])
    result = sluice("job", "check", pipeline)
    assert result.returncode == 0, result.stderr
    assert "/pfs/in/a b.txt" in result.stdout
    assert "2 datums" in result.stderr
    document = json.loads(sluice("job", "check", pipeline, "--output", "json").stdout)
    assert document == yaml.safe_load(
        sluice("job", "check", pipeline, "--output", "yaml").stdout
    )
    paths = [datum["input_files"][0]["local_path"] for datum in document["datums"]]
    assert paths == ["/pfs/in/a b.txt", "/pfs/in/ü.txt"]
    assert not (directory / "out").exists()
    assert sluice("job", "list", "--output", "name").stdout == ""


def test_odd_names_survive(sluice, directory):
    pipeline = write_pipeline(directory, COPY, ["100%.txt", "#1 (?).txt", "a\nb", "{x}"])
    with open(bytes(directory / "in") + b"/\xff\xfe", "wb") as file:
        file.write(b"odd\n")
    result = sluice("job", "run", pipeline)
    assert result.returncode == 0, result.stderr
    assert contents(directory / "out") == contents(directory / "in")


def test_yaml_on_stdin_is_a_pipeline_file(sluice, directory):
    document = json.loads(write_pipeline(directory, COPY, ["a.txt"]).read_text())
    result = sluice("job", "run", "-", stdin=yaml.safe_dump(document))
    assert result.returncode == 0, result.stderr


def test_retry_runs_only_what_is_left(sluice, failed_job, directory):
    result = sluice("job", "retry", failed_job, "--set", f"transform.cmd[2]={COPY}")
    assert result.returncode == 0, result.stderr
    assert "1 of 1 done" in result.stderr
    assert contents(directory / "out") == contents(directory / "in")
    deleted = sluice("job", "delete", failed_job, result.stdout.strip())
    assert deleted.returncode == 0, deleted.stderr
    assert sluice("job", "list", "--output", "name").stdout == ""


def test_detached_job_waits_until_it_is_canceled(sluice, directory):
    job = sluice("job", "run", "--detach", write_pipeline(directory, COPY, ["a.txt"]))
    name = job.stdout.strip()
    assert sluice("job", "wait", name, "--timeout", "1s").returncode == 124
    assert sluice("job", "pause", name).returncode == 0
    assert "paused" in sluice("job", "list").stdout
    assert sluice("job", "cancel", name).returncode == 0
    assert sluice("job", "wait", name).returncode == 1
    assert sluice("job", "resume", name).returncode == 1


def test_config_tells_where_values_come_from(sluice, directory):
    (directory / "s.yaml").write_text("workers: 3\ngrace: 1m\nlog: debug\n")
    shown = json.loads(sluice(
        "config", "--output", "json", "--config", "s.yaml", "--grace", "2m", SLUICE_LOG="info",
        SLUICE_KEY="hush",
    ).stdout)["settings"]
    assert (shown["workers"], shown["grace"], shown["log"]) == ("3", "2m", "info")
    assert "hush" not in json.dumps(shown)
    assert shown["db"].endswith("/home/state/sluice/sluice.db")


def test_keys_are_shown_once(sluice):
    key = sluice("key", "create", "laptop").stdout.strip()
    assert re.fullmatch(r"sluice_[A-Za-z0-9]{40}", key)
    listed = sluice("key", "list").stdout
    assert "laptop" in listed and key not in listed
    assert sluice("key", "revoke", "laptop").returncode == 0
    keys = json.loads(sluice("key", "list", "--output", "json").stdout)["keys"]
    assert keys[0]["revoked_at"]


def test_help_and_version(sluice):
    assert re.match(r"sluice \d+\.\d+\.\d+\n", sluice("--version").stdout)
    for words in ([], ["job"], ["job", "run"], ["datum", "logs"], ["serve"], ["key", "create"]):
        result = sluice(*words, "--help")
        assert result.returncode == 0 and "Usage" in result.stdout


def test_db_url_and_console(sluice, directory, environment):
    assert sluice("db", "url", "--db", "x.db").stdout == f"sqlite://{directory}/x.db\n"
    assert sluice("db", "url", "--db", "sqlite://./x.db?mode=rwc").stdout == \
        f"sqlite://{directory}/x.db?mode=rwc\n"
    assert sluice("migrate", "--db", "x.db").returncode == 0
    console = sluice("db", "console", "--db", "x.db", stdin="SELECT 6 * 7;\n")
    assert console.stdout == "42\n"
