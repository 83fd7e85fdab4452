# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of whole programs: several processes, old snapshots, a job beside xargs, a server.

Each is called as name(binary, url) with a new database and returns its figures.
"""

import contextlib
import json
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

import psycopg


def start(binary, name, url, *arguments):
    return subprocess.Popen(
        [binary, "bench", name, "--db", url, "--json", *arguments],
        stdout=subprocess.PIPE, text=True,
    )


def figures_of(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, process.args))}: exit code {process.returncode}")
    return json.loads(output)


def pair(binary, url):
    """Two processes that share the database, each with 100,000 tasks of its own queue."""
    one = figures_of(start(binary, "cycle", url, "--size", "100000"))["tasks_per_s"]
    begin = time.monotonic()
    both = [start(binary, "cycle", url, "--size", "100000", "--queue", f"q{i}") for i in (1, 2)]
    for process in both:
        figures_of(process)
    two = 200_000 / (time.monotonic() - begin)
    return {"one_tasks_per_s": one, "two_tasks_per_s": two, "ratio": two / one}


def aged(binary, url):
    """cycle on a new database, and after 1,000,000 tasks during which a snapshot was held open."""
    new = figures_of(start(binary, "cycle", url))["tasks_per_s"]
    with snapshot(url):
        figures_of(start(binary, "cycle", url, "--size", "1000000"))
        old = figures_of(start(binary, "cycle", url))["tasks_per_s"]
    return {"new_tasks_per_s": new, "aged_tasks_per_s": old, "ratio": old / new}


@contextlib.contextmanager
def snapshot(url):
    if url.startswith("sqlite://"):
        connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
    else:
        connection = psycopg.connect(url, autocommit=True)
    try:
        connection.execute("BEGIN" if url.startswith("sqlite://")
                           else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT count(*) FROM task").fetchone()
        yield
    finally:
        connection.close()


COUNT_WORDS = "tr -cs '[:alpha:]' '\\n' < {source} | sort | uniq -c > {target}"


def files(binary, url):
    """1,000 text files of 3 KB, their words counted two at a time: a job, and xargs -P2."""
    with tempfile.TemporaryDirectory(dir=database_directory(url)) as name:
        directory = pathlib.Path(name)
        write_texts(directory / "in", 1000)
        (directory / "xargs").mkdir()
        script = COUNT_WORDS.format(source="in/$1", target="xargs/$1")
        begin = time.monotonic()
        subprocess.run(
            f"ls in | xargs -P2 -I{{}} sh -c '{script.replace(chr(39), chr(34))}' sh {{}}",
            shell=True, cwd=directory, check=True,
        )
        xargs = time.monotonic() - begin
        script = COUNT_WORDS.format(source="/pfs/in/*", target="/pfs/out/$(basename /pfs/in/*)")
        (directory / "pipeline.json").write_text(json.dumps({
            "pipeline": {"name": "files"},
            "transform": {"image": "debian:12", "cmd": ["sh", "-c", script]},
            "parallelism_spec": {"constant": 2},
            "resource_requests": {"memory": "64Mi", "cpu": 1},
            "input": {"atom": {"URI": "in", "repo": "in", "glob": "/*"}},
            "egress": {"URI": "out"},
        }))
        begin = time.monotonic()
        subprocess.run([binary, "job", "run", "--db", url, "pipeline.json"], cwd=directory,
                       check=True, capture_output=True)
        job = time.monotonic() - begin
        assert len(os.listdir(directory / "out")) == 1000
    return {"xargs_seconds": xargs, "job_seconds": job, "ratio": job / xargs}


def database_directory(url):
    """Where an SQLite database stands, so that both are on the same disk."""
    return pathlib.Path(url.removeprefix("sqlite://")).parent if "sqlite" in url else None


def write_texts(directory, count):
    directory.mkdir()
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9)))
             for _ in range(500)]
    for number in range(count):
        (directory / f"{number:04}.txt").write_text(" ".join(rng.choices(words, k=480)) + "\n")


def serve(binary, url):
    """A server without work: start to ready on a database that exists, then twenty idle seconds."""
    subprocess.run([binary, "migrate", "--db", url], check=True, capture_output=True)
    begin = time.monotonic()
    server = subprocess.Popen([binary, "serve", "--db", url, "--listen", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        server.stdout.readline()
        ready = time.monotonic() - begin
        time.sleep(15)  # sessions tell the server's statistics of their start with their next query
        cpu, queries = cpu_seconds(server.pid), transactions(url)
        time.sleep(20)
        figures = {
            "ready_ms": ready * 1e3,
            "resident_mib": resident_mib(server.pid),
            "idle_cpu_percent": (cpu_seconds(server.pid) - cpu) / 20 * 100,
        }
        if queries is not None:
            figures["idle_queries_per_s"] = (transactions(url) - queries - 2) / 20
        return figures
    finally:
        server.terminate()
        server.wait()


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def transactions(url):
    """How many transactions the database has seen; nothing on SQLite. Asking makes two more."""
    if url.startswith("sqlite://"):
        return None
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT xact_commit + xact_rollback FROM pg_stat_database "
                                 "WHERE datname = current_database()").fetchone()
    return row[0]


ALL = {"pair": pair, "aged": aged, "files": files, "serve": serve}
