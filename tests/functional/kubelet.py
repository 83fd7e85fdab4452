# SPDX-License-Identifier: Apache-2.0
"""Runs the pods of a scripted Kubernetes as processes of this machine, as a node would."""

import base64
import os
import signal
import subprocess
import threading

import pod_states
from programs import Program

# Programs are this machine's, and the files of the test stand where the test sees them. A pod's
# own view of /pfs is a part of the volume.
ENTER = """
set -e
root=$1 files=$2
shift 2
for place in proc dev usr; do mount --rbind "/$place" "$root/$place"; done
mount --bind "$root/sluice/pfs/now" "$root/pfs"
mount --bind "$files" "$root$files"
cd /
exec chroot "$root" "$@"
"""
OF_THE_IMAGE = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ASAN_OPTIONS": "detect_leaks=0",  # the worker lets nobody look into it
}


class Missing(Exception):
    """A Secret, or a key of one, that a pod asks for."""


class Kubelet:
    """Until close(). `adjust(pod, variables)` may change the variables of a pod before it starts;
    while `holds`, none starts."""

    def __init__(self, kube, worker, directory, files):
        self.adjust = lambda pod, variables: None
        self.holds = False
        self._kube = kube
        self._worker = worker
        self._directory = directory
        self._files = files
        self._programs = {}  # of every pod that has started
        self._endings = {}  # pod → status, when it is another than its exit code says
        self._told = set()  # pods whose end was told, or that were deleted
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def living(self):
        """The pods whose processes run."""
        with self._lock:
            return [pod for pod, program in self._programs.items() if program.returncode is None]

    def program(self, pod):
        return self._programs[pod]

    def codes(self):
        """pod → exit code of those that have ended."""
        with self._lock:
            codes = {pod: program.returncode for pod, program in self._programs.items()}
        return {pod: code for pod, code in codes.items() if code is not None}

    def said(self):
        """By all workers and their commands."""
        with self._lock:
            programs = list(self._programs.values())
        return "\n".join("\n".join(program.lines) + program.stderr() for program in programs)

    def root(self, pod):
        return self._directory / pod

    def kill(self, pod, status=None):
        """By SIGKILL; what Kubernetes says of it may be something else than that."""
        with self._lock:
            if status:
                self._endings[pod] = status
            self._programs[pod].kill()

    def close(self):
        self._closing.set()
        self._thread.join()
        for program in self._programs.values():
            program.close()

    def _run(self):
        while not self._closing.wait(0.02):
            with self._lock:
                self._look()

    def _look(self):
        pods = {pod["metadata"]["name"]: pod for pod in self._kube.items("pods")}
        for name, program in self._programs.items():
            if name in self._told:
                continue
            has_ended = program.returncode is not None
            if name in pods and not has_ended:
                continue
            if name in pods:
                self._tell_end(name, program)
            elif not has_ended:
                os.kill(program.pid, signal.SIGTERM)
            self._told.add(name)
        for name, pod in pods.items():
            is_new = name not in self._programs and pod["status"]["phase"] == "Pending"
            if is_new and not self.holds:
                self._start(name, pod)

    def _tell_end(self, name, program):
        code = program.returncode if program.returncode >= 0 else 128 - program.returncode
        self._kube.set_log(name, "\n".join(program.lines) + program.stderr())
        status = self._endings.get(name, pod_states.ended(code))
        self._kube.set_status("pods", name, status)

    def _start(self, name, pod):
        container = pod["spec"]["containers"][0]
        if not self._kube.get("secrets", pod["metadata"]["labels"]["job-name"]):
            return  # the init container still runs
        try:
            variables = self._variables(name, container)
        except Missing as missing:
            status = pod_states.waiting("CreateContainerConfigError", str(missing))
            if pod["status"] != status:
                self._kube.set_status("pods", name, status)
            return
        self.adjust(name, variables)
        root = self._make_root(name)
        self._programs[name] = Program(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", ENTER, "sh", root, self._files,
             *container["command"]], root, variables)
        self._kube.set_status("pods", name, pod_states.running())

    def _make_root(self, name):
        root = self.root(name)
        for place in ("proc", "dev", "usr", "tmp", "pfs", "scratch", f".{self._files}"):
            (root / place).mkdir(parents=True)
        for place in ("bin", "lib", "lib64", "sbin"):
            (root / place).symlink_to(f"usr/{place}")
        subprocess.run(["cp", "-al", self._worker, root / "sluice"], check=True)
        (root / "sluice/pfs/now").mkdir(parents=True)
        return root

    def _variables(self, name, container):
        fields = {"metadata.name": name, "spec.nodeName": "node-1"}
        variables = dict(OF_THE_IMAGE)
        for asked in container["env"]:
            source = asked.get("valueFrom", {})
            value = asked.get("value", "")
            if "fieldRef" in source:
                value = fields[source["fieldRef"]["fieldPath"]]
            elif "secretKeyRef" in source:
                value = self._secret(**source["secretKeyRef"])
            if value is not None:
                variables[asked["name"]] = value
        return variables

    def _secret(self, name, key, optional=False):
        secret = self._kube.get("secrets", name)
        if secret and key in secret["data"]:
            return base64.b64decode(secret["data"][key]).decode()
        if optional:
            return None
        raise Missing(f"couldn't find key {key} in Secret default/{name}" if secret
                      else f'secret "{name}" not found')
