# SPDX-License-Identifier: Apache-2.0
"""Credentials that end while a job runs, and those that are no good."""

import json
import urllib.request

import pytest

from bucket_jobs import bucket_pipeline, described
from programs import wait_until

# Each datum says that it has begun, then waits until the test lets it go on.
GATED = "f=$(basename /pfs/in/*); touch {0}/begun-$f; " \
        "until [ -e {0}/go-$f ]; do sleep 0.02; done; cp /pfs/in/$f /pfs/out/"


class GatedJob:
    """Two datums, one after the other."""

    def __init__(self, cloud, start, sluice_bin, directory, settings):
        for name in ("a", "b"):
            cloud.put(f"in/{name}", f"this is {name}\n")
        self.directory = directory
        pipeline = bucket_pipeline(
            directory, cloud.uri("in/"), cloud.uri("out/"), GATED.format(directory),
            parallelism_spec={"constant": 1})
        self.program = start(sluice_bin, "job", "run", pipeline, **settings)
        self.name = self.program.wait_for_line("demo-.*")[0]
        self.wait_for("a")

    def wait_for(self, name):
        wait_until((self.directory / f"begun-{name}").exists)

    def let_go(self, name):
        (self.directory / f"go-{name}").touch()


def of_a_container(s3):
    about = s3.server.about
    return s3.settings | {
        "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": about["url"] + "/container/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": about["container_token"],
    }


def test_token_that_ends_in_the_middle_of_a_job_is_renewed(
    cloud, start, sluice, sluice_bin, directory
):
    settings = of_a_container(cloud) if cloud.name == "s3" else cloud.settings
    job = GatedJob(cloud, start, sluice_bin, directory, settings)
    cloud.server.do("expire_tokens")
    job.let_go("a")  # its output goes up with the next token
    job.wait_for("b")
    cloud.server.do("expire_tokens")
    job.let_go("b")
    assert job.program.wait() == 0, job.program.stderr()
    assert described(sluice, job.name) == ("done", [])
    assert cloud.contents("out/") == {"a": b"this is a\n", "b": b"this is b\n"}
    assert cloud.asked("given" if cloud.name == "s3" else "token") == 3


def test_token_that_nobody_renews_ends_its_datums_at_once(
    s3, start, sluice, sluice_bin, directory
):
    asked = urllib.request.Request(
        s3.server.url + "/container/credentials",
        headers={"Authorization": s3.server.about["container_token"]})
    given = json.load(urllib.request.urlopen(asked))
    settings = s3.settings | {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"], "AWS_SESSION_TOKEN": given["Token"]}
    job = GatedJob(s3, start, sluice_bin, directory, settings)
    s3.server.do("expire_tokens")
    job.let_go("a")
    assert job.program.wait() == 1
    status, errors = described(sluice, job.name)
    assert status == "error"
    assert len(errors) == 2
    for error in errors:
        assert "S3 says that the credentials are no good any more" in error
        assert given["Token"] not in error and given["SecretAccessKey"] not in error
    assert s3.asked("write") == 1
    assert s3.asked("read") == 1  # the service is not asked with them again


WRONG = {
    "AWS_ACCESS_KEY_ID": ("AKIAOTHEROTHEROTHER1", "the access key is not known"),
    "AWS_SECRET_ACCESS_KEY": ("another/secret", "the secret key is not that of the access key"),
}


@pytest.mark.parametrize("variable", WRONG)
def test_key_that_does_not_fit_is_told_and_not_shown(variable, s3, sluice, directory):
    value, told = WRONG[variable]
    s3.put("in/a")
    pipeline = bucket_pipeline(directory, s3.uri("in/"), s3.uri("out/"))
    done = sluice("job", "run", pipeline, **s3.settings | {variable: value})
    assert done.returncode == 1
    assert f"input.atom.URI: cannot list 's3://bucket/in/': {told}" in done.stderr
    for secret in (value, *s3.hidden):
        assert secret not in done.stderr


def test_token_server_that_refuses_the_key_is_told(gcs, sluice, directory):
    gcs.put("in/a")
    key = json.loads(gcs.server.about["key"]) | {"client_email": "nobody@example.org"}
    pipeline = bucket_pipeline(directory, gcs.uri("in/"), gcs.uri("out/"))
    done = sluice("job", "run", pipeline,
                  **gcs.settings | {"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key)})
    assert done.returncode == 1
    assert "GOOGLE_SERVICE_ACCOUNT_KEY: the token server refuses the key of " \
           "'nobody@example.org': invalid_grant: " in done.stderr
    assert gcs.hidden[0] not in done.stderr


def test_without_credentials_the_places_where_they_may_be_are_told(s3, sluice, directory):
    pipeline = bucket_pipeline(directory, s3.uri("in/"), s3.uri("out/"))
    done = sluice("job", "run", pipeline,
                  **s3.settings | dict.fromkeys(s3.keys, ""))
    assert done.returncode == 1
    assert "cannot list 's3://bucket/in/': no credentials for S3: there are none in " \
           "AWS_ACCESS_KEY_ID, " in done.stderr
    assert s3.asked("list") == 0
