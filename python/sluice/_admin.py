# SPDX-License-Identifier: Apache-2.0
"""Tenants of a PostgreSQL database: a schema and a user for each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from sluice import _core, _texts
from sluice._texts import errors_of


@dataclass
class TenantConfig:
    """What a tenant is to be made of; without a password one is made."""

    schema_name: str
    username: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TenantCredentials:
    """How a tenant connects. Its text shows no secret."""

    schema_name: str
    username: str
    password: str = field(repr=False)
    connection_string: str = field(repr=False)


class DatabaseAdmin:
    """Creates, removes and lists tenants; its URL is of a user who may."""

    def __init__(self, database_url: str) -> None:
        with errors_of(_texts.CONNECT_ADMIN):
            self._engine = _core.Admin(database_url)

    def create_tenant(self, config: TenantConfig) -> TenantCredentials:
        """Schema, user and rights in one transaction: all of them, or none."""
        checked_schema(config.schema_name)
        document = {"schema_name": config.schema_name, "username": config.username,
                    "password": config.password or None}
        with errors_of(_texts.CREATE_TENANT):
            made = json.loads(self._engine.create_tenant(json.dumps(document)))
        return TenantCredentials(**made)

    def remove_tenant(self, schema_name: str, username: str) -> None:
        """Removes the schema with all that is in it, and the user."""
        checked_schema(schema_name)
        with errors_of(_texts.REMOVE_TENANT):
            self._engine.remove_tenant(schema_name, username)

    def list_tenants(self) -> list[str]:
        """The names of their schemas."""
        with errors_of(_texts.LIST_TENANTS):
            names: list[str] = json.loads(self._engine.list_tenants())
        return names


def checked_schema(name: str) -> str:
    """Refuses, before anything connects, what no schema may be named; the engine knows more."""
    if not name:
        raise ValueError(_texts.EMPTY_SCHEMA)
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise ValueError(_texts.SCHEMA_CHARACTERS)
    return name
