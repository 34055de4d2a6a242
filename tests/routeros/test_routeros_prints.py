"""`print` of the bridge's menus: configured rows, dynamic rows, what runs and why the rest does not."""

from pyiccp._node.config import Bridge
from pyiccp._node.status import BridgePortStatus, BridgeStatus
from pyiccp._routeros.config import parse_config
from pyiccp._routeros.prints import port_print, vlan_print
from pyiccp.wire._mac import mac

[BRIDGE] = parse_config(
    """
    /interface bridge add frame-types=admit-only-vlan-tagged name=bridge1 vlan-filtering=yes
    /interface bridge port
    add bridge=bridge1 frame-types=admit-only-vlan-tagged interface=sfp-sfpplus1
    add bridge=bridge1 interface=ether2 pvid=10
    add bridge=bridge1 interface=ether3 pvid=10
    add bridge=bridge1 disabled=yes horizon=3 interface=ether4
    add bridge=bridge1 interface=ether5 priority=0x10
    /interface bridge vlan
    add bridge=bridge1 tagged=sfp-sfpplus1,ether2,bridge1 vlan-ids=20,100-101
    add bridge=bridge1 disabled=yes tagged=sfp-sfpplus1 vlan-ids=30
    """
).bridges


def status(bridge: Bridge, **comments: str) -> BridgeStatus:
    """All ports run but those with a comment."""
    ports = {
        port.interface: BridgePortStatus(
            interface=port.interface,
            status="inactive" if port.interface in comments else "in-bridge",
            comment=comments.get(port.interface),
            learning=True,
            forwarding=True,
        )
        for port in bridge.ports
        if not port.disabled
    }
    return BridgeStatus(
        state="enabled",
        current_mac_address=mac("02:00:00:00:00:01"),
        bridge_id="",
        port_count=len(ports),
        fast_forward=False,
        spanning_tree="",
        mlag_state=None,
        mlag_active_role=None,
        ports=ports,
    )


def test_ports_with_the_reason_why_one_is_inactive() -> None:
    assert port_print(BRIDGE, status(BRIDGE, **{"sfp-sfpplus1": "mlag not connected"})).split("\n") == [
        "Flags: X - DISABLED; I - INACTIVE",
        "Columns: INTERFACE, BRIDGE, PVID, PRIORITY, HORIZON",
        "#   INTERFACE     BRIDGE   PVID  PRIORITY  HORIZON",
        ";;; mlag not connected",
        "0 I sfp-sfpplus1  bridge1     1  0x80      none",
        "1   ether2        bridge1    10  0x80      none",
        "2   ether3        bridge1    10  0x80      none",
        "3 X ether4        bridge1     1  0x80      3",
        "4   ether5        bridge1     1  0x10      none",
    ]


def test_vlans_dynamic_ones_by_pvid_and_configured_ones_with_the_members_that_run() -> None:
    assert vlan_print(BRIDGE, status(BRIDGE, ether5="no link")).split("\n") == [
        "Flags: X - DISABLED; D - DYNAMIC",
        "Columns: BRIDGE, VLAN-IDS, CURRENT-TAGGED, CURRENT-UNTAGGED",
        "#   BRIDGE   VLAN-IDS  CURRENT-TAGGED  CURRENT-UNTAGGED",
        ";;; added by pvid",
        "0 D bridge1        10                  ether2",
        "                                       ether3",
        "1   bridge1        20  sfp-sfpplus1",
        "                  100  ether2",
        "                  101  bridge1",
        "2 X bridge1        30",
    ]


def test_a_table_without_flags_has_no_legend() -> None:
    [bridge] = parse_config(
        "/interface bridge add name=b\n/interface bridge port add bridge=b interface=ether1"
    ).bridges
    assert port_print(bridge, status(bridge)).split("\n") == [
        "Columns: INTERFACE, BRIDGE, PVID, PRIORITY, HORIZON",
        "# INTERFACE  BRIDGE  PVID  PRIORITY  HORIZON",
        "0 ether1     b          1  0x80      none",
    ]
