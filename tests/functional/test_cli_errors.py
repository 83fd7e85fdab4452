# SPDX-License-Identifier: Apache-2.0
"""Bad input gets the answer that docs/errors.md promises."""

import pytest

from bad_input import CASES, TITLE
from conftest import ROOT

DOCUMENT = (ROOT / "docs/errors.md").read_text()
ROWS = {}
for line in DOCUMENT.removeprefix(TITLE).splitlines():
    title, message, code = line.removeprefix("| ").removesuffix(" |").split(" | ")
    ROWS[title] = (message, int(code))


def test_document_has_a_row_for_each_case_and_no_other():
    assert DOCUMENT.startswith(TITLE)
    assert list(ROWS) == [case.title for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_message_and_exit_code_are_as_documented(case, sluice_bin, directory, environment):
    assert case.run(sluice_bin, directory, environment) == ROWS[case.title]
