# SPDX-License-Identifier: Apache-2.0
"""Clients of the task service for tests in which servers and databases come and go."""

import http.client
import json
import queue
import threading
import urllib.parse


class Caller:
    """One connection that is kept; it is made anew when it breaks."""

    def __init__(self):
        self._connection = None
        self._origin = None

    def call(self, method, url, body=None):
        """(status, headers, answer); OSError or HTTPException when nobody answers."""
        parts = urllib.parse.urlsplit(url)
        if self._origin != parts.netloc:
            self.close()
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
            self._origin = parts.netloc
        path = parts.path + ("?" + parts.query if parts.query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, data, {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = self._origin = None


class Finishers:
    """Report the success of tasks, as targets do: again and again until somebody has taken it.

    `urls()` gives the base URLs of the servers that may be asked, at this moment.
    """

    def __init__(self, urls, count=4):
        self._urls = urls
        self._tasks = queue.SimpleQueue()
        self._pause = threading.Event()
        self.broken = []  # what no server should have answered
        for _ in range(count):
            threading.Thread(target=self._work, daemon=True).start()

    def finish(self, task_id):
        self._tasks.put(task_id)

    def _work(self):
        caller = Caller()
        while True:
            task_id = self._tasks.get()
            while not self._is_taken(caller, task_id):
                self._pause.wait(0.02)

    def _is_taken(self, caller, task_id):
        """404: by a server that died before it could say so."""
        for url in self._urls():
            try:
                status, _, answer = caller.call(
                    "PATCH", f"{url}/task/{task_id}", {"status": "Success"})
            except (OSError, http.client.HTTPException):
                continue
            if status in (200, 404):
                return True
            if status != 503:
                self.broken.append((task_id, status, answer))
                return True
        return False
