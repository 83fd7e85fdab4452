# SPDX-License-Identifier: Apache-2.0
"""The secrets that a job's buckets are reached with: --secrets-dir DIR/<name>/<key>."""

import pytest

from bucket_jobs import NONE, bucket_pipeline, described, write_secret

TEXT = "this is a.txt\n"


@pytest.fixture
def job(cloud, sluice, directory):
    """job(secrets) → the finished `job run`, in which only secrets lead to the bucket."""
    cloud.put("in/a.txt", TEXT)
    (directory / "secrets").mkdir()

    def job(secrets=None, settings=None, **members):
        pipeline = bucket_pipeline(
            directory, cloud.uri("in/"), cloud.uri("out/"),
            secrets=cloud.secrets_asked() if secrets is None else secrets, **members)
        return sluice("job", "run", "--secrets-dir", "secrets", pipeline,
                      **NONE | (cloud.places if settings is None else settings))

    return job


def assert_done(done, cloud):
    assert done.returncode == 0, done.stderr
    assert cloud.get("out/a.txt") == TEXT.upper().encode()


def assert_untold(done, cloud):
    for value in cloud.hidden:
        assert value not in done.stdout + done.stderr


def test_secret_that_is_missing_is_named_before_the_bucket_is_asked(job, cloud, sluice):
    done = job()
    assert done.returncode == 1
    assert "pipeline.json: transform.secrets: secret 'credentials': cannot read " in done.stderr
    assert "no such file or directory" in done.stderr
    assert cloud.asked("list") == 0
    assert sluice("job", "list", "--output", "name").stdout == ""


def test_key_that_a_secret_lacks_is_named(job, cloud, directory):
    write_secret(directory / "secrets", "credentials", other="value of another")
    done = job()
    assert done.returncode == 1
    assert "pipeline.json: transform.secrets: secret 'credentials': it has no key " \
           f"'{next(iter(cloud.keys))}'" in done.stderr
    assert "value of another" not in done.stderr


@pytest.mark.parametrize("end", ["\n", "\r\n", " \t\n\n"], ids=["newline", "crlf", "blanks"])
def test_line_ends_around_values_do_not_count(end, job, cloud, directory):
    write_secret(directory / "secrets", "credentials",
                 **{key: value + end for key, value in cloud.keys.items()})
    assert_done(job(), cloud)


def test_secret_counts_with_all_of_its_keys_and_what_is_none_does_no_harm(
    job, cloud, directory
):
    key = next(iter(cloud.keys))
    write_secret(directory / "secrets", "credentials", **cloud.keys | cloud.places | {
        "README.txt": "what this is", ".hidden": "x", "AWS_OTHER": "", "BINARY": "\0\1"})
    (directory / "secrets/credentials/folder").mkdir()
    asked = [{"name": "credentials", "key": key, "env_var": key}]

    done = job(asked, settings={}, script="tr a-z A-Z </pfs/in/a.txt >/pfs/out/a.txt; env | "
               "grep -oE '^(AWS|GOOGLE|STORAGE|README)[^=]*' >/pfs/out/variables")

    assert_done(done, cloud)
    assert cloud.get("out/variables") == f"{key}\n".encode()  # the command gets what it asked for


def test_optional_secret_that_is_missing_leaves_the_servers_own(job, cloud):
    asked = [secret | {"optional": True} for secret in cloud.secrets_asked()]
    assert_done(job(asked, settings=cloud.settings), cloud)


def test_secret_goes_before_the_servers_own(job, cloud, directory):
    wrong = dict.fromkeys(cloud.keys, "nothing that would do")
    write_secret(directory / "secrets", "credentials", **cloud.keys)
    assert_done(job(settings=cloud.places | wrong), cloud)


def test_wrong_secret_is_an_error_though_the_servers_own_would_do(job, cloud, directory):
    write_secret(directory / "secrets", "credentials",
                 **dict.fromkeys(cloud.keys, "nothing that would do"))
    done = job(settings=cloud.settings)
    assert done.returncode == 1
    assert f"pipeline.json: input.atom.URI: cannot list '{cloud.uri('in/')}': " in done.stderr
    assert "nothing that would do" not in done.stderr
    assert_untold(done, cloud)


def test_values_stand_in_no_description_log_or_database(job, cloud, sluice, directory):
    write_secret(directory / "secrets", "credentials", **cloud.keys)
    cloud.fault("status", "write", status=403, code="AccessDenied", echo=True)
    done = job()
    assert done.returncode == 1
    assert_untold(done, cloud)
    name = done.stdout.strip()
    _, (error,) = described(sluice, name)
    assert error.startswith(f"no right to write '{cloud.uri('out/a.txt')}'")
    datum = sluice("datum", "list", name, "--output", "name").stdout.strip()
    for command in (["job", "describe", name], ["job", "why", name], ["job", "logs", name],
                    ["datum", "describe", datum], ["job", "describe", name, "--output", "json"]):
        assert_untold(sluice(*command), cloud)
    for file in (directory / "home").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not [value for value in cloud.hidden if value.encode() in content], file
