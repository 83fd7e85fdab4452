# SPDX-License-Identifier: Apache-2.0
"""Values of contexts, as the fake of the extension checks and writes them."""

import json
import math
from collections.abc import Mapping

DEPTH_MAX = 100  # of a value


def pure(value, key):
    scalar(key, "?")
    return copied(value, key, 0)


def copied(value, key, depth):
    for kind in (bool, str, int, float):
        if isinstance(value, kind):
            return scalar(kind(value), key)
    if value is None:
        return None
    if depth == DEPTH_MAX and isinstance(value, (Mapping, list, tuple)):
        refuse(key, f"nested deeper than {DEPTH_MAX} levels (a cycle?)")
    if isinstance(value, Mapping):
        return {member(name, key): copied(item, f"{key}.{name}", depth + 1)
                for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(item, f"{key}[{i}]", depth + 1) for i, item in enumerate(value)]
    return refuse(key, f"a value of type {type(value).__name__} is not a JSON value")


def scalar(value, key):
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        refuse(key, "text that is not UTF-8 is not a JSON value")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        refuse(key, f"the integer {value} does not fit 64 bits")
    if isinstance(value, float) and not math.isfinite(value):
        name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        refuse(key, f"{name} is not a JSON value")
    return value


def member(name, key):
    if not isinstance(name, str):
        refuse(key, f"the key {name!r} is not a string")
    return name


def refuse(key, why):
    raise ValueError(f"context key '{key}': {why}")


def write_context(values):
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def read_context(document):
    values = json.loads(document, object_pairs_hook=unique, parse_constant=no_constant)
    if not isinstance(values, dict):
        raise ValueError(f"a context is a JSON object, not {type(values).__name__}")
    return {key: pure(value, key) for key, value in values.items()}


def unique(pairs):
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key stands twice")
    return values


def no_constant(name):
    raise ValueError(f"{name} is not a JSON value")
