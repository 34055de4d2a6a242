"""teamd 1.31 (runner lacp, policy lacp_prio) as measured: no wait_while, no rate limit, no look at the partner's view.

Selected links are in sync as soon as their partner is heard; they carry data while the partner says S. EXPIRED keeps S
and drops C and D; DEFAULTED drops all, keeps asking every second, and both are told at once. LACPDUs with TLVs behind
the collector's, that is all of version 2, are thrown away.
"""

from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._clients.core import (
    ASKING,
    CURRENT,
    DEFAULTED,
    DISABLED,
    EXPIRED,
    ClientCore,
    ClientPort,
    lag,
    rank,
    view_differs,
)
from pyiccp.wire._lacpdu import Lacpdu

TURN = milliseconds(5)
"""From an LACPDU to the answer: 4 to 22 ms in the captures."""
FAST, SLOW = seconds(1), seconds(30)
SHORT, LONG = seconds(3), seconds(90)
_LOW_BITS = 0x0F
"""Activity, Timeout, Aggregation, Synchronization."""


class TeamdCore(ClientCore):
    """See the file's head."""

    product = "teamd 1.31"

    def link_up(self, port: ClientPort) -> None:
        port.partner = ASKING
        self._enter(port, EXPIRED)
        port.owed = True
        self._think()
        self._period(port)

    def link_down(self, port: ClientPort) -> None:
        port.rx, port.partner, port.attached = DISABLED, ASKING, False
        self.stop(port, "receive")
        self.stop(port, "periodic")
        self._turn()

    def heard(self, port: ClientPort, pdu: Lacpdu) -> None:
        if pdu.tlvs:
            return  # the terminator's length is not 0
        port.owed |= view_differs(pdu, port.actor, _LOW_BITS)
        slow = not port.partner.state.timeout
        port.rx, port.partner = CURRENT, pdu.actor
        self.start(port, "receive", SHORT if port.config.short_timeout else LONG)
        if slow and pdu.actor.state.timeout:
            self._period(port)
        self._turn()

    def reconfigured(self, port: ClientPort) -> None:
        port.owed = True
        self._turn()

    def fired(self, port: ClientPort | None, timer: str) -> None:
        if port is None:
            self._think()
        elif timer == "periodic":
            port.owed = True
            self._period(port)
            self._think()
        else:
            self._enter(port, EXPIRED if port.rx == CURRENT else DEFAULTED)
            self._think()

    def _enter(self, port: ClientPort, rx: str) -> None:
        port.rx = rx
        if rx == EXPIRED:
            port.partner_bits(synchronization=False, timeout=True)
            self.start(port, "receive", SHORT)
        else:
            port.partner = ASKING

    def _period(self, port: ClientPort) -> None:
        """On a grid of its own: what is sent in between does not move it."""
        self.start(port, "periodic", FAST if port.partner.state.timeout else SLOW)

    def _turn(self) -> None:
        if ("", "turn") not in self.timers:
            self.start(None, "turn", TURN)

    def _think(self) -> None:
        for name in self.aggregators:
            ports = self.members(name)
            leader = min((port for port in ports if _known(port)), key=rank, default=None)
            for port in ports:
                port.attached = leader is not None and _known(port) and lag(port.partner) == lag(leader.partner)
                self._decide(port)
        for port in self.ports.values():
            if port.owed and port.up and (port.config.active or port.partner.state.activity):
                self.say(port)

    def _decide(self, port: ClientPort) -> None:
        before = port.actor.state
        carries = port.attached and port.rx == CURRENT and port.partner.state.synchronization
        port.bits(
            synchronization=port.attached,
            collecting=carries,
            distributing=carries,
            expired=port.rx == EXPIRED,
            defaulted=port.rx == DEFAULTED,
        )
        port.owed |= port.actor.state is not before
        self.carry(port, port.up and carries)


def _known(port: ClientPort) -> bool:
    """A partner was heard on the link, has not been given up, and is not this system itself."""
    return port.rx in (CURRENT, EXPIRED) and port.partner.port != 0 and port.partner.system != port.actor.system
