# SPDX-License-Identifier: Apache-2.0
"""What the fake of the extension remembers."""

import functools


class Error(Exception):
    def __init__(self, kind, text, problems=()):
        super().__init__(text)
        self.kind = kind
        self.problems = tuple(problems) or (text,)


class TaskStopped(BaseException):
    pass


class State:
    def __init__(self):
        self.told = []
        self.refusals = {}
        self.workflows = {}
        self.triggers = {}
        self.runs = {}
        self.write_log = None


state = State()


def crosses(value):
    """Whether the binding lets it through: text that UTF-8 can spell, numbers of 64 bits, …"""
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or isinstance(value, (list, tuple)) or callable(value)


def remembered(function):
    """Records the call; raises what a test asked for."""

    @functools.wraps(function)
    def call(*arguments):
        said = [item for item in arguments if not hasattr(item, "engine_of_tests")]
        if not all(map(crosses, said)):
            raise TypeError(f"{function.__name__}(): incompatible function arguments")
        state.told.append((function.__name__, said))
        if function.__name__ in state.refusals:
            raise state.refusals.pop(function.__name__)
        return function(*arguments)

    return call
