# SPDX-License-Identifier: Apache-2.0
"""Prints the sizes of the code: longest and median function and file."""

import statistics

from checks import is_test
from tree import Tree, functions_of


def show(title, sizes):
    """`sizes` is a list of (lines, place)."""
    if sizes:
        longest, place = max(sizes)
        median = statistics.median(lines for lines, _ in sizes)
        print(f"{title:<16} {len(sizes):>5}  median {median:>3.0f}  longest {longest:>4}  {place}")


def main():
    tree = Tree.read()
    product = [(path, text) for path, text in tree.cpp() if not is_test(path)]
    tests = [(path, text) for path, text in tree.cpp() if is_test(path)]
    print("lines of C++:")
    for title, files in (("", product), ("test ", tests)):
        show(f"{title}files", [(text.count("\n"), path) for path, text in files])
        show(f"{title}functions", [
            (length, f"{path}:{line} {name}")
            for path, text in files
            for name, line, length in functions_of(text)
        ])


if __name__ == "__main__":
    main()
