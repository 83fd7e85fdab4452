# SPDX-License-Identifier: Apache-2.0
"""The servers of a soak, and calls that find one which answers."""

import http.client
import itertools
import json
import os
import pathlib
import socket
import sys
import threading
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/functional"), str(ROOT / "tests/support")]

from programs import Program  # noqa: E402

now = time.monotonic
RESTS = threading.Event()  # never set: what waits on it only waits


def environment(directory):
    """No settings of the user; webhooks may reach this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    return kept | {"HOME": str(directory), "LC_ALL": "C.UTF-8", "SKIP_SSRF_VALIDATION": "1"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Keeps its port over a kill, as a service of an operating system would."""

    def __init__(self, binary, db_url, directory, *arguments):
        self._words = [binary, "serve", "--db", db_url, "--listen", f"127.0.0.1:{free_port()}",
                       *arguments]
        self._directory = directory
        self.url = None  # while it is up
        self.start()

    def start(self):
        self._program = Program(self._words, self._directory, environment(self._directory))
        self.url = self._program.wait_for_line(r"https?://[\w.:]+")[0]

    def kill(self):
        self.url = None
        self._program.kill()

    def stop(self):
        self.url = None
        return self._program.terminate()

    def close(self):
        self._program.close()


class Asker:
    """Asks one server or another until one answers. For one thread."""

    def __init__(self, servers):
        self._servers = servers
        self._turn = itertools.count()
        self._connections = {}

    def ask(self, method, path, body=None, patience=60):
        """(status, answer as text). After 503 and after no answer at all it asks again."""
        key = {"Idempotency-Key": uuid.uuid4().hex} if (method, path) == ("POST", "/task") else {}
        end = now() + patience
        while True:
            answer = self.once(method, path, body, key)
            if answer is not None and answer[0] != 503:
                return answer
            if now() > end:
                raise TimeoutError(f"{method} {path}: nobody answers: {answer}")
            RESTS.wait(0.02)

    def json(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        return status, json.loads(answer) if answer[:1] in ("{", "[") else answer

    def once(self, method, path, body=None, headers=None):
        """The same; nothing when nobody answers."""
        urls = [server.url for server in self._servers if server.url]
        if not urls:
            return None
        url = urls[next(self._turn) % len(urls)]
        if url not in self._connections:
            address = urllib.parse.urlsplit(url)
            self._connections[url] = http.client.HTTPConnection(
                address.hostname, address.port, timeout=60)
        connection = self._connections[url]
        data = None if body is None else json.dumps(body).encode()
        try:
            connection.request(
                method, path, data, {"Content-Type": "application/json"} | (headers or {}))
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None


def every_page(asker, path):
    """All that a list has, page by page."""
    for page in itertools.count():
        status, rows = asker.json("GET", f"{path}&page_size=100&page={page}")
        assert status == 200, rows
        yield from rows
        if len(rows) < 100:
            return
