# SPDX-License-Identifier: Apache-2.0
"""Pipelines whose files are in MinIO."""

import itertools
import json

numbers = itertools.count(1)

SECRETS = [
    {"name": "s3", "key": name, "env_var": name}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
]

UPPER = "for f in /pfs/in/*; do tr a-z A-Z <$f >/pfs/out/$(basename $f); done"


class Job:
    """A pipeline over files of its own: the contents of each is its name."""

    def __init__(self, minio, directory, script, files=("a",), name="demo", **members):
        self.client = minio.client
        self.place = f"{name}-{next(numbers)}"
        for file in files:
            self.client.put("bucket", f"{self.place}/in/{file}", f"this is {file}\n".encode())
        transform = {"image": "localhost/busybox:1", "image_pull_policy": "Never",
                     "cmd": ["sh", "-ec", script], "secrets": SECRETS}
        spec = {
            "pipeline": {"name": name},
            "transform": transform | members.pop("transform", {}),
            "parallelism_spec": {"constant": len(files)},
            "resource_requests": {"memory": "64Mi", "cpu": "10m"},
            "input": {"atom": {"URI": f"s3://bucket/{self.place}/in", "repo": "in",
                               "glob": "/*"}},
            "egress": {"URI": f"s3://bucket/{self.place}/out/"},
        }
        self.path = directory / f"{self.place}.json"
        self.path.write_text(json.dumps(spec | members))

    def out(self):
        """path → text of what the job has published."""
        found = self.client.contents("bucket", f"{self.place}/out/")
        return {path: content.decode() for path, content in found.items()}
