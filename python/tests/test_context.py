# SPDX-License-Identifier: Apache-2.0
"""A Context is a JSON object that refuses what is none, where it is set."""

import enum
import json
import math
from collections import OrderedDict, defaultdict

import pytest

from sluice import Context

VALUES = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**64 - 1, 1.5, -0.0, 1e300, "", "text", "ü😀",
    [], {}, [1, "two", 3.0, None], {"nested": {"deep": [True]}}, [[[]]], {"": 1},
]


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_json_values_come_back_as_they_went_in(value):
    context = Context({"key": value})
    assert context.get("key") == value
    assert type(context["key"]) is type(value)
    assert Context.from_json(context.to_json()) == context


@pytest.mark.parametrize("value, plain", [
    ((1, (2,)), [1, [2]]), (OrderedDict(a=1), {"a": 1}), (defaultdict(int, b=2), {"b": 2}),
    (Colour.RED, 1), ([Colour.RED], [1]),
], ids=repr)
def test_what_is_almost_json_becomes_plain(value, plain):
    stored = Context({"key": value})["key"]
    assert stored == plain and type(stored) is type(plain)


CYCLE = []
CYCLE.append(CYCLE)
BAD = [
    (math.nan, "context key 'k': NaN is not a JSON value"),
    (math.inf, "context key 'k': Infinity is not a JSON value"),
    (-math.inf, "context key 'k': -Infinity is not a JSON value"),
    (2**64, "context key 'k': the integer 18446744073709551616 does not fit 64 bits"),
    (-(2**63) - 1, "context key 'k': the integer -9223372036854775809 does not fit 64 bits"),
    (print, "context key 'k': a value of type builtin_function_or_method is not a JSON value"),
    (object(), "context key 'k': a value of type object is not a JSON value"),
    ({1, 2}, "context key 'k': a value of type set is not a JSON value"),
    (b"bytes", "context key 'k': a value of type bytes is not a JSON value"),
    ({1: 2}, "context key 'k': the key 1 is not a string"),
    ("\ud800", "context key 'k': text that is not UTF-8 is not a JSON value"),
    ({"b": [0, 1, math.nan]}, "context key 'k.b[2]': NaN is not a JSON value"),
]


@pytest.mark.parametrize("value, text", BAD, ids=[text[15:60] for _, text in BAD])
@pytest.mark.parametrize("put", [
    lambda context, value: context.set("k", value),
    lambda context, value: context.insert("k", value),
    lambda context, value: context.__setitem__("k", value),
    lambda context, value: context.update_from_dict({"k": value}),
    lambda context, value: Context({"k": value}),
], ids=["set", "insert", "item", "update_from_dict", "new"])
def test_what_is_no_json_is_refused_with_its_place(put, value, text):
    context = Context()
    with pytest.raises(ValueError) as refusal:
        put(context, value)
    assert str(refusal.value) == text
    assert len(context) == 0


def test_cycles_are_refused():
    with pytest.raises(ValueError, match="cycle"):
        Context({"k": CYCLE})


def nested(levels, make):
    value = 0
    for _ in range(levels):
        value = make(value)
    return value


@pytest.mark.parametrize("make", [lambda value: [value], lambda value: {"k": value}],
                         ids=["lists", "dicts"])
def test_values_are_nested_up_to_100_deep(make):
    deepest = Context({"k": nested(100, make)})
    assert Context.from_json(deepest.to_json()) == deepest
    too_deep = nested(101, make)
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):
        Context({"k": too_deep})
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):
        Context.from_json(json.dumps({"k": too_deep}))


@pytest.mark.parametrize("key", [1, None, b"k", ("k",)])
def test_keys_are_strings(key):
    with pytest.raises(TypeError, match="a key of a Context is a string"):
        Context().set(key, 1)
    with pytest.raises(TypeError, match="a key of a Context is a string"):
        Context({key: 1})


