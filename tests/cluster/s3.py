# SPDX-License-Identifier: Apache-2.0
"""As much of a client for S3 as tests need to fill a bucket and to look into it: signed requests,
one after the other on one connection. It is no code of ours that is under test."""

import datetime
import hashlib
import hmac
import http.client
import urllib.parse
import xml.etree.ElementTree

REGION = "us-east-1"
ONLY = {"s3": "http://s3.amazonaws.com/doc/2006-03-01/"}


class S3:
    def __init__(self, url, key, secret):
        self.url, self.key, self.secret = url, key, secret
        self._host = urllib.parse.urlsplit(url).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=30)

    def make_bucket(self, bucket):
        self.ask("PUT", f"/{bucket}")

    def put(self, bucket, key, content):
        self.ask("PUT", path_of(bucket, key), body=content)

    def get(self, bucket, key):
        return self.ask("GET", path_of(bucket, key))

    def remove(self, bucket, key):
        self.ask("DELETE", path_of(bucket, key))

    def contents(self, bucket, prefix):
        """path below `prefix` → bytes of every object there."""
        return {key.removeprefix(prefix): self.get(bucket, key)
                for key in self.keys(bucket, prefix)}

    def keys(self, bucket, prefix):
        token = {}
        while True:
            query = {"list-type": "2", "prefix": prefix, "encoding-type": "url"} | token
            page = xml.etree.ElementTree.fromstring(self.ask("GET", f"/{bucket}", query))
            for key in page.iterfind("s3:Contents/s3:Key", ONLY):
                yield urllib.parse.unquote_plus(key.text)
            more = page.findtext("s3:NextContinuationToken", namespaces=ONLY)
            if not more:
                return
            token = {"continuation-token": more}

    def ask(self, method, path, query=None, body=b""):
        target = path + ("?" + encoded(query) if query else "")
        headers = self._signed(method, path, query, body)
        try:
            answer = self._answer(method, target, body, headers)
        except ConnectionError:  # it was idle for too long
            self._connection.close()
            answer = self._answer(method, target, body, headers)
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {target}: {answer.status} {content.decode()}")
        return content

    def _answer(self, method, target, body, headers):
        self._connection.request(method, target, body, headers)
        return self._connection.getresponse()

    def _signed(self, method, path, query, body):
        time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": self._host, "x-amz-content-sha256": digest, "x-amz-date": time}
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = "\n".join([method, path, encoded(query or {}), lines, names, digest])
        scope = f"{time[:8]}/{REGION}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", time, scope,
                          hashlib.sha256(request.encode()).hexdigest()])
        key = f"AWS4{self.secret}".encode()
        for word in (time[:8], REGION, "s3", "aws4_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return headers | {"Authorization": f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, "
                          f"SignedHeaders={names}, Signature={signature}"}


def path_of(bucket, key):
    return f"/{bucket}/{urllib.parse.quote(key, safe='/~')}"


def encoded(query):
    return "&".join(f"{urllib.parse.quote(name, safe='~')}={urllib.parse.quote(value, safe='~')}"
                    for name, value in sorted(query.items()))
