#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Container images of files of this machine, without a registry and without a builder.

usage: images.py DIRECTORY NAME…: writes pause.tar or busybox.tar there, for `ctr images import`.
"""

import dataclasses
import hashlib
import io
import json
import pathlib
import re
import stat
import subprocess
import sys
import tarfile

BUSYBOX = "/bin/busybox"
APPLETS = (
    "awk basename cat chmod cp cut date dd echo env false grep head hostname id kill ls mkdir mv nc"
    " nslookup od printf ps pwd rm sed seq sh sleep sort stat sync tail tee test touch tr true"
    " uname uniq wc wget yes"
).split()
POSTGRES = pathlib.Path("/usr/lib/postgresql/15")
LOADER = "/lib64/ld-linux-x86-64.so.2"


@dataclasses.dataclass
class Image:
    """`name` is what pods ask for. Files are given by their path in the image."""

    name: str
    entrypoint: list = dataclasses.field(default_factory=list)
    user: str = ""
    variables: dict = dataclasses.field(default_factory=dict)
    files: dict = dataclasses.field(default_factory=dict)  # path → path here, or bytes
    links: dict = dataclasses.field(default_factory=dict)  # path → target
    directories: list = dataclasses.field(default_factory=list)  # world-writable

    def add(self, source, path=None):
        """A file of this machine, at the same place unless another is given. Links become what they
        link to."""
        self.files[path or str(source)] = pathlib.Path(source).resolve()

    def add_tree(self, source, path=None, wanted=lambda path: True):
        source = pathlib.Path(source)
        for each in sorted(source.rglob("*")):
            if each.is_file() and wanted(each):
                self.add(each, f"{path or source}/{each.relative_to(source)}")

    def add_program(self, source, path=None):
        """With its loader and all its libraries."""
        self.add(source, path)
        for library in libraries_of(source):
            self.add(library)

    def write(self, file):
        layer = self._layer()
        config = self._config(hashlib.sha256(layer).hexdigest())
        digest = hashlib.sha256(config).hexdigest()
        manifest = [{"Config": f"{digest}.json", "RepoTags": [self.name],
                     "Layers": ["layer.tar"]}]
        with tarfile.open(file, "w") as archive:
            for name, content in ((f"{digest}.json", config), ("layer.tar", layer),
                                  ("manifest.json", json.dumps(manifest).encode())):
                put(archive, tarfile.TarInfo(name), content)

    def _layer(self):
        buffer = io.BytesIO()
        made = set()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as layer:
            for path in self.directories:
                put_directories(layer, path, made, mode=0o1777)
            for path, source in sorted(self.files.items()):
                put_directories(layer, str(pathlib.PurePosixPath(path).parent), made)
                put_file(layer, path, source)
            for path, target in sorted(self.links.items()):
                put_directories(layer, str(pathlib.PurePosixPath(path).parent), made)
                link = tarfile.TarInfo(path.lstrip("/"))
                link.type, link.linkname = tarfile.SYMTYPE, target
                layer.addfile(link)
        return buffer.getvalue()

    def _config(self, layer_digest):
        variables = {"PATH": "/usr/local/bin:/usr/bin:/bin"} | self.variables
        return json.dumps({
            "architecture": "amd64",
            "os": "linux",
            "config": {
                "Entrypoint": self.entrypoint or None,
                "Env": [f"{name}={value}" for name, value in variables.items()],
                "User": self.user,
            },
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
        }).encode()


def put(archive, entry, content):
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def put_file(layer, path, source):
    entry = tarfile.TarInfo(path.lstrip("/"))
    if isinstance(source, bytes):
        entry.mode = 0o755 if source.startswith(b"#!") else 0o644
        put(layer, entry, source)
    else:
        entry.mode = 0o755 if source.stat().st_mode & stat.S_IXUSR else 0o644
        put(layer, entry, source.read_bytes())


def put_directories(layer, path, made, mode=0o755):
    parts = [part for part in path.split("/") if part]
    for count in range(1, len(parts) + 1):
        name = "/".join(parts[:count])
        if name not in made:
            made.add(name)
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE
            entry.mode = mode if count == len(parts) else 0o755
            layer.addfile(entry)


def libraries_of(program):
    """As the loader finds them, with the loader itself; none for a static program."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True)
    assert "not found" not in told.stdout, told.stdout
    return re.findall(r"^\s*(?:\S+ => )?(/\S+) \(0x", told.stdout, re.MULTILINE)


