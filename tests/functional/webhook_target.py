# SPDX-License-Identifier: Apache-2.0
"""A target of webhooks: remembers what comes, answers as a test says, and calls back."""

import http.client
import http.server
import json
import threading
import urllib.parse


class Webhook:
    """One request as it came."""

    def __init__(self, handler):
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        url = urllib.parse.urlsplit(handler.path)
        self.method = handler.command
        self.path = url.path
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = json.loads(body) if body else None
        self.raw = body

    @property
    def key(self):
        return self.headers["idempotency-key"]

    @property
    def trigger(self):
        return self.headers["x-task-trigger"]

    @property
    def task(self):
        return self.headers["x-task-id"]

    @property
    def handle(self):
        return self.query["handle"]


class Target:
    """Listens on 127.0.0.1. `behave(webhook)` gives (status, JSON or None); by default 200."""

    def __init__(self, behave=None, port=0):
        self.behave = behave or (lambda webhook: (200, None))
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._webhooks = []
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                webhook = Webhook(self)
                target._keep(webhook)
                status, answer = target.behave(webhook)
                body = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                if body:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                pass  # a killed server breaks its connections

        self._server = Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _keep(self, webhook):
        with self._arrived:
            self._webhooks.append(webhook)
            self._arrived.notify_all()

    def webhooks(self, trigger=None, task=None):
        """Those that have come so far."""
        with self._lock:
            return [
                webhook for webhook in self._webhooks
                if trigger in (None, webhook.trigger) and task in (None, webhook.task)
            ]

    def wait_for(self, count, trigger=None, task=None, seconds=30):
        """The first `count` of them."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: len([
                    webhook for webhook in self._webhooks
                    if trigger in (None, webhook.trigger) and task in (None, webhook.task)
                ]) >= count, seconds,
            ), f"{count} webhooks have not come: {[w.key for w in self._webhooks][-20:]}"
        return self.webhooks(trigger, task)[:count]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def call(method, url, body=None, headers=None):
    """(status, answer): JSON when it is some, else text."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    path = parts.path + ("?" + parts.query if parts.query else "")
    given = dict(headers or {})
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        given.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, data, given)
        response = connection.getresponse()
        text = response.read().decode()
        is_json = "json" in (response.getheader("Content-Type") or "")
        return response.status, json.loads(text) if is_json else text
    finally:
        connection.close()
