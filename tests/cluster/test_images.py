# SPDX-License-Identifier: Apache-2.0
"""Images need nothing for Sluice: the worker brings its own libraries and certificates."""

import images
from real_buckets import authority
from jobs import UPPER, Job


def test_an_image_of_one_static_program(machine, minio, server, tmp_path):
    machine.import_image(images.shout(tmp_path))
    job = Job(minio, tmp_path, "", ("a", "b"), name="static",
              transform={"image": "localhost/shout:1", "cmd": ["/shout"]})
    server.wait(server.run(job.path))
    assert job.out() == {"a": "THIS IS A\n", "b": "THIS IS B\n"}


def test_an_image_without_certificates_reaches_buckets_over_https(
    minio, serve, tmp_path, sluice_image
):
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(authority())
    server = serve(SSL_CERT_FILE=str(authorities), **minio.variables(minio.secure_url))
    job = Job(minio, tmp_path, "test ! -e /etc/ssl; " + UPPER, name="secure")
    server.wait(server.run(job.path))
    assert job.out() == {"a": "THIS IS A\n"}


def test_an_image_whose_user_is_not_root(machine, minio, server, tmp_path):
    image = images.busybox()
    image.name, image.user = "localhost/busybox-user:1", "65534:65534"
    machine.import_image(image)
    script = "test $(id -u) = 65534; echo x >/scratch/x; mkdir /pfs/out/deep; " \
             "cat /scratch/x /pfs/in/* >/pfs/out/deep/file"
    job = Job(minio, tmp_path, script, name="user", transform={"image": image.name})
    server.wait(server.run(job.path))
    assert job.out() == {"deep/file": "x\nthis is a\n"}


def test_a_command_finds_no_credential_of_the_cluster_or_of_sluice(minio, server, tmp_path):
    script = "env | sort >/pfs/out/environment; cat /proc/1/environ >/pfs/out/worker || true; " \
             "ls /var/run/secrets/kubernetes.io >/pfs/out/token 2>/dev/null || true"
    job = Job(minio, tmp_path, script, name="bare")
    server.wait(server.run(job.path))
    out = job.out()
    assert "SLUICE_KEY" not in out["environment"] and "SLUICE_SERVER" not in out["environment"]
    assert "SLUICE_JOB_NAME=bare-" in out["environment"]
    assert "sluice-worker." not in out.get("worker", "")
    assert out.get("token", "") == ""
