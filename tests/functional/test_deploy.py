# SPDX-License-Identifier: Apache-2.0
"""deploy and undeploy, with a kubectl that plays the cluster."""

import base64
import json
import pathlib

import pytest
import yaml

from conftest import ROOT
from kubectl_cluster import KubectlCluster

OURS = {"app.kubernetes.io/part-of": "sluice"}
KEPT = {"persistentvolumeclaim/sluice-postgres", "secret/sluice"}


@pytest.fixture
def cluster(directory):
    return KubectlCluster(directory)


@pytest.fixture
def deploy(sluice, cluster):
    def deploy(*arguments):
        return sluice("deploy", *arguments, **cluster.settings)

    return deploy


@pytest.fixture
def undeploy(sluice, cluster):
    def undeploy(*arguments):
        return sluice("undeploy", *arguments, **cluster.settings)

    return undeploy


def value(secret, key):
    return base64.b64decode(secret["data"][key]).decode()


def printed(result):
    assert result.returncode == 0, result.stderr
    return {(item["kind"], item["metadata"]["name"]): item
            for item in yaml.safe_load_all(result.stdout)}


def test_dry_run_prints_all_objects_and_asks_no_cluster(sluice):
    objects = printed(sluice("deploy", "--dry-run", PATH="/nowhere"))
    kinds = {kind for kind, _ in objects}
    assert kinds == {
        "Secret", "PersistentVolumeClaim", "NetworkPolicy", "Service", "Deployment",
        "ServiceAccount", "Role", "RoleBinding", "PodDisruptionBudget"}
    assert all(OURS.items() <= item["metadata"]["labels"].items() for item in objects.values())
    without = printed(sluice("deploy", "--dry-run", "--skip-secrets"))
    assert set(objects) - set(without) == {("Secret", "sluice")}


def test_old_names_of_flags_are_accepted(sluice):
    new = sluice("deploy", "--dry-run", "--skip-secrets", "--server-replicas", "3",
                 "--server-memory", "1Gi", "--server-cpu", "2", "--server-log-level", "info")
    old = sluice("deploy", "--dry-run", "--skip-secret", "--falconerid-replicas", "3",
                 "--falconerid-memory", "1Gi", "--falconerid-cpu", "2",
                 "--falconerid-log-level", "info")
    assert printed(new)[("Deployment", "sluice")]["spec"]["replicas"] == 3
    assert old.stdout == new.stdout


def test_bad_flags_are_named(sluice):
    for arguments, told in (
        (["--postgres-storage", "much"], "--postgres-storage 'much': must be a quantity"),
        (["--server-log-level", "loud"], "--server-log-level: "),
        (["--webhook-allow", "x"], "--webhook-allow 'x': must be a network"),
        (["--namespace", "A"], "--namespace 'A': must be"),
        (["--server-replicas", "0"], "--server-replicas '0': must be from 1 to 100"),
    ):
        result = sluice("deploy", "--dry-run", *arguments)
        assert result.returncode == 1 and told in result.stderr, result.stderr


def test_chart_of_the_tree_is_what_the_program_writes(sluice, directory):
    result = sluice("deploy", "--chart", directory / "chart")
    assert result.returncode == 0, result.stderr
    kept = ROOT / "deploy/helm/sluice"
    files = {path.relative_to(kept): path.read_text() for path in kept.rglob("*") if path.is_file()}
    made = pathlib.Path(directory / "chart")
    assert {path.relative_to(made): path.read_text()
            for path in made.rglob("*") if path.is_file()} == files


def test_deploy_applies_and_waits(deploy, cluster):
    result = deploy("--context", "prod", "--namespace", "jobs", "--image", "registry/sluice:1")
    assert result.returncode == 0, result.stderr
    assert "secret/sluice created" in result.stdout
    assert "serves in the namespace 'jobs'" in result.stdout
    assert KEPT < set(cluster.objects())
    for call in cluster.calls():
        assert call[:2] == ["--context=prod", "--namespace=jobs"]
    waited = [call[4] for call in cluster.calls() if call[2:4] == ["rollout", "status"]]
    assert waited == ["deployment/sluice-postgres", "deployment/sluice"]
    server = cluster.objects()["deployment/sluice"]
    assert server["spec"]["template"]["spec"]["containers"][0]["image"] == "registry/sluice:1"
    assert server["metadata"]["namespace"] == "jobs"


def test_deploying_again_keeps_the_secrets(deploy, cluster):
    assert deploy("--with-minio", "--no-wait").returncode == 0
    first = cluster.objects()
    assert deploy("--with-minio", "--no-wait", "--server-replicas", "3").returncode == 0
    second = cluster.objects()
    assert second["secret/sluice"] == first["secret/sluice"]
    assert second["secret/s3"] == first["secret/s3"]
    assert second["deployment/sluice"] != first["deployment/sluice"]
    key = value(first["secret/sluice"], "api-key")
    assert key.startswith("sluice_")
    assert value(first["secret/sluice"], "postgres-password") in \
        value(first["secret/sluice"], "database-url")


