# SPDX-License-Identifier: Apache-2.0
"""A wire between clients and a server, which a test cuts."""

import socket
import threading
import urllib.parse


class Relay:
    """Leads to the server that was named last. While it is cut, clients get no answer and do not
    learn why, and the server sees their connections end. `asked` has the first line of each request
    since the last mend()."""

    def __init__(self, url):
        self.lead_to(url)
        self._lock = threading.Lock()
        self._is_cut = False
        self._pairs = set()  # (client, server)
        self._stranded = []  # clients whose server does not hear them
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, url):
        parts = urllib.parse.urlsplit(url)
        self._target = (parts.hostname, parts.port)

    def cut(self):
        with self._lock:
            self._is_cut = True
            self._stranded += [client for client, _ in self._pairs]
            for _, server in self._pairs:
                end(server)

    def mend(self):
        """What was connected before is not connected again."""
        with self._lock:
            self._is_cut = False
            self.asked = []
            stranded, self._stranded = self._stranded, []
        for client in stranded:
            end(client)

    def close(self):
        end(self._listener)
        self._listener.close()
        self.cut()
        self.mend()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._take(client)

    def _take(self, client):
        with self._lock:
            if self._is_cut:
                self._stranded.append(client)
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                return
            self._pairs.add((client, server))
        for way in ((client, server), (server, client)):
            threading.Thread(target=self._carry, args=(*way, client, server), daemon=True).start()

    def _carry(self, source, target, client, server):
        try:
            while chunk := source.recv(65536):
                if source is client and b" HTTP/1.1\r\n" in chunk:
                    self.asked.append(chunk.partition(b" HTTP/1.1")[0].decode())
                target.sendall(chunk)
        except OSError:
            pass
        with self._lock:
            self._pairs.discard((client, server))
            end(server)
            if client not in self._stranded:
                end(client)


def end(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
