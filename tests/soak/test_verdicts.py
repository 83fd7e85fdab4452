# SPDX-License-Identifier: Apache-2.0
"""The verdicts about long runs: what grows is found, what is noise is not."""

import pytest

from verdicts import QUEUES, REQUESTS, tenths, verdicts


def samples(**slopes):
    """Forty, all at 100, but for what grows by so much with each."""
    names = ["rss_mib", *QUEUES, *(f"{request}_p99_ms" for request in REQUESTS)]
    return [
        {"seconds": 10 * i, "lives_per_s": 100}
        | {name: 100 + slopes.get(name, 0) * i for name in names}
        for i in range(40)
    ]


def broken(rows, rate=100):
    return [text.split(":")[0] for text, good in verdicts(rows, rate) if not good]


def test_what_is_flat_passes():
    assert broken(samples()) == []


@pytest.mark.parametrize("name", ["rss_mib", "outbox_pending", "tasks_live", "patch_p99_ms"])
def test_what_grows_is_found(name):
    assert broken(samples(**{name: 20})) == [name]


def test_a_little_growth_of_memory_passes():
    assert broken(samples(rss_mib=0.5)) == []


def test_a_rate_that_was_not_held_is_found():
    assert broken(samples(), rate=200) == ["lives_per_s"]


def test_what_was_not_measured_is_told():
    rows = samples()
    for row in rows:
        del row["start_p99_ms"]
    assert broken(rows) == ["start_p99_ms"]


def test_the_table_has_a_line_for_each_tenth():
    assert len(list(tenths(samples()))) == 12
