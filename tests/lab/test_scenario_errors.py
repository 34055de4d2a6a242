"""A bad scenario names file, line and key, and says what to do."""

from pathlib import Path

import pytest

from lab.fakes import FakeNode
from pyiccp._node.config import ConfigError
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._build import build
from pyiccp.lab._scenario import QUICKSTART, load, parse

SCRIPT = 'script = "/interface bridge add name=local1"'
GOOD = """\
[lab]
until = "5s"
events = ["1s cut A:ether1"]
[node.A]
script = "/interface bridge add name=local1"
mac = "02:00:00:00:0A:00"
[host.h1]
on = "A:local1"
[host.h2]
vlan = 20
[[link]]
ends = ["A:ether1", "h2"]
[[flow]]
from = "h1"
to = "h2"
"""


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        build(parse(text, "lab.toml", Path()), FakeNode)
    return str(caught.value)


def test_the_good_one_is_good() -> None:
    network = build(parse(GOOD, "lab.toml", Path()), FakeNode)
    assert network.hosts["h1"].mac == bytes.fromhex("020000000001")
    assert network.hosts["h2"].mac == bytes.fromhex("020000000002")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("until =", "untli =", "lab.toml:2: unknown key 'untli' in lab; did you mean 'until'?"),
        ('"5s"', '"5 s"', "lab.toml:2: until: '5 s' is not a time; write a number and ns, us"),
        ('"5s"', "5", "lab.toml:2: until = 5 is not text in quotes"),
        ("cut A", "cutt A", "lab.toml:3: events: unknown event 'cutt'; did you mean 'cut'?"),
        ("cut A:ether1", "cut A", "lab.toml:3: events: cut: no link ends at 'A'; ends are A:ether1, h2"),
        ("cut A:ether1", "crash B", "lab.toml:3: events: crash: no node 'B'; nodes are A"),
        ("cut A:ether1", "cut keepalive", "lab.toml:3: events: cut: there is no [[keepalive]]"),
        ("cut A:ether1", "cut A:ether1 fresh", "lab.toml:3: events: 'fresh' after 'A:ether1' means nothing"),
        ("[node.A]", "[nodes.A]", "lab.toml:4: unknown table 'nodes'; did you mean 'node'?"),
        (SCRIPT, "", "lab.toml:4: node.A needs either config = \"FILE.rsc\" or script = '''…'''"),
        (SCRIPT, 'config = "no.rsc"', "lab.toml:5: no.rsc: No such file or directory"),
        (SCRIPT, f'{SCRIPT}\nkind = "ofs"', "lab.toml:6: kind = 'ofs' is not one of pyiccp, ovs, linux-bonding, teamd"),
        ("02:00:00:00:0A:00", "02:00", "lab.toml:6: mac: '02:00' is not a MAC address"),
        ("02:00:00:00:0A:00", "03:00:00:00:0A:00", "lab.toml:6: mac: 03:00:00:00:0A:00 is a group address"),
        (SCRIPT, SCRIPT + '\npolicy = "saef"', "lab.toml:6: policy = 'saef' is not one of safe, keep"),
        (SCRIPT, SCRIPT + '\nliveness = "5ms"', "lab.toml:6: liveness is outside 10ms to 1s"),
        ("A:local1", "A:", "lab.toml:8: 'A:' is not NODE:INTERFACE"),
        ("A:local1", "B:local1", "lab.toml:8: no node 'B'; there are A"),
        ("A:local1", "A:local2", "lab.toml:8: A has no interface 'local2'; did you mean 'local1'?"),
        ("vlan = 20", "vlan = 4095", "lab.toml:10: vlan = 4095 is outside 1 to 4094"),
        ('"h2"]', '"h3"]', "lab.toml:9: host h2 is wired by 0 links"),
        ('"h2"]', '"h2", "h1"]', "lab.toml:12: link[1] needs ends = [two names]"),
        ('["A:ether1", "h2"]', '["h1", "h2"]', "lab.toml:12: host h1 lives on A:local1 and cannot be wired as well"),
        ('"h2"]', '"h2"]\nloss = 2', "lab.toml:13: loss = 2.0 is outside 0 to 1"),
        ('"h2"]', '"h2"]\nrate = "fast"', "lab.toml:13: rate: 'fast' is not a rate"),
        ('to = "h2"', 'to = "h22"', "lab.toml:15: flow[1]: no host 'h22'; did you mean 'h2'?"),
        ('to = "h2"', 'to = "h1"', "lab.toml:15: flow[1]: h1 would talk to itself"),
        ('to = "h2"', 'too = "h2"', "lab.toml:13: flow[1] has no 'to'"),
        ('to = "h2"', 'to = "h2"\nevery = "0s"', "lab.toml:16: every must be longer than nothing"),
        ('to = "h2"', 'to = "h2"\nevery = ', "lab.toml:16: Invalid value"),
        ('[lab]\nuntil = "5s"\nevents', "lab = 1\nno", "lab.toml:2: unknown table 'no'"),
        ("[[link]]", "[link]", "lab.toml:11: link is no list of tables; write [[link]] with two brackets"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert refused(GOOD.replace(old, new, 1)).startswith(message)


def test_an_event_in_a_long_list_has_its_own_line() -> None:
    text = GOOD.replace('["1s cut A:ether1"]', '[\n"1s cut A:ether1",\n"2s mend A:ether2",\n]')
    assert refused(text).startswith("lab.toml:5: events: mend: no link ends at 'A:ether2'")


def test_a_mistake_in_an_inline_script_has_the_line_of_the_scenario() -> None:
    text = GOOD.replace(SCRIPT, "script = '''\n/interface bridge\nadd nam=bridge1\n'''")
    assert refused(text).startswith("lab.toml:7: ")


def test_a_mistake_in_a_configuration_file_has_that_file_s_line(tmp_path: Path) -> None:
    (tmp_path / "a.rsc").write_text("/interface bridge\nadd nam=bridge1\n")
    with pytest.raises(ConfigError) as caught:
        build(parse(GOOD.replace(SCRIPT, 'config = "a.rsc"'), "lab.toml", tmp_path), FakeNode)
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "a.rsc"), 2)


