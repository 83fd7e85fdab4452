# SPDX-License-Identifier: Apache-2.0
"""Webhooks: how a task is started, and who hears of its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sluice.client.documents import Document, given, plain


class Verb(StrEnum):
    GET = "Get"
    POST = "Post"
    PUT = "Put"
    PATCH = "Patch"
    DELETE = "Delete"


@dataclass(frozen=True, kw_only=True)
class Retry(Document):
    """When something is tried again. What is left out is as the server has it.

    Of a task (`max_retries` is required then): `retry_on` may hold "timeout", "webhook_failure"
    and "explicit". Of a webhook: "timeout" and "webhook_failure".
    """

    max_retries: int | None = None
    initial_delay_secs: float | None = None
    backoff_multiplier: float | None = None
    max_delay_secs: float | None = None
    jitter: bool | None = None
    retry_on: Sequence[str] | None = None

    def to_json(self) -> dict[str, Any]:
        return given(**vars(self))


@dataclass(frozen=True)
class Stored(Document):
    """A stored action or rule, by its id."""

    id: str

    def to_json(self) -> dict[str, Any]:
        return {"ref": self.id}


@dataclass(frozen=True)
class Webhook(Document):
    """One request that the server sends; made by `webhook()`."""

    document: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return dict(self.document)


Action = Webhook | Stored
Actions = Action | Sequence[Action]


def webhook(
    url: str,
    *,
    verb: Verb | str = Verb.POST,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    retry: Retry | None = None,
    timeout: int | None = None,
    when: Sequence[Mapping[str, Any]] | None = None,
) -> Webhook:
    """A request to `url`.

    URL, body and header values may hold `{{metadata.path}}`, `{{task.id}}`, `{{batch.id}}` and
    `{{attempt}}`. `timeout` is how many seconds the target may take to answer. `when` is a list
    of `when()`: what follows from the answer.
    """
    params = {"url": url, "verb": plain(verb), **given(body=body, headers=headers)}
    document = {"kind": "Webhook", "params": params}
    return Webhook(document | given(retry=retry, timeout=timeout, when=when))


_ABSENT: Any = object()


def when(
    then: str | Actions,
    *,
    status: int | Sequence[int] | None = None,
    pointer: str | None = None,
    equals: Any = _ABSENT,
    exists: bool | None = None,
    greater: float | None = None,
    less: float | None = None,
) -> dict[str, Any]:
    """If the answer is like this, then: "success", "failure", or more actions.

    `pointer` is a JSON pointer into the answer ("/state"), and `equals`, `exists`, `greater` or
    `less` is asked of what stands there.
    """
    condition = given(status=status, pointer=pointer, exists=exists, greater=greater, less=less)
    if equals is not _ABSENT:
        condition["equals"] = plain(equals)  # null is a value here
    return {"when": condition, "then": plain(then)}


def listed(actions: Actions | None) -> list[Action] | None:
    if actions is None:
        return None
    return [actions] if isinstance(actions, (Webhook, Stored)) else list(actions)
