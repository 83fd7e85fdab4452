# SPDX-License-Identifier: Apache-2.0
"""An S3 that checks each signature with botocore's signer, with faults that a test orders.

One port serves the buckets (in the path), STS, a container's credentials and instance metadata.
Orders come by do(), as lines of standard input, or by POST /_script."""

import base64
import dataclasses
import datetime
import email.utils
import hashlib
import http.server
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree

from crc32c import crc32c, encoded
from made_up import Gone, MadeUp
from s3_identity import Identity
from s3_objects import Bucket, Object, Refused, whole

REGION = "us-east-1"
CRC = "x-amz-checksum-crc32c"
RIGHTS = {
    "list": "s3:ListBucket",
    "read": "s3:GetObject",
    "head": "s3:GetObject",
    "write": "s3:PutObject",
    "begin": "s3:PutObject",
    "part": "s3:PutObject",
    "finish": "s3:PutObject",
    "abort": "s3:AbortMultipartUpload",
    "remove": "s3:DeleteObject",
}


@dataclasses.dataclass
class Answer:
    status: int = 200
    content: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    is_reset: bool = False  # the connection, instead of an answer
    cut_at: int = None  # so many bytes of the body, then the end of the connection
    bytes_per_second: int = 0


class Asked:
    """One request: what it is about, and what came with it."""

    def __init__(self, handler):
        self.method = handler.command
        self.path, _, query = handler.path.partition("?")
        self.query = dict(
            urllib.parse.parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        )
        self.headers = handler.headers
        self.url = f"http://{handler.headers['Host']}{handler.path}"
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.bucket, slash, key = self.path[1:].partition("/")
        self.key = urllib.parse.unquote_to_bytes(key)
        self.kind = self._kind(bool(slash))

    def _kind(self, is_object):
        if self.path == "/" or self.path.startswith(("/latest/", "/container/")):
            return "credentials"
        if not is_object or not self.key:
            return "list" if self.method == "GET" else "unknown"
        if "uploads" in self.query:
            return "begin"
        if "uploadId" in self.query:
            return {"PUT": "part", "POST": "finish", "DELETE": "abort"}[self.method]
        plain = {"GET": "read", "HEAD": "head", "PUT": "write", "DELETE": "remove"}
        return plain.get(self.method, "unknown")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class ScriptedS3:
    """`do(request)` orders what the methods whose names begin with do_ say. It serves until its
    process ends."""

    def __init__(self):
        self._lock = threading.RLock()
        self._server = Server(("127.0.0.1", 0), make_handler(self))
        self.url = "http://127.0.0.1:%d" % self._server.server_address[1]
        self.do_start_over()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def about(self):
        key, known = next(iter(self.identity.keys.items()))
        return {
            "url": self.url,
            "bucket": "bucket",
            "region": REGION,
            "access_key": key,
            "secret_key": known.secret,
            "web_token": self.identity.web_token,
            "container_token": self.identity.container_token,
        }

    # --- orders ----------------------------------------------------------------------------------

    def do(self, request):
        request = dict(request)
        order = getattr(self, f"do_{request.pop('do')}")
        with self._lock:
            return order(**request) or {}

    def do_start_over(self):
        self.identity = Identity()
        self.buckets = {"bucket": Bucket(REGION)}
        self.page_max = 1000
        self._faults = []
        self._denied = set()
        self._counts = {}
        self._speed = 0
        self._checksums = "known"
        self._redirects = False
        self._drops = False

    def do_bucket(self, name, region=REGION):
        self.buckets[name] = Bucket(region)

    def do_put(self, key, text="", bucket="bucket", with_crc=True):
        """Keys of orders are percent-encoded."""
        name = urllib.parse.unquote_to_bytes(key)
        self.buckets[bucket].objects[name] = whole(text.encode(), with_crc)

    def do_fill(self, prefix, count, size=0):
        found = whole(b"x" * size)
        for number in range(count):
            self.buckets["bucket"].objects[f"{prefix}{number:06}".encode()] = found

    def do_make_up(self, key, size):
        """An object of so many bytes, which made_up.py has; without a checksum."""
        parts = -(-size // (16 << 20))
        self.buckets["bucket"].objects[key.encode()] = Object(
            MadeUp(size), f'"{hashlib.md5(key.encode()).hexdigest()}-{parts}"', "")

    def do_drop(self):
        """Of what is written from now on, only its size and its ETag are kept."""
        self._drops = True

    def do_head(self, key):
        found = self.buckets["bucket"].objects[key.encode()]
        return {"size": len(found.content), "etag": found.etag.strip('"')}

    def do_remove(self, key):
        self.buckets["bucket"].objects.pop(urllib.parse.unquote_to_bytes(key))

    def do_get(self, key, bucket="bucket"):
        found = self.buckets[bucket].objects.get(urllib.parse.unquote_to_bytes(key))
        return {"base64": base64.b64encode(found.content).decode()} if found else {}

    def do_keys(self, bucket="bucket"):
        return {"keys": [urllib.parse.quote(key) for key in sorted(self.buckets[bucket].objects)]}

    def do_uploads(self, bucket="bucket"):
        return {"open": len(self.buckets[bucket].uploads)}

    def do_fault(self, fault, kind="", times=1, **details):
        """The next requests of that kind (all without one) meet it: status (`status`, `code`,
        `echo` what was sent), reset (nothing is done and nothing answered), lose_answer, cut
        (`at`), wrong_checksum, damage (a byte, on its way), change (the object, after it was
        read, or while it was, when it is cut `at`), error_inside (a 200)."""
        self._faults.append({"fault": fault, "kind": kind, "times": times, **details})

    def do_deny(self, right):
        self._denied.add(right)

    def do_clock(self, at=None, minutes=0):
        """The server's clock stands still at that time, or differs by so much."""
        self.identity.fixed = at and datetime.datetime.fromisoformat(at)
        self.identity.offset = datetime.timedelta(minutes=minutes)

    def do_life(self, seconds):
        """Of the credentials that are given out from now on."""
        self.identity.life = datetime.timedelta(seconds=seconds)

    def do_expire_tokens(self):
        self.identity.expire()

    def do_role(self, is_there):
        self.identity.has_role = is_there

    def do_checksums(self, are):
        """CRC-32C is "known", "ignored" or "refused"."""
        self._checksums = are

    def do_redirects(self):
        """A bucket of another region is answered with 301 instead of 400."""
        self._redirects = True

    def do_pages(self, entries_max):
        self.page_max = entries_max

    def do_slow(self, bytes_per_second):
        self._speed = bytes_per_second

    def do_counts(self):
        return {**self._counts, "given": self.identity.given}

    # --- requests --------------------------------------------------------------------------------

    def answer(self, asked):
        with self._lock:
            self._counts[asked.kind] = self._counts.get(asked.kind, 0) + 1
            fault = self._take_fault(asked.kind)
            try:
                answer = self._answer(asked, fault)
            except Refused as refused:
                answer = Answer(refused.status, refused.document(), refused.headers)
            answer.bytes_per_second = self._speed
            return answer

    def _take_fault(self, kind):
        for fault in self._faults:
            if fault["kind"] in ("", kind):
                fault["times"] -= 1
                if fault["times"] == 0:
                    self._faults.remove(fault)
                return fault
        return {"fault": ""}

    def _answer(self, asked, fault):
        name = fault["fault"]
        if name == "reset":
            return Answer(is_reset=True)
        if name == "status":
            sent = "; ".join(asked.headers.values()) if fault.get("echo") else "ordered"
            raise Refused(fault["status"], fault.get("code", ""), sent)
        given = self.identity.answer(asked.method, asked.path, asked.headers, asked.body)
        if given:
            return Answer(*given)
        self._check(asked)
        if name == "error_inside":
            return Answer(200, Refused(200, fault["code"]).document())
        if name == "damage" and asked.body:
            asked.body = bytes([asked.body[0] ^ 1]) + asked.body[1:]
        bucket = self.buckets[asked.bucket]
        answer = getattr(self, f"_{asked.kind}")(bucket, asked)
        return self._spoil(answer, fault, bucket, asked)

    def _check(self, asked):
        bucket = self.buckets.get(asked.bucket)
        region = bucket.region if bucket else REGION
        try:
            self.identity.check(asked.method, asked.url, asked.headers, region)
        except Refused as refused:
            if refused.code != "AuthorizationHeaderMalformed" or not self._redirects:
                raise
            headers = {"x-amz-bucket-region": region}
            raise Refused(301, "PermanentRedirect", "elsewhere", headers) from None
        if bucket is None:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist.")
        if RIGHTS.get(asked.kind) in self._denied:
            raise Refused(403, "AccessDenied", "Access Denied")

    @staticmethod
    def _spoil(answer, fault, bucket, asked):
        if fault["fault"] == "lose_answer":
            return Answer(is_reset=True)
        answer.cut_at = fault.get("at")
        if fault["fault"] == "wrong_checksum":
            answer.headers[CRC] = encoded(crc32c(b"another"))
        if fault["fault"] == "damage" and asked.kind == "read":
            answer.content = bytes([answer.content[0] ^ 1]) + answer.content[1:]
        if fault["fault"] == "change":
            bucket.objects[asked.key] = whole(bucket.objects[asked.key].content[::-1])
        return answer

    def _list(self, bucket, asked):
        wanted = int(asked.query.get("max-keys", 1000))
        return Answer(200, bucket.page(asked.query, min(wanted, self.page_max)))

    def _read(self, bucket, asked):
        found = bucket.object(asked.key)
        if asked.headers.get("If-Match", found.etag) != found.etag:
            raise Refused(412, "PreconditionFailed", "The ETag is another one.")
        headers = {"ETag": found.etag}
        wanted = asked.headers.get("Range")
        if wanted is None:
            if found.crc and asked.headers.get("x-amz-checksum-mode") == "ENABLED":
                headers[CRC] = found.crc
            return Answer(200, found.content, headers)
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        if first >= len(found.content):
            raise Refused(416, "InvalidRange", "The requested range is not satisfiable")
        piece = found.content[first : last + 1]
        end = first + len(piece) - 1
        headers["Content-Range"] = f"bytes {first}-{end}/{len(found.content)}"
        return Answer(206, piece, headers)

    _head = _read

    def _received(self, asked):
        """The body as an object, when it is what its checksums say."""
        content, sent = asked.body, asked.headers.get(CRC)
        self._refuse_checksums(asked)
        if self._drops:
            etag = f'"{hashlib.md5(content).hexdigest()}"'
            return Object(Gone(len(content)), etag, sent or "")
        given = asked.headers.get("Content-MD5")
        if given and given != base64.b64encode(hashlib.md5(content).digest()).decode():
            raise Refused(400, "BadDigest", "The Content-MD5 does not match.")
        found = whole(content, sent is not None and self._checksums == "known")
        if found.crc and found.crc != sent:
            raise Refused(400, "BadDigest", "The CRC32C does not match.")
        return found

    def _refuse_checksums(self, asked):
        has_one = any(name.lower().startswith("x-amz-checksum-") for name in asked.headers)
        if self._checksums == "refused" and has_one:
            raise Refused(501, "NotImplemented", "A header is not implemented.")

    @staticmethod
    def _stored(found: Object):
        return Answer(200, b"", {"ETag": found.etag, **({CRC: found.crc} if found.crc else {})})

    def _write(self, bucket, asked):
        bucket.objects[asked.key] = self._received(asked)
        return self._stored(bucket.objects[asked.key])

    def _begin(self, bucket, asked):
        self._refuse_checksums(asked)
        wants_crc = asked.headers.get("x-amz-checksum-algorithm") == "CRC32C"
        return Answer(200, bucket.begin(asked.key, wants_crc and self._checksums == "known"))

    def _part(self, bucket, asked):
        upload = bucket.upload(asked.query["uploadId"])
        part = self._received(asked)
        upload.parts[int(asked.query["partNumber"])] = part
        return self._stored(part)

    def _finish(self, bucket, asked):
        space = "{http://s3.amazonaws.com/doc/2006-03-01/}"
        parts = [
            [part.findtext(space + name) for name in ("PartNumber", "ETag", "ChecksumCRC32C")]
            for part in xml.etree.ElementTree.fromstring(asked.body)
        ]
        wanted = [(int(number), etag, crc) for number, etag, crc in parts]
        return Answer(200, bucket.complete(asked.query["uploadId"], wanted))

    def _abort(self, bucket, asked):
        bucket.upload(asked.query["uploadId"])
        del bucket.uploads[asked.query["uploadId"]]
        return Answer(204)

    def _remove(self, bucket, asked):
        bucket.objects.pop(asked.key, None)
        return Answer(204)

    def _unknown(self, bucket, asked):
        raise Refused(405, "MethodNotAllowed", asked.path)


def make_handler(script):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self):
            if self.path == "/_script":
                length = int(self.headers["Content-Length"])
                order = json.loads(self.rfile.read(length))
                return self._send(Answer(200, json.dumps(script.do(order)).encode()))
            self._send(script.answer(Asked(self)))

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

        def _send(self, answer):
            if answer.is_reset:
                return self._reset()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if self.command != "HEAD":
                self._write(answer)
            if answer.cut_at is not None:
                self.close_connection = True

        def _write(self, answer):
            speed = answer.bytes_per_second
            piece = max(speed // 20, 1) if speed else 1 << 20
            end = len(answer.content) if answer.cut_at is None else answer.cut_at
            for at in range(0, end, piece):
                self.wfile.write(answer.content[at : min(at + piece, end)])
                if speed:
                    time.sleep(0.05)

        def _reset(self):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(self.connection.detach())
            self.close_connection = True

        def handle(self):
            try:
                super().handle()
            except OSError:  # the client has left
                self.close_connection = True

        def date_time_string(self, timestamp=None):
            return email.utils.format_datetime(script.identity.now(), usegmt=True)

        def log_message(self, *_):
            pass

    return Handler


def main():
    # The end is told by standard input alone; a Ctrl-C in the terminal reaches this, too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = ScriptedS3()
    print(json.dumps(server.about()), flush=True)
    for line in sys.stdin:
        try:
            answer = server.do(json.loads(line))
        except Exception as error:  # whatever is wrong with an order is the test's to see
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
