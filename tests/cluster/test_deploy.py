# SPDX-License-Identifier: Apache-2.0
"""`sluice deploy` and `undeploy` on a real cluster, and the Helm chart beside them."""

import base64
import contextlib
import json
import pathlib
import socket
import subprocess
import urllib.request

import pytest
import yaml

import images
from jobs import SECRETS
from machine import BIN, STATE
from programs import wait_until
from s3 import S3

FLAGS = {
    "development": ["--development"],
    "production": [],
    "everything": ["--development", "--with-minio", "--server-replicas", "3",
                   "--webhook-allow", "10.88.0.0/16"],
    "database": ["--postgres-url", "postgresql://sluice@db.example/sluice"],
}
KINDS = ("deployments,services,secrets,serviceaccounts,roles,rolebindings,networkpolicies,"
         "persistentvolumeclaims,poddisruptionbudgets,jobs,pods,configmaps")


@pytest.fixture
def namespace(machine):
    """Without a Secret `s3`: deploy makes it."""
    name = machine.new_namespace()
    yield name
    machine.remove_namespace(name)


@pytest.fixture
def volumes(machine, namespace):
    """Two, as the claims of an installation want them. Nobody provides any by himself here."""
    names = []
    for part in ("postgres", "minio"):
        path = STATE / f"volumes/{namespace}-{part}"
        path.mkdir(parents=True)
        path.chmod(0o777)
        names.append(f"{namespace}-{part}")
        machine.apply({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": names[-1]},
            "spec": {
                "capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": str(path)},
                "claimRef": {"namespace": namespace, "name": f"sluice-{part}"},
            },
        })
    yield
    for name in names:
        machine.kubectl("delete", "persistentvolume", name, "--wait=false")


@pytest.fixture(scope="module")
def deploy_images(machine, sluice_image):
    """The images of others, under the names that deploy gives them unless it is told otherwise."""
    machine.import_image(images.postgres())
    machine.import_image(images.minio(BIN / "minio", "localhost/minio:test"))


@pytest.fixture
def cluster(sluice, namespace, sluice_image):
    """cluster(command, *arguments) → the finished process, as the cluster's administrator."""

    def cluster(*arguments, check=True, timeout=400, **settings):
        done = sluice(*arguments, "--namespace", namespace, timeout=timeout,
                      KUBECONFIG=f"{STATE}/admin.kubeconfig", **settings)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    return cluster


@pytest.fixture
def through_proxy(sluice, namespace):
    """through_proxy(*arguments) → what a command says to the installed server."""

    def through_proxy(*arguments):
        done = sluice("--proxy", *arguments, timeout=240, SLUICE_KUBE_NAMESPACE=namespace,
                      KUBECONFIG=f"{STATE}/admin.kubeconfig")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    return through_proxy


def names_of(machine, namespace):
    """kind/name of everything but what every namespace has."""
    found = {f"{each['kind']}/{each['metadata']['name']}"
             for each in machine.items(KINDS, namespace)}
    return found - {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}


@pytest.mark.parametrize("flags", FLAGS)
def test_a_real_api_server_accepts_the_objects(machine, cluster, namespace, flags):
    printed = cluster("deploy", "--dry-run", *FLAGS[flags]).stdout
    accepted = machine.kubectl("apply", "--dry-run=server", f"--namespace={namespace}",
                               "--validate=strict", "-f", "-", stdin=printed)
    objects = list(yaml.safe_load_all(printed))
    assert accepted.count("(server dry run)") == len(objects)
    assert names_of(machine, namespace) == set()


def test_the_chart_with_its_defaults_is_what_deploy_applies(sluice, tmp_path, machine, namespace):
    assert sluice("deploy", "--chart", tmp_path / "chart").returncode == 0
    rendered = subprocess.run(
        [BIN / "helm", "template", "sluice", tmp_path / "chart", "--namespace", namespace],
        check=True, capture_output=True, text=True).stdout
    machine.kubectl("apply", "--dry-run=server", f"--namespace={namespace}", "-f", "-",
                    "--validate=strict", stdin=rendered)
    printed = sluice("deploy", "--dry-run", "--skip-secrets", "--namespace", namespace).stdout
    assert by_name(rendered) == by_name(printed)


def by_name(documents):
    """Without Secrets, and without what tells Helm to leave volumes alone."""
    found = {}
    for each in yaml.safe_load_all(documents):
        if each and each["kind"] != "Secret":
            if each["kind"] == "PersistentVolumeClaim":
                each["metadata"].pop("annotations", None)
            found[f"{each['kind']}/{each['metadata']['name']}"] = each
    return found


