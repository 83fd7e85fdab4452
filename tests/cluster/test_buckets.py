# SPDX-License-Identifier: Apache-2.0
"""What all stores of files do alike, with servers of buckets that others wrote: the tests of
src/blob, run once more."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def contract():
    """contract(pattern, **variables) → (the output, passed tests)"""
    program = pathlib.Path(os.environ.get("SLUICE_BLOB_TEST",
                                          ROOT / "build/dev/src/blob/sluice_blob_test"))
    assert program.is_file(), f"{program} does not exist: ./dev test --cluster builds it"

    def contract(pattern, **variables):
        done = subprocess.run([program, f"--gtest_filter={pattern}"], capture_output=True,
                              text=True, timeout=600, env=os.environ | variables)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        return done.stdout.count("[       OK ]")

    return contract


def test_minio_keeps_the_contract_of_stores(minio, contract):
    variables = {"SLUICE_TEST_S3": f"{minio.url},{minio.key},{minio.secret},bucket"}
    assert contract("OutsideS3/*", **variables) >= 8


def test_fake_gcs_server_keeps_the_contract_of_stores(gcs, contract):
    # It has no pages: they are played by tests/support/scripted_gcs.
    pattern = "OutsideGcs/*-*a_large_folder_comes_in_pages*"
    assert contract(pattern, SLUICE_TEST_GCS=f"{gcs.url},bucket") >= 8
