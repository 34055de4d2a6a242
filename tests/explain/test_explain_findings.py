"""Every finding has a capture that shows it: real ones first, from the lab where no real one has it."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import pyiccp._explain
from explain.labs import (
    BOND,
    PEER,
    VECTORS,
    Frame,
    bond,
    bridge,
    changed,
    codes,
    devices,
    frames,
    lab,
    link,
    of,
    pair,
    report,
    ring,
    written,
)
from pyiccp.wire._link import Heartbeat, Segment

FAST = BOND.format(rate="1sec")
MILLISECOND = 1_000_000
SAME = "lacp-system-id=02:00:00:00:00:77"


def vector(path: str) -> bytes:
    return (VECTORS / path).read_bytes()


def two_switches(one: str, other: str) -> bytes:
    """A client whose bond is wired to two switches that know nothing of each other."""
    half = "/interface bonding add mode=802.3ad name=b slaves=sfp-sfpplus1 lacp-rate=1sec "
    head = devices(("C", FAST), ("S1", half + one), ("S2", half + other), until="90s")
    return lab(head + link("C:sfp-sfpplus1", "S1:sfp-sfpplus1") + link("C:sfp-sfpplus2", "S2:sfp-sfpplus1"))


def self_cabled() -> bytes:
    return lab(devices(("A", FAST), until="20s") + link("A:sfp-sfpplus1", "A:sfp-sfpplus2"))


def reflected(capture: bytes, source: str) -> bytes:
    """Every frame of *source* comes back a moment later."""

    def back(frame: Frame) -> Iterator[Frame]:
        time, interface, octets = frame
        yield frame
        if octets[6:12] == bytes.fromhex(source):
            yield time + MILLISECOND // 10, interface, octets

    return changed(capture, back)


def replugged() -> bytes:
    """From five seconds on what was on the first link is on a third one."""
    found = frames(bond(until="12s"))

    def moved(frame: Frame) -> Iterator[Frame]:
        time, interface, octets = frame
        late = time > found[0][0] + 5_000_000_000
        yield time, 2 if late and interface == 0 else interface, octets

    return written(new for frame in found for new in moved(frame))


def edge_to_a_bridge() -> bytes:
    each = (("A", bridge("ether1", "ether2")), ("B", bridge("ether1", "ether2", more="edge=yes")))
    return lab(devices(*each, until="20s") + link("A:ether1", "B:ether1"))


def flapping() -> bytes:
    events = [f"{20 + 4 * turn}s {'mend' if turn % 2 else 'cut'} B:ether2" for turn in range(10)]
    return ring(*events, until="70s")


def without(capture: bytes, marks: tuple[bytes, ...]) -> bytes:
    """Frames that hold one of *marks* are left out."""
    return changed(capture, lambda frame: () if any(mark in frame[2] for mark in marks) else (frame,))


def foreign(version: bytes) -> bytes:
    """The pair's link with a third speaker whose layout is not ours."""
    ours = Segment(domain=1, incarnation=2, peer_incarnation=3, body=Heartbeat(4, 5)).encode()
    octets = bytes.fromhex("0180C200000E02000000000988B5") + version + ours[8:]
    found = frames(pair(until="6s"))
    return written([*found, (found[-1][0] + 1, 0, octets)])


def ends_without_shutdown() -> bytes:
    """An LDP speaker that gives up: Notification, fatal, KeepAlive Timer Expired."""
    from pyiccp.wire.iccp._pdu import IccpPdu, LdpStatus, Message
    from pyiccp.wire.iccp.ldp import Status

    def instead(frame: Frame) -> Iterator[Frame]:
        yield frame

    found = frames(vector("iccp/iccp.pcap"))
    time, interface, octets = found[2]
    head = octets[:54]
    status = Status(code=LdpStatus.KEEPALIVE_EXPIRED, fatal=True)
    pdu = IccpPdu(0xC0000201, 0, (Message(1, 99, (status,)),)).encode()
    sequence = int.from_bytes(octets[38:42], "big")
    length = int.from_bytes(octets[16:18], "big") - 40
    ip = octets[14:16] + (40 + len(pdu)).to_bytes(2, "big") + octets[18:34]
    tcp = octets[34:38] + (sequence + length).to_bytes(4, "big") + octets[42:54]
    return written([*found[:3], (time + MILLISECOND, interface, head[:14] + ip + tcp + pdu)])


