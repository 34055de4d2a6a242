"""What the host table stores, and how what befalls many hosts gets to each of them (see `orders`)."""

from pyiccp._bridge.ageing import Ageing
from pyiccp._bridge.host import AGED, GONE, ORPHAN, SEEN, STATIC, Crowd, Entry, Host
from pyiccp._bridge.orders import FlushPlace, ForgetPort, Order, Sweep
from pyiccp._bridge.walk import SHELF_BITS, SHELF_MASK, Shelves, shelf_of, vid_of
from pyiccp._sansio import Instant
from pyiccp.wire._mac import Mac

NEVER = -1
"""What is `done` on a crowd that is gone: it is never up to date, so `get` meets it."""
SLICE = 256
"""Hosts that a sweep looks at in one call."""
EFFORT = 2
"""Orders that it carries out in one call, times that."""


class Entries:
    """Hosts by VLAN and address. `find` and `get` give them up to date; what an order does to one is `carry_out`."""

    def __init__(self, ageing_time: Instant) -> None:
        self.tables: Shelves = {}
        """Shelf -> address -> entry; read it through `get`, which carries out the orders that are left."""
        self.vlans: dict[int, None] = {}
        """Those that ever had a host."""
        self.crowds: dict[tuple[int, int, int, int], Crowd] = {}
        """(VLAN, place, sequence, flags) -> the crowd that hosts told of in this session can join."""
        self.ageing = Ageing(ageing_time)
        self.sweep = Sweep()
        self.slice = SLICE
        self.learned = 0
        """Entries that count against the limit: whoever saw them, not the static ones."""
        self.peers_static = 0
        self.changed = False
        """A verdict may have become wrong; whoever caches verdicts clears this."""

    # --- looking

    def find(self, vid: int, address: bytes) -> Entry | None:
        """Where frames for *address* go; None = unknown. An aged entry of an orphan port is memory only."""
        table = self.tables.get(vid << SHELF_BITS | address[5] & SHELF_MASK)
        entry = None if table is None else table.get(address)
        if entry is None:
            return None
        if entry.done != self.sweep.issued:
            entry = self._update(entry, vid, address)
            if entry is None:
                return None
        return None if entry.flags & AGED and entry.place == ORPHAN else entry

    def get(self, vid: int, address: bytes) -> Entry | None:
        """The entry of *address*, memory included."""
        table = self.tables.get(vid << SHELF_BITS | address[5] & SHELF_MASK)
        entry = None if table is None else table.get(address)
        if entry is None or entry.done == self.sweep.issued:
            return entry
        return self._update(entry, vid, address)

    def logical(self) -> list[tuple[int, bytes, Entry]]:
        """(VLAN, address, entry) of every entry, memory included, by VLAN and address. Carries nothing out: an entry
        that an order takes is left out."""
        left = self.sweep.left
        return [
            (vid, address, entry)
            for vid, address, entry in self.ordered()
            if not entry.flags & GONE and not any(order.takes(entry) for order in left(entry))
        ]

    def ordered(self) -> list[tuple[int, bytes, Entry]]:
        """Whatever is stored, by VLAN and address."""
        stored = [
            (vid_of(shelf), address, entry) for shelf, table in self.tables.items() for address, entry in table.items()
        ]
        return sorted(stored, key=lambda item: item[:2])

    # --- entries come and go

    def add(self, host: Host) -> None:
        """Put a new entry in."""
        self._shelf(host.vid, host.address)[host.address] = host
        self._count(host, 1)
        self.changed = True

    def take_out(self, host: Host) -> None:
        """Take an entry out."""
        del self._shelf(host.vid, host.address)[host.address]
        self._count(host, -1)
        self.ageing.unfile(host)
        host.flags |= GONE
        self.changed = True

    def single(self, vid: int, address: bytes, entry: Entry) -> Host:
        """The entry of *address* as one of its own, out of the crowd if it is in one."""
        if isinstance(entry, Host):
            return entry
        assert isinstance(entry, Crowd)
        host = Host(
            *(vid, entry.port, entry.place, entry.sequence, entry.flags, entry.known, entry.done, entry.seen),
            address=Mac(address),
        )
        self._shelf(vid, address)[address] = host
        entry.count -= 1
        if not entry.count:
            self._retire(entry)
        if host.flags & SEEN:
            self.ageing.file(host)
        return host

    def add_crowd(self, addresses: tuple[bytes, ...], crowd: Crowd) -> None:
        """Put hosts in that are not there yet, all with one entry."""
        fresh: dict[bytes, Entry] = dict.fromkeys(addresses, crowd)
        tables, base = self.tables, crowd.vid << SHELF_BITS
        for address in fresh:
            shelf = base | address[5] & SHELF_MASK
            if shelf in tables:
                tables[shelf][address] = crowd
            else:
                self._shelf(crowd.vid, address)[address] = crowd
        crowd.count += len(fresh)
        self.learned += len(fresh)
        self.changed = True

    def crowd(self, vid: int, port: str, place: int, sequence: int, flags: int, session: int) -> Crowd:
        """The entry of hosts that the peer tells of in these words."""
        key = (vid, place, sequence, flags)
        crowd = self.crowds.get(key)
        if crowd is None or crowd.done != self.sweep.issued:
            crowd = self.crowds[key] = Crowd(vid, port, place, sequence, flags, session, self.sweep.issued)
        return crowd

    def disband(self, crowd: Crowd) -> None:
        """Take all of *crowd* out. Its addresses are taken out of the dictionary when somebody comes across them."""
        self.learned -= crowd.count
        self._retire(crowd)
        self.changed = True

    def _retire(self, crowd: Crowd) -> None:
        self.ageing.unfile(crowd)
        crowd.flags |= GONE
        crowd.done = NEVER

    def _count(self, host: Host, change: int) -> None:
        if not host.flags & STATIC:
            self.learned += change
        elif not host.ours:
            self.peers_static += change

    # --- orders

    def order(self, order: Order) -> None:
        """*order* is in effect from now on."""
        idle = not self.sweep.orders
        self.sweep.issue(order)
        self.changed = True
        if idle:
            # A small table is done with at once. Of a large one no more in this call: each of fifty ports may have an
            # order of its own, all in one event.
            self.sweep_slice()

    def carry_out(self, order: Order, entry: Entry) -> None:
        """Do to *entry* what *order* says."""
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        """There is a rest of something to be carried out: `tidy` does."""
        return bool(self.sweep.orders) or self.ageing.tidying

    def tidy(self) -> None:
        """Carry out a slice of what is left."""
        if self.sweep.orders:
            self.sweep_slice()
        elif self.ageing.tidying:
            self.ageing.tidy(self.slice)

    def sweep_slice(self) -> None:
        """Carry out what is left of the orders, on a few hosts; on fewer the more orders there are."""
        effort = EFFORT * self.slice
        for shelf, address in self.sweep.walk(self.tables, self.vlans, self.slice):
            entry = self.tables[shelf].get(address)
            if entry is None or entry.done == self.sweep.issued:
                continue
            if not entry.flags & GONE:
                effort -= self.sweep.issued - entry.done
            self._update(entry, vid_of(shelf), address)
            if effort <= 0:
                break

    def _update(self, entry: Entry, vid: int, address: bytes) -> Entry | None:
        """Carry out on *entry* the orders that are left; None when it is gone."""
        for order in () if entry.flags & GONE else self.sweep.left(entry):
            if isinstance(entry, Crowd) and isinstance(order, FlushPlace | ForgetPort) and order.takes(entry):
                entry = self.single(vid, address, entry)
            entry.done += 1
            self.carry_out(order, entry)
            if entry.flags & GONE:
                break
        if not entry.flags & GONE:
            return entry
        # A crowd that has gone leaves its hosts behind, to be taken out one by one.
        self._shelf(vid, address).pop(address, None)
        return None

    def _shelf(self, vid: int, address: bytes) -> dict[bytes, Entry]:
        shelf = shelf_of(vid, address)
        table = self.tables.get(shelf)
        if table is None:
            table = self.tables[shelf] = {}
            self.vlans[vid] = None
        return table
