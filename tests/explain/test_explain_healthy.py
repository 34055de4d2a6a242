"""A false alarm is a failure: start-up, slow rates, planned stops, orderly changes of the tree are healthy."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from explain.labs import (
    BOND,
    VECTORS,
    bond,
    bridge,
    devices,
    frames,
    lab,
    link,
    pair,
    report,
    ring,
    written,
)

SECOND = 1_000_000_000


def first(path: str, until: float, start: float = 0) -> bytes:
    """A piece of a real capture: seconds after its first frame."""
    found = frames((VECTORS / path).read_bytes())
    begun = found[0][0]
    return written([one for one in found if start * SECOND <= one[0] - begun < until * SECOND])


def whole(path: str) -> bytes:
    return (VECTORS / path).read_bytes()


def single_switch() -> bytes:
    """A client on one switch with a slow bond."""
    return lab(devices(("A", BOND.format(rate="30secs")), ("B", BOND.format(rate="30secs")), until="200s")
               + link("A:sfp-sfpplus1", "B:sfp-sfpplus1") + link("A:sfp-sfpplus2", "B:sfp-sfpplus2"))  # fmt: skip


def line_of_bridges(mode: str) -> bytes:
    each = [
        (name, bridge("ether1", "ether2").replace("priority=", f"protocol-mode={mode} priority="))
        for name in ("A", "B", "C")
    ]
    return lab(devices(*each, until="60s") + link("A:ether2", "B:ether1") + link("B:ether2", "C:ether1"))


HEALTHY: dict[str, Callable[[], bytes]] = {
    "OVS, cold start, slow": partial(whole, "lacp/s01_cold_slow.pcapng"),
    "OVS, cold start, fast": partial(whole, "lacp/s02_cold_fast.pcapng"),
    "Linux bonding to OVS, start": partial(first, "lacp/l01_bond_ovs_fast.pcapng", 10),
    "Linux bonding as client of a pair, start": partial(first, "lacp/l06_bond_mclag.pcapng", 8.5),
    "OVS to a pair, start": partial(first, "lacp/s13_mclag.pcapng", 8.4),
    "OVS before a flap": partial(first, "lacp/s06_link_flap.pcapng", 6),
    "OVS active to passive": partial(first, "lacp/s04_active_passive.pcapng", 12),
    "from the middle of a slow bond": partial(first, "lacp/l02_bond_bond_slow.pcapng", 85, 20),
    "mstpd ring, cold start": partial(first, "stp/mstpd-ring3/all.pcapng", 15),
    "mstpd, two links, cold start": partial(first, "stp/mstpd-ring2/all.pcapng", 12),
    "kernel STP ring, cold start": partial(first, "stp/kernel-stp-ring3/all.pcapng", 36),
    "802.1D": partial(whole, "public/802.1D_spanning_tree.pcap"),
    "802.1w": partial(whole, "public/802.1w_rapid_STP.pcap"),
    "MSTP": partial(whole, "public/MSTP_Intra-Region_BPDUs.pcap"),
    "Rapid PVST+": partial(whole, "public/rpvstp-trunk-native-vid5.pcap"),
    "plain LDP": partial(whole, "public/ldp-common-session.pcap"),
    "SONiC session": partial(whole, "sonic/session.pcap"),
    "SONiC, a batch of hosts": partial(whole, "sonic/mac_batch_65.pcap"),
    "the pair, fast": partial(pair, until="60s"),
    "the pair, slow": partial(pair, until="200s", rate="30secs"),
    "the pair, planned stop of the secondary": partial(pair, "8s stop Peer2"),
    "the pair, planned stop of the primary": partial(pair, "8s stop Peer1"),
    "the pair, planned stop and return": partial(pair, "8s stop Peer2", "14s start Peer2", until="30s"),
    "the pair, keepalive lost and back": partial(pair, "8s cut keepalive", "12s mend keepalive"),
    "a client on one switch, slow": single_switch,
    "two bonds, fast": partial(bond, until="60s"),
    "three bridges in a ring": partial(ring, until="60s"),
    "three bridges in a line, rstp": partial(line_of_bridges, "rstp"),
    "three bridges in a line, stp": partial(line_of_bridges, "stp"),
    "a bridge that is planned to leave": partial(ring, "20s stop C", until="24s"),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_to_complain_about(name: str) -> None:
    told = report(HEALTHY[name]())
    assert [(finding.code, finding.message) for finding in told.findings] == []
    assert told.healthy
    assert told.frames > 2


def test_there_are_more_than_twenty() -> None:
    assert len(HEALTHY) >= 20


def test_a_capture_without_any_control_frame_says_so(tmp_path: Path) -> None:
    told = report(written([(1, 0, bytes(60))]))
    assert told.healthy
    assert told.notes == ("no LACP, spanning tree or ICCP in it",)
