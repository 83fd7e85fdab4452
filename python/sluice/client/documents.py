# SPDX-License-Identifier: Apache-2.0
"""How what users say becomes the JSON that the server reads."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any


class Document:
    """Something that stands in a request."""

    def to_json(self) -> Any:
        raise NotImplementedError


def plain(value: Any) -> Any:
    """JSON, with everything of ours in it spelled out."""
    if isinstance(value, Document):
        return plain(value.to_json())
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def format_time(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError(f"the time {time} needs a time zone, for instance datetime.UTC")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def given(**members: Any) -> dict[str, Any]:
    """Those that are not None: for the server an absent member is the same as null."""
    return {name: plain(value) for name, value in members.items() if value is not None}


def query_of(**parameters: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, query_text(value)) for name, value in given(**parameters).items())


def query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
