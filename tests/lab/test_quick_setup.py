"""The vendor's quick setup, from its own configuration text, prints what the vendor's page prints."""

from itertools import pairwise

import pytest

from lab.quick import CLIENT, HIGHER, PAIR, PEER1, inline, run, scenario, started
from pyiccp._sansio import Instant, seconds
from pyiccp.lab._links import Way
from pyiccp.lab._result import Result, result_of
from pyiccp.lab._text import to_text
from pyiccp.wire._mac import mac

PEER1_MONITOR = """\
[admin@Peer1] > /interface/bridge/mlag/monitor
       status: connected
    system-id: 74:4D:28:11:70:6B
  active-role: primary
"""
PEER2_MONITOR = """\
[admin@Peer2] > /interface/bridge/mlag/monitor
       status: connected
    system-id: 74:4D:28:11:70:6B
  active-role: secondary
"""
CLIENT_MONITOR = """\
[admin@Client] > /interface bonding monitor bond1
                    mode: 802.3ad
            active-ports: sfp-sfpplus1,sfp-sfpplus2
          inactive-ports:
          lacp-system-id: 74:4D:28:7B:7F:96
    lacp-system-priority: 65535
  lacp-partner-system-id: 74:4D:28:11:70:6C
"""


def mlag(result: Result, node: str) -> tuple[str, bytes | None, str | None]:
    status = result.nodes[node].mlag
    assert status is not None
    return status.status, status.system_id, status.active_role


def test_peers_and_client_end_as_on_the_page_and_the_partner_is_noted() -> None:
    result = run(until="6s")
    assert mlag(result, "Peer1") == ("connected", mac(PAIR), "primary")
    assert mlag(result, "Peer2") == ("connected", mac(PAIR), "secondary")
    assert result.nodes["Client"].mlag is None
    bond = result.nodes["Client"].bonds["bond1"]
    assert (bond.active_ports, bond.inactive_ports) == (("sfp-sfpplus1", "sfp-sfpplus2"), ())
    assert (bond.lacp_system_id, bond.lacp_system_priority) == (mac(CLIENT), 65535)
    assert bond.lacp_partner_system_id == mac(PAIR)
    text = to_text(result)
    assert text.startswith(PEER1_MONITOR + "\n" + PEER2_MONITOR + "\n")
    assert CLIENT_MONITOR.replace("70:6C", "70:6B") + "note: " in text
    assert "the vendor's printout shows 74:4D:28:11:70:6C there" in text


def test_with_lacp_identity_bond_mac_the_client_s_block_is_the_page_s_to_the_character() -> None:
    result = run(until="6s", changes=[('rsc"\nmac', 'rsc"\nlacp-identity = "bond-mac"\nmac')])
    text = to_text(result)
    assert "\n" + CLIENT_MONITOR + "\n" in text
    assert "note:" not in text


def test_the_timeline_has_the_contract_s_columns() -> None:
    lines = to_text(run("5s cut Peer1:sfp-sfpplus2", until="6s")).splitlines()
    assert "   0.000 s  Peer1   sfp-sfpplus1 up" in lines
    assert "   5.000 s  lab     cut Peer1:sfp-sfpplus2" in lines
    assert any(
        line.endswith(" s  Peer1   ICCP session with Peer2 up, primary (bridge MAC 74:4D:28:11:70:6B is lower)")
        for line in lines
    )
    assert any(
        "Client  bond1: sfp-sfpplus2 collecting and distributing, partner 74:4D:28:11:70:6B" in line for line in lines
    )


def test_connecting_before_the_session_and_after_the_peer_port_fails() -> None:
    network = started(scenario("5s cut Peer1:sfp-sfpplus1", until="6s"))
    network.run(0)
    before = result_of(network)
    network.run(seconds(6))
    after = result_of(network)
    for result in (before, after):
        assert mlag(result, "Peer1")[1:] == mlag(result, "Peer2")[1:] == (None, None)
        assert "system-id" not in to_text(result).split("[admin@Client]")[0]
    assert mlag(before, "Peer1")[0] == "connecting"
    assert mlag(after, "Peer1")[0] in ("connecting", "peer port not running")


def test_disabled_without_a_peer_port() -> None:
    text = PEER1.replace("peer-port=sfp-sfpplus1", "peer-port=none")
    result = run(until="3s", flows=False, changes=[inline("Peer1", text)])
    assert mlag(result, "Peer1") == ("disabled", None, None)
    assert "/interface/bridge/mlag/monitor\n  status: disabled\n" in to_text(result)


@pytest.mark.parametrize("number", [0, 4294967295])
def test_the_smallest_and_the_largest_mlag_id_work(number: int) -> None:
    text = PEER1.replace("mlag-id=10", f"mlag-id={number}")
    result = run(until="5s", flows=False, changes=[inline("Peer1", text), inline("Peer2", text)])
    assert result.nodes["Peer1"].bonds["client-bond"].mlag_id == number
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2


def test_swapping_the_macs_swaps_the_roles() -> None:
    result = run(until="3s", flows=False, changes=[(PAIR, "X"), (HIGHER, PAIR), ("X", HIGHER)])
    assert mlag(result, "Peer1") == ("connected", mac(PAIR), "secondary")
    assert mlag(result, "Peer2") == ("connected", mac(PAIR), "primary")


def test_a_lower_priority_beats_the_mac() -> None:
    text = PEER1.replace("peer-port=", "priority=50 peer-port=")
    result = run(until="3s", flows=False, changes=[inline("Peer2", text)])
    assert mlag(result, "Peer1") == ("connected", mac(HIGHER), "secondary")
    assert mlag(result, "Peer2") == ("connected", mac(HIGHER), "primary")


def test_iccp_leaves_by_the_peer_port_only_to_the_nearest_bridge_untagged() -> None:
    seen: dict[str, set[bytes]] = {}

    def capture(way: Way, frame: bytes, at: Instant) -> None:
        if frame[12:14] == b"\x88\xb5":
            seen.setdefault(way.link.name, set()).add(frame[:6])

    network = started(scenario("5s cut Peer1:sfp-sfpplus2", until="7s"))
    network.wires.capture = capture
    network.run(seconds(7))
    assert seen == {"Peer1:sfp-sfpplus1 -- Peer2:sfp-sfpplus1": {bytes.fromhex("0180c200000e")}}


def test_one_identity_per_moment_on_each_client_link() -> None:
    """Between two LACPDUs of one port the identity changes once: from solo to the pair's (M1.8)."""
    systems: dict[str, list[bytes]] = {}

    def capture(way: Way, frame: bytes, at: Instant) -> None:
        if frame[12:15] == b"\x88\x09\x01" and not way.outbound:
            systems.setdefault(way.link.name, []).append(frame[20:26])

    network = started(scenario(until="5s", flows=False))
    network.wires.capture = capture
    network.run(seconds(5))
    assert len(systems) == 2
    for heard in systems.values():
        assert sum(one != other for one, other in pairwise(heard)) == 1
        assert heard[-1] == mac(PAIR)
