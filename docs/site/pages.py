# SPDX-License-Identifier: Apache-2.0
"""Text of a page → text of a page, as docs/ has it and as the site shows it."""

import posixpath
import re

FENCED = re.compile(r"(?ms)^(```+)[^\n]*\n.*?^\1[ ]*$")
GENERATED = re.compile(r"(?m)^<!-- generated: (\w+) -->$")
LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\(([^()\s]+)\)")


def without_tests(text):
    """Contract pages name tests; users need the rules."""
    text = re.sub(r'(?m)^\[T\d+\]:[ ]+\S+[ ]+"[^"\n]+"\n?', "", text)
    return re.sub(r"(?:\s*\[(?:T\d+|none)\])+", "", text)


def with_generated(text, parts):
    """`parts` has a function for each name that may stand in a mark."""
    return GENERATED.sub(lambda match: parts[match[1]](), text)


def without_marks(text):
    """A fence says its language; what stands behind it is for tests (tests/docs)."""
    return re.sub(r"(?m)^(```+[\w-]+)[ ][^\n`]+$", r"\1", text)


def without_links_to_elsewhere(text, folder, known):
    """Files of the project that are no pages are named instead."""

    def shown(match):
        words, target = match.groups()
        if "://" in target or target.startswith(("#", "mailto:")):
            return match[0]
        path = posixpath.normpath(posixpath.join(folder, target.split("#")[0]))
        if path in known:
            return match[0]
        path = posixpath.normpath(posixpath.join("docs", path))
        return f"`{path}`" if words.strip("`") in path else f"{words} (`{path}`)"

    return outside_of_fences(text, lambda part: LINK.sub(shown, part))


def outside_of_fences(text, change):
    changed, end = [], 0
    for match in FENCED.finditer(text):
        changed += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join(changed + [change(text[end:])])
