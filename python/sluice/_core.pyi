# SPDX-License-Identifier: Apache-2.0
"""What the extension `sluice._core` offers to the Python part, and nothing else.

Four types (Runner, Run, Attempt, Admin), two exceptions and thirteen functions. Only text, whole
numbers, truth values and callables cross, with one exception: `pure`, `read_context` and
`write_context` walk Python values. Text that is called a document is JSON; its form stands at the
function that takes or gives it. Unknown members of a document are an error of kind `invalid`;
members that are absent have the default that is written there.

Words that hold for everything here
-----------------------------------
GIL.  Each function and method is called with the GIL held. "Blocks" in a docstring means: it may
      wait, gives the GIL back meanwhile (PyEval_SaveThread, no RAII around the wait), and on the
      main thread wakes at least every 100 ms to run PyErr_CheckSignals(); an exception of a signal
      handler (KeyboardInterrupt) leaves the call at once and changes nothing in the engine: a run
      that was submitted goes on. Whatever does not say "blocks" returns without waiting: it takes
      no lock that a thread holds while it needs the GIL.
Threads.  Every function may be called by any thread at any time, also by a body, a callback or a
      trigger of the same Runner. Callables that are handed over are called with the GIL held, by
      the threads that their docstring names, never with a lock or a connection of the engine held,
      and never by the loop. References to them are dropped only with the GIL held; what is in the
      registry is never dropped (an interpreter that ends must not run destructors there).
Errors.  What the engine refuses is `Error`. A wrong Python type of an argument is TypeError. Other
      exceptions are ValueError where it is said. Texts are for people, one line, without a prefix:
      the Python part adds the words that programs rely on (sluice/_texts.py).
Times.  RFC 3339 text with `Z`, microseconds when they are not zero; absent times are null.
      Durations are whole milliseconds, unless the name says something else.
Fork.  In a child of fork every call on a Runner, Run, Attempt or Admin of the parent raises Error
      of kind `forked`; their destructors do nothing.
Subinterpreters.  Importing the module in one is an ImportError that says so.
"""

from collections.abc import Callable, Sequence
from typing import Any, final

Body = Callable[["Attempt", str], "str | None"]
"""A task's body: `body(attempt, input)`, `input` is the merged context as a document (an object).

Called on a body thread. It gives the output as a document, or None after it has called
`attempt.fail`. The caller checks the output's size against `context_bytes_max` afterwards. It does
not raise; if it does (a MemoryError in our own code), the attempt failed with `Type: text`.
"""

OnSuccess = Callable[[str, str], None]
"""`(short task id, output as a document)`, on the body thread, after the output was found good
and before the result is stored. It does not raise: the Python part logs errors of users' code."""

OnFailure = Callable[[str, str, str], None]
"""`(short task id, error text, input as a document)`, after each failed attempt: on the body
thread before the result is stored; for a timeout that the engine found on the callback thread, in
the process whose body was overdue. It does not raise."""

class Error(Exception):
    """What the engine refuses or cannot do. `str(error)` is one line without a prefix."""

    kind: str
    """invalid, not_found, conflict, unavailable, overloaded, closed, forked or broken."""

    problems: tuple[str, ...]
    """Each problem alone, for `check`; else one item, the text."""

    def __init__(self, kind: str, text: str, problems: Sequence[str] = ()) -> None: ...

class TaskStopped(BaseException):
    """Raised by the waits of an Attempt: cancelled, timed out, or its Runner stops.

    Not an Exception, so that a loop around a wait with `except Exception` ends, too.
    """

# --- values --------------------------------------------------------------------------------------

def pure(value: object, key: str) -> Any:
    """A deep copy of `value` in which everything is plain JSON; never shares a container with it.

    None, bool, int, float, str stay; subclasses become the plain type; dict and other mappings
    become dict, list and tuple become list. ValueError, with the place, for everything else:

        context key 'a.b[2]': NaN is not a JSON value          (also: Infinity, -Infinity)
        context key 'n': the integer 18446744073709551616 does not fit 64 bits
        context key 'f': a value of type function is not a JSON value
        context key 'a': the key 1 is not a string              (a member's key, in the dict 'a')
        context key 's': text that is not UTF-8 is not a JSON value   (a lone surrogate)
        context key 'c': nested deeper than 100 levels (a cycle?)

    Integers from -2^63 to 2^64 - 1 are exact. `key` is the place that the message starts with; a
    lone surrogate in it is refused, too.
    """

