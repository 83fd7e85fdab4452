# SPDX-License-Identifier: Apache-2.0
"""Builds the guide: pages for a browser in OUT/site, and OUT/sluice-guide.pdf.

usage: build.py SLUICE OUT

SLUICE is the program whose help and schema are shown. Runs in the Python that has the packages of
requirements.txt, and needs npm and chromium.
"""

import json
import os
import pathlib
import subprocess
import sys
import tarfile

SITE = pathlib.Path(__file__).resolve().parent
ROOT = SITE.parents[1]
BROWSER = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
           "--allow-file-access-from-files", "--virtual-time-budget=60000")


def mermaid(out):
    """mermaid.min.js of the version in package.json, fetched once."""
    wanted = json.loads((SITE / "package.json").read_text())["dependencies"]["mermaid"]
    script = out / f"mermaid-{wanted}.min.js"
    if not script.exists():
        subprocess.run(["npm", "pack", f"mermaid@{wanted}", "--silent"], cwd=out, check=True,
                       stdout=subprocess.DEVNULL)
        archive = out / f"mermaid-{wanted}.tgz"
        with tarfile.open(archive) as files:
            text = files.extractfile("package/dist/mermaid.min.js").read()
        archive.unlink()
        script.write_bytes(text)
    return script


def build_pages(sluice, out):
    environment = os.environ | {
        "SLUICE_BIN": str(sluice), "SLUICE_MERMAID": str(mermaid(out)),
        "NO_MKDOCS_2_WARNING": "1",  # of the theme
    }
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--clean",
         "--config-file", ROOT / "mkdocs.yml", "--site-dir", out / "site"],
        env=environment, check=True,
    )
    first = '<meta http-equiv="refresh" content="0; url=guide/index.html">\n'
    (out / "site/index.html").write_text(first)


def print_pages(out):
    """The one page with all of them, as the browser has drawn it, and on paper."""
    page = (out / "site/print_page.html").as_uri()
    drawn = subprocess.run([*BROWSER, "--dump-dom", page], check=True, capture_output=True)
    (out / "drawn.html").write_bytes(drawn.stdout)
    pdf = out / "sluice-guide.pdf"
    subprocess.run([*BROWSER, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page],
                   check=True, capture_output=True)
    return pdf


def main():
    sluice, out = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    build_pages(sluice, out)
    pdf = print_pages(out)
    print(f"{out / 'site/guide/index.html'}\n{pdf}")


main()
