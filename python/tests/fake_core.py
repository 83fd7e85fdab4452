# SPDX-License-Identifier: Apache-2.0
"""Stands for the extension `sluice._core`: runs what is simple, and records what it is told.

The form of everything here is sluice/_core.pyi. It is no engine: see README.md beside it.
"""

import hashlib
import json

from fake_runner import Admin, Attempt, Run, Runner
from fake_state import Error, TaskStopped, remembered, state
from fake_values import pure, read_context, write_context

__all__ = [
    "Admin", "Attempt", "Error", "Run", "Runner", "TaskStopped", "after_fork_in_child", "at_exit",
    "check", "draw", "is_schedule_id", "pure", "read_context", "register", "register_trigger",
    "retry_delay", "set_log", "should_retry", "write_context",
]


def reset():
    state.__init__()


def told(name):
    """What it was told by calls of this name, the oldest first."""
    return [arguments for said, arguments in state.told if said == name]


def refuse(name, kind, text, problems=()):
    """The next call of this name raises."""
    state.refusals[name] = Error(kind, text, problems)


@remembered
def check(definition):
    tasks = json.loads(definition)["tasks"]
    ids = [task["id"] for task in tasks]
    above = {task["id"]: task["dependencies"] for task in tasks}
    for id, parents in above.items():
        for parent in parents:
            if parents.count(parent) > 1:
                raise Error("invalid", f"task '{id}' depends on '{parent}' twice")
    levels = []
    while sum(map(len, levels)) < len(ids):
        done = {id for level in levels for id in level}
        levels.append([id for id in ids if id not in done and done.issuperset(above[id])])
        if not levels[-1]:
            raise Error("invalid", "the graph is not sound", ["the graph is not sound"])
    below = {parent for parents in above.values() for parent in parents}
    canonical = json.dumps(json.loads(definition), sort_keys=True)
    return json.dumps({
        "version": hashlib.sha256(canonical.encode()).hexdigest()[:16],
        "topological_sort": [id for level in levels for id in level],
        "execution_levels": levels,
        "roots": [id for id in ids if not above[id]],
        "leaves": [id for id in ids if id not in below],
    })


@remembered
def draw(definition, format):
    if format not in ("json", "dot", "mermaid", "ascii"):
        raise Error("invalid", f"no format '{format}'")
    ids = [task["id"] for task in json.loads(definition)["tasks"]]
    return f"{format} of {', '.join(ids)}"


@remembered
def register(definition, alias, bodies, on_success, on_failure):
    check(definition)
    document = json.loads(definition)
    known = (document, bodies, on_success, on_failure)
    full = "::".join((document["tenant"], document["package"], document["workflow"]))
    for name in (full, document["workflow"], alias):
        state.workflows[name] = known


@remembered
def register_trigger(trigger, poll):
    document = json.loads(trigger)
    state.triggers[document["name"]] = (document, poll)


@remembered
def retry_delay(policy, attempt):
    policy = json.loads(policy)
    return min(policy["initial_delay_ms"] * attempt, policy["max_delay_ms"]) * 1000


@remembered
def should_retry(policy, attempt, error):
    return attempt < json.loads(policy)["max_attempts"]


def is_schedule_id(text):
    return text.startswith("schedule-")


@remembered
def set_log(write):
    state.write_log = write


@remembered
def at_exit(grace_ms):
    return 0


@remembered
def after_fork_in_child():
    pass
