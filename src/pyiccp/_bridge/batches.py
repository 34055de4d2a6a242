"""Hosts on their way to the peer, grouped by everything but their address, within what the carrier takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyiccp._bridge.host import AGED, GONE, OURS, PRIVATE, STATIC, Entry, Host
from pyiccp.wire.iccp._fdb import HostBatch, HostKind

if TYPE_CHECKING:
    from pyiccp._bridge.announcements import Announcements

OVERHEAD = 64
"""Octets of a batch besides its addresses, generously: TLV and message headers and the fixed fields."""
BATCH = 512
"""Hosts in one batch at most; its TLV stays within an LDP message of 4,096 octets."""
Look = Callable[[bytes], Entry | None]

CHUNK = 64
"""Hosts that are taken at once, while the window is wide."""
_TOLD = GONE | STATIC | AGED | OURS
"""The flags that make a difference to the peer."""


class Batches:
    """What one call announces."""

    def __init__(self, owner: Announcements) -> None:
        self._owner = owner
        self._window = owner.window
        self._session = owner.session
        self._groups: dict[tuple[int, int, int, int], list[bytes]] = {}

    def add(self, entry: Entry, address: bytes) -> bool:
        """Take a host; False when the window is used up."""
        flags = entry.flags
        group = entry.vid, entry.place, entry.sequence, flags & _TOLD
        addresses = self._groups.get(group)
        cost = 6
        if addresses is None or len(addresses) % BATCH == 0:
            cost += OVERHEAD
        if self._window < cost:
            return False
        if addresses is None:
            addresses = self._groups[group] = []
        self._window -= cost
        addresses.append(address)
        if not flags & GONE:
            entry.known = self._session
        return True

    @property
    def roomy(self) -> bool:
        """CHUNK hosts fit, unless they make many batches."""
        return self._window >= CHUNK * 6 + OVERHEAD

    def add_chunk(
        self, vid: int, addresses: Sequence[bytes], get: Callable[[bytes], Entry | None], issued: int
    ) -> bool:
        """Take those of up to CHUNK hosts that the peer has not heard of; the same as `add` one by one, quicker. False
        when one of them needs more than that, or all do not fit: then none is taken."""
        session = self._session
        taken: list[Entry] = []
        groups: dict[tuple[int, int, int], list[bytes]] = {}
        for address, entry in zip(addresses, map(get, addresses), strict=True):
            if entry is None or entry.known == session:
                continue
            if entry.done != issued or entry.flags & PRIVATE or entry.__class__ is not Host:
                return False
            taken.append(entry)
            key = entry.place, entry.sequence, entry.flags
            group = groups.get(key)
            if group is None:
                groups[key] = [address]
            else:
                group.append(address)
        if not self._add_groups(vid, groups):
            return False
        for entry in taken:
            entry.known = session
        return True

    def _add_groups(self, vid: int, groups: dict[tuple[int, int, int], list[bytes]]) -> bool:
        """Take all of *groups*, if they fit."""
        merged: dict[tuple[int, int, int, int], list[bytes]] = {}
        for (place, sequence, flags), group in groups.items():
            merged.setdefault((vid, place, sequence, flags & _TOLD), []).extend(group)
        cost = 0
        for key, group in merged.items():
            before = len(self._groups.get(key, ()))
            cost += 6 * len(group) + OVERHEAD * (-((before + len(group)) // -BATCH) + before // -BATCH)
        if cost > self._window:
            return False
        self._window -= cost
        for key, group in merged.items():
            self._groups.setdefault(key, []).extend(group)
        return True

    def finish(self) -> list[HostBatch]:
        """The batches, in the order in which their first hosts came."""
        owner = self._owner
        owner.window = self._window
        return [
            HostBatch(
                kind=_kind(flags),
                vid=vid,
                place=place,
                sequence=sequence,
                node=owner.node if flags & OURS else 1 - owner.node,
                epoch=owner.epoch,
                addresses=b"".join(addresses[start : start + BATCH]),
            )
            for (vid, place, sequence, flags), addresses in self._groups.items()
            for start in range(0, len(addresses), BATCH)
        ]


def _kind(flags: int) -> HostKind:
    if flags & GONE:
        return HostKind.REMOVED
    if flags & STATIC:
        return HostKind.STATIC
    return HostKind.AGED if flags & AGED else HostKind.SEEN
