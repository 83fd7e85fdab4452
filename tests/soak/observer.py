# SPDX-License-Identifier: Apache-2.0
"""The target of all webhooks: remembers when starts came, works for a while, and reports."""

import heapq
import itertools
import random
import threading

from history import Attempt, History, Task
from servers import Asker, now
from webhook_target import Target

REPORTERS = 8


class Agenda:
    """What is to be done later, by a few threads that each have an Asker."""

    def __init__(self, servers, threads):
        self._due = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        for _ in range(threads):
            asker = Asker(servers)
            threading.Thread(target=self._work, args=(asker,), daemon=True).start()

    def add(self, delay, action):
        with self._changed:
            heapq.heappush(self._due, (now() + delay, next(self._order), action))
            self._changed.notify()

    def _take(self):
        with self._changed:
            while True:
                wait = self._due[0][0] - now() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)

    def _work(self, asker):
        while True:
            self._take()(asker)


class Observer:
    def __init__(self, servers, seed):
        self.history = History()
        self.by_reference = {}  # what a webhook's body says → task, before it has an id
        self.starts = self.ends = self.displaced = self.repeated = 0
        self.refused = []  # what no server should have answered
        self._rng = random.Random(seed)
        self._agenda = Agenda(servers, REPORTERS)
        self._target = Target(self._behave)

    @property
    def url(self):
        return self._target.url

    def close(self):
        self._target.close()

    def _behave(self, webhook):
        at = now()
        task = self.by_reference[webhook.body["reference"]]
        with self.history.lock:
            if webhook.trigger == "start":
                self._started(task, webhook, at)
            elif webhook.trigger == "cancel" and task.preemptible and not task.stops:
                self.displaced += 1
        return 200, None

    def _started(self, task: Task, webhook, at):
        task.id = webhook.task  # which may come before the answer to its POST
        number = int(webhook.headers["x-task-attempt"])
        attempt = task.attempt(number)
        self.starts += 1
        self.repeated += bool(attempt.arrivals)
        attempt.arrivals.append(at)
        attempt.keys.add(webhook.key)
        if not attempt.busy and not task.forgotten:
            self._begin(task, number, attempt)

    def _begin(self, task, number, attempt: Attempt):
        attempt.busy = True
        length = self._rng.expovariate(1 / 0.35)
        if self._rng.random() < 0.5:
            self._agenda.add(length / 2, lambda asker: self._count(asker, task))
        self._agenda.add(length, lambda asker: self._report(asker, task, number, attempt))

    def _count(self, asker, task):
        count = self._rng.randint(1, 3)
        with self.history.lock:
            task.counts.append((now(), count))
        # Once: broken off and sent again, it might count twice.
        asker.once("PUT", f"/task/{task.id}", {"new_success": count})

    def _report(self, asker, task, number, attempt):
        arrivals = len(attempt.arrivals)
        body = {"status": "Success", "attempt": number, "new_success": self._rng.randint(1, 4)}
        if self._rng.random() < 0.15:
            body |= {"status": "Failure", "failure_reason": "as chance would have it"}
        with self.history.lock:
            attempt.sending = True
            at = now()
            attempt.end_sent = min(attempt.end_sent, at)
            for span in task.paused:
                span[1] = min(span[1], at)
            task.counts.append((at, body["new_success"]))
        status, answer = asker.ask("PATCH", f"/task/{task.id}", body)
        with self.history.lock:
            attempt.sending = False
            self._reported(task, number, attempt, body, status)
            if status not in (200, 404, 409):
                self.refused.append(f"PATCH {task.id} {body}: {status} {answer}")
            # Its server was killed before it knew of the start: the same start has come again.
            if status == 404 and len(attempt.arrivals) > arrivals:
                self._begin(task, number, attempt)

    def _reported(self, task, number, attempt, body, status):
        attempt.busy = False
        if status != 200:
            return
        self.ends += 1
        attempt.accepted = True
        if body["status"] == "Success" or not task.has_retry:
            task.is_over = True
            task.ended.append([body["status"], now(), float("inf")])


def confirm_running(servers, history, stopped):
    """Asks again and again who runs: what is Running belongs to no server (judge.py)."""
    asker = Asker(servers)
    while not stopped.wait(0.5):
        for page in range(3):
            status, rows = asker.json("GET", f"/task?status=Running&page_size=100&page={page}")
            at = now()
            with history.lock:
                for row in rows if status == 200 else ():
                    task = history.tasks.get(row["id"])
                    attempt = task and task.attempt(row["attempt"])
                    if attempt and not attempt.confirmed:
                        attempt.confirmed.append(at)
            if len(rows) < 100:
                break
