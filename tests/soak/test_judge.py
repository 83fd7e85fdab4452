# SPDX-License-Identifier: Apache-2.0
"""The judge of the soak finds a planted violation, and accuses nobody who is innocent."""

import pytest

from history import History, Rule, Shape, Task, Versions
from judge import judge

KIND = Shape("Concurency", "Running", "build", ())
CUSTOMER = Shape("Concurency", "Running", "build", ("customer",))
CAPACITY = Shape("Capacity", "Running", "build", ())


class Scene:
    """A history that is written by hand. Times are seconds."""

    def __init__(self):
        self.history = History()

    def task(self, rules, arrives, ends, *, posted=None, kind="build", customer=1, **more):
        expected = more.pop("expected", None)
        task = Task(kind, {"customer": customer}, rules, expected,
                    arrives - 0.1 if posted is None else posted, **more)
        task.id = f"task {len(self.history.tasks)}"
        self.history.add(task)
        attempt = task.attempt(1)
        attempt.arrivals.append(arrives)
        attempt.keys.add(f"{task.id}:start")
        attempt.end_sent, attempt.accepted = ends, True
        return task

    def violations(self):
        return judge(self.history).violations


def rule(shape, limit):
    return Rule(shape, Versions(limit))


@pytest.fixture
def scene():
    return Scene()


def test_as_many_as_are_allowed_pass(scene):
    rules = [rule(KIND, 2)]
    for arrives, ends in [(1, 5), (2, 6), (5.1, 8), (6.1, 9)]:
        scene.task(rules, arrives, ends)
    verdict = judge(scene.history)
    assert verdict.violations == []
    assert verdict.most == {(KIND, ()): (2, 2)}


def test_one_too_many_is_found(scene):
    rules = [rule(KIND, 2)]
    for arrives, ends in [(1, 5), (2, 6), (4, 8)]:
        scene.task(rules, arrives, ends)
    [violation] = scene.violations()
    assert violation.startswith("task 2 attempt 1 at 4.000: 3 under")


def test_values_are_told_apart(scene):
    rules = [rule(CUSTOMER, 1)]
    scene.task(rules, 1, 5, customer=1)
    scene.task(rules, 2, 5, customer=2)
    assert scene.violations() == []
    scene.task(rules, 3, 5, customer=2)
    assert len(scene.violations()) == 1


def test_a_task_without_the_rule_counts_when_it_ran_before(scene):
    scene.task([], 1, 9)
    scene.task([rule(KIND, 1)], 3, 5, posted=2)
    assert len(scene.violations()) == 1


def test_a_task_without_the_rule_may_come_later(scene):
    scene.task([rule(KIND, 1)], 3, 9)
    scene.task([], 4, 9)
    assert scene.violations() == []


def test_who_was_claimed_first_is_not_guessed(scene):
    scene.task([], 3, 9, posted=1)
    scene.task([rule(KIND, 1)], 3.1, 9, posted=1)
    assert scene.violations() == []


@pytest.mark.parametrize("edited_at, violations", [(1.5, 1), (2.5, 0)])
def test_an_edited_limit_counts_with_its_largest_value(scene, edited_at, violations):
    limit = Versions(2)
    limit.sent(1, edited_at)
    limit.answered(edited_at + 0.1)
    rules = [Rule(KIND, limit)]
    scene.task(rules, 1, 9)
    scene.task(rules, 3, 9, posted=2)
    assert len(scene.violations()) == violations


def test_an_edit_without_an_answer_may_have_failed(scene):
    limit = Versions(2)
    limit.sent(1, 0.5)
    scene.task([Rule(KIND, limit)], 1, 9)
    scene.task([Rule(KIND, limit)], 3, 9)
    assert scene.violations() == []


def test_edited_metadata_are_not_held_against_anybody(scene):
    rules = [rule(CUSTOMER, 1)]
    moved = scene.task(rules, 1, 9, customer=2)
    moved.metadata.sent({"customer": 1}, 2)
    moved.metadata.answered(2.1)
    scene.task(rules, 3, 9, customer=1)
    assert scene.violations() == []


def test_rules_that_were_replaced_bind_nobody(scene):
    task = scene.task([rule(KIND, 1)], 1, 9)
    task.rules.sent((), 0.95)
    scene.task([rule(KIND, 1)], 0.5, 9, posted=0.1)
    assert scene.violations() == []


def test_a_paused_task_takes_no_room(scene):
    rules = [rule(KIND, 1)]
    scene.task(rules, 1, 9).stop(2)
    scene.task(rules, 3, 9)
    assert scene.violations() == []


def test_a_displaced_task_takes_no_room(scene):
    rules = [rule(KIND, 1)]
    displaced = scene.task(rules, 1, 9, preemptible=True)
    displaced.attempt(1).accepted = False
    scene.task(rules, 3, 9)
    assert scene.violations() == []
    displaced.attempt(1).accepted = True
    assert len(scene.violations()) == 1


def test_a_start_whose_server_was_killed_counts_once_it_is_seen_running(scene):
    rules = [rule(KIND, 1)]
    first = scene.task(rules, 1, 9)
    scene.history.kills.append(1.1)
    scene.task(rules, 3, 9, posted=1.5)
    assert scene.violations() == []
    first.attempt(1).confirmed.append(2)
    assert len(scene.violations()) == 1


def test_capacity_is_what_the_others_have_left(scene):
    rules = [rule(CAPACITY, 10)]
    first = scene.task(rules, 1, 9, expected=12)
    first.counts.append((2, 3))
    scene.task(rules, 3, 9, expected=100)
    assert scene.violations() == []  # 9 are left, and its own size does not count
    scene.task(rules, 4, 9, expected=1)
    [violation] = scene.violations()
    assert "109 under" in violation  # the third was certainly the last


def test_a_rule_on_another_kind_only_looks(scene):
    shape = Shape("Concurency", "Running", "test", ())
    scene.task([], 1, 9, kind="test")
    scene.task([rule(shape, 1)], 3, 5, posted=2)
    assert scene.violations() == []
    scene.task([], 1, 9, kind="test")
    assert len(scene.violations()) == 1


def test_failures_hold_up_who_comes_after_them(scene):
    shape = Shape("Concurency", "Failure", "build", ("customer",))
    scene.task([], 1, 2).ended.append(["Failure", 2.1, 99])
    scene.task([rule(shape, 0)], 4, 5, posted=2)
    assert scene.violations() == []
    scene.task([rule(shape, 0)], 4, 5, posted=3)
    assert len(scene.violations()) == 1


def test_one_attempt_has_one_key(scene):
    task = scene.task([], 1, 9)
    task.attempt(1).keys.add("another")
    [violation] = scene.violations()
    assert "attempt 1 came with the keys" in violation


def test_an_attempt_that_runs_is_not_started_again(scene):
    task = scene.task([], 1, 9)
    second = task.attempt(2)
    second.arrivals.append(3)
    second.keys.add(f"{task.id}:2:start")
    [violation] = scene.violations()
    assert "attempt 2 came while 1 ran" in violation
