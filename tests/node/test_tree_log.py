"""The log of a pair's spanning tree (M9), with the copies of real nodes and without the wire between them."""

import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lab.third import network
from node.labs import node
from pyiccp._mlag.events import EndSession, Tell
from pyiccp._mlag.stp import Changed, Heard, Role, TreeLog
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.rstp import events as rstp
from pyiccp.rstp._reasons import Reason
from pyiccp.rstp._vectors import bridge_id, bridge_number
from pyiccp.testing.strategies import values
from pyiccp.wire._bpdu import RstBpdu
from pyiccp.wire._flags import FLAGS, PortRole
from pyiccp.wire._mac import NEAREST_BRIDGE, mac
from pyiccp.wire.iccp import _tree as wire
from pyiccp.wire.iccp._tlv import UnknownTlv
from pyiccp.wire.iccp._tree import (
    TreeApplied,
    TreeBegin,
    TreeBpdu,
    TreeEntry,
    TreeIdentity,
    TreeMark,
    TreeMarks,
    TreePort,
    TreeSnapshot,
)


def running(root: str = "pair") -> tuple[Network, TreeLog, TreeLog]:
    """A pair with a third switch and a client bridge at rest; the logs of its primary and its secondary."""
    net = network(root=root)
    net.run(seconds(7))
    logs = [node(net, name).pairing.log for name in ("Peer1", "Peer2")]
    assert logs[0] is not None
    assert logs[1] is not None
    assert (logs[0].role, logs[1].role) == (Role.PRIMARY, Role.SECONDARY)
    return net, logs[0], logs[1]


def ends(actions: list[Any]) -> list[str]:
    return [action.why for action in actions if isinstance(action, EndSession)]


def superior(port: int = 0x8001, proposal: bool = True) -> bytes:
    """A neighbour knows a better root, and proposes by *port* of it."""
    root = bridge_id(bridge_number(0, mac("02:00:00:00:00:01")))
    octet = PortRole.DESIGNATED << 2 | 0x02 * proposal
    return RstBpdu(FLAGS[octet], root, 0, root, port, 0, 20 * 256, 2 * 256, 15 * 256).encode()


def number_of(net: Network, name: str, interface: str) -> int:
    copy = node(net, name).pair_tree
    assert copy is not None
    return copy.number(interface)


def test_no_agreement_leaves_before_the_other_node_has_shut_its_port() -> None:
    """M9.3: 1. A better root is heard on Peer2's uplink, which becomes the pair's root port. 2. By a better port of the
    same bridge it is offered to Peer1's uplink as well: that is the root port now, Peer2's is to discard. 3. In the
    primary's copy Peer2's port goes on forwarding, and no agreement leaves. 4. Peer2 says that it is done: it does."""
    net, primary, _ = running()
    theirs, ours = number_of(net, "Peer2", "ether2"), number_of(net, "Peer1", "ether2")
    peer1 = node(net, "Peer1")
    assert peer1.pair_tree is not None
    core = peer1.pair_tree.core
    name = next(name for name in core.ports if name.startswith("ether2@") and name.endswith("2C:91"))
    said = primary.handle(Heard(TreeBpdu(theirs, superior(0x8002, proposal=False))), net.now)
    assert core.view().root_port == name
    said += primary.handle(Changed(TreeBpdu(ours, superior())), net.now)
    assert core.view().root_port != name
    assert core.port(name).reason is Reason.SWITCHING_OFF
    peer1._carry_out(said, net.now, [])
    assert core.port(name).forwarding
    assert not core.bridge.ports[core.view().root_port or ""].agree
    answered = primary.handle(Heard(TreeApplied(theirs, core.bridge.ports[name].commands)), net.now)
    assert not core.port(name).forwarding
    assert core.bridge.ports[core.view().root_port or ""].agree
    bpdus = [each.bpdu for each in answered if isinstance(each, rstp.Transmit) and each.port == "ether2"]
    assert [bpdu.flags.agreement for bpdu in bpdus if isinstance(bpdu, RstBpdu)] == [True]


def test_a_secondary_that_hears_no_entry_repeats_what_its_ports_said_last() -> None:
    """M9.4: after 2.5 s, and every two seconds from then on; unchanged, its half of the bond included."""
    net, _, secondary = running()
    last = dict(secondary.spoken)
    assert secondary.advance(net.now + seconds(0.4)) == []
    quiet = net.now + seconds(2.5)
    said = [a for a in secondary.advance(quiet) if isinstance(a, rstp.Transmit)]
    assert {a.port for a in said} == {"client-bond", "ether1", "ether2"}
    assert all(a in last.values() for a in said)
    assert secondary.deadline == quiet + seconds(2)
    assert [a for a in secondary.advance(quiet + seconds(2)) if isinstance(a, rstp.Transmit)] == said


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: TreeEntry(log.sequence + 2, log.newest, 0),
        lambda log: TreeEntry(log.sequence, log.newest, 0),
        lambda log: TreeEntry(log.sequence + 1, log.newest - 1, 0),
        lambda log: TreeEntry(log.sequence + 1, 1 << 63, 0),
        lambda log: TreeEntry(log.sequence + 1, log.newest, 2),
        # Found by the fuzzer, one octet of an entry changed on its way: whoever skips a change is no copy any more.
        lambda log: TreeEntry(log.sequence + 1, log.newest, 0, (UnknownTlv(0x13, b"\0\1"),)),
        lambda log: TreeEntry(log.sequence + 1, log.newest, 0, (_port(7, "mlag-id 10"),)),
        lambda log: TreeEntry(log.sequence + 1, log.newest, 0, (_port(5000, "x"),)),
        lambda log: TreeEntry(log.sequence + 1, log.newest, 0, (TreeIdentity(NEAREST_BRIDGE, 0x8000, False),)),
        lambda log: TreeEntry(log.sequence + 1, log.newest, 0, (_port(900, "x"), _port(901, "x"))),
    ],
)
def test_a_log_that_cannot_be_ends_the_session_and_changes_nothing(spoil: Any) -> None:
    """M9.6."""
    net, _, secondary = running()
    before = secondary.copy.fingerprint(secondary.newest)
    assert len(ends(secondary.handle(Heard(spoil(secondary)), net.now))) == 1
    assert secondary.copy.fingerprint(secondary.newest) == before


