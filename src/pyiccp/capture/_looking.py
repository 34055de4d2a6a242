"""The look at many records at once: which of them may hold control frames, told by octets behind the addresses.

A gather of single octets keeps dozens of cache misses under way; one of unaligned numbers keeps few. So most records
are judged by one octet, and both octets of an EtherType are read only where the first one leaves it open.
"""

from typing import TYPE_CHECKING, Any

from pyiccp.capture._control import FIRST_OCTETS, PERHAPS, SWAPPED_HINTS, TAGGED
from pyiccp.capture._pcap import RECORD
from pyiccp.capture._walk import Buffer
from pyiccp.wire._ethernet import SERVICE_TAG, TAGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TYPE = RECORD + 12
"""From the record to the octets after the addresses."""
_MOST = 4
"""Tags looked behind here; frames with more are looked at one by one."""
_ONLY_TAGS = sorted({kind >> 8 for kind in TAGS} - {SERVICE_TAG >> 8})
"""First octets that no other type worth a look has: what is behind such a tag says enough."""


class Look:
    """At the records of *buffer*."""

    def __init__(self, buffer: Buffer) -> None:
        import numpy as np

        self._np = np
        end = len(buffer)
        self._types = [
            (np.frombuffer(buffer, "u1", offset=at), np.ndarray((end - at - 1,), "<u2", buffer, at, (1,)))
            for at in range(_TYPE, _TYPE + 4 * _MOST + 1, 4)
        ]
        """Behind so many tags: the first octet, and both, of what is the EtherType of a record that starts here."""
        self._hints = np.frombuffer(SWAPPED_HINTS, "u1")

    @property
    def first(self) -> "NDArray[Any]":
        """The octet to look at first, of a record that starts here."""
        return self._types[0][0]

    def perhaps(self, at: "NDArray[Any]", first: "NDArray[Any]") -> "NDArray[Any]":
        """Which of the records that start *at* these places, with these *first* octets, may hold control frames:
        indices, in no order."""
        np = self._np
        found: list[NDArray[Any]] = []
        here: NDArray[Any] | None = None
        """The records left, behind one more tag each time; None = all."""
        for octets, kinds in self._types:
            if here is not None:
                first = octets.take(at.take(here), mode="clip")
            some = first <= FIRST_OCTETS[0]
            for octet in FIRST_OCTETS[1:]:
                some |= first == octet
            some = np.flatnonzero(some)
            first = first.take(some)
            here = some if here is None else here.take(some)
            tagged = first == _ONLY_TAGS[0]
            for octet in _ONLY_TAGS[1:]:
                tagged |= first == octet
            open_ = here[~tagged]
            hints = self._hints[kinds[np.minimum(at.take(open_), len(kinds) - 1)]]
            found.append(open_[hints == PERHAPS])
            here = np.concatenate([here[tagged], open_[hints == TAGGED]])
            if not here.size:
                break
        whole: NDArray[Any] = np.concatenate([*found, here])
        return whole