def with_busybox(image, applets=APPLETS):
    image.add(BUSYBOX)
    image.links |= {f"/bin/{applet}": BUSYBOX for applet in applets}
    image.directories += ["/tmp"]
    return image


def pause():
    """What keeps the namespaces of a pod."""
    image = Image("localhost/pause:1", ["/bin/busybox", "sleep", "2147483647"])
    image.add(BUSYBOX)
    return image


def busybox():
    """Commands, and neither a C library nor certificates."""
    return with_busybox(Image("localhost/busybox:1"))


def shout(directory):
    """One static program and nothing else; `directory` keeps it."""
    source = pathlib.Path(__file__).with_name("shout.c")
    program = pathlib.Path(directory) / "shout"
    subprocess.run(["gcc", "-static", "-O1", "-o", program, source], check=True)
    image = Image("localhost/shout:1")
    image.add(program, "/shout")
    return image


def sluice(build):
    """Sluice's own image, of a build directory: the program, and the worker that pods get."""
    image = Image("localhost/sluice:test", user="10001:10001")
    image.add_program(build / "src/cli/sluice", "/usr/bin/sluice")
    image.add_tree(build / "src/lib/sluice/worker", "/usr/lib/sluice/worker")
    image.add("/etc/ssl/certs/ca-certificates.crt")
    image.files["/etc/passwd"] = b"sluice:x:10001:10001::/var/lib/sluice:/nonexistent\n"
    image.directories += ["/tmp", "/var/lib/sluice", "/sluice"]
    return image


# What the official image does at its first start, as far as our installation uses it.
POSTGRES_START = b"""#!/bin/sh
set -e
umask 077
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    echo "$POSTGRES_PASSWORD" >/tmp/password
    initdb --username "$POSTGRES_USER" --pwfile /tmp/password --auth-host scram-sha-256
    rm /tmp/password
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE \\"$POSTGRES_DB\\";" | postgres --single -j postgres >/dev/null
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories=/tmp
"""


def postgres():
    """PostgreSQL 15 of Debian under the name of the official image."""
    image = with_busybox(Image("docker.io/library/postgres:15", ["/start"]))
    image.variables = {
        "PATH": f"{POSTGRES}/bin:/bin", "PGHOST": "/tmp", "LC_ALL": "C", "TZ": "UTC",
    }
    for program in ("initdb", "pg_isready", "postgres", "psql"):
        image.add_program(POSTGRES / "bin" / program)
    image.add_tree(POSTGRES / "lib", wanted=lambda path: "bitcode" not in str(path)
                   and not path.name.startswith(("llvmjit", "libpgtest")))
    image.add_tree("/usr/share/postgresql/15", wanted=lambda path: "/man/" not in str(path))
    image.add("/usr/share/zoneinfo/UTC")
    image.files["/start"] = POSTGRES_START
    image.files["/etc/passwd"] = b"postgres:x:999:999::/tmp:/bin/sh\n"
    image.directories += ["/var/lib/postgresql/data"]
    return image


def minio(program, name):
    """MinIO under the name that the installation asks for."""
    image = with_busybox(Image(name))
    image.add(program, "/usr/bin/minio")
    image.directories += ["/data"]
    return image


OF_THE_MACHINE = {"pause": pause, "busybox": busybox}


def main():
    directory = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        OF_THE_MACHINE[name]().write(directory / f"{name}.tar")


if __name__ == "__main__":
    main()
