# SPDX-License-Identifier: Apache-2.0
"""What becomes of a datum whose pod meets an accident. A job has one try unless it says otherwise:
what uses it up is a failure of the command, what does not is none."""

import os
import signal

import pod_states
import pytest
from cluster_world import SHOUT, is_empty
from programs import wait_until

DONE = {"a": b"THIS IS A\n"}
LOW = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 64Mi."
OVER = "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."


@pytest.fixture
def running(cluster, kubelet, gate):
    """(server, job, pod whose command runs)"""
    server = cluster.serve()
    job = server.run(gate.wait + SHOUT)
    return server, job, gate.wait_for()


def finish(running, cluster, gate):
    """Another pod runs the datum again. (how the first attempt ended, why)"""
    server, job, pod = running
    again = gate.wait_for(count=2)
    assert again != pod
    gate.open("a")
    server.wait(job)
    assert cluster.out() == DONE
    (datum,) = server.datums(job)
    assert (datum["pod_name"], datum["attempted_run_count"]) == (again, 1)
    (first,) = server.attempts(job)
    return first


def test_the_datum_of_a_worker_that_is_killed_runs_again(running, cluster, kubelet, gate):
    kubelet.kill(running[2])
    end, why = finish(running, cluster, gate)
    assert end == "rescued"
    assert "exit status 137" in why


def test_the_datum_of_a_pod_that_is_deleted_by_force_runs_again(
    running, cluster, kube, kubelet, gate
):
    kube.remove("pods", running[2])
    _, why = finish(running, cluster, gate)
    assert why == "the pod was deleted"
    wait_until(lambda: kubelet.living() == [])


@pytest.mark.parametrize("status, why", [
    (pod_states.evicted(LOW), "Evicted"),
    (pod_states.disrupted("PreemptionByScheduler", "a pod of higher priority comes"),
     "PreemptionByScheduler"),
    (pod_states.ended(143) | {"reason": "Terminated", "message": "the node shuts down"},
     "Terminated: the node shuts down"),
], ids=["evicted", "preempted", "shut down"])
def test_what_the_cluster_does_to_a_pod_uses_up_no_try(
    running, cluster, kubelet, gate, status, why
):
    kubelet.kill(running[2], status)
    end, told = finish(running, cluster, gate)
    assert (end, told.startswith(why)) == ("returned", True), told


@pytest.mark.parametrize("status, why", [
    (pod_states.out_of_memory(), "OOMKilled: the datum used more than 64Mi"),
    (pod_states.evicted(OVER), f"Evicted: {OVER}"),
], ids=["memory", "disk"])
def test_what_a_datum_uses_too_much_of_is_a_try(running, kube, kubelet, status, why):
    server, job, pod = running
    kubelet.kill(pod, status)
    server.wait(job, "error")
    (datum,) = server.datums(job)
    assert (datum["error_message"], datum["attempted_run_count"]) == (why, 1)
    wait_until(lambda: is_empty(kube))


def test_a_datum_whose_worker_crashes_for_the_third_time_has_failed(running, kubelet, gate):
    server, job, _ = running
    for count in (1, 2, 3):
        kubelet.kill(gate.wait_for(count=count))
    server.wait(job, "error")
    (datum,) = server.datums(job)
    assert "ABANDONED" in datum["error_message"]
    assert "exit status 137" in datum["error_message"]


def test_a_pod_that_is_told_to_end_may_finish_its_datum(running, kube, kubelet, gate):
    server, job, pod = running
    os.kill(kubelet.program(pod).pid, signal.SIGTERM)
    gate.open("a")  # within its grace
    server.wait(job)
    (datum,) = server.datums(job)
    assert (datum["pod_name"], server.attempts(job)) == (pod, [])
    wait_until(lambda: is_empty(kube))


def test_a_job_deleted_by_hand_comes_back_before_it_has_begun_and_is_an_error_after(
    cluster, kube, kubelet, gate
):
    server = cluster.serve()
    begun = server.run(gate.wait)
    gate.wait_for()
    wait_until(lambda: server.on_kubernetes(begun)["phase"] == "begun")
    kubelet.holds = True
    early = server.run(place="early")
    wait_until(lambda: kube.get("jobs", early))
    first = kube.get("jobs", early)["metadata"]["uid"]
    for job in (begun, early):
        kube.remove("jobs", job)

    ended = server.wait(begun, "error", seconds=60)
    assert ended["error_message"] == "the Kubernetes Job was deleted"
    wait_until(lambda: kube.get("jobs", early))
    assert kube.get("jobs", early)["metadata"]["uid"] != first
    kubelet.holds = False
    server.wait(early)
    assert cluster.out("early") == DONE
