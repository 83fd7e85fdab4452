# SPDX-License-Identifier: Apache-2.0
"""Did a task start above its rules? Judged by what is certain from outside, and by that alone.

The rule (I4): when a task with a rule is claimed, the tasks that match, it among them if it
matches, are at most the maximum (Capacity: what the others have left is below it). The moment of
the claim is unknown from outside. What is known of an attempt is

  lower    not claimed before: its POST was sent then, or the attempt before it had arrived then;
  entered  claimed by then, and held without a gap from its claim until
  left     just before the first thing was sent that could have ended or paused it.

Why these are certain:

- An arrival at the target proves the claim. When a server is killed that has not written down the
  target's answer, its task goes back and is claimed again with the same key: the target works,
  while the store, rightly, gives the place away. So if any server was killed between `lower` and
  `left`, or if the start came twice, the attempt counts only from when a server has shown it as
  Running: from then on it belongs to no server and survives them all.
- A start whose answer came too late has failed the task, and a preemptible task may be displaced
  without our knowing. So an attempt counts only if a report that names it was accepted later (that
  of another one is refused), or, unless it is preemptible, if a server has shown it as Running:
  what ends it then, we have sent ourselves.
- A task whose target never reports may time out at any time: it is never counted.
- A task that was paused between `lower` and `entered` may have been claimed before and after: it is
  not counted. Nor is one after a resume, for that is no claim: what runs again may go above.
- Metadata: a task counts under values only if all metadata that it may have had since `lower` have
  them. What moves into a full group by an edit does not start, and is no violation.
- Rules: a task carries a rule only if each set of rules that it may have had before `entered` has
  it. A limit that was edited counts with the largest value that may have held.
- Capacity: what is left of a task is at least the smallest of the expected counts that it may have
  had, less all that was sent of its reports, answered or not.

A violation is looked for at each `entered`, because what is certain grows only there. Let C be the
certain holders of a place at that time T that carry the rule, and m the latest `lower` of them. One
of them was claimed last, at some time between m and its `entered`; all of C and the others that
match without carrying the rule and have entered by m (N) held their places then. So |C| + |N| may
not be above the largest limit that may have held for one which may have been the last.
Tasks outside the rule's kind or status are not in C: they only look, so their own window is what
counts, and N is what has held from before it until after it.
"""

import collections
import dataclasses

from history import FOREVER


@dataclasses.dataclass(eq=False)
class Interval:
    """A place that is held for certain."""

    task: object
    number: int
    lower: float
    entered: float
    left: float
    carried: dict = None  # Shape → limits (Versions) of which one holds

    def window(self):
        return self.lower, self.entered


@dataclasses.dataclass
class Verdict:
    violations: list
    most: dict  # (shape, values) → (most that was certain, largest limit then)
    judged: int  # starts
    certain: int  # of which the place was certain


def lower_of(task, number):
    before = [each for each in task.attempts if each < number]
    if not before:
        return task.posted
    arrivals = task.attempts[max(before)].arrivals
    return max([task.posted, *arrivals[:1]])


def interval_of(task, number, kills):
    """Of one attempt; nothing when no time is certain."""
    attempt = task.attempts[number]
    if task.forgotten or not attempt.arrivals:
        return None
    if not attempt.accepted and (task.preemptible or not attempt.confirmed):
        return None
    lower = lower_of(task, number)
    left = min([attempt.end_sent, *(at for at in task.stops if at >= lower)])
    entered = attempt.arrivals[0]
    if len(attempt.arrivals) > 1 or any(lower <= kill <= left for kill in kills):
        entered = min(attempt.confirmed, default=FOREVER)
    return Interval(task, number, lower, entered, left) if entered < left else None


def intervals_of(history):
    found = []
    for task in history.tasks.values():
        for number in task.attempts:
            interval = interval_of(task, number, history.kills)
            if interval:
                interval.carried = carried_rules(task, *interval.window())
                found.append(interval)
    return sorted(found, key=lambda interval: interval.entered)


def carried_rules(task, begin, end):
    """The rules that each possible set has, with all limits that it may have."""
    sets = task.rules.possible(begin, end)
    shapes = set.intersection(*({rule.shape for rule in rules} for rules in sets))
    return {
        shape: [rule.limit for rules in sets for rule in rules if rule.shape == shape]
        for shape in shapes
    }


def values_of(task, fields, begin, end):
    """The values under the fields, when they are the same all the time; else nothing."""
    found = {
        tuple(metadata[field] for field in fields) if set(fields) <= set(metadata) else None
        for metadata in task.metadata.possible(begin, end)
    }
    return found.pop() if len(found) == 1 else None


def largest(limits, begin, end):
    return max(value for limit in limits for value in limit.possible(begin, end))


def left_to_do(task, lower, at):
    expected = task.expected.possible(lower, at)
    if None in expected:
        return 0
    return max(0, min(expected) - task.reported_by(at))