def test_a_wired_port_that_no_configuration_mentions_is_a_warning() -> None:
    bridges = "/interface bridge\nadd name=b\nadd name=local1"
    script = f"script = '''\n{bridges}\n/interface bridge port\nadd bridge=b interface=ether2\n'''"
    network = build(parse(GOOD.replace(SCRIPT, script), "lab.toml", Path()), FakeNode)
    assert "A:ether1 is wired, but its configuration does not mention it; did you mean 'ether2'?" in network.warnings


def test_node_options_become_tuning() -> None:
    options = """
    policy = "keep"
    liveness = "100ms"
    ask-time = "2s"
    init-delay = "3s"
    auto-recovery = "none"
    lacp-identity = "bond-mac"
    system-id = "02:00:00:00:00:99"
    """
    [node] = parse(GOOD.replace(SCRIPT, SCRIPT + options), "lab.toml", Path()).nodes
    tuning = node.tuning
    assert (tuning.policy, tuning.liveness, tuning.ask_time) == ("keep", milliseconds(100), seconds(2))
    assert (tuning.init_delay, tuning.auto_recovery) == (seconds(3), None)
    assert (tuning.lacp_identity, tuning.system_id, tuning.keepalive) == (
        "bond-mac",
        bytes.fromhex("020000000099"),
        False,
    )


def test_a_node_with_mlag_is_no_model_of_a_client() -> None:
    text = (QUICKSTART / "lab.toml").read_text().replace('config = "peer1.rsc"', 'config = "peer1.rsc"\nkind = "ovs"')
    with pytest.raises(ConfigError, match=r"lab.toml:12: Peer1 runs MLAG and cannot be ovs; only clients can"):
        build(parse(text, "lab.toml", QUICKSTART), FakeNode)


def test_a_model_says_that_it_is_one() -> None:
    text = GOOD.replace(SCRIPT, f'{SCRIPT}\nkind = "teamd"')
    network = build(parse(text, "lab.toml", Path()), FakeNode)
    assert "A: LACP is spoken as measured of teamd 1.31, by a model of it" in network.warnings


def test_the_packaged_quick_setup_loads() -> None:
    scenario = load()
    assert [node.name for node in scenario.nodes] == ["Peer1", "Peer2", "Client"]
    assert [node.tuning.keepalive for node in scenario.nodes] == [True, True, False]
    assert scenario.until == seconds(60)
    assert (QUICKSTART / "lab.toml").exists()
