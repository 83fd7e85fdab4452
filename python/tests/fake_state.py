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


def remembered(function):
    """Records the call; raises what a test asked for."""

    @functools.wraps(function)
    def call(*arguments):
        said = [item for item in arguments if not hasattr(item, "engine_of_tests")]
        state.told.append((function.__name__, said))
        if function.__name__ in state.refusals:
            raise state.refusals.pop(function.__name__)
        return function(*arguments)

    return call