def _port(number: int, name: str) -> TreePort:
    return TreePort(number, 0x80, 0, 0, False, True, False, False, False, False, False, False, name)


def test_the_peer_cannot_name_a_port_that_is_ours() -> None:
    net, primary, _ = running()
    ours = number_of(net, "Peer1", "ether1")
    assert ends(primary.handle(Heard(_port(ours, "stolen")), net.now)) == [
        f"peer's bridge port stolen: number {ours} is not its own"
    ]


def test_what_the_peer_says_of_a_port_that_it_does_not_have_is_nothing() -> None:
    net, primary, _ = running()
    before = primary.copy.fingerprint(primary.newest)
    primary.handle(Heard(TreeBpdu(number_of(net, "Peer1", "ether1"), superior())), primary.newest)
    assert primary.copy.fingerprint(primary.newest)[1] == before[1]


@pytest.mark.parametrize("document", [b"", b"{}", b"[1]", b"\xff", b'{"config": 3}', b"nul", b"9" * 30])
def test_a_snapshot_that_is_none_ends_the_session(document: bytes) -> None:
    """M9.6: nothing received is believed before it is checked."""
    net, _, secondary = running()
    secondary.role = Role.JOINING
    actions: list[Any] = []
    for value in (TreeBegin(1, len(document)), TreeMarks(()), TreeSnapshot(document)):
        actions += secondary.handle(Heard(value), net.now)
    assert len(ends(actions)) == 1


def test_a_snapshot_larger_than_it_said_or_than_anything_needs_ends_the_session() -> None:
    net, _, secondary = running()
    secondary.role = Role.JOINING
    assert len(ends(secondary.handle(Heard(TreeBegin(1, 1 << 30)), net.now))) == 1
    secondary.handle(Heard(TreeBegin(1, 2)), net.now)
    assert len(ends(secondary.handle(Heard(TreeSnapshot(b"123")), net.now))) == 1


def test_marks_that_do_not_fit_the_snapshot_end_the_session() -> None:
    net, primary, secondary = running()
    document = primary.copy.document(primary.newest)
    secondary.role = Role.JOINING
    secondary.handle(Heard(TreeBegin(primary.newest, len(document))), net.now)
    secondary.handle(Heard(TreeMarks((TreeMark(77, True, False, True, False, 0, 0, 0),))), net.now)
    actions: list[Any] = []
    for start in range(0, len(document), wire.CHUNK):
        actions += secondary.handle(Heard(TreeSnapshot(document[start : start + wire.CHUNK])), net.now)
    assert len(ends(actions)) == 1


@pytest.mark.parametrize(
    "over", [{"has_1": True}, {"up_1": True}, {"has_0": False}], ids=["ours", "ours is up", "nobody's"]
)
def test_marks_of_ports_that_the_primary_cannot_have_end_the_session(over: dict[str, bool]) -> None:
    """1. The primary's snapshot says that a port of its own is the secondary's as well. 2. It dies. 3. The survivor
    kept the port for ever, and its next peer refused a tree with a port that nobody has."""
    net, primary, secondary = running()
    primary.halves.drop(1, primary.newest)
    document = primary.copy.document(primary.newest)
    first, *others = primary.halves.told()
    secondary.role = Role.JOINING
    actions = list(secondary.handle(Heard(TreeBegin(primary.newest, len(document))), net.now))
    secondary.handle(Heard(TreeMarks((replace(first, **over), *others))), net.now)
    for start in range(0, len(document), wire.CHUNK):
        actions += secondary.handle(Heard(TreeSnapshot(document[start : start + wire.CHUNK])), net.now)
    assert ends(actions) == [f"the peer's spanning tree cannot be: port {first.port} is not its own"]
    assert not secondary.halves.marks


def test_the_snapshot_is_the_primarys_copy_field_by_field() -> None:
    """M9.6."""
    _, primary, secondary = running("third")
    document = primary.copy.document(primary.newest)
    secondary.copy.restore(document, primary.newest)
    assert secondary.copy.fingerprint(primary.newest) == primary.copy.fingerprint(primary.newest)


def test_every_own_deed_of_the_secondary_comes_from_an_entry() -> None:
    """M9.6: it runs no timer of the tree while the session is up."""
    _, primary, secondary = running()
    assert secondary.copy.deadline is not None
    assert secondary.deadline == secondary.timers.next
    assert primary.deadline is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(*(values(form) for form in wire.FORMATS)), max_size=8), st.sampled_from(list(Role)))
def test_nothing_that_a_peer_says_raises(said: list[Any], role: Role) -> None:
    net, _, secondary = running_once()
    secondary.role = role
    for value in said:
        for action in secondary.handle(Heard(value), net.now):
            assert not isinstance(action, Tell) or action.value.encode()


_NETS: list[bytes] = []


def running_once() -> tuple[Network, TreeLog, TreeLog]:
    """As `running`, from a copy."""
    if not _NETS:
        _NETS.append(pickle.dumps(running()[0]))
    net = pickle.loads(_NETS[0])
    logs = [node(net, name).pairing.log for name in ("Peer1", "Peer2")]
    return net, logs[0], logs[1]
