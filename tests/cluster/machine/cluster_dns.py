# SPDX-License-Identifier: Apache-2.0
"""Names of Services for pods: "sluice.default.svc.cluster.local" is the address of a ready pod.

Kubernetes would answer with the address of the Service, which kube-proxy makes known to the kernel.
The test machine has no kube-proxy; every Service of ours has the ports of its pods, so that whoever
asks by name notices nothing.

usage: cluster_dns.py ADDRESS STATE
"""

import json
import pathlib
import socket
import ssl
import struct
import sys
import time
import urllib.request

DOMAIN = "svc.cluster.local"
SLICES = "https://127.0.0.1:6443/apis/discovery.k8s.io/v1/endpointslices"
KEPT_SECONDS = 0.3
A, AAAA = 1, 28
NO_ERROR, NO_SUCH_NAME, FAILED = 0, 3, 2


class Services:
    """What the API says, asked again when it is older than KEPT_SECONDS."""

    def __init__(self, state):
        self._context = ssl.create_default_context(cafile=str(state / "pki/ca.crt"))
        self._addresses = {}
        self._asked_at = float("-inf")

    def addresses(self, name):
        """Of the ready pods, None when there is no such Service."""
        if time.monotonic() - self._asked_at > KEPT_SECONDS:
            self._addresses = read_slices(self._ask())
            self._asked_at = time.monotonic()
        return self._addresses.get(name)

    def _ask(self):
        request = urllib.request.Request(SLICES, headers={"Authorization": "Bearer admin-token"})
        with urllib.request.urlopen(request, context=self._context, timeout=2) as answer:
            return json.load(answer)


def read_slices(listing):
    found = {}
    for each in listing["items"]:
        service = each["metadata"].get("labels", {}).get("kubernetes.io/service-name")
        addresses = found.setdefault(f"{service}.{each['metadata']['namespace']}.{DOMAIN}", [])
        for endpoint in each.get("endpoints") or []:
            if endpoint.get("conditions", {}).get("ready", True):
                addresses += endpoint["addresses"]
    return found


def read_question(packet):
    """(name, type, where the question ends)"""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack_from("!H", packet, at + 1)[0], at + 5


def reply(packet, services):
    name, kind, end = read_question(packet)
    try:
        addresses = services.addresses(name)
        code = NO_SUCH_NAME if addresses is None else NO_ERROR
    except OSError:
        addresses, code = None, FAILED
    told = addresses or [] if kind == A else []
    flags = 0x8580 | code  # an answer, by who knows, recursion is available
    head = packet[:2] + struct.pack("!5H", flags, 1, len(told), 0, 0)
    records = b"".join(
        struct.pack("!3HIH", 0xC00C, A, 1, 0, 4) + socket.inet_aton(address) for address in told
    )
    return head + packet[12:end] + records


def main():
    address, state = sys.argv[1], pathlib.Path(sys.argv[2])
    services = Services(state)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        while True:
            packet, client = server.recvfrom(4096)
            try:
                server.sendto(reply(packet, services), client)
            except (IndexError, struct.error):
                continue  # no question


if __name__ == "__main__":
    main()
