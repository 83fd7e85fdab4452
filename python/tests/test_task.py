# SPDX-License-Identifier: Apache-2.0
"""What `task()` takes, in which order it looks, and what it leaves alone."""

import functools
import inspect

import pytest

import sluice
from sluice import RetryPolicy, WorkflowBuilder, task, task_success
from sluice._tasks import takes_handle


def collected(function=None, **words):
    """The definition that a decorated function becomes."""
    def plain(context):
        return context

    with WorkflowBuilder("w") as builder:
        task(**words)(function or plain)
        return builder._tasks[-1]


def test_parameters_are_those_of_the_contract():
    assert list(inspect.signature(task).parameters) == [
        "id", "dependencies", "retry_attempts", "retry_backoff", "retry_delay_ms",
        "retry_max_delay_ms", "retry_condition", "retry_jitter", "retry", "trigger_rules",
        "on_success", "on_failure", "timeout",
    ]
    assert {one.default for one in inspect.signature(task).parameters.values()} == {None}


def test_function_itself_is_returned():
    def function(context):
        return context

    with WorkflowBuilder("w"):
        assert task()(function) is function
        assert task(id="other")(function) is function


def test_id_is_the_name_of_the_function_unless_it_is_given():
    assert collected().id == "plain"
    assert collected(id="mine").id == "mine"


def test_function_without_a_name_needs_an_id():
    nameless = functools.partial(lambda extra, context: context, 1)
    with pytest.raises(ValueError, match="give the task an id"):
        collected(nameless)
    assert collected(nameless, id="named").id == "named"


def test_parentheses_are_needed():
    with WorkflowBuilder("w") as builder:
        with pytest.raises(TypeError, match=r"write @task\(\), with parentheses"):
            @task
            def function(context):
                return context
        builder.add_task(collected().function)


@pytest.mark.parametrize("words", [
    {"retry_attempts": 3}, {"retry_backoff": "fixed"}, {"retry_delay_ms": 0},
    {"retry_max_delay_ms": 1}, {"retry_condition": "all"}, {"retry_jitter": False},
    {"retry_attempts": 3, "retry_jitter": True},
], ids=lambda words: "-".join(words))
def test_policy_together_with_keywords_is_refused_first(words):
    # Also outside of a builder, and also when other arguments are wrong.
    with pytest.raises(ValueError, match="not both") as refusal:
        task(id=7, retry=RetryPolicy.default(), **words)
    assert all(word in str(refusal.value) for word in words)


def test_outside_a_builder_is_refused():
    with pytest.raises(ValueError, match="WorkflowBuilder"):
        @task()
        def function(context):
            return context


def test_decorator_that_left_its_block_is_refused():
    with pytest.raises(ValueError):
        with WorkflowBuilder("w"):
            late = task()
    with pytest.raises(ValueError, match="WorkflowBuilder"):
        late(lambda context: context)


def test_policy_is_taken_whole():
    policy = RetryPolicy.builder().max_attempts(7).build()
    assert collected(retry=policy).retry == policy
    with pytest.raises(TypeError, match="RetryPolicy"):
        collected(retry=7)


@pytest.mark.parametrize("attempts, tries", [(0, 1), (1, 1), (2, 2), (None, 3)])
def test_retry_attempts_are_tries_in_all(attempts, tries):
    assert collected(retry_attempts=attempts).retry.max_attempts == tries


def test_keywords_become_a_policy():
    document = collected(
        retry_attempts=5, retry_backoff="linear", retry_delay_ms=20, retry_max_delay_ms=200,
        retry_condition=["boom"], retry_jitter=False,
    ).retry.document()
    assert document == {
        "max_attempts": 5, "backoff": "linear", "multiplier": 1.0, "initial_delay_ms": 20,
        "max_delay_ms": 200, "condition": "patterns", "patterns": ["boom"], "jitter": False,
    }


@pytest.mark.parametrize("words", [
    {"retry_backoff": "cubic"}, {"retry_condition": "sometimes"}, {"retry_attempts": -1},
    {"timeout": 0}, {"timeout": -1}, {"timeout": float("nan")}, {"timeout": True},
    {"trigger_rules": "always"}, {"trigger_rules": {"type": "Sometimes"}},
], ids=str)
def test_unknown_values_are_errors(words):
    with pytest.raises(ValueError):
        collected(**words)


@pytest.mark.parametrize("words", [
    {"on_success": "print"}, {"on_failure": 7}, {"id": 7}, {"id": b"a"}, {"dependencies": "first"},
], ids=str)
def test_wrong_types_are_errors(words):
    with pytest.raises(TypeError):
        collected(**words)


@pytest.mark.parametrize("seconds, milliseconds", [(1, 1000), (0.25, 250), (1e-9, 1), (90, 90_000)])
def test_timeout_is_in_seconds(seconds, milliseconds):
    assert collected(timeout=seconds).timeout_ms == milliseconds
    assert collected(timeout=seconds).document()["timeout_ms"] == milliseconds


def test_document_says_nothing_that_was_not_said():
    assert set(collected().document()) == {"id", "dependencies", "fingerprint", "retry"}


def test_rule_is_in_the_document_as_all_of_a_bare_condition():
    with WorkflowBuilder("w") as builder:
        task(id="a")(lambda context: context)
        task(id="b", dependencies=["a"], trigger_rules=task_success("a"))(lambda context: context)
        document = builder._tasks[-1].document()
    assert document["rule"] == {"type": "All", "conditions": [task_success("a")]}


def test_dependencies_are_names_or_functions():
    with WorkflowBuilder("w") as builder:
        @task()
        def first(context):
            return context

        @task(id="renamed")
        def second(context):
            return context

        @task()
        def third(context):
            return context

        @task(dependencies=[first, second, "third"])
        def fourth(context):
            return context

        assert builder._tasks[-1].dependencies == ("first", "renamed", "third")
        with pytest.raises(ValueError, match="string task ID or a function object"):
            task(dependencies=[7])(lambda context: context)


def one(context):
    return context


def by_name(context, handle):
    return context


def by_long_name(context, task_handle):
    return context


def with_default(context, handle=None):
    return context


def other_name(context, other=None):
    return context


def by_keyword(context, *, handle=None):
    return context


def many(context, *handle):
    return context


async def later(context, handle):
    return context


class Methods:
    def bound(self, context, handle):
        return context

    def plain(self, context):
        return context

    def __call__(self, context, handle):
        return context


@pytest.mark.parametrize("function, has_handle", [
    (one, False), (by_name, True), (by_long_name, True), (with_default, True),
    (other_name, False), (by_keyword, False), (many, False), (later, True),
    (Methods().bound, True), (Methods().plain, False), (Methods(), True), (dict, False),
    (lambda context, handle: context, True), (lambda handle: handle, False),
    (functools.partial(by_name), True),
])
def test_handle_is_passed_by_the_name_of_the_second_parameter(function, has_handle):
    assert takes_handle(function) is has_handle


def test_blocks_may_stand_in_each_other():
    with WorkflowBuilder("outer") as outer:
        @task()
        def before(context):
            return context

        with WorkflowBuilder("inner") as inner:
            @task()
            def within(context):
                return context

        @task()
        def after(context):
            return context

    assert [one.id for one in outer._tasks] == ["before", "after"]
    assert [one.id for one in inner._tasks] == ["within"]


def test_decorated_functions_are_called_as_ever():
    with WorkflowBuilder("w"):
        @task(id="a")
        def function(context, handle):
            context.set("done", True)
            return context

    assert function(sluice.Context(), None)["done"] is True
