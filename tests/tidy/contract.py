# SPDX-License-Identifier: Apache-2.0
"""The contract pages: each rule names the tests that hold it.

A rule is a list item, a row of a table or a paragraph beneath the first `##`. It ends with
references, `[T12]`, and the end of the page says which test each of them is:

    [T12]: ../src/api/tasks_test.cc "ApiTasks.a_report_ends_a_running_task"

A rule whose test is still to be written has `[none]`: the check finds it until there is one.
"""

import functools
import posixpath
import re

from tree import code_of, line_of

CONTRACT_PAGES = (
    "docs/http-api.md",
    "docs/http-api-tasks.md",
    "docs/http-api-webhooks.md",
    "docs/workflows.md",
    "docs/cluster.md",
)

REFERENCE = re.compile(r"\[(T\d+|none)\]")
DEFINITION = re.compile(r'(?m)^\[(T\d+)\]:[ ]+(\S+)[ ]+"([^"\n]+)"$')
LOOKS_LIKE_A_DEFINITION = re.compile(r"(?m)^\[[^\]\n]+\]:.*$")
LIST_ITEM = re.compile(r"\s*([-*+]|\d+[.)])\s")
TABLE_RULE = re.compile(r"\|[\s:|-]+\|$")
CODE_SPAN = re.compile(r"(`+).+?\1")


def rules_of(page):
    """(first line, text) of each rule of a page."""
    rules = []
    is_contract = in_code = is_open = False
    lines = page.split("\n")
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
            is_open = False
        elif in_code:
            continue
        elif line.startswith("#"):
            is_contract = is_contract or line.startswith("## ")
            is_open = False
        elif not is_contract or not line.strip() or LOOKS_LIKE_A_DEFINITION.match(line):
            is_open = False
        elif line.startswith("|"):
            is_open = False
            if not is_table_head(lines, number - 1):
                rules.append((number, line))
        elif is_open and not LIST_ITEM.match(line):
            rules[-1] = (rules[-1][0], rules[-1][1] + "\n" + line)
        else:
            rules.append((number, line))
            is_open = True
    return rules


def is_table_head(lines, index):
    return any(TABLE_RULE.match(line.strip()) for line in lines[index : index + 2])


@functools.lru_cache(maxsize=None)
def tests_of(path, text):
    """The names of the tests of a file: Suite.name in C++, the function in Python."""
    if path.endswith(".py"):
        return set(re.findall(r"(?m)^\s*(?:async )?def (test_\w+)\(", text))
    macro = r"(?m)^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)"
    return {".".join(names) for names in re.findall(macro, code_of(text))}


def references_of(text):
    return REFERENCE.findall(CODE_SPAN.sub("", text))


def problems_of_rules(path, text, defined):
    used = set()
    for number, rule in rules_of(text):
        labels = references_of(rule)
        used.update(labels)
        if not labels:
            yield f"{path}:{number}: the rule names no test, like [T1]"
        for label in labels:
            if label == "none":
                yield f"{path}:{number}: no test holds this rule yet"
            elif label not in defined:
                yield f"{path}:{number}: [{label}] is not defined at the end of the page"
    for label in defined:
        if label not in used:
            yield f"{path}: [{label}] is defined and not used"


def problems_of_definitions(tree, path, text):
    seen = {}
    for match in LOOKS_LIKE_A_DEFINITION.finditer(text):
        place = f"{path}:{line_of(text, match.start())}"
        parts = DEFINITION.fullmatch(match[0])
        if parts is None:
            yield f'{place}: the form is [T1]: ../src/api/a_test.cc "Suite.name"'
            continue
        label, target, test = parts.groups()
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        for twice in (label, (file, test)):
            if twice in seen:
                yield f"{place}: it stands at {seen[twice]} already"
            seen[twice] = place
        if file not in tree.texts:
            yield f"{place}: there is no file {file}"
        elif test not in tests_of(file, tree.texts[file]):
            yield f"{place}: {file} has no test {test}"


def rules_have_tests(tree):
    for path in CONTRACT_PAGES:
        text = tree.texts.get(path)
        if text is None:
            yield f"{path} is missing"
            continue
        defined = [label for label, _, _ in DEFINITION.findall(text)]
        yield from problems_of_definitions(tree, path, text)
        yield from problems_of_rules(path, text, dict.fromkeys(defined))
