# SPDX-License-Identifier: Apache-2.0
"""Every example gives the results that stand beside it."""

import json
import shutil

import jsonschema
import pytest
import yaml

from conftest import ROOT
from pipelines import contents

EXAMPLES = sorted((ROOT / "examples").glob("*/pipeline.*"))
LOCAL = [path for path in EXAMPLES if (path.parent / "expected").exists()]


def document_of(path):
    text = path.read_text()
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


@pytest.mark.parametrize("pipeline", LOCAL, ids=lambda path: path.parent.name)
def test_example_gives_what_it_promises(pipeline, sluice, directory, db_url):
    shutil.copytree(pipeline.parent, directory / "copy")
    result = sluice("job", "run", "--db", db_url, f"copy/{pipeline.name}")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(document_of(pipeline)["pipeline"]["name"] + "-")
    assert result.stdout.count("\n") == 1
    assert contents(directory / "copy/out") == contents(pipeline.parent / "expected")


@pytest.mark.parametrize("pipeline", EXAMPLES, ids=lambda path: path.parent.name)
def test_schema_accepts_the_example(pipeline, sluice):
    schema = json.loads(sluice("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document_of(pipeline))


def test_schema_refuses_an_unknown_key(sluice):
    validator = jsonschema.Draft202012Validator(json.loads(sluice("schema").stdout))
    document = document_of(EXAMPLES[0]) | {"egres": {"URI": "out"}}
    assert not validator.is_valid(document)


def test_there_are_the_six_examples():
    names = {path.parent.name for path in EXAMPLES}
    local = {path.parent.name for path in LOCAL}
    assert local == {"word-frequencies", "cross-join", "directories", "yaml"}
    assert names - local == {"word-frequencies-s3", "word-frequencies-gcs"}
    assert len(list((ROOT / "examples/word-frequencies/texts").iterdir())) == 12
