# SPDX-License-Identifier: Apache-2.0
"""`sluice serve` outside of the cluster, with the rights that an installation gives it."""

import json
import time

import yaml

from machine import ADDRESS, STATE
from programs import wait_until

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {{server: "https://127.0.0.1:6443", certificate-authority: {state}/pki/ca.crt}}
users:
- name: server
  user: {{token: {token}}}
contexts:
- name: server
  context: {{cluster: test, user: server, namespace: {namespace}}}
current-context: server
"""

RIGHTS = ("ServiceAccount", "Role", "RoleBinding")


def rights_of_server(sluice, namespace):
    """The objects of `sluice deploy` that say what the server may do."""
    printed = sluice("deploy", "--dry-run", "--namespace", namespace)
    assert printed.returncode == 0, printed.stderr
    return [each for each in yaml.safe_load_all(printed.stdout) if each["kind"] in RIGHTS]


def kubeconfig_of(machine, namespace, account, directory):
    """A file with a token of a service account."""
    token = machine.kubectl("create", "token", account, f"--namespace={namespace}").strip()
    path = directory / f"{account}.kubeconfig"
    path.write_text(KUBECONFIG.format(state=STATE, token=token, namespace=namespace))
    return path


def access_of_server(machine, sluice, namespace, directory):
    machine.apply(*rights_of_server(sluice, namespace), namespace=namespace)
    return kubeconfig_of(machine, namespace, "sluice", directory)


class SluiceServer:
    """The server and its command line. What the commands answered is kept in `heard`."""

    def __init__(self, start, sluice, binary, db_url, settings):
        self._sluice = sluice
        self.heard = ""
        self.key = self._new_key(db_url)
        self.program = start(binary, "serve", "--db", db_url,
                             **{"SLUICE_LISTEN": f"{ADDRESS}:0"} | settings)
        self.url = self.program.wait_for_line(r"https?://[\w.:\[\]-]+")[0]

    def _new_key(self, db_url):
        assert self._sluice("migrate", "--db", db_url).returncode == 0
        made = self._sluice("key", "create", f"test-{time.monotonic_ns()}", "--db", db_url)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip().splitlines()[-1]

    def call(self, *arguments, check=True, timeout=180):
        done = self._sluice(*arguments, timeout=timeout, SLUICE_SERVER=self.url,
                            SLUICE_KEY=self.key)
        self.heard += done.stdout + done.stderr
        assert done.returncode == 0 or not check, f"{arguments}: {done.stderr}{self.complaints()}"
        return done

    def complaints(self):
        return f"\nthe server says:\n{self.program.stderr()[-3000:]}"

    def document(self, *arguments):
        return json.loads(self.call(*arguments, "--output", "json").stdout)

    def run(self, pipeline):
        """The name of the new job."""
        return self.call("job", "run", pipeline).stdout.strip()

    def job(self, name):
        return self.document("job", "describe", name)["job"]

    def on_kubernetes(self, name):
        return self.document("job", "describe", name)["kubernetes"]

    def trouble_of(self, name):
        return self.on_kubernetes(name)["trouble"] or ""

    def datums(self, name):
        return self.document("datum", "list", name)["datums"]

    def wait(self, name, expected="done", seconds=180):
        """Until the job is final; what it is then must be expected."""
        self.call("job", "wait", name, "--timeout", f"{seconds}s", check=False,
                  timeout=seconds + 30)
        job = self.job(name)
        told = json.dumps(self.document("job", "describe", name), indent=1)
        assert job["status"] == expected, told + self.complaints()
        return job

    def wait_for_trouble(self, name, words, seconds=60):
        wait_until(lambda: any(word in self.trouble_of(name) for word in words), seconds)
        return self.trouble_of(name)
