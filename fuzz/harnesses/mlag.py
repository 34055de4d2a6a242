"""Whatever the peer says, the MLAG core neither raises nor spins, and speaks only as itself, its store or its peer."""

from functools import lru_cache
from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from fuzz.wire import Wire
from pyiccp._mlag import events as ev
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.events import BondConfig, MlagConfig
from pyiccp._mlag.identity import solo
from pyiccp._mlag.soundness import wrong_numbers
from pyiccp._mlag.store import LAST_EPOCH, Store
from pyiccp.wire._link import Fence, FenceKind
from pyiccp.wire._mac import Mac, is_group
from pyiccp.wire.iccp._mlag import FORMATS, PartnerEnd
from pyiccp.wire.iccp._pdu import TlvValue

MACS = Mac(b"\2\0\0\0\0\1"), Mac(b"\2\0\0\0\0\2")
THEIRS = {*MACS, *map(solo, MACS)}
"""What the two may be known by; a node that was frozen for long goes on alone, under its solo identity (M2.4, M8)."""
BOND = "bond"
_TYPES = tuple(form.value for form in FORMATS)
_STEPS = 60


def made(end: int) -> MlagCore:
    """One node of a pair."""
    bond = BondConfig(BOND, 10, MACS[end], 65535)
    return MlagCore(MlagConfig(bridge_mac=MACS[end], members=("p1",), bonds=(bond,), keepalive=True), Store())


def run(octets: bytes) -> None:
    """A list of operations on two MLAG cores and the wire between them."""
    data = Data(octets)
    ends = Drive(made(0)), Drive(made(1))
    truthful = True

    def said(actions: Any) -> list[TlvValue]:
        for action in actions:
            match action:
                case ev.SetIdentity(system=system):
                    assert system in THEIRS or not truthful, "an identity that nobody has"
                    assert not is_group(system), "an identity that no bridge has"
                case ev.Remember(store):
                    assert store.epoch <= LAST_EPOCH, "an epoch that cannot be written"
                    assert not wrong_numbers(store.numbers, ()), "numbers that no bonds have"
                case ev.SendKeepalive(value):
                    value.encode()
        told = [value for action in actions for value in _told(action)]
        for value in told:
            value.encode()
        return told

    def deliver(end: int, value: TlvValue) -> list[TlvValue]:
        return said(ends[end].do(ev.PeerSaid(value)))

    wire = Wire(ends, deliver)
    for end in (0, 1):
        said(ends[end].seen(ends[end].core.start(ends[end].now)))
    for end in (0, 1):
        wire.send(end, said(ends[end].do(ev.SessionCameUp("other"))))
    wire.settle()
    for step in range(_STEPS):
        if not data.more:
            break
        end = data.number() % 2
        match data.number() % 12:
            case 0 | 1:
                wire.settle()
            case 2 | 3:
                truthful = False
                wire.mischief(data)
            case 4:
                span = data.pick(SPANS)
                for number in (0, 1):
                    wire.send(number, said(ends[number].wait(span)))
            case 5 | 6:
                truthful = False
                if (value := _hostile(data)) is not None:
                    wire.send(end, deliver(end, value))
            case 7:
                truthful = False
                if (beat := pools.one("pyiccp-keepalive", data)) is not None:
                    wire.send(end, said(ends[end].do(ev.KeepaliveReceived(beat))))
            case 8:
                fence = Fence(data.pick(tuple(FenceKind)), data.pick((10, 11)), data.number() % 4 + step)
                wire.send(end, said(ends[end].do(ev.FenceReceived("p1", fence))))
            case 9:
                for number in (0, 1):
                    event = data.pick(
                        (
                            ev.SessionCameUp("other"),
                            ev.SessionWentDown("a test", ends[number].now, ends[number].now),
                            ev.PeerRefused("why"),
                        )
                    )
                    wire.send(number, said(ends[number].do(event)))
            case 10:
                event = data.pick(
                    (
                        ev.HalfChanged(BOND, data.flag()),
                        ev.DistributingChanged(BOND, data.flag()),
                        ev.DrainFinished(BOND),
                        ev.HostsSynchronized(),
                        ev.MembersChanged(data.pick(((), ("p1",)))),
                        ev.PartnersChanged(BOND, _partners(data)),
                    )
                )
                wire.send(end, said(ends[end].do(event)))
            case _:
                if data.number() % 8 == 0:
                    wire.send(end, said(ends[end].do(ev.StopRequested())))
    for one in ends:
        one.end()


def _told(action: ev.Action) -> tuple[TlvValue, ...]:
    match action:
        case ev.Tell(value):
            return (value,)
        case ev.TellAll(values):
            return values
    return ()


def _hostile(data: Data) -> Any:
    """A TLV of our own application; None where the octets are none."""
    broken, value = data.flag(), data.pick(_tlvs())
    return pools.damaged(value, data) if broken else value


@lru_cache(None)
def _tlvs() -> tuple[TlvValue, ...]:
    tlvs = [tlv for pdu in pools.values("iccp") for message in pdu.messages for tlv in message.tlvs]
    return tuple(tlv for tlv in tlvs if isinstance(tlv, _TYPES))[:256]


def _partners(data: Data) -> tuple[PartnerEnd, ...]:
    return tuple(PartnerEnd(1, MACS[0], data.number(), 1) for _ in range(data.number() % 3))


HARNESSES = (("core-mlag", pools.scripts, run, 600),)
