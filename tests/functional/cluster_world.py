# SPDX-License-Identifier: Apache-2.0
"""Servers in front of a scripted Kubernetes, as their users see them, and jobs for them."""

import base64
import json

from bucket_jobs import NONE, SHOUT
from programs import wait_until
from webhook_target import call

__all__ = ["CREDENTIALS", "SHOUT", "ClusterServer", "ClusterWorld", "Gate", "is_empty", "secret"]

CREDENTIALS = "credentials"  # the Secret of the bucket


class ClusterWorld:
    """A database with an API key, a Kubernetes, a bucket, and any number of servers."""

    def __init__(self, start, sluice, sluice_bin, kube, s3, db_url, directory):
        self._start = start
        self._bin = sluice_bin
        self._directory = directory
        self.sluice = sluice
        self.kube = kube
        self.s3 = s3
        self.db_url = db_url
        self.servers = []
        made = sluice("key", "create", "test", "--role", "admin", "--db", db_url)
        assert made.returncode == 0, made.stderr
        self.key = made.stdout.strip()
        kube.put("secrets", secret(CREDENTIALS, **s3.keys))

    def serve(self, *arguments, listen="127.0.0.1:0", **settings):
        data = self._directory / f"server-{len(self.servers)}"
        program = self._start(
            self._bin, "serve", "--db", self.db_url, "--listen", listen, "--data-dir", data,
            "--executor", "kubernetes", "--kube-url", self.kube.url,
            "--worker-image", "sluice:test", *arguments,
            **NONE | self.s3.places | {"SLUICE_LOG": "info"} | settings)
        url = program.wait_for_line(r"https?://[\w.:\[\]-]+")[0]
        self.servers.append(ClusterServer(self, program, url))
        return self.servers[-1]

    def pipeline(self, script=SHOUT, inputs=("a",), place="job", variables=None, secrets=(),
                 **members):
        """One pod for each input, unless `members` say otherwise."""
        for each in inputs:
            self.s3.put(f"{place}/in/{each}", f"this is {each}\n")
        transform = {"image": "debian:12", "cmd": ["sh", "-ec", script], "env": variables or {},
                     "secrets": [*self.s3.secrets_asked(CREDENTIALS), *secrets]}
        atom = {"URI": self.s3.uri(f"{place}/in"), "repo": "in", "glob": "/*"}
        return {
            "pipeline": {"name": "demo"},
            "transform": transform | members.pop("transform", {}),
            "parallelism_spec": {"constant": max(1, len(inputs))},
            "resource_requests": {"memory": "64Mi", "cpu": 1},
            "input": {"atom": atom},
            "egress": {"URI": self.s3.uri(f"{place}/out/")},
        } | members

    def out(self, place="job"):
        """name → bytes of what a job has published."""
        return self.s3.contents(f"{place}/out/")


class ClusterServer:
    def __init__(self, world, program, url):
        self.program = program
        self.url = url
        self._world = world

    def call(self, *arguments, check=True, **settings):
        """A command at this server."""
        done = self._world.sluice(*arguments, SLUICE_SERVER=self.url, SLUICE_KEY=self._world.key,
                                  **settings)
        assert done.returncode == 0 or not check, f"{arguments}: {done.stderr}{self._complaints()}"
        return done

    def ask(self, method, path, body=None, key=None):
        """(status, answer), as who has that key."""
        headers = {"Authorization": f"Bearer {key or self._world.key}"}
        return call(method, self.url + path, body, headers)

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, f"{path}: {answer}{self._complaints()}"
        return answer

    def run(self, *script_and_inputs, **pipeline):
        """A job of ClusterWorld.pipeline(): its name."""
        document = self._world.pipeline(*script_and_inputs, **pipeline)
        status, answer = self.ask("POST", "/jobs", {"job": document})
        assert status == 201, answer
        return answer["job"]["job_name"]

    def describe(self, job):
        return self.get(f"/jobs/{job}/describe")

    def job(self, job):
        return self.describe(job)["job"]

    def on_kubernetes(self, job):
        return self.describe(job)["kubernetes"]

    def trouble(self, job):
        return self.on_kubernetes(job)["trouble"] or ""

    def why(self, job):
        return self.get(f"/jobs/{job}/why")["why"]

    def datums(self, job):
        return self.get(f"/jobs/{job}/datums")["datums"]

    def attempts(self, job):
        """(how it ended, why) of each attempt that its only datum has lost."""
        (datum,) = self.datums(job)
        described = self.get(f"/datums/{datum['id']}/describe")
        return [(each["end"], each["error_message"]) for each in described["attempts"]]

    def wait(self, job, expected="done", seconds=60):
        """Until it is final; what it is then must be expected. The job."""
        wait_until(lambda: self.job(job)["status"] != "running", seconds)
        told = self.describe(job)
        assert told["job"]["status"] == expected, json.dumps(told, indent=1) + self._complaints()
        return told["job"]

    def _complaints(self):
        return f"\nthe server says:\n{self.program.stderr()[-4000:]}"


class Gate:
    """A command says that it has come, and waits until its input is let through."""

    def __init__(self, directory):
        self._directory = directory
        self._came = directory / "came"
        self._came.touch()

    @property
    def wait(self):
        """What stands in a script."""
        return f'input=$(basename /pfs/in/*); echo "$input $SLUICE_POD_NAME" >>{self._came}; ' \
               f'until [ -e {self._directory}/open-$input ]; do sleep 0.05; done; '

    def open(self, *inputs):
        for each in inputs:
            (self._directory / f"open-{each}").touch()

    def pods(self, which="a"):
        """Those that have come with this input, in their order."""
        lines = [line.split() for line in self._came.read_text().splitlines()]
        return [pod for name, pod in lines if name == which]

    def wait_for(self, which="a", count=1, seconds=60):
        """The pod that is the `count`th to come with this input."""
        wait_until(lambda: len(self.pods(which)) >= count, seconds)
        return self.pods(which)[count - 1]


def secret(name, **values):
    """The object; values are text."""
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return {"metadata": {"name": name}, "type": "Opaque", "data": data}


def is_empty(kube):
    """Nothing of any job is left."""
    owned = [each for each in kube.items("secrets") if "ownerReferences" in each["metadata"]]
    return not (kube.items("jobs") or kube.items("pods") or owned)
