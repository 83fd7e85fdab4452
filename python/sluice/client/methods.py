# SPDX-License-Identifier: Apache-2.0
"""A function that builds a call becomes a method with the same parameters and words."""

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def like(build: Callable[..., Any], *, replaces_first: bool = False) -> Callable[[F], F]:
    """Decorates a method that sends what `build` builds. `self` stands before the parameters, or
    in place of the first one."""

    def decorate(method: F) -> F:
        functools.update_wrapper(method, build)
        del method.__dict__["__wrapped__"]  # it would be asked for the signature instead
        signature = inspect.signature(build)
        parameters = list(signature.parameters.values())[1 if replaces_first else 0:]
        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        [result] = typing.get_args(signature.return_annotation) or [Any]
        setattr(
            method, "__signature__",
            signature.replace(parameters=[own, *parameters], return_annotation=result),
        )
        return method

    return decorate
