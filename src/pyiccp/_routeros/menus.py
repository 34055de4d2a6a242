"""The modelled menus, one table each: property -> parser (with its range), default, and whether a node has it.

A property marked `_only` is known and checked, and changes nothing here: RouterOS has it, a bridge on this level does
not depend on it. What is in no table is an error, so a misspelt property cannot pass unnoticed.
"""

from enum import Enum
from typing import Any, NamedTuple

from pyiccp._node.config import FrameTypes
from pyiccp._routeros.values import (
    Parser,
    choice,
    integer,
    mac_address,
    named,
    names,
    optional,
    speed,
    text,
    time,
    vlan_ids,
    yes_no,
)
from pyiccp._sansio import milliseconds, seconds
from pyiccp.rstp._config import LONGEST_RECOVERY


class Kind(Enum):
    """How entries come to be in a menu."""

    LIST = "entries are added"
    FIXED = "the hardware brings the entries; set changes them"
    SETTINGS = "one entry, without a name"


class Property(NamedTuple):
    """One property of a menu."""

    parse: Parser
    default: Any
    field: bool = True
    """Whether the value in _node/config.py has a field for it, under the same name."""


class Menu(NamedTuple):
    """One menu."""

    path: str
    kind: Kind
    properties: dict[str, Property]
    key: str = "name"
    """The property by which an entry is called; empty when entries have numbers only."""
    required: tuple[str, ...] = ()
    builtin: tuple[str, ...] = ()
    """Entries that are always there."""


def _frame_types(value: str) -> FrameTypes:
    return FrameTypes(choice(*(kind.value for kind in FrameTypes))(value))


def _ether_type(value: str) -> int:
    return int(choice("0x8100", "0x88a8", "0x9100")(value.lower()), 16)


def _only(parse: Parser = text, default: Any = None) -> Property:
    return Property(parse, default, field=False)


_FLAG = _only(yes_no, False)
_TEXT = _only(text, "")
_ARP = {"arp": _TEXT, "arp-timeout": _TEXT}
_COMMENT = {"comment": _TEXT}
_LOOP_PROTECT = {
    "loop-protect": _only(choice("default", "on", "off"), "default"),
    "loop-protect-send-interval": _TEXT,
    "loop-protect-disable-time": _TEXT,
}
_DISABLED = Property(yes_no, False)
_MTU = integer(64, 65535)
_UINT32 = integer(0, 0xFFFFFFFF)

BONDING = Menu(
    "/interface bonding",
    Kind.LIST,
    {
        "name": Property(text, ""),
        "slaves": Property(names, ()),
        "mode": Property(
            choice("802.3ad", "active-backup", "balance-alb", "balance-rr", "balance-tlb", "balance-xor", "broadcast"),
            "balance-rr",
        ),
        "mlag-id": Property(optional(_UINT32), None),
        "lacp-rate": Property(choice("30secs", "1sec"), "30secs"),
        "lacp-mode": Property(choice("active", "passive"), "active"),
        "lacp-user-key": Property(integer(0, 1023), 0),
        "lacp-system-id": Property(optional(mac_address), None),
        "lacp-system-priority": Property(integer(0, 65535), 65535),
        "transmit-hash-policy": Property(
            choice("layer-2", "layer-2-and-3", "layer-3-and-4", "encap-2-and-3", "encap-3-and-4"), "layer-2"
        ),
        "min-links": Property(_UINT32, 0),
        "forced-mac-address": Property(optional(mac_address), None),
        "mtu": Property(_MTU, 1500),
        "disabled": _DISABLED,
        "link-monitoring": _only(choice("none", "arp", "mii"), "mii"),
        "mii-interval": _only(time(), milliseconds(100)),
        "up-delay": _only(time(), 0),
        "down-delay": _only(time(), 0),
        "arp-interval": _only(time(), milliseconds(100)),
        "arp-ip-targets": _TEXT,
        "primary": _TEXT,
        **_ARP,
        **_COMMENT,
    },
    required=("name",),
)

MLAG_PROPERTIES = {
    "mlag-peer-port": Property(optional(text), None, field=False),
    "mlag-priority": Property(integer(0, 128), 128, field=False),
    "mlag-heartbeat": Property(named(time(seconds(1), seconds(10)), none=None), seconds(5), field=False),
}
"""RouterOS 7.22 and newer: MLAG as properties of the bridge."""

UNDOCUMENTED = ("mlag-init-delay", "mlag-lacp-fallback")
"""Listed by the vendor without a word on what they do."""

