# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of buckets, with MinIO on the same machine: Sluice beside rclone, mc and libcurl.

Each is called as name(options, directory) and returns its figures. Before each that is timed, what
was written before goes to the disk.
"""

import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse

import bare_curl
from machine import BIN
from real_buckets import Minio

OBJECTS, OBJECT_BYTES = 10_000, 10_000
KEYS, LISTINGS = 100_000, 5  # the first of a server that has just begun takes longer
DATUMS = 1_000


def need(program, where):
    if not shutil.which(program):
        sys.exit(f"the benchmarks of buckets need {program}: {where}")


@contextlib.contextmanager
def minio(directory):
    need(BIN / "minio", "tests/cluster/machine/build.sh minio builds it; ./dev bench cluster, too")
    need("rclone", "apt-get install rclone")
    server = Minio(directory, "127.0.0.1")
    try:
        server.client.make_bucket("bucket")
        yield server
    finally:
        server.close()


def seconds_of(words, environment):
    os.sync()
    begin = time.monotonic()
    subprocess.run([str(word) for word in words], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def own_environment():
    """Without what leads any of the programs elsewhere."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("SLUICE_", "AWS_", "RCLONE_", "MC_"))
            and not name.lower().endswith("_proxy")}


def environment_of(server):
    """For sluice, rclone (a remote "minio") and mc (a host "minio")."""
    host = urllib.parse.urlsplit(server.url)._replace(
        netloc=f"{server.key}:{server.secret}@{urllib.parse.urlsplit(server.url).netloc}")
    return own_environment() | server.variables() | {
        "RCLONE_CONFIG": "/dev/null",
        "RCLONE_CONFIG_MINIO_TYPE": "s3",
        "RCLONE_CONFIG_MINIO_PROVIDER": "Minio",
        "RCLONE_CONFIG_MINIO_ENDPOINT": server.url,
        "RCLONE_CONFIG_MINIO_ACCESS_KEY_ID": server.key,
        "RCLONE_CONFIG_MINIO_SECRET_ACCESS_KEY": server.secret,
        "MC_HOST_minio": host.geturl(),
    }


def sluice_bench(options, name, server, place, directory=None):
    """What it says of itself, and the time of the whole program."""
    words = [options.build / "src/cli/sluice", "bench", name, "--json", "--place",
             f"s3://bucket/{place}/", *(["--directory", directory] if directory else [])]
    os.sync()
    begin = time.monotonic()
    done = subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE,
                          text=True, env=environment_of(server))
    return json.loads(done.stdout) | {"whole_s": time.monotonic() - begin}


def rclone(server, source, target):
    words = ["rclone", "copy", "--transfers", "32", "--checkers", "32", source, target]
    return seconds_of(words, environment_of(server))


def new_folder(path):
    path.mkdir()
    return path


def small(options, directory):
    """10,000 objects of 10 KB, up and down again."""
    files, ours, others = (new_folder(directory / name) for name in ("files", "ours", "rclone"))
    for number in range(OBJECTS):
        (files / f"{number:05}").write_bytes(os.urandom(OBJECT_BYTES))
    with minio(directory) as server:
        up = sluice_bench(options, "blob-up", server, "ours", files)
        rclone_up = rclone(server, files, "minio:bucket/rclone")
        down = sluice_bench(options, "blob-down", server, "ours", ours)
        rclone_down = rclone(server, "minio:bucket/rclone", others)
    subprocess.run(["diff", "-r", files, ours], check=True)
    return figures_of(up, down, {"rclone": rclone_up}, {"rclone": rclone_down})


def figures_of(up, down, others_up, others_down):
    """The quickest of the others counts."""
    figures = {}
    for way, ours, others in (("up", up, others_up), ("down", down, others_down)):
        figures[f"{way}_s"] = ours["whole_s"]
        figures |= {f"{name}_{way}_s": seconds for name, seconds in others.items()}
        figures[f"{way}_ratio"] = min(others.values()) / ours["whole_s"]
    figures["peak_memory_mib"] = max(up["peak_memory_mib"], down["peak_memory_mib"])
    return figures


