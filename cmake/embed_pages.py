#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the manual pages of the commands into a C++ header, an array of Page (src/cli/page.h).

usage: embed_pages.py OUTPUT.h PAGE.md…

The first line of a page is `# sluice job run: what it does in one line`; the rest is what --help
shows below the options.
"""
import pathlib
import re
import sys


def main():
    output, *pages = sys.argv[1:]
    lines = ["// Generated from src/cli/*.md; do not edit.", "#pragma once", "",
             '#include "cli/page.h"', "", "namespace sluice {", "",
             "inline constexpr Page pages[] = {"]
    for path in map(pathlib.Path, sorted(pages)):
        title, _, text = path.read_text().partition("\n")
        match = re.fullmatch(r"# sluice ?([a-z ]*): (.+)", title)
        if not match:
            sys.exit(f"{path}: the first line must be '# sluice <command>: <one line>'")
        command, summary = match.groups()
        lines.append(f'    {{"{command}", R"page({summary})page", R"page({text.strip()})page"}},')
    lines += ["};", "", "} // namespace sluice", ""]
    pathlib.Path(output).write_text("\n".join(lines))


main()
