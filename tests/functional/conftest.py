# SPDX-License-Identifier: Apache-2.0
"""What functional tests share: the binary, a directory and a database of their own, programs."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))

from bucket_jobs import Cloud  # noqa: E402
from bucket_servers import BucketServer  # noqa: E402
from cluster_fixtures import (  # noqa: E402, F401
    cluster, files, gate, kube, kubelet, new_cluster, relay, shared_cluster, worker_directory,
)
from programs import Program  # noqa: E402
from scratch_postgres import ScratchPostgres  # noqa: E402
from sluice_python import sluice_python  # noqa: E402
from webhook_target import Target  # noqa: E402


@pytest.fixture(scope="session")
def sluice_bin():
    """The binary under test: SLUICE_BIN, or that of the dev preset."""
    path = pathlib.Path(os.environ.get("SLUICE_BIN", ROOT / "build/dev/src/cli/sluice"))
    assert path.is_file(), f"{path} does not exist: ./dev test functional builds it"
    return path.resolve()


@pytest.fixture
def directory(tmp_path):
    """Working directory of the test's programs."""
    return tmp_path


@pytest.fixture
def environment(tmp_path):
    """The user's settings do not reach the programs: home and state are the test's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    home = tmp_path / "home"
    home.mkdir()
    return kept | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def scratch_postgres():
    """A PostgreSQL cluster for the session. Without PostgreSQL's programs the test fails."""
    cluster = ScratchPostgres()
    yield cluster
    cluster.close()


@pytest.fixture
def postgres_url(scratch_postgres):
    """A database of its own for the test."""
    name = scratch_postgres.new_database()
    yield scratch_postgres.url(name)
    scratch_postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request, tmp_path):
    """The test runs once on each store."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/sluice.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def start(directory, environment):
    """start(program, *arguments) → Program, ended with the test at the latest."""
    programs = []

    def start(*arguments, **settings):
        programs.append(Program(arguments, directory, environment | settings))
        return programs[-1]

    yield start
    for program in programs:
        program.close()


@pytest.fixture
def workflow_program(start):
    """workflow_program(name, *arguments) → Program: one of workflow_programs, in Python."""

    def workflow_program(name, *arguments, **settings):
        path = ROOT / "tests/functional/workflow_programs" / name
        return start(sluice_python(), path, *arguments, **settings)

    return workflow_program


@pytest.fixture
def sluice(sluice_bin, directory, environment):
    """sluice(*arguments) → the finished process; `stdin`, `timeout` and settings by name."""

    def sluice(*arguments, stdin="", timeout=120, **settings):
        return subprocess.run(
            [sluice_bin, *map(str, arguments)], cwd=directory, env=environment | settings,
            input=stdin, timeout=timeout, capture_output=True, text=True, errors="replace",
        )

    return sluice


@pytest.fixture
def serve(start, sluice_bin):
    """serve(db_url, *arguments) → (Program, base URL), when it is ready; on a free port."""

    def serve(db_url, *arguments, **settings):
        server = start(
            sluice_bin, "serve", "--db", db_url, "--listen", "127.0.0.1:0", *arguments, **settings
        )
        return server, server.wait_for_line(r"https?://[\w.:\[\]-]+")[0]

    return serve


@pytest.fixture
def worker(start, sluice_bin):
    """worker(server_url, *arguments) → Program, when it has said its first line."""

    def worker(server_url, *arguments, **settings):
        program = start(sluice_bin, "worker", "--server", server_url, *arguments, **settings)
        program.wait_for_line("")
        return program

    return worker


@pytest.fixture
def own_postgres():
    """A cluster that the test may stop."""
    cluster = ScratchPostgres()
    yield cluster
    cluster.close()


@pytest.fixture
def target():
    """The other end of webhooks; a module may have one of its own."""
    target = Target()
    yield target
    target.close()


@pytest.fixture(scope="session")
def s3_server():
    server = BucketServer("scripted_s3")
    yield server
    server.close()


@pytest.fixture(scope="session")
def gcs_server():
    server = BucketServer("scripted_gcs")
    yield server
    server.close()


@pytest.fixture
def s3(s3_server):
    return Cloud("s3", s3_server)


@pytest.fixture
def gcs(gcs_server):
    return Cloud("gcs", gcs_server)


@pytest.fixture(params=["s3", "gcs"])
def cloud(request):
    """The test runs once on each kind of bucket."""
    return request.getfixturevalue(request.param)
