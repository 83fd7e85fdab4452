# SPDX-License-Identifier: Apache-2.0
"""A server that answers as a test says, and how both clients are asked the same."""

import asyncio
import http.server
import inspect
import json
import threading
import urllib.parse

import pytest

from sluice.client import AsyncClient, AsyncTaskHandle, Client, TaskHandle, conversation

BREAK = object()  # instead of an answer: the connection ends when the request has come


class Sent:
    """One request as it came."""

    def __init__(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        self.method = handler.command
        self.path = url.path
        self.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.raw = handler.rfile.read(int(self.headers.get("content-length", 0)))
        self.body = json.loads(self.raw) if self.raw else None

    @property
    def line(self):
        return f"{self.method} {self.path}"


class ScriptedServer:
    """Gives the answers (status, body, headers) in their order; the last one again and again."""

    def __init__(self):
        self.sent = []
        self._answers = []
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                script.sent.append(Sent(self))
                answer = script._next()
                if answer is BREAK:
                    self.close_connection = True
                    return
                status, body, headers = answer
                content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(b"" if status == 204 else content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        serve = {"poll_interval": 0.01}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answers(self, *answers):
        self._answers = list(answers)

    def _next(self):
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def answer(status=200, body="", **headers):
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(conversation, "DELAY_INITIAL", 0.0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ScriptedServer()
    yield server
    server.close()


class Asker:
    """Asks a client or a handle, whichever of the two kinds the test is run for."""

    def __init__(self, kind):
        self.kind = kind

    def client(self, url, method, *args, options={}, **kwargs):
        kind = Client if self.kind == "blocking" else AsyncClient
        return self._ask(lambda: kind(url, **options), method, args, kwargs)

    def handle(self, url, method, *args, options={}, **kwargs):
        kind = TaskHandle if self.kind == "blocking" else AsyncTaskHandle
        return self._ask(lambda: kind.from_url(url, **options), method, args, kwargs)

    def _ask(self, make, method, args, kwargs):
        if self.kind != "blocking":
            return asyncio.run(self._await(make, method, args, kwargs))
        with make() as client:
            result = getattr(client, method)(*args, **kwargs)
            return list(result) if inspect.isgenerator(result) else result

    async def _await(self, make, method, args, kwargs):
        async with make() as client:
            result = getattr(client, method)(*args, **kwargs)
            if inspect.isasyncgen(result):
                return [element async for element in result]
            return await result


@pytest.fixture(params=["blocking", "asyncio"])
def ask(request):
    return Asker(request.param)


def task_json(**changes):
    task = {
        "id": "019a9f3c-5b1f-7000-8000-00000b2c3d4e", "name": "Build the image", "kind": "build",
        "status": "Pending", "created_at": "2026-01-31T12:00:00.000001Z", "started_at": None,
        "success": 0, "failures": 0, "expected_count": 10, "ended_at": None,
        "batch_id": "019a9f3c-5b1e-7000-8000-00000a1b2c3d", "dead_end_barrier": False,
        "priority": 5, "group_id": None, "attempt": 1, "scheduled_at": None, "timeout": 600,
        "rules": [], "metadata": {"customer": 7}, "actions": [
            {"id": "6f1c2f7e-1d0c-5b6e-9a51-0d5e5a7c1b2d", "kind": "Webhook", "trigger": "Start",
             "condition": None, "params": {"url": "https://w.example.com/", "verb": "Post"}}],
        "last_updated": "2026-01-31T12:00:00.000001Z", "failure_reason": None,
        "retry": {"max_retries": 2}, "max_attempts": 3, "next_retry_at": None, "requester": None,
        "deleted_at": None, "preemptible": False, "preempts": False,
    }
    return task | changes
