# SPDX-License-Identifier: Apache-2.0
"""Jobs over buckets by a server and its workers, and those over two clouds."""

import pytest

from bucket_jobs import NONE, bucket_pipeline, described, write_secret

NAMES = [f"{number:02}.txt" for number in range(12)]
EXPECTED = {name: f"THIS IS {name.upper()}\n".encode() for name in NAMES}


def fill(cloud):
    for name in NAMES:
        cloud.put(f"in/{name}", f"this is {name}\n")


@pytest.fixture(params=["s3 to gcs", "gcs to s3"])
def clouds(request, s3, gcs):
    """Where the inputs are, and where the outputs go."""
    source, target = (s3, gcs) if request.param == "s3 to gcs" else (gcs, s3)
    fill(source)
    return source, target


def test_inputs_and_outputs_may_be_in_different_clouds(
    clouds, serve, worker, sluice, directory, db_url
):
    source, target = clouds
    for cloud in clouds:
        write_secret(directory / "secrets", cloud.name, **cloud.keys)
    settings = NONE | source.places | target.places | {"SLUICE_SECRETS_DIR": "secrets"}
    pipeline = bucket_pipeline(
        directory, source.uri("in/"), target.uri("out/"),
        secrets=source.secrets_asked(source.name) + target.secrets_asked(target.name))
    _, url = serve(db_url, "--workers", "0", **settings)

    job = sluice("--server", url, "job", "run", pipeline)
    assert job.returncode == 0, job.stderr
    name = job.stdout.strip()
    workers = [worker(url, "--job", name, **settings) for _ in range(2)]

    assert sluice("--server", url, "job", "wait", name, "--timeout", "60s").returncode == 0
    assert [program.wait() for program in workers] == [0, 0]
    assert target.contents("out/") == EXPECTED
    assert source.below("out/") == target.below("in/") == set()
    assert described(sluice, name, "--server", url) == ("done", [])


def test_server_runs_jobs_over_a_bucket_by_itself(cloud, serve, sluice, directory, db_url):
    fill(cloud)
    _, url = serve(db_url, **cloud.settings)
    job = sluice("--server", url, "job", "run",
                 bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/")))
    assert job.returncode == 0, job.stderr
    waited = sluice("--server", url, "job", "wait", job.stdout.strip(), "--timeout", "60s")
    assert waited.returncode == 0
    assert cloud.contents("out/") == EXPECTED
    assert cloud.open_uploads() == 0


def test_server_refuses_what_a_bucket_refuses(cloud, serve, sluice, directory):
    cloud.server.do("deny", right=cloud.rights["list"])
    _, url = serve(f"sqlite://{directory}/sluice.db", **cloud.settings)
    job = sluice("--server", url, "job", "run",
                 bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/")))
    assert job.returncode == 1
    assert "pipeline.json: the job is refused: input.atom.URI: no right to list " \
           f"'{cloud.uri('in/')}' ({cloud.rights['list']}): " in job.stderr
    assert sluice("--server", url, "job", "list", "--output", "name").stdout == ""


def test_worker_without_the_secret_says_which(cloud, serve, worker, sluice, directory):
    fill(cloud)
    write_secret(directory / "secrets", "credentials", **cloud.keys)
    _, url = serve(f"sqlite://{directory}/sluice.db", "--workers", "0", "--secrets-dir", "secrets",
                   **NONE | cloud.places)
    pipeline = bucket_pipeline(directory, cloud.uri("in/"), cloud.uri("out/"), glob="/00.txt",
                               secrets=cloud.secrets_asked())
    name = sluice("--server", url, "job", "run", pipeline).stdout.strip()
    program = worker(url, "--job", name, **NONE | cloud.places)
    assert sluice("--server", url, "job", "wait", name, "--timeout", "60s").returncode == 1
    assert program.wait() == 0
    status, errors = described(sluice, name, "--server", url)
    assert status == "error"
    assert errors == [
        "secret 'credentials': there is no directory of secrets (--secrets-dir)"]
