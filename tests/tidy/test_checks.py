# SPDX-License-Identifier: Apache-2.0
"""The checks themselves: each lets a good sample pass and finds the fault of a broken one."""

import json

import pytest

import checks
import contract
import headers
import stats
from tree import ROOT, Tree, code_of, functions_of

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"
LINKS = {
    "src/base/CMakeLists.txt": "sluice_layer(base\n    SOURCES a.cc)\n",
    "src/model/CMakeLists.txt": "sluice_layer(model SOURCES a.cc LAYERS base)\n",
    "src/store/CMakeLists.txt": "sluice_layer(store\n    SOURCES a.cc\n    LAYERS model PCH base)",
}


def function(lines):
    return "int f()\n{\n" + "    g();\n" * (lines - 3) + "}\n"


def body(statement):
    return {"src/net/a.cc": "Async<void> f()\n{\n    " + statement + "\n}\n"}


def query(dialect, text="-- name: claim\nSELECT 1;", file="claim.sql"):
    return {f"src/store/sql/{dialect}/queries/{file}": text}


def migration(dialect, file):
    return {f"src/store/sql/{dialect}/migrations/{file}": "CREATE TABLE t (a int);"}


TESTS = {
    "src/api/a_test.cc": "TEST(Api, one)\n{\n}\nTEST_F(Api, five)\n{}\n"
                         "TYPED_TEST(Typed, two)\n{}\n"
                         "// TEST(Api, old)\n",
    "src/store/contract/b_test.cc": "TEST_P(\n    Store, three\n)\n{}\n",
    "tests/functional/test_c.py": "def test_four(service):\n    pass\n",
}
DEFINITIONS = """
[T1]: ../src/api/a_test.cc "Api.one"
[T2]: ../src/api/a_test.cc "Typed.two"
[T3]: ../src/store/contract/b_test.cc "Store.three"
[T4]: ../tests/functional/test_c.py "test_four"
"""
RULES = """# A page

What it is about.

## Rules

- One. [T1]
  - Two, with `[T9]`
    over two lines. [T2][T3]

| name | meaning |
|---|---|
| `a` | three [T3] |

A paragraph.
Four. [T4]

```http
GET /task
```
"""


def contract_page(rules, definitions=DEFINITIONS):
    pages = dict.fromkeys(contract.CONTRACT_PAGES, RULES + DEFINITIONS)
    return TESTS | pages | {contract.CONTRACT_PAGES[0]: rules + definitions}


BOTH = query("postgres") | query("sqlite")
USED = {f"src/store/{d}/a.cc": "run(sql::claim);" for d in checks.DIALECTS}

