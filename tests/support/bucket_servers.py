# SPDX-License-Identifier: Apache-2.0
"""The bucket servers of this folder for tests in Python: scripted_s3, scripted_gcs, moto_s3."""

import json
import pathlib
import subprocess


class BucketServer:
    """Runs until close(), or until this process ends in whatever way."""

    def __init__(self, program):
        self._process = subprocess.Popen(
            [pathlib.Path(__file__).with_name(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{program} did not start; its reason stands above")
        self.about = json.loads(line)
        self.url = self.about["url"]

    def do(self, what, **details):
        """Orders what the server's method do_WHAT says, and gives back its answer."""
        self._process.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
