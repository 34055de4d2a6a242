"""What `pyiccp ctl` asks of a node."""

import pytest

from pyiccp._node.config import ConfigError
from pyiccp._node.events import FlushRequested, GuardsCleared, LinkCameUp, MaintenanceRequested, Stopped, StopRequested
from pyiccp._node.node import Node
from pyiccp._routeros.config import node_config, parse_config
from pyiccp._sansio import seconds
from pyiccp.wire._mac import mac

SWITCH = """
/interface bridge add name=bridge1 protocol-mode=rstp
/interface bridge port add bridge=bridge1 interface=ether1 edge=yes bpdu-guard=yes
/interface bridge port add bridge=bridge1 interface=ether2 edge=yes
"""
BPDU = bytes.fromhex("0180c2000000 020000000009 0027 424203 0000020204") + bytes(31)
HOSTS = [bytes.fromhex("0200000000") + bytes([last]) for last in (0xA1, 0xA2)]


def switch(script: str = SWITCH) -> Node:
    made = Node(node_config(parse_config(script, "s.rsc"), name="S", mac=mac("02:00:00:00:01:00")))
    made.start(0)
    for port in made.config.ports:
        made.handle(LinkCameUp(port), 0)
    for second in (1, 2):
        made.advance(seconds(second))
    return made


def learned(made: Node) -> set[str]:
    return {host.on_interface for host in made.status(seconds(2)).hosts if "L" not in host.flags}


def test_hosts_are_forgotten_of_one_port_or_all() -> None:
    made = switch()
    for port, source in zip(("ether1", "ether2"), HOSTS, strict=True):
        made.forward(port, [(b"\xff" * 6 + source + b"\x08\x00").ljust(60, b"\0")], seconds(2))
    assert learned(made) == {"ether1", "ether2"}
    made.handle(FlushRequested("ether1"), seconds(2))
    assert learned(made) == {"ether2"}
    made.handle(FlushRequested(), seconds(2))
    assert learned(made) == set()
    assert list(made.handle(FlushRequested("ether9"), seconds(2))) == []


def test_a_guarded_port_is_enabled_again() -> None:
    made = switch()
    made.forward("ether1", [BPDU], seconds(2))
    assert not made.tree_of["ether1"].port("ether1").enabled
    made.handle(GuardsCleared("ether2"), seconds(3))
    assert not made.tree_of["ether1"].port("ether1").enabled
    made.handle(GuardsCleared(), seconds(3))
    assert made.tree_of["ether1"].port("ether1").enabled


def test_a_guard_lets_go_after_its_disable_time() -> None:
    """Named after RouterOS' loop-protect-disable-time; ours."""
    script = SWITCH.replace("bpdu-guard=yes", "bpdu-guard=yes bpdu-guard-disable-time=1m30s")
    made = switch(script)
    made.forward("ether1", [BPDU], seconds(2))
    made.advance(seconds(91.9))
    assert not made.tree_of["ether1"].port("ether1").enabled
    made.advance(seconds(92))
    assert made.tree_of["ether1"].port("ether1").enabled
    with pytest.raises(ConfigError, match=r"bpdu-guard-disable-time.*0s\.\.86400s"):
        switch(SWITCH.replace("bpdu-guard=yes", "bpdu-guard-disable-time=2d"))


def test_a_switch_alone_stops_at_once_and_has_no_maintenance() -> None:
    made = switch()
    assert made.handle(MaintenanceRequested(True), seconds(2)) == []
    assert Stopped() in made.handle(StopRequested(), seconds(2))
