#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the directory of a pod's worker: the program, its loader and all its libraries, and the
certificate authorities, so that an image needs nothing of that.

usage: worker_dir.py SLUICE_WORKER CA_BUNDLE DIRECTORY
"""
import pathlib
import re
import shutil
import subprocess
import sys

# A pod never talks to a database.
UNWANTED = ("libpq.", "libsqlite3.")
LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")


def system_loader():
    for path in LOADERS:
        if pathlib.Path(path).is_file():
            return path
    sys.exit(f"none of the loaders {', '.join(LOADERS)} is here")


def closure(program, loader):
    """{name: path} of the libraries, also those of libraries."""
    listing = subprocess.run([loader, "--list", program], capture_output=True, text=True)
    if listing.returncode != 0:
        sys.exit(f"{program}: {listing.stderr or listing.stdout}")
    libraries = {}
    for line in listing.stdout.splitlines():
        name, found, path = line.strip().partition(" => ")
        if not found:
            continue  # the loader itself, and the kernel's part
        path = path.rsplit(" (", 1)[0]
        if path == "not found":
            sys.exit(f"{program}: the library {name} is not found")
        libraries[pathlib.Path(name).name] = path
    return libraries


def install(source, target, mode):
    shutil.copyfile(source, target)
    target.chmod(mode)


def main():
    program, authorities, directory = sys.argv[1:]
    directory = pathlib.Path(directory)
    loader = system_loader()
    libraries = closure(program, loader)
    unwanted = [name for name in libraries if name.startswith(UNWANTED)]
    if unwanted:
        sys.exit(f"{program} must not need {', '.join(unwanted)}")
    if not re.search("BEGIN CERTIFICATE", pathlib.Path(authorities).read_text(errors="replace")):
        sys.exit(f"{authorities} has no certificates: install ca-certificates, or set "
                 "SLUICE_CA_BUNDLE")

    shutil.rmtree(directory, ignore_errors=True)
    (directory / "lib").mkdir(parents=True)
    for name, path in libraries.items():
        install(path, directory / "lib" / name, 0o755)
    install(loader, directory / "lib/ld.so", 0o755)
    install(authorities, directory / "ca.pem", 0o644)
    install(program, directory / "worker", 0o755)  # last: it says that all is there


if __name__ == "__main__":
    main()
