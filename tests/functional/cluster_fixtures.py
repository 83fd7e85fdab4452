# SPDX-License-Identifier: Apache-2.0
"""Fixtures of tests with a scripted Kubernetes."""

import subprocess

import pytest

from cluster_world import ClusterWorld, Gate
from fake_kube import FakeKube
from kubelet import Kubelet
from relay import Relay


@pytest.fixture
def kube():
    """It keeps the pods of Jobs; what becomes of them is said by the test, or its kubelet."""
    kube = FakeKube(controller=True)
    yield kube
    kube.close()


@pytest.fixture
def files(directory):
    """What commands in pods and the test have in common."""
    files = directory / "files"
    files.mkdir()
    return files


@pytest.fixture
def gate(files):
    return Gate(files)


@pytest.fixture(scope="session")
def worker_directory(sluice_bin, tmp_path_factory):
    """What the init container brings."""
    directory = tmp_path_factory.mktemp("worker") / "sluice"
    subprocess.run([sluice_bin, "worker", "--install", directory], check=True)
    return directory


@pytest.fixture
def kubelet(kube, worker_directory, directory, files):
    """Pods of the test run."""
    (directory / "pods").mkdir()
    kubelet = Kubelet(kube, worker_directory, directory / "pods", files)
    yield kubelet
    kubelet.close()


@pytest.fixture
def new_cluster(start, sluice, sluice_bin, kube, s3, directory):
    """new_cluster(db_url) → ClusterWorld on that database."""

    def new_cluster(db_url):
        return ClusterWorld(start, sluice, sluice_bin, kube, s3, db_url, directory)

    return new_cluster


@pytest.fixture
def cluster(new_cluster, directory):
    """On SQLite."""
    return new_cluster(f"sqlite://{directory}/sluice.db")


@pytest.fixture
def shared_cluster(new_cluster, postgres_url):
    """On PostgreSQL, for several servers."""
    return new_cluster(postgres_url)


@pytest.fixture
def relay():
    """Pods reach servers through it, when a test says so; until lead_to() nobody is there."""
    relay = Relay("http://127.0.0.1:1")
    yield relay
    relay.close()
