# SPDX-License-Identifier: Apache-2.0
"""MinIO and fake-gcs-server, as machine/build.sh has built them, for the tests of a session."""

import json
import os
import pathlib
import secrets
import urllib.request

from machine import ADDRESS, BIN, STATE
from programs import Program, wait_until
from s3 import S3

S3_PORT, S3_TLS_PORT, GCS_PORT = 19000, 19443, 14443


def is_up(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


class Minio:
    """Its secret is planted: it must never be seen in what programs say. `address`: where it
    listens; on that of the machine also over https."""

    def __init__(self, directory, address=ADDRESS):
        self.key, self.secret = "test-user", f"planted-{secrets.token_hex(12)}"
        self.url = f"http://{address}:{S3_PORT}"
        self.secure_url = f"https://{ADDRESS}:{S3_TLS_PORT}"
        (directory / "minio").mkdir()
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(directory),
            "MINIO_ROOT_USER": self.key, "MINIO_ROOT_PASSWORD": self.secret,
            "MINIO_BROWSER": "off", "MINIO_UPDATE": "off", "MINIO_CALLHOME_ENABLE": "off",
        }
        words = [BIN / "minio", "server", "--quiet", "--address", f"{address}:{S3_PORT}",
                 directory / "minio"]
        self._programs = [Program(words, directory, environment)]
        if address == ADDRESS:
            self._programs.append(self._secured(directory))
        wait_until(lambda: is_up(f"{self.url}/minio/health/cluster"), 60)
        self.client = S3(self.url, self.key, self.secret)

    def _secured(self, directory):
        """The same over https, with a certificate that only this machine's authority vouches for.
        """
        pki = STATE / "pki"
        listen = (f"OPENSSL-LISTEN:{S3_TLS_PORT},bind={ADDRESS},fork,reuseaddr,verify=0,"
                  f"cert={pki}/servers.crt,key={pki}/servers.key")
        words = ["socat", listen, f"TCP:{ADDRESS}:{S3_PORT}"]
        return Program(words, directory, {"PATH": "/usr/bin:/bin"})

    def variables(self, url=None):
        """Of a server that uses it."""
        return {"AWS_ENDPOINT_URL": url or self.url, "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}

    def close(self):
        for program in self._programs:
            program.close()


class FakeGcs:
    """Google Cloud Storage without rights: whoever asks may do everything."""

    def __init__(self, directory):
        self.url = f"http://{ADDRESS}:{GCS_PORT}"
        words = [BIN / "fake-gcs-server", "-scheme", "http", "-host", ADDRESS,
                 "-port", GCS_PORT, "-public-host", f"{ADDRESS}:{GCS_PORT}", "-external-url",
                 self.url, "-backend", "memory", "-log-level", "error"]
        self._program = Program(words, directory, os.environ)
        wait_until(lambda: is_up(f"{self.url}/storage/v1/b?project=test"), 60)

    def make_bucket(self, bucket):
        self._ask("POST", "/storage/v1/b?project=test", json.dumps({"name": bucket}).encode())

    def contents(self, bucket, prefix):
        listing = json.loads(self._ask("GET", f"/storage/v1/b/{bucket}/o?prefix={prefix}"))
        return {each["name"].removeprefix(prefix): self._ask("GET", media_of(each))
                for each in listing.get("items", [])}

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, data=body, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def close(self):
        self._program.close()


def media_of(listed):
    name = urllib.request.quote(listed["name"], safe="")
    return f"/storage/v1/b/{listed['bucket']}/o/{name}?alt=media"


def authority():
    """The certificate that vouches for Minio.secure_url."""
    return pathlib.Path(STATE / "pki/ca.crt").read_bytes()
