# SPDX-License-Identifier: Apache-2.0
"""Jobs in pods from their beginning to their end, with workers as pods have them."""

import signal
import time

import pod_states
from cluster_world import CREDENTIALS, SHOUT, is_empty, secret
from programs import wait_until

LABELS = {"app.kubernetes.io/managed-by": "sluice"}


def test_a_job_runs_in_pods_and_leaves_nothing(new_cluster, db_url, kube, kubelet, gate):
    cluster = new_cluster(db_url)
    server = cluster.serve()
    job = server.run(gate.wait + SHOUT, ("a", "b"))
    pods = {gate.wait_for("a"), gate.wait_for("b")}
    assert pods == set(kubelet.living())

    made = kube.get("jobs", job)
    assert made["metadata"]["labels"] == LABELS | {"sluice.dev/job-id": server.job(job)["id"]}
    wait_until(lambda: server.on_kubernetes(job)["pods_running"] == 2)
    assert server.on_kubernetes(job)["phase"] == "begun"
    assert "2 of its pods run" in server.why(job)

    gate.open("a", "b")
    server.wait(job)
    assert cluster.out() == {"a": b"THIS IS A\n", "b": b"THIS IS B\n"}
    assert {datum["pod_name"] for datum in server.datums(job)} == pods
    wait_until(lambda: is_empty(kube))
    wait_until(lambda: set(kubelet.codes()) == pods)
    # By themselves, or with their Job, which may be removed before they have ended.
    assert set(kubelet.codes().values()) <= {0, 128 + signal.SIGTERM}
    wait_until(lambda: server.on_kubernetes(job)["phase"] == "gone")


def test_keys_of_buckets_may_end_with_a_newline_and_have_others_beside(cluster, kube, kubelet):
    keys = {name: value + "\n" for name, value in cluster.s3.keys.items()}
    kube.put("secrets", secret(CREDENTIALS, note="not asked for", **keys))
    server = cluster.serve()
    server.wait(server.run())
    assert cluster.out() == {"a": b"THIS IS A\n"}


def test_a_job_without_datums_gets_no_pods(cluster, kube):
    server = cluster.serve()
    job = server.run(inputs=())
    server.wait(job)
    wait_until(lambda: server.on_kubernetes(job)["phase"] == "gone")
    assert "batch/jobs/create" not in kube.count()


def test_a_job_that_is_canceled_is_final_at_once_and_its_pods_end(
    cluster, kube, kubelet, gate
):
    server = cluster.serve()
    job = server.run(gate.wait, ("a", "b"))
    gate.wait_for("a")
    gate.wait_for("b")
    server.call("job", "cancel", job)
    assert server.job(job)["status"] == "canceled"
    wait_until(lambda: is_empty(kube))
    wait_until(lambda: kubelet.living() == [])
    assert cluster.out() == {}


def test_a_job_timeout_ends_the_job_and_its_pods(cluster, kube, kubelet, gate):
    server = cluster.serve()
    job = server.run(gate.wait, job_timeout="5s")
    wait_until(lambda: kube.get("jobs", job))
    assert kube.get("jobs", job)["spec"]["activeDeadlineSeconds"] == 605  # ours comes first
    gate.wait_for("a")
    ended = server.wait(job, "error", seconds=5 + 15)
    assert "timeout ran out" in ended["error_message"]
    wait_until(lambda: is_empty(kube))
    wait_until(lambda: kubelet.living() == [])


def test_a_job_that_kubernetes_fails_has_failed_within_two_seconds(cluster, kube):
    server = cluster.serve()
    job = server.run()
    wait_until(lambda: server.on_kubernetes(job)["phase"] == "created")
    failed = {"type": "Failed", "status": "True", "reason": "DeadlineExceeded",
              "message": "Job was active longer than specified deadline"}
    kube.set_status("jobs", job, {"conditions": [failed]})
    begin = time.monotonic()
    ended = server.wait(job, "error")
    assert time.monotonic() - begin < 2
    assert ended["error_message"] == \
        "Kubernetes: DeadlineExceeded: Job was active longer than specified deadline"
    assert "DeadlineExceeded" in server.call("job", "describe", job).stdout
    wait_until(lambda: is_empty(kube))


def test_a_command_that_the_image_does_not_have_is_named(cluster, kubelet):
    server = cluster.serve()
    job = server.run(transform={"cmd": ["/not/there"]})
    server.wait(job, "error")
    (datum,) = server.datums(job)
    assert "/not/there" in datum["error_message"]
    assert datum["attempted_run_count"] == 1


def test_a_job_whose_pods_end_by_themselves_is_an_error(cluster, kube):
    server = cluster.serve()
    job = server.run()
    wait_until(lambda: kube.items("pods"))
    (pod,) = kube.items("pods")
    kube.set_status("pods", pod["metadata"]["name"], pod_states.ended(0))
    ended = server.wait(job, "error")
    assert ended["error_message"] == "its pods have ended before its datums"


def fetched_ahead(kubelet, pod):
    return [path for path in (kubelet.root(pod) / "sluice/pfs").glob("next/**/*") if path.is_file()]


def test_inputs_are_fetched_ahead_unless_it_is_forbidden(cluster, kubelet, gate):
    see = gate.wait + "ls /pfs >/pfs/out/$input"
    three = {"inputs": ("a", "b", "c"), "parallelism_spec": {"constant": 1}}
    server = cluster.serve("--prefetch-max", "0")
    server.run(see, place="plain", **three)
    first = gate.wait_for("a")
    variables = {"SLUICE_PREFETCH_MAX": "1Gi"}  # the pipeline knows better
    eager = server.run(see, place="eager", variables=variables, **three)
    other = gate.wait_for("a", count=2)

    wait_until(lambda: fetched_ahead(kubelet, other))
    assert fetched_ahead(kubelet, first) == []  # which had more time
    gate.open("a", "b", "c")
    server.wait(eager)
    assert cluster.out("eager") == dict.fromkeys("abc", b"in\nout\n")
