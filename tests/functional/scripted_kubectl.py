#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A kubectl for tests: its cluster is the file $CLUSTER, a JSON object.

objects  "kind/name" → the object
fail     [verb, text]…: the next call of this verb says that on stderr and fails
forward  port that port-forward leads to
calls    the arguments of each call, for the test
pids     of the port-forwards
"""

import fcntl
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading

import yaml

FILE = pathlib.Path(os.environ["CLUSTER"])


class Cluster:
    """The file, locked while it is changed."""

    def __enter__(self):
        self.lock = open(f"{FILE}.lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.state = json.loads(FILE.read_text())
        return self.state

    def __exit__(self, *_):
        part = FILE.with_suffix(".part")
        part.write_text(json.dumps(self.state))
        part.rename(FILE)
        self.lock.close()


def key_of(item):
    return f"{item['kind'].lower()}/{item['metadata']['name']}"


def get(state, arguments):
    names = [argument for argument in arguments if not argument.startswith("-")]
    found = [state["objects"][name] for name in names if name in state["objects"]]
    if len(names) == 1:
        print(json.dumps(found[0]) if found else "", end="")
    else:
        print(json.dumps({"kind": "List", "items": found}) if found else "", end="")


def apply(state, arguments):
    path = arguments[arguments.index("-f") + 1]
    for item in yaml.safe_load_all(pathlib.Path(path).read_text()):
        verb = "configured" if key_of(item) in state["objects"] else "created"
        state["objects"][key_of(item)] = item
        print(f"{key_of(item)} {verb}")


def delete(state, arguments):
    selector = next((a for a in arguments if a.startswith("--selector=")), None)
    names = [argument for argument in arguments if not argument.startswith("-")]
    if selector:
        kind = names[0].rstrip("s")
        wanted = dict(part.partition("=")[::2] for part in selector[11:].split(","))
        names = [
            name for name, item in state["objects"].items()
            if name.startswith(kind + "/") and all(
                key in item["metadata"].get("labels", {})
                and (not value or item["metadata"]["labels"][key] == value)
                for key, value in wanted.items())
        ]
    for name in names:
        if state["objects"].pop(name, None):
            print(f'{name} deleted')


def relay(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def serve_one(client, port):
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=relay, args=(server, client))
        back.start()
        relay(client, server)
        back.join()


def port_forward(listener, remote, port):
    # Real ones have helpers, too, for instance for credentials.
    helper = subprocess.Popen(["sleep", "1000"])
    with Cluster() as state:
        state["pids"] += [os.getpid(), helper.pid]
    print(f"Forwarding from 127.0.0.1:{listener.getsockname()[1]} -> {remote}", flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve_one, args=(client, port), daemon=True).start()


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith(("--context=", "--namespace="))]
    verb, rest = arguments[0], arguments[1:]
    with Cluster() as state:
        state["calls"].append(sys.argv[1:])
        for failure in state["fail"]:
            if failure[0] == verb and failure[1] in " ".join(arguments):
                state["fail"].remove(failure)
                print(failure[2], file=sys.stderr)
                sys.exit(1)
        if verb in ("get", "apply", "delete"):
            {"get": get, "apply": apply, "delete": delete}[verb](state, rest)
            return
        port = state["forward"]
    if verb != "port-forward":
        print("done")
        return
    local, remote = rest[-1].split(":")
    try:
        listener = socket.create_server(("127.0.0.1", int(local or 0)))
    except OSError:
        sys.exit(f"error: unable to listen on any of the requested ports: [{{{local} {remote}}}]")
    port_forward(listener, remote, port)


main()
