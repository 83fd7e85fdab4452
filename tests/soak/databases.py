# SPDX-License-Identifier: Apache-2.0
"""The databases of `mixed`: their size, and time that passes more quickly for what has ended."""

import contextlib
import pathlib
import sqlite3
import tempfile

import psycopg

from servers import ROOT  # and the paths that the next one needs

from scratch_postgres import ScratchPostgres

# Retention removes what ended a day ago, at least. So that it works within an hour, each batch that
# has ended for half a minute is made two days older; the server then removes it as it always does.
AGE_SQLITE = """
UPDATE run SET finished_at = finished_at - 2 * 86400 * 1000000
WHERE state >= 2 AND finished_at < :now - 30 * 1000000 AND finished_at > :now - 86400 * 1000000
"""
AGE_POSTGRES = """
UPDATE run SET finished_at = finished_at - interval '2 days'
WHERE id IN (SELECT id FROM run
             WHERE state >= 2 AND finished_at < clock_timestamp() - interval '30 seconds'
               AND finished_at > clock_timestamp() - interval '1 day'
             ORDER BY id FOR UPDATE SKIP LOCKED)
"""


class SqliteDatabase:
    def __init__(self, directory, name):
        self._path = pathlib.Path(directory, f"{name}.db")
        self.url = f"sqlite://{self._path}"

    def age(self, now_seconds):
        with contextlib.closing(sqlite3.connect(self._path, timeout=10)) as connection:
            with connection:
                connection.execute(AGE_SQLITE, {"now": int(now_seconds * 1e6)})

    def size_mib(self):
        files = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists()) / 2**20


class PostgresDatabase:
    def __init__(self, cluster):
        self.url = cluster.url(cluster.new_database())

    def age(self, _):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(AGE_POSTGRES)

    def size_mib(self):
        with psycopg.connect(self.url, autocommit=True) as connection:
            query = "SELECT pg_database_size(current_database())"
            return connection.execute(query).fetchone()[0] / 2**20


@contextlib.contextmanager
def databases(store):
    """new(name): another database on a real disk."""
    if store == "sqlite":
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as directory:
            yield lambda name: SqliteDatabase(directory, name)
        return
    cluster = ScratchPostgres()
    try:
        yield lambda name: PostgresDatabase(cluster)
    finally:
        cluster.close()
