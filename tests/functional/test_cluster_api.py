# SPDX-License-Identifier: Apache-2.0
"""An API of Kubernetes that is away, busy or forgetful, or that lets us do little: jobs do not
suffer from it, and what is wrong is told."""

import json

import pod_states
import pytest
from cluster_world import SHOUT, is_empty
from programs import wait_until

DONE = {"a": b"THIS IS A\n"}
LOW = "The node was low on resource: memory."


def running_job(cluster, gate):
    """(server, job, pod whose command runs)"""
    server = cluster.serve()
    job = server.run(gate.wait + SHOUT)
    return server, job, gate.wait_for()


def test_nothing_fails_while_the_api_is_away(cluster, kube, kubelet, gate):
    server, job, _ = running_job(cluster, gate)
    kube.go_away()
    later = server.run(place="later")
    gate.open("a")
    server.wait(job)  # workers need no Kubernetes
    assert cluster.out() == DONE
    wait_until(lambda: "Kubernetes cannot be reached" in server.why(later))  # half a minute
    assert server.job(later)["status"] == "running"
    ready = server.get("/ready")
    assert ready["status"] == "ready"
    assert ready["trouble"].startswith("Kubernetes cannot be reached: ")

    kube.come_back()
    server.wait(later)  # the pause between two looks grows to half a minute
    assert cluster.out("later") == DONE
    wait_until(lambda: is_empty(kube))
    wait_until(lambda: "Kubernetes answers again" in server.program.stderr())


@pytest.mark.parametrize("status", [429, 500])
def test_a_busy_api_is_asked_again(cluster, kube, kubelet, status):
    for call in ("batch/jobs/list", "/pods/watch", "batch/jobs/create", "/secrets/create",
                 "batch/jobs/delete"):
        kube.fail(call, status, times=2)
    server = cluster.serve()
    job = server.run()
    server.wait(job)
    assert cluster.out() == DONE
    wait_until(lambda: is_empty(kube))
    assert kube.count()["batch/jobs/create"] >= 3
    wait_until(lambda: kubelet.living() == [])
    assert len(kubelet.codes()) == 1


@pytest.mark.parametrize("call", ["batch/jobs/create", "/secrets/create", "batch/jobs/delete"])
def test_a_lost_answer_changes_nothing(cluster, kube, kubelet, call):
    kube.fail(call, answer_lost=True)
    server = cluster.serve()
    job = server.run()
    server.wait(job)
    wait_until(lambda: is_empty(kube))
    wait_until(lambda: kubelet.living() == [])
    assert len(kubelet.codes()) == 1


@pytest.mark.parametrize("is_event", [True, False], ids=["event", "status"])
def test_what_happened_before_an_expired_watch_is_learned_by_a_list(
    cluster, kube, kubelet, gate, is_event
):
    kube.gone_is_an_event = is_event
    server, job, pod = running_job(cluster, gate)
    kube.forget_calls()
    kube.go_away()
    kubelet.kill(pod, pod_states.evicted(LOW))
    wait_until(lambda: kube.get("pods", pod)["status"]["phase"] == "Failed")
    kube.expire()
    kube.come_back()
    gate.wait_for(count=2)
    assert kube.count()["/pods/list"] >= 1
    gate.open("a")
    server.wait(job)
    assert server.attempts(job) == [("returned", f"Evicted: {LOW}")]


def test_events_that_come_twice_and_late_change_nothing(cluster, kube, kubelet, gate):
    server, job, pod = running_job(cluster, gate)
    wait_until(lambda: server.on_kubernetes(job)["phase"] == "begun")
    alive, job_object = kube.get("pods", pod), kube.get("jobs", job)
    kubelet.kill(pod, pod_states.evicted(LOW))
    again = gate.wait_for(count=2)
    for _ in range(3):
        kube.repeat()
        kube.tell_late("pods", alive)
        kube.tell_late("jobs", job_object)
        kube.bookmark()
        kube.end_watches()
    gate.open("a")
    server.wait(job)
    assert server.attempts(job) == [("returned", f"Evicted: {LOW}")]
    assert server.datums(job)[0]["pod_name"] == again
    wait_until(lambda: is_empty(kube))
    assert kube.count()["batch/jobs/create"] == 1


def test_a_job_that_may_not_be_created_says_which_right_is_missing(cluster, kube, kubelet):
    kube.forbid("batch/jobs/create")
    server = cluster.serve()
    job = server.run()
    told = "may not create jobs in namespace 'default' (Role 'sluice')"
    wait_until(lambda: told in server.why(job))
    assert server.job(job)["status"] == "running"
    kube.allow("batch/jobs/create")
    server.wait(job)


def test_a_secret_that_the_server_may_not_read_is_named_with_the_flag_for_it(cluster, kube):
    kube.forbid("/secrets/get")
    server = cluster.serve()
    status, answer = server.ask("POST", "/jobs", {"job": cluster.pipeline()})
    assert status == 422, answer
    told = json.dumps(answer)
    assert "secret 'credentials': may not get secrets" in told
    assert "`sluice deploy --bucket-secret credentials`" in told


def test_a_namespace_without_rights_is_told_until_it_has_them(
    cluster, kube, kubelet, gate
):
    rights = ("batch/jobs/list", "batch/jobs/watch", "/pods/list", "/pods/watch")
    for right in rights:
        kube.forbid(right)
    server = cluster.serve()
    job = server.run(gate.wait + SHOUT)
    gate.wait_for()
    wait_until(lambda: "Kubernetes cannot be reached: may not list" in server.why(job))
    assert "in namespace 'default' (Role 'sluice')" in server.program.stderr()
    assert server.job(job)["status"] == "running"
    for right in rights:
        kube.allow(right)
    wait_until(lambda: "1 of its pods run" in server.why(job))
    gate.open("a")
    server.wait(job)
    assert cluster.out() == DONE
    wait_until(lambda: is_empty(kube))


def test_the_kubernetes_job_of_a_job_that_is_gone_goes_after_an_hour(cluster, kube, kubelet):
    server = cluster.serve()
    job = server.run()
    server.wait(job)
    wait_until(lambda: is_empty(kube))
    job_id = server.job(job)["id"]
    server.call("job", "delete", job)

    def put(name, job_id, created):
        labels = {"app.kubernetes.io/managed-by": "sluice", "sluice.dev/job-id": job_id}
        template = {"metadata": {"labels": labels}, "spec": {"containers": []}}
        kube.put("jobs", {
            "metadata": {"name": name, "labels": labels, "creationTimestamp": created},
            "spec": {"parallelism": 0, "template": template}})

    others = "0190d0a0-0000-7000-8000-000000000001"
    put("of-others", others, "2026-01-01T00:00:00Z")
    put("young", job_id, "2999-01-01T00:00:00Z")
    put("orphan", job_id, "2026-01-01T00:00:00Z")
    wait_until(lambda: not kube.get("jobs", "orphan"))
    assert {each["metadata"]["name"] for each in kube.items("jobs")} == {"of-others", "young"}
    for name in ("of-others", "young"):
        kube.remove("jobs", name)
