# SPDX-License-Identifier: Apache-2.0
"""The token of a job's workers opens what these need, of this job, and nothing else."""

import base64

import pytest
from programs import wait_until

POD = {"node_name": "node-1", "pod_name": "by-hand"}


def token_of(kube, job):
    wait_until(lambda: kube.get("secrets", job))
    return base64.b64decode(kube.get("secrets", job)["data"]["token"]).decode()


@pytest.fixture
def two(cluster, kube):
    """(server, [(name, id, token)] of two jobs with a datum each)"""
    server = cluster.serve()
    jobs = [server.run() for _ in range(2)]
    return server, [(job, server.job(job)["id"], token_of(kube, job)) for job in jobs]


def reserve(server, job_id, token):
    return server.ask("POST", f"/jobs/{job_id}/reserve_next_datum", POD, token)


def test_a_worker_may_work_for_its_own_job_and_for_no_other(two):
    server, [(_, one, token), (_, other, other_token)] = two
    status, taken = reserve(server, one, token)
    assert (status, taken["datum"]["job_id"]) == (200, one)
    status, other_taken = reserve(server, other, other_token)
    assert status == 200
    datum, report = other_taken["datum"]["id"], {
        "pod_name": "by-hand", "attempt": 1, "datum": {"status": "done", "output": ""}}
    lease = {"pod_name": "by-hand", "attempt": 1}

    assert server.ask("GET", f"/jobs/{one}", key=token)[0] == 200
    for method, path, body in (
        ("GET", f"/jobs/{other}", None),
        ("POST", f"/jobs/{other}/reserve_next_datum", POD),
        ("PATCH", f"/datums/{datum}", report),
        ("POST", f"/datums/{datum}/heartbeat", lease),
        ("POST", f"/datums/{datum}/give_back", lease),
        ("POST", f"/datums/{datum}/upload_leave", lease),
    ):
        status, answer = server.ask(method, path, body, token)
        assert status == 403, (path, answer)
        assert f"the token is for job {one} alone" in answer["error"]
    assert [each["status"] for each in server.datums(two[1][1][0])] == ["running"]


def test_a_token_is_no_key(two):
    server, [(job, one, token), _] = two
    for method, path in (
        ("GET", "/jobs/list"), ("GET", f"/jobs/{one}/describe"), ("POST", f"/jobs/{one}/cancel"),
        ("GET", "/task"), ("GET", "/audit"), ("POST", "/workers/reserve_next_datum"),
    ):
        status, answer = server.ask(method, path, POD if method == "POST" else None, token)
        assert status == 403, (path, answer)
    assert server.job(job)["status"] == "running"


def test_a_token_ends_with_its_job(two):
    server, [(job, one, token), _] = two
    server.call("job", "cancel", job)
    wait_until(lambda: server.ask("GET", f"/jobs/{one}", key=token)[0] == 401)


def test_a_token_that_was_changed_or_is_of_another_installation_is_none(
    two, new_cluster, directory, kube
):
    server, [(_, one, token), (_, other, _)] = two
    stranger = new_cluster(f"sqlite://{directory}/other.db").serve()
    foreign = token_of(kube, stranger.run())
    for wrong in (token[:-4] + "AAAA", token.replace(one, other), foreign, token + "x"):
        status, answer = reserve(server, one, wrong)
        assert status == 401, answer
        assert wrong not in answer["error"]
    assert reserve(server, one, token)[0] == 200
