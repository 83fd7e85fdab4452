# SPDX-License-Identifier: Apache-2.0
"""The Kubernetes that machine/up.sh has brought up, as tests use it. They run in its network."""

import itertools
import json
import os
import pathlib
import subprocess
import time

from programs import wait_until

ADDRESS = "10.88.0.1"  # of the node; pods reach what tests start there
CACHE = pathlib.Path(os.environ.get("SLUICE_CLUSTER_CACHE",
                                    pathlib.Path.home() / ".cache/sluice-cluster"))
STATE = CACHE / "state"
BIN = CACHE / "bin"
TASKS = STATE / "containerd/run/io.containerd.runtime.v2.task/k8s.io"


class Machine:
    """All calls are made with the rights of the cluster's administrator."""

    _numbers = itertools.count(1)  # of namespaces, which take their time to go

    def __init__(self, directory):
        self.directory = directory
        assert (STATE / "run/kubelet.pid").is_file(), \
            "there is no test machine: ./dev test --cluster brings it up"

    def kubectl(self, *arguments, stdin=None, check=True, timeout=60):
        words = [BIN / "kubectl", f"--kubeconfig={STATE}/admin.kubeconfig", *map(str, arguments)]
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == 0 or not check, f"kubectl {arguments}: {done.stderr}"
        return done.stdout if check else done

    def get(self, *arguments):
        return json.loads(self.kubectl("get", *arguments, "--output=json"))

    def items(self, kind, namespace):
        return self.get(kind, f"--namespace={namespace}")["items"]

    def apply(self, *objects, namespace="default"):
        listing = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("apply", f"--namespace={namespace}", "-f", "-", stdin=json.dumps(listing))

    def delete(self, kind, name, namespace, *arguments):
        self.kubectl("delete", kind, name, f"--namespace={namespace}", *arguments)

    def new_namespace(self):
        """One in which pods can start. Whoever asks for it removes it."""
        name = f"t{os.getpid()}-{next(self._numbers)}"
        self.kubectl("create", "namespace", name)
        account = ("get", "serviceaccount", "default", f"--namespace={name}")
        wait_until(lambda: self.kubectl(*account, check=False).returncode == 0, 30)
        return name

    def remove_namespace(self, name):
        """What still runs there ends at once."""
        self.kubectl("delete", "jobs,deployments,pods", "--all", f"--namespace={name}",
                     "--grace-period=0", "--force", "--wait=false", "--ignore-not-found")
        self.kubectl("delete", "namespace", name, "--wait=false")

    def make_secret(self, namespace, name, **values):
        """Values are text, as they are."""
        self.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
                    "stringData": values}, namespace=namespace)

    def import_image(self, image):
        file = self.directory / f"image-{next(self._numbers)}.tar"
        image.write(file)
        subprocess.run(["ctr", "-a", STATE / "containerd.sock", "-n", "k8s.io", "images", "import",
                        file], check=True, capture_output=True)
        file.unlink()

    # --- what runs there -------------------------------------------------------------------------

    def process_of(self, pod, container):
        """The id of the first process of a pod's container, on this host."""
        for config in TASKS.glob("*/config.json"):
            notes = json.loads(config.read_text()).get("annotations", {})
            if (notes.get("io.kubernetes.cri.sandbox-name") == pod
                    and notes.get("io.kubernetes.cri.container-name") == container):
                return int(config.with_name("init.pid").read_text())
        raise AssertionError(f"no container '{container}' of pod '{pod}' runs")

    def own_process(self, name):
        """Of a part of the machine: "apiserver"."""
        return int((STATE / f"run/{name}.pid").read_text())

    def pods_of(self, job, namespace):
        selector = f"--selector=batch.kubernetes.io/job-name={job}"
        return self.get("pods", f"--namespace={namespace}", selector)["items"]


def reason_of(pod):
    """Why a container of the pod waits or has ended: "ErrImagePull", "OOMKilled", else ""."""
    for each in pod["status"].get("containerStatuses", []):
        for state in each["state"].values():
            if state.get("reason"):
                return state["reason"]
    return ""


class Stopwatch:
    """Times of a test: in the report, and on the terminal with -s."""

    def __init__(self, record):
        self._record = record
        self._start = time.monotonic()

    def lap(self, what):
        seconds = time.monotonic() - self._start
        self._start = time.monotonic()
        self._record(what, f"{seconds:.2f}")
        print(f"  {what}: {seconds:.2f} s")
        return seconds