def write_context(values: dict[str, Any]) -> str:
    """The document of a dict whose values all came from `pure`; members in the dict's order.

    Compact: no spaces; text as UTF-8, not escaped; floats in the shortest form that reads back
    equal, always with a point or an exponent, so that a float stays a float. Does not check again.
    """

def read_context(document: str) -> dict[str, Any]:
    """The dict of a document that must be an object, members in its order.

    ValueError with the place as `pure`, or with line and column: no JSON, not an object, NaN,
    integers beyond 64 bits, a key that stands twice, deeper than 100 levels. Of any size: the
    limit of a Runner is checked when a run is submitted and when a body has ended.
    """

# --- definitions ---------------------------------------------------------------------------------

def check(definition: str) -> str:
    """The facts about a workflow; Error `invalid` with all its problems together, if it has any.

    The definition is what a Workflow is made of:

        {"tenant": "public", "package": "embedded", "workflow": "etl", "description": "",
         "tags": {"team": "a"},
         "tasks": [{"id": "load", "dependencies": ["extract"], "fingerprint": "<text>",
                    "retry": <policy, see retry_delay>, "rule": <rule>, "timeout_ms": 5000}]}

    Tasks stand in the order of declaration, ids and dependencies are short. `rule` and
    `timeout_ms` are absent when there is none. A rule is one of

        {"type": "Always"}
        {"type": "All" | "Any" | "None", "conditions": [<rule or condition>, …]}
        {"type": "TaskSuccess" | "TaskFailed" | "TaskSkipped", "task_name": "extract"}
        {"type": "ContextValue", "key": "k", "operator": "Equals", "value": <any JSON>}

    with the eight operators of the contract in exactly their spelling; a condition stands wherever
    a rule may. The facts, all with short ids:

        {"version": "<16 hex digits>", "topological_sort": ["extract", "load"],
         "execution_levels": [["extract"], ["load"]], "roots": ["extract"], "leaves": ["load"]}

    Pure: no database, no registry, does not wait.
    """

def draw(definition: str, format: str) -> str:
    """The graph as text; format: json, dot, mermaid or ascii. Error `invalid` as `check`. Pure."""

def register(
    definition: str,
    alias: str,
    bodies: Sequence[Body],
    on_success: Sequence[OnSuccess | None],
    on_failure: Sequence[OnFailure | None],
) -> None:
    """Puts a workflow into the registry of the process.

    Every live Runner adds it, and every later one; a namespace that stands there already is
    replaced for new runs, runs under way use the new body of their task id. `execute` finds it
    by its full namespace, by `workflow` and by `alias`; of two workflows with one such name the one
    that was registered last. The three sequences have one item for each task, in the definition's
    order. Error `invalid` as `check`. Needs no Runner and no database, does not wait: Runners
    declare it to their stores on their loops, before the first submission.
    """

def register_trigger(trigger: str, poll: Callable[[], str | None]) -> None:
    """Puts a trigger into the registry of the process; the same name again replaces it.

        {"name": "files", "on": "etl" | null, "poll_interval_ms": 30000 | null,
         "cron": null | "0 3 * * *", "timezone": null | "Europe/Berlin", "allow_concurrent": false}

    Exactly one of interval and cron is given. `on` null: recorded, never polled. Otherwise `poll`
    is called on a body thread that takes no slot, one call at a time for each trigger of a
    process: None is "skip", a text is the document of the context to fire with. It may raise:
    logged as a warning with `Type: text`, counted, and polled again. Error `invalid`: a cron
    expression or zone that does not parse.

    Blocks until every live Runner has recorded it in its database, or cannot: a Runner that cannot
    is no error here. A later Runner records it before its constructor returns.
    """

# --- retry ---------------------------------------------------------------------------------------

