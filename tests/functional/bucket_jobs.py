# SPDX-License-Identifier: Apache-2.0
"""Jobs over buckets: a scripted service, what leads the program there, and their pipelines."""

import base64
import json
import urllib.parse

from pipelines import write_pipeline

SHOUT = "for f in /pfs/in/*; do tr a-z A-Z <$f >/pfs/out/$(basename $f); done"
ALL = "cp -r /pfs/in/. /pfs/out/"

# Here they would lead elsewhere, or be found where a test has none.
NONE = {name: "" for name in (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
    "AWS_ENDPOINT_URL_S3", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_DEFAULT_REGION",
    "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT_KEY",
)} | {"AWS_EC2_METADATA_DISABLED": "true"}

RIGHTS = {
    "s3": {"list": "s3:ListBucket", "read": "s3:GetObject", "write": "s3:PutObject"},
    "gcs": {"list": "storage.objects.list", "read": "storage.objects.get",
            "write": "storage.objects.create"},
}


class Cloud:
    """A scripted service as it is at its start: 'bucket' is empty, and nothing goes wrong. `places`
    and `keys` are variables that lead there and open it; what is `hidden` stands nowhere else."""

    def __init__(self, name, server):
        self.name = name
        self.server = server
        self.server.do("start_over")
        about = server.about
        if name == "s3":
            self.places = {"AWS_ENDPOINT_URL": about["url"], "AWS_REGION": about["region"]}
            self.keys = {"AWS_ACCESS_KEY_ID": about["access_key"],
                         "AWS_SECRET_ACCESS_KEY": about["secret_key"]}
            self.hidden = list(self.keys.values())
        else:
            self.places = {"STORAGE_EMULATOR_HOST": about["host"]}
            self.keys = {"GOOGLE_SERVICE_ACCOUNT_KEY": about["key"]}
            self.hidden = [about["private_key"][40:80]]  # of its first line
        self.settings = NONE | self.places | self.keys
        self.rights = RIGHTS[name]

    def uri(self, path, bucket="bucket"):
        scheme = {"s3": "s3", "gcs": "gs"}[self.name]
        return f"{scheme}://{bucket}/{urllib.parse.quote(path)}"

    def put(self, key, text=""):
        self.server.do("put", key=self._named(key), text=text)

    def get(self, key):
        return base64.b64decode(self.server.do("get", key=self._named(key))["base64"])

    def remove(self, key):
        self.server.do("remove", key=self._named(key))

    def below(self, prefix):
        """The names of the objects there, as bytes, without the prefix."""
        if self.name == "s3":
            found = map(urllib.parse.unquote_to_bytes, self.server.do("keys")["keys"])
        else:
            found = (key.encode() for key in self.server.do("state")["keys"])
        prefix = prefix.encode()
        return {key.removeprefix(prefix) for key in found if key.startswith(prefix)}

    def contents(self, prefix):
        """name → bytes of the objects there, whose names are text."""
        return {name.decode(): self.get(prefix + name.decode()) for name in self.below(prefix)}

    def fault(self, fault, kind, times=1, **details):
        self.server.do("fault", fault=fault, kind=kind, times=times, **details)

    def damage_uploads(self, times):
        self.fault("damage" if self.name == "s3" else "store_other_bytes", "write", times)

    def asked(self, kind):
        """How often, since the start."""
        if self.name == "s3":
            return self.server.do("counts").get(kind, 0)
        return self.server.do("state")["counts"].get(kind, 0)

    def open_uploads(self):
        if self.name == "s3":
            return self.server.do("uploads")["open"]
        return self.server.do("state")["uploads"]

    def secrets_asked(self, secret="credentials"):
        """What stands in a pipeline whose buckets are reached with a secret."""
        return [{"name": secret, "key": key, "env_var": key} for key in self.keys]

    def _named(self, key):
        if self.name == "s3":
            return urllib.parse.quote(key)
        return key.decode() if isinstance(key, bytes) else key


def bucket_pipeline(directory, source, target, script=SHOUT, glob="/*", secrets=(), **members):
    """Reads what lies below one URI and writes below the other: the path of the file."""
    transform = {"image": "debian:12", "cmd": ["sh", "-c", script], "secrets": list(secrets)}
    atom = {"URI": source, "repo": "in", "glob": glob}
    return write_pipeline(directory, script, [], transform=transform, input={"atom": atom},
                          egress={"URI": target}, **members)


def write_secret(directory, name, **values):
    """A secret as --secrets-dir DIRECTORY has it."""
    folder = directory / name
    folder.mkdir(parents=True)
    for key, value in values.items():
        (folder / key).write_text(value)


def described(sluice, job, *arguments, **settings):
    """What `job describe` tells: (status, error of each datum that has failed)."""
    told = sluice("job", "describe", job, "--output", "json", *arguments, **settings)
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    errors = [datum["error_message"] for datum in document["error_datums"]]
    return document["job"]["status"], errors
