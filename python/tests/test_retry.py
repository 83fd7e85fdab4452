# SPDX-License-Identifier: Apache-2.0
"""Policies: what they say, what the engine reads, and what is refused."""

import pytest

from sluice import BackoffStrategy, RetryCondition, RetryPolicy
from sluice._retry_words import policy_of

DEFAULT = {
    "max_attempts": 3, "initial_delay_ms": 1000, "max_delay_ms": 60_000, "jitter": True,
    "backoff": "exponential", "base": 2.0, "multiplier": 1.0, "condition": "all",
}


def test_default_is_that_of_the_contract():
    policy = RetryPolicy.default()
    assert policy.document() == DEFAULT
    assert policy == RetryPolicy.builder().build()
    assert (policy.max_attempts, policy.initial_delay, policy.max_delay) == (3, 1.0, 60.0)
    assert policy.with_jitter is True


def test_builder_takes_seconds_and_gives_new_builders():
    first = RetryPolicy.builder()
    second = first.max_attempts(5).initial_delay(0.25).max_delay(2.5).with_jitter(False)
    assert second.build().document() == {
        **DEFAULT, "max_attempts": 5, "initial_delay_ms": 250, "max_delay_ms": 2500,
        "jitter": False,
    }
    assert first.build().document() == DEFAULT


STRATEGIES = [
    (BackoffStrategy.fixed(), {"backoff": "fixed"}, "BackoffStrategy.Fixed"),
    (BackoffStrategy.linear(), {"backoff": "linear", "multiplier": 1.0},
     "BackoffStrategy.Linear(multiplier=1.0)"),
    (BackoffStrategy.linear(1.5), {"backoff": "linear", "multiplier": 1.5},
     "BackoffStrategy.Linear(multiplier=1.5)"),
    (BackoffStrategy.exponential(), {"backoff": "exponential", "base": 2.0, "multiplier": 1.0},
     "BackoffStrategy.Exponential(base=2.0, multiplier=1.0)"),
    (BackoffStrategy.exponential(3), {"backoff": "exponential", "base": 3.0, "multiplier": 1.0},
     "BackoffStrategy.Exponential(base=3.0, multiplier=1.0)"),
    (BackoffStrategy.exponential(3.0, 0.5),
     {"backoff": "exponential", "base": 3.0, "multiplier": 0.5},
     "BackoffStrategy.Exponential(base=3.0, multiplier=0.5)"),
]


@pytest.mark.parametrize("strategy, document, text", STRATEGIES, ids=[row[2] for row in STRATEGIES])
def test_strategies_say_what_they_are(strategy, document, text):
    said = RetryPolicy.builder().backoff_strategy(strategy).build()
    assert document.items() <= said.document().items()
    assert repr(strategy) == text and said.backoff_strategy == strategy


def test_parameters_of_another_strategy_are_not_said():
    document = RetryPolicy.builder().backoff_strategy(BackoffStrategy.fixed()).build().document()
    assert not {"base", "multiplier"} & set(document)


CONDITIONS = [
    (RetryCondition.never(), {"condition": "never"}, "RetryCondition.Never"),
    (RetryCondition.transient_only(), {"condition": "transient"}, "RetryCondition.TransientOnly"),
    (RetryCondition.all_errors(), {"condition": "all"}, "RetryCondition.AllErrors"),
    (RetryCondition.error_pattern(["a", "b"]), {"condition": "patterns", "patterns": ["a", "b"]},
     "RetryCondition.ErrorPattern(patterns=['a', 'b'])"),
]


@pytest.mark.parametrize("condition, document, text", CONDITIONS,
                         ids=[row[2] for row in CONDITIONS])
def test_conditions_say_what_they_are(condition, document, text):
    said = RetryPolicy.builder().retry_condition(condition).build()
    assert document.items() <= said.document().items()
    assert repr(condition) == text and said.retry_condition == condition


def test_choices_are_equal_by_what_they_say():
    assert BackoffStrategy.linear(2) == BackoffStrategy.linear(2.0)
    assert BackoffStrategy.linear(2) != BackoffStrategy.linear(3)
    assert RetryCondition.never() != RetryCondition.all_errors()
    assert len({RetryCondition.never(), RetryCondition.never()}) == 1


