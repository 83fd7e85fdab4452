# SPDX-License-Identifier: Apache-2.0
"""Large objects take little memory, in both directions."""

import hashlib
import re

import pytest

from bucket_jobs import bucket_pipeline
from made_up import MadeUp

GIB = 1 << 30
PART = 16 << 20
MEMORY_MAX = 256 << 20

# What AddressSanitizer keeps of freed memory is not the program's.
SMALL_QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=8"}


@pytest.fixture
def server(s3, serve, directory):
    """A server that runs datums itself: (process, URL)."""
    return serve(f"sqlite://{directory}/sluice.db", **s3.settings, **SMALL_QUARANTINE)


def peak_memory(program):
    with open(f"/proc/{program.pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) << 10


def run(sluice, url, pipeline):
    job = sluice("--server", url, "job", "run", pipeline)
    assert job.returncode == 0, job.stderr
    waited = sluice("--server", url, "job", "wait", job.stdout.strip())
    assert waited.returncode == 0, waited.stderr


def test_object_of_a_gibibyte_comes_down(s3, server, sluice, directory):
    program, url = server
    before = peak_memory(program)
    s3.server.do("make_up", key="in/large", size=GIB)
    pipeline = bucket_pipeline(
        directory, s3.uri("in/"), s3.uri("out/"), "sha256sum </pfs/in/large >/pfs/out/sum")

    run(sluice, url, pipeline)

    expected = hashlib.sha256()
    for piece in MadeUp(GIB).pieces():
        expected.update(piece)
    assert s3.get("out/sum") == f"{expected.hexdigest()}  -\n".encode()
    assert s3.asked("read") == GIB // PART
    assert peak_memory(program) - before < MEMORY_MAX


def test_file_of_a_gibibyte_goes_up(s3, server, sluice, directory):
    program, url = server
    before = peak_memory(program)
    s3.put("in/a")
    s3.server.do("drop")
    pipeline = bucket_pipeline(
        directory, s3.uri("in/"), s3.uri("out/"), f"truncate -s {GIB} /pfs/out/large")

    run(sluice, url, pipeline)

    parts = GIB // PART
    sums = hashlib.md5(bytes(PART)).digest() * parts
    assert s3.server.do("head", key="out/large") == {
        "size": GIB, "etag": f"{hashlib.md5(sums).hexdigest()}-{parts}"}
    assert peak_memory(program) - before < MEMORY_MAX
