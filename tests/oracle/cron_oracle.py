#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""When cron expressions are due from 1990 to 2040, by a method too slow to be wrong.

Around changes of the clocks this walks minute by minute, asks Python's zoneinfo what clocks show,
and knows how far they have come. Far from them it looks at every day of the 50 years. It shares
nothing with the product but the zone database of the system.

Each line of the output is a stretch of time with all that is due in it, in seconds since 1970:

    Europe/Berlin|30 2 * * *|1774741500|1774777500|1774746000

that is zone, expression, beginning (not included), end (included), times.
"""

import argparse
import datetime
import os
import pathlib
import random
import sys
import zoneinfo

from cron_patterns import date_of, once_a_day, some_pattern

HOUR, DAY = 3600, 86_400
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = datetime.timedelta(seconds=1)
YEARS = range(1990, 2041)
YEARS_OF_SOME = 6  # for each zone


def second_of(year):
    return (datetime.datetime(year, 1, 1) - EPOCH) // SECOND


# --- zones ---------------------------------------------------------------------------------------


def use_system_database():
    """What the product reads: $TZDIR or Debian's directory, never a package of Python's."""
    directory = pathlib.Path(os.environ.get("TZDIR") or "/usr/share/zoneinfo")
    zoneinfo.reset_tzpath(to=[str(directory)])
    return directory


def zone_names(directory, every):
    """All names, or one for each file: most others are its second names."""
    names = sorted(zoneinfo.available_timezones() - {"localtime"})
    if every:
        return names
    return sorted({(directory / name).read_bytes(): name for name in names}.values())


def offset(zone, second):
    """Of clocks from UTC."""
    seconds = datetime.datetime.fromtimestamp(second, zone).utcoffset() // SECOND
    assert seconds % 60 == 0, "offsets are full minutes since 1990"
    return seconds


def shown(zone, second):
    """What clocks show, as the number of a minute since 1970."""
    return (second + offset(zone, second)) // 60


def changes(zone, begin, end, step):
    """The first second of each new offset."""
    before = offset(zone, begin)
    for start in range(begin, end, step):
        after = offset(zone, start + step)
        if after != before:
            low, high = start, start + step
            while high - low > 60:
                middle = (low + high) // 120 * 60
                low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
            yield high
        before = after


# --- the slow method -----------------------------------------------------------------------------


def due_times(pattern, begin, clock):
    """When it is due after the minute that begins at `begin`; `clock` holds what is shown then, a
    minute later, and so on."""
    due = set()
    reached = clock[0]  # the furthest that clocks have come
    for count, minute in enumerate(clock[1:], 1):
        start = begin + 60 * count
        if not pattern.follows_clock:
            if minute <= reached:
                continue
            # What was skipped is due as soon as clocks go on.
            if any(pattern.matches(skipped) for skipped in range(reached + 1, minute)):
                due.add(start)
            reached = minute
        if pattern.matches(minute):
            due.update(start + second for second in pattern.seconds)
    return sorted(due)


def quiet_before(zone, second):
    """A minute before it with a day without changes before, so that clocks have never come further
    than they have then."""
    while len({offset(zone, second - back) for back in range(0, 30 * HOUR, HOUR // 2)}) > 1:
        second -= 6 * HOUR
    return second


def write(zone, pattern, begin, end, due):
    times = ",".join(map(str, due))
    sys.stdout.write(f"{zone.key}|{pattern.text}|{begin}|{end}|{times}\n")


def write_around(chance, zone, second, patterns):
    begin = quiet_before(zone, second - 4 * HOUR)
    clock = [shown(zone, at) for at in range(begin, second + 6 * HOUR, 60)]
    end = begin + 60 * len(clock) - 1
    for _ in range(patterns):
        pattern = some_pattern(chance, shown(zone, second))
        # From the end of the first minute on, which only says how far clocks had come.
        write(zone, pattern, begin + 59, end, due_times(pattern, begin, clock))


def write_years(chance):
    """A pattern in UTC, where nothing but days matters, through all years."""
    begin, end = second_of(YEARS[0]), second_of(YEARS[-1] + 1) - 1
    minute = chance.randrange(1440)
    pattern = once_a_day(chance, date_of(chance.randrange(begin, end) // DAY), minute)
    due = [day * DAY + minute * 60 for day in range(begin // DAY, end // DAY + 1)
           if pattern.matches_day(day)]
    write(zoneinfo.ZoneInfo("UTC"), pattern, begin - 1, end, due)


# --- the whole -----------------------------------------------------------------------------------


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true",
                        help="every zone, every year, more patterns: some minutes")
    parser.add_argument("--seed", type=int, default=20260206)
    parser.add_argument("--zone", action="append", help="only this one; may be repeated")
    return parser.parse_args()


def main():
    options = read_options()
    directory = use_system_database()
    for name in options.zone or zone_names(directory, options.full):
        # A seed for each zone: --zone repeats what the whole run did in it.
        chance = random.Random(f"{options.seed} {name}")
        zone = zoneinfo.ZoneInfo(name)
        years = YEARS if options.full else chance.sample(YEARS, YEARS_OF_SOME)
        for year in years:
            begin = second_of(year)
            for change in changes(zone, begin, second_of(year + 1), DAY):
                write_around(chance, zone, change, 8 if options.full else 2)
        if chance.random() < 0.3:
            write_around(chance, zone, begin + chance.randrange(365 * 1440) * 60, 2)
    chance = random.Random(options.seed)
    for _ in range(0 if options.zone else 400 if options.full else 12):
        write_years(chance)


if __name__ == "__main__":
    main()
