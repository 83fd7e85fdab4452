# SPDX-License-Identifier: Apache-2.0
"""Two servers on one PostgreSQL, 200 rules, random load, edits and kills: does every rule hold?"""

import collections
import json
import pathlib
import random
import tempfile
import threading
import urllib.parse

from judge import judge
from observer import Observer, confirm_running
from rule_book import RuleBook
from rule_load import LIVE_MAX, RuleLoad
from servers import RESTS, Asker, Server, every_page, now

import checker  # of tests/functional, as servers.py has it
from scratch_postgres import ScratchPostgres

DRAIN_SECONDS = 180
LIVE_STATUSES = ("Claimed", "Running", "Paused")
KILL_SECONDS = (30, 60)  # between two kills


class RuleSoak:
    def __init__(self, binary, db_url, directory, seed):
        self.problems = []
        self.kills = 0
        self._db_url = db_url
        self._rng = random.Random(seed)
        # Dead ends are off: a parent that is canceled because of its child's end would surprise
        # the observer.
        self._servers = [
            Server(binary, db_url, directory, "--workers", "0", "--dead-end-cancel", "false")
            for _ in range(2)
        ]
        self._observer = Observer(self._servers, seed + 1)
        self._load = RuleLoad(self._servers, self._observer, RuleBook(), seed + 2)
        self._stopped = threading.Event()
        self._asker = Asker(self._servers)

    def run(self, seconds):
        self._load.store_rules()
        self._load.post()
        ends = now() + seconds
        threads = [threading.Thread(target=self._guarded, args=(work,)) for work in (
            self._post, self._disturb, self._kill,
            lambda: confirm_running(self._servers, self._observer.history, self._stopped))]
        for thread in threads:
            thread.start()
        while now() < ends and not self.problems:
            RESTS.wait(min(10, max(0.1, ends - now())))
            print(f"  {seconds - max(0, ends - now()):.0f} s: {self._figures()}", flush=True)
        self._stopped.set()
        for thread in threads:
            thread.join()
        self._load.resume_all()
        self._drain()
        self._judge()
        self.problems += checker.problems(self._db_url)
        self.problems += self._observer.refused
        return self.problems

    def close(self):
        for server in self._servers:
            server.close()
        self._observer.close()

    def _guarded(self, work):
        try:
            work()
        except Exception as error:  # it ends the soak and is told
            self.problems.append(f"the load has failed: {error!r}")

    def _figures(self):
        observer, load = self._observer, self._load
        done = ", ".join(f"{count} {what}" for what, count in sorted(load.done.items()))
        return (f"{load.posted} posted, {observer.starts} starts, {observer.ends} ends, "
                f"{observer.displaced} displaced, {self.kills} kills, {done}")

    # --- load ------------------------------------------------------------------------------------

    def _post(self):
        while not self._stopped.is_set():
            if self._load.live() < LIVE_MAX:
                self._load.post()
            else:
                RESTS.wait(0.02)

    def _disturb(self):
        while not self._stopped.wait(0.01):
            self._load.disturb()

    def _kill(self):
        while not self._stopped.wait(self._rng.uniform(*KILL_SECONDS)):
            server = self._rng.choice(self._servers)
            with self._observer.history.lock:
                self._observer.history.kills.append(now())
            server.kill()
            self.kills += 1
            RESTS.wait(self._rng.uniform(0, 3))
            server.start()

    # --- the end ---------------------------------------------------------------------------------

    def _drain(self):
        """Until nothing moves: what is pending then is held up, or has been forgotten."""
        end = now() + DRAIN_SECONDS
        quiet = 0
        while quiet < 3:
            if now() > end:
                left = {status: len(self._listed(status)) for status in LIVE_STATUSES}
                self.problems.append(f"after {DRAIN_SECONDS} s there are still {left}")
                return
            starts = self._observer.starts
            RESTS.wait(1)
            moved = starts != self._observer.starts or any(map(self._listed, LIVE_STATUSES))
            quiet = 0 if moved else quiet + 1
            for row in self._listed("Paused"):
                self._asker.ask("PATCH", f"/task/resume/{row['id']}")

    def _listed(self, status):
        return list(every_page(self._asker, f"/task?status={status}"))

    def _judge(self):
        held = self._listed("Pending")
        counts = StandingCounts(self._asker)
        for row in held:
            _, task = self._asker.json("GET", f"/task/{row['id']}")
            _, why = self._asker.json("GET", f"/task/{row['id']}/why")
            if not any(counts.holds(task, rule) for rule in self._rules_of(task)):
                self.problems.append(f"left behind: {json.dumps(task)} why: {json.dumps(why)}")
            elif not why["rules"]:
                self.problems.append(f"held by a rule, but why says {json.dumps(why)}")
        ids = {row["id"] for row in held}
        for row in self._listed("Waiting"):
            _, why = self._asker.json("GET", f"/task/{row['id']}/why")
            if not any(parent["id"] in ids for parent in why["parents"]):
                self.problems.append(f"waits for nobody: {row['id']} why: {json.dumps(why)}")
        print(f"  {len(held)} tasks are held up by rules about tasks that have ended")
        with self._observer.history.lock:
            verdict = judge(self._observer.history)
        self.problems += verdict.violations
        self._print(verdict)

    def _rules_of(self, task):
        for rule in task["rules"]:
            yield self._asker.json("GET", f"/rules/{rule['ref']}")[1] if "ref" in rule else rule

    def _print(self, verdict):
        print(f"  {self._figures()}; {self._observer.repeated} starts came again")
        print(f"  {verdict.judged} attempts, {verdict.certain} of them with a certain time")
        print(f"  {'rule':<58} groups  at the limit")
        reached = collections.defaultdict(list)
        for (shape, _), (most, limit) in verdict.most.items():
            reached[shape.type, shape.status, shape.fields].append(most >= limit)
        for (type_, status, fields), groups in sorted(reached.items()):
            name = f"{type_} of {status}, {' and '.join(fields) or 'no fields'}"
            print(f"  {name:<58} {len(groups):6}  {sum(groups):12}")


class StandingCounts:
    """When nothing runs: how many tasks stand in a status with some values, by the lists."""

    def __init__(self, asker):
        self._asker = asker
        self._known = {}

    def holds(self, task, rule):
        matcher = rule["matcher"]
        metadata = task["metadata"] or {}
        if any(field not in metadata for field in matcher["fields"]):
            return True
        if rule["type"] == "Capacity" or matcher["status"] == "Running":
            return False  # nothing runs
        values = {field: metadata[field] for field in matcher["fields"]}
        key = matcher["kind"], matcher["status"], json.dumps(values, sort_keys=True)
        if key not in self._known:
            query = urllib.parse.urlencode(
                {"kind": key[0], "status": key[1], "metadata": key[2]})
            self._known[key] = sum(1 for _ in every_page(self._asker, f"/task?{query}"))
        return self._known[key] > rule["max_concurency"]


def run(binary, minutes, seed, build):
    """The problems. PostgreSQL alone is shared by servers that may be killed one by one."""
    print(f"rules: {minutes:g} minutes on postgres, seed {seed}", flush=True)
    cluster = ScratchPostgres()
    try:
        with tempfile.TemporaryDirectory(dir=build) as directory:
            url = cluster.url(cluster.new_database())
            soak = RuleSoak(binary, url, pathlib.Path(directory), seed)
            try:
                return soak.run(minutes * 60)
            finally:
                soak.close()
    finally:
        cluster.close()