def secret(machine, namespace, name):
    data = machine.get("secret", name, f"--namespace={namespace}")["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def minio_of(machine, namespace):
    """The deployed one, by the address of its pod: we are in the network of pods."""
    selector = "--selector=app.kubernetes.io/name=sluice-minio"
    (pod,) = machine.get("pods", f"--namespace={namespace}", selector)["items"]
    key = secret(machine, namespace, "s3")
    return S3(f"http://{pod['status']['podIP']}:9000", key["AWS_ACCESS_KEY_ID"],
              key["AWS_SECRET_ACCESS_KEY"])


def pipeline_over_minio(directory):
    path = directory / "pipeline.json"
    path.write_text(json.dumps({
        "pipeline": {"name": "installed"},
        "transform": {"image": "localhost/busybox:1", "secrets": SECRETS,
                      "cmd": ["sh", "-c", "cat /pfs/in/* /pfs/in/* >/pfs/out/twice"]},
        "parallelism_spec": {"constant": 1},
        "resource_requests": {"memory": "64Mi", "cpu": "10m"},
        "input": {"atom": {"URI": "s3://sluice/in", "repo": "in", "glob": "/"}},
        "egress": {"URI": "s3://sluice/out/"},
    }))
    return path


def children_of(pid):
    """All that descend from it, at any depth."""
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def check_proxy(start, build, namespace):
    """It leads to the server, and nothing of it is left when it is killed."""
    ports = {"server": 28085, "database": 25432, "minio": 29000, "minio-console": 29001}
    flags = [word for name, port in ports.items() for word in (f"--port-{name}", port)]
    proxy = start(build / "src/cli/sluice", "proxy", "--namespace", namespace, *flags,
                  KUBECONFIG=f"{STATE}/admin.kubeconfig")
    for _ in ports:
        proxy.wait_for_line(r"127\.0\.0\.1:\d+", 60)
    with urllib.request.urlopen("http://127.0.0.1:28085/health", timeout=10) as answer:
        assert answer.status == 200
    children = children_of(proxy.pid)
    assert children
    proxy.kill()
    wait_until(lambda: all(map(is_free, ports.values())), 2)
    wait_until(lambda: not [pid for pid in children if is_running(pid)], 2)


def is_running(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def check_job(machine, namespace, through_proxy, directory):
    """The name of the job, which is done."""
    minio = minio_of(machine, namespace)
    minio.put("sluice", "in/file", b"word\n")
    job = through_proxy("job", "run", pipeline_over_minio(directory))
    through_proxy("job", "wait", job, "--timeout", "3m")
    assert minio.get("sluice", "out/twice") == b"word\nword\n"
    return job


def test_deploy_run_a_job_deploy_again_undeploy(
    machine, cluster, namespace, volumes, deploy_images, sluice_image, through_proxy, start, build,
    tmp_path, stopwatch
):
    flags = ["--development", "--with-minio", "--image", sluice_image, "--image-pull-policy",
             "Never", "--minio-image", "localhost/minio:test"]
    cluster("deploy", *flags)
    stopwatch.lap("deploy")
    job = check_job(machine, namespace, through_proxy, tmp_path)
    stopwatch.lap("a job")
    check_proxy(start, build, namespace)

    before = secret(machine, namespace, "sluice")
    cluster("deploy", *flags, "--server-replicas", "2")
    stopwatch.lap("deploy again")
    assert secret(machine, namespace, "sluice") == before
    assert through_proxy("job", "list", "--output", "name") == job

    machine.make_secret(namespace, "of-somebody-else", word="stays")
    cluster("undeploy", "--yes")
    wait_until(lambda: names_of(machine, namespace) == {
        "Secret/sluice", "Secret/s3", "Secret/of-somebody-else",
        "PersistentVolumeClaim/sluice-postgres", "PersistentVolumeClaim/sluice-minio"}, 90)
    cluster("undeploy", "--all", "--yes")
    wait_until(lambda: names_of(machine, namespace) == {"Secret/of-somebody-else"}, 90)
    stopwatch.lap("undeploy")


def test_undeploy_leaves_a_secret_of_the_users(machine, cluster, namespace):
    machine.make_secret(namespace, "s3", AWS_ACCESS_KEY_ID="mine", AWS_SECRET_ACCESS_KEY="mine")
    cluster("undeploy", "--all", "--yes")
    assert names_of(machine, namespace) == {"Secret/s3"}