BRIDGE = Menu(
    "/interface bridge",
    Kind.LIST,
    {
        "name": Property(text, ""),
        "protocol-mode": Property(choice("none", "stp", "rstp", "mstp"), "rstp"),
        "priority": Property(integer(0, 65535), 0x8000),
        "vlan-filtering": Property(yes_no, False),
        "pvid": Property(integer(1, 4094), 1),
        "frame-types": Property(_frame_types, FrameTypes.ADMIT_ALL),
        "ingress-filtering": Property(yes_no, True),
        "ether-type": Property(_ether_type, 0x8100),
        "admin-mac": Property(optional(mac_address), None),
        "auto-mac": Property(yes_no, True),
        "ageing-time": Property(time(), seconds(300)),
        "max-message-age": Property(time(seconds(6), seconds(40)), seconds(20)),
        "forward-delay": Property(time(seconds(4), seconds(30)), seconds(15)),
        "transmit-hold-count": Property(integer(1, 10), 6),
        "port-cost-mode": Property(choice("long", "short"), "long"),
        "max-learned-entries": Property(named(_UINT32, auto=131072, unlimited=None), 131072),
        "forward-reserved-addresses": Property(yes_no, False),
        "igmp-snooping": Property(yes_no, False),
        "mvrp": Property(yes_no, False),
        "disabled": _DISABLED,
        **MLAG_PROPERTIES,
        "mlag-init-delay": _only(time()),
        "mlag-lacp-fallback": _only(yes_no),
        "add-dhcp-option82": _FLAG,
        "dhcp-snooping": _FLAG,
        "dhcp-agent-circuit-id": _TEXT,
        "dhcp-agent-remote-id": _TEXT,
        "dhcpv6-snooping": _FLAG,
        "dhcpv6-agent-circuit-id": _TEXT,
        "dhcpv6-agent-remote-id": _TEXT,
        "fast-forward": _only(yes_no, True),
        "igmp-version": _only(choice("2", "3"), "2"),
        "last-member-interval": _only(time()),
        "last-member-query-count": _only(integer(0, 0xFFFFFFFF)),
        "max-hops": _only(integer(6, 40), 20),
        "membership-interval": _only(time()),
        "mld-version": _only(choice("1", "2"), "1"),
        "msrp": _FLAG,
        "mtu": _only(named(_MTU, auto=None)),
        "multicast-querier": _FLAG,
        "multicast-router": _only(choice("disabled", "permanent", "temporary-query"), "temporary-query"),
        "querier-interval": _only(time()),
        "query-interval": _only(time()),
        "query-response-interval": _only(time()),
        "ra-guard": _FLAG,
        "region-name": _TEXT,
        "region-revision": _only(integer(0, 65535), 0),
        "startup-query-count": _only(integer(0, 0xFFFFFFFF)),
        "startup-query-interval": _only(time()),
        **_ARP,
        **_COMMENT,
    },
    required=("name",),
)

BRIDGE_PORT = Menu(
    "/interface bridge port",
    Kind.LIST,
    {
        "bridge": Property(text, "", field=False),
        "interface": Property(text, ""),
        "pvid": Property(integer(1, 4094), 1),
        "frame-types": Property(_frame_types, FrameTypes.ADMIT_ALL),
        "ingress-filtering": Property(yes_no, True),
        "tag-stacking": Property(yes_no, False),
        "learn": Property(named(yes_no, auto=True), True),
        "broadcast-flood": Property(yes_no, True),
        "unknown-unicast-flood": Property(yes_no, True),
        "unknown-multicast-flood": Property(yes_no, True),
        "horizon": Property(optional(_UINT32), None),
        "priority": Property(integer(0, 0xF0, step=0x10), 0x80),
        "path-cost": Property(optional(integer(1, 200_000_000)), None),
        "edge": Property(choice("auto", "no", "no-discover", "yes", "yes-discover"), "auto"),
        "point-to-point": Property(choice("auto", "yes", "no"), "auto"),
        "auto-isolate": Property(yes_no, False),
        "bpdu-guard": Property(yes_no, False),
        "bpdu-guard-disable-time": Property(time(high=LONGEST_RECOVERY), 0),
        "restricted-role": Property(yes_no, False),
        "restricted-tcn": Property(yes_no, False),
        "disabled": _DISABLED,
        "internal-path-cost": _only(optional(integer(1, 200_000_000))),
        "hw": _only(yes_no, True),
        "fast-leave": _FLAG,
        "multicast-router": _only(choice("disabled", "permanent", "temporary-query"), "temporary-query"),
        "mvrp-applicant-state": _TEXT,
        "mvrp-registrar-state": _TEXT,
        "trusted": _FLAG,
        "trusted-dhcpv6": _FLAG,
        "trusted-ra": _FLAG,
        **_COMMENT,
    },
    key="",
    required=("bridge", "interface"),
)

BRIDGE_VLAN = Menu(
    "/interface bridge vlan",
    Kind.LIST,
    {
        "bridge": Property(text, "", field=False),
        "vlan-ids": Property(vlan_ids, ()),
        "tagged": Property(names, ()),
        "untagged": Property(names, ()),
        "disabled": _DISABLED,
        "mvrp-forbidden": _TEXT,
        **_COMMENT,
    },
    key="",
    required=("bridge", "vlan-ids"),
)

