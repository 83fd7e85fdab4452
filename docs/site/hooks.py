# SPDX-License-Identifier: Apache-2.0
"""What MkDocs does with each page of docs/ besides: the source stays readable without it."""

import os
import pathlib
import posixpath
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import generated  # noqa: E402
import pages  # noqa: E402
from mkdocs.structure.files import File  # noqa: E402

SITE = pathlib.Path(__file__).parent
FIRST_PAGE = "guide/index.html"
OWN_FILES = ("guide.css", "diagrams.js")


def on_files(files, config):
    """The style and the scripts; mermaid's comes from where build.py has put it."""
    for name in OWN_FILES:
        files.append(File.generated(config, f"own/{name}", content=(SITE / name).read_text()))
    mermaid = pathlib.Path(os.environ["SLUICE_MERMAID"])
    files.append(File.generated(config, "own/mermaid.min.js", content=mermaid.read_text()))
    return files


def on_post_page(output, page, config):
    """The logo leads to the first page of the guide, in a folder as well."""
    up = "../" * page.file.dest_uri.count("/")
    return output.replace(f'href="{up.rstrip("/") or "."}"', f'href="{up}{FIRST_PAGE}"')


def on_page_markdown(markdown, page, config, files):
    known = {file.src_uri for file in files.documentation_pages()}
    folder = posixpath.dirname(page.file.src_uri)
    text = pages.without_tests(markdown)
    text = pages.with_generated(text, generated.parts(os.environ["SLUICE_BIN"]))
    text = pages.without_marks(text)
    return pages.without_links_to_elsewhere(text, folder, known)
