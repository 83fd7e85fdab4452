# SPDX-License-Identifier: Apache-2.0
"""The rows of docs/errors.md: what goes wrong, and the commands that show it.

`python3 tests/functional/bad_input.py SLUICE` prints the document as the program would have it.
"""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TITLE = """# Errors

What the program says about bad input, and its exit code: 0 done, 1 failed, 2 wrong usage, 3 not
found, 124 out of time, 130 interrupted. Each line goes to stderr after `sluice: `. A test runs
every row (`tests/functional/test_cli_errors.py`); `/dir` stands for its directory and `<id>` for an
id.

| situation | message | exit code |
|---|---|---|
"""

GOOD = {
    "pipeline": {"name": "demo"},
    "transform": {"image": "debian:12", "cmd": ["sh", "-c", "cp /pfs/in/* /pfs/out/"]},
    "parallelism_spec": {"constant": 1},
    "resource_requests": {"memory": "64Mi", "cpu": 1},
    "input": {"atom": {"URI": "in", "repo": "in", "glob": "/*"}},
    "egress": {"URI": "out"},
}


def change(*path, to):
    """The good pipeline with one member set, or removed when `to` is ...."""
    document = copy.deepcopy(GOOD)
    place = document
    for key in path[:-1]:
        place = place[key]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return document


def atom(**members):
    return change("input", to={"atom": GOOD["input"]["atom"] | members})


def sh(script, **members):
    return change("transform", "cmd", to=["sh", "-c", script]) | members


CHECK = ("job", "check", "p.json")
RUN = ("job", "run", "p.json")
AT_SERVER = ("--server", "http://127.0.0.1:9")


class Case:
    """`pipeline` becomes p.json; `files` are written beside; the commands of `before` run first,
    and `{job}` is what the last of them has printed."""

    def __init__(self, title, pipeline=GOOD, command=CHECK, files=None, before=(), **settings):
        self.title = title
        self.pipeline = pipeline
        self.command = command
        self.files = files or {}
        self.before = before
        self.settings = settings

    def run(self, sluice, directory, environment):
        """(message, exit code) as they stand in the table."""
        files = {"in/a.txt": "a\n", "in/b.txt": "b\n", "p.json": json.dumps(self.pipeline)}
        for name, content in (files | self.files).items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        job = ""
        for command in (*self.before, self.command):
            words = [word.replace("{job}", job) for word in command]
            result = subprocess.run(
                [sluice, *words], cwd=directory, env=environment | self.settings, timeout=120,
                capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
            )
            job = result.stdout.strip()
        return message_of(result.stderr, directory), result.returncode


def message_of(stderr, directory):
    lines = [line.removeprefix("sluice: ") for line in stderr.splitlines()
             if line.startswith("sluice: ") and not re.search(r"\d+ of \d+ done", line)]
    text = "<br>".join(lines).replace(str(directory), "/dir").replace("|", "\\|")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"after \d+ ms", "after … ms", text)
    return re.sub(r"demo-[a-z0-9]{10}", "demo-…", text)


DEEP = {"cross": [{"atom": GOOD["input"]["atom"]}, {"atom": {"URI": "other", "repo": "in",
                                                              "glob": "/*"}}]}

DOCUMENTS = (
    Case("pipeline file that does not exist", command=("job", "check", "none.json")),
    Case("not JSON", files={"p.json": "{\"pipeline\": "}),
    Case("not YAML", command=("job", "check", "p.yaml"), files={"p.yaml": "a: [1, 2"}),
    Case("key that stands twice", files={"p.json": '{"pipeline": {}, "pipeline": {}}'}),
    Case("not an object", files={"p.json": "[1]"}),
    Case("unknown key at the top", GOOD | {"egres": {"URI": "out"}}),
    Case("unknown key in a section", change("transform", "imge", to="debian")),
    Case("unknown key in an input", atom(globs="/*")),
    Case("key that is missing", change("egress", to=...)),
    Case("wrong type of a section", change("transform", to="ls")),
    Case("wrong type of a member", change("transform", "cmd", to="ls")),
    Case("wrong type of an item", change("transform", "cmd", to=["ls", 3])),
    Case("wrong type of a variable", change("transform", "env", to={"A": 1})),
    Case("several errors at once", change("transform", "cmd", to=[]) | {"datum_tries": "x"}),
    Case("empty cmd", change("transform", "cmd", to=[])),
    Case("no parallelism", change("parallelism_spec", "constant", to=0)),
    Case("no tries", GOOD | {"datum_tries": 0}),
    Case("duration without a unit that we know", GOOD | {"datum_timeout": "5x"}),
    Case("duration of nothing", GOOD | {"job_timeout": 0}),
    Case("quantity that cannot be read", change("resource_requests", "memory", to="12Q")),
    Case("quantity below zero", change("resource_requests", "cpu", to=-1)),
    Case("repo named out", atom(repo="out")),
    Case("repo that leaves /pfs", atom(repo="../x")),
    Case("glob that cannot be read", atom(glob="/[a")),
    Case("input of two kinds", change("input", to={"cross": [], "union": []})),
    Case("name that cannot be a job's", change("pipeline", "name", to="ä b")),
    Case("name that is too long", change("pipeline", "name", to="x" * 60)),
    Case("kind of place that is not supported", atom(URI="ftp://host/in")),
)

