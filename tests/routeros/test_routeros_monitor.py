"""Monitors in the document's layouts, character for character."""

import msgspec

from pyiccp._node.status import BondPortStatus, BondStatus, BridgeStatus, HostStatus, MlagStatus, NodeStatus
from pyiccp._routeros import monitor
from pyiccp.wire._mac import ZERO, Mac, mac


def node(mlag: MlagStatus | None = None, hosts: tuple[HostStatus, ...] = ()) -> NodeStatus:
    return NodeStatus(name="Peer1", mlag=mlag, bonds={}, bridges={}, hosts=hosts, warnings=())


def member(partner: Mac = ZERO) -> BondPortStatus:
    return BondPortStatus(
        state="attached",
        reason=None,
        reason_code=None,
        key=17,
        flags="A-GSCD--",
        partner_sys_id=partner,
        partner_sys_priority=65535,
        partner_key=9,
        partner_flags="A-GSCD--",
    )


BOND = BondStatus(
    mode="802.3ad",
    active_ports=("sfp-sfpplus1", "sfp-sfpplus2"),
    inactive_ports=(),
    lacp_system_id=mac("74:4D:28:7B:7F:96"),
    lacp_system_priority=65535,
    lacp_partner_system_id=mac("74:4D:28:11:70:6C"),
    mlag_id=None,
    ports={},
)


def test_the_documents_mlag_monitor() -> None:
    connected = MlagStatus(status="connected", system_id=mac("74:4D:28:11:70:6B"), active_role="primary")
    assert monitor.prompt("Peer1", "/interface/bridge/mlag/monitor") == "[admin@Peer1] > /interface/bridge/mlag/monitor"
    assert monitor.mlag_monitor(node(connected)) == (
        "       status: connected\n    system-id: 74:4D:28:11:70:6B\n  active-role: primary"
    )


def test_role_and_system_id_are_shown_only_when_connected() -> None:
    address = mac("74:4D:28:11:70:6B")
    for state in ("connecting", "disabled", "peer port not running"):
        stale = MlagStatus(status=state, system_id=address, active_role="primary")
        assert monitor.mlag_monitor(node(stale)) == f"  status: {state}"
    assert monitor.mlag_monitor(node(None)) == "  status: disabled"


def test_the_documents_bond_monitor() -> None:
    assert monitor.bonding_monitor(BOND).split("\n") == [
        "                    mode: 802.3ad",
        "            active-ports: sfp-sfpplus1,sfp-sfpplus2",
        "          inactive-ports:",
        "          lacp-system-id: 74:4D:28:7B:7F:96",
        "    lacp-system-priority: 65535",
        "  lacp-partner-system-id: 74:4D:28:11:70:6C",
    ]


def test_several_bonds_stand_in_columns() -> None:
    lacp = msgspec.structs.replace(
        BOND,
        active_ports=("ether4", "ether5"),
        lacp_system_id=mac("CC:2D:E0:11:22:33"),
        lacp_partner_system_id=mac("B8:69:F4:44:55:66"),
    )
    backup = BondStatus(
        mode="active-backup",
        active_ports=("ether6",),
        inactive_ports=("ether7",),
        lacp_system_id=None,
        lacp_system_priority=None,
        lacp_partner_system_id=None,
        mlag_id=None,
        ports={},
    )
    assert monitor.bondings_monitor([lacp, backup]).split("\n") == [
        "                      mode: 802.3ad           active-backup",
        "              active-ports: ether4            ether6",
        "                            ether5",
        "            inactive-ports:                   ether7",
        "            lacp-system-id: CC:2D:E0:11:22:33",
        "      lacp-system-priority: 65535",
        "    lacp-partner-system-id: B8:69:F4:44:55:66",
    ]


def test_monitor_slaves() -> None:
    bond = msgspec.structs.replace(
        BOND,
        active_ports=("ether4",),
        inactive_ports=("ether5",),
        ports={"ether4": member(mac("D4:CA:6D:12:06:65")), "ether5": member()},
    )
    assert monitor.monitor_slaves(bond) == (
        "Flags: A - active; P - partner\n"
        ' AP port=ether4 key=17 flags="A-GSCD--" partner-sys-id=D4:CA:6D:12:06:65 '
        'partner-sys-priority=65535 partner-key=9 partner-flags="A-GSCD--"\n'
        "\n"
        '    port=ether5 key=17 flags="A-GSCD--" partner-sys-id=00:00:00:00:00:00 '
        'partner-sys-priority=65535 partner-key=9 partner-flags="A-GSCD--"'
    )
    for line in monitor.monitor_slaves(bond, 80).split("\n")[1:]:
        assert len(line) <= 80
        assert not line or line.startswith((" AP port=", "    port=", "     p"))


def test_bridge_monitor_says_what_spanning_tree_does_and_fakes_nothing() -> None:
    bridge = BridgeStatus(
        state="enabled",
        current_mac_address=mac("B8:69:F4:1B:B0:7C"),
        bridge_id="0x1000.B8:69:F4:1B:B0:7C",
        port_count=2,
        fast_forward=False,
        spanning_tree="rstp is configured but not in this version yet",
        mlag_state="connected",
        mlag_active_role="primary",
        ports={},
    )
    assert monitor.bridge_monitor(bridge).split("\n") == [
        "                state: enabled",
        "  current-mac-address: B8:69:F4:1B:B0:7C",
        "            bridge-id: 0x1000.B8:69:F4:1B:B0:7C",
        "        spanning-tree: rstp is configured but not in this version yet",
        "           port-count: 2",
        "         fast-forward: no",
        "           mlag-state: connected",
        "     mlag-active-role: primary",
    ]
    waiting = msgspec.structs.replace(bridge, mlag_state="connecting")
    assert "mlag-active-role" not in monitor.bridge_monitor(waiting)
    plain = msgspec.structs.replace(bridge, mlag_state=None, mlag_active_role=None)
    assert "mlag" not in monitor.bridge_monitor(plain)


def test_host_print_keeps_the_columns_of_the_header() -> None:
    hosts = (
        HostStatus(mac_address=mac("B8:69:F4:C9:EE:D7"), vid=None, on_interface="ether1", bridge="bridge1", flags="D"),
        HostStatus(mac_address=mac("CC:2D:E0:E4:B3:38"), vid=99, on_interface="bridge1", bridge="bridge1", flags="aLD"),
    )
    assert monitor.host_print(node(hosts=hosts)).split("\n")[1:] == [
        " #       MAC-ADDRESS        VID ON-INTERFACE            BRIDGE",
        " 0   D   B8:69:F4:C9:EE:D7      ether1                  bridge1",
        " 1   DLa CC:2D:E0:E4:B3:38   99 bridge1                 bridge1",
    ]
