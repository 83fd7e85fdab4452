# SPDX-License-Identifier: Apache-2.0
"""Mixed load at half of the peak rate for a long time: does anything grow, or become slow?

The load is `sluice bench http-mixed`, for Python cannot keep up. It starts the server, and writes a
line of figures each ten seconds, with which a sample of the server is taken.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from databases import databases
from process import ProcessSampler, queue_depths
from servers import RESTS, now
from verdicts import tenths, verdicts

CALIBRATION_SECONDS = 20
ENDING_SECONDS = 60
FREE_MIB_MIN = 20_000  # the audit and the feed of changes stay for longer than the run
RETENTION = {"SLUICE_RETENTION": "true", "SLUICE_RETENTION_DAYS": "1",
             "SLUICE_RETENTION_INTERVAL": "10s"}


class MixedLoad:
    """The program under way."""

    def __init__(self, binary, url, seconds, rate, directory):
        self._progress = pathlib.Path(directory, "progress")
        self._progress.unlink(missing_ok=True)
        self._seen = 0
        words = [binary, "bench", "http-mixed", "--db", url, "--json", "--seconds", str(seconds),
                 "--progress", str(self._progress), *(["--rate", str(rate)] if rate else [])]
        self._process = subprocess.Popen(words, env=os.environ | RETENTION,
                                         stdout=subprocess.PIPE, text=True)

    def lines(self):
        """Each line of figures when it has been written, until the program ends."""
        while True:
            is_over = self._process.poll() is not None
            for line in self._new_lines():
                yield json.loads(line)
            if is_over:
                return
            RESTS.wait(0.2)

    def _new_lines(self):
        if not self._progress.exists():
            return []
        text = self._progress.read_text()[self._seen:]
        whole = text[: text.rfind("\n") + 1]
        self._seen += len(whole)
        return whole.splitlines()

    def ends(self):
        """Whether the program ends now."""
        try:
            self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def figures(self):
        output, _ = self._process.communicate()
        if self._process.returncode != 0:
            raise RuntimeError(f"http-mixed has ended with code {self._process.returncode}")
        return json.loads(output)

    def close(self):
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def flat(line):
    """A line of figures as a sample."""
    sample = {"seconds": line["seconds"], "lives_per_s": line["lives_per_s"]}
    for request, figures in line["requests"].items():
        if figures["count"]:
            sample |= {f"{request}_p50_ms": figures["p50_ms"],
                       f"{request}_p99_ms": figures["p99_ms"]}
    return sample


def sample_all(load, database):
    samples, server, port, last = [], None, None, now()
    for line in load.lines():
        if "server_pid" in line:
            server, port, last = ProcessSampler(line["server_pid"]), line["port"], now()
            continue
        elapsed, last = now() - last, now()
        try:
            sample = flat(line) | server.sample(elapsed) | queue_depths(port)
        except OSError:
            if load.ends():
                break  # the last line may come when the server has stopped
            raise
        sample["database_mib"] = database.size_mib()
        samples.append(sample)
        print(f"  {sample['seconds']:.0f} s: {sample['lives_per_s']:.0f} lives/s, "
              f"{sample['rss_mib']:.0f} MiB, {sample['cpu_percent']:.0f} % CPU, "
              f"{sample['tasks_live']:.0f} tasks live", flush=True)
        database.age(time.time())
    return samples


def run_once(binary, database, seconds, rate):
    """(samples, figures)"""
    with tempfile.TemporaryDirectory() as directory:
        load = MixedLoad(binary, database.url, seconds, rate, directory)
        try:
            return sample_all(load, database), load.figures()
        finally:
            load.close()


def run(binary, store, minutes, rate, build):
    """The problems."""
    if shutil.disk_usage(build).free < FREE_MIB_MIN * 2**20:
        return [f"mixed needs {FREE_MIB_MIN} MiB of free disk under {build}"]
    with databases(store) as new:
        if not rate:
            _, peak = run_once(binary, new("peak"), CALIBRATION_SECONDS, 0)
            rate = int(peak["tasks_per_s"] / 2)
            print(f"mixed: the peak on {store} is {peak['tasks_per_s']:.0f} lives/s")
        print(f"mixed: {minutes} minutes on {store} at {rate} lives/s", flush=True)
        samples, figures = run_once(binary, new("mixed"), int(minutes * 60), rate)
    if not samples:
        return ["mixed has no figures: ten seconds are the least"]
    print("\n".join(f"  {line}" for line in tenths(samples)))
    print(f"  {figures['tasks']} tasks have ended")
    problems = []
    for text, good in verdicts(samples, rate):
        print(f"  {'good' if good else 'BROKEN'}: {text}")
        problems += [] if good else [f"{store}: {text}"]
    return problems
