# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/style.md that a program can check. Each check yields one line per problem.

A new check goes into CHECKS, and a sample that breaks it into test_checks.py.
"""

import ast
import itertools
import re

from contract import rules_have_tests
from tree import code_of, functions_of, line_of

LINE_MAX = 100
FUNCTION_MAX = 70
FILE_MAX = 500
TEST_FILE_MAX = 800
README_MAX = 40
BLOB_MAX = 512 * 1024

# A layer uses only those before it (docs/architecture.md, "Layers").
LAYERS = ("base model boost async store net blob kube exec engine batch tasks workflows bench sdk"
          " api worker app cli").split()
# … and these do not know each other at all.
STRANGERS = {("net", "store"), ("blob", "store"), ("boost", "model"), ("async", "model")}

DIALECTS = ("postgres", "sqlite")


def is_test(path):
    return path.startswith("tests/") or path.endswith(("_test.cc", "testing.h", "testing.cc"))


# --- sizes ---------------------------------------------------------------------------------------


def lines_are_short(tree):
    for path, text in tree.match("*.h", "*.cc", "*.py", "*.sql", "*.cmake", "*CMakeLists.txt",
                                 "dev"):
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > LINE_MAX:
                yield f"{path}:{number}: {len(line)} columns, the limit is {LINE_MAX}"


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def functions_are_short(tree):
    for pattern, functions in (("*.h", functions_of), ("*.cc", functions_of),
                               ("*.py", python_functions)):
        for path, text in tree.match(pattern):
            for name, line, length in functions(text):
                if length > FUNCTION_MAX:
                    yield f"{path}:{line}: {name} has {length} lines, the limit is {FUNCTION_MAX}"


def files_are_short(tree):
    for path, text in tree.match("*.h", "*.cc", "*.py", "dev"):
        limit = TEST_FILE_MAX if is_test(path) else FILE_MAX
        length = text.count("\n")
        if length > limit:
            yield f"{path}: {length} lines, the limit is {limit}"


def no_large_files(tree):
    for path, size in tree.sizes.items():
        if size > BLOB_MAX:
            yield f"{path}: {size} bytes, the limit is {BLOB_MAX}"


# --- layers --------------------------------------------------------------------------------------


def declared_layers(tree):
    """layer → the layers that its CMakeLists.txt links."""
    declared = {}
    for _, text in tree.match("src/*/CMakeLists.txt"):
        for name, body in re.findall(r"sluice_layer\(\s*(\w+)(.*?)\)", text, re.DOTALL):
            linked = re.search(r"\bLAYERS((?:\s+[a-z]+)*)", body)
            declared[name] = linked[1].split() if linked else []
    return declared


def reachable(declared, layer):
    found, look_at = set(), [layer]
    while look_at:
        current = look_at.pop()
        if current not in found:
            found.add(current)
            look_at += declared.get(current, [])
    return found


def layers_link_downward(tree):
    declared = declared_layers(tree)
    for layer, linked in declared.items():
        path = f"src/{layer}/CMakeLists.txt"
        for lower in linked:
            if layer not in LAYERS or lower not in LAYERS:
                yield f"{path}: '{layer}' or '{lower}' is not a layer of docs/architecture.md"
            elif LAYERS.index(lower) >= LAYERS.index(layer):
                yield f"{path}: {layer} links {lower}, which stands above it"
        for one, other in STRANGERS:
            if layer in (one, other) and {one, other} <= reachable(declared, layer):
                yield f"{path}: {one} and {other} must not know each other"


def includes_follow_the_links(tree):
    declared = declared_layers(tree)
    for path, text in tree.match("src/*.h", "src/*.cc"):
        layer = path.split("/")[1]
        allowed = reachable(declared, layer)
        for number, line in enumerate(text.split("\n"), 1):
            include = re.match(r'#include "([^"]+)"', line)
            if not include:
                continue
            source = include[1].split("/")[0]
            if "/" not in include[1]:
                yield f"{path}:{number}: write \"{layer}/{include[1]}\""
            elif source in LAYERS and source not in allowed:
                yield f"{path}:{number}: {layer} does not link {source}"


def public_headers_need_the_standard_library_only(tree):
    """Who includes them has neither our layers nor Boost (B3)."""
    for path, text in tree.match("include/*.h"):
        for number, line in enumerate(text.split("\n"), 1):
            include = re.match(r"#\s*include\s+(.*)", line)
            if include and not re.fullmatch(r'<[a-z_]+>|"sluice/[a-z_]+\.h"', include[1]):
                yield f"{path}:{number}: {include[1]}: the standard library and sluice/ only (B3)"


def layers_have_a_readme(tree):
    for layer in declared_layers(tree):
        readme = tree.texts.get(f"src/{layer}/README.md")
        if readme is None:
            yield f"src/{layer}/README.md is missing: the layer's job, entry points, what not to do"
        elif readme.count("\n") > README_MAX:
            yield f"src/{layer}/README.md has {readme.count(chr(10))} lines, at most {README_MAX}"


# --- words ---------------------------------------------------------------------------------------

# (what, where it is banned, why)
BANNED_CODE = (
    (r"\bdetached\b", lambda path: True, "every coroutine belongs to a TaskScope (C7)"),
    (r"\bco_spawn\b", lambda path: not path.startswith("src/async/") and not is_test(path),
     "only a TaskScope starts coroutines (C7)"),
    (r"\bstd::w?regex\b|#include <regex>", lambda path: True, "slow, and overflows the stack"),
    (r"#include <iostream>", lambda path: path.endswith(".h"), "costs every file that includes it"),
    (r"#include <boost/asio\.hpp>", lambda path: True, "1.7 s for each file: name the parts"),
    (r"\buse_future\b", lambda path: True, "blocks the loop (C11)"),
    (r"\bGTEST_SKIP\b|\bDISABLED_", lambda path: True, "a test runs or does not exist (T3)"),
)


def no_banned_words(tree):
    for path, text in tree.cpp():
        code = code_of(text)
        for pattern, applies, why in BANNED_CODE:
            for match in re.finditer(pattern, code) if applies(path) else ():
                yield f"{path}:{line_of(code, match.start())}: '{match[0]}': {why}"


def nothing_left_to_do_now(tree):
    for path, text in tree.match("*.h", "*.cc", "*.py", "*.sql", "*.md", "dev"):
        for match in re.finditer(r"TODO\(now\)", text):
            yield f"{path}:{line_of(text, match.start())}: do it before it is merged (K4)"


def no_python_test_is_skipped(tree):
    for path, text in tree.match("tests/*.py"):
        for match in re.finditer(r"\bpytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b", text):
            yield f"{path}:{line_of(text, match.start())}: a test runs or does not exist (T3)"


def licence_stands_first(tree):
    for path, text in tree.match("*.h", "*.cc", "*.py", "*.cmake", "dev", ".ci/run"):
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.split("\n")[:2]):
            yield f"{path}: the first line is an SPDX-License-Identifier (N7)"


# --- coroutines ----------------------------------------------------------------------------------


def capturing_lambdas_are_no_coroutines(tree):
    """C2: the frame refers to the lambda object, which dies first."""
    head = re.compile(r"\[[^\[\]]+\]\s*(\([^{};]*\))?[^{};()]*->\s*(asio::awaitable|Async)<[^{]*\{")
    for path, text in tree.match("src/*.h", "src/*.cc"):
        code = code_of(text)
        for match in head.finditer(code):
            if re.search(r"\bco_(await|return|yield)\b", block_at(code, match.end() - 1)):
                yield f"{path}:{line_of(code, match.start())}: a capturing lambda is a coroutine"


def tests_have_a_namespace_of_their_own(tree):
    """Several files are compiled as one, and what tests name for themselves is much alike."""
    for path, text in tree.match("src/*_test.cc"):
        own = path.rsplit("/", 1)[-1].removesuffix(".cc")
        if not re.search(rf"(?m)^namespace [\w:]*\b{own} {{$", text):
            yield f"{path}: what it names is in namespace sluice::{own} (B7)"


def block_at(code, start):
    depth = 0
    for i in range(start, len(code)):
        depth += {"{": 1, "}": -1}.get(code[i], 0)
        if depth == 0:
            return code[start : i + 1]
    return code[start:]


CONDITION = r"\b(if|while|switch|for)\s*(constexpr\s*)?\("


def awaits_stand_alone(tree):
    """C4: g++ 12 destroys temporaries around co_await twice (tests/toolchain)."""
    for path, text in tree.match("src/*.h", "src/*.cc"):
        code = re.sub(r"(?m)^\s*#.*$", "", code_of(text))
        for match in re.finditer(r"[^;{}]*\bco_await\b[^;{}]*(?P<end>[;{}]|$)", code):
            why = what_is_wrong_with_await(match[0], match["end"])
            if why:
                line = line_of(code, match.start() + match[0].index("co_await"))
                yield f"{path}:{line}: {why} (C4)"


def what_is_wrong_with_await(statement, end):
    before, after = statement.split("co_await", 1)
    before = after_conditions(before)
    if "co_await" in after:
        return "two co_await in one expression"
    if re.match(CONDITION, before):
        return "co_await in a condition"
    if "?" in before + after:
        return "co_await with ?:"
    if re.search(r"\s(&&|\|\|)\s", before + after):
        return "co_await with && or ||"
    if end == "}":
        return "co_await within braces"
    if end == "{" and not borrowing_lambda(after):
        return "braces in an argument of co_await: name them first"
    return None


def after_conditions(before):
    """What stands after complete conditions, `if (a && b)`, in front of a statement."""
    while match := re.search(CONDITION, before):
        rest = before[match.end() - 1 :]
        depths = itertools.accumulate({"(": 1, ")": -1}.get(c, 0) for c in rest)
        closed = next((i for i, depth in enumerate(depths) if depth == 0), None)
        if closed is None:
            return before[match.start() :]
        before = rest[closed + 1 :]
    return before


def borrowing_lambda(after):
    """True for a lambda that captures only references: nothing to destroy."""
    captures = re.search(r"\[([^\[\]]*)\][^\[\]]*$", after)
    return captures is not None and all(
        item.strip() in ("", "this") or item.strip().startswith("&")
        for item in captures[1].split(",")
    )


# --- SQL -----------------------------------------------------------------------------------------


def sql_files(tree, dialect, kind):
    folder = f"src/store/sql/{dialect}/{kind}/"
    return {path[len(folder):]: text for path, text in tree.match(folder + "*.sql")}


def use_cases_exist_in_both_dialects(tree):
    for kind in ("queries", "migrations"):
        names = {dialect: set(sql_files(tree, dialect, kind)) for dialect in DIALECTS}
        for one, other in (DIALECTS, DIALECTS[::-1]):
            for name in sorted(names[one] - names[other]):
                yield f"src/store/sql/{one}/{kind}/{name} has no counterpart in {other} (Q1, Q3)"


def migrations_are_numbered(tree):
    for dialect in DIALECTS:
        for expected, name in enumerate(sorted(sql_files(tree, dialect, "migrations")), 1):
            if not re.fullmatch(rf"{expected:04}_[a-z0-9_]+\.sql", name):
                yield f"{dialect} migration {name}: '{expected:04}_title.sql' is expected (Q3)"


def statements_are_used(tree):
    for dialect in DIALECTS:
        code = "".join(code_of(text) for _, text in tree.match(f"src/store/{dialect}/*"))
        used = set(re.findall(r"\bsql::(\w+)", code))
        seen = set()
        for file, text in sql_files(tree, dialect, "queries").items():
            names = re.findall(r"(?m)^-- name: *(\w+)", text)
            if not names:
                yield f"{dialect} {file}: no '-- name:' (Q1)"
            for name in names:
                if name in seen:
                    yield f"{dialect} {file}: '{name}' stands twice"
                if name not in used:
                    yield f"{dialect} {file}: src/store/{dialect} uses no 'sql::{name}' (Q2)"
                seen.add(name)


def time_is_a_parameter_of_sql(tree):
    clock = re.compile(r"\bnow\s*\(\s*\)|\bcurrent_(timestamp|time|date)\b|'now'", re.IGNORECASE)
    for path, text in tree.match("*.sql"):
        statements = re.sub(r"--[^\n]*", "", text)
        for match in clock.finditer(statements):
            yield f"{path}:{line_of(statements, match.start())}: '{match[0]}': time is @now (Q5)"


# --- documents -----------------------------------------------------------------------------------


def documents_have_a_title(tree):
    for path, text in tree.match("*.md"):
        if not text.startswith("# "):
            yield f"{path}: the first line is a title, '# …'"


def changelog_fragments_have_their_form(tree):
    title = re.compile(r"# (added|changed|fixed|removed): [^\n]{8,90}[^\n.]\n(\n.*)?", re.DOTALL)
    for path, text in tree.match("changes/*.md"):
        if path != "changes/README.md" and not title.fullmatch(text):
            yield f"{path}: the form stands in changes/README.md"


CHECKS = (
    lines_are_short,
    functions_are_short,
    files_are_short,
    no_large_files,
    layers_link_downward,
    includes_follow_the_links,
    public_headers_need_the_standard_library_only,
    layers_have_a_readme,
    no_banned_words,
    nothing_left_to_do_now,
    no_python_test_is_skipped,
    licence_stands_first,
    capturing_lambdas_are_no_coroutines,
    awaits_stand_alone,
    tests_have_a_namespace_of_their_own,
    use_cases_exist_in_both_dialects,
    migrations_are_numbered,
    statements_are_used,
    time_is_a_parameter_of_sql,
    documents_have_a_title,
    changelog_fragments_have_their_form,
    rules_have_tests,
)
