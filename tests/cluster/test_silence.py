# SPDX-License-Identifier: Apache-2.0
"""Somebody is not heard of for a while: a worker, or the API of Kubernetes. These tests take as
long as leases do."""

import contextlib
import os
import signal
import subprocess
import time

from jobs import UPPER, Job
from machine import ADDRESS

WHO = "f=$(basename /pfs/in/*); "
SAY = "echo $SLUICE_POD_NAME >/pfs/out/$f"


@contextlib.contextmanager
def cut_off(address):
    """Nothing of the pod reaches the node, where the server and the buckets are."""
    rule = ["INPUT", "--source", address, "--destination", ADDRESS, "--jump", "DROP"]
    subprocess.run(["iptables", "-I", *rule], check=True)
    try:
        yield
    finally:
        subprocess.run(["iptables", "-D", *rule], check=True)


@contextlib.contextmanager
def stopped(machine, name):
    pid = machine.own_process(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_worker_that_was_cut_off_for_longer_than_its_lease_publishes_nothing(
    machine, minio, server, namespace, gate, tmp_path, stopwatch
):
    job = Job(minio, tmp_path, WHO + gate.wait("$f") + SAY, ("a", "b", "c"), name="fenced")
    name = server.run(job.path)
    lost, other = gate.wait_for("a"), gate.wait_for("b")
    gate.wait_for("c")  # keeps the job going until the end
    pod = machine.get("pod", lost, f"--namespace={namespace}")
    with cut_off(pod["status"]["podIP"]):
        gate.open("b")  # this worker is free now
        assert gate.wait_for("a", besides=[lost], seconds=180) == other
        stopwatch.lap("until another worker had the datum")
        gate.open("a")
        deadline = time.monotonic() + 60
        while "a" not in job.out():
            assert time.monotonic() < deadline
    asked = time.monotonic()
    while time.monotonic() - asked < 30:  # its command ends, and it would publish
        assert job.out() == {"a": f"{other}\n", "b": f"{other}\n"}
    gate.open("c")
    server.wait(name)
    assert job.out()["a"] == f"{other}\n"


def test_nothing_fails_while_the_api_is_away_for_a_minute(
    machine, minio, server, gate, tmp_path
):
    job = Job(minio, tmp_path, gate.wait("end") + UPPER, ("a", "b"), name="away")
    name = server.run(job.path)
    gate.wait_for("end")
    with stopped(machine, "apiserver"):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert server.job(name)["status"] == "running"
            time.sleep(1)
        gate.open("end")
        server.wait(name)  # workers need no Kubernetes
    assert job.out() == {"a": "THIS IS A\n", "b": "THIS IS B\n"}