class Judge:
    def __init__(self, history):
        self._history = history
        self._running = collections.defaultdict(list)  # kind → intervals that are not over
        self._standing = collections.defaultdict(list)  # (kind, status) → (task, entered, left)
        self._by_values = {}  # (kind, status, fields) → values → the same
        self._verdict = Verdict([], {}, 0, 0)
        for task in history.tasks.values():
            for entered, left in task.paused:
                self._standing[task.kind, "Paused"].append((task, entered, left))
            for status, entered, left in task.ended:
                self._standing[task.kind, status].append((task, entered, left))

    def judge(self):
        self._verdict.judged = sum(
            len(task.attempts) for task in self._history.tasks.values())
        for interval in intervals_of(self._history):
            self._verdict.certain += 1
            kind = interval.task.kind
            self._running[kind] = [
                other for other in self._running[kind] if other.left > interval.entered
            ] + [interval]
            for shape, limits in interval.carried.items():
                self._judge(interval, shape, limits)
        return self._verdict

    def _judge(self, start, shape, limits):
        values = values_of(start.task, shape.fields, *start.window())
        if values is None:
            return
        if shape.kind == start.task.kind and shape.status == "Running":
            self._judge_holders(start, shape, values)
        elif shape.status == "Running":
            self._judge_onlooker(start, shape, limits, values)
        else:
            self._judge_standing(start, shape, limits, values)

    def _judge_holders(self, start, shape, values):
        now = start.entered
        matching = [
            other for other in self._running[shape.kind]
            if values_of(other.task, shape.fields, other.lower, now) == values
        ]
        carriers = [other for other in matching if shape in other.carried]
        if start not in carriers:
            return  # its metadata may change while it enters
        latest = max(other.lower for other in carriers)
        others = [other for other in matching
                  if shape not in other.carried and other.entered <= latest]
        last = [other for other in carriers if other.entered >= latest]
        limit = max(largest(other.carried[shape], latest, other.entered) for other in last)
        if shape.type == "Capacity":
            left = {id(each): left_to_do(each.task, each.lower, now) for each in carriers + others}
            amount = sum(left.values()) - max(left[id(each)] for each in last)
            self._weigh(start, shape, values, amount, limit - 1)
        else:
            self._weigh(start, shape, values, len(carriers) + len(others), limit)

    def _judge_onlooker(self, start, shape, limits, values):
        now = start.entered
        matching = [
            other for other in self._running[shape.kind]
            if other.entered <= start.lower and other.left > now
            and values_of(other.task, shape.fields, other.lower, now) == values
        ]
        limit = largest(limits, *start.window())
        if shape.type == "Capacity":
            amount = sum(left_to_do(each.task, each.lower, now) for each in matching)
            self._weigh(start, shape, values, amount, limit - 1)
        else:
            self._weigh(start, shape, values, len(matching), limit)

    def _judge_standing(self, start, shape, limits, values):
        """Tasks that are paused or final. Those that wait or are pending are never certain."""
        matching = [
            task for task, entered, left in self._standing_with(shape)[values]
            if entered <= start.lower and left > start.entered
            and values_of(task, shape.fields, start.lower, start.entered) == values
        ]
        self._weigh(start, shape, values, len(matching), largest(limits, *start.window()))

    def _standing_with(self, shape):
        """By the newest values: whoever had others may be left out, for that is certain of less."""
        key = shape.kind, shape.status, shape.fields
        if key not in self._by_values:
            found = self._by_values[key] = collections.defaultdict(list)
            for entry in self._standing[key[:2]]:
                metadata = entry[0].metadata.newest()
                if set(shape.fields) <= set(metadata):
                    found[tuple(metadata[field] for field in shape.fields)].append(entry)
        return self._by_values[key]

    def _weigh(self, start, shape, values, amount, limit):
        most, its_limit = self._verdict.most.get((shape, values), (0, FOREVER))
        if amount - limit > most - its_limit:
            self._verdict.most[shape, values] = (amount, limit)
        if amount > limit:
            self._verdict.violations.append(
                f"{start.task.id} attempt {start.number} at {start.entered:.3f}: {amount} under "
                f"{shape} {values}, {limit} are allowed"
            )


def key_problems(history):
    """One attempt has one key, however often its start comes."""
    for task in history.tasks.values():
        for number, attempt in task.attempts.items():
            if len(attempt.keys) > 1:
                yield f"{task.id}: attempt {number} came with the keys {sorted(attempt.keys)}"


def overlap_problems(history):
    """Another attempt does not start while one runs for certain."""
    for task in history.tasks.values():
        for number in task.attempts:
            held = interval_of(task, number, history.kills)
            if held is None:
                continue
            for later, attempt in task.attempts.items():
                early = [at for at in attempt.arrivals if held.entered <= at < held.left]
                if later > number and early:
                    yield f"{task.id}: attempt {later} came while {number} ran, at {early[0]:.3f}"


def judge(history):
    verdict = Judge(history).judge()
    verdict.violations += [*key_problems(history), *overlap_problems(history)]
    return verdict
