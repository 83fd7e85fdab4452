# SPDX-License-Identifier: Apache-2.0
"""What tests on a real cluster share: the machine, servers of buckets, and `sluice serve` beside
them, which reaches the cluster with the rights of an installed server and no others."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/functional")]

import images  # noqa: E402
from real_buckets import FakeGcs, Minio, authority  # noqa: E402
from gate import Gate  # noqa: E402
from machine import BIN, Machine, Stopwatch  # noqa: E402
from programs import Program  # noqa: E402
from scratch_postgres import ScratchPostgres  # noqa: E402
from sluice_server import SluiceServer, access_of_server  # noqa: E402


@pytest.fixture(scope="session")
def build():
    """The build directory whose programs are under test: SLUICE_BUILD, or that of release."""
    path = pathlib.Path(os.environ.get("SLUICE_BUILD", ROOT / "build/release"))
    assert (path / "src/cli/sluice").is_file(), f"{path} has no program: ./dev test --cluster"
    return path.resolve()


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    return Machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="session")
def sluice_image(machine, build):
    """Sluice's image, whose authorities include that of the tests. Its name."""
    image = images.sluice(build)
    bundle = "/usr/lib/sluice/worker/ca.pem"
    image.files[bundle] = pathlib.Path(image.files[bundle]).read_bytes() + authority()
    machine.import_image(image)
    return image.name


@pytest.fixture(scope="session")
def minio(tmp_path_factory):
    server = Minio(tmp_path_factory.mktemp("s3"))
    server.client.make_bucket("bucket")
    yield server
    server.close()


@pytest.fixture(scope="session")
def gcs(tmp_path_factory):
    server = FakeGcs(tmp_path_factory.mktemp("gcs"))
    server.make_bucket("bucket")
    yield server
    server.close()


@pytest.fixture
def namespace(machine, minio):
    """One of the test's own, with the Secret `s3` of MinIO's key."""
    name = machine.new_namespace()
    machine.make_secret(name, "s3", AWS_ACCESS_KEY_ID=minio.key,
                        AWS_SECRET_ACCESS_KEY=minio.secret)
    yield name
    machine.remove_namespace(name)


@pytest.fixture
def environment(tmp_path):
    """The user's settings do not reach the programs, and kubectl is the machine's."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("SLUICE_", "AWS_", "GOOGLE_", "KUBE"))}
    home = tmp_path / "home"
    home.mkdir()
    return kept | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "LC_ALL": "C.UTF-8",
                   "PATH": f"{BIN}:{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def scratch_postgres():
    cluster = ScratchPostgres()
    yield cluster
    cluster.close()


@pytest.fixture
def db_url(scratch_postgres):
    name = scratch_postgres.new_database()
    yield scratch_postgres.url(name)
    scratch_postgres.drop_database(name)


@pytest.fixture
def sluice(build, environment, tmp_path):
    """sluice(*arguments) → the finished process; `stdin`, `timeout` and settings by name."""

    def sluice(*arguments, stdin="", timeout=120, **settings):
        return subprocess.run(
            [build / "src/cli/sluice", *map(str, arguments)], cwd=tmp_path,
            env=environment | settings, input=stdin, timeout=timeout, capture_output=True,
            text=True, errors="replace",
        )

    return sluice


@pytest.fixture
def start(environment, tmp_path):
    """start(program, *arguments) → Program, ended with the test at the latest."""
    programs = []

    def start(*arguments, **settings):
        programs.append(Program(arguments, tmp_path, environment | settings))
        return programs[-1]

    yield start
    for program in programs:
        program.close()


@pytest.fixture
def serve(machine, namespace, minio, sluice, start, build, db_url, sluice_image, tmp_path):
    """serve(**settings) → SluiceServer in front of the namespace's cluster. In the end no secret of
    the test may stand in what it said, or in the cluster's events."""
    servers = []

    def serve(access=None, **settings):
        kubeconfig = access or access_of_server(machine, sluice, namespace, tmp_path)
        defaults = minio.variables() | {
            "SLUICE_KUBE_CONTEXT": "server",
            "SLUICE_KUBE_NAMESPACE": namespace,
            "SLUICE_WORKER_IMAGE": sluice_image,
            "SLUICE_WORKER_IMAGE_PULL_POLICY": "Never",
            "KUBECONFIG": str(kubeconfig),
        }
        server = SluiceServer(start, sluice, build / "src/cli/sluice", db_url,
                              defaults | settings)
        servers.append(server)
        return server

    yield serve
    planted = [minio.secret, *(server.key for server in servers)]
    said = "".join(server.program.stderr() + server.heard for server in servers)
    said += machine.kubectl("get", "events,jobs,pods", f"--namespace={namespace}", "-o", "json")
    assert not [secret for secret in planted if secret in said], "a secret has been told"


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.close()


@pytest.fixture
def stopwatch(record_property):
    return Stopwatch(record_property)