CAPTURES: dict[str, list[Callable[[], bytes]]] = {
    "partner-absent": [partial(vector, "lacp/l02_bond_bond_slow.pcapng")],
    "partner-expired": [partial(vector, "lacp/s07_partner_loss_fast.pcapng"), partial(pair, "8s hang Peer2")],
    "partner-defaulted": [partial(vector, "lacp/s07_partner_loss_fast.pcapng")],
    "rate-mismatch": [partial(vector, "lacp/s03_rate_mismatch.pcapng")],
    "passive-passive": [partial(vector, "lacp/s04_active_passive.pcapng")],
    "key-mismatch": [partial(vector, "lacp/l06_bond_mclag.pcapng")],
    "system-id-mismatch": [
        partial(vector, "lacp/s13_mclag.pcapng"),
        partial(vector, "lacp/l06_bond_mclag.pcapng"),
        partial(pair, "8s cut Peer1:sfp-sfpplus1", keepalive=False),
    ],
    "priority-mismatch": [
        partial(
            two_switches, "lacp-system-id=02:00:00:00:00:77", "lacp-system-id=02:00:00:00:00:77 lacp-system-priority=9"
        )
    ],
    "wrong-partner-view": [partial(vector, "lacp/p01_ovs_probes.pcapng")],
    "one-way-loss": [
        partial(vector, "lacp/s09_one_way_loss.pcapng"),
        partial(bond, "", "", "5s silence-rx A:sfp-sfpplus1"),
    ],
    "link-down": [
        partial(vector, "lacp/s06_link_flap.pcapng"),
        partial(bond, "", "", "5s cut A:sfp-sfpplus1", "9s mend A:sfp-sfpplus1"),
    ],
    "link-flap": [partial(vector, "lacp/s06_link_flap.pcapng")],
    "port-moved": [replugged],
    "equal-port-numbers": [partial(two_switches, SAME, SAME)],
    "duplicate-system-id": [partial(vector, "lacp/p01_ovs_probes.pcapng"), self_cabled],
    "loop-back": [partial(reflected, vector("lacp/s02_cold_fast.pcapng"), "020a61000001")],
    "churn": [partial(two_switches, "", "lacp-user-key=3")],
    "identity-change": [partial(vector, "lacp/s13_mclag.pcapng"), partial(pair, "8s crash Peer1", keepalive=False)],
    "peer-departs": [
        partial(vector, "lacp/s04_active_passive.pcapng"),
        partial(vector, "lacp/s09_one_way_loss.pcapng"),
        partial(vector, "lacp/s13_mclag.pcapng"),
    ],
    "malformed": [
        partial(vector, "lacp/p01_ovs_probes.pcapng"),
        partial(vector, "public/stp-heapoverflow-1.pcap"),
        partial(vector, "public/stp-heapoverflow-2.pcap"),
    ],
    "stp-link-lost": [
        partial(vector, "stp/mstpd-ring2/all.pcapng"),
        partial(vector, "stp/kernel-stp-ring3/all.pcapng"),
        partial(ring, "20s cut A:ether1", "30s mend A:ether1", until="40s"),
    ],
    "root-flaps": [partial(vector, "stp/ovs-ring3/all.pcapng")],
    "topology-changes": [partial(vector, "stp/mstpd-ring3/all.pcapng"), flapping],
    "agreement-never-sent": [partial(vector, "stp/ovs-ring3/all.pcapng")],
    "legacy-neighbour": [
        partial(vector, "stp/migration-rstp-root/all.pcapng"),
        partial(vector, "stp/migration-rstp-root/ab.pcap"),
    ],
    "dispute": [partial(ring, "20s silence-rx C:ether1", until="40s")],
    "count-to-infinity": [partial(vector, "stp/mstpd-ring3/all.pcapng")],
    "hold-count": [partial(vector, "stp/mstpd-ring3/all.pcapng")],
    "own-bpdu": [partial(vector, "stp/mstpd-shared-segment-backup/all.pcapng")],
    "bpdu-on-edge": [edge_to_a_bridge],
    "looped-back-bpdu": [partial(reflected, vector("stp/mstpd-ring3/ab.pcap"), "02000000a001")],
    "rg-mismatch": [partial(vector, "sonic/rg_mismatch.pcap")],
    "version-refused": [partial(vector, "iccp/iccp.pcap"), partial(foreign, b"pyiccp-2")],
    "foreign-iccp": [partial(foreign, b"RouterOS")],
    "iccp-refused": [partial(vector, "iccp/iccp.pcap")],
    "iccp-session-never-up": [partial(pair, "0s silence-rx Peer1:sfp-sfpplus1", until="40s")],
    "iccp-session-lost": [ends_without_shutdown],
    "heartbeat-gap": [partial(pair, "8s hang Peer2"), partial(pair, "8s crash Peer1")],
    "table-never-synchronised": [
        # SONiC's SYNC_DATA that ends, from either side.
        partial(without, vector("sonic/session.pcap"), (bytes.fromhex("0039000400000001"),))
    ],
}


