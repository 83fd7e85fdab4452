# SPDX-License-Identifier: Apache-2.0
"""The checker finds what it is there to find."""

import pathlib
import sqlite3

import checker
import pytest

MIGRATIONS = pathlib.Path(__file__).resolve().parents[2] / "src/store/sql/sqlite/migrations"


@pytest.fixture
def database(tmp_path):
    """One run of three tasks: the first has succeeded, the second runs, the third waits for it."""
    path = tmp_path / "engine.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for migration in sorted(MIGRATIONS.glob("*.sql")):
        connection.executescript(migration.read_text())
    connection.executescript(
        """
        INSERT INTO queue (id, name, run_id, open) VALUES (1, 'q', 0, 1);
        INSERT INTO run (id, kind, state, ending, linked, staged, sweep, total, succeeded, failed,
                         canceled, skipped, task_first, task_last, created_at)
        VALUES (1, 1, 1, 0, 1, 0, 0, 3, 1, 0, 0, 0, 1, 3, 0);
        INSERT INTO task (id, run_id, queue_id, nprio, name)
        VALUES (1, 1, 1, 0, 'one'), (2, 1, 1, 0, 'two'), (3, 1, 1, 0, 'three');
        INSERT INTO done VALUES (1, 1, 5, 1, 0, 1, 0, 0, 0, '', '');
        INSERT INTO lease VALUES (2, 1, 1, 0, 2, 1, 0, 1, 0, 0, 0, NULL, NULL, NULL);
        INSERT INTO attempt VALUES (2, 1, 0, 1, 0, 0, 0, '');
        INSERT INTO need VALUES (3, 1, 1, 0, 1, 0, NULL);
        INSERT INTO link VALUES (2, 3, 0, 0);
        """
    )
    yield path, connection
    connection.close()


def test_a_sound_database_has_no_problems(database):
    path, _ = database
    assert checker.problems(path) == []
    assert checker.problems(f"sqlite://{path}") == []


@pytest.mark.parametrize(
    "damage, rule",
    [
        ("DELETE FROM lease", "I6 a task stands in exactly one place"),
        (
            "INSERT INTO ready VALUES (1, 0, 2, 1, 1, 0, 0)",
            "I6 a task stands in exactly one place",
        ),
        ("UPDATE lease SET run_id = 7", "I6 a place belongs to a task"),
        ("INSERT INTO ready VALUES (1, 0, 9, 1, 0, 0, 0)", "I6 a place belongs to a task"),
        ("DELETE FROM queue", "I6 a task belongs to a run and to a queue"),
        ("DELETE FROM need", "I6 a task stands in exactly one place"),
        ("UPDATE run SET succeeded = 2", "I7 the counters of a run"),
        ("UPDATE run SET total = 4", "I7 a run has as many tasks"),
        ("DELETE FROM attempt", "I7 every attempt but the last"),
        ("UPDATE lease SET tries = 3", "I7 no more tries"),
        ("UPDATE need SET unfinished = 2", "I3 a waiting task waits"),
        ("INSERT INTO link VALUES (1, 3, 1, 0)", "I3 an unmet condition"),
        ("INSERT INTO output VALUES (1, x'78', 2, 1, 0, 0, 0)", "I2 an output"),
        ("UPDATE lease SET deferred_left = 5, owner = 1", "I2 an attempt that waits"),
        ("INSERT INTO request VALUES ('k', 'h', 9, 0)", "I1 an idempotency key"),
        ("INSERT INTO link VALUES (8, 9, 0, 0)", "I6 nothing hangs on tasks"),
        (
            "UPDATE run SET state = 2, finished_at = 0, succeeded = 3",
            "I6 the tasks of a final run",
        ),
        (
            "UPDATE run SET state = 3, finished_at = 0, succeeded = 3",
            "I1 the state of a final run",
        ),
        ("UPDATE run SET succeeded = 3", "I1 a run is final when"),
    ],
)
def test_damage_is_found(database, damage, rule):
    path, connection = database
    connection.execute(damage)
    found = checker.problems(path)
    assert any(line.startswith(rule) for line in found), found


ONE, TWO, FOUR = (f"00000000-0000-7000-8000-00{key << 26:010x}" for key in (1, 2, 4))


@pytest.mark.parametrize(
    "lines, problem",
    [
        (f"{ONE} 1\n", None),
        (f"{ONE} 1\n{TWO} 1\n", None),
        ("", "task 1 has succeeded with attempt 1, which had 0 effects"),
        (f"{ONE} 1\n{ONE} 1\n", "attempt 1 of task 1 had 2 effects"),
        (f"{ONE} 1\n{ONE} 2\n", "attempt 2 of task 1 had an effect but never was"),
        (f"{ONE} 1\n{FOUR} 1\n", "attempt 1 of task 4 had an effect but never was"),
        (f"{ONE} 1\nhalf a li", "line 2 is not '<datum id> <attempt>'"),
    ],
)
def test_a_ledger_has_one_effect_for_each_accepted_attempt(database, tmp_path, lines, problem):
    path, _ = database
    ledger = tmp_path / "ledger"
    ledger.write_text(lines)
    found = checker.problems(path, ledger)
    if problem is None:
        assert found == []
    else:
        assert any(problem in line for line in found), found


def test_every_rule_is_understood_by_postgres(postgres_url):
    """The statements are checked against the tables of the other dialect."""
    postgres = MIGRATIONS.parents[1] / "postgres/migrations"
    if not postgres.is_dir():
        pytest.fail("the migrations for PostgreSQL are not there")
    import psycopg

    with psycopg.connect(postgres_url) as connection:
        for migration in sorted(postgres.glob("*.sql")):
            connection.execute(migration.read_text())
    assert checker.problems(postgres_url) == []
