"""The negative cases at the end of section 7 of the project's ICCP page, as octets; and every status code, received."""

import pytest

from iccp.script import RG, Script, naks, statuses
from iccp.test_iccp_octets import hear
from pyiccp.iccp import _application as app
from pyiccp.iccp import _connection as con
from pyiccp.iccp.events import Application
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpStatus, LdpStatus, Message, TlvValue
from pyiccp.wire.iccp._stream import PduStream
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect

MLACP = Application.MLACP
ME = "0000 0001 0000"
"""LSR id and label space of the peer in these tests."""
GROUP = f"0005 0004 {RG:08x}"
NAME = "0001 0003 706532"


def pdu(*messages: str, length: int | None = None) -> bytes:
    """An LDP PDU of *messages*; *length* instead of the right one."""
    body = bytes.fromhex(ME + "".join(messages))
    return b"\0\1" + (len(body) if length is None else length).to_bytes(2, "big") + body


def message(kind: str, *tlvs: str, more: int = 0, length: int | None = None) -> str:
    """A message; its length says *more* octets than there are, or *length*."""
    body = bytes.fromhex("00000007" + "".join(tlvs))
    return kind + f"{len(body) + more if length is None else length:04x}" + body.hex()


def said(octets: bytes, script: Script | None = None) -> tuple[Script, list[Message]]:
    """What a core with mLACP up says to *octets*."""
    script = script or Script(MLACP).up()
    hear(script, octets)
    return script, script.said()


def closed(octets: bytes, status: LdpStatus) -> bool:
    """They end the session, with *status*."""
    script, messages = said(octets)
    return statuses(messages) == [(status, True)] and script.core.connection is con.State.NONEXISTENT


CONNECT = message("0700", GROUP, NAME)
ASK = "0038 0008 0001 ffff 0000 0000"


def test_7_what_the_negatives_are_made_of_is_right_by_itself() -> None:
    script, messages = said(pdu(CONNECT), Script(MLACP).connecting())
    assert script.core.connection is con.State.OPERATIONAL and not naks([m for m in messages if m.type == 0x0702])
    _, messages = said(pdu(message("0703", GROUP, ASK)))
    assert messages == [], "a request of a node that has nothing to tell"


def test_7_pdu_length_13() -> None:
    assert closed(pdu(length=13), LdpStatus.BAD_PDU_LENGTH)


def test_7_pdu_length_4097_before_negotiation() -> None:
    stream = PduStream()
    (malformed,) = stream.feed(bytes.fromhex("0001 1001 0000"))
    assert isinstance(malformed, Malformed) and malformed.path == "pdu_length"
    assert stream.lost is malformed and stream.feed(pdu(CONNECT)) == []


def test_7_message_length_one_past_the_pdu() -> None:
    assert closed(pdu(message("0700", GROUP, NAME, more=1)), LdpStatus.BAD_MESSAGE_LENGTH)


def test_7_message_length_3() -> None:
    assert closed(pdu(message("0700", length=3)), LdpStatus.BAD_MESSAGE_LENGTH)


def test_7_tlv_length_one_past_the_message() -> None:
    assert closed(pdu(message("0700", GROUP, "0001 0004 706532")), LdpStatus.BAD_TLV_LENGTH)


def test_7_rg_id_0() -> None:
    _, messages = said(pdu(message("0700", "0005 0004 00000000", NAME)))
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.UNKNOWN_RG


@pytest.mark.parametrize("tlvs", [(NAME,), (GROUP, NAME, GROUP)])
def test_7_rg_id_missing_or_second(tlvs: tuple[str, ...]) -> None:
    script, messages = said(pdu(message("0700", *tlvs)))
    wanted = LdpStatus.MISSING_MESSAGE_PARAMETERS if len(tlvs) == 1 else LdpStatus.UNKNOWN_TLV
    assert statuses(messages) == [(wanted, False)] and script.core.established


def test_7_sender_name_of_81_octets() -> None:
    script, messages = said(pdu(message("0700", GROUP, "0001 0051" + "61" * 81)))
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    assert script.core.established and script.core.counters["malformed"] == 1


def test_7_unknown_tlv_0x0123_with_u_0_and_with_u_1() -> None:
    script, messages = said(pdu(message("0703", GROUP, ASK, "0123 0002 abcd")))
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.REJECTED_MESSAGE and script.core.established
    assert said(pdu(message("0703", GROUP, ASK, "8123 0002 abcd")))[1] == []


def test_7_type_0x0704_with_u_0_and_with_u_1() -> None:
    script, messages = said(pdu(message("0704", GROUP)))
    assert statuses(messages) == [(LdpStatus.UNKNOWN_MESSAGE_TYPE, False)] and script.core.established
    assert said(pdu(message("8704", GROUP)))[1] == []


def test_7_nak_inside_a_nak() -> None:
    inner = "0002 0008 00010006 00000007"
    script, messages = said(pdu(message("0702", GROUP, NAME, "0002 0014 00010006 00000007" + inner)))
    assert messages == [] and script.core.established


def test_7_connect_a_0_crossing() -> None:
    script = Script(MLACP).operational()
    assert script.core.applications[MLACP] is app.State.CONNSENT
    _, messages = said(pdu(message("0700", GROUP, NAME, "0030 0004 0001 0000")), script)
    assert messages[0].tlvs[-1] == ApplicationConnect(MLACP, 1, a=True)
    assert script.core.applications[MLACP] is app.State.CONNECTING


