# SPDX-License-Identifier: Apache-2.0
"""10,000 schedules of one minute, looked at after six hours: each policy is obeyed, without a rush.
"""

import collections
import contextlib
import datetime
import json
import sqlite3

import checker
import psycopg

SCHEDULES = 10_000
HOURS = 6
CAUGHT_UP_MAX = 3  # of late.py
RUNS_OF = {"skip": 1, "run_all": CAUGHT_UP_MAX, "none": 0}

# Every fifth schedule is told to run all that was missed, two of five nothing of it. Then all of
# them are as they were six hours ago.
POLICY = "CASE id % 5 WHEN 0 THEN 'run_all' WHEN 1 THEN 'none' WHEN 2 THEN 'none' ELSE 'skip' END"
AGE_SQLITE = f"""
UPDATE schedule SET document = json_set(document, '$.catchup', {POLICY}),
    settled = settled - {HOURS} * 3600 * 1000000,
    next_due = next_due - {HOURS} * 3600 * 1000000
"""
AGE_POSTGRES = f"""
UPDATE schedule SET
    document = jsonb_set(document::jsonb, '{{catchup}}', to_jsonb({POLICY}))::text,
    settled = settled - interval '{HOURS} hours', next_due = next_due - interval '{HOURS} hours'
"""


def make_older(db_url):
    if db_url.startswith("sqlite"):
        path = db_url.removeprefix("sqlite://")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(AGE_SQLITE)
    else:
        with psycopg.connect(db_url) as connection:
            connection.execute(AGE_POSTGRES)


def fired(db_url):
    """(policy, how often it has fired) of each schedule, counted."""
    database = checker.open_database(db_url)
    try:
        ticks = collections.Counter(
            dict(database.query("SELECT schedule_id, count(*) FROM tick GROUP BY schedule_id"))
        )
        schedules = database.query("SELECT id, document FROM schedule")
    finally:
        database.close()
    return collections.Counter(
        (json.loads(document)["catchup"], ticks[id]) for id, document in schedules
    )


def test_schedules_of_six_hours_ago_are_caught_up_as_each_says(workflow_program, db_url):
    # Half an hour from now: none is due by itself meanwhile.
    minute = (datetime.datetime.now().minute + 30) % 60
    filled = workflow_program("late.py", "--db", db_url, "--fill", SCHEDULES, "--minute", minute)
    assert filled.wait(180) == 0, filled.stderr()
    make_older(db_url)
    policies = fired(db_url)
    assert sum(policies.values()) == SCHEDULES
    expected = sum(RUNS_OF[policy] * count for (policy, _), count in policies.items())

    caught_up = workflow_program("late.py", "--db", db_url, "--expect", expected)
    told = json.loads(caught_up.wait_for_line("{.*}", 240)[0])
    assert caught_up.wait() == 0, caught_up.stderr()
    assert set(fired(db_url)) == set(RUNS_OF.items())
    assert (told["total_executions"], told["lost_executions"]) == (expected, 0)
    assert told["prompt"] > 1  # others do not wait until it is over
    assert checker.problems(db_url) == []
