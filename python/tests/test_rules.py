# SPDX-License-Identifier: Apache-2.0
"""How rules are spelled."""

import math

import pytest

from sluice import (
    all_of, always, any_of, context_value, none_of, task_failed, task_skipped, task_success,
)
from sluice._rules import rule_of

A = {"type": "TaskSuccess", "task_name": "a"}
B = {"type": "TaskFailed", "task_name": "b"}

FORMS = [
    (always(), {"type": "Always"}),
    (task_success("a"), A),
    (task_failed("b"), B),
    (task_skipped("c"), {"type": "TaskSkipped", "task_name": "c"}),
    (all_of(), {"type": "All", "conditions": []}),
    (all_of(A, B), {"type": "All", "conditions": [A, B]}),
    (any_of(A), {"type": "Any", "conditions": [A]}),
    (none_of(A, B), {"type": "None", "conditions": [A, B]}),
    (any_of(all_of(A), none_of(B)),
     {"type": "Any", "conditions": [{"type": "All", "conditions": [A]},
                                    {"type": "None", "conditions": [B]}]}),
    (context_value("k", "Equals", {"a": [1]}),
     {"type": "ContextValue", "key": "k", "operator": "Equals", "value": {"a": [1]}}),
    (context_value("k", "Exists"),
     {"type": "ContextValue", "key": "k", "operator": "Exists", "value": None}),
]


@pytest.mark.parametrize("rule, form", FORMS, ids=[str(form)[:50] for _, form in FORMS])
def test_rules_have_the_form_that_the_engine_reads(rule, form):
    assert rule == form


SPELLINGS = {
    "Equals": ["Equals", "equals", "EQUALS", "==", "eq", "EQ"],
    "NotEquals": ["NotEquals", "not_equals", "notequals", "!=", "ne"],
    "GreaterThan": ["GreaterThan", "greater_than", ">", "gt"],
    "LessThan": ["LessThan", "LESS_THAN", "<", "lt"],
    "Contains": ["Contains", "contains"],
    "NotContains": ["NotContains", "not_contains"],
    "Exists": ["Exists", "exists"],
    "NotExists": ["NotExists", "not_exists"],
}


@pytest.mark.parametrize(
    "name, spelling", [(name, one) for name, some in SPELLINGS.items() for one in some]
)
def test_operators_have_aliases_and_no_case(name, spelling):
    assert context_value("k", spelling, 1)["operator"] == name


@pytest.mark.parametrize("operator", ["", "=", ">=", "like", "equal", None, 1])
def test_unknown_operators_are_refused_with_the_known_ones(operator):
    with pytest.raises(ValueError, match="unknown operator .* Equals, NotEquals, GreaterThan"):
        context_value("k", operator, 1)


@pytest.mark.parametrize("value", [math.nan, 2**64, object()])
def test_values_are_json(value):
    with pytest.raises(ValueError):
        context_value("k", "Equals", value)


@pytest.mark.parametrize("condition", [A, B, context_value("k", "Exists")], ids=str)
def test_bare_condition_means_all_of_it(condition):
    assert rule_of(condition) == all_of(condition)


@pytest.mark.parametrize("rule", [always(), all_of(A), any_of(A, B), none_of()], ids=str)
def test_rules_are_taken_as_they_are(rule):
    assert rule_of(rule) == rule


def test_rule_is_copied():
    rule = any_of(A)
    taken = rule_of(rule)
    rule["conditions"].append(B)
    assert taken == any_of(A)


@pytest.mark.parametrize("said", [
    None, 7, "always", [], {}, {"type": "Sometimes"}, {"type": "TaskSuccess"}, {"type": []},
    {"type": "TaskSuccess", "task_name": 7}, {"type": "ContextValue", "key": "k"},
    {"type": "All", "conditions": [{"type": "Sometimes"}]}, {"type": "Any", "conditions": [7]},
    always,
])
def test_what_is_no_rule_is_refused(said):
    with pytest.raises(ValueError, match="trigger rule"):
        rule_of(said)