SURROUNDINGS = (
    Case("input that does not exist", atom(URI="nowhere")),
    Case("input without a match", atom(glob="/*.pdf"), command=RUN),
    Case("egress that cannot be written to", change("egress", "URI", to="p.json/out")),
    Case("file twice at one place of a datum", change("input", to=DEEP),
         files={"other/a.txt": "another a"}),
    Case("secret without --secrets-dir",
         change("transform", "secrets", to=[{"name": "s", "key": "k", "env_var": "S"}])),
)

COMMANDS = (
    Case("command that exits badly", sh("echo oops >&2; exit 3"), RUN),
    Case("command killed by a signal", sh("kill -9 $$"), RUN),
    Case("program that does not exist", change("transform", "cmd", to=["no-such-program"]), RUN),
    Case("two datums that write one name", sh("echo x > /pfs/out/same"), RUN),
    Case("datum out of time", sh("sleep 60", datum_timeout=1), RUN),
    Case("job out of time", sh("sleep 60", job_timeout=1), RUN),
    Case("link that leaves /pfs", sh("ln -s /etc/passwd /pfs/out/x"), RUN),
)

ARGUMENTS = (
    Case("no command", command=()),
    Case("unknown command", command=("jbo",)),
    Case("unknown command below another", command=("job", "lst")),
    Case("unknown flag", command=("job", "list", "--limits", "3")),
    Case("argument that is missing", command=("job", "run")),
    Case("value of a flag that is missing", command=("job", "list", "--limit")),
    Case("number out of range", command=("job", "list", "--limit", "0")),
    Case("word that is not accepted", command=("job", "list", "--status", "ready")),
    Case("setting that cannot be, as a flag", command=("config", "--workers", "many")),
    Case("setting that cannot be, as a variable", command=("config",), SLUICE_OUTPUT="xml"),
    Case("setting that cannot be, in the file", command=("config", "--config", "c.yaml"),
         files={"c.yaml": "listen: 8085\n"}),
    Case("setting that does not exist", command=("config", "--config", "c.yaml"),
         files={"c.yaml": "worker: 3\n"}),
    Case("file of settings that does not exist", command=("config", "--config", "none.yaml")),
    Case("log level that does not exist", command=("config",), SLUICE_LOG="store=loud"),
    Case("kind of database that does not exist", command=("job", "list", "--db", "mysql://host/x")),
    Case("mode of a database that cannot be", command=("job", "list", "--db", "x.db?mode=ro")),
    Case("time that cannot be read", command=("job", "wait", "x", "--timeout", "soon")),
)

LEFT = (("job", "run", "--detach", "p.json"),)

JOBS = (
    Case("unknown job", command=("job", "describe", "{job}x"), before=LEFT),
    Case("unknown job in an empty database", command=("job", "cancel", "demo")),
    Case("unknown datum", command=("datum", "describe", "x")),
    Case("job that still runs", command=("job", "wait", "{job}", "--timeout", "1s"), before=LEFT),
    Case("deletion of a job that still runs", command=("job", "delete", "{job}"), before=LEFT),
    Case("retry of a job that is done", command=("job", "retry", "{job}"), before=(RUN,)),
    Case("retry with another input",
         sh("exit 1"), ("job", "retry", "{job}", "--set", "input.atom.URI=/"), before=(RUN,)),
    Case("key that exists", command=("key", "create", "laptop"),
         before=(("key", "create", "laptop"),)),
    Case("key that does not exist", command=("key", "revoke", "laptop")),
)

DATABASES = (
    Case("database that is a directory", command=("job", "list", "--db", "in")),
    Case("database that is another file", command=("job", "list", "--db", "in/a.txt")),
    Case("database in a place that cannot be made", command=("job", "list", "--db",
                                                             "p.json/sluice.db")),
    Case("database that is not to be made", command=("job", "list", "--db", "x.db?mode=rw")),
    Case("tenant of an SQLite file", command=("tenant", "create", "ada")),
    Case("server that does not answer", command=(*AT_SERVER, "job", "list")),
    Case("server that is no URL", command=("--server", "host:8085", "job", "list")),
    Case("worker without a server", command=("worker",)),
)

TASKS = (
    Case("tasks without a server", command=("task", "list")),
    Case("file of tasks that does not exist", command=(*AT_SERVER, "task", "create", "none.json")),
    Case("file of a rule that is not JSON", command=(*AT_SERVER, "rule", "create", "r.json"),
         files={"r.json": "[1"}),
    Case("metadata that is not JSON",
         command=(*AT_SERVER, "task", "update", "x", "--metadata", "{a}")),
    Case("number that is none", command=(*AT_SERVER, "task", "update", "x", "--priority", "high")),
    Case("state that does not exist", command=("task", "list", "--status", "ready")),
    Case("redelivery of nothing", command=(*AT_SERVER, "delivery", "redeliver")),
)

CASES = DOCUMENTS + SURROUNDINGS + COMMANDS + ARGUMENTS + JOBS + DATABASES + TASKS


def settings_of(directory):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    return kept | {"HOME": str(directory), "XDG_STATE_HOME": str(directory / "state"),
                   "LC_ALL": "C.UTF-8"}


def main():
    sluice = str(pathlib.Path(sys.argv[1]).resolve())
    print(TITLE, end="")
    for case in CASES:
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            message, code = case.run(sluice, directory, settings_of(directory))
        print(f"| {case.title} | {message} | {code} |")


if __name__ == "__main__":
    main()
