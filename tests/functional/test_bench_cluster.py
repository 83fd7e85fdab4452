# SPDX-License-Identifier: Apache-2.0
"""What `./dev bench cluster` runs does what it measures, in small."""

import json

from bucket_jobs import NONE


def figures_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_workers_of_the_benchmark_are_served(sluice, directory):
    figures = figures_of(sluice("bench", "http-workers", "--json", "--clients", "4", "--size", "9",
                                "--db", f"sqlite://{directory}/bench.db", timeout=120))

    assert figures["workers"] == 4
    assert figures["datums"] == 9
    assert figures["requests"] >= 5 * 9  # and those that say that the job has ended
    assert 0 < figures["reserve_p50_ms"] <= figures["reserve_p99_ms"]
    assert 0 < figures["woken_p50_ms"] <= figures["woken_p99_ms"]


def test_files_of_the_benchmark_come_back_from_a_bucket(sluice, directory, cloud):
    files = {f"file-{number}": str(number) * number for number in range(5)}
    (directory / "up").mkdir()
    (directory / "down").mkdir()
    for name, text in files.items():
        (directory / "up" / name).write_text(text)

    def bench(name, *arguments):
        return figures_of(sluice("bench", name, "--json", "--place", cloud.uri("place/"),
                                 *arguments, **NONE | cloud.settings))

    assert bench("blob-up", "--directory", directory / "up")["objects"] == 5
    assert bench("blob-list")["bytes"] == sum(map(len, files.values()))
    assert bench("blob-down", "--directory", directory / "down")["peak_memory_mib"] > 0

    assert {path.name: path.read_text() for path in (directory / "down").iterdir()} == files
