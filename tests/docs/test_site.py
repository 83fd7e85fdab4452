# SPDX-License-Identifier: Apache-2.0
"""The site and the PDF: whole, drawn, and nothing from elsewhere."""

import html.parser
import json
import re
import subprocess
import urllib.parse

import pages
from conftest import ROOT


class Html(html.parser.HTMLParser):
    """What a page leads to, what it loads, and what others may lead to in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") in ("stylesheet", "icon"):
            self.loaded.append(values["href"])
        elif tag in ("script", "img") and "src" in values:
            self.loaded.append(values["src"])


def site_of(built):
    """Each page but 404.html, whose links are those of a server, and the one with all pages."""
    paths = sorted((built / "site").rglob("*.html"))
    return {path: Html(path.read_text()) for path in paths
            if path.name not in ("404.html", "print_page.html")}


def broken(site, path, link):
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return True
    fragment = urllib.parse.unquote(parts.fragment)
    return bool(fragment) and target in site and fragment not in site[target].ids


def test_every_link_of_the_site_leads_somewhere(built):
    site = site_of(built)
    assert len(site) > 25
    wrong = [f"{path.relative_to(built)}: {link}" for path, page in site.items()
             for link in page.links + page.loaded if broken(site, path, link)]
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(built):
    loaded = {link for page in site_of(built).values() for link in page.loaded}
    assert "own/mermaid.min.js" in {link.removeprefix("../") for link in loaded}
    assert [link for link in loaded if "//" in link] == []


def test_every_diagram_is_drawn(built):
    shown = sum(page.read_text().count("```mermaid\n")
                for page in (ROOT / "docs/guide").glob("*.md"))
    drawn = (built / "drawn.html").read_text()
    assert shown >= 8
    names = re.findall(r'<div class="diagram"[^>]*>\s*<svg id="([^"]+)"', drawn)
    assert len(names) == shown
    assert len(set(names)) == shown, "two diagrams are drawn into one another"
    assert 'aria-roledescription="error"' not in drawn


def test_the_pdf_has_pages(built):
    pdf = (built / "sluice-guide.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 50
    assert b"Production cluster" in pdf or b"/Title" in pdf


def test_every_page_of_the_guide_is_in_the_navigation(built):
    listed = (ROOT / "mkdocs.yml").read_text()
    for page in (ROOT / "docs/guide").glob("*.md"):
        assert f"guide/{page.name}\n" in listed, page.name


def test_every_command_is_in_the_guide(built):
    """Each has a manual page, whose title has its words."""
    shown = (built / "site/guide/commands.html").read_text()
    for page in sorted((ROOT / "src/cli").glob("*.md")):
        words = re.match(r"# (sluice [a-z ]+): ", page.read_text())
        if words:
            name = words[1].replace(" ", "-")
            assert f'id="{name}"' in shown, words[1]


def members_of(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from members_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from members_of(value)


def test_every_member_of_a_pipeline_is_in_the_guide(built, sluice_bin):
    printed = subprocess.run([sluice_bin, "schema"], check=True, capture_output=True).stdout
    shown = (built / "site/guide/pipelines.html").read_text()
    for name in set(members_of(json.loads(printed))):
        assert re.search(rf"<code>(?:[\w.\[\]]+\.)?{name}</code>", shown), name


def test_pages_show_rules_without_their_tests():
    text = "- It holds. [T1]\n  [T2]\n\n[T1]: ../src/a_test.cc \"A.b\"\n[T2]: ../t.py \"test_c\"\n"
    assert pages.without_tests(text) == "- It holds.\n\n"


def test_links_to_files_that_are_no_pages_become_names():
    text = "[`dev`](../../dev), [a](b.md#c), [x](https://x), [why](../decisions/1.md)\n" \
           "```\n[a](../../dev)\n```\n"
    assert pages.without_links_to_elsewhere(text, "guide", {"guide/b.md"}) == \
        "`dev`, [a](b.md#c), [x](https://x), why (`docs/decisions/1.md`)\n" \
        "```\n[a](../../dev)\n```\n"
