"""Whether what a peer tells, or a file remembers, can be what a node of a pair stores."""

from collections.abc import Iterable

from pyiccp._mlag.events import BondConfig
from pyiccp._mlag.identity import MOST_BONDS
from pyiccp._mlag.store import LAST_EPOCH, Store
from pyiccp.wire._mac import ZERO, is_group
from pyiccp.wire.iccp._mlag import BondNumber

LAST_KEY = 0xFFFF
"""0 is nobody's. A key need not be the one that `key_of` gives a new bond: a pair may remember an older one."""


def wrong_numbers(numbers: tuple[BondNumber, ...], bonds: Iterable[BondConfig]) -> str:
    """Why *numbers*, as a peer tells them, are not to be stored, or ''."""
    ids = {number.mlag_id for number in numbers}
    if any(
        not 1 <= number.port <= MOST_BONDS or not 1 <= number.key <= LAST_KEY or is_group(number.mac)
        for number in numbers
    ):
        return "peer's bonds have numbers that no bond can have"
    ports, keys = {number.port for number in numbers}, {number.key for number in numbers}
    if min(len(ids), len(ports), len(keys)) < len(numbers):  # of one key, they would be one LAG to their clients
        return "two of the peer's bonds share an mlag-id, a number or a key"
    if len(ids | {bond.mlag_id for bond in bonds}) > MOST_BONDS:
        return f"the pair has more than {MOST_BONDS} bonds"
    return ""


def wrong_store(store: Store) -> str:
    """Why nothing of ours can have written *store*, or ''."""
    if not all(0 <= number <= LAST_EPOCH for number in (store.epoch, store.incarnation, store.replay)):
        return "epoch, incarnation and replay have 32 bits"
    if store.node not in (None, 0, 1):
        return f"node is {store.node}, not 0, 1 or null"
    for name, octets in (("owner", store.owner), ("system", store.system)):
        if octets is not None and (len(octets) != len(ZERO) or octets == ZERO or is_group(octets)):
            return f"{name} is no MAC address of a bridge"
    if any(len(number.mac) != len(ZERO) for number in store.numbers) or wrong_numbers(store.numbers, ()):
        return "numbers are not those of bonds"
    return ""
