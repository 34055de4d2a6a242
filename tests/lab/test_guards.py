"""BPDU guard in the lab: what it disables stays so until somebody clears it."""

from pathlib import Path

from pyiccp.lab.run import prepare
from pyiccp.lab.scenario import parse
from pyiccp.sansio import seconds

SCENARIO = """
[lab]
until = "60s"
events = ["10s clear-guards A", "20s cut B:ether1", "21s clear-guards A"]
[node.A]
script = '''
/interface bridge add name=bridge1 protocol-mode=rstp
/interface bridge port add bridge=bridge1 interface=ether1 edge=yes bpdu-guard=yes
'''
mac = "74:4D:28:00:00:01"
[node.B]
script = '''
/interface bridge add name=bridge1 protocol-mode=rstp
/interface bridge port add bridge=bridge1 interface=ether1
'''
mac = "74:4D:28:00:00:02"
[[link]]
ends = ["A:ether1", "B:ether1"]
"""


def test_a_guarded_port_is_cleared_by_an_event() -> None:
    """1. B's first BPDU disables A's port. 2. Cleared while B still speaks: disabled again by its next BPDU. 3. B is
    gone, cleared: no guard is left."""
    net = prepare(parse(SCENARIO, "guards.toml", Path()))
    tree = net.devices["A"].node.tree_of["ether1"]  # type: ignore[union-attr]
    seen = []
    for until in (9.9, 13, 20.5, 21.5):
        net.run(seconds(until))
        seen.append(tree.bridge.ports["ether1"].guarded)
    assert seen == [True, True, True, False]
