# SPDX-License-Identifier: Apache-2.0
"""What the guide shows runs, and its pipelines are accepted."""

import json
import subprocess

import jsonschema
import pytest
import yaml

from blocks import BETWEEN, blocks_of, fits, runnable, script_of
from conftest import ROOT

PAGES = sorted((ROOT / "docs/guide").glob("*.md"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if runnable(page.read_text())], ids=lambda page: page.name
)
def test_what_is_marked_runs(page, environment, request, tmp_path):
    text = page.read_text()
    if "$SLUICE_SERVER" in text:
        environment |= {"SLUICE_SERVER": request.getfixturevalue("server"), "SLUICE_KEY": "none"}
    script, expected = script_of(text)
    folder = tmp_path / "page"
    folder.mkdir()

    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment,
                          capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
    printed = done.stdout.split(BETWEEN)[:-1]
    assert len(printed) == len(expected)
    for was, wanted in zip(printed, expected, strict=True):
        assert wanted is None or fits(was, wanted), f"printed:\n{was}shown:\n{wanted}"


def pipelines_of(page):
    """Every document in it that looks like a pipeline, also one within {"job": …}."""
    for block in blocks_of(page):
        if block.language not in ("json", "yaml"):
            continue
        document = yaml.safe_load(block.text)
        if isinstance(document, dict):
            document = document.get("job", document)
            if "transform" in document:
                yield document


def test_every_pipeline_of_the_guide_fits_the_schema(sluice_bin):
    printed = subprocess.run([sluice_bin, "schema"], check=True, capture_output=True).stdout
    validator = jsonschema.Draft202012Validator(json.loads(printed))
    shown = [(page.name, document) for page in PAGES for document in pipelines_of(page.read_text())]

    assert len(shown) >= 5
    for name, document in shown:
        problems = [error.message for error in validator.iter_errors(document)]
        assert problems == [], name


def test_pages_that_run_are_there():
    running = {page.name for page in PAGES if runnable(page.read_text())}
    assert {"first-job.md", "rest.md", "production-cluster.md", "local-cluster.md"} <= running


def test_a_block_that_prints_something_else_is_found():
    page = "```sh run\necho 1\n```\n```text output\n2\n```\n"
    script, expected = script_of(page)
    assert expected == ["2\n"] and "echo 1" in script
    assert not fits("1\n", expected[0])
    assert fits("a 17 b\n", "a … b\n") and not fits("a\nb\n", "a … b\n")
    assert fits("a\nb\nc\n", "a\n…\nc\n")
