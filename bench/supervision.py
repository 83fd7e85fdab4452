# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of servers with much to supervise: jobs and pods of a scripted Kubernetes, workers.

Each is called as name(options, directory) and returns its figures.
"""

import contextlib
import functools
import http.client
import json
import subprocess
import sys
import time
import urllib.parse

import whole
from bucket_servers import BucketServer
from buckets import own_environment
from fake_kube import FakeKube
from programs import Program, wait_until
from scratch_postgres import ScratchPostgres

JOBS, PODS_OF_EACH = 1_000, 10
IDLE_SECONDS = 60
RUNNING = {"phase": "Running", "containerStatuses": [
    {"name": "worker", "ready": True, "restartCount": 0, "image": "image", "imageID": "",
     "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}


@contextlib.contextmanager
def database(store, directory):
    if store == "sqlite":
        yield f"sqlite://{directory}/bench.db"
        return
    cluster = ScratchPostgres()
    try:
        yield cluster.url(cluster.new_database())
    finally:
        cluster.close()


def serve(options, directory, url, kube, bucket):
    about = bucket.about
    environment = own_environment() | {
        "SLUICE_KUBE_URL": kube.url, "SLUICE_EXECUTOR": "kubernetes", "SLUICE_WORKER_IMAGE": "x",
        "SLUICE_DB": url, "SLUICE_LISTEN": "127.0.0.1:0", "SLUICE_DATA_DIR": str(directory),
        "AWS_ENDPOINT_URL": about["url"], "AWS_REGION": about["region"],
        "AWS_ACCESS_KEY_ID": about["access_key"], "AWS_SECRET_ACCESS_KEY": about["secret_key"],
    }
    server = Program([options.build / "src/cli/sluice", "serve"], directory, environment)
    return server, server.wait_for_line(r"https?://[\w.:\[\]-]+")[0]


def make_jobs(base, bucket):
    for number in range(PODS_OF_EACH):
        bucket.do("put", key=f"in/{number}")
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc)
    for number in range(JOBS):
        spec = {
            "pipeline": {"name": f"job-{number}"},
            "transform": {"image": "image", "cmd": ["true"]},
            "parallelism_spec": {"constant": PODS_OF_EACH},
            "resource_requests": {"memory": "64Mi", "cpu": 1},
            "input": {"atom": {"URI": "s3://bucket/in", "repo": "in", "glob": "/*"}},
            "egress": {"URI": f"s3://bucket/out/{number}/"},
        }
        connection.request("POST", "/jobs", json.dumps({"job": spec}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status == 201, told


def let_pods_run(kube):
    for job in kube.items("jobs"):
        name, template = job["metadata"]["name"], job["spec"]["template"]
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "controller": True,
                 "uid": job["metadata"]["uid"]}
        for number in range(PODS_OF_EACH):
            labels = template["metadata"]["labels"] | {"job-name": name}
            kube.put("pods", {
                "metadata": {"name": f"{name}-{number}", "labels": labels,
                             "ownerReferences": [owner]},
                "spec": template["spec"], "status": RUNNING,
            })


def settle(pid):
    """Until the server has written down what has changed: a second with little to do."""
    used = whole.cpu_seconds(pid)
    for _ in range(120):
        time.sleep(1)
        before, used = used, whole.cpu_seconds(pid)
        if used - before <= 0.05:
            return
    sys.exit("the server has not come to rest within two minutes")


def supervisor(options, directory):
    """1,000 running jobs with 10,000 pods, while nothing changes."""
    kube, bucket = FakeKube(), BucketServer("scripted_s3")
    with database("postgres", directory) as url:
        server, base = serve(options, directory, url, kube, bucket)
        try:
            make_jobs(base, bucket)
            wait_until(lambda: kube.count().get("batch/jobs/create", 0) >= JOBS, 300)
            let_pods_run(kube)
            settle(server.pid)
            return idle_figures(server.pid, url, kube)
        finally:
            server.close()
            bucket.close()
            kube.close()


def idle_figures(pid, url, kube):
    kube.forget_calls()
    cpu, queries = whole.cpu_seconds(pid), whole.transactions(url)
    time.sleep(IDLE_SECONDS)
    calls = {key: count for key, count in kube.count().items() if not key.endswith("/watch")}
    return {
        "idle_cpu_percent": (whole.cpu_seconds(pid) - cpu) / IDLE_SECONDS * 100,
        "resident_mib": whole.resident_mib(pid),
        "idle_calls": sum(calls.values()),
        "idle_watches": kube.count().get("batch/jobs/watch", 0),
        "idle_queries_per_s": (whole.transactions(url) - queries - 2) / IDLE_SECONDS,
    }


def workers(store, options, directory):
    """500 workers on one server, each with a datum for a second at a time. Any error ends it."""
    with database(store, directory) as url:
        done = subprocess.run(
            [options.build / "src/cli/sluice", "bench", "http-workers", "--json", "--db", url],
            check=True, stdout=subprocess.PIPE, text=True, cwd=directory, env=own_environment())
        return json.loads(done.stdout)


ALL = {
    "supervisor": supervisor,
    "workers-sqlite": functools.partial(workers, "sqlite"),
    "workers-postgres": functools.partial(workers, "postgres"),
}
NEEDS = dict.fromkeys(ALL, [])
