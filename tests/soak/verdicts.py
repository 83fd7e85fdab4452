# SPDX-License-Identifier: Apache-2.0
"""What the samples of a long run say: a table of its tenths, and whether anything grew.

A sample is a dictionary of numbers: "seconds", "lives_per_s", "rss_mib", "cpu_percent", "files",
"threads", "database_mib", the queues below, and "<request>_p50_ms" and "<request>_p99_ms".
The second quarter is what the last is compared with: in the first, caches fill.
"""

import statistics

QUEUES = ("outbox_pending", "tasks_live", "store_queue_depth")
REQUESTS = ("post", "start", "put", "patch", "list")
COLUMNS = ("lives_per_s", "rss_mib", "cpu_percent", "files", "threads", "database_mib", *QUEUES,
           *(f"{request}_p99_ms" for request in REQUESTS))
SAMPLES_MIN = 8  # two in each quarter


def parts(samples, count):
    """The samples of each of `count` equal spans of time."""
    begin, end = samples[0]["seconds"], samples[-1]["seconds"]
    found = [[] for _ in range(count)]
    for sample in samples:
        share = (sample["seconds"] - begin) / max(end - begin, 1e-9)
        found[min(count - 1, int(share * count))].append(sample)
    return found


def median(samples, name):
    values = [sample[name] for sample in samples if name in sample]
    return statistics.median(values) if values else None


def tenths(samples):
    """Lines of a table: medians of each tenth."""
    yield "tenth " + " ".join(f"{name.removesuffix('_p99_ms')[:12]:>12}" for name in COLUMNS)
    for number, part in enumerate(parts(samples, 10), 1):
        values = (median(part, name) for name in COLUMNS)
        yield f"{number:5} " + " ".join(
            f"{'-':>12}" if value is None else f"{value:12.1f}" for value in values)
    yield "(the last columns: p99 of each request, and of a POST to its start, in ms)"


def limits(rate):
    """(name, factor, margin): the last quarter is at most factor × the second + margin."""
    yield "rss_mib", 1.1, 10
    for queue in QUEUES:
        yield queue, 1.5, 100 + rate / 10
    for request in REQUESTS:
        yield f"{request}_p99_ms", 1.5, 5


def verdicts(samples, rate):
    """(what was compared, is it good), for each limit."""
    if len(samples) < SAMPLES_MIN:
        yield f"{len(samples)} samples are too few to compare quarters: {SAMPLES_MIN} are", True
        return
    quarters = parts(samples, 4)
    for name, factor, margin in limits(rate):
        second, last = median(quarters[1], name), median(quarters[3], name)
        if second is None or last is None:
            yield f"{name}: nothing was measured", False
            continue
        allowed = factor * second + margin
        yield (f"{name}: {last:.1f} after {second:.1f}, at most {allowed:.1f} is allowed",
               last <= allowed)
    lives = median(quarters[3], "lives_per_s")
    yield f"lives_per_s: {lives:.0f} of {rate:.0f}, at least 95 % is demanded", lives >= rate * 0.95
