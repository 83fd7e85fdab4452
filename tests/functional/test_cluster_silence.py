# SPDX-License-Identifier: Apache-2.0
"""A worker whose network is cut for longer than its lease, and which comes back: another one has
its datum by then, and what it made itself is not published."""

import pytest
from cluster_world import is_empty
from programs import wait_until
from relay import Relay

INPUTS = ("a", "b", "c")
SAY_WHO = "echo $SLUICE_POD_NAME >/pfs/out/$input"


@pytest.fixture
def bucket_relay(s3):
    relay = Relay(s3.server.url)
    yield relay
    relay.close()


class Pods:
    """The first pod of a job, which is to be lost, and which inputs the pods have."""

    def __init__(self, server, job, gate):
        self.server = server
        self.job = job
        self.lost = f"{job}-1"
        self._gate = gate
        has = {gate.wait_for(each): each for each in INPUTS}
        self.input = has.pop(self.lost)
        (self.other, self.others_input), (_, self.last_input) = has.items()

    def datum(self):
        """That of the lost pod's input."""
        ids = [each["id"] for each in self.server.datums(self.job)]
        described = [self.server.get(f"/datums/{each}/describe") for each in ids]
        (found,) = (each for each in described
                    if each["input_files"][0]["local_path"].endswith(f"/{self.input}"))
        return found

    def hand_over(self):
        """Another pod is free and gets the datum, as soon as it may."""
        self._gate.open(self.others_input)
        assert self._gate.wait_for(self.input, count=2, seconds=90) == self.other

    def come_back(self, kubelet, relay):
        """The lost one is over with its datum, asks for another one, and stays until the end, when
        it hears of that, or is ended with the Job."""
        wait_until(lambda: any("reserve_next_datum" in asked for asked in relay.asked))
        self._gate.open(self.last_input)
        self.server.wait(self.job)
        wait_until(lambda: self.lost in kubelet.codes())
        assert kubelet.codes()[self.lost] in (0, 143)


def run_with_lost_pod(cluster, kubelet, gate, **variables):
    """Each of three pods has come with an input; the first one has variables of its own."""
    def adjust(pod, own):
        if pod.endswith("-1"):
            own.update(variables)

    kubelet.adjust = adjust
    server = cluster.servers[0]
    job = server.run(gate.wait + SAY_WHO, INPUTS)
    return Pods(server, job, gate)


def assert_made_by_other(cluster, pods):
    assert cluster.out()[pods.input] == f"{pods.other}\n".encode()
    assert pods.datum()["datum"]["pod_name"] == pods.other


def test_a_worker_cut_off_before_its_upload_publishes_nothing(
    cluster, kube, kubelet, relay, gate
):
    relay.lead_to(cluster.serve().url)
    pods = run_with_lost_pod(cluster, kubelet, gate, SLUICE_SERVER=relay.url)
    relay.cut()
    pods.hand_over()
    gate.open(pods.input)  # both make it now
    wait_until(lambda: pods.input in cluster.out())
    relay.mend()
    pods.come_back(kubelet, relay)
    assert_made_by_other(cluster, pods)
    wait_until(lambda: is_empty(kube))


def test_an_upload_that_hangs_for_longer_than_its_leave_publishes_nothing(
    cluster, kubelet, relay, bucket_relay, gate
):
    relay.lead_to(cluster.serve().url)
    pods = run_with_lost_pod(cluster, kubelet, gate, SLUICE_SERVER=relay.url,
                             AWS_ENDPOINT_URL=bucket_relay.url)
    bucket_relay.cut()
    gate.open(pods.input)
    wait_until(lambda: pods.datum()["outputs"])  # announced: the upload hangs
    relay.cut()
    pods.hand_over()
    # No sooner than the leave is over.
    wait_until(lambda: pods.input in cluster.out(), seconds=120)
    bucket_relay.mend()
    relay.mend()
    pods.come_back(kubelet, relay)
    assert_made_by_other(cluster, pods)
