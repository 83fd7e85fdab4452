# SPDX-License-Identifier: Apache-2.0
"""proxy, and --proxy for one command, with a kubectl that plays the cluster."""

import base64
import os
import signal

import pytest

from kubectl_cluster import KubectlCluster, free_port, is_free
from programs import wait_until

OURS = {"app.kubernetes.io/part-of": "sluice"}


@pytest.fixture
def cluster(directory):
    return KubectlCluster(directory)


class Proxy:
    """A `sluice proxy` on ports of its own."""

    def __init__(self, start, sluice_bin, cluster):
        self.start, self.sluice_bin, self.cluster = start, sluice_bin, cluster
        self.ports = {
            name: free_port() for name in ("server", "database", "minio", "minio-console")}

    def run(self, *services):
        for name in services:
            self.cluster.put("Service", name, labels=OURS)
        flags = [f"--port-{name}={port}" for name, port in self.ports.items()]
        # Whoever runs the tests may ignore SIGHUP; the program would inherit that.
        return self.start("env", "--default-signal=HUP", self.sluice_bin, "proxy", *flags,
                          **self.cluster.settings)


@pytest.fixture
def proxy(start, sluice_bin, cluster):
    return Proxy(start, sluice_bin, cluster)


def test_proxy_leads_to_what_is_deployed(proxy, cluster, sluice, serve, directory):
    _, url = serve(f"sqlite://{directory}/sluice.db")
    cluster.change(lambda state: state.update(forward=int(url.rpartition(":")[2])))
    program = proxy.run("sluice", "sluice-postgres")
    for meaning, port in (("server", proxy.ports["server"]),
                          ("database", proxy.ports["database"])):
        wait_until(lambda: f"{meaning} on 127.0.0.1:{port}" in program.lines)
    server = f"http://127.0.0.1:{proxy.ports['server']}"
    assert sluice("job", "list", "--server", server).returncode == 0
    assert is_free(proxy.ports["minio"])
    assert program.terminate() == 0
    assert cluster.living() == []
    assert is_free(proxy.ports["server"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_proxy_leaves_no_child_and_no_port_however_it_ends(proxy, cluster, number):
    program = proxy.run("sluice", "sluice-postgres", "sluice-minio")
    wait_until(lambda: len(program.lines) == 4)
    assert len(cluster.living()) == 8  # each with its helper
    os.kill(program.pid, number)
    program.wait()
    wait_until(lambda: cluster.living() == [] and all(map(is_free, proxy.ports.values())), 2)


def test_permanent_error_ends_the_proxy(proxy, cluster):
    cluster.fail("port-forward", "sluice-postgres",
                 'Error from server (Forbidden): pods "x" is forbidden: User "me" cannot create')
    program = proxy.run("sluice", "sluice-postgres")
    assert program.wait() == 1
    assert "(Forbidden)" in program.stderr()
    assert cluster.living() == []


def test_port_that_is_taken_ends_the_proxy(proxy, cluster, start, sluice_bin):
    first = proxy.run("sluice")
    first.wait_for_line("server on")
    second = start(sluice_bin, "proxy", f"--port-server={proxy.ports['server']}",
                   **cluster.settings)
    assert second.wait() == 1
    assert "unable to listen" in second.stderr()


def test_lost_forward_comes_back(proxy, cluster):
    program = proxy.run("sluice")
    program.wait_for_line("server on")
    os.kill(cluster.state()["pids"][0], signal.SIGKILL)
    program.wait_for_line(f"server on 127.0.0.1:{proxy.ports['server']}")
    assert len(cluster.living()) == 2  # the helper of the first went with it


def test_forward_is_tried_again_while_pods_start(proxy, cluster):
    cluster.fail("port-forward", "service/sluice",
                 "error: unable to forward port because pod is not running. Current status=Pending")
    program = proxy.run("sluice")
    program.wait_for_line("server on")
    assert "again in 1 s" in program.stderr()


def test_proxy_without_an_installation_says_so(proxy):
    program = proxy.run()
    assert program.wait() == 3
    assert "there is no Sluice in the namespace 'default'" in program.stderr()


def test_one_command_through_the_proxy(cluster, sluice, serve, directory):
    key = "sluice_" + "k" * 40
    _, url = serve(f"sqlite://{directory}/served.db", SLUICE_BOOTSTRAP_KEY=key)
    cluster.put("Service", "sluice", labels=OURS)
    cluster.put("Secret", "sluice", labels=OURS)

    def prepare(state):
        state["forward"] = int(url.rpartition(":")[2])
        state["objects"]["secret/sluice"]["data"]["api-key"] = \
            base64.b64encode(key.encode()).decode()

    cluster.change(prepare)
    result = sluice("--proxy", "job", "list", SLUICE_KUBE_NAMESPACE="jobs", **cluster.settings)
    assert result.returncode == 0, result.stderr
    assert all(call[0] == "--namespace=jobs" for call in cluster.calls())
    assert cluster.living() == []


def test_one_command_without_an_installation_fails(cluster, sluice):
    cluster.fail("port-forward", "", 'Error from server (NotFound): services "sluice" not found')
    result = sluice("job", "list", "--proxy", **cluster.settings)
    assert result.returncode == 3
    assert 'services "sluice" not found' in result.stderr
