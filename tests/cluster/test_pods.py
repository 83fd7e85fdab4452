# SPDX-License-Identifier: Apache-2.0
"""What becomes of a datum whose pod meets an accident. Each job has one try: what uses it up is a
failure of the command, what does not is none."""

import json
import os
import signal

from jobs import UPPER, Job

EVICTION = {"apiVersion": "policy/v1", "kind": "Eviction"}


def run_until(gate, server, job):
    """(name of the job, pod whose command runs)"""
    name = server.run(job.path)
    return name, gate.wait_for("end")


def finish(gate, server, name, lost):
    """Another pod runs the datum again, and the job gets done."""
    again = gate.wait_for("end", besides=[lost], seconds=120)
    gate.open("end")
    server.wait(name)
    (datum,) = server.datums(name)
    assert datum["pod_name"] == again
    return datum


def test_the_datum_of_a_pod_that_is_killed_runs_again(
    machine, minio, server, namespace, gate, tmp_path, stopwatch
):
    job = Job(minio, tmp_path, gate.wait("end") + UPPER, name="killed")
    name, pod = run_until(gate, server, job)
    stopwatch.lap("until the command ran")
    machine.delete("pod", pod, namespace, "--grace-period=0", "--force")
    gate.wait_for("end", besides=[pod], seconds=120)
    stopwatch.lap("until it ran again")
    finish(gate, server, name, pod)
    assert job.out() == {"a": "THIS IS A\n"}


def test_the_datum_of_a_worker_that_crashes_runs_again(
    machine, minio, server, gate, tmp_path
):
    job = Job(minio, tmp_path, gate.wait("end") + UPPER, name="crashed")
    name, pod = run_until(gate, server, job)
    os.kill(machine.process_of(pod, "worker"), signal.SIGKILL)
    finish(gate, server, name, pod)
    assert job.out() == {"a": "THIS IS A\n"}


def test_an_eviction_uses_up_no_try(machine, minio, server, namespace, gate, tmp_path):
    job = Job(minio, tmp_path, gate.wait("end") + UPPER, name="evicted")
    name, pod = run_until(gate, server, job)
    eviction = EVICTION | {"metadata": {"name": pod, "namespace": namespace}}
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
    machine.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))
    finish(gate, server, name, pod)
    assert job.out() == {"a": "THIS IS A\n"}


def test_a_command_that_uses_too_much_memory_has_used_its_try(minio, server, tmp_path):
    script = "dd if=/dev/zero of=/dev/null bs=300M count=1"
    job = Job(minio, tmp_path, script, name="large")
    name = server.run(job.path)
    server.wait(name, "error")
    (datum,) = server.datums(name)
    assert datum["attempted_run_count"] == 1
    assert "64Mi" in datum["error_message"] or "memory" in datum["error_message"]


def test_a_job_that_is_deleted_by_hand_after_it_has_begun_is_an_error(
    machine, minio, server, namespace, gate, tmp_path
):
    job = Job(minio, tmp_path, gate.wait("end"), name="deleted")
    name, _ = run_until(gate, server, job)
    machine.delete("job", name, namespace, "--wait=false")
    assert "the Kubernetes Job was deleted" in server.wait(name, "error")["error_message"]


def test_what_cannot_be_scheduled_is_shown(minio, server, tmp_path):
    job = Job(minio, tmp_path, UPPER, name="nowhere", node_selector={"disk": "none-has-it"})
    name = server.run(job.path)
    assert "Unschedulable" in server.wait_for_trouble(name, ["Unschedulable"])
    assert "Unschedulable" in server.call("job", "why", name).stdout
    server.call("job", "cancel", name)


def test_an_image_that_does_not_exist_is_shown_and_then_an_error(minio, serve, tmp_path):
    # The kubelet tells the reason with its second try, some ten seconds after the first.
    server = serve(SLUICE_JOB_START_TIMEOUT="30s")
    job = Job(minio, tmp_path, UPPER, name="imageless",
              transform={"image": "localhost/there-is-none:1"})
    name = server.run(job.path)
    server.wait_for_trouble(name, ["ErrImageNeverPull"])
    ended = server.wait(name, "error", seconds=60)
    assert "no pod of it has begun within 30s" in ended["error_message"]
    assert "ErrImageNeverPull" in ended["error_message"]


def test_a_secret_that_is_missing_is_shown_until_it_comes(
    machine, minio, server, namespace, tmp_path
):
    job = Job(minio, tmp_path, "echo $WORD >/pfs/out/word", name="licensed")
    spec = json.loads(job.path.read_text())
    spec["transform"]["secrets"] += [{"name": "licence", "key": "word", "env_var": "WORD"}]
    job.path.write_text(json.dumps(spec))
    name = server.run(job.path)
    assert "licence" in server.wait_for_trouble(name, ["CreateContainerConfigError"])
    machine.make_secret(namespace, "licence", word="open", more="not asked for")
    server.wait(name)
    assert job.out() == {"word": "open\n"}


def test_keys_of_buckets_may_end_with_a_newline(machine, minio, server, namespace, tmp_path):
    machine.make_secret(namespace, "s3", AWS_ACCESS_KEY_ID=minio.key + "\n",
                        AWS_SECRET_ACCESS_KEY=minio.secret + "\n", note="an extra key")
    job = Job(minio, tmp_path, UPPER, name="newline")
    server.wait(server.run(job.path))
    assert job.out() == {"a": "THIS IS A\n"}


def test_a_command_that_the_image_does_not_have_is_named(minio, server, tmp_path):
    job = Job(minio, tmp_path, "", name="missing", transform={"cmd": ["/not/there"]})
    name = server.run(job.path)
    server.wait(name, "error")
    (datum,) = server.datums(name)
    assert "/not/there" in datum["error_message"]
