# SPDX-License-Identifier: Apache-2.0
"""What commands in pods print goes to their server, and is read at any other one."""

import pytest
from cluster_world import is_empty
from kubectl_cluster import free_port
from programs import wait_until

SAY = "echo begun; {wait}echo ended >&2"


@pytest.fixture
def pair(shared_cluster, relay):
    """Two servers that know of each other; pods talk to the first."""
    servers = []
    for _ in range(2):
        place = f"127.0.0.1:{free_port()}"
        servers.append(shared_cluster.serve("--advertise-url", f"http://{place}",
                                            "--host-url", relay.url, listen=place))
    relay.lead_to(servers[0].url)
    return servers


def log_of(server, job):
    """The lines, without those that say whose they are."""
    lines = server.call("job", "logs", job).stdout.splitlines()
    return [line for line in lines if line and not line.startswith("==>")]


def test_a_log_is_read_at_another_server_while_it_grows_and_after(
    pair, kube, kubelet, gate
):
    one, other = pair
    job = other.run(SAY.format(wait=gate.wait))
    gate.wait_for()
    wait_until(lambda: "begun" in log_of(other, job))
    gate.open("a")
    other.wait(job)
    wait_until(lambda: is_empty(kube))  # the log outlives its pod
    (datum,) = other.datums(job)
    for server in pair:
        assert log_of(server, job) == ["begun", "ended"]
        assert server.call("datum", "logs", datum["id"]).stdout.split() == ["begun", "ended"]
    (pod,) = kubelet.codes()
    assert "begun" in kubelet.program(pod).lines  # `kubectl logs` has it, too


def test_a_log_goes_on_at_another_server_from_its_beginning(pair, relay, kubelet, gate):
    one, other = pair
    job = one.run(SAY.format(wait=gate.wait))
    gate.wait_for()
    wait_until(lambda: "begun" in log_of(one, job))
    one.program.kill()
    relay.lead_to(other.url)
    gate.open("a")
    other.wait(job)
    assert log_of(other, job) == ["begun", "ended"]


def test_a_log_store_keeps_logs_for_all_servers(shared_cluster, kubelet, directory):
    store = ("--log-store", (directory / "logs").as_uri())
    one = shared_cluster.serve(*store)
    other = shared_cluster.serve(*store, "--host-url", one.url)
    job = one.run("echo begun; echo ended >&2")
    one.wait(job)
    assert one.program.terminate() == 0
    assert log_of(other, job) == ["begun", "ended"]