def test_keys_are_text_that_utf8_can_spell():
    with pytest.raises(ValueError, match="text that is not UTF-8 is not a JSON value"):
        Context({"\ud800": 1})


@pytest.mark.parametrize("data", [[], "text", 7, [("a", 1)]])
def test_only_a_dict_makes_a_context(data):
    with pytest.raises(TypeError, match="made of a dict"):
        Context(data)


def test_get_gives_none_or_the_default_for_what_is_not_there():
    context = Context({"none": None})
    assert context.get("absent") is None
    assert context.get("absent", 7) == 7
    assert context.get("none", 7) is None


def test_insert_takes_only_new_keys_and_update_only_old_ones():
    context = Context()
    context.insert("key", 1)
    with pytest.raises(ValueError, match="already exists"):
        context.insert("key", 2)
    context.update("key", 3)
    with pytest.raises(KeyError, match="absent"):
        context.update("absent", 1)
    assert context.to_dict() == {"key": 3}


def test_remove_gives_the_value_or_none():
    context = Context({"key": [1]})
    assert context.remove("key") == [1]
    assert context.remove("key") is None
    assert "key" not in context


def test_brackets_and_del_raise_key_error():
    context = Context({"key": None})
    assert context["key"] is None
    del context["key"]
    for call in (lambda: context["key"], lambda: context.__delitem__("key")):
        with pytest.raises(KeyError):
            call()


def test_what_comes_out_is_a_copy():
    context = Context({"list": [1], "dict": {"a": []}})
    context.get("list").append(2)
    context["dict"]["a"].append(2)
    context.to_dict()["list"].append(2)
    dict(context.items())["list"].append(2)
    assert context.to_dict() == {"list": [1], "dict": {"a": []}}


def test_what_goes_in_is_a_copy():
    items = [1]
    context = Context({"items": items})
    items.append(2)
    assert context["items"] == [1]


def test_update_from_dict_sets_all_or_nothing():
    context = Context({"a": 1})
    context.update_from_dict({"a": 2, "b": 3})
    with pytest.raises(ValueError):
        context.update_from_dict({"a": 4, "bad": math.nan})
    assert context.to_dict() == {"a": 2, "b": 3}


def test_it_is_iterated_as_a_dict_is():
    context = Context({"b": 1, "a": 2})
    context["c"] = 3
    assert list(context) == context.keys() == ["b", "a", "c"]
    assert context.items() == [("b", 1), ("a", 2), ("c", 3)]
    assert dict(context) == {"b": 1, "a": 2, "c": 3}
    assert len(context) == 3 and "a" in context and 7 not in context


def test_keys_may_be_removed_while_it_is_iterated():
    context = Context({"a": 1, "b": 2})
    for key in context:
        context.remove(key)
    assert len(context) == 0


def test_repr_shows_the_json():
    context = Context({"a": [1, None], "b": "x"})
    inner = repr(context)[len("Context("):-1]
    assert repr(context).startswith("Context(") and json.loads(inner) == context.to_dict()
    assert repr(Context()) == "Context({})"


def test_contexts_are_equal_by_their_values():
    assert Context({"a": 1, "b": 2}) == Context({"b": 2, "a": 1})
    assert Context({"a": 1}) != Context({"a": 2})
    assert Context() != {}
    with pytest.raises(TypeError):
        hash(Context())


@pytest.mark.parametrize("text", [
    "", "{", "[]", "1", "null", '{"a": NaN}', '{"a": Infinity}', '{"a": 1, "a": 2}', "{'a': 1}",
    '{"a": 18446744073709551616}',
])
def test_from_json_takes_a_json_object_only(text):
    with pytest.raises(ValueError):
        Context.from_json(text)


def test_floats_stay_floats_in_json():
    assert Context({"a": 1.0}).to_json() == '{"a":1.0}'
    assert type(Context.from_json('{"a":1.0}')["a"]) is float
