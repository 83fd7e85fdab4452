# SPDX-License-Identifier: Apache-2.0
"""Google Cloud Storage as far as Sluice asks it, with faults that a test orders.

One port serves the JSON API, the token server and the metadata server. Every request needs a good
token but those to the address of an upload, as at Google's."""

import base64
import gzip
import http.server
import socket
import sys
import threading
import time
import urllib.parse

from gcs_objects import CHUNK, Bucket
from gcs_requests import RIGHTS, Answer, Asked, media, progress_of, refusal
from google_tokens import EMAIL, Key, Refused, Tokens


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that has enough of a body goes."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class ScriptedGcs:
    """`do(request)` orders what the methods whose names begin with do_ say. It serves until its
    process ends."""

    def __init__(self):
        self._lock = threading.RLock()
        self._key = Key()
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.host = "127.0.0.1:%d" % self._server.server_address[1]
        self.url = f"http://{self.host}"
        self.do_start_over()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def about(self):
        return {
            "url": self.url,
            "host": self.host,
            "bucket": "bucket",
            "email": EMAIL,
            "key": self._key.json(f"{self.url}/token"),
            "private_key": self._key.pem,
        }

    def do(self, request):
        request = dict(request)
        order = getattr(self, f"do_{request.pop('do')}")
        with self._lock:
            return order(**request) or {}

    def do_start_over(self):
        self._buckets = {"bucket": Bucket()}
        self._tokens = Tokens(self._key)
        self._faults = []
        self._denied = set()
        self._is_public = False
        self._clock = None
        self._skew = 0
        self._speed = 0
        self._counts = {}

    def do_fault(self, fault, kind="", times=1, **details):
        """The next requests of that kind (all without one) meet it: status, reset (nothing is done
        and nothing answered), lose_answer (all is done, and the answer breaks off), cut (`at`),
        wrong_checksum, store_other_bytes (`silently`), keep (`bytes` of a part), lose_upload,
        change (the object after it was read, or while it was, when it is cut `at`)."""
        self._faults.append({"fault": fault, "kind": kind, "times": times, **details})

    def do_deny(self, right):
        self._denied.add(right)

    def do_public(self):
        """Who shows no token may do everything."""
        self._is_public = True

    def do_clock(self, seconds):
        """Time stands still then, in seconds since 1970."""
        self._clock = seconds

    def do_skew(self, minutes):
        """The server's clock is so much before ours."""
        self._skew = minutes * 60

    def do_slow(self, bytes_per_second):
        self._speed = bytes_per_second

    def do_expire_tokens(self):
        self._tokens.end_all()

    def do_token_life(self, seconds):
        self._tokens.life = seconds

    def do_put(self, key, text, packed=False):
        if packed:
            self._buckets["bucket"].put(key, gzip.compress(text.encode()), "gzip")
        else:
            self._buckets["bucket"].put(key, text.encode())

    def do_fill(self, prefix, count, size=0):
        self._buckets["bucket"].fill(prefix, count, b"x" * size)

    def do_get(self, key):
        content = self._buckets["bucket"].objects[key].content
        return {"text": content.decode(errors="replace"),
                "base64": base64.b64encode(content).decode()}

    def do_remove(self, key):
        self._buckets["bucket"].remove(key)

    def do_state(self):
        """Everything that is there, and the requests so far by their kinds."""
        bucket = self._buckets["bucket"]
        return {
            "keys": sorted(bucket.objects),
            "uploads": len(bucket.uploads),
            "counts": dict(self._counts),
        }

    # --- requests -------------------------------------------------------------------------------

    def now(self):
        return (time.time() if self._clock is None else self._clock) + self._skew

    def answer(self, asked):
        """Who serves a request: its answer, or None when the connection is to end."""
        with self._lock:
            self._counts[asked.kind] = self._counts.get(asked.kind, 0) + 1
            fault = self._fault_of(asked)
            name = fault.get("fault", "")
            if name == "reset":
                return None
            try:
                if name == "status":
                    raise refusal(fault["status"], "as the test ordered", fault.get("reason", ""))
                self._check_rights(asked)
                getattr(self, f"_{asked.kind}", self._unknown)(asked, fault)
            except Answer as answer:
                answer.is_lost = name == "lose_answer"
                return answer

    def _fault_of(self, asked):
        for fault in self._faults:
            if fault["kind"] in ("", asked.kind) and fault["times"] > 0:
                fault["times"] -= 1
                return fault
        return {}

    def _check_rights(self, asked):
        right = RIGHTS.get(asked.kind)
        if right is None:
            return
        shown = asked.headers.get("Authorization", "")
        is_good = self._tokens.is_good(shown.removeprefix("Bearer "), self.now())
        if not (is_good or (self._is_public and not shown)):
            raise refusal(401, "Invalid Credentials", "authError")
        if right in self._denied:
            raise refusal(
                403, f"{EMAIL} does not have {right} access to the bucket.", "forbidden"
            )
        if asked.bucket not in self._buckets:
            raise refusal(404, "The specified bucket does not exist.", "notFound")

    def _unknown(self, asked, fault):
        raise refusal(404, "Not Found", "notFound")

    def _token(self, asked, fault):
        form = dict(urllib.parse.parse_qsl(asked.body.decode()))
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            raise Answer(400, {"error": "unsupported_grant_type"})
        try:
            token = self._tokens.exchange(form["assertion"], f"{self.url}/token", self.now())
        except Refused as refused:
            description = str(refused)
            body = {"error": "invalid_grant", "error_description": description}
            raise Answer(400, body) from None
        raise Answer(200, token)

    def _metadata(self, asked, fault):
        if asked.headers.get("Metadata-Flavor") != "Google":
            raise Answer(403, b"Missing Metadata-Flavor:Google header.")
        raise Answer(200, self._tokens.issue(self.now()), {"Metadata-Flavor": "Google"})

    def _list(self, asked, fault):
        count = min(int(asked.query.get("maxResults", 1000)), 1000)
        names = ("prefix", "delimiter", "pageToken")
        prefix, delimiter, token = (asked.query.get(name, "") for name in names)
        items, prefixes, following = self._buckets[asked.bucket].page(
            prefix, delimiter, count, token
        )
        page = {"items": items, "prefixes": prefixes, "nextPageToken": following}
        raise Answer(200, {name: value for name, value in page.items() if value})

    def _read(self, asked, fault):
        bucket = self._buckets[asked.bucket]
        found = bucket.objects.get(asked.key)
        if found is None:
            raise Answer(404, f"No such object: {asked.bucket}/{asked.key}".encode())
        wanted = asked.query.get("ifGenerationMatch", found.generation)
        if wanted != found.generation:
            raise Answer(412, b"At least one of the pre-conditions you specified did not hold.")
        answer = media(found, asked.headers)
        if fault.get("fault") == "wrong_checksum":
            answer.headers["X-Goog-Hash"] = "crc32c=AAAAAA=="
        if "at" in fault:
            answer.headers["Content-Length"] = str(len(answer.content))
            answer.content = answer.content[: fault["at"]]
        if fault.get("fault") == "change":
            bucket.put(asked.key, bytes(reversed(found.content)))
        raise answer

    def _remove(self, asked, fault):
        bucket = self._buckets[asked.bucket]
        found = bucket.objects.get(asked.key)
        if found is None or asked.query.get("generation", found.generation) != found.generation:
            raise Answer(404, f"No such object: {asked.bucket}/{asked.key}".encode())
        bucket.remove(asked.key)
        raise Answer(204)

    def _write(self, asked, fault):
        raise self._store(asked, asked.key, asked.body, fault)

    def _store(self, asked, key, content, fault):
        """The answer. Bytes may change on the way; `silently`: nobody compares checksums."""
        if fault.get("fault") == "store_other_bytes":
            content = b"?" + content[1:]
        claimed = asked.headers.get("X-Goog-Hash", "").removeprefix("crc32c=")
        bucket = self._buckets[asked.bucket]
        before = bucket.objects.get(key)
        stored = bucket.put(key, content)
        if claimed and claimed != stored.crc32c and not fault.get("silently"):
            bucket.remove(key)
            if before:
                bucket.objects[key] = before
            return Answer(
                400,
                f'Provided CRC32C "{claimed}" doesn\'t match calculated CRC32C '
                f'"{stored.crc32c}".'.encode(),
            )
        return Answer(
            200,
            {
                "name": key,
                "size": str(len(content)),
                "generation": stored.generation,
                "crc32c": stored.crc32c,
            },
        )

    def _begin(self, asked, fault):
        name = self._buckets[asked.bucket].begin(asked.key)
        place = f"{self.url}/upload/storage/v1/b/{asked.bucket}/o?uploadType=resumable"
        raise Answer(200, b"", {"Location": f"{place}&upload_id={name}"})

    def _upload_of(self, asked):
        """One that goes on; what is said of another is raised."""
        bucket, name = self._buckets[asked.bucket], asked.query["upload_id"]
        if name in bucket.finished:
            raise bucket.finished[name]
        if name not in bucket.uploads:
            raise Answer(410, b"Not Found")
        return bucket.uploads[name]

    def _cancel(self, asked, fault):
        self._upload_of(asked)
        del self._buckets[asked.bucket].uploads[asked.query["upload_id"]]
        raise Answer(499)

    def _progress(self, asked, fault):
        raise progress_of(self._upload_of(asked))

    def _part(self, asked, fault):
        if fault.get("fault") == "lose_upload":
            self._buckets[asked.bucket].uploads.clear()
        upload = self._upload_of(asked)
        places, total = asked.headers["Content-Range"].removeprefix("bytes ").split("/")
        first, last = map(int, places.split("-"))
        is_last = last + 1 == int(total)
        kept = len(upload.content)
        if first > kept or last - first + 1 != len(asked.body):
            raise Answer(400, b"Invalid request. The bytes are others than those awaited.")
        if not is_last and len(asked.body) % CHUNK:
            raise Answer(400, b"Invalid request. Chunks are multiples of 262144 bytes.")
        if fault.get("fault") == "keep":
            upload.content += asked.body[kept - first :][: fault["bytes"]]
            raise progress_of(upload)
        upload.content += asked.body[kept - first :]  # what it has is not stored again
        if not is_last:
            raise progress_of(upload)
        bucket = self._buckets[asked.bucket]
        del bucket.uploads[asked.query["upload_id"]]
        answer = self._store(asked, upload.key, bytes(upload.content), fault)
        if answer.status == 200:
            bucket.finished[asked.query["upload_id"]] = answer
        raise answer

    # --- connections ----------------------------------------------------------------------------

    def _handler(self):
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 64 << 10

            def _serve(self):
                answer = script.answer(Asked(self))
                if answer is None or answer.is_lost:
                    self._break_off(answer)
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if "Content-Length" in answer.headers:
                    self.close_connection = True  # it is cut
                else:
                    self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self._send_body(answer.content)

            def _break_off(self, answer):
                """Clients send again by themselves what got no answer at all."""
                if answer:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                    self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def _send_body(self, content):
                speed = script._speed
                step = max(speed // 10, 1) if speed else max(len(content), 1)
                for at in range(0, len(content), step):
                    self.wfile.write(content[at : at + step])
                    if speed:
                        self.wfile.flush()
                        time.sleep(0.1)

            def date_time_string(self, timestamp=None):
                return super().date_time_string(script.now())

            def log_message(self, *arguments):
                pass

            do_GET = do_POST = do_PUT = do_DELETE = _serve

        return Handler


