# SPDX-License-Identifier: Apache-2.0
"""What a call raises when it does not get what it asked for."""

import json

from sluice.client.exchange import Answer, NoAnswer, Outcome


class SluiceError(Exception):
    """The server refused, or could not be asked.

    `error` is what it says, for people; `details` names each problem of a body with its place,
    "tasks[1].name: must not be blank". `status` is None when there was no answer. `retry_after`
    is how many seconds the server wants to be left alone. `request_id` finds the request in its
    log.
    """

    def __init__(
        self,
        error: str,
        *,
        status: int | None = None,
        details: tuple[str, ...] = (),
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.details = details
        self.retry_after = retry_after
        self.request_id = request_id

    def __str__(self) -> str:
        return "\n  ".join((self.error, *self.details))


class Invalid(SluiceError):
    """What was sent is wrong (400, 413, 415, 422), or the task's state does not allow it (400)."""


class Unauthorized(SluiceError):
    """The API key is missing or unknown (401), or its role is too small (403)."""


class NotFound(SluiceError):
    """There is no such task, batch or delivery; or a report came for one that has ended (404)."""


class Conflict(SluiceError):
    """Another attempt is the current one, or the idempotency key is that of another body (409)."""


class Unavailable(SluiceError):
    """Nobody answered, or the server has too much to do; all tries are used up."""


KINDS: dict[int, type[SluiceError]] = {
    400: Invalid, 401: Unauthorized, 403: Unauthorized, 404: NotFound, 409: Conflict, 413: Invalid,
    415: Invalid, 422: Invalid, 429: Unavailable, 502: Unavailable, 503: Unavailable,
    504: Unavailable,
}


def error_of(outcome: Outcome) -> SluiceError:
    if isinstance(outcome, NoAnswer):
        return Unavailable(f"no answer: {type(outcome.failure).__name__}: {outcome.failure}")
    error, details = read_refusal(outcome)
    return KINDS.get(outcome.status, SluiceError)(
        error,
        status=outcome.status,
        details=details,
        retry_after=outcome.retry_after,
        request_id=outcome.headers.get("x-request-id"),
    )


def read_refusal(answer: Answer) -> tuple[str, tuple[str, ...]]:
    """The error and its details; a proxy on the way may answer with anything but JSON."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return f"the server answered with status {answer.status}", ()
    details = body.get("details")
    listed = details if isinstance(details, list) else []
    return body["error"], tuple(str(detail) for detail in listed)
