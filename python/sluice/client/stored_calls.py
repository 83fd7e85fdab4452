# SPDX-License-Identifier: Apache-2.0
"""What can be done with stored rules and actions. The clients have these functions as methods."""

from collections.abc import Mapping
from typing import Any

from sluice.client.actions import Webhook
from sluice.client.documents import given, plain, query_of
from sluice.client.exchange import Call, Request, get, json_request
from sluice.client.reading import Page, one, paged
from sluice.client.rules import Limit
from sluice.client.stored_results import Deleted, StoredAction, StoredRule
from sluice.client.task_calls import segment


def rules(*, page: int | None = None, page_size: int | None = None) -> Call[Page[StoredRule]]:
    """Stored rules, newest first."""
    return paged(StoredRule, "/rules", query_of(page=page, page_size=page_size))


def rule(id: str) -> Call[StoredRule]:
    """One stored rule."""
    return get(f"/rules/{segment(id)}", one(StoredRule))


def store_rule(
    rule: Limit | Mapping[str, Any], *, name: str | None = None
) -> Call[StoredRule]:
    """Stores a rule, for tasks to name with `Stored(id)`.

    When there is an equal one, and no other name is given, the answer is that one.
    """
    body = named(rule, name)
    return Call(json_request("POST", "/rules", body), one(StoredRule), repeatable=True)


def replace_rule(
    id: str, rule: Limit | Mapping[str, Any], *, name: str | None = None
) -> Call[StoredRule]:
    """Puts another rule in its place, also for the tasks that name it: the whole of it, so that it
    has no name without `name`."""
    request = json_request("PUT", f"/rules/{segment(id)}", named(rule, name))
    return Call(request, one(StoredRule), repeatable=True)


def delete_rule(id: str) -> Call[Deleted]:
    """Deletes a stored rule; `Conflict` while a task names it that is not final.

    With API keys this needs the role admin.
    """
    return Call(Request("DELETE", f"/rules/{segment(id)}"), one(Deleted))


def actions(*, page: int | None = None, page_size: int | None = None) -> Call[Page[StoredAction]]:
    """Stored actions, newest first."""
    return paged(StoredAction, "/actions", query_of(page=page, page_size=page_size))


def action(id: str) -> Call[StoredAction]:
    """One stored action."""
    return get(f"/actions/{segment(id)}", one(StoredAction))


def store_action(
    action: Webhook | Mapping[str, Any], *, name: str | None = None
) -> Call[StoredAction]:
    """Stores an action, for tasks to name with `Stored(id)`.

    When there is an equal one, and no other name is given, the answer is that one.
    """
    body = named(action, name)
    return Call(json_request("POST", "/actions", body), one(StoredAction), repeatable=True)


def replace_action(
    id: str, action: Webhook | Mapping[str, Any], *, name: str | None = None
) -> Call[StoredAction]:
    """Puts another action in its place: the whole of it, so that it has no name without `name`.
    Tasks that there are keep what they have."""
    request = json_request("PUT", f"/actions/{segment(id)}", named(action, name))
    return Call(request, one(StoredAction), repeatable=True)


def delete_action(id: str) -> Call[Deleted]:
    """Deletes a stored action; tasks that there are keep what they have.

    With API keys this needs the role admin.
    """
    return Call(Request("DELETE", f"/actions/{segment(id)}"), one(Deleted))


def named(document: Limit | Webhook | Mapping[str, Any], name: str | None) -> dict[str, Any]:
    return {**plain(document), **given(name=name)}
