# SPDX-License-Identifier: Apache-2.0
"""Several servers on one PostgreSQL: whoever is killed, each job has its one Kubernetes Job."""

import contextlib
import http.client
import signal

import checker
import psycopg
import pytest
from cluster_world import SHOUT, is_empty
from fake_kube import FakeKube, Refusal
from programs import wait_until

DONE = {"a": b"THIS IS A\n", "b": b"THIS IS B\n"}


class InterruptedKube(FakeKube):
    """Something happens while one call is answered: before it is done, so that it is not, or
    after."""

    def __init__(self):
        super().__init__(controller=True)
        self.made = []  # the uids of Jobs
        self._acts = {}

    def interrupt(self, call, moment, act):
        self._acts[call] = (moment, act)

    def answer(self, call, body):
        moment, act = self._acts.pop(call.key, ("never", None))
        if moment == "before":
            act()
            raise Refusal(500, "Broken", "nobody waits for this")
        status, answer = super().answer(call, body)
        if call.key == "batch/jobs/create":
            self.made.append(answer["metadata"]["uid"])
        if moment == "after":
            act()
        return status, answer


@pytest.fixture
def kube():
    kube = InterruptedKube()
    yield kube
    kube.close()


def submit(server, script=SHOUT, inputs=("a", "b")):
    """Whoever is killed may not answer."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        server.run(script, inputs)


def leader_pid(db_url):
    with psycopg.connect(db_url) as connection:
        (name,), = connection.execute(
            "SELECT worker.name FROM cluster_job JOIN worker ON worker.id = leader_id").fetchall()
    return int(name.rpartition("-")[2])


def assert_done_once(server, cluster):
    (listed,) = server.get("/jobs/list")["jobs"]
    server.wait(listed["job_name"], seconds=120)
    assert cluster.out() == DONE
    wait_until(lambda: is_empty(cluster.kube))
    assert len(cluster.kube.made) == 1
    assert checker.problems(cluster.db_url) == []


@pytest.mark.parametrize("call", ["batch/jobs/create", "/secrets/create"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_that_is_killed_while_it_creates_a_job_is_followed(
    shared_cluster, kube, kubelet, relay, call, moment
):
    servers = [shared_cluster.serve("--host-url", relay.url) for _ in range(2)]
    killed = []

    def kill_leader():
        pid = leader_pid(shared_cluster.db_url)
        (leader,) = (each for each in servers if each.program.pid == pid)
        servers.remove(leader)
        relay.lead_to(servers[0].url)
        leader.program.kill()
        killed.append(leader)

    kube.interrupt(call, moment, kill_leader)
    submit(servers[0])
    wait_until(lambda: killed)
    assert_done_once(servers[0], shared_cluster)


@pytest.mark.parametrize("point", ["update_cluster_job:1", "update_cluster_job:2"])
def test_a_server_that_is_killed_before_it_has_stored_what_it_did_is_followed(
    shared_cluster, kube, kubelet, relay, point
):
    first = shared_cluster.serve("--host-url", relay.url, SLUICE_CRASH_AT=point)
    relay.lead_to(first.url)
    submit(first)
    assert first.program.wait() == -signal.SIGKILL
    second = shared_cluster.serve("--host-url", relay.url)
    relay.lead_to(second.url)
    assert_done_once(second, shared_cluster)


def test_a_job_that_was_not_stored_is_not_made(shared_cluster, kube):
    first = shared_cluster.serve(SLUICE_CRASH_AT="insert_cluster_jobs:1")
    submit(first)
    assert first.program.wait() == -signal.SIGKILL
    second = shared_cluster.serve()
    assert second.get("/jobs/list")["jobs"] == []
    job = second.run()
    wait_until(lambda: kube.get("jobs", job))
    assert len(kube.made) == 1


def test_a_job_goes_on_when_the_server_of_its_pods_is_killed(
    shared_cluster, kube, kubelet, relay, gate
):
    one, other = (shared_cluster.serve("--host-url", relay.url) for _ in range(2))
    relay.lead_to(one.url)
    job = one.run(gate.wait + SHOUT, ("a", "b"))
    pods = {gate.wait_for("a"), gate.wait_for("b")}
    one.program.kill()
    relay.lead_to(other.url)
    gate.open("a", "b")
    assert_done_once(other, shared_cluster)
    assert {datum["pod_name"] for datum in other.datums(job)} == pods


def test_a_server_that_stops_leaves_its_jobs_to_others(
    shared_cluster, kube, kubelet, relay, gate
):
    one, other = (shared_cluster.serve("--host-url", relay.url) for _ in range(2))
    relay.lead_to(one.url)
    job = one.run(gate.wait + SHOUT, ("a", "b"))
    pods = {gate.wait_for("a"), gate.wait_for("b")}
    relay.lead_to(other.url)
    assert one.program.terminate() == 0
    assert kube.get("jobs", job)
    gate.open("a", "b")
    assert_done_once(other, shared_cluster)
    assert {datum["pod_name"] for datum in other.datums(job)} == pods
