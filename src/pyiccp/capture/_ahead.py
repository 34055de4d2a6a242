"""A second thread ahead of the lanes: it touches the pages that they are about to walk over.

Every page of a mapped file costs a page fault, and all of them are a third of what a file in the page cache costs. A
gather of one octet from each of a thousand pages spends that time outside the interpreter lock: on a second core it
costs the walk nothing. (Walking half of the lanes there was measured too: the lock changes hands at every step, and
that costs more than it gives.)
"""

import threading
from mmap import mmap
from typing import Self

from pyiccp.capture._walk import Buffer

_AROUND = 1 << 16
"""Octets that one fault brings in: Linux maps what the page cache has around it."""


class Ahead:
    """While it is entered, a mapped *buffer* is touched in the order of so many lanes."""

    def __init__(self, buffer: Buffer, lanes: int) -> None:
        self._buffer = buffer
        self._lanes = lanes
        self._over = False
        self._thread = threading.Thread(target=self._touch, name="pyiccp-scan-ahead")

    def __enter__(self) -> Self:
        if isinstance(self._buffer, mmap):
            self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over = True
        if self._thread.ident is not None:
            self._thread.join()

    def _touch(self) -> None:
        import numpy as np

        octets = np.frombuffer(self._buffer, "u1")
        starts = np.arange(self._lanes) * len(octets) // self._lanes
        for offset in range(0, len(octets) // self._lanes + _AROUND, _AROUND):
            if self._over:
                break
            octets.take(starts + offset, mode="clip")
