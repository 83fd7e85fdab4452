#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the .sql files of one dialect into a C++ header of named statements.

usage: embed_sql.py sqlite|postgres QUERIES_DIR MIGRATIONS_DIR OUTPUT.h

A query file holds statements, each after a line `-- name: x`. `@param` names become `$n` for
PostgreSQL, numbered by first appearance; SQLite numbers its `@param` the same way by itself.
"""
import pathlib
import re
import sys


def statements(text):
    parts = re.split(r"^-- name: *(\w+).*$", text, flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


def without_comments(sql):
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(line.rstrip() for line in lines if line.strip()).rstrip(";")


def numbered(sql):
    names = []

    def number(match):
        name = match.group(1)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return re.sub(r"(?<![@\w])@(\w+)", number, sql)


def main():
    dialect, queries, migrations, output = sys.argv[1:]
    lines = ["// Generated from src/store/sql; do not edit.", "#pragma once", "",
             '#include "store/statement.h"', "", f"namespace sluice::{dialect}::sql {{", ""]
    for path in sorted(pathlib.Path(queries).glob("*.sql")):
        for name, text in statements(path.read_text()):
            sql = without_comments(text)
            sql = numbered(sql) if dialect == "postgres" else sql
            lines.append(f'inline constexpr Statement {name}{{"{name}", R"sql({sql})sql"}};')
    lines.append("")
    lines.append("inline constexpr Migration migrations[] = {")
    for path in sorted(pathlib.Path(migrations).glob("*.sql")):
        number, title = path.stem.split("_", 1)
        # A raw string literal may hold 64 KiB at most.
        lines.append(f'    {{{int(number)}, "{title}", R"sql({path.read_text()})sql"}},')
    lines += ["};", "", f"}} // namespace sluice::{dialect}::sql", ""]
    pathlib.Path(output).write_text("\n".join(lines))


main()
