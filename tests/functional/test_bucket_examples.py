# SPDX-License-Identifier: Apache-2.0
"""The examples on buckets give what the one on folders gives."""

import json

from bucket_jobs import NONE, write_secret
from conftest import ROOT

EXAMPLES = ROOT / "examples"


def pipeline_of(cloud, directory):
    """That of the example, with the bucket of the test."""
    pipeline = json.loads((EXAMPLES / f"word-frequencies-{cloud.name}/pipeline.json").read_text())
    for place in (pipeline["input"]["atom"], pipeline["egress"]):
        place["URI"] = cloud.uri(place["URI"].split("/", 3)[3])
    path = directory / "pipeline.json"
    path.write_text(json.dumps(pipeline))
    return path


def test_example_on_a_bucket_gives_what_it_promises(cloud, sluice, directory):
    for text in (EXAMPLES / "word-frequencies/texts").iterdir():
        cloud.put(f"word-frequencies/texts/{text.name}", text.read_text())
    write_secret(directory / "secrets", cloud.name,
                 **{key: value + "\n" for key, value in cloud.keys.items()})

    done = sluice("job", "run", "--secrets-dir", "secrets", pipeline_of(cloud, directory),
                  **NONE | cloud.places)

    assert done.returncode == 0, done.stderr
    expected = {text.name: text.read_bytes()
                for text in (EXAMPLES / "word-frequencies/expected").iterdir()}
    assert cloud.contents("word-frequencies/out/") == expected
