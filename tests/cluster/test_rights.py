# SPDX-License-Identifier: Apache-2.0
"""Who may do what: the server in its namespace, and workers with the token of their job."""

import base64
import json
import urllib.error
import urllib.request

import pytest

from jobs import Job
from programs import wait_until
from sluice_server import kubeconfig_of, rights_of_server

# Every other test works with these rights, so they are enough.
MAY = [("create", "jobs"), ("get", "jobs"), ("list", "jobs"), ("watch", "jobs"),
       ("delete", "jobs"), ("list", "pods"), ("watch", "pods"), ("get", "pods/log"),
       ("create", "secrets"), ("get", "secrets/s3"), ("get", "secrets/gcs")]
MAY_NOT = [("list", "secrets"), ("watch", "secrets"), ("get", "secrets/other"),
           ("update", "secrets/s3"), ("delete", "secrets/s3"), ("create", "pods"),
           ("delete", "pods"), ("create", "pods/exec"), ("update", "jobs"), ("patch", "jobs"),
           ("deletecollection", "jobs"), ("list", "configmaps"), ("get", "nodes")]


def may(machine, namespace, verb, resource):
    kind, slash, name = resource.partition("/")
    words = [kind, f"--subresource={name}"] if kind == "pods" and slash else [resource]
    asked = machine.kubectl("auth", "can-i", verb, *words, f"--namespace={namespace}",
                            f"--as=system:serviceaccount:{namespace}:sluice", check=False)
    return asked.stdout.strip() == "yes"


def test_the_server_may_do_what_it_does_and_no_more(machine, sluice, namespace):
    machine.apply(*rights_of_server(sluice, namespace), namespace=namespace)
    assert [each for each in MAY if not may(machine, namespace, *each)] == []
    assert [each for each in MAY_NOT if may(machine, namespace, *each)] == []
    elsewhere = machine.kubectl("auth", "can-i", "list", "jobs", "--namespace=default",
                                f"--as=system:serviceaccount:{namespace}:sluice", check=False)
    assert elsewhere.stdout.strip() == "no"


def test_a_server_without_rights_says_so_and_works_when_it_gets_them(
    machine, sluice, minio, serve, namespace, tmp_path
):
    account, *rest = sorted(rights_of_server(sluice, namespace),
                            key=lambda each: each["kind"] != "ServiceAccount")
    machine.apply(account, namespace=namespace)
    server = serve(access=kubeconfig_of(machine, namespace, "sluice", tmp_path))
    with pytest.raises(AssertionError, match="s3|secrets"):  # nor may it look into the bucket
        server.run(Job(minio, tmp_path, "true", name="early").path)
    wait_until(lambda: "may not" in ready_text(server) or "forbidden" in ready_text(server), 60)
    machine.apply(*rest, namespace=namespace)
    job = Job(minio, tmp_path, "cp /pfs/in/* /pfs/out", name="later")
    server.wait(server.run(job.path))
    assert job.out() == {"a": "this is a\n"}


def ready_text(server):
    try:
        with urllib.request.urlopen(f"{server.url}/ready", timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.read().decode()


def token_of(machine, job, namespace):
    secret = machine.get("secret", job, f"--namespace={namespace}")
    return base64.b64decode(secret["data"]["token"]).decode()


def status_of(server, method, path, token, body=None):
    request = urllib.request.Request(
        server.url + path, method=method, data=body and json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_the_token_of_a_job_opens_that_job_alone(
    machine, minio, server, namespace, gate, tmp_path
):
    jobs = [server.run(Job(minio, tmp_path, gate.wait("end"), name=name).path)
            for name in ("one", "other")]
    wait_until(lambda: len(gate.pods("end")) == 2, 60)
    one, other = (server.job(name)["id"] for name in jobs)
    token = token_of(machine, jobs[0], namespace)
    assert status_of(server, "GET", f"/jobs/{one}", token) == 200
    assert status_of(server, "GET", f"/jobs/{other}", token) == 403
    reserve = f"/jobs/{other}/reserve_next_datum"
    assert status_of(server, "POST", reserve, token, {"node_name": "n", "pod_name": "p"}) == 403
    (datum,) = server.datums(jobs[1])
    report = {"pod_name": datum["pod_name"], "datum": {"status": "done", "output": ""}}
    assert status_of(server, "PATCH", f"/datums/{datum['id']}", token, report) == 403
    assert status_of(server, "GET", "/jobs/list", token) == 403
    gate.open("end")
    for name in jobs:
        server.wait(name)
