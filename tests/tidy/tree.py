# SPDX-License-Identifier: Apache-2.0
"""The files of the project as the checks see them, and what they need to know of C++."""

import fnmatch
import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

TEXT_SUFFIXES = (".h", ".cc", ".py", ".sql", ".md", ".cmake", ".txt", ".json", ".yaml", ".yml")


class Tree:
    """Paths relative to the root, with the text of those that are ours to read."""

    def __init__(self, texts, sizes=None):
        self.texts = texts
        self.sizes = sizes or {path: len(text) for path, text in texts.items()}

    @classmethod
    def read(cls, root=ROOT):
        """What git tracks or would track: build directories and caches are not ours."""
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, check=True, capture_output=True, text=True,
        ).stdout
        paths = sorted({path for path in listing.split("\0") if path and (root / path).is_file()})
        texts = {
            path: (root / path).read_text(encoding="utf-8")
            for path in paths
            if path.endswith(TEXT_SUFFIXES) and not path.startswith("examples/")
            or path in ("dev", ".ci/run")
        }
        return cls(texts, {path: (root / path).stat().st_size for path in paths})

    def match(self, *patterns):
        """(path, text) of the files that match one of the patterns; `*` crosses slashes."""
        for path, text in self.texts.items():
            if any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns):
                yield path, text

    def cpp(self):
        return self.match("*.h", "*.cc")


NOT_CODE = re.compile(
    r"""//[^\n]*                                  # a comment
      | /\*.*?\*/
      | R"(?P<fence>[^(\s]*)\(.*?\)(?P=fence)"    # a raw string
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'       # a character, not the ' within a number
    """,
    re.VERBOSE | re.DOTALL,
)


@functools.lru_cache(maxsize=None)
def code_of(text):
    """C++ without comments and with empty strings; every line stays where it is."""

    def blank(match):
        kept = "" if match[0].startswith("/") else '""'
        return kept + "\n" * match[0].count("\n")

    return "\n".join(
        # What an #include names is a string too, and the checks need it.
        line if line.startswith("#include") else code
        for line, code in zip(text.split("\n"), NOT_CODE.sub(blank, text).split("\n"))
    )


ONE_LINE_FUNCTION = re.compile(r"^\s*[\w~][^;{}=]*\([^;{}]*\)[^;{}]*\{.*\}$")
ENDS_WHAT_CAME_BEFORE = re.compile(r"^$|[;{}:]$|^\s*#")


def functions_of(text):
    """(name, first line, count of lines) of each function of a C++ file.

    clang-format puts the brace of a function, and of nothing else but a block inside of one, on a
    line of its own, and its end under it.
    """
    lines = [line.rstrip() for line in code_of(text).split("\n")]
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.strip() in ("{", "{}"):
            first = i
            while first > 0 and not ENDS_WHAT_CAME_BEFORE.search(lines[first - 1]):
                first -= 1
            if line.strip() == "{":
                indent = line[: line.index("{")]
                while i + 1 < len(lines) and not lines[i].startswith(indent + "}"):
                    i += 1
            signature = " ".join(part.strip() for part in lines[first:i])
            yield name_of(signature), first + 1, i - first + 1
        elif ONE_LINE_FUNCTION.match(line):
            yield name_of(line.strip()), i + 1, 1
        i += 1


def name_of(signature):
    test = re.match(r"TEST\w*\([^)]*\)", signature)
    if test:
        return test[0]
    before = re.match(r"[^(]*", re.sub(r"^template\s*<[^{]*?>\s*(?=\w)", "", signature))[0]
    words = before.split()
    return words[-1] if words else signature[:40]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
