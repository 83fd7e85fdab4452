# SPDX-License-Identifier: Apache-2.0
"""Jobs in pods of a real cluster, with their files in buckets."""

import json
import pathlib
import time

from jobs import SECRETS, UPPER, Job
from machine import ADDRESS
from programs import wait_until

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/word-frequencies"


def is_gone(machine, job, namespace):
    """The Job, its pods and its token's Secret."""
    jobs, secrets = machine.items("jobs", namespace), machine.items("secrets", namespace)
    names = [each["metadata"]["name"] for each in jobs + secrets]
    return job not in names and not machine.pods_of(job, namespace)


def word_frequencies(minio, directory):
    """The example, with MinIO in the place of folders and busybox in that of Debian."""
    for text in sorted((EXAMPLE / "texts").iterdir()):
        minio.client.put("bucket", f"words/texts/{text.name}", text.read_bytes())
    pipeline = json.loads((EXAMPLE / "pipeline.json").read_text())
    pipeline["transform"] |= {"image": "localhost/busybox:1", "secrets": SECRETS}
    pipeline["input"]["atom"]["URI"] = "s3://bucket/words/texts"
    pipeline["egress"]["URI"] = "s3://bucket/words/out/"
    path = directory / "word-frequencies.json"
    path.write_text(json.dumps(pipeline))
    return path


def test_word_frequencies_over_minio(machine, minio, server, namespace, tmp_path, stopwatch):
    job = server.run(word_frequencies(minio, tmp_path))
    stopwatch.lap("job run")
    server.wait(job)
    stopwatch.lap("until job wait returned")
    expected = {path.name: path.read_bytes() for path in (EXAMPLE / "expected").iterdir()}
    assert minio.client.contents("bucket", "words/out/") == expected
    wait_until(lambda: is_gone(machine, job, namespace), 90)
    stopwatch.lap("until its objects were gone")
    assert server.on_kubernetes(job)["phase"] in ("ending", "gone")


def test_inputs_and_outputs_may_be_in_different_clouds(minio, gcs, serve, tmp_path):
    server = serve(STORAGE_EMULATOR_HOST=gcs.url)
    job = Job(minio, tmp_path, UPPER, ("a", "b"), name="clouds",
              egress={"URI": "gs://bucket/clouds/"})
    server.wait(server.run(job.path))
    assert gcs.contents("bucket", "clouds/") == {"a": b"THIS IS A\n", "b": b"THIS IS B\n"}


def test_logs_come_while_a_command_runs_and_outlive_its_pod(
    machine, minio, server, namespace, gate, tmp_path
):
    job = Job(minio, tmp_path, "echo begun; " + gate.wait("end") + "echo ended >&2", name="logs")
    name = server.run(job.path)
    pod = gate.wait_for("end")
    wait_until(lambda: "begun" in server.call("job", "logs", name).stdout, 30)
    # The API hears of a container later than the container runs.
    words = ("logs", pod, f"--namespace={namespace}")
    wait_until(lambda: "begun" in machine.kubectl(*words, check=False).stdout, 30)
    gate.open("end")
    server.wait(name)
    wait_until(lambda: is_gone(machine, name, namespace), 90)
    (datum,) = server.datums(name)
    told = server.call("datum", "logs", datum["id"]).stdout
    assert "begun" in told and "ended" in told


def test_a_canceled_job_is_final_at_once_and_its_pods_end(
    machine, minio, server, namespace, gate, tmp_path, stopwatch
):
    job = Job(minio, tmp_path, gate.wait("never"), ("a", "b"), name="cancel")
    name = server.run(job.path)
    gate.wait_for("never")
    stopwatch.lap("until a command ran")
    server.call("job", "cancel", name)
    assert server.job(name)["status"] == "canceled"
    wait_until(lambda: is_gone(machine, name, namespace), 90)
    stopwatch.lap("until its pods were gone")


def test_a_job_timeout_is_noticed_within_fifteen_seconds(minio, server, gate, tmp_path, stopwatch):
    timeout = 20
    job = Job(minio, tmp_path, gate.wait("never"), name="late", job_timeout=timeout)
    began = time.monotonic()
    name = server.run(job.path)
    gate.wait_for("never", seconds=timeout)
    ended = server.wait(name, "error", seconds=timeout + 15)
    assert timeout - 1 <= time.monotonic() - began < timeout + 15
    assert ended["error_message"] == "the run's timeout ran out"
    stopwatch.lap(f"a job_timeout of {timeout} s")


def test_of_two_servers_one_makes_the_job_whoever_is_killed(
    machine, minio, serve, namespace, gate, tmp_path
):
    def jobs():
        return [each["metadata"]["name"] for each in machine.items("jobs", namespace)]

    one, other = serve(), serve()
    job = Job(minio, tmp_path, gate.wait("never"), ("a", "b"), name="followed")
    name = one.run(job.path)
    one.program.kill()
    wait_until(lambda: jobs() == [name], 60)
    other.call("job", "cancel", name)
    wait_until(lambda: is_gone(machine, name, namespace), 90)
    assert other.job(name)["status"] == "canceled"


def test_workers_outlive_the_restart_of_their_server(minio, serve, gate, tmp_path):
    first = serve()
    job = Job(minio, tmp_path, gate.wait("end") + UPPER, ("a", "b"), name="restart")
    name = first.run(job.path)
    gate.wait_for("end")
    first.program.kill()
    address = first.url.removeprefix(f"http://{ADDRESS}")
    second = serve(SLUICE_LISTEN=f"{ADDRESS}{address}")
    gate.open("end")
    second.wait(name)
    assert job.out() == {"a": "THIS IS A\n", "b": "THIS IS B\n"}
