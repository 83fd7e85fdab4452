# SPDX-License-Identifier: Apache-2.0
"""Is a database sound? The rules are those of tests/support/invariants.sql, asked past the program.

    problems = checker.problems(db_url, ledger=path)
    assert not problems, "\\n".join(problems)

or, by hand: checker.py DATABASE [LEDGER]

A ledger is a file to which the commands of a test append one line per effect, "<task name> <attempt>\\n",
with a single write. Then each task that has succeeded had exactly one effect by the attempt that was
accepted, and no attempt had two.
"""

import collections
import pathlib
import sqlite3
import sys

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


def ledger_problems(database, ledger):
    effects = collections.Counter()
    for number, line in enumerate(pathlib.Path(ledger).read_text().splitlines(), 1):
        name, _, attempt = line.rpartition(" ")
        if not name or not attempt.isdigit():
            yield f"ledger: line {number} is not '<task name> <attempt>': {line!r}"
            continue
        effects[name, int(attempt)] += 1
    for (name, attempt), count in sorted(effects.items()):
        if count > 1:
            yield f"ledger: attempt {attempt} of task '{name}' had {count} effects"

    last_attempts = {}
    for name, attempt, outcome in database.query(
        "SELECT task.name, coalesce(done.attempt, lease.attempt, timer.attempt, held.attempt, "
        "       need.attempt, ready.attempt, 0), done.outcome "
        "FROM task LEFT JOIN done ON done.task_id = task.id "
        "LEFT JOIN lease ON lease.task_id = task.id LEFT JOIN timer ON timer.task_id = task.id "
        "LEFT JOIN held ON held.task_id = task.id LEFT JOIN need ON need.task_id = task.id "
        "LEFT JOIN ready ON ready.task_id = task.id"
    ):
        if name in last_attempts:
            yield f"ledger: two tasks are named '{name}'"
        last_attempts[name] = attempt
        if outcome == 5 and effects[name, attempt] != 1:
            yield (
                f"ledger: task '{name}' has succeeded with attempt {attempt}, "
                f"which had {effects[name, attempt]} effects"
            )
    for name, attempt in sorted(effects):
        if attempt > last_attempts.get(name, 0):
            yield f"ledger: attempt {attempt} of task '{name}' had an effect but never was"


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
