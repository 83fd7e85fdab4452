# SPDX-License-Identifier: Apache-2.0
"""Secrets that a test has planted, and the texts in which none of them may stand."""

import base64
import json
import urllib.parse

import psycopg


class Planted:
    def __init__(self):
        self._values = {}
        self._texts = []  # (where, text)

    def plant(self, name, value):
        self._values[name] = value
        return value

    def hear(self, where, text):
        self._texts.append((where, text if isinstance(text, str) else json.dumps(text)))

    def hear_files(self, directory):
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                self.hear(str(path), path.read_bytes().decode(errors="replace"))

    def hear_database(self, url):
        """Every row of every table."""
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = "
                                        "current_schema()").fetchall()
            for table, in tables:
                for row, in connection.execute(f'SELECT row::text FROM "{table}" row'):
                    self.hear(f"table {table}", row)

    def texts(self):
        """(where, text)"""
        return list(self._texts)

    def found(self):
        """(value, where) of all that were told."""
        return sorted({(name, where) for name, value in self._values.items()
                       for where, text in self._texts
                       if any(form in text for form in forms(value))})


def forms(value):
    """As programs write it. Base64 depends on what stands before, so its middle is looked for."""
    encoded = [base64.b64encode(b"x" * before + value.encode()).decode()[4:-4]
               for before in range(3)]
    return {value, urllib.parse.quote(value, safe=""), json.dumps(value)[1:-1], *encoded}
