"""Configuration text -> node configuration: one device, whatever form its export has; exact messages."""

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp._node.config import Bond, BridgeVlan, ConfigError, FrameTypes, Mlag
from pyiccp._routeros.config import Configuration, node_config, parse_config
from pyiccp._routeros.menus import MENUS
from pyiccp._sansio import milliseconds, seconds
from pyiccp.wire._mac import mac

PEER1 = (files("pyiccp.lab") / "quickstart" / "peer1.rsc").read_text()
BASE = """\
/interface bridge
add name=bridge1 vlan-filtering=yes
/interface bridge port
add bridge=bridge1 interface=ether1
"""


def bond(properties: str) -> Bond:
    return parse_config(f"/interface bonding add name=b slaves=ether1 {properties}").bonds[0]


def failure(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "a.rsc")
    assert caught.value.line is not None
    return str(caught.value)


def test_the_documents_peer() -> None:
    configuration = parse_config(PEER1, "peer1.rsc")
    assert configuration.bonds == (Bond(name="client-bond", slaves=("sfp-sfpplus2",), mode="802.3ad", mlag_id=10),)
    [bridge] = configuration.bridges
    assert bridge.vlan_filtering
    assert [(port.interface, port.pvid, port.source.line) for port in bridge.ports] == [
        ("sfp-sfpplus1", 99, 6),
        ("client-bond", 1, 7),
    ]
    assert bridge.vlans == (BridgeVlan(vlan_ids=(1,), tagged=("sfp-sfpplus1",)),)
    assert configuration.mlag == Mlag(bridge="bridge1", peer_port="sfp-sfpplus1")
    assert configuration.notes == ()
    node = node_config(configuration, name="Peer1", mac=mac("74:4D:28:11:70:6B"), extra_ports=("ether1",))
    assert node.ports == ("ether1", "sfp-sfpplus1", "sfp-sfpplus2")
    assert node.speeds == (("ether1", 1000),)


def test_both_peers_of_the_document_have_one_text() -> None:
    assert (files("pyiccp.lab") / "quickstart" / "peer2.rsc").read_text() == PEER1


def test_the_dialect_of_7_22_gives_the_same_node() -> None:
    new = PEER1.replace("vlan-filtering=yes", "vlan-filtering=yes mlag-peer-port=sfp-sfpplus1").partition(
        "/interface bridge mlag"
    )[0]
    assert parse_config(new) == parse_config(PEER1)
    tuned = new.replace("mlag-peer-port", "mlag-priority=50 mlag-heartbeat=none mlag-peer-port")
    assert parse_config(tuned).mlag == Mlag(bridge="bridge1", peer_port="sfp-sfpplus1", priority=50, heartbeat=None)


def test_three_exports_of_one_device_are_one_configuration() -> None:
    folder = Path(__file__).parent / "exports"
    forms = ("plain", "terse", "verbose")
    plain, terse, verbose = (parse_config((folder / f"{form}.rsc").read_text(), "x.rsc") for form in forms)
    assert plain == terse == verbose
    assert hash(plain) == hash(verbose)
    assert plain.identity == "Peer1"
    assert plain.renamed == (("sfp-sfpplus3", "uplink"),)
    assert plain.disabled_ports == ("ether1",)
    assert plain.ports == ("ether1", "sfp-sfpplus1", "sfp-sfpplus2", "sfp-sfpplus4", "uplink")
    [bridge] = plain.bridges
    assert [port.interface for port in bridge.ports] == ["sfp-sfpplus1", "sfp-sfpplus4", "client-bond", "uplink"]
    assert bridge.ports[0].frame_types is FrameTypes.ADMIT_ONLY_VLAN_TAGGED
    assert [vlan.vlan_ids for vlan in bridge.vlans] == [(1, 10), (20, 21, 22)]
    assert plain.notes == (
        "x.rsc:22: interface names *2C, an interface that no longer exists: left out",
        "1 menu not modelled: /ip address",
    )
    assert verbose.notes[-1] == (
        "5 menus not modelled: /interface ethernet switch port, /interface bridge settings, /ip address, …"
    )
    nodes = [node_config(each, name="Peer1", mac=mac("74:4D:28:11:70:6B")) for each in (plain, terse, verbose)]
    assert nodes[0] == nodes[1] == nodes[2]


@pytest.mark.parametrize("number", [0, 4294967295])
def test_the_ends_of_the_mlag_id_range(number: int) -> None:
    assert bond(f"mlag-id={number}").mlag_id == number
    assert bond("mlag-id=7 !mlag-id").mlag_id is None


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("5s", seconds(5)),
        ("5", seconds(5)),
        ("00:00:05", seconds(5)),
        ("1m30s", seconds(90)),
        ("1d", seconds(86400)),
        ("1d00:00:05", seconds(86405)),
        ("1w2d3h4m5s", seconds(788645)),
        ("4m20s500ms", milliseconds(260500)),
        ("00:05:00.250", milliseconds(300250)),
    ],
)
def test_times(written: str, span: int) -> None:
    assert parse_config(f"/interface bridge add name=b ageing-time={written}").bridges[0].ageing_time == span


