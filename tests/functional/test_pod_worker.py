# SPDX-License-Identifier: Apache-2.0
"""The worker of pods: in an image that has nothing, not even a C library."""

import re
import subprocess

import pytest

from pipelines import contents, write_pipeline

# A whole image: one static program. It shouts its inputs, and tells where it stands and what it is
# told.
COMMAND = r"""
#include <cctype>
#include <cstdio>
#include <dirent.h>
#include <string>
#include <unistd.h>

int main()
{
    FILE* told = fopen("/pfs/out/told", "w");
    char cwd[4096];
    fprintf(told, "cwd=%s\n", getcwd(cwd, sizeof cwd));
    for (char** variable = environ; *variable; ++variable)
        fprintf(told, "%s\n", *variable);
    fclose(told);
    DIR* inputs = opendir("/pfs/in");
    while (const dirent* entry = readdir(inputs)) {
        const std::string name = entry->d_name;
        FILE* from = name[0] == '.' ? nullptr : fopen(("/pfs/in/" + name).c_str(), "r");
        if (!from)
            continue;
        FILE* to = fopen(("/pfs/out/" + name).c_str(), "w");
        for (int c = getc(from); c != EOF; c = getc(from))
            putc(toupper(c), to);
        fclose(to);
    }
    puts("shouted");
}
"""

# The mounts of a pod: its own view of /pfs is a part of the volume. The files of the test stand
# where the server sees them.
POD = """
set -e
for place in proc dev; do mount --rbind /$place "$1/$place"; done
mount --bind "$1/sluice/pfs/now" "$1/pfs"
mount --bind "$2" "$1$2"
cd /
exec chroot "$1" /sluice/worker "$3"
"""

# The leak checker wants to look into the worker, which forbids that.
NO_LEAK_CHECK = {"ASAN_OPTIONS": "detect_leaks=0"}


@pytest.fixture
def image(sluice, tmp_path):
    """The root of a pod: the user's image, and what the init container brings."""
    root = tmp_path / "image"
    for place in ("proc", "dev", "pfs", "scratch", "sluice/pfs/now"):
        (root / place).mkdir(parents=True)
    (root / str(tmp_path / "files")[1:]).mkdir(parents=True)
    for _ in range(2):  # again, as after a restart of the init container
        installed = sluice("worker", "--install", root / "sluice")
        assert installed.returncode == 0, installed.stderr
    return root


def test_worker_brings_all_that_it_needs_and_nothing_of_databases(image):
    directory = image / "sluice"
    dynamic = subprocess.run(
        ["objdump", "-p", directory / "worker"], check=True, capture_output=True, text=True
    ).stdout
    needed = re.findall(r"NEEDED +(\S+)", dynamic)
    assert needed
    here = {path.name for path in (directory / "lib").iterdir()}
    assert {name for name in needed if not name.startswith("ld-linux")} <= here
    assert re.search(r"RPATH +/sluice/lib\b", dynamic)
    assert not re.search("RUNPATH", dynamic)
    assert not [name for name in here if name.startswith(("libpq.", "libsqlite3."))]
    assert "BEGIN CERTIFICATE" in (directory / "ca.pem").read_text()
    assert not list(directory.rglob("*.part"))


def run_in(image, start, *arguments, **settings):
    script = 'mount --rbind /proc "$1/proc"; cd /; root=$1; shift; exec chroot "$root" "$@"'
    return start("unshare", "--map-root-user", "--mount", "sh", "-ec", script, "sh", image,
                 *arguments, **NO_LEAK_CHECK, **settings)


def test_libraries_of_the_image_are_not_the_workers(image, start):
    other = image / "opt/lib"
    other.mkdir(parents=True)
    for library in (image / "sluice/lib").iterdir():
        (other / library.name).write_text("of the image, and of no use here")
    program = run_in(image, start, "/sluice/worker", "--version", LD_LIBRARY_PATH="/opt/lib")
    program.wait_for_line("sluice_worker .*, protocol")
    assert program.wait() == 0


def test_worker_says_what_it_is_not_told(image, start):
    program = run_in(image, start, "/sluice/worker", "job")
    assert program.wait() == 1
    assert "error: SLUICE_SERVER: is required" in program.stderr()


def test_datums_run_in_an_image_without_a_c_library(
    image, serve, sluice, start, tmp_path, db_url
):
    (tmp_path / "command.cc").write_text(COMMAND)
    subprocess.run(
        ["g++", "-static", "-O1", "-o", image / "shout", tmp_path / "command.cc"], check=True
    )
    files = tmp_path / "files"
    files.mkdir()
    pipeline = write_pipeline(
        files, "", ["a", "b"], transform={
            "image": "none", "cmd": ["/shout"], "env": {"MODEL": "large"}},
        input={"atom": {"URI": (files / "in").as_uri(), "repo": "in", "glob": "/a"}})
    key = sluice("key", "create", "pod", "--db", db_url).stdout.strip()
    _, url = serve(db_url, "--workers", "0")
    settings = {"SLUICE_SERVER": url, "SLUICE_KEY": key}
    job = sluice("job", "run", pipeline, **settings).stdout.strip()

    pod = start(
        "unshare", "--map-root-user", "--mount", "sh", "-c", POD, "sh", image, files, job,
        SLUICE_POD_NAME="pod-1", SLUICE_NODE_NAME="node-1", OF_THE_IMAGE="yes",
        **settings, **NO_LEAK_CHECK)
    assert sluice("job", "wait", job, "--timeout", "60s", **settings).returncode == 0
    assert pod.wait() == 0
    assert "shouted" in pod.lines

    found = contents(files / "out")
    told = found.pop("told").decode().splitlines()
    assert found == {"a": b"THIS IS A\n"}
    assert told[0] == "cwd=/"
    assert {"MODEL=large", "OF_THE_IMAGE=yes", "SLUICE_POD_NAME=pod-1", "SLUICE_PFS=/pfs",
            "SLUICE_SCRATCH=/scratch", "SLUICE_ATTEMPT=1"} <= set(told)
    assert not [line for line in told
                if line.startswith(("SLUICE_KEY", "SLUICE_SERVER", "OPENSSL_CONF"))]
    assert list((image / "sluice/pfs/now").iterdir()) == []
    assert list((image / "scratch").iterdir()) == []
