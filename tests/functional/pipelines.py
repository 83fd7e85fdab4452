# SPDX-License-Identifier: Apache-2.0
"""Jobs for tests: a pipeline file with its inputs, and what a directory holds."""

import json

# Runs in every datum that is to be caught in the middle: each start leaves a line in the ledger.
SLOW = "for f in /pfs/in/*; do echo \"$(basename $f)\" >> {ledger}; sleep {pause}; " \
       "tr a-z A-Z < $f > /pfs/out/$(basename $f); done"

# Its effect is a line in the ledger that checker.py reads, its result a file.
LEDGER = "f=$(basename /pfs/in/*); tr a-z A-Z < /pfs/in/$f > /pfs/out/$f; sleep {pause}; " \
         "echo \"$SLUICE_DATUM_ID $SLUICE_ATTEMPT\" >> {ledger}"


def write_pipeline(directory, script, files, name="demo", **members):
    """`files` are the names of the inputs; each holds its name. The path of the pipeline file."""
    (directory / "in").mkdir(parents=True, exist_ok=True)
    for file in files:
        (directory / "in" / file).write_text(f"this is {file}\n")
    pipeline = {
        "pipeline": {"name": name},
        "transform": {"image": "debian:12", "cmd": ["sh", "-c", script]},
        "parallelism_spec": {"constant": 2},
        "resource_requests": {"memory": "64Mi", "cpu": 1},
        "input": {"atom": {"URI": (directory / "in").as_uri(), "repo": "in", "glob": "/*"}},
        "egress": {"URI": (directory / "out").as_uri()},
    }
    path = directory / "pipeline.json"
    path.write_text(json.dumps(pipeline | members))
    return path


def contents(directory):
    """relative path → bytes of every file below."""
    return {str(path.relative_to(directory)): path.read_bytes()
            for path in sorted(directory.rglob("*")) if path.is_file()}


class LedgerJob:
    """A job of `count` small datums in a directory of its own; its commands write the ledger."""

    def __init__(self, directory, ledger, count, pause=0.01, **members):
        self.files = [f"{number:03}.txt" for number in range(count)]
        self.out = directory / "out"
        self.pipeline = write_pipeline(
            directory, LEDGER.format(ledger=ledger, pause=pause), self.files, **members
        )

    def assert_done(self):
        """Each datum's result is there, and nothing else."""
        expected = {file: f"THIS IS {file.upper()}\n".encode() for file in self.files}
        found = contents(self.out)
        different = [name for name in sorted(expected | found)
                     if found.get(name) != expected.get(name)]
        assert different == [], {name: found.get(name) for name in different}
