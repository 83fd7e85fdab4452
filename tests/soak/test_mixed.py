# SPDX-License-Identifier: Apache-2.0
"""What a long run does with a line of figures that comes when the server has stopped already."""

import os
import socket

import pytest

from mixed import sample_all


class Load:
    """A program that writes one line."""

    def __init__(self, is_over):
        self._is_over = is_over

    def lines(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        yield {"server_pid": os.getpid(), "port": port}
        yield {"seconds": 10.0, "lives_per_s": 1.0, "requests": {}}

    def ends(self):
        return self._is_over


def test_the_last_line_may_come_when_the_server_has_stopped():
    assert sample_all(Load(is_over=True), database=None) == []


def test_a_server_that_stops_in_the_middle_is_an_error():
    with pytest.raises(OSError):
        sample_all(Load(is_over=False), database=None)