@pytest.mark.parametrize("code", CAPTURES)
def test_each_finding_in_a_capture_that_shows_it(code: str) -> None:
    for capture in CAPTURES[code]:
        told = report(capture())
        assert code in codes(told), sorted(codes(told))
        assert not told.healthy
        for finding in of(told, code):
            assert finding.evidence.partition(":")[0] in ("seen", "inferred", "unknown")
            assert finding.frames and finding.message and finding.clause and finding.fix and finding.where
            assert told.start_ns <= finding.time_ns <= told.end_ns


def test_every_code_of_the_sources_has_a_capture() -> None:
    """The codes are read from the rules themselves: nobody adds one without a capture."""
    rules = sorted(Path(pyiccp._explain.__path__[0]).glob("rules_*.py"))
    constants = {
        node.value
        for path in rules
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found = {text for text in constants if re.fullmatch(r"[a-z]+(-[a-z]+)+|malformed|churn|dispute", text)}
    assert found - {"pyiccp-link"} == set(CAPTURES)


def test_a_configuration_that_holds_a_bond_down_is_a_finding_beside_the_capture() -> None:
    wrong = PEER.format(rate="1sec") + "/interface bridge vlan add bridge=bridge1 tagged=client-bond vlan-ids=20\n"
    told = report(pair(until="5s"), configs=(("a.rsc", wrong), ("b.rsc", wrong)))
    assert codes(told) == {"config-peer-port-vlan"}
    assert told.findings[0].where == "a.rsc:8"


def test_a_configuration_gives_its_device_a_name() -> None:
    named = PEER.format(rate="1sec").replace("name=bridge1", "name=bridge1 admin-mac=74:4D:28:00:01:00 auto-mac=no")
    other = named.replace("28:00:01:00", "28:00:02:00")
    told = report(pair(until="5s"), configs=(("Peer1.rsc", named), ("Peer2.rsc", other)))
    assert told.healthy
    assert {node.title for node in told.nodes if node.kind == "iccp"} == {
        "Peer1 (74:4D:28:00:01:00)", "Peer2 (74:4D:28:00:02:00)",
    }  # fmt: skip


def test_what_happens_again_and_again_is_told_once_with_its_number() -> None:
    told = report(two_switches(SAME, SAME))
    assert len(told.findings) < 10
    assert any("times within" in finding.message for finding in told.findings)
