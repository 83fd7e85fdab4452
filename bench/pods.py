# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of jobs in pods of the test machine: how soon something happens after something else.

Each is called as name(options, directory) and returns its figures.
"""

import contextlib
import datetime
import os
import subprocess
import time

import images
from jobs import UPPER, Job
from machine import BIN, Machine
from programs import Program, wait_until
from real_buckets import Minio
from scratch_postgres import ScratchPostgres
from sluice_server import SluiceServer, access_of_server

TICKS = os.sysconf("SC_CLK_TCK")
# When the worker and the command were started, in ticks since boot: field 22 of their files.
STARTS = "{ cat /proc/1/stat; cat /proc/self/stat; } >/pfs/out/starts"


@contextlib.contextmanager
def installation(options, directory, **settings):
    """(machine, MinIO, server, namespace): as the tests of the cluster have it."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("SLUICE_", "AWS_", "KUBE"))}
    environment |= {"HOME": str(directory), "PATH": f"{BIN}:{os.environ['PATH']}"}
    binary = options.build / "src/cli/sluice"
    programs = []

    def sluice(*arguments, stdin="", timeout=300, **more):
        return subprocess.run([binary, *map(str, arguments)], cwd=directory, input=stdin,
                              env=environment | more, timeout=timeout, capture_output=True,
                              text=True)

    def start(*arguments, **more):
        programs.append(Program(arguments, directory, environment | more))
        return programs[-1]

    machine, postgres, minio = Machine(directory), ScratchPostgres(), Minio(directory)
    namespace = machine.new_namespace()
    try:
        machine.import_image(images.sluice(options.build))
        minio.client.make_bucket("bucket")
        machine.make_secret(namespace, "s3", AWS_ACCESS_KEY_ID=minio.key,
                            AWS_SECRET_ACCESS_KEY=minio.secret)
        access = access_of_server(machine, sluice, namespace, directory)
        server = SluiceServer(start, sluice, binary, postgres.url(postgres.new_database()),
                              minio.variables() | settings | {
            "SLUICE_KUBE_CONTEXT": "server", "SLUICE_KUBE_NAMESPACE": namespace,
            "SLUICE_WORKER_IMAGE": "localhost/sluice:test", "KUBECONFIG": str(access),
            "SLUICE_WORKER_IMAGE_PULL_POLICY": "Never"})
        yield machine, minio, server, namespace
    finally:
        for program in programs:
            program.close()
        machine.remove_namespace(namespace)
        minio.close()
        postgres.close()


def start_of(stat):
    return int(stat.rpartition(")")[2].split()[19]) / TICKS


def first_datum(options, directory):
    """From the start of a pod's main program to that of the first command; and from `job run`."""
    with installation(options, directory) as (_, minio, server, _):
        job = Job(minio, directory, STARTS, name="start")
        asked = time.clock_gettime(time.CLOCK_BOOTTIME)
        server.wait(server.run(job.path))
        worker, command = map(start_of, job.out()["starts"].splitlines())
    return {"command_ms": (command - worker) * 1e3, "from_job_run_ms": (command - asked) * 1e3}


def last_datum(options, directory):
    """From the end of the last datum, as the database has it, to the return of `job wait`."""
    with installation(options, directory) as (_, minio, server, _):
        job = Job(minio, directory, "sleep 3; " + UPPER, name="end")
        name = server.run(job.path)
        server.call("job", "wait", name)
        returned = time.time()
        (datum,) = server.datums(name)
    ended = datetime.datetime.fromisoformat(datum["updated_at"].replace("Z", "+00:00"))
    return {"wait_ms": (returned - ended.timestamp()) * 1e3}


def trouble(options, directory):
    """From the moment in which the API has a failure of a pod to that in which `job describe` shows
    it."""
    with installation(options, directory) as (machine, minio, server, namespace):
        job = Job(minio, directory, UPPER, name="trouble",
                  transform={"image": "localhost/there-is-none:1"})
        name = server.run(job.path)
        seen = {}

        def look(what, condition):
            if what not in seen and condition():
                seen[what] = time.monotonic()

        def told():
            look("shown", lambda: "ErrImageNeverPull" in server.trouble_of(name))
            look("there", lambda: "ErrImageNeverPull" in machine.kubectl(
                "get", "pods", f"--namespace={namespace}", "-o", "json"))
            return len(seen) == 2

        wait_until(told, 60)
        server.call("job", "cancel", name)
    return {"shown_ms": max(0.0, seen["shown"] - seen["there"]) * 1e3}


ALL = {"pod-start": first_datum, "pod-end": last_datum, "pod-trouble": trouble}
NEEDS = dict.fromkeys(ALL, ["kubernetes", "minio"])