def retry_delay(policy: str, attempt: int) -> int:
    """Microseconds to wait after failed attempt number `attempt` (from 1), jitter included.

        {"max_attempts": 3, "backoff": "fixed" | "linear" | "exponential", "base": 2.0,
         "multiplier": 1.0, "initial_delay_ms": 1000, "max_delay_ms": 60000, "jitter": true,
         "condition": "all" | "never" | "transient" | "patterns", "patterns": ["…"]}

    `base` stands for exponential alone, `multiplier` not for fixed, `patterns` for patterns alone.
    An attempt below 1 counts as 1. Pure but for the jitter. Error `invalid`.
    """

def should_retry(policy: str, attempt: int, error: str) -> bool:
    """Whether attempt number `attempt`, that failed with this text, is followed by another. Pure.

    The text decides alone here; in the engine `Attempt.fail` says more (`is_transient`).
    """

# --- the process ---------------------------------------------------------------------------------

def is_schedule_id(text: str) -> bool:
    """Whether this is the id of a schedule by its form and check digits. Asks no database."""

def set_log(write: Callable[[int, str], None]) -> None:
    """Log lines of all Runners go there: (level of Python's logging: 10, 20, 30 or 40; text).

    Called on the callback thread, at most 1,000 lines wait; it does not raise. Once for a process.
    """

def at_exit(grace_ms: int) -> int:
    """Ends all Runners; registered with atexit by the Python part. How many bodies still ran.

    Blocks at most about `grace_ms` + 2 s: takes no new work, wakes every blocked caller with Error
    `closed`, shuts down, joins the threads, and waits until no thread is inside this module.
    Afterwards every call is Error `closed`. No signal handler runs in here. A second call does
    nothing.
    """

def after_fork_in_child() -> None:
    """Marks what the parent had as dead; registered with os.register_at_fork by the Python part.

    Also forgets thread states and what waited for the GIL. The handles of files and connections
    were closed by the extension's own pthread_atfork handler before this runs. Never raises.
    """

# --- runners -------------------------------------------------------------------------------------

