# SPDX-License-Identifier: Apache-2.0
"""Did each step of workflows happen as often as it must? By the lines that their bodies wrote."""

import collections

import checker

SUCCEEDED = 5

Line = collections.namedtuple("Line", "run task attempt pid")


def lines_of(ledger):
    """(key of the run, task, attempt, process) of each effect, in order."""
    found = []
    for line in ledger.read_text().splitlines():
        run, task, attempt, pid = line.split(" ")
        found.append(Line(checker.task_key(run), task, int(attempt), int(pid)))
    return found


def ended_steps(db_url):
    """(key of the run, task) → (attempt, outcome) as the database has it."""
    database = checker.open_database(db_url)
    try:
        rows = database.query(
            "SELECT task.run_id, task.name, done.attempt, done.outcome "
            "FROM task LEFT JOIN done ON done.task_id = task.id"
        )
        return {(run, task): (attempt, outcome) for run, task, attempt, outcome in rows}
    finally:
        database.close()


def assert_steps_ran_once(db_url, ledger, steps, in_flight_max=0):
    """Each of so many steps has succeeded and had one effect, but for at most so many that were
    under way when a process died: these may have had one in each attempt.
    """
    effects = collections.Counter((line.run, line.task, line.attempt) for line in lines_of(ledger))
    assert [each for each, count in effects.items() if count > 1] == []
    ended = ended_steps(db_url)
    assert len(ended) == steps
    assert {outcome for _, outcome in ended.values()} == {SUCCEEDED}
    accepted = {(run, task, attempt) for (run, task), (attempt, _) in ended.items()}
    assert accepted <= set(effects)
    again = set(effects) - accepted
    assert all(attempt < ended[run, task][0] for run, task, attempt in again)
    assert len(again) <= in_flight_max
    assert checker.problems(db_url) == []
