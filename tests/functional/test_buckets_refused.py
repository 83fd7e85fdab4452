# SPDX-License-Identifier: Apache-2.0
"""What a bucket refuses is said when the job is created, by the member of the pipeline."""

import re

import pytest

from bucket_jobs import bucket_pipeline, described
from programs import wait_until


@pytest.fixture
def run(cloud, sluice, directory):
    """run(members…) → the finished `job run` of a job from in/ to out/ of the bucket."""
    cloud.put("in/a.txt", "this is a.txt\n")

    def run(source=None, target=None, **members):
        source, target = source or cloud.uri("in/"), target or cloud.uri("out/")
        pipeline = bucket_pipeline(directory, source, target, **members)
        return sluice("job", "run", pipeline, **cloud.settings)

    return run


def refused(done, sluice):
    """What was said of the pipeline, line by line; no job came of it."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert sluice("job", "list", "--output", "name").stdout == ""
    return [re.sub(r"^sluice: \S*pipeline\.json: ", "", line) for line in done.stderr.splitlines()]


def test_bucket_that_does_not_exist_is_named(run, cloud, sluice):
    said = refused(run(source=cloud.uri("in/", "absent"), target=cloud.uri("out/", "gone")), sluice)
    assert len(said) == 2, said
    assert said[0].startswith(f"egress.URI: cannot write '{cloud.uri('', 'gone')}")
    assert said[1].startswith(f"input.atom.URI: cannot list '{cloud.uri('in/', 'absent')}': ")
    for bucket, line in zip(("gone", "absent"), said):
        there_is_none = {"s3": f"there is no bucket '{bucket}'",
                         "gcs": "The specified bucket does not exist."}[cloud.name]
        assert line.endswith(there_is_none)


@pytest.mark.parametrize("action, member", [("list", "input.atom.URI"), ("write", "egress.URI")])
def test_right_that_is_missing_is_named_before_there_is_a_job(action, member, run, cloud, sluice):
    cloud.server.do("deny", right=cloud.rights[action])
    (said,) = refused(run(), sluice)
    assert said.startswith(f"{member}: no right to {action} '{cloud.uri('')}"), said
    assert f"({cloud.rights[action]}): " in said


def test_right_to_read_that_is_missing_is_the_error_of_the_datum(run, cloud, sluice):
    cloud.server.do("deny", right=cloud.rights["read"])
    done = run()
    assert done.returncode == 1
    told = f"no right to read '{cloud.uri('in/a.txt')}' ({cloud.rights['read']}): "
    assert told in done.stderr
    status, errors = described(sluice, done.stdout.strip())
    assert status == "error"
    assert len(errors) == 1 and errors[0].startswith(told)
    assert cloud.asked("read") == 1
    why = sluice("job", "why", done.stdout.strip()).stdout
    assert "failed" in why


def test_right_to_write_that_goes_in_the_middle_is_the_error_of_the_datum(
    cloud, start, sluice, sluice_bin, directory
):
    cloud.put("in/a.txt", "this is a.txt\n")
    script = f"touch {directory}/begun; until [ -e {directory}/go ]; do sleep 0.02; done; " \
             "cp /pfs/in/* /pfs/out/"
    pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"), script)
    program = start(sluice_bin, "job", "run", pipeline, **cloud.settings)
    job = program.wait_for_line("demo-.*")[0]
    wait_until((directory / "begun").exists)
    cloud.server.do("deny", right=cloud.rights["write"])
    (directory / "go").touch()
    assert program.wait() == 1
    _, errors = described(sluice, job)
    assert len(errors) == 1
    told = f"no right to write '{cloud.uri('out/a.txt')}' ({cloud.rights['write']}): "
    assert errors[0].startswith(told)
    assert cloud.below("out/") == set()


# So much is the service's clock before ours. Google takes what was signed within the last hour.
@pytest.mark.parametrize(
    "cloud, minutes", [("s3", 20), ("s3", -20), ("gcs", -20), ("gcs", 80)], indirect=["cloud"])
def test_clock_that_is_off_is_told_with_its_minutes(minutes, run, cloud, sluice):
    cloud.server.do("clock" if cloud.name == "s3" else "skew", minutes=minutes)
    said = refused(run(), sluice)
    whose = {"s3": "S3's", "gcs": "Google's"}[cloud.name]
    told = f"the clock of this machine differs from {whose} by {abs(minutes)} min: set it"
    assert len(said) == 2 and all(told in line for line in said), said


@pytest.mark.parametrize("redirects", [False, True], ids=["400", "301"])
def test_bucket_in_another_region_is_found(redirects, s3, sluice, directory):
    s3.server.do("bucket", name="far", region="eu-west-1")
    if redirects:
        s3.server.do("redirects")
    s3.server.do("put", bucket="far", key="in/a.txt", text="this is a.txt\n")
    pipeline = bucket_pipeline(directory, s3.uri("in/", "far"), s3.uri("out/", "far"))
    done = sluice("job", "run", pipeline, **s3.settings)
    assert done.returncode == 0, done.stderr
    assert s3.server.do("keys", bucket="far")["keys"] == ["in/a.txt", "out/a.txt"]
    assert s3.asked("read") == 1  # where it is was known by then


def test_bucket_elsewhere_whose_region_is_not_told_is_an_error(s3, sluice, directory):
    s3.put("in/a.txt")
    s3.fault("status", "list", status=301, code="PermanentRedirect")
    pipeline = bucket_pipeline(directory, s3.uri("in/"), s3.uri("out/"))
    done = sluice("job", "run", pipeline, **s3.settings)
    (said,) = refused(done, sluice)
    assert said == "input.atom.URI: cannot list 's3://bucket/in/': it is elsewhere: " \
                   "PermanentRedirect"
    assert s3.asked("list") == 1


def test_region_that_cannot_be_is_refused(s3, sluice, directory):
    pipeline = bucket_pipeline(directory, s3.uri("in/"), s3.uri("out/"))
    done = sluice("job", "run", pipeline, **s3.settings | {"AWS_REGION": "eu west"})
    said = refused(done, sluice)
    assert all("AWS_REGION 'eu west': a region like 'eu-west-1' is accepted" in line
               for line in said), said
    assert s3.asked("list") == 0
