# SPDX-License-Identifier: Apache-2.0
"""Starts programs, waits for what they say, and ends them by their process id."""

import os
import queue
import re
import signal
import subprocess
import threading
import time

LINE_WAIT = 30  # seconds; under AddressSanitizer on a busy machine a start takes several


class Program:
    """A program in the background. Its output is collected line by line; stderr goes to a file."""

    def __init__(self, arguments, directory, environment):
        self.arguments = [str(argument) for argument in arguments]
        self.lines = []
        self._arrived = queue.Queue()
        self._stderr = open(directory / f"{os.path.basename(self.arguments[0])}.stderr", "ab+")
        self._process = subprocess.Popen(
            self.arguments, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self._stderr, text=True, errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self._process.pid

    @property
    def returncode(self):
        return self._process.poll()

    def wait_for_line(self, pattern, seconds=LINE_WAIT):
        """The match of the first line not seen yet that has `pattern`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._arrived.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                reason = f"no line with '{pattern}' in {seconds} s"
                raise AssertionError(self._told(reason)) from None
            if line is None:
                raise AssertionError(self._told(f"ended without a line with '{pattern}'"))
            match = re.search(pattern, line)
            if match:
                return match

    def kill(self):
        """SIGKILL, as a crash would be."""
        self._process.kill()
        return self.wait()

    def terminate(self, seconds=LINE_WAIT):
        """SIGTERM, then the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=LINE_WAIT):
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(self._told(f"still runs after {seconds} s")) from None
        self._reader.join(2)  # a child of the program may keep the pipe open
        return code

    def stderr(self):
        self._stderr.flush()
        with open(self._stderr.name, "rb") as file:
            return file.read().decode(errors="replace")

    def close(self):
        """Whatever a test left running does not outlive it."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._stderr.close()

    def _read(self):
        with self._process.stdout as stdout:
            for line in stdout:
                self.lines.append(line.rstrip("\n"))
                self._arrived.put(line)
        self._arrived.put(None)

    def _told(self, what):
        said = "\n".join(self.lines[-20:])
        complained = self.stderr()[-4000:]
        return f"{' '.join(self.arguments)}: {what}\nstdout:\n{said}\nstderr:\n{complained}"


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "what was waited for has not come"
        time.sleep(0.02)
