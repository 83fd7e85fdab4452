# SPDX-License-Identifier: Apache-2.0
"""The 200 rules of the soak: 8 kinds with 25 each, which overlap."""

import itertools
import random

from history import Rule, Shape, Versions

KINDS = ("alder", "birch", "cedar", "elder", "hazel", "larch", "maple", "rowan")
FIELDS = ("customer", "region", "tier")
ERA_SECONDS = 10  # failures and successes stay: what they hold up is a part of the tasks only

# Each task of a kind has these, so what they count is what they limit, and they are judged sharply.
COMMON = {
    ("Concurency", ()): 10,
    ("Concurency", ("customer",)): 4,
    ("Concurency", ("customer", "region")): 2,
    ("Capacity", ("region",)): 60,
}
# And of these some tasks have one or two.
OFTEN = {
    ("Concurency", ("region",)): 5,
    ("Concurency", ("tier",)): 4,
    ("Concurency", ("customer", "tier")): 2,
    ("Concurency", ("region", "tier")): 2,
    ("Concurency", ("customer", "region", "tier")): 1,
    ("Capacity", ()): 90,
    ("Capacity", ("customer",)): 30,
    ("Capacity", ("tier",)): 40,
    ("Capacity", ("customer", "region")): 20,
    ("Capacity", ("customer", "tier")): 15,
    ("Capacity", ("region", "tier")): 20,
    ("Capacity", ("customer", "region", "tier")): 10,
}
# Of another kind than the task's own.
BESIDE = {
    ("Concurency", ()): 8,
    ("Concurency", ("customer",)): 3,
    ("Capacity", ("region",)): 40,
}
# Of other statuses than Running.
STANDING = {
    ("Paused", ()): 6,
    ("Paused", ("region",)): 3,
    ("Failure", ("era",)): 4,
    ("Failure", ("customer", "era")): 2,
    ("Success", ("customer", "region", "era")): 6,
    ("Waiting", ("era",)): 30,
}


def rules_of(kind, beside):
    """name → rule; a rule that is stored has its id as the name later."""
    running = [*COMMON.items(), *OFTEN.items()]
    for (type_, fields), limit in running:
        yield Rule(Shape(type_, "Running", kind, fields), Versions(limit))
    for (type_, fields), limit in BESIDE.items():
        yield Rule(Shape(type_, "Running", beside, fields), Versions(limit))
    for (status, fields), limit in STANDING.items():
        yield Rule(Shape("Concurency", status, kind, fields), Versions(limit))


class RuleBook:
    """Which rules a task of a kind may have. Those of the first half of the kinds are stored."""

    def __init__(self):
        self.rules = {
            kind: list(rules_of(kind, KINDS[(i + 1) % len(KINDS)])) for i, kind in enumerate(KINDS)
        }
        self.ids = {}  # of stored rules, by their places in `rules`

    def all(self):
        return itertools.chain.from_iterable(self.rules.values())

    def stored(self):
        """(place, rule) of those that the servers keep, and whose limits are edited."""
        for kind in KINDS[: len(KINDS) // 2]:
            for i in range(len(COMMON)):
                yield (kind, i), self.rules[kind][i]

    def choose(self, kind, rng):
        """Places of the rules of a new task."""
        chosen = list(range(len(COMMON)))
        first, last = len(COMMON), len(COMMON) + len(OFTEN)
        chosen += rng.sample(range(first, last), rng.choice((0, 1, 1, 2)))
        first, last = last, last + len(BESIDE)
        if rng.random() < 0.15:
            chosen.append(rng.randrange(first, last))
        first, last = last, last + len(STANDING)
        if rng.random() < 0.12:
            chosen.append(rng.randrange(first, last))
        rng.shuffle(chosen)
        return [(kind, i) for i in chosen]

    def rule(self, place):
        kind, i = place
        return self.rules[kind][i]

    def wire(self, place):
        """As a request has it."""
        if place in self.ids:
            return {"ref": self.ids[place]}
        return document(self.rule(place))


def document(rule, limit=None):
    shape = rule.shape
    word = "max_capacity" if shape.type == "Capacity" else "max_concurency"
    limit = rule.limit.newest() if limit is None else limit
    matcher = {"status": shape.status, "kind": shape.kind, "fields": list(shape.fields)}
    return {"type": shape.type, word: limit, "matcher": matcher}


def new_metadata(rng: random.Random, era):
    return {"customer": rng.randrange(4), "region": rng.choice(("eu", "us", "asia")),
            "tier": rng.choice(("free", "paid")), "era": era}
