# SPDX-License-Identifier: Apache-2.0
"""Compiles every header alone, as the first line of a file would see it (N5)."""

import concurrent.futures
import hashlib
import json
import re
import shlex
import subprocess
import threading

from tree import ROOT

PARALLEL = 2

# What most headers include takes most of the time. A header gets those precompiled that stand below
# it anyway: so nothing is there that it has not asked for.
HEAVY = ("src/base/result.h", "src/base/json.h", "src/async/async.h")
precompiling = threading.Lock()


def is_for_tests(path):
    """Is the header compiled with what only tests may include?"""
    return path.endswith(("testing.h", "_fixture.h")) or "/testing/" in path


def flags_by_layer(build):
    """(layer, is it for tests?) → how its sources are compiled, without the precompiled header and
    the outputs.
    """
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        target = re.search(r" -o src/(\w+)/CMakeFiles/(\w+)\.dir/", entry["command"])
        if target:
            kind = (target[1], target[2].endswith("_test"))
            flags.setdefault(kind, alone_flags(shlex.split(entry["command"])))
    return flags


def alone_flags(command):
    """The compiler and its flags: no launcher, input, output, precompiled header, sanitizer."""
    while "ccache" in command[0]:
        command = command[1:]
    kept = []
    arguments = iter(command)
    for argument in arguments:
        if argument in ("-o", "-c", "-include"):
            next(arguments)
        elif not argument.startswith(("-fsanitize", "-Winvalid-pch", "-fpch")):
            kept.append(argument)
    return kept + ["-fsyntax-only", "-x", "c++", "-"]


def what_it_sees(tree, path, seen=None):
    """The header and every header of ours below it."""
    seen = set() if seen is None else seen
    if path not in seen and path in tree.texts:
        seen.add(path)
        for include in re.findall(r'(?m)^#include "([^"]+)"', tree.texts[path]):
            what_it_sees(tree, f"src/{include}", seen)
            what_it_sees(tree, f"include/{include}", seen)
    return seen


def layer_of(path):
    """The public headers are those of the layer sdk."""
    return "sdk" if path.startswith("include/") else path.split("/")[1]


def fingerprint(tree, path, flags):
    digest = hashlib.sha256("\0".join(flags).encode())
    for seen in sorted(what_it_sees(tree, path)):
        digest.update(tree.texts[seen].encode())
    return digest.hexdigest()


def heavy_below(tree, path):
    return [heavy for heavy in HEAVY if heavy in what_it_sees(tree, path) - {path}]


def precompiled(tree, heavy, flags, cache):
    """The flags that bring these headers; layers that are compiled alike share the result."""
    if not heavy:
        return []
    alike = [flag for flag in flags if not flag.startswith("-I")]
    name = "-".join(fingerprint(tree, path, alike)[:16] for path in heavy)
    header = cache / f"{name}.h"
    with precompiling:
        if not header.with_suffix(".h.gch").exists():
            header.write_text("".join(f'#include "{path.split("/", 1)[1]}"\n' for path in heavy))
            command = flags[:-4] + ["-x", "c++-header", header]
            subprocess.run([*command, "-o", header.with_suffix(".h.gch")], check=True)
    return ["-include", str(header)]


def compile_alone(include, flags):
    """The first line of the compiler's complaint, or nothing."""
    result = subprocess.run(flags, input=f'#include "{include}"\n', capture_output=True, text=True)
    errors = [line for line in result.stderr.splitlines() if "error" in line]
    return None if result.returncode == 0 else (errors or [result.stderr])[0]


def headers_compile_alone(tree, build):
    """Good headers are remembered by their content in the build directory."""
    cache = build / "headers-alone"
    cache.mkdir(exist_ok=True)
    layers = flags_by_layer(build)

    def check(path):
        flags = layers.get((layer_of(path), is_for_tests(path)))
        if flags is None:
            return f"{path}: no source of its layer is compiled"
        remembered = cache / fingerprint(tree, path, flags)
        if remembered.exists():
            return None
        below = precompiled(tree, heavy_below(tree, path), flags, cache)
        complaint = compile_alone(path.split("/", 1)[1], [*flags[:1], *below, *flags[1:]])
        if complaint:
            return f"{path}: {complaint}"
        remembered.touch()
        return None

    headers = tree.match("src/*.h", "include/*.h")
    paths = [path for path, _ in headers if not path.endswith("pch.h")]
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        return [problem for problem in pool.map(check, paths) if problem]
