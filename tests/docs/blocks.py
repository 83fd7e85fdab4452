# SPDX-License-Identifier: Apache-2.0
"""The fences of a page, and those of them that a test runs (docs/site/README.md)."""

import dataclasses
import re

FENCE = re.compile(r"(?ms)^(```+)([\w-]*)[ ]*([^\n`]*)\n(.*?)^\1[ ]*$")


@dataclasses.dataclass(frozen=True)
class Block:
    language: str
    mark: str  # "run", "output", "file=NAME", or something else
    text: str


def blocks_of(page):
    return [Block(*match.groups()[1:]) for match in FENCE.finditer(page)]


def runnable(page):
    return any(block.mark == "run" for block in blocks_of(page))


BETWEEN = "\x1e"


def script_of(page):
    """One shell script with all that runs, and what each of its blocks should print (or None)."""
    lines, expected = ["set -euo pipefail"], []
    for block in blocks_of(page):
        if block.mark.startswith("file="):
            name = block.mark.removeprefix("file=")
            lines.append(f"cat > {name} <<'END_OF_{len(lines)}'\n{block.text}END_OF_{len(lines)}")
        elif block.mark == "run":
            lines.append(f"{block.text}printf '{BETWEEN}'")
            expected.append(None)
        elif block.mark == "output":
            expected[-1] = block.text
    return "\n".join(lines) + "\n", expected


def fits(printed, expected):
    """`…` stands for anything within a line, and for any lines where it is alone."""
    pattern = "".join(
        r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected.rstrip("\n").split("\n")
    )
    return re.fullmatch(pattern, printed) is not None
