# SPDX-License-Identifier: Apache-2.0
"""The cluster of the scripted kubectl, as tests see it; and what processes are left."""

import fcntl
import json
import os
import pathlib
import socket

SCRIPT = pathlib.Path(__file__).with_name("scripted_kubectl.py")


class KubectlCluster:
    def __init__(self, directory):
        (directory / "bin").mkdir()
        (directory / "bin/kubectl").symlink_to(SCRIPT)
        self.file = directory / "cluster.json"
        self.file.write_text(json.dumps(
            {"objects": {}, "fail": [], "forward": 0, "calls": [], "pids": []}))
        self.settings = {
            "PATH": f"{directory / 'bin'}:{os.environ['PATH']}", "CLUSTER": str(self.file)}

    def state(self):
        return json.loads(self.file.read_text())

    def objects(self):
        return self.state()["objects"]

    def calls(self):
        return self.state()["calls"]

    def change(self, act):
        """act(state) changes it, while no kubectl does."""
        with open(f"{self.file}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = self.state()
            act(state)
            part = self.file.with_suffix(".test")
            part.write_text(json.dumps(state))
            part.rename(self.file)

    def put(self, kind, name, **metadata):
        item = {"kind": kind, "metadata": {"name": name} | metadata, "data": {}}
        self.change(lambda state: state["objects"].update({f"{kind.lower()}/{name}": item}))

    def fail(self, verb, words, text):
        """The next call of the verb whose arguments have these words fails, and says the text."""
        self.change(lambda state: state["fail"].append([verb, words, text]))

    def living(self):
        """Processes of port-forwards that are still there."""
        return [pid for pid in self.state()["pids"] if is_alive(pid)]


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def is_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
