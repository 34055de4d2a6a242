"""Open vSwitch 3.1.0 as measured: quick, and sure of itself.

It claims S, C and D in its first LACPDU, before anybody was heard, and keeps claiming them while it is EXPIRED or its
partner is out of sync. There is no wait_while and no rate limit. The link whose better system is best leads; links with
the same partner as the leader are attached. The period is chosen when an LACPDU leaves, not when the partner asks.
"""

from pyiccp._sansio import microseconds, seconds
from pyiccp.lab._clients.core import (
    ASKING,
    CURRENT,
    DEFAULTED,
    DISABLED,
    EXPIRED,
    NOBODY,
    ClientCore,
    ClientPort,
    lag,
    rank,
    view_differs,
)
from pyiccp.wire._lacpdu import Lacpdu

TURN = microseconds(700)
"""From an event to what its main loop makes of it: 140 us to 1 ms in the captures."""
FAST, SLOW = seconds(1), seconds(30)
SHORT, LONG = seconds(3), seconds(90)
_COMPARED = 0x3F
"""All bits of the state but Defaulted and Expired."""
_DATA = 0x38
"""Synchronization, Collecting, Distributing."""


class OvsCore(ClientCore):
    """See the file's head."""

    product = "Open vSwitch 3.1.0"

    def link_up(self, port: ClientPort) -> None:
        """A partner that was not given up meanwhile is remembered."""
        if port.rx in (DISABLED, DEFAULTED):
            port.owed |= port.rx == DISABLED
            port.partner = ASKING
        self._expire(port)

    def link_down(self, port: ClientPort) -> None:
        """The timers go on: after six seconds the partner is forgotten."""
        self._turn()

    def heard(self, port: ClientPort, pdu: Lacpdu) -> None:
        # Compared with what it said before this LACPDU changed it.
        port.owed |= view_differs(pdu, port.actor, _COMPARED)
        port.rx, port.partner = CURRENT, pdu.actor
        self.start(port, "receive", SHORT if port.config.short_timeout else LONG)
        self._turn()

    def reconfigured(self, port: ClientPort) -> None:
        port.owed = True
        self._turn()

    def fired(self, port: ClientPort | None, timer: str) -> None:
        if port is None:
            self._think()
        elif timer == "transmit":
            port.owed = True
            self._turn()
        elif port.rx == CURRENT:
            self._expire(port)
        else:
            port.rx, port.partner = DEFAULTED, NOBODY
            self._turn()

    def _expire(self, port: ClientPort) -> None:
        port.rx = EXPIRED
        port.partner_bits(synchronization=False, timeout=True)
        self.start(port, "receive", SHORT)
        self._turn()

    def _turn(self) -> None:
        if ("", "turn") not in self.timers:
            self.start(None, "turn", TURN)

    def _think(self) -> None:
        """One turn of the main loop: who is attached, and who sends."""
        for name in self.aggregators:
            ports = self.members(name)
            known = [port for port in ports if _known(port)]
            leader = min(known, key=rank, default=None)
            for port in ports:
                alike = leader is not None and _known(port) and lag(port.partner) == lag(leader.partner)
                # Without a leader every link has the same partner: none.
                port.attached = leader is None or alike
                self._decide(port)
        for port in self.ports.values():
            if port.owed and port.up and (port.config.active or port.rx == CURRENT):
                self.say(port)
                self.start(port, "transmit", FAST if port.partner.state.timeout else SLOW)

    def _decide(self, port: ClientPort) -> None:
        before = port.actor.state
        port.bits(
            synchronization=port.attached and port.rx != DEFAULTED,
            collecting=port.attached,
            distributing=port.attached,
            expired=port.rx == EXPIRED,
            defaulted=port.rx == DEFAULTED,
        )
        # Once DEFAULTED it keeps to itself that others have found a partner.
        if not (before.defaulted and port.rx == DEFAULTED):
            port.owed |= bool((before.octet ^ port.actor.state.octet) & _DATA)
        # What it says is one thing; data needs a partner in sync.
        self.carry(port, port.up and port.attached and port.partner.state.synchronization)


def _known(port: ClientPort) -> bool:
    """A partner was heard on the link, has not been given up, and is not this system itself."""
    heard = port.rx in (CURRENT, EXPIRED) and (port.partner.port or port.partner.key or any(port.partner.system))
    return bool(heard) and port.partner.system != port.actor.system
