# SPDX-License-Identifier: Apache-2.0
"""Requests byte by byte, as no client library would send them."""

import http.client
import json
import socket
import struct
import urllib.parse


class RawClient:
    """A connection to a server; what is sent is what the test says."""

    def __init__(self, url, seconds=30):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=seconds)

    def send(self, data):
        self.socket.sendall(data)

    def send_head(self, method, path, length, *lines):
        head = [f"{method} {path} HTTP/1.1", "Host: sluice", "Content-Type: application/json",
                f"Content-Length: {length}", *lines]
        self.send("\r\n".join(head + ["", ""]).encode())

    def end(self):
        """Nothing more is sent; answers can still come."""
        self.socket.shutdown(socket.SHUT_WR)

    def answer(self):
        """(status, headers, JSON or text); the connection stays open."""
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        text = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        is_json = "json" in headers.get("content-type", "")
        return response.status, headers, json.loads(text) if is_json else text.decode()

    def is_closed(self):
        """After everything that was sent has been read."""
        return self.socket.recv(1) == b""

    def close(self):
        self.socket.close()

    def reset(self):
        """As when the machine of the client is gone."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def send_body(url, body, path="/task"):
    """(status, headers, answer) to a POST with these bytes."""
    client = RawClient(url, seconds=120)
    try:
        client.send_head("POST", path, len(body))
        client.send(body)
        return client.answer()
    finally:
        client.close()
