# SPDX-License-Identifier: Apache-2.0
"""A target of webhooks that counts words: receives a task, works, reports, and ends it.

    python3 service.py [PORT]

SLUICE_SERVER and SLUICE_KEY say where the task service is, and the API key if it wants one.
"""

import concurrent.futures
import http.server
import json
import os
import sys
import threading

from sluice.client import Client, Conflict, NotFound, TaskHandle

SERVER = os.environ.get("SLUICE_SERVER", "http://127.0.0.1:8085")
KEY = os.environ.get("SLUICE_KEY")


def count(task, body):
    """The words of some lines, one report for each line."""
    words = 0
    for line in body["lines"]:
        words += len(line.split())
        task.report_progress(success=1)
    task.succeed(metadata={"words": words})


def add(task, body):
    """The words of all tasks of this batch. What they have found stands at the server, so that
    this program may end and start again at any time."""
    with Client(SERVER, api_key=KEY) as client:
        parts = list(client.iterate(batch_id=task.get().batch_id, kind="count"))
        words = sum(client.get(part.id).metadata["words"] for part in parts)
    task.succeed(metadata={"words": words})


WORK = {"/count": count, "/add": add}


def run(task, path, body):
    with task:
        try:
            WORK[path](task, body)
        except (NotFound, Conflict):
            pass  # somebody has canceled it, or it was too slow and another attempt is at work
        except Exception as problem:
            task.fail(f"{type(problem).__name__}: {problem}")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers at once and works afterwards: an answer that takes long is no answer."""

    protocol_version = "HTTP/1.1"
    pool = concurrent.futures.ThreadPoolExecutor(8)
    lock = threading.Lock()
    accepted = set()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "null")
        path = self.path.partition("?")[0]
        if path in WORK:
            self.begin(path, body)
        self.send_response(200 if path in WORK else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def begin(self, path, body):
        key = self.headers["Idempotency-Key"]
        with self.lock:
            if key in self.accepted:
                return  # the server has not heard our first answer; we are at work already
            self.accepted.add(key)
        task = TaskHandle.from_webhook(self.path, self.headers)
        self.pool.submit(run, task, path, body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8090
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
