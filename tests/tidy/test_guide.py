# SPDX-License-Identifier: Apache-2.0
"""What the guide shows of the examples stands in them, so that it runs as it is shown."""

import re
import textwrap

import pytest

from tree import ROOT

PAGES = sorted((ROOT / "docs/guide").glob("*.md"))
SHOWN = re.compile(r"(?m)^<!-- from (\S+) -->\n```\w+\n(.*?)\n```$", re.DOTALL)


def snippets_of(text):
    return [(match[1], match[2]) for match in SHOWN.finditer(text)]


def stands_in(snippet, source):
    """Line after line; the example may stand deeper."""
    lines, count = source.splitlines(), snippet.count("\n") + 1
    parts = ("\n".join(lines[at:at + count]) for at in range(len(lines)))
    return any(textwrap.dedent(part) == textwrap.dedent(snippet) for part in parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_what_the_guide_shows_stands_in_the_example(page):
    text = page.read_text()

    snippets = snippets_of(text)

    assert len(snippets) == text.count("<!-- from ")
    missing = [f"{path}:\n{snippet}" for path, snippet in snippets
               if not stands_in(snippet, (ROOT / path).read_text())]
    assert not missing, "\n\n".join(missing)


def test_every_tutorial_is_shown_in_both_languages():
    shown = {path for page in PAGES for path, _ in snippets_of(page.read_text())}
    tutorials = {str(path.relative_to(ROOT)) for folder in ("workflows-cpp", "workflows-python")
                 for path in (ROOT / "examples" / folder).glob("0*")}

    assert len(tutorials) == 12 and tutorials <= shown


def test_a_line_that_was_changed_is_found():
    assert stands_in("a = 1\n\nb = 2", "def f():\n    a = 1\n\n    b = 2\n")
    assert not stands_in("if a:\n    b()", "if a:\nb()\n")
    assert not stands_in("a = 1\nb = 2", "a = 1\n\nb = 2\n")
    assert not stands_in("a = 2", "a = 1\n")