@pytest.mark.parametrize(
    "tlv",
    [
        "0038 0008 0000 ffff 0000 0000",
        "0032 0009 744d2811706b 8000 08",
        "0036 002b 000000000000000a 0001 744d2811706b 0011 0000 00 15" + "61" * 21,
    ],
    ids=["request number 0", "node id 8", "aggregator name of 21 octets"],
)
def test_7_a_number_or_a_name_that_must_not_be(tlv: str) -> None:
    script, messages = said(pdu(message("0703", GROUP, tlv)))
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    assert script.core.established and script.core.peer_aggregators == {} and script.core.peer_system is None


GOOD = "0032 0009 744d2811706b 8000 01"
"""System Config."""


@pytest.mark.parametrize(
    "tlv",
    [
        "0032 0008 744d2811706b 8000",
        "0032 000a 744d2811706b 8000 01 ff",
        "0036 0019 000000000000000a 0001 744d2811706b 0011 0000 00 09 616161",
    ],
    ids=["shorter", "longer", "name length"],
)
def test_6_2_a_tlv_that_is_not_as_long_as_its_table_is_refused_and_the_session_kept(tlv: str) -> None:
    script, messages = said(pdu(message("0703", GROUP, tlv)))
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    assert script.core.established and script.core.counters["malformed"] == 1
    assert script.core.peer_system is None and script.core.peer_aggregators == {}


@pytest.mark.parametrize("second", ["0123 0002 abcd", "0032 0008 744d2811706b 8000", "3002 0001 00"])
def test_6_2_nothing_of_a_refused_message_takes_effect(second: str) -> None:
    """What is not understood, malformed, or of another application stands behind a good TLV."""
    script, messages = said(pdu(message("0703", GROUP, GOOD, second)))
    assert len(naks(messages)) + len(statuses(messages)) == 1
    assert script.core.established and script.core.peer_system is None
    assert said(pdu(message("0703", GROUP, GOOD)))[0].core.peer_system is not None


@pytest.mark.parametrize("nested", ["0123 0002 abcd", "8123 0002 abcd"], ids=["u=0", "u=1"])
def test_6_2_a_disconnect_with_something_unknown_inside_is_honoured(nested: str) -> None:
    """Whatever its U bit says (docs/departures.md): the peer is leaving."""
    script, messages = said(pdu(message("0701", GROUP, "0004 0004 00010011", "0031 0006" + nested)))
    assert messages == [] and script.core.applications[MLACP] is app.State.RESET


def test_7_two_capability_tlvs() -> None:
    capability = "8700 0004 80 00 01 00"
    assert closed(pdu(message("0202", capability, capability)), LdpStatus.MALFORMED_TLV_VALUE)


# --- 2.2: every status code, received


@pytest.mark.parametrize(
    ("status", "tlvs", "why"),
    [
        (IccpStatus.UNKNOWN_RG, (), "peer is not in redundancy group 100"),
        (IccpStatus.CONNECTION_COUNT_EXCEEDED, (), "peer has too many connections"),
        (IccpStatus.ADMINISTRATIVELY_DISABLED, (), "peer has switched ICCP off"),
    ],
)
def test_2_2_a_refused_connection_says_why(status: IccpStatus, tlvs: tuple[TlvValue, ...], why: str) -> None:
    script = Script(MLACP).connecting()
    assert script.nak(status, *tlvs) == []
    assert [report.why for report in script.reports] == [why]
    assert script.core.connection is con.State.CAPREC


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (IccpStatus.APPLICATION_CONNECTION_COUNT_EXCEEDED, "peer has too many connections of MLACP"),
        (IccpStatus.APPLICATION_NOT_IN_RG, "peer does not run MLACP"),
        (IccpStatus.INCOMPATIBLE_VERSION, "peer runs another version of MLACP"),
    ],
)
def test_2_2_a_refused_application_says_why(status: IccpStatus, why: str) -> None:
    script = Script(MLACP).operational()
    assert script.nak(status, ApplicationConnect(MLACP)) == []
    assert [report.why for report in script.reports] == [why]
    assert script.core.applications[MLACP] is app.State.RESET


def test_2_2_rejected_message_in_operational_does_not_end_anything() -> None:
    script = Script(MLACP).up()
    assert script.nak(IccpStatus.REJECTED_MESSAGE) == []
    assert script.core.established


def test_2_2_rg_removed_and_application_removed_end_what_they_name() -> None:
    script = Script(MLACP).up()
    script.disconnect(IccpStatus.APPLICATION_REMOVED, ApplicationDisconnect(0x0031, "maintenance"))
    assert script.core.applications[MLACP] is app.State.RESET
    assert script.core.connection is con.State.OPERATIONAL
    script.disconnect(IccpStatus.RG_REMOVED)
    assert script.core.connection is con.State.CAPREC


@pytest.mark.parametrize("status", [0, 0x00010000, 0x00010008, 0xFFFFFFFF])
def test_2_2_a_code_that_nobody_has_registered_is_counted(status: int) -> None:
    script = Script(MLACP).up()
    assert script.nak(status) == []
    assert script.core.established and script.core.counters["NAK received"] == 1
