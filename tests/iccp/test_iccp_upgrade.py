"""Rolling upgrade (M2.5): a node of the next minor version and one of this, both ways; another major is refused.

The next version does not exist yet, so its words are put into the mouth of one of two cores on the way: what the layout
page allows it, a higher minor number, octets appended to fixed bodies, TLVs that nobody knows with U = 1.
"""

import msgspec
import pytest

from iccp.script import Script
from iccp.stack import HEARTBEAT, Stack, Stacks
from iccp.talk import bonds
from pyiccp._link.events import ForeignReceived, SegmentReceived
from pyiccp._node.control import link_segment
from pyiccp._sansio import seconds
from pyiccp.iccp.events import Application, Stream, TlvsQueued
from pyiccp.wire._link import Heartbeat, Segment
from pyiccp.wire.iccp._fdb import HostBatch, HostKind
from pyiccp.wire.iccp._mlag import BondUp
from pyiccp.wire.iccp._pdu import RG_APPLICATION_DATA, RG_CONNECT, IccpCapability, IccpPdu, Message, UnknownTlv
from pyiccp.wire.iccp.rg import ApplicationConnect, RgId

NEWS = UnknownTlv(0x3FF0, b"of the next version", u=True)


class Newer(Stacks):
    """One of the two (*who*) speaks minor version 1."""

    def __init__(self, who: str) -> None:
        super().__init__()
        self.who = who

    def _send(self, end: Stack, segments: list[Segment]) -> None:
        if end.name == self.who:
            segments = [msgspec.structs.replace(segment, minor=1) for segment in segments]
        super()._send(end, segments)


def longer(octets: bytes) -> bytes:
    """A heartbeat with something appended to its body."""
    length = int.from_bytes(octets[10:12], "big") + 5
    return octets[:10] + length.to_bytes(2, "big") + octets[12:] + b"later"


@pytest.mark.parametrize("who", ["a", "b"])
def test_minor_n_works_with_n_plus_1_both_ways(who: str) -> None:
    stacks = Newer(who)
    stacks.iccp(stacks.a, bonds(0))
    stacks.iccp(stacks.b, bonds(1))
    stacks.carrier()
    stacks.run(seconds(1))
    assert stacks.a.up_at is not None and stacks.b.up_at is not None
    batch = HostBatch(HostKind.SEEN, 1, 0, 1, 0, 0, bytes(6))
    for end, other in ((stacks.a, stacks.b), (stacks.b, stacks.a)):
        stacks.iccp(end, TlvsQueued(Application.MLAG, (NEWS, BondUp(1, True))))
        stacks.iccp(end, TlvsQueued(Application.FDB, (batch,), Stream.BULK))
        stacks.run(seconds(0.1))
        assert (Application.MLAG, (BondUp(1, True),)) in other.delivered, "the unknown one is skipped"
        assert (Application.FDB, (batch,)) in other.delivered
    stacks.run(10 * HEARTBEAT)
    assert stacks.a.sessions == stacks.b.sessions == 1


def test_what_a_later_minor_version_appends_to_a_heartbeat_is_passed_over() -> None:
    stacks = Stacks()
    stacks.carrier()
    stacks.run(seconds(1))
    link = stacks.a.link
    beat = Segment(1, stacks.b.link.incarnation, link.incarnation, Heartbeat(99, 1), minor=1)
    segment = link_segment("p1", longer(beat.encode()))
    assert segment == beat
    assert isinstance(segment, Segment)
    assert link.handle(SegmentReceived("p1", segment), stacks.now)
    assert link.established


def test_another_major_layout_is_refused_with_both_versions() -> None:
    octets = bytearray(Segment(1, 2, 0, Heartbeat(1, 0)).encode())
    octets[7:8] = b"2"
    assert link_segment("p1", bytes(octets)) == ForeignReceived("p1", "peer layout version 2, ours 1")


def test_a_later_minor_of_iccp_is_taken_and_another_major_named() -> None:
    script = Script(Application.MLACP).capsent()
    script.init(IccpCapability(minor=9))
    assert [message.type for message in script.said()][:1] == [RG_CONNECT]
    script = Script(Application.MLACP).capsent()
    script.init(IccpCapability(major=2))
    assert [report.why for report in script.reports] == ["peer ICCP version 2.0, ours 1.0"]


def test_a_later_minor_may_open_applications_that_we_do_not_have() -> None:
    """We refuse it once, it goes on without; nothing else is disturbed."""
    script = Script(Application.MLAG).up()
    (nak,) = script.connect(ApplicationConnect(0x0010))
    assert nak.type != RG_CONNECT
    assert script.core.established
    assert script.data(BondUp(1, True), NEWS) == []


def test_unknown_tlvs_with_u_1_survive_the_octets() -> None:
    pdu = IccpPdu(1, 0, (Message(RG_APPLICATION_DATA, 1, (RgId(1), NEWS)),))
    assert IccpPdu.decode(pdu.encode()) == pdu
