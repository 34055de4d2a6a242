"""Who a node says it is: the pair's identity, the solo identity, and the numbers of its bonds (M1.3-M1.7)."""

from collections.abc import Iterable

import msgspec

from pyiccp._mlag.events import BondConfig
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._mlag import BondNumber

SOLO_OCTET = 0xFE
SOLO_PRIORITY = 65535
"""There is no worse priority; with the first octet FE the solo identity loses even against a pair that uses it."""

KEY_SPEED = 17
"""Lower six bits of a key as RouterOS prints them for 10 Gbit/s; constant, so keys do not depend on port speed."""

MOST_BONDS = 1024
"""The user key has ten bits. RSTP port numbers of bonds are at most this, those of orphans begin above it: as many
again for each node."""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """What a node presents on its dual-homed bonds."""

    system: Mac
    solo: bool


def solo(octets: Mac) -> Mac:
    """The solo form of an address: its first octet is FE (M1.3)."""
    return Mac(bytes((SOLO_OCTET,)) + octets[1:])


def port_base(node: int | None) -> int:
    """What is added to LACP port numbers: node-id encoding of RFC 7275 7.2 (M1.5); 0 before the first session, when
    only solo identities are shown and numbers cannot collide."""
    return 0 if node is None else 0x8000 | node << 12


def orphan_number(node: int | None, index: int) -> int:
    """The RSTP port number of a node's orphan *index*, from 1 (M9.2). A node that never was in a pair counts as a
    third one: its ports keep their numbers when the session gives it its own, and collide with nobody's."""
    return MOST_BONDS * (3 if node is None else 1 + node) + index


def is_orphan_of(node: int, port: int) -> bool:
    """A port of this number is an orphan of *node*'s."""
    return orphan_number(node, 0) < port < orphan_number(node, MOST_BONDS)


def may_have(node: int, port: int) -> bool:
    """*node* joins a session with a port of this number: a bond, or an orphan of its own."""
    return 1 <= port <= MOST_BONDS or is_orphan_of(node, port)


def assign(known: tuple[BondNumber, ...], bonds: Iterable[BondConfig]) -> tuple[BondNumber, ...]:
    """*known* and a number for every bond that has none: keys and ports once given stay (M1.5)."""
    numbers = list(known)
    ports, keys = {number.port for number in numbers}, {number.key for number in numbers}
    have = {number.mlag_id for number in numbers}
    for bond in sorted(bonds, key=_mlag_id):
        if bond.mlag_id in have:
            continue
        port = next(number for number in range(1, MOST_BONDS + 1) if number not in ports)
        # An older pair's keys may be any: the port's own may be taken.
        key = next(key for key in (key_of(port), *map(key_of, range(1, MOST_BONDS + 1))) if key not in keys)
        ports.add(port)
        keys.add(key)
        have.add(bond.mlag_id)
        numbers.append(BondNumber(bond.mlag_id, key, port, bond.mac))
    return tuple(numbers)


def adopt(
    own: tuple[BondNumber, ...], primary: tuple[BondNumber, ...], bonds: Iterable[BondConfig]
) -> tuple[BondNumber, ...]:
    """The primary's numbers, and for bonds that it does not have our own unless they clash, then new ones. Numbers of
    bonds that neither has any more stay while there is room."""
    ids = {number.mlag_id for number in primary}
    ports, keys = {number.port for number in primary}, {number.key for number in primary}
    needed = {bond.mlag_id for bond in bonds}
    clash = {number.mlag_id for number in own if number.port in ports or number.key in keys}
    kept = [number for number in own if number.mlag_id not in ids | clash]
    ours = [number for number in kept if number.mlag_id in needed]
    unused = [number for number in kept if number.mlag_id not in needed][: MOST_BONDS - len(ids | needed)]
    return assign((*primary, *ours, *unused), bonds)


def number_of(numbers: tuple[BondNumber, ...], mlag_id: int) -> BondNumber:
    """The numbers of one bond; it has been assigned before."""
    return next(number for number in numbers if number.mlag_id == mlag_id)


def key_of(port: int) -> int:
    """The LACP key of the bond with this number."""
    return (port - 1) << 6 | KEY_SPEED


def _mlag_id(bond: BondConfig) -> int:
    return bond.mlag_id
