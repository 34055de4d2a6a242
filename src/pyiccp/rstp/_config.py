"""What management says of a bridge and its ports, and what it must not say (802.1D-2004 17.13, 17.14, table 17-1)."""

import msgspec

from pyiccp._sansio import Instant, seconds
from pyiccp.rstp._vectors import NUMBER_BITS
from pyiccp.wire._mac import ZERO, Mac, is_group

LONG = 20_000_000
"""Cost of a link of 1 Mbit/s (table 17-3)."""
MOST_LONG = 200_000_000
_SHORT = ((25_000, 1), (10_000, 2), (1_000, 4), (100, 19), (10, 100))
_SHORTEST = 250
MIGRATE_TIME = seconds(3)
LONGEST_RECOVERY = seconds(86_400)
MOST_MISORDERING = seconds(1)


class BridgeConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bridge."""

    mac: Mac
    priority: int = 0x8000
    max_age: Instant = seconds(20)
    hello_time: Instant = seconds(2)
    forward_delay: Instant = seconds(15)
    transmit_hold_count: int = 6
    force_version: int = 2
    """0 = STP compatible, 2 = RSTP (17.13.4)."""
    short_costs: bool = False
    """Automatic costs of 802.1D-1998 in place of table 17-3."""
    misordering: Instant = 0
    """How long a BPDU may take more than another, so that it is overtaken, or comes twice; at most a second. 0 = links
    do neither, which the standard takes for granted (6.3.3, 6.3.4)."""


class PortConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One port of the bridge."""

    name: str
    number: int
    """1 … 4095, chosen by the caller; distinct."""
    priority: int = 0x80
    enabled: bool = True
    path_cost: int | None = None
    """None = by the speed of the link."""
    admin_edge: bool = False
    auto_edge: bool = True
    point_to_point: bool | None = None
    """None = as the link says."""
    restricted_role: bool = False
    """Never root port (802.1Q 13.27.64)."""
    restricted_tcn: bool = False
    """Topology changes are not passed on (802.1Q 13.27.65)."""
    auto_isolate: bool = False
    """Stay discarding on a point-to-point link whose neighbour is silent (802.1Q 13.27.18); needs `auto_edge` off."""
    bpdu_guard: bool = False
    """A BPDU disables the port until `GuardCleared` or for `guard_recovery`."""
    guard_recovery: Instant | None = None
    """None = it waits for `GuardCleared`; at most a day."""
    bpdu_filter: bool = False
    """Neither send BPDUs nor take notice of them."""


def check_bridge(config: BridgeConfig) -> None:
    """ValueError when *config* must be refused (17.14)."""
    _check(len(config.mac) == len(ZERO) and not is_group(config.mac), "mac is no address of a bridge")
    _check(config.priority % 4096 == 0 and 0 <= config.priority <= 61440, "priority is not a multiple of 4096")
    _check(seconds(6) <= config.max_age <= seconds(40), "max_age is not in 6 … 40 s")
    _check(seconds(1) <= config.hello_time <= seconds(10), "hello_time is not in 1 … 10 s")
    _check(seconds(4) <= config.forward_delay <= seconds(30), "forward_delay is not in 4 … 30 s")
    _check(1 <= config.transmit_hold_count <= 10, "transmit_hold_count is not in 1 … 10")
    _check(config.force_version in (0, 2), "force_version is neither 0 nor 2")
    _check(0 <= config.misordering <= MOST_MISORDERING, "misordering is not in 0 … 1 s")
    _check(2 * (config.forward_delay - seconds(1)) >= config.max_age, "max_age is above 2 x (forward_delay - 1 s)")
    _check(config.max_age >= 2 * (config.hello_time + seconds(1)), "max_age is below 2 x (hello_time + 1 s)")


def check_port(config: PortConfig) -> None:
    """ValueError when *config* must be refused (9.2.7, table 17-2, 17.14)."""
    _check(1 <= config.number <= NUMBER_BITS, f"port {config.name}: number is not in 1 … 4095")
    _check(config.priority % 16 == 0 and 0 <= config.priority <= 240, f"port {config.name}: priority is not n x 16")
    _check(
        config.path_cost is None or 1 <= config.path_cost <= MOST_LONG, f"port {config.name}: path_cost out of range"
    )
    recovery = config.guard_recovery
    _check(
        recovery is None or 0 < recovery <= LONGEST_RECOVERY,
        f"port {config.name}: guard_recovery is not in 0 … 86400 s",
    )


def automatic_cost(speed: int, short: bool) -> int:
    """The path cost of a link of *speed* Mbit/s (table 17-3; 802.1D-1998 table 8-5)."""
    if short:
        return next((cost for least, cost in _SHORT if speed >= least), _SHORTEST)
    return min(max(LONG // max(speed, 1), 1), MOST_LONG)


def _check(good: bool, why: str) -> None:
    if not good:
        raise ValueError(why)
