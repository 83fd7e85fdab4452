# SPDX-License-Identifier: Apache-2.0
"""Tenants of a PostgreSQL database: a schema and a user for each."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any

from sluice import _checks, _core, _texts
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

    def __init__(self, database_url: str | os.PathLike[str]) -> None:
        known = _checks.database_url(database_url, "database_url")
        with errors_of(_texts.CONNECT_ADMIN):
            self._engine = _core.Admin(known)

    def create_tenant(self, config: TenantConfig) -> TenantCredentials:
        """Schema, user and rights in one transaction: all of them, or none."""
        document = document_of(_checks.instance(config, TenantConfig))
        with errors_of(_texts.CREATE_TENANT):
            made = json.loads(self._engine.create_tenant(json.dumps(document)))
        return TenantCredentials(**made)

    def remove_tenant(self, schema_name: str, username: str) -> None:
        """Removes the schema with all that is in it, and the user."""
        checked_schema(schema_name, "schema_name")
        user = _checks.text(username, "username")
        with errors_of(_texts.REMOVE_TENANT):
            self._engine.remove_tenant(schema_name, user)

    def list_tenants(self) -> list[str]:
        """The names of their schemas."""
        with errors_of(_texts.LIST_TENANTS):
            names: list[str] = json.loads(self._engine.list_tenants())
        return names


def document_of(config: TenantConfig) -> dict[str, Any]:
    """What the engine reads."""
    return {
        "schema_name": checked_schema(config.schema_name, "schema_name"),
        "username": _checks.text(config.username, "username"),
        "password": _checks.optional(_checks.text, config.password, "password") or None,
    }


def checked_schema(said: str, name: str) -> str:
    """Refuses, before anything connects, what no schema may be named; the engine knows more."""
    if not isinstance(said, str):
        raise TypeError(f"{name} is a string, not {type(said).__name__}")
    if not said:
        raise ValueError(_texts.EMPTY_SCHEMA)
    if not re.fullmatch(r"[A-Za-z0-9_]+", said):
        raise ValueError(_texts.SCHEMA_CHARACTERS)
    return said
