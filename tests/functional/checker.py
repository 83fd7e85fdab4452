# SPDX-License-Identifier: Apache-2.0
"""Is a database sound? The rules are those of tests/support/invariants.sql, asked past the program.

    problems = checker.problems(db_url, ledger=path)
    assert not problems, "\\n".join(problems)

or, by hand: checker.py DATABASE [LEDGER]

A ledger is a file to which the commands of a test append a line for each effect, with a single
write: "$SLUICE_DATUM_ID $SLUICE_ATTEMPT\\n". Then each task that has succeeded had exactly one
effect by the attempt that was accepted, and no attempt had two.
"""

import collections
import pathlib
import sqlite3
import sys
import uuid

import psycopg

RULES = pathlib.Path(__file__).resolve().parents[1] / "support/invariants.sql"


class SqliteDatabase:
    def __init__(self, path):
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)

    def query(self, sql):
        return self._connection.execute(sql).fetchall()

    def close(self):
        self._connection.close()


class PostgresDatabase:
    def __init__(self, url):
        self._connection = psycopg.connect(url)
        # All rules look at one moment, also while the engine goes on.
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def query(self, sql):
        return self._connection.execute(sql).fetchall()

    def close(self):
        self._connection.close()


def open_database(database):
    """A URL of either kind, or the path of an SQLite file."""
    text = str(database)
    if text.startswith(("postgres://", "postgresql://")):
        return PostgresDatabase(text)
    return SqliteDatabase(text.removeprefix("sqlite://"))


def rules():
    """Name and statement of each rule."""
    entries = RULES.read_text().split("-- name: ")[1:]
    named = []
    for entry in entries:
        name, _, body = entry.partition("\n")
        lines = [line for line in body.splitlines() if not line.startswith("--")]
        named.append((name, "\n".join(lines).strip().removesuffix(";")))
    (_, place), *others = named
    return [(name, sql.replace("/*place*/", place)) for name, sql in others]


def rule_problems(database):
    for name, sql in rules():
        for row in database.query(sql):
            yield f"{name}: {' | '.join(map(str, row))}"


def task_key(uid):
    """The key of the task in its public id (src/base/uid.h)."""
    bits = uuid.UUID(uid).int
    return (bits >> 64 & 0xFFF) << 36 | (bits >> 26 & 0xFFFFFFFFF)


def read_ledger(ledger):
    """(task, attempt) of each line; text for a line that is none."""
    for number, line in enumerate(pathlib.Path(ledger).read_text().splitlines(), 1):
        try:
            uid, attempt = line.split(" ")
            yield task_key(uid), int(attempt)
        except ValueError:
            yield f"ledger: line {number} is not '<datum id> <attempt>': {line!r}"


def ledger_problems(database, ledger):
    entries = list(read_ledger(ledger))
    yield from (entry for entry in entries if isinstance(entry, str))
    effects = collections.Counter(entry for entry in entries if not isinstance(entry, str))
    for (task, attempt), count in sorted(effects.items()):
        if count > 1:
            yield f"ledger: attempt {attempt} of task {task} had {count} effects"

    last_attempts = {}
    for task, attempt, outcome in database.query(
        "SELECT task.id, coalesce(done.attempt, lease.attempt, timer.attempt, held.attempt, "
        "       need.attempt, ready.attempt, 0), done.outcome "
        "FROM task LEFT JOIN done ON done.task_id = task.id "
        "LEFT JOIN lease ON lease.task_id = task.id LEFT JOIN timer ON timer.task_id = task.id "
        "LEFT JOIN held ON held.task_id = task.id LEFT JOIN need ON need.task_id = task.id "
        "LEFT JOIN ready ON ready.task_id = task.id"
    ):
        last_attempts[task] = attempt
        if outcome == 5 and effects[task, attempt] != 1:
            yield (
                f"ledger: task {task} has succeeded with attempt {attempt}, "
                f"which had {effects[task, attempt]} effects"
            )
    for task, attempt in sorted(effects):
        if attempt > last_attempts.get(task, 0):
            yield f"ledger: attempt {attempt} of task {task} had an effect but never was"


def problems(database, ledger=None):
    """What is wrong, a line each; an empty list when all is well."""
    opened = open_database(database)
    try:
        found = list(rule_problems(opened))
        if ledger is not None:
            found += ledger_problems(opened, ledger)
        return found
    finally:
        opened.close()


def main(arguments):
    if len(arguments) not in (1, 2):
        print("usage: checker.py DATABASE [LEDGER]", file=sys.stderr)
        return 2
    found = problems(*arguments)
    print("\n".join(found) if found else "sound")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
