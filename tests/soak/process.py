# SPDX-License-Identifier: Apache-2.0
"""What the kernel and a server say of that server."""

import os
import pathlib
import re
import urllib.request

LIVE = ("pending", "waiting", "claimed", "running")


class ProcessSampler:
    def __init__(self, pid):
        self._directory = pathlib.Path(f"/proc/{pid}")
        self._cpu = self._cpu_seconds()

    def _cpu_seconds(self):
        fields = (self._directory / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def sample(self, elapsed):
        """`elapsed` seconds after the last one."""
        status = (self._directory / "status").read_text()
        cpu, self._cpu = self._cpu, self._cpu_seconds()
        return {
            "rss_mib": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024,
            "threads": int(re.search(r"Threads:\s+(\d+)", status)[1]),
            "files": len(os.listdir(self._directory / "fd")),
            "cpu_percent": (self._cpu - cpu) / elapsed * 100,
        }


def queue_depths(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return depths_in(answer.read().decode())


def depths_in(metrics):
    """Of the text of /metrics: sums over labels, and the tasks that have not ended."""
    found = {"outbox_pending": 0.0, "store_queue_depth": 0.0, "tasks_live": 0.0}
    for name, labels, value in re.findall(r"(?m)^(\w+)(\{[^}]*\})? ([0-9.eE+-]+)$", metrics):
        if name in found:
            found[name] += float(value)
        status = re.search(r'status="(\w+)"', labels)
        if name == "tasks_by_status" and status and status[1].lower() in LIVE:
            found["tasks_live"] += float(value)
    return found
