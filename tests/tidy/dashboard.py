# SPDX-License-Identifier: Apache-2.0
"""Which metrics the program declares, and which of them the queries of a dashboard name."""

import dataclasses
import re

DECLARATION = re.compile(
    r"""metrics\.(?P<kind>counter|gauge|histogram|computed_gauge)s?\(\s*
        \{\s*"(?P<name>[a-z_0-9:]+)",\s*     # the title: its name,
        (?:"[^"]*"\s*)+                      # what it means,
        (?:,\s*\{(?P<labels>.*?)\}\s*)?\}    # and its labels, if there are any
    """,
    re.VERBOSE | re.DOTALL,
)
HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")

# What every series has when it is scraped, and every bucket of a histogram.
USUAL_LABELS = {"instance", "job", "le"}
KEYWORDS = set("by without and or unless on ignoring group_left group_right bool offset".split())


@dataclasses.dataclass(frozen=True)
class Metric:
    name: str
    kind: str
    labels: frozenset

    def series(self):
        if self.kind == "histogram":
            return [self.name + suffix for suffix in HISTOGRAM_SUFFIXES]
        return [self.name]


def declared_metrics(tree):
    """name of a series → the metric that it belongs to."""
    found = {}
    for path, text in tree.match("src/*_metrics.cc"):
        declarations = list(DECLARATION.finditer(text))
        count = len(re.findall(r"\bmetrics\.\w+\(", text))
        assert len(declarations) == count, f"{path}: a declaration has a form that is not known"
        for match in declarations:
            labels = frozenset(re.findall(r'"(\w+)"', match["labels"] or ""))
            metric = Metric(match["name"], match["kind"], labels)
            found |= {series: metric for series in metric.series()}
    return found


def queries_of(dashboard):
    """Every PromQL expression in it, wherever it stands."""
    if isinstance(dashboard, dict) and dashboard.get("type") != "datasource":
        for key, value in dashboard.items():
            if key in ("expr", "query", "definition") and isinstance(value, str):
                yield value
            else:
                yield from queries_of(value)
    elif isinstance(dashboard, list):
        for value in dashboard:
            yield from queries_of(value)


LABEL_VALUES = re.compile(r"label_values\((?P<series>.*),\s*(?P<label>\w+)\)")


def problems_of_query(query, declared):
    """One line for each series and label in it that does not exist."""
    text = re.sub(r'"[^"]*"', '""', query)
    labels = set()
    if variable := LABEL_VALUES.fullmatch(text):
        text = variable["series"]
        labels.add(variable["label"])
    for matchers in re.findall(r"\{([^}]*)\}", text):
        labels |= set(re.findall(r"(\w+)\s*[=!]", matchers))
    for names in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", text):
        labels |= set(re.findall(r"\w+", names))
    text = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|without|on|ignoring)\s*\([^)]*\)", " ", text)
    names = set(re.findall(r"(?<![\w.$])[a-zA-Z_:][\w:]*(?!\w*\s*\()", text)) - KEYWORDS
    known = {name for name in names if name in declared}
    yield from (f"'{name}' is no metric: {query}" for name in sorted(names - known))
    allowed = USUAL_LABELS.union(*(declared[name].labels for name in known))
    yield from (f"'{label}' is no label there: {query}" for label in sorted(labels - allowed))
    if not names:
        yield f"no metric in: {query}"
