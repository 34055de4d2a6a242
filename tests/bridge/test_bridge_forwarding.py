"""Who gets a frame in an MLAG pair: gate, filter, envelope, copies, and where a dual-homed host is (M3, M4)."""

import pytest

from bridge.kit import BRIDGE_MACS, H1, H2, H3, Pair, bridge, frame, ports, send, where
from pyiccp._bridge import BridgeCore, DropReason, Output
from pyiccp._bridge.events import (
    CopiesChanged,
    EnvelopeChanged,
    FilterChanged,
    GateChanged,
    PortStateChanged,
    SharedAddressChanged,
)
from pyiccp.wire._mac import Mac, mac


def half(core: BridgeCore, bond: str, up: bool) -> None:
    core.handle(PortStateChanged(bond, up, up), 0)


# --- M3: the gate


def test_a_closed_gate_lets_nothing_in_and_nothing_out() -> None:
    core = bridge(gate=False)
    assert send(core, "peer", frame(H1, vid=10)).dropped is DropReason.GATE_CLOSED
    assert "peer" not in ports(send(core, "ether1", frame(H2)))
    core.handle(GateChanged(True), 0)
    assert ports(send(core, "peer", frame(H1, vid=10))) == ["ether1", "ether2"]
    assert "peer" in ports(send(core, "ether1", frame(H2)))
    core.handle(GateChanged(False), 0)
    assert "peer" not in ports(send(core, "ether1", frame(H2)))


def test_nothing_is_learned_on_the_peer_port() -> None:
    core = bridge()
    send(core, "peer", frame(H1, vid=10))
    assert where(core, H1) is None


def test_untagged_data_on_the_peer_port_stays_in_its_pvid() -> None:
    core = bridge()
    assert send(core, "peer", frame(H1)).dropped is DropReason.NOWHERE, "nobody else is in VLAN 99"
    assert send(core, "ether1", frame(H2)).outputs[0] == Output("peer", 10)


def test_a_port_that_does_not_receive_or_send() -> None:
    core = bridge()
    send(core, "ether2", frame(H2))
    core.handle(PortStateChanged("ether1", False, True), 0)
    assert send(core, "ether1", frame(H1)).dropped is DropReason.NOT_RECEIVING
    core.handle(PortStateChanged("ether1", True, True), 0)
    core.handle(PortStateChanged("ether2", True, False), 0)
    assert send(core, "ether1", frame(H1, H2)).dropped is DropReason.NOT_SENDING
    assert "ether2" not in ports(send(core, "ether1", frame(H1)))


@pytest.mark.parametrize("last", [0x00, 0x02, 0x0E, 0x0F])
def test_reserved_addresses_are_never_forwarded(last: int) -> None:
    core = bridge()
    reserved = Mac(b"\x01\x80\xc2\x00\x00" + bytes([last]))
    assert send(core, "ether1", frame(H1, reserved)).dropped is DropReason.RESERVED_ADDRESS
    assert where(core, H1) is None
    assert ports(send(core, "ether1", frame(H1, mac("01:80:C2:00:00:10"))))
    plain = bridge(forward_reserved_addresses=True)
    assert ports(send(plain, "ether1", frame(H1, reserved)))


@pytest.mark.parametrize("source", ["00:00:00:00:00:00", "01:00:5E:00:00:01", "FF:FF:FF:FF:FF:FF"])
def test_a_source_that_cannot_be_is_dropped_and_not_learned(source: str) -> None:
    core = bridge()
    assert send(core, "ether1", frame(mac(source))).dropped is DropReason.INVALID_SOURCE
    assert where(core, mac(source)) is None


# --- M4.1, M4.7


def test_a_flood_leaves_by_local_halves_and_the_peer_port_and_by_no_half_of_the_other_node() -> None:
    one, other = bridge(0), bridge(1)
    first = send(one, "ether1", frame(H1))
    assert ports(first) == ["peer", "bond1", "bond2", "ether2"]
    assert ports(send(other, "peer", frame(H1, vid=10))) == ["ether1", "ether2"]


def test_any_frame_from_the_peer_port_leaves_by_a_half_only_when_the_peers_half_is_down() -> None:
    core = bridge()
    send(core, "bond1", frame(H2))
    assert send(core, "peer", frame(H1, H2, vid=10)).dropped is DropReason.FILTERED, "known unicast included"
    core.handle(FilterChanged("bond1", True), 0)
    assert ports(send(core, "peer", frame(H1, H2, vid=10))) == ["bond1"]
    assert ports(send(core, "peer", frame(H1, vid=10))) == ["bond1", "ether1", "ether2"]
    core.handle(FilterChanged("bond1", False), 0)
    assert send(core, "peer", frame(H1, H2, vid=10)).dropped is DropReason.FILTERED


def test_unicast_to_a_dual_homed_host_leaves_by_the_local_half_or_else_over_the_peer_port() -> None:
    core = bridge()
    send(core, "bond1", frame(H2))
    assert ports(send(core, "ether1", frame(H1, H2))) == ["bond1"]
    half(core, "bond1", False)
    assert send(core, "ether1", frame(H1, H2)).outputs == (Output("peer", 10),)
    assert where(core, H2) == ("peer", "D"), "re-pointed"
    assert send(core, "peer", frame(H3, H2, vid=10)).dropped is DropReason.FILTERED, "never back"
    half(core, "bond1", True)
    assert ports(send(core, "ether1", frame(H1, H2))) == ["bond1"]
    assert where(core, H2) == ("bond1", "D")


