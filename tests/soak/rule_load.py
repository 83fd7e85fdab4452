# SPDX-License-Identifier: Apache-2.0
"""Random load for the soak of rules: new tasks, and whatever users may do to them meanwhile."""

import collections
import random

from history import Task
from rule_book import ERA_SECONDS, KINDS, document, new_metadata
from servers import Asker, now

LIVE_MAX = 400  # tasks that have not ended, without those that may be held up for ever
RECENT = 2000  # tasks that may still be edited
STAY = ("Failure", "Success")  # statuses that do not go away


def action(url, reference):
    return {"kind": "Webhook", "params": {"url": url, "verb": "Post",
                                          "body": {"reference": reference}},
            # A kill may come while the target answers: it is asked again soon.
            "retry": {"max_retries": 20, "initial_delay_secs": 0.1, "max_delay_secs": 1}}


class RuleLoad:
    def __init__(self, servers, observer, book, seed):
        self.posted = 0
        self.done = collections.Counter()  # what was done to tasks, and accepted
        self._observer = observer
        self._history = observer.history
        self._book = book
        self._poster = Asker(servers)  # of the thread that posts; the other is of all other calls
        self._asker = Asker(servers)
        self._rng = random.Random(seed)
        self._started_at = now()
        self._recent = collections.deque(maxlen=RECENT)
        self._batches = collections.deque(maxlen=RECENT // 6)
        self._resumes = collections.deque()  # (when, path, tasks)
        self._stored = []

    # --- new tasks -------------------------------------------------------------------------------

    def store_rules(self):
        for place, rule in self._book.stored():
            status, stored = self._asker.json(
                "POST", "/rules", document(rule) | {"name": "-".join(map(str, place))})
            assert status in (200, 201), stored
            self._book.ids[place] = stored["id"]
            self._stored.append((stored["id"], rule, rule.limit.newest()))

    def live(self):
        horizon = now() - 60
        with self._history.lock:
            return sum(
                not task.is_over and task.posted > horizon and not self._may_stay(task)
                for task in self._recent)

    def _may_stay(self, task):
        return any(rule.shape.status in STAY for rule in task.rules.newest())

    def post(self):
        count = self._rng.choice((1, 4, 8, 12))
        kinds = self._rng.sample(KINDS, 2)
        pairs = [self._new_task(i, self._rng.choice(kinds)) for i in range(count)]
        if count > 4 and self._rng.random() < 0.4:
            pairs[-1][1]["dependencies"] = [{"id": "0", "requires_success": True}]
            pairs[-1][0].is_child = True
        status, created = self._poster.json("POST", "/task", [wire for _, wire in pairs])
        assert status == 201, created
        with self._history.lock:
            batch = []
            for (task, _), row in zip(pairs, created):
                task.id, task.batch = row["id"], row["batch_id"]
                self._history.add(task)
                batch.append(task)
            self._recent.extend(batch)
            self._batches.append(batch)
            self.posted += len(batch)

    def _new_task(self, number, kind):
        rng, book = self._rng, self._book
        reference = f"{len(self._observer.by_reference)}"
        places = book.choose(kind, rng)
        metadata = new_metadata(rng, int((now() - self._started_at) / ERA_SECONDS))
        expected = rng.randint(3, 15)
        forgotten = rng.random() < 0.01
        task = Task(kind, metadata, [book.rule(place) for place in places], expected, now(),
                    preemptible=rng.random() < 0.1, forgotten=forgotten,
                    has_retry=rng.random() < 0.2)
        self._observer.by_reference[reference] = task
        wire = {
            "id": str(number), "name": f"soak {reference}", "kind": kind, "metadata": metadata,
            "expected_count": expected, "rules": [book.wire(place) for place in places],
            "timeout": 2 if forgotten else 86400, "priority": rng.randint(-5, 5),
            "preemptible": task.preemptible, "preempts": rng.random() < 0.05,
            "on_start": action(self._observer.url + "/start", reference),
            "on_cancel": [action(self._observer.url + "/cancel", reference)],
        }
        if task.has_retry:
            wire["retry"] = {"max_retries": 2, "initial_delay_secs": 1, "jitter": True}
        if rng.random() < 0.05:
            wire["delay"] = 2
        return task, wire

    # --- what is done to them --------------------------------------------------------------------

    def disturb(self):
        """One thing. By one thread, so that edits of one task do not overtake each other."""
        if self._resumes and self._resumes[0][0] <= now():
            return self._resume(*self._resumes.popleft()[1:])
        what, = self._rng.choices(
            (self._edit_metadata, self._edit_expected, self._edit_priority, self._edit_rules,
             self._edit_stored, self._cancel, self._cancel_batch, self._pause, self._pause_batch,
             self._retry),
            (20, 10, 10, 10, 6, 10, 2, 12, 2, 5))
        what()

    def _some_task(self):
        """One that has not ended, if some tries find it."""
        for _ in range(20):
            task = self._rng.choice(self._recent)
            if not task.is_over:
                return task
        return None

    def _edit(self, versions, value, body):
        task = self._some_task()
        if not task:
            return
        with self._history.lock:
            versions(task).sent(value(task), now())
            body = body(task)
        status, _ = self._asker.ask("PATCH", f"/task/{task.id}", body)
        if status == 200:
            with self._history.lock:
                versions(task).answered(now())
            self.done["edits"] += 1

    def _edit_metadata(self):
        def value(task):
            old = task.metadata.newest()
            return new_metadata(self._rng, old["era"])

        self._edit(lambda task: task.metadata, value,
                   lambda task: {"metadata": task.metadata.newest()})

    def _edit_expected(self):
        self._edit(lambda task: task.expected, lambda task: self._rng.randint(3, 20),
                   lambda task: {"expected_count": task.expected.newest()})

    def _edit_priority(self):
        task = self._some_task()
        body = {"priority": self._rng.randint(-10, 10)}
        if task and self._asker.ask("PATCH", f"/task/{task.id}", body)[0] == 200:
            self.done["edits"] += 1

    def _edit_rules(self):
        batch = self._rng.choice(self._batches)
        kind = batch[0].kind
        places = self._book.choose(kind, self._rng)
        rules = tuple(self._book.rule(place) for place in places)
        tasks = [task for task in batch if task.kind == kind]
        with self._history.lock:
            for task in tasks:
                task.rules.sent(rules, now())
        body = {"kind": kind, "rules": [self._book.wire(place) for place in places]}
        status, answer = self._asker.json("PATCH", f"/batch/{batch[0].batch}/rules", body)
        assert status == 200, answer
        with self._history.lock:
            for task in tasks:
                task.rules.answered(now())
        self.done["rules of batches"] += 1

    def _edit_stored(self):
        id_, rule, usual = self._rng.choice(self._stored)
        limit = max(1, usual + self._rng.randint(-2, 2))
        with self._history.lock:
            rule.limit.sent(limit, now())
        status, answer = self._asker.json("PUT", f"/rules/{id_}", document(rule, limit))
        assert status == 200, answer
        with self._history.lock:
            rule.limit.answered(now())
        self.done["stored rules"] += 1

    def _stop(self, tasks):
        with self._history.lock:
            at = now()
            for task in tasks:
                task.stop(at)

    def _cancel(self):
        task = self._some_task()
        if not task:
            return
        self._stop([task])
        if self._asker.ask("DELETE", f"/task/{task.id}")[0] == 200:
            task.is_over = True
            self.done["cancels"] += 1

    def _cancel_batch(self):
        batch = self._rng.choice(self._batches)
        self._stop(batch)
        status, answer = self._asker.ask("DELETE", f"/batch/{batch[0].batch}")
        assert status == 200, answer
        for task in batch:
            task.is_over = True
        self.done["batches canceled"] += 1

    def _pause(self):
        task = self._some_task()
        if not task:
            return
        self._stop([task])
        if self._asker.ask("PATCH", f"/task/pause/{task.id}")[0] != 200:
            return
        with self._history.lock:
            # A child ends with its parent, paused or not; a report may be taken while it is paused.
            if not task.is_child and not any(each.sending for each in task.attempts.values()):
                task.paused.append([now(), float("inf")])
        self.done["pauses"] += 1
        self._plan_resume(f"/task/resume/{task.id}", [task])

    def _pause_batch(self):
        batch = self._rng.choice(self._batches)
        self._stop(batch)
        self._asker.ask("PATCH", f"/batch/{batch[0].batch}/pause")
        self.done["batches paused"] += 1
        self._plan_resume(f"/batch/{batch[0].batch}/resume", batch)

    def _plan_resume(self, path, tasks):
        self._resumes.append((now() + 1.5, path, tasks))

    def _resume(self, path, tasks):
        self._stop(tasks)
        self._asker.ask("PATCH", path)

    def _retry(self):
        failed = [task for task in self._recent if task.ended and task.ended[-1][0] == "Failure"]
        if not failed:
            return
        task = self._rng.choice(failed)
        with self._history.lock:
            task.ended[-1][2] = min(task.ended[-1][2], now())
        if self._asker.ask("POST", f"/task/{task.id}/retry")[0] == 200:
            task.is_over = False
            self.done["retries"] += 1

    def resume_all(self):
        while self._resumes:
            self._resume(*self._resumes.popleft()[1:])
