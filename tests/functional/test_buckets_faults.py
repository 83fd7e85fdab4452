# SPDX-License-Identifier: Apache-2.0
"""Services that fail for a while, send other bytes, or change what a job reads."""

import json

import pytest

from bucket_jobs import bucket_pipeline, described

TEXT = "this is a.txt\n"


@pytest.fixture
def job(cloud, sluice, directory):
    """job(*arguments) → the finished `job run` of one datum, in/a.txt to out/a.txt."""
    cloud.put("in/a.txt", TEXT)

    def job(*arguments, **members):
        pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"), **members)
        return sluice("job", "run", *arguments, pipeline, **cloud.settings)

    return job


def assert_done(done, cloud, sluice, text=TEXT):
    """In one try: what the service did was no fault of the datum."""
    assert done.returncode == 0, done.stderr
    assert cloud.contents("out/") == {"a.txt": text.upper().encode()}
    listed = sluice("datum", "list", done.stdout.strip(), "--output", "json").stdout
    (datum,) = json.loads(listed)["datums"]
    assert (datum["status"], datum["attempted_run_count"]) == ("done", 1)


def failed(done, sluice):
    """The error of the one datum."""
    assert done.returncode == 1
    status, (error,) = described(sluice, done.stdout.strip())
    assert status == "error"
    assert error in done.stderr
    return error


def test_service_that_answers_503_for_a_while_is_waited_for(job, cloud, sluice):
    failures = {"list": 2, "begin": 2, "read": 3, "write": 3}
    for kind, times in failures.items():
        cloud.fault("status", kind, times, status=503)
    assert_done(job(), cloud, sluice)
    assert {kind: cloud.asked(kind) for kind in failures} == \
        {kind: times + 1 for kind, times in failures.items()}


@pytest.mark.parametrize("kind", ["list", "begin", "read", "write"])
def test_connection_that_is_reset_is_made_again(kind, job, cloud, sluice):
    cloud.fault("reset", kind, 2)
    assert_done(job(), cloud, sluice)
    assert cloud.asked(kind) >= 3


def test_write_whose_answer_was_lost_is_repeated(job, cloud, sluice):
    cloud.fault("lose_answer", "write")
    assert_done(job(), cloud, sluice)
    assert cloud.asked("write") == 2


def test_body_that_is_cut_short_is_read_on_from_there(job, cloud, sluice):
    cloud.fault("cut", "read", 2, at=5)
    assert_done(job(), cloud, sluice)
    assert cloud.asked("read") == 3


def test_listing_that_is_cut_short_is_asked_for_again(s3, sluice, directory):
    for number in range(30):
        s3.put(f"in/{number:02}")
    s3.fault("cut", "list", at=400)
    checked = sluice("job", "check", bucket_pipeline(directory, s3.uri("in/"), s3.uri("out/")),
                     **s3.settings)
    assert checked.returncode == 0, checked.stderr
    assert "30 datums would run" in checked.stderr
    assert s3.asked("list") == 2


def test_wrong_checksum_is_read_again(job, cloud, sluice):
    cloud.fault("wrong_checksum", "read", 2)
    assert_done(job(), cloud, sluice)
    assert cloud.asked("read") == 3


def test_checksum_that_stays_wrong_is_the_error_of_the_datum(job, cloud, sluice):
    cloud.fault("wrong_checksum", "read", 99)
    assert failed(job(), sluice) == f"'{cloud.uri('in/a.txt')}' arrived with another checksum " \
                                    "than the service tells"
    assert cloud.asked("read") == 3


def test_bytes_that_change_on_their_way_up_are_sent_again(job, cloud, sluice):
    cloud.damage_uploads(2)
    assert_done(job(), cloud, sluice)
    assert cloud.asked("write") == 3


def test_bytes_that_always_change_on_their_way_up_are_an_error_and_do_not_stay(
    job, cloud, sluice
):
    cloud.damage_uploads(99)
    error = failed(job(), sluice)
    assert error.startswith(f"cannot write '{cloud.uri('out/a.txt')}': its bytes ")
    assert error.endswith("(tried 3 times)")
    assert cloud.asked("write") == 3
    assert cloud.below("out/") == set()


def resumed(done, cloud, sluice):
    """A job that has been created is run; what `job run` of it would have said."""
    assert done.returncode == 0, done.stderr
    name = done.stdout
    done = sluice("job", "resume", name.strip(), **cloud.settings)
    done.stdout = name
    return done


def test_object_that_changed_after_it_was_listed_comes_as_it_is(job, cloud, sluice):
    created = job("--detach")
    cloud.put("in/a.txt", "this is another and longer text\n")
    assert_done(resumed(created, cloud, sluice), cloud, sluice,
                "this is another and longer text\n")


def test_object_that_went_after_it_was_listed_is_named(job, cloud, sluice):
    created = job("--detach")
    cloud.remove("in/a.txt")
    error = failed(resumed(created, cloud, sluice), sluice)
    assert error.startswith(f"cannot read '{cloud.uri('in/a.txt')}': ")
    assert cloud.asked("read") == 1


def test_object_that_changes_while_it_is_read_is_named_and_comes_whole_at_the_next_try(
    job, cloud, sluice
):
    cloud.fault("change", "read", at=5)
    done = job()
    assert failed(done, sluice) == f"'{cloud.uri('in/a.txt')}' changed while it was read"
    retried = sluice("job", "retry", done.stdout.strip(), **cloud.settings)
    assert_done(retried, cloud, sluice, TEXT[::-1])