@final
class Runner:
    """An engine on one database; owns its threads and connections.

    Ends with `shutdown`, `at_exit`, or with its last reference: then with a grace of 0, on a thread
    of the extension, so that a destructor never waits. A Run that was given out stays readable.
    """

    def __init__(self, url: str, options: str, schema: str | None) -> None:
        """Opens the database, creates or migrates its tables, recovers, and starts. Blocks.

        Tries to connect once and opens all connections before it returns. `schema` is the tenant's
        (PostgreSQL), checked before connecting. The options, all of them always given:

            {"max_concurrent_tasks": 4, "task_timeout_ms": 300000, "run_timeout_ms": 3600000,
             "db_pool_size": 10, "enable_recovery": true, "mode": "both" | "scheduler_only" |
             "executor_only", "cron": {"enabled": true, "max_catchup_executions": 100,
             "enable_recovery": true, "recovery_interval_ms": 300000, "lost_threshold_ms": 600000,
             "max_recovery_age_ms": 86400000, "max_recovery_attempts": 3}}

        Error: invalid (URL, schema name, options), unavailable, conflict (the file was open at a
        fork), closed (the interpreter ends).
        """

    def execute(self, name: str, context: str | None) -> Run:
        """Submits a run and waits until it is final. Blocks.

        `context` is a document or None, which is the empty context. Called by a body of this
        Runner it gives the body's slot back while it waits. Error: not_found "no workflow named
        'x' (did you mean 'y'?)"; invalid (over the limit); unavailable, within 2 s, and then
        nothing or all was done; closed, broken, forked. A run that failed is no error.
        """

    def execute_async(
        self, name: str, context: str | None, on_status: Callable[[str, str], None] | None
    ) -> Run:
        """Submits a run and returns when that is durable. Blocks for that long.

        `on_status(run id, status)` is called on the callback thread for each change of the status
        that this process sees, the last time with a final one; it does not raise. Errors as
        `execute`.
        """

    def run(self, run_id: str) -> Run:
        """A run of this database by its id, also one of another process. Blocks.

        Error: invalid (no id of a run), not_found, unavailable, closed, broken, forked.
        """

    def list_runs(self, query: str) -> str:
        """Runs, newest first. Blocks.

            {"workflow": "", "status": null | "Failed", "before": "<run id>" | "", "limit": 50}
            → [{"id", "workflow", "version", "status", "created_at", "end_time",
                "total", "completed", "failed", "skipped", "cancelled"}, …]
        """

    def pause(self, run_id: str) -> None:
        """Starts nothing more of this run; what runs goes on. Blocks. Error as `run`, conflict."""

    def resume(self, run_id: str) -> None:
        """Ends a pause. Blocks. Error as `run`, conflict."""

    def retry_from(self, run_id: str, task_id: str) -> Run:
        """Runs this task and all that follow it again. Blocks. Error as `run`, conflict.

        An empty task id: all tasks of the run that failed. Conflict, too, while the run is paused.
        """

    def why(self, run_id: str) -> str:
        """Why the run is not final: a document, list of texts. Blocks. Error as `run`."""

    def metrics(self) -> str:
        """The Runner's figures in the text form of Prometheus. Does not wait for the database."""

    def shutdown(self, grace_ms: int) -> int:
        """Ends the Runner; how many bodies were left running. Blocks, at most grace + about 3 s.

        Starts nothing new, waits for bodies, hands the leases of those that still run back; every
        other call, also one that waits, ends with Error `closed`. A second call says how many still
        run, at once; while the first goes on, after that, which has no more time than either.
        """

    # Cron. A schedule's document:
    #   {"id", "workflow_name", "cron_expression", "timezone", "enabled", "catchup_policy",
    #    "next_run_at", "last_run_at", "created_at", "updated_at"}
    # workflow_name, cron_expression and timezone as they were given. All block; Error also
    # unavailable, closed, broken, forked.

    def add_schedule(self, schedule: str) -> str:
        """Its id. The same workflow, expression and zone again: the same id, nothing changes.

            {"workflow_name": "etl", "cron_expression": "0 3 * * *", "timezone": "UTC",
             "catchup_policy": "skip" | "run_all" | "none", "start": null, "end": null}

        Error: not_found (workflow), invalid (expression, zone, times).
        """

    def list_schedules(self, query: str) -> str:
        """{"enabled_only": false, "limit": 100, "offset": 0} → schedules, newest first."""

    def get_schedule(self, schedule_id: str) -> str:
        """One schedule. Error not_found."""

    def update_schedule(self, schedule_id: str, changes: str) -> None:
        """Some of {"cron_expression", "timezone", "enabled"}. Error not_found, invalid."""

    def delete_schedule(self, schedule_id: str) -> None:
        """Its history goes with it, its runs stay. Error not_found."""

    def schedule_history(self, schedule_id: str, query: str) -> str:
        """{"limit": 100, "offset": 0} → its fires, newest first. Error not_found.

        [{"id", "schedule_id", "scheduled_time", "claimed_at", "pipeline_execution_id",
          "workflow_execution_id", "created_at", "updated_at"}, …]; both are the run, or null.
        """

    def schedule_stats(self, since: str) -> str:
        """Of all schedules since an RFC 3339 time (any offset). Error invalid: not such a time.

        {"total_executions": 0, "successful_executions": 0, "lost_executions": 0,
         "success_rate": 0.0}; the rate is in percent and always has a point.
        """

    # Triggers. A trigger's document:
    #   {"id", "trigger_name", "workflow_name", "poll_interval_ms", "allow_concurrent", "enabled",
    #    "last_poll_at", "created_at", "updated_at"}
    # All block; Error also unavailable, closed, broken, forked.

    def list_triggers(self, query: str) -> str:
        """{"enabled_only": false, "limit": 100, "offset": 0} → list of triggers, newest first."""

    def get_trigger(self, name: str) -> str | None:
        """One trigger, None when the database has none of this name."""

    def set_trigger_enabled(self, name: str, enabled: bool) -> None:
        """Error not_found."""

    def trigger_history(self, name: str, query: str) -> str:
        """{"limit": 100, "offset": 0} → its fires, newest first; [] for an unknown name.

        [{"id", "schedule_id", "context_hash", "workflow_execution_id", "started_at",
          "completed_at", "created_at"}, …]
        """

    def fire_trigger(self, name: str, context: str | None) -> Run:
        """Fires by hand. Error not_found; conflict (the same context is active); invalid."""

