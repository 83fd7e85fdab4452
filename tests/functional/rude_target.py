# SPDX-License-Identifier: Apache-2.0
"""A target of webhooks that does what no HTTP server would: tests write to its sockets."""

import socket
import threading


class RudeTarget:
    """`behave(connection, path)` is called with each request, on a thread of its own, when its head
    and body are there; the connection is closed behind it."""

    def __init__(self, behave):
        self.paths = []
        self._behave = behave
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                path = read_request(connection)
                with self._lock:
                    self.paths.append(path)
                self._behave(connection, path)
            except OSError:
                pass  # the server has had enough of us


def read_request(connection):
    """Its path with the query. Raises OSError when the other side leaves before it is there."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError("left")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines
                   if line.lower().startswith("content-length:")), 0)
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError("left")
        body += chunk
    return lines[0].split(" ")[1]
