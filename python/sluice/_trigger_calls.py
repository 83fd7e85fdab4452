# SPDX-License-Identifier: Apache-2.0
"""What a runner does with triggers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sluice import _checks, _core, _texts
from sluice._context import Context, document_of
from sluice._cron import page_of, query_of
from sluice._handle import RunHandle
from sluice._texts import errors_of


class TriggerCalls:
    """Triggers are dicts: id, trigger_name, workflow_name, poll_interval_ms, allow_concurrent,
    enabled, last_poll_at, created_at, updated_at.
    """

    _engine: _core.Runner

    def list_trigger_schedules(
        self, enabled_only: bool | None = None, limit: int | None = None,
        offset: int | None = None,
    ) -> list[dict[str, Any]]:
        query = query_of(enabled_only, limit, offset)
        with errors_of(_texts.LIST_TRIGGERS):
            triggers: list[dict[str, Any]] = json.loads(self._engine.list_triggers(query))
        return triggers

    def get_trigger_schedule(self, name: str) -> dict[str, Any] | None:
        """The trigger of this name, None when there is none."""
        with errors_of(_texts.GET_TRIGGER):
            document = self._engine.get_trigger(_checks.text(name, "name"))
        return None if document is None else json.loads(document)

    def set_trigger_enabled(self, name: str, enabled: bool) -> None:
        """A trigger that is not enabled is not asked."""
        is_enabled = _checks.flag(enabled, "enabled")
        with errors_of(_texts.ENABLE_TRIGGER):
            self._engine.set_trigger_enabled(_checks.text(name, "name"), is_enabled)

    def get_trigger_execution_history(
        self, name: str, limit: int | None = None, offset: int | None = None
    ) -> list[dict[str, Any]]:
        """What it started, newest first: id, schedule_id, context_hash, workflow_execution_id,
        started_at, completed_at, created_at. Nothing for a name that is not known.
        """
        known = _checks.text(name, "name")
        query = json.dumps(page_of(limit, offset))
        with errors_of(_texts.TRIGGER_HISTORY):
            history: list[dict[str, Any]] = json.loads(self._engine.trigger_history(known, query))
        return history

    def fire_trigger(
        self, name: str, context: Context | Mapping[str, Any] | None = None
    ) -> RunHandle:
        """Starts its workflow now; ValueError while a run with the same context is active."""
        known = _checks.text(name, "name")
        with errors_of(_texts.FIRE_TRIGGER):
            return RunHandle(self._engine.fire_trigger(known, document_of(context)))