def large(options, directory):
    """One object of 4 GiB, up and down again; the quicker of rclone and mc counts. Downloads are of
    the same object, and each goes first in its turn: what of the machine's memory is free makes
    more of a difference than the programs do.
    """
    files = new_folder(directory / "files")
    file = files / "large"
    size = int(options.gib * 2**30)
    if shutil.disk_usage(directory).free < 6 * size:  # with what has not been removed yet
        sys.exit(f"s3-large needs {6 * options.gib:g} GiB below {directory}: see --gib")
    subprocess.run(["dd", "if=/dev/urandom", f"of={file}", "bs=1M", "status=none",
                    "iflag=count_bytes", f"count={size}"], check=True)
    with minio(directory) as server:
        down = {
            "ours": lambda into: sluice_bench(options, "blob-down", server, "ours", into),
            "rclone": lambda into: rclone(server, "minio:bucket/ours", into),
        }
        up = sluice_bench(options, "blob-up", server, "ours", files)
        others_up = {"rclone": rclone(server, files, "minio:bucket/rclone")}
        if (BIN / "mc").is_file():
            others_up["mc"] = mc(server, directory, file, "minio/bucket/mc/large")
            down["mc"] = lambda into: mc(server, directory, "minio/bucket/ours/large", into)
        else:
            print("s3-large: without mc, which tests/cluster/machine/build.sh mc builds",
                  file=sys.stderr)
        for name in others_up:
            server.client.remove("bucket", f"{name}/large")
        compare_down(directory, file, down["ours"])
        rounds = [large_down(directory, down, turn) for turn in range(3 * len(down))]
    seconds = {name: statistics.median(each[name] for each in rounds) for name in others_up}
    ours = {field: statistics.median(each["ours"][field] for each in rounds)
            for field in ("whole_s", "peak_memory_mib")}
    return figures_of(up, ours, others_up, seconds)


def compare_down(directory, file, fetch):
    fetch(new_folder(directory / "down"))
    subprocess.run(["cmp", file, directory / "down/large"], check=True)
    shutil.rmtree(directory / "down")
    file.unlink()


def large_down(directory, down, turn):
    names = sorted(down)
    begin = turn % len(names)
    figures = {}
    for name in names[begin:] + names[:begin]:
        into = new_folder(directory / "down")
        figures[name] = down[name](into)
        shutil.rmtree(into)
    return figures


def mc(server, directory, source, target):
    words = [BIN / "mc", "--config-dir", directory / "mc", "--quiet", "cp", source, target]
    return seconds_of(words, environment_of(server))


def listing(options, directory):
    """100,000 keys, against bare signed requests."""
    files = new_folder(directory / "files")
    for number in range(KEYS):
        (files / f"{number:06}").touch()
    bare, ours = [], []
    with minio(directory) as server:
        sluice_bench(options, "blob-up", server, "keys", files)
        for _ in range(LISTINGS):
            seconds, keys = bare_curl.seconds_of_listing(server, "keys/")
            ours.append(sluice_bench(options, "blob-list", server, "keys"))
            assert keys == ours[-1]["objects"] == KEYS
            bare.append(seconds)
    list_s = statistics.median(each["seconds"] for each in ours)
    curl_s = statistics.median(bare)
    return {"list_s": list_s, "curl_s": curl_s, "ratio": list_s / curl_s,
            "peak_memory_mib": max(each["peak_memory_mib"] for each in ours)}


def pipeline(options, directory):
    """A job of 1,000 small objects by two local workers, over S3 against files."""
    files = new_folder(directory / "in")
    for number in range(DATUMS):
        (files / f"{number:04}.txt").write_text("some words of a text\n" * 140)
    with minio(directory) as server:
        sluice_bench(options, "blob-up", server, "in", files)
        environment = environment_of(server)
        over_files = run_job(options, directory, "files", files.as_uri(),
                             (directory / "out").as_uri(), environment)
        over_s3 = run_job(options, directory, "s3", "s3://bucket/in", "s3://bucket/out/",
                          environment)
        assert sum(1 for _ in server.client.keys("bucket", "out/")) == DATUMS
    return {"s3_s": over_s3, "files_s": over_files, "ratio": over_s3 / over_files}


def run_job(options, directory, name, source, target, environment):
    path = directory / f"{name}.json"
    path.write_text(json.dumps({
        "pipeline": {"name": name},
        "transform": {"image": "none", "cmd": ["sh", "-c", "wc /pfs/in/* >/pfs/out/$(ls /pfs/in)"]},
        "parallelism_spec": {"constant": 2},
        "resource_requests": {"memory": "64Mi", "cpu": 1},
        "input": {"atom": {"URI": source, "repo": "in", "glob": "/*"}},
        "egress": {"URI": target},
    }))
    words = [options.build / "src/cli/sluice", "job", "run", "--db",
             f"sqlite://{directory}/{name}.db", path]
    return seconds_of(words, environment)


ALL = {"s3-small": small, "s3-large": large, "s3-list": listing, "s3-pipeline": pipeline}
NEEDS = dict.fromkeys(ALL, ["minio"]) | {"s3-large": ["minio", "mc"]}
