# SPDX-License-Identifier: Apache-2.0
"""Has the words of some files counted by service.py, one task for each file and one that adds up.

    python3 submit.py FILE…

SLUICE_SERVER and SLUICE_KEY say where the task service is, SLUICE_TARGET where service.py is.
"""

import os
import pathlib
import sys
import time

from sluice.client import Batch, Client, Retry, webhook

SERVER = os.environ.get("SLUICE_SERVER", "http://127.0.0.1:8085")
TARGET = os.environ.get("SLUICE_TARGET", "http://127.0.0.1:8090")

batch = Batch()
counts = []
for path in map(pathlib.Path, sys.argv[1:]):
    lines = path.read_text().splitlines()
    counts.append(batch.task(
        name=f"Count {path.name}", kind="count", expected_count=len(lines),
        on_start=webhook(f"{TARGET}/count", body={"lines": lines}), retry=Retry(max_retries=2),
    ))
batch.task(name="Add up", kind="add", on_start=webhook(f"{TARGET}/add"), after=counts)

with Client(SERVER, api_key=os.environ.get("SLUICE_KEY")) as client:
    created = client.create(batch)
    while client.batch(created.batch_id).status_counts.unfinished:
        time.sleep(0.1)
    total = client.get(created.tasks[-1].id)
    print(total.metadata["words"] if total.status == "Success" else total.failure_reason)
    sys.exit(total.status != "Success")
