# SPDX-License-Identifier: Apache-2.0
"""What an observer outside the servers knows of tasks: what it has sent, and what has come.

All times are of one clock, that of the observer. An effect of a request lies somewhere between its
sending and its answer, so both are kept.
"""

import dataclasses
import math
import threading

FOREVER = math.inf


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a rule looks at; together with values of metadata, what it counts."""

    type: str  # "Concurency" or "Capacity"
    status: str
    kind: str
    fields: tuple


class Versions:
    """A value that is edited: which values may have held at a time.

    A new value may hold from the moment at which it is sent. The one before may hold until the
    answer has come; when none comes, or a refusal after a broken try, it may hold for ever.
    """

    def __init__(self, value, since=-FOREVER):
        self._spans = [[since, FOREVER, value]]

    def sent(self, value, at):
        self._spans.append([at, FOREVER, value])

    def answered(self, at):
        """The last value that was sent holds."""
        for span in self._spans[:-1]:
            span[1] = min(span[1], at)

    def possible(self, begin, end):
        return [value for since, until, value in self._spans if since <= end and until >= begin]

    def newest(self):
        return self._spans[-1][2]


@dataclasses.dataclass(frozen=True)
class Rule:
    shape: Shape
    limit: Versions  # shared by all users of a stored rule


@dataclasses.dataclass
class Attempt:
    arrivals: list = dataclasses.field(default_factory=list)
    keys: set = dataclasses.field(default_factory=set)
    confirmed: list = dataclasses.field(default_factory=list)  # a server has shown it as Running
    end_sent: float = FOREVER  # just before the first try to report its end
    accepted: bool = False  # a report that names this attempt was answered with 200
    busy: bool = False  # a report is planned or under way
    sending: bool = False  # a report is under way


class Task:
    def __init__(self, kind, metadata, rules, expected, posted, *, preemptible=False,
                 forgotten=False, has_retry=False):
        self.id = None
        self.batch = None
        self.kind = kind
        self.metadata = Versions(metadata)
        self.rules = Versions(tuple(rules))
        self.expected = Versions(expected)
        self.posted = posted  # just before the POST was sent
        self.preemptible = preemptible
        self.forgotten = forgotten  # its target never reports: it times out
        self.has_retry = has_retry
        self.is_child = False
        self.is_over = False  # as far as is known
        self.attempts = {}
        self.stops = []  # just before something was sent that may have taken it from Running
        self.counts = []  # (just before it was sent, reports in it)
        self.paused = []  # [answer to the pause, just before the resume or the end]
        self.ended = []  # [status, answer to the report, just before a retry]

    def attempt(self, number):
        return self.attempts.setdefault(number, Attempt())

    def reported_by(self, at):
        return sum(count for sent, count in self.counts if sent <= at)

    def stop(self, at):
        """Something is about to be sent that ends or pauses it."""
        self.stops.append(at)
        for span in self.paused:
            span[1] = min(span[1], at)


class History:
    """All tasks of a run. Its lock guards them: many threads tell what they see."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tasks = {}
        self.kills = []  # just before each, of whatever server

    def add(self, task):
        self.tasks[task.id] = task
