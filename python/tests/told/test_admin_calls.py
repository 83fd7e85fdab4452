# SPDX-License-Identifier: Apache-2.0
"""Tenants, as they are asked for."""

import json

import pytest

from sluice import DatabaseAdmin, TenantConfig, TenantCredentials

URL = "postgresql://admin@h/d"


def test_credentials_have_the_members_of_the_contract(core):
    made = DatabaseAdmin(URL).create_tenant(TenantConfig("acme", "acme_user", "secret"))
    assert made == TenantCredentials("acme", "acme_user", "secret", "postgresql://acme_user@h/d")
    assert json.loads(core.told("create_tenant")[0][0]) == {
        "schema_name": "acme", "username": "acme_user", "password": "secret",
    }


@pytest.mark.parametrize("password", [None, ""])
def test_password_is_made_when_there_is_none(core, password):
    config = TenantConfig(schema_name="acme", username="user", password=password)
    assert DatabaseAdmin(URL).create_tenant(config).password == "made"
    assert json.loads(core.told("create_tenant")[0][0])["password"] is None


def test_no_text_shows_a_secret():
    made = DatabaseAdmin(URL).create_tenant(TenantConfig("acme", "user", "secret"))
    assert "secret" not in repr(made) + repr(TenantConfig("acme", "user", "secret"))


@pytest.mark.parametrize("name, words", [
    ("", "Schema name cannot be empty"),
    ('a"; DROP SCHEMA public; --',
     "Schema name must contain only alphanumeric characters and underscores"),
])
def test_schema_name_is_checked_first(core, name, words):
    admin = DatabaseAdmin(URL)
    for call in (lambda: admin.create_tenant(TenantConfig(name, "user")),
                 lambda: admin.remove_tenant(name, "user")):
        with pytest.raises(ValueError) as refusal:
            call()
        assert str(refusal.value) == words
    assert core.told("create_tenant") == core.told("remove_tenant") == []


def test_tenants_are_removed_and_listed(core):
    admin = DatabaseAdmin(URL)
    admin.remove_tenant("acme", "user")
    assert core.told("remove_tenant") == [["acme", "user"]]
    assert admin.list_tenants() == ["a", "b"]


def test_sqlite_has_no_tenants():
    with pytest.raises(ValueError, match="a schema needs PostgreSQL"):
        DatabaseAdmin("sqlite:///x.db")


def test_conflict_is_told(core):
    core.refuse("create_tenant", "conflict", "the role 'user' exists")
    with pytest.raises(ValueError, match="Failed to create tenant: the role 'user' exists"):
        DatabaseAdmin(URL).create_tenant(TenantConfig("acme", "user"))