def test_set_by_name_number_and_find_enable_disable_remove() -> None:
    configuration = parse_config(
        """
        /interface bridge
        add name=a
        add name=b
        add name=c
        set a priority=4096
        set 1 pvid=7
        set [ find name=c ] protocol-mode=none
        set [find protocol-mode!=none pvid=7] vlan-filtering=yes
        disable a,b
        enable [ find where disabled ]
        set b !pvid name=d
        remove c
        """
    )
    assert [(bridge.name, bridge.priority, bridge.pvid, bridge.vlan_filtering) for bridge in configuration.bridges] == [
        ("a", 4096, 1, False),
        ("d", 0x8000, 1, True),
    ]
    assert not any(bridge.disabled for bridge in configuration.bridges)


def test_layer_3_offloading_by_number_name_or_find() -> None:
    for which in ("0", "switch1", "[find]", "[ find name=switch1 ]"):
        assert parse_config(f"/interface ethernet switch set {which} l3-hw-offloading=yes").l3_hw_offloading
    off = "set 0 l3-hw-offloading=yes\nset switch1 l3-hw-offloading=no"
    assert not parse_config("/interface ethernet switch\n" + off).l3_hw_offloading


def test_mlag_takes_a_bridge_and_a_peer_port() -> None:
    off = parse_config("/interface bridge mlag set bridge=none heartbeat=5s peer-port=none priority=128")
    assert (off.mlag, off.notes) == (None, ())
    assert parse_config("/interface bridge mlag set priority=127").mlag is None
    half = parse_config(BASE + "/interface bridge mlag set bridge=bridge1")
    assert (half.mlag, half.notes) == (None, ("<text>:5: bridge without peer-port: MLAG is disabled",))


def test_ports_are_in_natural_order_and_speeds_follow_names_or_hands() -> None:
    text = (
        "/interface ethernet\nset [ find default-name=ether2 ] auto-negotiation=no name=wan speed=100Mbps\n"
        "set [ find default-name=sfp-sfpplus1 ] auto-negotiation=yes speed=1Gbps\n"
        "/interface bonding add name=b slaves=ether10,sfp-sfpplus1,ether9"
    )
    node = node_config(parse_config(text), name="n", mac=mac("02:00:00:00:00:01"), extra_ports=("sfp28-2", "b"))
    assert node.ports == ("ether9", "ether10", "sfp28-2", "sfp-sfpplus1", "wan")
    assert node.speeds == (("ether9", 1000), ("ether10", 1000), ("sfp28-2", 25000), ("wan", 100))
    with pytest.raises(ConfigError, match="ether2 is called wan"):
        node_config(parse_config(text), name="n", mac=mac("02:00:00:00:00:01"), extra_ports=("ether2",))


def test_interface_lists_stand_for_their_members() -> None:
    text = (
        "/interface bridge add name=br\n/interface list add name=ACCESS\n"
        "/interface list member\nadd interface=ether2 list=ACCESS\nadd interface=ether3 list=ACCESS\n"
        "/interface bridge port\nadd bridge=br interface=ACCESS pvid=5\nadd bridge=br interface=ether3 pvid=6\n"
        "/interface bridge vlan add bridge=br tagged=br untagged=ACCESS vlan-ids=5\n"
    )
    [bridge] = parse_config(text).bridges
    assert [(port.interface, port.pvid) for port in bridge.ports] == [("ether2", 5), ("ether3", 6)]
    assert bridge.vlans[0].untagged == ("ether2", "ether3")


def test_a_list_that_nothing_uses_adds_no_port() -> None:
    text = "/interface list add name=WAN\n/interface list member\nadd interface=lte1 list=WAN\nadd interface=*7 list=*9"
    assert parse_config(text) == Configuration()
    every = parse_config(BASE + "/interface bridge port add bridge=bridge1 interface=all")
    assert every.notes == ("<text>:5: interface names the built-in list all, which is not modelled: left out",)


def test_interfaces_outside_the_model_are_left_out_and_named() -> None:
    text = BASE + (
        "/interface bridge vlan add bridge=bridge1 tagged=ether1,vx vlan-ids=7\n"
        "/interface vxlan\nadd name=vx vni=7\n/interface vlan\nadd interface=bridge1 name=mgmt vlan-id=9\n"
        "/interface bridge port\nadd bridge=bridge1 interface=vx\nadd bridge=bridge1 interface=mgmt\n"
    )
    configuration = parse_config(text, "a.rsc")
    assert configuration.bridges[0].virtual_ports == (("vx", "/interface vxlan"), ("mgmt", "/interface vlan"))
    assert configuration.notes == (
        "a.rsc:11: port vx (/interface vxlan) is not modelled: left out",
        "a.rsc:12: port mgmt (/interface vlan) is not modelled: left out",
        "1 menu not modelled: /interface vxlan",
    )
    assert configuration.ports == ("ether1",)
    assert configuration.bridges[0].vlans[0].tagged == ("ether1",)


