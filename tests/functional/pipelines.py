# SPDX-License-Identifier: Apache-2.0
"""Jobs for tests: a pipeline file with its inputs, and what a directory holds."""

import json

# Runs in every datum that is to be caught in the middle: each start leaves a line in the ledger.
SLOW = "for f in /pfs/in/*; do echo \"$(basename $f)\" >> {ledger}; sleep {pause}; " \
       "tr a-z A-Z < $f > /pfs/out/$(basename $f); done"


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
