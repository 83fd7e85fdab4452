# SPDX-License-Identifier: Apache-2.0
"""Large objects that take no memory."""

import random

PIECE = 1 << 20
_NOISE = random.Random(1).randbytes(PIECE)


class MadeUp:
    """The bytes of a large object: whoever asks for a piece has it made. No two mebibytes are
    alike, and nothing repeats within one."""

    def __init__(self, size):
        self._size = size

    def __len__(self):
        return self._size

    def __getitem__(self, places):
        begin, end, _ = places.indices(self._size)
        pieces = []
        for number in range(begin // PIECE, -(-end // PIECE)):
            piece = b"%016d" % number + _NOISE[16:]
            pieces.append(piece[max(begin - number * PIECE, 0) : end - number * PIECE])
        return b"".join(pieces)

    def pieces(self):
        """All of it, one after the other."""
        return (self[at : at + PIECE] for at in range(0, self._size, PIECE))


class Gone:
    """What is left of bytes that were counted and dropped."""

    def __init__(self, size):
        self._size = size

    def __len__(self):
        return self._size