@pytest.mark.parametrize(
    "menu",
    [
        "/interface vxlan",
        "/interface macvlan",
        "/interface bridge nat",
        "/interface bridge settings",
        "/interface bridge port-controller",
        "/interface bridge port mst-override",
        "/interface ethernet switch acl",
        "/interface ethernet switch qos map",
        "/ip vlan",
    ],
)
def test_neighbours_of_modelled_menus_are_not_taken_for_slips(menu: str) -> None:
    assert parse_config(f"{menu} add a=b").notes == (f"1 menu not modelled: {menu}",)


def test_what_has_no_effect_is_said_once() -> None:
    notes = parse_config(
        "/interface bridge\nadd name=a mlag-init-delay=1m\n"
        "/interface bridge port\nadd bridge=*5 interface=ether1\nadd bridge=a interface=ether2\n"
        "/interface bridge vlan\nadd bridge=a tagged=ether7,*9,ether2 vlan-ids=5\n"
        "/interface bridge mlag\nset peer-port=ether2"
    ).notes
    assert notes == (
        "<text>:4: bridge names *5, a bridge that no longer exists: entry left out",
        "<text>:7: tagged names ether7, which is no port of a: left out",
        "<text>:7: tagged names *9, an interface that no longer exists: left out",
        "<text>:2: mlag-init-delay is not documented by its vendor and has no effect here",
        "<text>:9: peer-port without bridge: MLAG is disabled",
    )


def test_the_low_bits_of_a_bridges_priority_do_not_count_and_that_is_said() -> None:
    """802.1D-2004 9.2.5. Of an MLAG bridge the table of M12 says it: `stp-priority-step`."""
    text = "/interface bridge\nadd name=a priority={}"
    assert parse_config(text.format("0x1000")).notes == ()
    assert parse_config(text.format("0x1001")).notes == (
        "<text>:2: priority is no multiple of 0x1000: it counts as 0x1000",
    )


def refusals() -> list[tuple[str, str]]:
    text = (Path(__file__).parent / "refusals.txt").read_text()
    cases = (case.partition("\n") for case in text.split("\n== ")[1:])
    return [(body, message) for message, _, body in cases]


@pytest.mark.parametrize(("text", "message"), refusals())
def test_exact_messages(text: str, message: str) -> None:
    assert failure(text) == f"a.rsc:{message}"


def test_an_error_carries_its_parts() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("/interface bridge\nadd name=b \\\n    vlan-filtring=yes", "a.rsc")
    error = caught.value
    assert (error.file, error.line, error.property, error.fix) == (
        "a.rsc",
        3,
        "vlan-filtring",
        "did you mean vlan-filtering?",
    )


@pytest.mark.parametrize("path", sorted(MENUS))
def test_defaults_of_the_tables_are_those_of_the_values(path: str) -> None:
    """A property a text leaves out and one it sets to its default must be one: the two lists of defaults agree."""
    made = parse_config(
        "/interface bonding add name=b slaves=ether9\n"
        + BASE
        + "/interface bridge vlan add bridge=bridge1 vlan-ids=5\n"
    )
    [bridge] = made.bridges
    values = {
        "/interface bonding": made.bonds[0],
        "/interface bridge": bridge,
        "/interface bridge port": bridge.ports[0],
        "/interface bridge vlan": bridge.vlans[0],
        "/interface bridge mlag": Mlag(bridge="x", peer_port="y"),
    }
    if path in values:
        value = values[path]
        fields = {field.name: field for field in msgspec.structs.fields(value)}
        for name, property in MENUS[path].properties.items():
            field = fields.get(name.replace("-", "_"))
            if property.field and field is not None and not field.required:
                assert field.default == property.default, name


WORDS = st.sampled_from(
    ["*2C", "a", "b", "ether1", "bridge1", "yes", "no", "none", "1", "0x80", "4094", "1,2-3", "5s", '""', "802.3ad"]
)


@st.composite
def commands(draw: st.DrawFn) -> str:
    menu = draw(st.sampled_from(sorted(MENUS)))
    verb = draw(
        st.sampled_from(["add", "add", "set", "set 0", "set a", "set [find]", "remove a", "disable [find name=a]"])
    )
    names = draw(st.lists(st.sampled_from(sorted(MENUS[menu].properties)), max_size=5))
    return f"{menu} {verb} " + " ".join(f"{name}={draw(WORDS)}" for name in names)


@given(st.lists(commands(), max_size=8))
def test_no_configuration_raises_anything_but_a_configuration_error(lines: list[str]) -> None:
    try:
        configuration = parse_config("\n".join(lines), "a.rsc")
    except ConfigError as error:
        assert error.line is not None and 0 <= error.line <= len(lines)
    else:
        assert isinstance(configuration, Configuration)
        node_config(configuration, name="n", mac=mac("02:00:00:00:00:01"))
