# SPDX-License-Identifier: Apache-2.0
"""`sluice tenant` on PostgreSQL and on SQLite, which has none."""

import json
import re

import psycopg
import pytest


@pytest.fixture
def tenant(sluice, postgres_url):
    """tenant(*arguments) → the finished `sluice tenant …`. Its users end with the test."""

    def tenant(*arguments):
        return sluice("tenant", *arguments, "--db", postgres_url)

    yield tenant
    for name in tenant("list", "--output", "name").stdout.split():
        with psycopg.connect(postgres_url) as connection:
            (owner,) = connection.execute(
                "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s", (name,)
            ).fetchone()
        tenant("remove", name, "--user", owner)


def test_tenant_is_made_once_and_its_url_is_let_in(tenant):
    made = tenant("create", "ada")
    assert made.returncode == 0, made.stderr
    url = made.stdout.strip()
    assert re.match(r"postgresql://ada:[A-Za-z0-9]{32}@", url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user, current_schema()").fetchone() == \
            ("ada", "ada")
        assert connection.execute("SELECT count(*) FROM task").fetchone() == (0,)
    again = tenant("create", "ada")
    assert (again.returncode, again.stderr) == (1, "sluice: schema 'ada' exists already\n")


def test_tenant_reads_nothing_of_another(tenant):
    tenant("create", "ada")
    url = tenant("create", "bob").stdout.strip()
    with psycopg.connect(url) as connection, \
            pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM ada.task")


def test_document_has_the_parts_of_the_url(tenant):
    made = json.loads(tenant("create", "Acme", "--user", "acme_user", "--output", "json").stdout)
    assert list(made) == ["schema_name", "username", "password", "connection_string"]
    assert (made["schema_name"], made["username"]) == ("Acme", "acme_user")
    assert f"//acme_user:{made['password']}@" in made["connection_string"]


def test_tenants_are_listed_in_each_format_without_secrets(tenant):
    for name in ("bob", "ada"):
        tenant("create", name)
    assert tenant("list").stdout.splitlines() == ["SCHEMA", "ada", "bob"]
    assert tenant("list", "--output", "name").stdout == "ada\nbob\n"
    assert json.loads(tenant("list", "--output", "json").stdout) == {
        "tenants": [{"schema_name": "ada"}, {"schema_name": "bob"}],
    }


def test_removed_tenant_is_gone_with_its_user(tenant, postgres_url):
    url = tenant("create", "ada").stdout.strip()
    assert tenant("remove", "ada").returncode == 0
    assert tenant("list", "--output", "name").stdout == ""
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    missing = tenant("remove", "ada")
    assert (missing.returncode, missing.stderr) == (3, "sluice: no tenant named 'ada'\n")


@pytest.mark.parametrize("name", ['a"b', "a'; DROP SCHEMA public; --", "1a", "pg_ada", "public"])
def test_name_that_cannot_be_is_refused_and_nothing_is_made(tenant, name):
    for words in (("create", name, "--user", "ada"), ("create", "ada", "--user", name),
                  ("remove", name)):
        refused = tenant(*words)
        assert refused.returncode == 1
        assert name in refused.stderr
    assert tenant("list", "--output", "name").stdout == ""


@pytest.mark.parametrize("words", [
    ("workflow", "list"), ("run", "list"), ("run", "cancel", "run_0"), ("schedule", "list"),
], ids=" ".join)
def test_schema_that_is_missing_is_refused_and_not_made(sluice, postgres_url, words):
    refused = sluice(*words, "--db", postgres_url, "--schema", "typo")
    assert refused.returncode == 3
    assert refused.stderr.endswith(
        ": schema 'typo' does not exist, or this user may not use it\n")
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_namespace WHERE nspname = 'typo'").fetchone() == (0,)


def test_sqlite_has_files_instead(sluice):
    for words in (("list",), ("create", "ada"), ("remove", "ada")):
        refused = sluice("tenant", *words, "--db", "x.db")
        assert (refused.returncode, refused.stderr) == (
            1, "sluice: a schema needs PostgreSQL; give each tenant an SQLite file of its own\n",
        )
