# SPDX-License-Identifier: Apache-2.0
"""Stands between a client and a PostgreSQL server, and cuts connections."""

import socket
import threading


class CuttingProxy:
    """`cuts()` is asked before each answer of the server: True loses it with its connection.

    What the client had sent has arrived by then, so a COMMIT has happened although nobody says so.
    """

    def __init__(self, server_port, cuts):
        self._server_port = server_port
        self._cuts = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                client.close()
                continue
            for source, target, cuts in ((client, server, None), (server, client, self._cuts)):
                threading.Thread(target=carry, args=(source, target, cuts), daemon=True).start()


def carry(source, target, cuts):
    try:
        while chunk := source.recv(65536):
            if cuts is not None and cuts():
                break
            target.sendall(chunk)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