# check, a tree without fault, trees that it must refuse
SAMPLES = (
    (checks.lines_are_short, {"a.cc": "x" * 100}, [{"a.cc": "x" * 101}, {"dev": "é" * 101}]),
    (checks.functions_are_short,
     {"a.cc": function(70) * 2, "a.py": "def f():\n" + "    g()\n" * 69},
     [{"a.cc": function(71)}, {"a.h": "struct A {\n    A()\n" + "    {\n" + "        b();\n" * 70
                               + "    }\n};"},
      {"a.py": "def f():\n" + "    g()\n" * 70}]),
    (checks.files_are_short,
     {"a.cc": "\n" * 500, "a_test.cc": "\n" * 800},
     [{"a.cc": "\n" * 501}, {"a_test.cc": "\n" * 801}, {"dev": "\n" * 501}]),
    (checks.no_large_files, {"a.txt": "x" * 1000}, [{"a.txt": "x" * (checks.BLOB_MAX + 1)}]),
    (checks.layers_link_downward, LINKS,
     [LINKS | {"src/base/CMakeLists.txt": "sluice_layer(base LAYERS model)"},
      LINKS | {"src/net/CMakeLists.txt": "sluice_layer(net LAYERS base store)"},
      LINKS | {"src/odd/CMakeLists.txt": "sluice_layer(odd LAYERS base)"}]),
    (checks.includes_follow_the_links,
     LINKS | {"src/store/a.h": '#include "base/b.h"\n#include "store/c.h"\n#include <net/x.h>\n'},
     [LINKS | {"src/model/a.cc": '#include "store/a.h"\n'},
      LINKS | {"src/model/sub/a.cc": '#include "async/a.h"\n'},
      LINKS | {"src/model/a.cc": '#include "a.h"\n'}]),
    (checks.public_headers_need_the_standard_library_only,
     {"include/sluice/a.h": '#include "sluice/b.h"\n#include <string_view>\n',
      "src/base/a.h": "#include <boost/a.hpp>"},
     [{"include/sluice/a.h": "#include <boost/system/result.hpp>\n"},
      {"include/sluice/a.h": "#include <fmt/format.h>\n"},
      {"include/sluice/a.h": "#include <sqlite3.h>\n"},
      {"include/sluice/a.h": '#include "base/json.h"\n'}]),
    (checks.layers_have_a_readme,
     {"src/base/CMakeLists.txt": LINKS["src/base/CMakeLists.txt"], "src/base/README.md": "# b\n"},
     [{"src/base/CMakeLists.txt": LINKS["src/base/CMakeLists.txt"]},
      {"src/base/CMakeLists.txt": LINKS["src/base/CMakeLists.txt"],
       "src/base/README.md": "# b\n" * 41}]),
    (checks.no_banned_words,
     {"src/net/a.cc": '// detached\nlog("detached", \'"\', 1\'000); f(R"(use_future)");\n',
      "src/async/a.cc": "co_spawn(x);", "src/net/a_test.cc": "co_spawn(x);",
      "src/cli/a.cc": "#include <iostream>"},
     [{"src/net/a.cc": word} for word in (
         "co_spawn(x, y, detached);", "asio::co_spawn(x);", "std::regex r;", "#include <regex>",
         "#include <boost/asio.hpp>", "asio::use_future", "GTEST_" + "SKIP();",
         "TEST(A, DISABLED" + "_b)")]
     + [{"src/net/a.h": "#include <iostream>\n"}]),
    (checks.nothing_left_to_do_now, {"a.cc": "// TODO(someday): x"},
     [{"a.cc": "// TODO(" + "now): x"}, {"docs/a.md": "TODO(" + "now)"}]),
    (checks.no_python_test_is_skipped, {"tests/a.py": "# skip"},
     [{"tests/a.py": "@pytest" + ".mark.xfail"}, {"tests/a.py": "pytest" + ".skip('x')"}]),
    (checks.licence_stands_first,
     {"a.cc": LICENCE, "dev": "#!/bin/bash\n# SPDX-License-Identifier: Apache-2.0"},
     [{"a.cc": "#pragma once\n\n" + LICENCE}, {"a.py": ""}]),
    (checks.capturing_lambdas_are_no_coroutines,
     body("auto g = [this](int a) -> Async<void> { return h(a); };")
     | {"src/net/b.cc": "auto g = [](int a) -> Async<void> { co_await h(a); };"},
     [body("auto g = [this](int a) -> Async<void> { co_await h(a); };"),
      body("auto g = [&]() -> asio::awaitable<int>\n{ if (a) { b(); } co_return 1; };"),
      body("auto g = [x] -> Async<int> { co_return 1; };")]),
    (checks.awaits_stand_alone,
     body("Request request{.a = 1};\nResult<int> r = co_await f(std::move(request));\n"
          "if (r) {\n co_await g();\n }\n co_await park([this, &r] { push(r); });\n"
          "co_await wait(asio::as_tuple(t)); bool b = c ? 1 : 2; co_return b && r;\n"
          "if (a && (b || c))\n co_await f(); for (int i = 0; i < n; ++i)\n co_await f(i);"),
     [body(statement) for statement in (
         "g(co_await f(), co_await f());", "if (co_await f()) { }", "while (!co_await f()) g();",
         "for (int x : co_await f()) g();", "auto x = a ? co_await f() : 1;",
         "auto x = co_await f(a ? 1 : 2);", "bool b = a && co_await f();",
         "co_await f(Request{.a = 1});", "co_await f([x] { return x; });",
         "Pair p{co_await f(), 2};", "co_return Pair{1, co_await f()};")]),
    (checks.tests_have_a_namespace_of_their_own,
     {"src/net/url_test.cc": "namespace sluice::url_test {\n", "src/net/url.cc": "",
      "src/net/b_test.cc": "namespace sluice {\nnamespace testing::b_test {\n"},
     [{"src/net/url_test.cc": text} for text in (
         "", "namespace sluice {\n", "namespace sluice::other_test {\n",
         "// namespace sluice::url_test {\n", "namespace sluice::my_url_test {\n")]),
    (checks.use_cases_exist_in_both_dialects,
     BOTH | migration("postgres", "0001_a.sql") | migration("sqlite", "0001_a.sql"),
     [query("postgres"), query("sqlite"), migration("sqlite", "0001_a.sql")]),
    (checks.migrations_are_numbered,
     migration("sqlite", "0001_tables.sql") | migration("sqlite", "0002_more.sql"),
     [migration("sqlite", "0002_more.sql"), migration("sqlite", "1_tables.sql"),
      migration("sqlite", "0001_a.sql") | migration("sqlite", "0001_b.sql")]),
    (checks.statements_are_used, BOTH | USED,
     [BOTH | {"src/store/postgres/a.cc": "run(sql::claim);"},
      BOTH | USED | query("sqlite", "SELECT 1;", "b.sql"),
      BOTH | USED | query("sqlite", file="b.sql"),
      BOTH | {path: "// sql::claim" for path in USED}]),
    (checks.time_is_a_parameter_of_sql, query("sqlite", "-- now()\nSELECT @now, snow(), 'nowhere'"),
     [query("sqlite", text) for text in (
         "SELECT now()", "SELECT Current_Timestamp", "SELECT datetime('now')")]),
    (checks.documents_have_a_title, {"a.md": "# A title\n"}, [{"a.md": "Text\n"}, {"a.md": ""}]),
    (checks.changelog_fragments_have_their_form,
     {"changes/a.md": "# added: jobs over folders\n", "changes/README.md": "# changes\n",
      "changes/b.md": "# fixed: a long run ends\n\nBecause.\n"},
     [{"changes/a.md": text} for text in (
         "# jobs over folders\n", "# new: jobs over folders\n", "# added: x\n",
         "# added: jobs over folders.\n", "# added: jobs over folders\nno blank line\n")]),
    (checks.rules_have_tests, contract_page(RULES),
     [contract_page(RULES.replace(*change)) for change in (
         ("[T1]", "[T1]\n- None."), ("  - Two", "  - None.\n  - Two"), ("[T2][T3]", "`[T2]`"),
         ("three [T3]", "three"), ("A paragraph.", "None.\n\nA paragraph."),
         ("```http", "None.\n\n```http"), ("[T4]", "[T4] [T5]"), ("[T1]", "[none]"),
         ("[T1]", "[T2]"))]
     + [contract_page(RULES, DEFINITIONS.replace(*change)) for change in (
         ("Api.one", "Api.old"), ("Api.one", "Api.none"), ("a_test.cc \"Api", "z_test.cc \"Api"),
         ("test_four", "test_five"), ("[T4]: ", "[T4] "), ("\"Api.one\"", "Api.one"),
         ("Typed.two", "Api.one"), ("[T2]", "[T1]"))]
     + [contract_page(RULES, DEFINITIONS + '[T5]: ../src/api/a_test.cc "Api.five"\n')]
     + [TESTS]),
)


