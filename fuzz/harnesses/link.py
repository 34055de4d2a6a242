"""Whatever segments arrive, the link core neither raises nor spins, and delivers a stream in order or not at all."""

from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from fuzz.wire import Wire
from pyiccp._link.core import LinkCore
from pyiccp._link.events import (
    Deliver,
    FenceQueued,
    ForeignReceived,
    MemberCameUp,
    MemberWentDown,
    MessageQueued,
    ResetRequested,
    SegmentReceived,
    Stream,
    TransmitSegment,
)
from pyiccp._sansio import milliseconds
from pyiccp.wire._link import Envelope, Fence, FenceKind, Segment
from pyiccp.wire._mac import Mac

MEMBERS = ("p1", "p2")
_MACS = Mac(b"\2\0\0\0\0\1"), Mac(b"\2\0\0\0\0\2"), Mac(b"\2\0\0\0\0\3")
_HEARTBEAT = milliseconds(300)
_STEPS = 80


def run(octets: bytes) -> None:
    """A list of operations on two link cores and the wire between them."""
    data = Data(octets)
    ends = Drive(LinkCore(1, 1, _HEARTBEAT, MEMBERS)), Drive(LinkCore(1, 1, _HEARTBEAT, MEMBERS))
    hostile = False

    def said(actions: Any) -> list[Segment]:
        for action in actions:
            if isinstance(action, Deliver) and not hostile:
                assert action.message.startswith(b"message"), "nobody said that"
        return [action.segment for action in actions if isinstance(action, TransmitSegment)]

    def deliver(end: int, segment: Segment) -> list[Segment]:
        if isinstance(segment.body, Envelope):
            ends[end].core.accepts(segment)
            return []
        return said(ends[end].do(SegmentReceived("p1", segment, _MACS[1 - end])))

    wire = Wire(ends, deliver)
    for end in (0, 1):
        wire.send(end, said(ends[end].do(MemberCameUp("p1"))))
    wire.settle()
    for step in range(_STEPS):
        if not data.more:
            break
        end = data.number() % 2
        match data.number() % 12:
            case 0 | 1:
                wire.settle()
            case 2 | 3:
                wire.mischief(data)
                hostile = True
            case 4 | 5:
                span = data.pick(SPANS)
                for number in (0, 1):
                    wire.send(number, said(ends[number].wait(span)))
            case 6:
                message = b"message" + data.octets(data.number() * 20)
                wire.send(end, said(ends[end].do(MessageQueued(data.pick(tuple(Stream)), message))))
            case 7 | 8:
                hostile = True
                if (segment := pools.one("pyiccp-link", data)) is not None and not isinstance(segment.body, Envelope):
                    event = SegmentReceived(data.pick(MEMBERS), segment, data.pick(_MACS))
                    wire.send(end, said(ends[end].do(event)))
            case 9:
                hostile = True
                wire.send(end, said(ends[end].do(ForeignReceived(data.pick(MEMBERS), "peer is no layout of ours"))))
            case 10:
                fence = Fence(data.pick(tuple(FenceKind)), data.number(4), step)
                wire.send(end, said(ends[end].do(FenceQueued(fence))))
            case _:
                event = data.pick(
                    (MemberCameUp(data.pick(MEMBERS)), MemberWentDown(data.pick(MEMBERS)), ResetRequested("a test"))
                )
                wire.send(end, said(ends[end].do(event)))
    for one in ends:
        one.end()


HARNESSES = (("core-link", pools.scripts, run, 600),)