@pytest.mark.parametrize("call", [
    lambda: BackoffStrategy.linear(0), lambda: BackoffStrategy.linear(-1),
    lambda: BackoffStrategy.exponential(float("inf")),
    lambda: BackoffStrategy.exponential(2, float("nan")),
    lambda: RetryCondition.error_pattern("timeout"), lambda: RetryCondition.error_pattern([1]),
    lambda: RetryPolicy.builder().max_attempts(-1),
    lambda: RetryPolicy.builder().max_attempts(1001),
    lambda: RetryPolicy.builder().initial_delay(-0.1),
    lambda: RetryPolicy.builder().max_delay(float("inf")),
])
def test_values_out_of_range_are_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize("call", [
    lambda: RetryPolicy.builder().backoff_strategy("fixed"),
    lambda: RetryPolicy.builder().retry_condition("never"),
])
def test_builder_takes_no_words(call):
    with pytest.raises(TypeError):
        call()


def test_no_attempts_means_one_try():
    assert RetryPolicy.builder().max_attempts(0).build().max_attempts == 1
    assert policy_of({"retry_attempts": 0}).max_attempts == 1


def test_repr_is_named_and_shows_the_members():
    text = repr(RetryPolicy.default())
    assert text == "RetryPolicy(max_attempts=3, initial_delay=1.0s, max_delay=60.0s, jitter=True)"


def test_should_retry_counts_attempts():
    policy = RetryPolicy.builder().max_attempts(3).build()
    assert [policy.should_retry(n, "some error") for n in (1, 2, 3, 4)] == [
        True, True, False, False,
    ]


def test_delay_is_in_seconds_and_capped():
    policy = RetryPolicy.builder().initial_delay(2.0).max_delay(2.0).with_jitter(False).build()
    assert policy.calculate_delay(1) == 2.0
    assert policy.calculate_delay(100) == 2.0


WORDS = [
    ({}, {}),
    ({"retry_attempts": 5}, {"max_attempts": 5}),
    ({"retry_backoff": "fixed"}, {"backoff": "fixed"}),
    ({"retry_backoff": "linear"}, {"backoff": "linear", "multiplier": 1.0}),
    ({"retry_backoff": "exponential"}, {"backoff": "exponential", "base": 2.0}),
    ({"retry_backoff": BackoffStrategy.linear(3)}, {"backoff": "linear", "multiplier": 3.0}),
    ({"retry_delay_ms": 50}, {"initial_delay_ms": 50}),
    ({"retry_delay_ms": 0}, {"initial_delay_ms": 0}),
    ({"retry_max_delay_ms": 70}, {"max_delay_ms": 70}),
    ({"retry_condition": "never"}, {"condition": "never"}),
    ({"retry_condition": "transient"}, {"condition": "transient"}),
    ({"retry_condition": "all"}, {"condition": "all"}),
    ({"retry_condition": ["a"]}, {"condition": "patterns", "patterns": ["a"]}),
    ({"retry_condition": ("a", "b")}, {"condition": "patterns", "patterns": ["a", "b"]}),
    ({"retry_condition": RetryCondition.never()}, {"condition": "never"}),
    ({"retry_jitter": False}, {"jitter": False}),
]


@pytest.mark.parametrize("words, members", WORDS, ids=[str(words) for words, _ in WORDS])
def test_keywords_of_task_become_a_policy(words, members):
    document = policy_of(words).document()
    assert members.items() <= document.items()
    if "retry_attempts" not in words:
        assert document["max_attempts"] == 3


@pytest.mark.parametrize("words", [
    {"retry_attempts": -1}, {"retry_attempts": 1001}, {"retry_attempts": "3"},
    {"retry_attempts": 1.5}, {"retry_attempts": True}, {"retry_backoff": "cubic"},
    {"retry_backoff": "Fixed"}, {"retry_backoff": 1}, {"retry_delay_ms": -1},
    {"retry_delay_ms": "1s"}, {"retry_max_delay_ms": True}, {"retry_condition": "sometimes"},
    {"retry_condition": 7}, {"retry_condition": [7]},
], ids=str)
def test_unknown_values_of_keywords_are_errors(words):
    with pytest.raises(ValueError):
        policy_of(words)
