# SPDX-License-Identifier: Apache-2.0
"""Names of objects: every legal one, those that no file can have, and very many."""

import json
import urllib.parse

import pytest

from bucket_jobs import ALL, bucket_pipeline

SAMPLES = (
    "-rf", " lead", "trail ", ".hidden", "...", "%2F", "a%00b", "?q=1#f", "a+b&c=d", "&amp;<x>",
    "'\"`$(x)", "~", "ü€😀", "e\u0301 and \u00e9", "n" * 200, "deep/er/name", "deep/er.name",
    "http:host", "CON", "con", "{x}", "[a-c]", "*", "\\", "\u202ereversed", "\ufeff",
)
# Each byte that may stand in a name; Google has UTF-8, without line breaks.
NAMES = {
    "s3": [b"b" + bytes([byte]) for byte in range(1, 256) if byte != ord("/")] +
          [name.encode() for name in SAMPLES],
    "gcs": [b"b" + bytes([byte]) for byte in range(1, 128) if byte not in b"/\r\n"] +
           [name.encode() for name in SAMPLES],
}
ODD = "in #?%25+ü&;=@:!$'()*,~/"


def test_every_legal_character_survives_the_way_in_and_out(cloud, sluice, directory):
    names = NAMES[cloud.name]
    for name in names:
        cloud.put(ODD.encode() + name, f"this is {name!r}")
    pipeline = bucket_pipeline(
        directory, cloud.uri(ODD), cloud.uri("out/" + ODD), ALL, glob="/")

    done = sluice("job", "run", pipeline, **cloud.settings)

    assert done.returncode == 0, done.stderr
    assert cloud.below("out/" + ODD) == set(names)
    for name in names[::16] + names[-len(SAMPLES):]:
        assert cloud.get(("out/" + ODD).encode() + name) == f"this is {name!r}".encode()
    datum = sluice("datum", "list", done.stdout.strip(), "--output", "name").stdout.strip()
    told = json.loads(sluice("datum", "describe", datum, "--output", "json").stdout)
    uris = {file["uri"] for file in told["input_files"]}
    assert {urllib.parse.unquote_to_bytes(uri) for uri in uris} == \
        {urllib.parse.unquote_to_bytes(cloud.uri(ODD)) + name for name in names}


def test_markers_are_no_files_and_empty_objects_are(cloud, sluice, directory):
    for marker in ("in/", "in/folder/", "in/other/"):
        cloud.put(marker)
    cloud.put("in/empty.txt")
    cloud.put("in/folder/full.txt", "full\n")
    pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"), ALL, glob="/")

    done = sluice("job", "run", pipeline, **cloud.settings)

    assert done.returncode == 0, done.stderr
    assert cloud.contents("out/") == {"empty.txt": b"", "folder/full.txt": b"full\n"}


def test_prefix_with_a_marker_alone_has_no_datums(cloud, sluice, directory):
    cloud.put("in/")
    pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"))
    done = sluice("job", "run", pipeline, **cloud.settings)
    assert done.returncode == 0
    assert "no datum: the input matches no file, so the job is done" in done.stderr


@pytest.mark.parametrize("name", ["a//b", "folder/", "../etc/passwd", "a/../../b", "./a", "a/.."])
def test_object_whose_name_no_file_can_have_is_named(name, cloud, sluice, directory):
    cloud.put("in/good", "good")
    cloud.put("in/" + name, "content")
    pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"), ALL, glob="/")
    done = sluice("job", "run", pipeline, **cloud.settings)
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert "pipeline.json: input.atom.URI: " in said
    assert name in said
    assert cloud.asked("read") == 0


def test_name_that_is_a_file_and_a_folder_is_told(cloud, sluice, directory):
    cloud.put("in/a", "file")
    cloud.put("in/a/b", "file below it")
    pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"), ALL, glob="/")
    done = sluice("job", "run", pipeline, **cloud.settings)
    assert done.returncode == 1
    assert "pipeline.json: input: " in done.stderr
    assert "/pfs/in/a" in done.stderr


def test_hundred_thousand_objects_of_which_few_match(cloud, sluice, directory):
    cloud.server.do("fill", prefix="in/", count=100_000)
    pipeline = bucket_pipeline(
        directory, cloud.uri("in/"), cloud.uri("out/"), glob="/0[49]99?[37]")

    done = sluice("job", "check", pipeline, "--output", "name", **cloud.settings)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        f"in/0{first}99{tens}{ones}" for first in "49" for tens in range(10) for ones in "37"]
    assert cloud.asked("list") == 100