BRIDGE_HOST = Menu(
    "/interface bridge host",
    Kind.LIST,
    {
        "bridge": Property(text, "", field=False),
        "interface": Property(text, ""),
        "mac-address": Property(mac_address, None),
        "vid": Property(optional(integer(1, 4094)), None),
        "disabled": _DISABLED,
        **_COMMENT,
    },
    key="",
    required=("bridge", "interface", "mac-address"),
)

MLAG = Menu(
    "/interface bridge mlag",
    Kind.SETTINGS,
    {
        "bridge": Property(optional(text), None),
        "peer-port": Property(optional(text), None),
        "priority": MLAG_PROPERTIES["mlag-priority"]._replace(field=True),
        "heartbeat": MLAG_PROPERTIES["mlag-heartbeat"]._replace(field=True),
    },
)
"""RouterOS 7.21 and older."""

ETHERNET = Menu(
    "/interface ethernet",
    Kind.FIXED,
    {
        "default-name": _TEXT,
        "name": Property(text, ""),
        "disabled": _DISABLED,
        "speed": Property(optional(speed), None),
        "auto-negotiation": _only(yes_no, True),
        "mtu": _only(_MTU, 1500),
        "l2mtu": Property(optional(_MTU), None),
        "mac-address": _only(mac_address),
        "orig-mac-address": _only(mac_address),
        "advertise": _TEXT,
        "bandwidth": _TEXT,
        "cable-settings": _TEXT,
        "combo-mode": _TEXT,
        "disable-running-check": _FLAG,
        "fec-mode": _TEXT,
        "full-duplex": _only(yes_no, True),
        "mdix-enable": _only(yes_no, True),
        "passthrough-interface": _TEXT,
        "poe-lldp-enabled": _FLAG,
        "poe-out": _TEXT,
        "poe-priority": _TEXT,
        "poe-voltage": _TEXT,
        "power-cycle-interval": _TEXT,
        "power-cycle-ping-address": _TEXT,
        "power-cycle-ping-enabled": _FLAG,
        "power-cycle-ping-timeout": _TEXT,
        "rx-flow-control": _TEXT,
        "tx-flow-control": _TEXT,
        "sfp-ignore-rx-los": _FLAG,
        "sfp-rate-select": _TEXT,
        "sfp-shutdown-temperature": _TEXT,
        "switch": _TEXT,
        **_ARP,
        **_LOOP_PROTECT,
        **_COMMENT,
    },
    key="default-name",
)

SWITCH = Menu(
    "/interface ethernet switch",
    Kind.FIXED,
    {
        "name": _TEXT,
        "l3-hw-offloading": Property(yes_no, False),
        "cpu-flow-control": _only(yes_no, True),
        "mirror-egress-target": _TEXT,
        "mirror-source": _TEXT,
        "mirror-target": _TEXT,
        "qos-hw-offloading": _FLAG,
        "rspan": _FLAG,
        "rspan-egress-vlan-id": _TEXT,
        "rspan-ingress-vlan-id": _TEXT,
        "switch-all-ports": _FLAG,
        **_COMMENT,
    },
    builtin=("switch1",),
)

VLAN = Menu(
    "/interface vlan",
    Kind.LIST,
    {
        "name": Property(text, ""),
        "interface": Property(text, ""),
        "vlan-id": Property(integer(1, 4095), 1),
        "disabled": _DISABLED,
        "l3-hw-offloading": _only(yes_no, True),
        "mtu": _only(_MTU, 1500),
        "mvrp": _FLAG,
        "use-service-tag": _FLAG,
        **_ARP,
        **_LOOP_PROTECT,
        **_COMMENT,
    },
    required=("name",),
)

INTERFACE_LIST = Menu(
    "/interface list",
    Kind.LIST,
    {"name": Property(text, ""), "include": _TEXT, "exclude": _TEXT, **_COMMENT},
    required=("name",),
    builtin=("all", "none", "dynamic", "static"),
)

LIST_MEMBER = Menu(
    "/interface list member",
    Kind.LIST,
    {"list": Property(text, ""), "interface": Property(text, ""), "disabled": _DISABLED, **_COMMENT},
    key="",
    required=("list", "interface"),
)

IDENTITY = Menu("/system identity", Kind.SETTINGS, {"name": Property(text, "MikroTik")})

MENUS = {
    menu.path: menu
    for menu in (
        BONDING,
        BRIDGE,
        BRIDGE_PORT,
        BRIDGE_VLAN,
        BRIDGE_HOST,
        MLAG,
        ETHERNET,
        SWITCH,
        VLAN,
        INTERFACE_LIST,
        LIST_MEMBER,
        IDENTITY,
    )
}
"""By path."""
