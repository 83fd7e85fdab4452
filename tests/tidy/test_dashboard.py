# SPDX-License-Identifier: Apache-2.0
"""The dashboards of deploy/ show metrics that exist."""

import json

import pytest

from dashboard import declared_metrics, problems_of_query, queries_of
from tree import ROOT, Tree

DASHBOARDS = sorted((ROOT / "deploy/grafana").glob("*.json"))

SOURCE = """
    : made_(metrics.counter({"made_total", "Things."})),
      ended_(metrics.counters(
          {"ended_total", "Things that "
                          "ended.", {"outcome", "kind"}}
      )),
      times_(metrics.histograms({"time_seconds", "Times.", {{"query", most}}}, times())) {
    metrics.computed_gauges({"running", "Now.", {"kind"}}, [this](auto& gauges) { show(gauges); });
"""


@pytest.fixture(scope="session")
def declared():
    return declared_metrics(Tree.read())


@pytest.fixture
def sample():
    return declared_metrics(Tree({"src/tasks/thing_metrics.cc": SOURCE}))


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_dashboard_uses_only_metrics_that_exist(path, declared):
    queries = list(queries_of(json.loads(path.read_text())))
    problems = [line for query in queries for line in problems_of_query(query, declared)]
    assert queries and not problems, "\n" + "\n".join(problems)


def test_there_is_a_dashboard():
    assert DASHBOARDS


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_panels_have_numbers_of_their_own_and_do_not_overlap(path):
    panels = json.loads(path.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_declarations_are_found_with_their_labels(sample):
    assert {name: set(metric.labels) for name, metric in sample.items()} == {
        "made_total": set(), "ended_total": {"outcome", "kind"}, "running": {"kind"},
        "time_seconds_bucket": {"query"}, "time_seconds_sum": {"query"},
        "time_seconds_count": {"query"},
    }


def test_declaration_of_another_form_is_not_passed_over():
    with pytest.raises(AssertionError):
        declared_metrics(Tree({"src/tasks/a_metrics.cc": "metrics.counter(title_of(x))"}))


@pytest.mark.parametrize("query", (
    "made_total",
    'sum by (outcome) (rate(ended_total{kind=~"$kind"}[$__rate_interval])) > 0',
    'histogram_quantile(0.95, sum by (le, query) (rate(time_seconds_bucket{job="a b{c}"}[5m])))',
    "rate(time_seconds_sum[5m]) / ignoring(query) rate(time_seconds_count[5m])",
    "label_values(running, kind)",
    "sum(increase(made_total[$__range])) or sum(running)",
))
def test_good_query_passes(query, sample):
    assert list(problems_of_query(query, sample)) == []


@pytest.mark.parametrize("query", (
    "maid_total",
    "sum(rate(made_total[5m])) / sum(rate(maid_total[5m]))",
    "time_seconds",
    "running_sum",
    'made_total{kind="a"}',
    "sum by (query) (ended_total)",
    "label_values(running, outcome)",
    "label_values(walking, kind)",
    "1 + 1",
))
def test_broken_query_is_found(query, sample):
    assert list(problems_of_query(query, sample))
