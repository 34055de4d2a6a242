"""What management says of a LACP system: aggregators, ports, and the policies that the standard leaves open."""

from enum import Enum

import msgspec

from pyiccp._sansio import Instant
from pyiccp.lacp._conversations import Conversations
from pyiccp.wire._lacpdu import Participant
from pyiccp.wire._mac import Mac


class Defaulted(Enum):
    """What a port does whose partner is mute (recordDefault, 6.4.9)."""

    BLOCK = "block"
    """Partner Sync stays 0: the port does not attach."""
    INDIVIDUAL = "individual"
    """While no port hears a partner, one of them carries data alone."""
    AGGREGATE = "aggregate"
    """While no port hears a partner, all with equal administrative partners carry data together."""


class Policy(Enum):
    """Which LAG drives an aggregator when its ports hear several partners. Ties fall to the better partner system."""

    STABLE = "stable"
    """The present one as long as it has a port in sync; then the better partner system, then more ports."""
    PRIORITY = "priority"
    """The one with the best own port (priority, number)."""
    BANDWIDTH = "bandwidth"
    COUNT = "count"


class AggregatorConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One aggregator (a bond): its identity and how its ports behave."""

    name: str
    system: Mac
    system_priority: int = 0x8000
    key: int
    port_base: int = 0
    """Added to the number of each port: 0x8000 | node << 12 on a node of a pair (RFC 7275 7.2), else 0."""
    independent: bool = False
    """Independent control of collecting and distributing (figure 6-22); False is coupled control (6-23)."""
    collect_early: bool = False
    """Collect from ATTACHED on, as soon as S=1 is sent (M4.2)."""
    echo_guard: Instant = 0
    """After a change of identity or loss of carrier S stays 0 until this long after the first echo of it (M1.8)."""
    hold_out_of_sync: bool = False
    """Stay in WAITING with S=0, PDUs go on (M8.1)."""
    hold_distribution: bool = False
    """Stay in COLLECTING until released (M4.2)."""
    max_links: int = 0
    """How many ports may be SELECTED at once; 0 = no limit."""
    min_links: int = 0
    """With fewer ports that could be SELECTED all of them are STANDBY."""
    revertive: bool = True
    """A better port that comes back takes its place from a worse one (with `max_links`)."""
    policy: Policy = Policy.STABLE
    defaulted: Defaulted = Defaulted.BLOCK
    tx_limit: int = 3
    """LACPDUs per port in any second: 3 up to 802.1AX-2014, 10 in 802.1AX-2020 (quicker with independent control)."""
    collector_max_delay: int = 0
    """In tens of microseconds, as it is sent."""


class PortConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One port of an aggregator."""

    name: str
    aggregator: str
    number: int
    """From 1, up to 4095 on a node of a pair; the number on the wire is `port_base + number`."""
    priority: int = 0x80
    active: bool = True
    short_timeout: bool = False
    aggregatable: bool = True
    enabled: bool = True
    """LACP_Enabled; without it the port is no member of anything."""
    speed: int = 10000
    """Mbit/s, for `Policy.BANDWIDTH`."""
    partner: Participant = Participant()
    """The administrative partner that recordDefault records."""
    version2: Conversations | None = None
    """Speak version 2 and say this; None = version 1 (teamd drops every later one)."""
    long_lacpdus: bool = False
    """Send the conversation masks to a partner that speaks version 2."""
