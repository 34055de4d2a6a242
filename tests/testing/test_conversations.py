"""Conversations: valid ones are taken, by decoder and core; nearly valid ones mostly; hostile ones hardly."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from pyiccp.iccp._core import IccpCore
from pyiccp.iccp.events import Application, CarrierEstablished, MessageReceived
from pyiccp.testing import PROTOCOLS
from pyiccp.testing.conversations import LONGEST, Kind, conversations, frames, mutants, opened
from pyiccp.wire._dissect import dissect
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu

QUICK = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize("name", PROTOCOLS)
@QUICK
@given(data=st.data())
def test_what_is_valid_decodes_and_nothing_is_worse_than_malformed(name: str, data: st.DataObject) -> None:
    for kind in Kind:
        said = data.draw(conversations(name, kind))
        assert len(said) <= LONGEST + 1
        for octets in said:
            try:
                PROTOCOLS[name].decode(octets)
            except Malformed:
                assert kind is not Kind.VALID
    for frame in data.draw(frames(name)):
        assert dissect(frame).length == len(frame)
    data.draw(mutants(name))


def test_a_valid_iccp_conversation_opens_the_session() -> None:
    """All that one node says, said to another: its session comes up."""
    core = IccpCore("b", 1, 2, tuple(Application))
    core.handle(CarrierEstablished(), 1)
    whole = find(conversations("iccp", Kind.VALID), lambda said: tuple(said) == opened())
    for octets in whole:
        for message in IccpPdu.decode(octets).messages:
            core.handle(MessageReceived(message), 2)
    assert core.established


def test_hostile_conversations_shrink_to_one_pdu() -> None:
    def bad(said: list[bytes]) -> bool:
        for octets in said:
            try:
                PROTOCOLS["rstp"].decode(octets)
            except Malformed:
                return True
        return False

    assert len(find(conversations("rstp"), bad, settings=settings(deadline=None))) == 1
