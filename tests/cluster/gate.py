# SPDX-License-Identifier: Apache-2.0
"""Holds commands of pods until a test lets them go, and tells it who has come."""

import http.server
import threading
import urllib.parse

from machine import ADDRESS
from programs import wait_until


class Gate:
    """A command asks in a loop (WAIT) and goes on when its name, or everything, is open."""

    # busybox; `name` is what the test opens.
    WAIT = "until wget -q -O /dev/null '{url}/?name='{name}'&pod='$SLUICE_POD_NAME; " \
           "do sleep 0.2; done; "

    def __init__(self):
        self._open = set()
        self._asked = {}  # name → pods, in the order of their coming
        self._server = http.server.ThreadingHTTPServer((ADDRESS, 0), make_handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://{ADDRESS}:{self._server.server_address[1]}"

    def wait(self, name):
        """The piece of a script that waits; `name` is a word of the shell, as it stands there."""
        return self.WAIT.format(url=self.url, name=name)

    def open(self, name):
        self._open.add(name)

    def pods(self, name):
        return list(self._asked.get(name, []))

    def wait_for(self, name, besides=(), seconds=60):
        """The pod that has come with that name, another than those `besides`."""
        def found():
            return [pod for pod in self.pods(name) if pod not in besides]

        wait_until(found, seconds)
        return found()[0]

    def answer(self, query):
        asked = dict(urllib.parse.parse_qsl(query))
        name, pod = asked.get("name", ""), asked.get("pod", "")
        pods = self._asked.setdefault(name, [])
        if pod not in pods:
            pods.append(pod)
        return 200 if name in self._open or f"{name} {pod}" in self._open else 503

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def make_handler(gate):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status = gate.answer(urllib.parse.urlsplit(self.path).query)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