@final
class Run:
    """A run as a caller follows it: light, no thread of its own. The run goes on without it.

    Every method may be called by any thread, several at a time.
    """

    id: str
    """Read-only."""

    def wait(self, timeout_ms: int) -> bool:
        """Whether the run is final, waiting so long for it; negative: without end. Blocks.

        Error: closed, broken, forked (as soon as that is known, also in the middle).
        """

    def status(self) -> str:
        """Pending, Running, Paused, Completed, Failed or Cancelled. Blocks, if it is not final."""

    def cancel(self, reason: str) -> None:
        """Ends the run as cancelled; nothing happens to one that is final. Blocks."""

    def members(self) -> str:
        """What is known of the run, without contexts. Of a final one it does not wait.

            {"id", "workflow", "version", "status", "start_time", "end_time", "error_message": "",
             "tasks": [{"id", "status", "start_time", "end_time", "attempts": 0, "error": ""}, …]}

        Tasks in topological order with short ids and the status NotStarted, Ready, Running, Paused,
        Completed, Failed, Cancelled or Skipped; `error` is also the reason of a skip.
        """

    def initial_context(self) -> str:
        """A document. Blocks, when it is not at hand."""

    def final_context(self) -> str:
        """A document, merged on the calling thread at the first call (without the GIL) and kept.

        Of a run that is not final: from what there is now, and not kept. Blocks.
        """

    def output(self, task_id: str) -> str | None:
        """What a task gave, as a document; None if it did not succeed. Blocks. Error not_found."""

@final
class Attempt:
    """One attempt of a task, for its body. Its waits work only on the body's thread.

    After the body has returned `cancelled` is true, `is_slot_held` false, and the waits raise
    TaskStopped. The four members are read-only.
    """

    run_id: str
    task_id: str
    """The short one."""
    workflow: str
    """tenant::package::workflow"""
    attempt: int
    """From 1."""

    def cancelled(self) -> bool:
        """Cancelled, timed out, or the Runner stops: an atomic flag, any thread, never waits."""

    def is_slot_held(self) -> bool:
        """False only within `defer_until`, seen from its condition or another thread."""

    def defer_until(self, condition: Callable[[], bool], interval_ms: int) -> None:
        """Returns when `condition` gives True; gives the slot back while it is False. Blocks.

        The condition is called at once first, with the slot held, and then each `interval_ms` (at
        least 1), by this thread with the GIL held. What it raises leaves this call unchanged.
        TaskStopped.
        """

    def sleep(self, duration_ms: int) -> None:
        """Keeps the slot. Blocks. TaskStopped at once when it is cancelled."""

    def fail(self, error: str, is_transient: bool) -> None:
        """The attempt failed; the body returns None next. The last call counts.

        The text is valid Unicode of any length (cut at 64 KiB). `is_transient`: an error of a
        connection, a database or a timeout by its class, whatever its text.
        """

@final
class Admin:
    """Creates and removes tenants: on PostgreSQL only."""

    def __init__(self, url: str) -> None:
        """Connects once, without retry. Blocks. Error: invalid (the URL is of SQLite: a sentence
        that says what to do instead), unavailable."""

    def create_tenant(self, config: str) -> str:
        """One transaction; the password is made when it is null. Blocks.

            {"schema_name", "username", "password": null}
            → {"schema_name", "username", "password", "connection_string"}

        Error: invalid (names), conflict (the schema or the role exists), unavailable.
        """

    def remove_tenant(self, schema_name: str, username: str) -> None:
        """The schema with all that is in it, and the role. Blocks. Error invalid, not_found."""

    def list_tenants(self) -> str:
        """Names of the schemas that `create_tenant` made: a document, list of texts. Blocks."""