@pytest.mark.parametrize("check, good", [(check, good) for check, good, _ in SAMPLES])
def test_good_sample_passes(check, good):
    assert list(check(Tree(good))) == []


@pytest.mark.parametrize(
    "check, broken", [(check, sample) for check, _, broken in SAMPLES for sample in broken]
)
def test_broken_sample_is_found(check, broken):
    assert list(check(Tree(broken)))


def test_every_check_has_samples():
    assert {check for check, _, _ in SAMPLES} == set(checks.CHECKS)


def test_functions_are_measured_from_signature_to_brace():
    text = (
        "// int comment()\n"
        "template <class T>\n"
        "int a(\n    T x\n)\n{\n    {\n        b();\n    }\n    if (x) {\n    }\n}\n"
        "\n"
        "struct S {\n"
        "    S() : x_(1)\n    {}\n"
        "    int one() const { return 1; }\n"
        "    int declared();\n"
        "};\n"
        "\n"
        "TEST(A, says_a_rule)\n{\n    const char* s = R\"(\n{\n)\";\n}\n"
    )
    assert list(functions_of(text)) == [
        ("a", 2, 11), ("S", 15, 2), ("one", 17, 1), ("TEST(A, says_a_rule)", 21, 6),
    ]


def test_code_has_no_comments_and_no_strings():
    text = 'a /* x\ny */ b "c // d" e // f\n#include "net/a.h"\n1\'000 \'"\' g'
    assert code_of(text) == 'a \n b "" e \n#include "net/a.h"\n1\'000 "" g'


