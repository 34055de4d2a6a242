"""A walk through the whole host table, a few hosts in a call, while the table goes on changing."""

from pyiccp._bridge.host import Entry

SHELF_BITS = 6
SHELVES = 1 << SHELF_BITS
"""Parts of a VLAN, by the last bits of the address: a dictionary that grows moves all that is in it, and a call must
not wait for that of a million hosts in one VLAN."""
SHELF_MASK = SHELVES - 1

Shelves = dict[int, dict[bytes, Entry]]


def shelf_of(vid: int, address: bytes) -> int:
    """Where an address of a VLAN is kept; ascending with the VLAN."""
    return vid << SHELF_BITS | address[5] & SHELF_MASK


def vid_of(shelf: int) -> int:
    """The VLAN of a shelf."""
    return shelf >> SHELF_BITS


class Walk:
    """VLAN by VLAN, shelf by shelf, address by address. What is listed ahead is bounded: the VLANs, the shelves of one
    of them, the addresses of one shelf."""

    def __init__(self) -> None:
        self.vlans: list[int] = []
        """Still to be walked, last first, like the other two."""
        self.shelves: list[int] = []
        self.addresses: list[bytes] = []
        """Of the shelf being walked; whoever walks takes them away from the end."""
        self.shelf = 0

    @property
    def over(self) -> bool:
        """Nothing is left."""
        return not (self.addresses or self.shelves or self.vlans)

    def begin(self, vlans: dict[int, None]) -> None:
        """Walk all of *vlans*."""
        self.vlans, self.shelves, self.addresses = sorted(vlans, reverse=True), [], []

    def go_on(self, tables: Shelves) -> None:
        """A step towards the next addresses: list the shelves of a VLAN, or what is on one."""
        if self.shelves:
            self.shelf = self.shelves.pop()
            self.addresses = list(reversed(tables.get(self.shelf, {})))
        elif self.vlans:
            first = self.vlans.pop() << SHELF_BITS
            self.shelves = [shelf for shelf in range(first + SHELF_MASK, first - 1, -1) if shelf in tables]

    def fingerprint(self) -> tuple[object, ...]:
        """What is left."""
        here = (self.shelf, tuple(self.addresses)) if self.addresses else ()
        return here, tuple(self.shelves), tuple(self.vlans)