def test_a_host_behind_the_same_bond_needs_no_forwarding() -> None:
    core = bridge()
    send(core, "bond1", frame(H2))
    assert send(core, "bond1", frame(H1, H2)).dropped is DropReason.SAME_PORT


def test_a_down_half_without_a_gate_drops() -> None:
    core = bridge(gate=False)
    send(core, "bond1", frame(H2))
    half(core, "bond1", False)
    assert send(core, "ether1", frame(H1, H2)).dropped is DropReason.NOT_SENDING
    assert where(core, H2) == ("bond1", "D")


def test_a_host_on_the_peers_orphan_port_is_reached_over_the_peer_port() -> None:
    pair = Pair().start()
    pair.see(1, "ether1", H2)
    pair.settle()
    assert pair.see(0, "ether1", H1, H2).outputs == (Output("peer", 10),)
    assert pair.see(0, "bond1", H3, H2).outputs == (Output("peer", 10),)
    assert pair.see(0, "peer", H1, H2, vid=10).dropped is DropReason.SAME_PORT


# --- M4.5


def test_what_entered_by_a_half_that_is_said_to_be_down_crosses_in_an_envelope() -> None:
    core = bridge()
    core.handle(EnvelopeChanged("bond1", True), 0)
    assert send(core, "bond1", frame(H1)).outputs[0] == Output("peer", 10, envelope=10)
    assert send(core, "bond2", frame(H2)).outputs[0] == Output("peer", 10)
    core.handle(EnvelopeChanged("bond1", False), 0)
    assert send(core, "bond1", frame(H1)).outputs[0] == Output("peer", 10)


def test_an_enveloped_frame_never_leaves_by_its_bond() -> None:
    core = bridge()
    core.handle(FilterChanged("bond1", True), 0)
    core.handle(FilterChanged("bond2", True), 0)
    octets = frame(H1, vid=10)
    assert ports(send(core, "peer", octets, origin=10)) == ["bond2", "ether1", "ether2"]
    assert ports(send(core, "peer", octets, origin=0)) == ["bond1", "ether1", "ether2"]
    assert ports(send(core, "peer", octets)) == ["bond1", "bond2", "ether1", "ether2"]
    send(core, "bond1", frame(H2))
    assert send(core, "peer", frame(H1, H2, vid=10), origin=10).dropped is DropReason.ENVELOPED


def test_the_clients_own_frame_is_not_reflected_after_a_flush_during_a_drain() -> None:
    """M4.5, the second fence.

    1. The client's host H1 is recorded on bond1; the peer's half is down, so the filter is open here.
    2. The peer's table was flushed, it floods H1's frame, and that frame crosses bare.
    3. It must not leave by bond1: H1 is there.
    """
    core = bridge()
    send(core, "bond1", frame(H1))
    core.handle(FilterChanged("bond1", True), 0)
    core.handle(FilterChanged("bond2", True), 0)
    assert ports(send(core, "peer", frame(H1, vid=10))) == ["bond2", "ether1", "ether2"]
    send(core, "bond1", frame(H2))
    assert send(core, "peer", frame(H1, H2, vid=10)).dropped is DropReason.REFLECTED


# --- M4.6


def test_copies_name_what_would_leave_by_a_half_that_is_about_to_send() -> None:
    core = bridge()
    send(core, "bond1", frame(H2))
    core.handle(PortStateChanged("bond1", True, False), 0)
    assert send(core, "ether1", frame(H1)).copies == ()
    core.handle(CopiesChanged("bond1", True), 0)
    flood = send(core, "ether1", frame(H1))
    assert flood.copies == (Output("bond1", None),)
    assert ports(flood) == ["peer", "bond2", "ether2"]
    unicast = send(core, "ether1", frame(H1, H2))
    assert (unicast.outputs, unicast.copies) == ((Output("peer", 10),), (Output("bond1", None),))
    core.handle(GateChanged(False), 0)
    alone = send(core, "ether1", frame(H1, H2))
    assert (alone.outputs, alone.copies, alone.dropped) == ((), (Output("bond1", None),), None)
    core.handle(GateChanged(True), 0)
    assert send(core, "peer", frame(H3, vid=10)).copies == (), "the filter is closed: nothing of it would leave"
    assert send(core, "bond1", frame(H3)).copies == ()
    core.handle(CopiesChanged("bond1", False), 0)
    assert send(core, "ether1", frame(H1, H2)).copies == ()


# --- the bridge's own address


def test_frames_for_the_bridge_itself() -> None:
    core = bridge(pvid=10)
    assert send(core, "ether1", frame(H1, BRIDGE_MACS[0])).outputs == (Output("bridge1", None),)
    assert ports(send(core, "bridge1", frame(BRIDGE_MACS[0], H1))) == ["ether1"]
    send(core, "ether1", frame(BRIDGE_MACS[0]))
    assert where(core, BRIDGE_MACS[0]) == ("bridge1", "DL"), "an own address is never learned elsewhere"


def test_the_shared_address_is_the_bridge_on_both_nodes() -> None:
    core = bridge(1, pvid=10)
    core.handle(SharedAddressChanged(BRIDGE_MACS[0]), 0)
    for address in BRIDGE_MACS:
        assert send(core, "ether1", frame(H1, address)).outputs == (Output("bridge1", None),)
    core.handle(SharedAddressChanged(None), 0)
    assert ports(send(core, "ether1", frame(H1, BRIDGE_MACS[0]))) != ["bridge1"]