def test_header_that_does_not_compile_alone_is_found():
    flags = ["g++", "-std=c++20", f"-I{ROOT}/src", "-fsyntax-only", "-x", "c++", "-"]
    assert headers.compile_alone("vector", [f.replace('"', "") for f in flags]) is None
    assert "no/such/header.h" in headers.compile_alone("no/such/header.h", flags)


def test_headers_of_tests_are_compiled_as_tests_are(tmp_path):
    for path in ("src/a/testing.h", "src/a/a_fixture.h", "src/a/testing/b.h"):
        assert headers.is_for_tests(path), path
    assert not headers.is_for_tests("src/a/a.h")
    commands = [f"c++ -D{target} -o src/a/CMakeFiles/{target}.dir/Unity/u.o -c u.cxx"
                for target in ("sluice_a", "sluice_a_test")]
    (tmp_path / "compile_commands.json").write_text(
        json.dumps([{"command": command} for command in commands])
    )
    flags = headers.flags_by_layer(tmp_path)
    assert flags[("a", False)][:2] == ["c++", "-Dsluice_a"]
    assert flags[("a", True)][:2] == ["c++", "-Dsluice_a_test"]


def test_header_is_compiled_again_when_something_below_it_changes():
    before = Tree({"src/a/a.h": '#include "a/b.h"\n', "src/a/b.h": "int b;\n"})
    after = Tree({"src/a/a.h": '#include "a/b.h"\n', "src/a/b.h": "long b;\n"})
    prints = [
        headers.fingerprint(tree, "src/a/a.h", flags)
        for tree, flags in ((before, []), (after, []), (before, ["-O1"]))
    ]
    assert len(set(prints)) == 3


def test_header_gets_nothing_precompiled_that_it_does_not_include():
    tree = Tree({
        "src/base/json.h": '#include <vector>\n', "src/a/a.h": '#include "a/b.h"\n',
        "src/a/b.h": '#include "base/json.h"\n', "src/a/c.h": "std::vector<int> c;\n",
    })
    assert headers.heavy_below(tree, "src/a/a.h") == ["src/base/json.h"]
    assert headers.heavy_below(tree, "src/base/json.h") == []
    assert headers.heavy_below(tree, "src/a/c.h") == []
    assert headers.precompiled(tree, [], [], None) == []


def test_precompiled_header_and_outputs_do_not_reach_the_compiler():
    command = "/usr/bin/ccache /usr/bin/c++ -Wall -fsanitize=address -include p.hxx -o a.o -c a.cc"
    assert headers.alone_flags(command.split()) == [
        "/usr/bin/c++", "-Wall", "-fsyntax-only", "-x", "c++", "-",
    ]


def test_stats_print_the_longest_function(capsys):
    stats.main()
    assert "longest" in capsys.readouterr().out