def test_secrets_are_in_no_argument_and_no_output(deploy, cluster):
    url = "postgresql://me:planted-word@db/jobs"
    result = deploy("--postgres-url", url, "--no-wait")
    assert result.returncode == 0, result.stderr
    secret = cluster.objects()["secret/sluice"]
    assert value(secret, "database-url") == url
    told = result.stdout + result.stderr + json.dumps(cluster.calls())
    for hidden in ("planted-word", value(secret, "api-key"), secret["data"]["api-key"]):
        assert hidden not in told
    assert "deployment/sluice-postgres" not in cluster.objects()


def test_a_database_of_the_user_is_kept(deploy, cluster):
    url = "postgresql://me:planted-word@db/jobs"
    assert deploy("--postgres-url", url, "--no-wait").returncode == 0
    first = cluster.objects()
    result = deploy("--no-wait")
    assert result.stdout.startswith("keeping the database that the Secret 'sluice' names\n")
    assert cluster.objects() == first
    assert "deployment/sluice-postgres" not in first


def test_a_database_of_a_secret_that_is_left_alone_is_kept(deploy, cluster):
    assert deploy("--postgres-url", "postgresql://me:planted-word@db/jobs",
                  "--no-wait").returncode == 0
    first = cluster.objects()
    assert deploy("--skip-secrets", "--no-wait").returncode == 0
    assert cluster.objects() == first
    cluster.fail("get", "secret/sluice", "Error from server (Forbidden): secrets is forbidden")
    assert deploy("--skip-secrets", "--no-wait").returncode == 0
    assert "deployment/sluice-postgres" in cluster.objects()


def test_time_that_is_none_is_refused_before_anything_is_done(deploy, cluster):
    result = deploy("--timeout", "soon")
    assert (result.returncode, cluster.calls()) == (1, [])
    assert result.stderr.startswith("sluice: --timeout: ")


def test_secret_of_a_user_is_not_touched(deploy, cluster):
    cluster.put("Secret", "s3", labels={"mine": "yes"})
    result = deploy("--with-minio", "--no-wait")
    assert result.returncode == 1
    assert "a Secret 's3' that no deploy has made" in result.stderr
    assert set(cluster.objects()) == {"secret/s3"}


def test_volume_of_another_major_version_is_refused(deploy, cluster):
    assert deploy("--no-wait").returncode == 0
    result = deploy("--no-wait", "--postgres-version", "16")
    assert result.returncode == 1
    assert "was written by PostgreSQL 15" in result.stderr


def test_what_kubectl_says_is_told(deploy, cluster):
    cluster.fail("apply", "", "Error from server (Forbidden): deployments is forbidden")
    result = deploy("--no-wait")
    assert result.returncode == 1
    assert result.stderr == "sluice: kubectl apply: Error from server (Forbidden): " \
        "deployments is forbidden\n"


def test_missing_kubectl_is_named(sluice):
    result = sluice("deploy", PATH="/nowhere")
    assert result.returncode == 1
    assert "cannot start 'kubectl'" in result.stderr


def test_undeploy_removes_what_deploy_made_and_nothing_else(deploy, undeploy, cluster):
    cluster.put("Secret", "gcs")
    cluster.put("Service", "other", labels=OURS)
    before = set(cluster.objects())
    for flags in ((), ("--with-minio",)):
        assert deploy("--no-wait", *flags).returncode == 0
    result = undeploy()
    assert result.returncode == 0, result.stderr
    kept = KEPT | {"persistentvolumeclaim/sluice-minio", "secret/s3"}
    assert set(cluster.objects()) == before | kept
    assert undeploy().returncode == 0  # again: there is nothing left to do


def test_undeploy_all_asks_and_leaves_nothing_of_ours(deploy, undeploy, cluster):
    cluster.put("Secret", "s3", labels={"mine": "yes"})
    cluster.put("Job", "count-1", labels={
        "app.kubernetes.io/managed-by": "sluice", "sluice.dev/job-id": "1"})
    cluster.put("Job", "other", labels={"app.kubernetes.io/managed-by": "sluice"})
    assert deploy("--no-wait").returncode == 0
    refused = undeploy("--all")
    assert refused.returncode == 1
    assert "say --yes" in refused.stderr
    assert KEPT < set(cluster.objects())
    assert undeploy("--all", "--yes").returncode == 0
    assert set(cluster.objects()) == {"secret/s3", "job/other"}


def test_drain_says_so_to_the_server_of_this_machine(sluice, serve, directory):
    key = "sluice_" + "k" * 40
    server, url = serve(f"sqlite://{directory}/sluice.db", SLUICE_BOOTSTRAP_KEY=key)
    listen = url.removeprefix("http://")
    refused = sluice("drain", "--wait", "1s", "--listen", listen)
    assert refused.returncode == 1
    drained = sluice(
        "drain", "--wait", "1s", SLUICE_LISTEN=listen, SLUICE_BOOTSTRAP_KEY=key)
    assert drained.returncode == 0, drained.stderr
    assert sluice("job", "list", "--server", url, "--key", key).returncode == 0
    assert server.terminate() == 0
