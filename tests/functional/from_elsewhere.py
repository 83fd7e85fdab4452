# SPDX-License-Identifier: Apache-2.0
"""from_elsewhere.py ADDRESS REQUESTS PROGRAM...: in a network namespace of its own, asks a server
that listens on an address which is not loopback. The program prints where it listens; what is
printed here is a list of [status, Retry-After, error], one for each request. On stdin: headers."""

import fcntl
import http.client
import json
import re
import socket
import struct
import subprocess
import sys
import urllib.parse

SET_FLAGS, SET_ADDRESS, IS_UP = 0x8914, 0x8916, 1


def set_up(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        def configure(interface, what, data):
            fcntl.ioctl(sock, what, struct.pack("16s24s", interface, data))

        configure(b"lo", SET_FLAGS, struct.pack("h", IS_UP))
        target = struct.pack("H2s4s", socket.AF_INET, b"", socket.inet_aton(address))
        configure(b"lo:1", SET_ADDRESS, target)


def ask(url, headers):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", "/task", headers=headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    error = answer["error"] if isinstance(answer, dict) else None
    return [response.status, response.getheader("Retry-After"), error]


def main(address, requests, *command):
    headers = json.load(sys.stdin)
    set_up(address)
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", server.stdout.readline())[0]
        json.dump([ask(url, headers) for _ in range(int(requests))], sys.stdout)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
