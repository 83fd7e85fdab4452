# SPDX-License-Identifier: Apache-2.0
"""Random cron expressions, each made together with what it means, so that nothing reads them.

A field is its text and a predicate; what it says is looked up in a calendar, day by day.
"""

import calendar
import datetime
from typing import Callable, NamedTuple

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()


class Values(NamedTuple):
    """The second, minute, hour or month field."""

    text: str
    values: frozenset


class Days(NamedTuple):
    """The day or weekday field."""

    text: str
    matches: Callable[[datetime.date], bool]


def date_of(number):
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=number)


class Pattern:
    def __init__(self, second, minute, hour, day, month, weekday):
        fields = [minute, hour, day, month, weekday]
        self.text = " ".join(field.text for field in ([second] if second else []) + fields)
        self.seconds = sorted(second.values) if second else [0]
        self._minutes = [rest % 60 in minute.values and rest // 60 in hour.values
                         for rest in range(1440)]
        self.months = month.values
        self.day = day
        self.weekday = weekday
        self.follows_clock = len(hour.values) == 24
        self._days = {}

    def matches_day(self, number):
        """Of the day so many days after 1970-01-01."""
        if number not in self._days:
            self._days[number] = self.matches_date(date_of(number))
        return self._days[number]

    def matches_date(self, date):
        either = not any(field.text[0] in "*?" for field in (self.day, self.weekday))
        of_two = any if either else all
        return date.month in self.months and of_two(
            field.matches(date) for field in (self.day, self.weekday)
        )

    def matches(self, minute):
        """Of the minute so many minutes after 1970-01-01 00:00, as clocks show it."""
        day, rest = divmod(minute, 1440)
        return self._minutes[rest] and self.matches_day(day)


# --- fields of values ----------------------------------------------------------------------------


def some_values(random, values, center, names=()):
    """Some of `values` (a range), mostly around `center`; `names` are other spellings of them."""
    first, last = values[0], values[-1]

    def near():
        return first + (center - first + random.randint(-2, 2)) % len(values)

    def spelled(value):
        return random.choice([str(value), names[value - first]] if names else [str(value)])

    low, high = sorted((near(), near()))
    step = random.randint(2, max(2, len(values) // 2))
    text, chosen = random.choice(
        [
            ("*", values),
            ("*", values),
            (f"*/{step}", values[::step]),
            (f"{spelled(low)}-{spelled(high)}", range(low, high + 1)),
            (f"{low}-{last}/{step}", range(low, last + 1, step)),
            (f"{low}/{step}", range(low, last + 1, step)),
            (f"{spelled(low)},{spelled(high)}", (low, high)),
            (f"{low},{spelled(random.choice(values))}", None),
            (spelled(near()), None),
        ]
    )
    if chosen is None:
        chosen = [names.index(word) + first if word in names else int(word)
                  for word in text.split(",")]
    return Values(text, frozenset(chosen))


# --- fields of days ------------------------------------------------------------------------------


def last_day(date):
    return calendar.monthrange(date.year, date.month)[1]


def workdays(date):
    """The days of the month from Monday to Friday."""
    days = range(1, last_day(date) + 1)
    return [day for day in days if date.replace(day=day).weekday() < 5]


def is_nearest_workday(date, wanted):
    nearest = min(workdays(date), key=lambda day: abs(day - wanted))
    return wanted <= last_day(date) and date.day == nearest


def week_number(date):
    """0 is Sunday."""
    return date.isoweekday() % 7


def some_day(random, date):
    """A field that mostly matches on `date` or near it."""
    number = min(max(date.day + random.randint(-1, 1), 1), 31)
    before = random.randint(0, 9)
    step = random.randint(2, 15)
    items = {
        f"{number}": lambda d: d.day == number,
        f"{number},L": lambda d: d.day in (number, last_day(d)),
        f"1-{number}": lambda d: d.day <= number,
        f"{number}/{step}": lambda d: d.day >= number and (d.day - number) % step == 0,
        f"*/{step}": lambda d: (d.day - 1) % step == 0,
        "L": lambda d: d.day == last_day(d),
        f"L-{before + 1}": lambda d: d.day == last_day(d) - before - 1,
        f"{number}W": lambda d: is_nearest_workday(d, number),
        "LW": lambda d: d.day == workdays(d)[-1],
        "?": lambda d: True,
    }
    text = random.choice(["*"] * 6 + list(items))
    return Days(text, items.get(text, lambda d: True))


def some_weekday(random, date):
    number = week_number(date)
    word = random.choice([str(number), WEEKDAYS[number], "7" if number == 0 else str(number)])
    nth = (date.day + 6) // 7
    items = {
        word: lambda d: week_number(d) == number,
        "MON-FRI": lambda d: week_number(d) in range(1, 6),
        "FRI-SUN": lambda d: week_number(d) in (5, 6, 0),
        "*/2": lambda d: week_number(d) % 2 == 0,
        f"{word}L": lambda d: week_number(d) == number and d.day + 7 > last_day(d),
        f"{word}#{nth}": lambda d: week_number(d) == number and (d.day + 6) // 7 == nth,
        "?": lambda d: True,
    }
    text = random.choice(["*"] * 6 + list(items))
    return Days(text, items.get(text, lambda d: True))


# --- patterns ------------------------------------------------------------------------------------


def with_some_days(random, date, seconds, minutes, hours):
    """A pattern that matches on `date`, sometimes beside it; so it matches at all."""
    match = date + datetime.timedelta(days=random.choice([-1, 0, 0, 0, 0, 1]))
    months = range(1, 13)
    while True:
        month = Values("*", frozenset(months))
        if random.random() < 0.3:
            month = some_values(random, months, date.month, MONTHS)
        pattern = Pattern(
            seconds, minutes, hours, some_day(random, date), month, some_weekday(random, date)
        )
        if pattern.matches_date(match):
            return pattern


def some_pattern(random, minute):
    """Often due around that minute, as clocks show it."""
    day, rest = divmod(minute, 1440)
    return with_some_days(
        random,
        date_of(day),
        some_values(random, range(60), 0) if random.random() < 0.2 else None,
        some_values(random, range(60), rest % 60),
        some_values(random, range(24), rest // 60),
    )


def once_a_day(random, date, minute):
    """Due at that minute of some days."""
    one = [Values(str(value), frozenset([value])) for value in (minute % 60, minute // 60)]
    return with_some_days(random, date, None, *one)
