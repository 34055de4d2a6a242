"""`lint`: a sound pair is clean, each mistake gives its one finding, its fix mends it, a running node says the same."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from pyiccp._mlag.consistency import CHECKS
from pyiccp._node.config import ConfigError
from pyiccp._node.node import Node
from pyiccp._routeros.config import parse_config
from pyiccp._routeros.lint import LintFinding, lint
from pyiccp._routeros.migrate import migrate
from pyiccp._routeros.repair import _REPAIRS
from pyiccp._routeros.script import parse_script
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse

QUICK = files("pyiccp.lab") / "quickstart"

PEER = """\
/interface bonding
add lacp-rate=1sec mlag-id=10 mode=802.3ad name=client-bond slaves=sfp-sfpplus2
add mode=802.3ad name=peers slaves=sfp-sfpplus1,sfp-sfpplus3
/interface bridge
add admin-mac=74:4D:28:11:70:6B auto-mac=no mlag-peer-port=peers name=bridge1 vlan-filtering=yes
/interface bridge port
add bridge=bridge1 interface=peers pvid=99
add bridge=bridge1 interface=client-bond
add bridge=bridge1 interface=ether1
/interface bridge vlan
add bridge=bridge1 tagged=peers vlan-ids=1
"""
PEER1 = PEER
PEER2 = PEER.replace("74:4D:28:11:70:6B", "74:4D:28:16:2C:91")
CLIENT = """\
/interface bonding
add lacp-rate=1sec mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2
"""
VLAN20 = "add bridge=bridge1 tagged={} vlan-ids=20\n"


class Variant:
    """A pair with one mistake."""

    def __init__(
        self,
        code: str,
        old: str = "",
        new: str = "",
        *,
        add: str = "",
        both: bool = False,
        severity: str = "type-2",
        line: int | None = None,
        client: str = CLIENT,
        says: str = "",
    ) -> None:
        """*old* becomes *new* in Peer1, or in *both*; *line* is where lint has to point."""
        assert not old or old in PEER1

        def broken(text: str) -> str:
            return (text.replace(old, new) if old else text) + add

        self.code, self.severity, self.line, self.says = code, severity, line, says
        self.old, self.both, self.client = old, both, client
        self.peer1, self.peer2 = broken(PEER1), broken(PEER2) if both else PEER2

    def lint(self) -> tuple[LintFinding, ...]:
        return run(self.peer1, self.peer2, self.client)


def run(peer1: str, peer2: str, client: str = CLIENT) -> tuple[LintFinding, ...]:
    report = lint([("peer1.rsc", peer1), ("peer2.rsc", peer2)], ("client.rsc", client), keepalive=True)
    return report.findings


T1, ADVICE = "type-1", "advice"
TABLE = [
    Variant("l3-hw-offloading", add="/interface ethernet switch set 0 l3-hw-offloading=yes\n", severity=T1, line=12),
    Variant("protocol-mode", "name=bridge1 vlan", "name=bridge1 protocol-mode=none vlan", severity=T1, line=5),
    Variant("protocol-mode", "name=bridge1 vlan", "name=bridge1 protocol-mode=mstp vlan", severity=T1, both=True),
    Variant("peer-port-mlag-id", "name=peers", "mlag-id=7 name=peers", severity=T1, line=3),
    Variant("peer-port-vlan", add=VLAN20.format("client-bond"), severity=T1, both=True, line=12),
    Variant(
        "peer-port-vlan", "interface=client-bond\n", "interface=client-bond pvid=10\n", both=True, severity=T1, line=8
    ),
    Variant("peer-port-vlan", "tagged=peers vlan-ids=1", "tagged=bridge1 vlan-ids=1", severity=T1, line=11),
    Variant(
        "peer-port-mtu",
        "mlag-id=10",
        "mlag-id=10 mtu=9000",
        add="/interface ethernet set sfp-sfpplus1 l2mtu=1592\n/interface ethernet set sfp-sfpplus3 l2mtu=1592\n",
        severity=T1,
        line=12,
    ),
    Variant("stp-mode", "name=bridge1 vlan", "name=bridge1 protocol-mode=stp vlan", severity=T1, line=5),
    Variant("solo-identity", "74:4D:28:11:70:6B", "70:4D:28:16:2C:91", severity=T1, line=5),
    Variant("unmatched-mlag-id", "mlag-id=10", "mlag-id=11", line=2),
    Variant("peer-port-pvid", "interface=peers pvid=99", "interface=peers", line=7),
    Variant("peer-port-untagged", "tagged=peers vlan-ids=1", "untagged=peers vlan-ids=1", line=7),
    Variant("peer-port-orphan-vlan", "interface=ether1\n", "interface=ether1 pvid=30\n", line=9),
    Variant("single-member-peer-port", "slaves=sfp-sfpplus1,sfp-sfpplus3", "slaves=sfp-sfpplus1", line=5),
    Variant("not-synchronised", "name=bridge1 vlan", "igmp-snooping=yes name=bridge1 vlan", line=5),
    Variant("not-synchronised", "name=bridge1 vlan", "mvrp=yes name=bridge1 vlan", line=5),
    Variant("stp-priority", "name=bridge1 vlan", "name=bridge1 priority=0x1000 vlan", line=5),
    Variant("stp-priority-step", "name=bridge1 vlan", "name=bridge1 priority=0x1001 vlan", both=True, line=5),
    Variant("heartbeat", "auto-mac=no", "auto-mac=no mlag-heartbeat=none", line=5),
    Variant("path-cost", "interface=client-bond\n", "interface=client-bond path-cost=20\n", line=8),
    Variant("port-priority", "interface=client-bond\n", "interface=client-bond priority=0x10\n", line=8),
    Variant("edge", "interface=client-bond\n", "edge=yes interface=client-bond\n", line=8),
    Variant("point-to-point", "interface=client-bond\n", "interface=client-bond point-to-point=no\n", line=8),
    Variant("bpdu-guard", "interface=client-bond\n", "bpdu-guard=yes interface=client-bond\n", line=8),
    Variant(
        "bpdu-guard-disable-time",
        "interface=client-bond\n",
        "bpdu-guard-disable-time=5m interface=client-bond\n",
        line=8,
        says="is 300s here and 0s on",
    ),
    Variant("auto-isolate", "interface=client-bond\n", "auto-isolate=yes interface=client-bond\n", line=8),
    Variant("restricted-role", "interface=client-bond\n", "interface=client-bond restricted-role=yes\n", line=8),
    Variant("restricted-tcn", "interface=client-bond\n", "interface=client-bond restricted-tcn=yes\n", line=8),
    Variant(
        "pvid",
        "interface=client-bond\n",
        "interface=client-bond pvid=5\n",
        add=VLAN20.format("peers").replace("20", "5"),
        line=8,
    ),
    Variant("pvid", "add bridge=bridge1 interface=client-bond\n", "", line=2),
    Variant("vlan-list", add=VLAN20.format("peers,client-bond"), line=12),
    Variant("lacp-rate", "lacp-rate=1sec", "lacp-rate=30secs", line=2),
    Variant("bond-mode", "mode=802.3ad name=client", "mode=balance-xor name=client", line=2),
    Variant("hash", "mlag-id=10", "mlag-id=10 transmit-hash-policy=layer-3-and-4", line=2),
]
"""Rows of M12."""

TEXT = [
    Variant(
        "refused", "vlan-filtering=yes", "vlan-filterng=yes", severity=T1, line=5, says="unknown property vlan-filterng"
    ),
    Variant("refused", "slaves=sfp-sfpplus2", "slaves=sfp-sfpplus1", severity=T1, line=3, says="slave of client-bond"),
    Variant("refused", "mlag-peer-port=peers", "mlag-peer-port=pears", severity=T1, line=5, says="no port of bridge1"),
    Variant(
        "refused",
        add="/interface bridge add name=bridge2 mlag-peer-port=ether7\n",
        severity=T1,
        line=12,
        says="a device has one MLAG bridge",
    ),
    Variant("no-mlag", "mlag-peer-port=peers ", "", severity=T1, line=1),
    Variant(
        "old-dialect",
        "mlag-peer-port=peers ",
        "",
        add="/interface bridge mlag\nset bridge=bridge1 peer-port=peers\n",
        severity=ADVICE,
        line=13,
    ),
    Variant("vlan-filtering-off", "vlan-filtering=yes", "vlan-filtering=no", line=5),
    Variant("no-rstp", "name=bridge1 vlan", "name=bridge1 protocol-mode=stp vlan", both=True, severity=ADVICE, line=5),
    Variant(
        "slow-lacp", "lacp-rate=1sec ", "", both=True, severity=ADVICE, line=2, client=CLIENT.replace("1sec", "30secs")
    ),
    Variant("no-dual-homed-bond", " mlag-id=10", "", both=True, severity=ADVICE, line=5),
    Variant(
        "left-out",
        add="/interface vxlan add name=vx vni=7\n/interface bridge vlan set [ find vlan-ids=1 ] tagged=peers,ether9\n",
        severity=ADVICE,
        line=13,
    ),
    Variant("client-bond", client="/system identity set name=Box\n", severity=T1),
    Variant("client-mode", client=CLIENT.replace("802.3ad", "balance-xor"), severity=T1, line=2),
    Variant("client-links", client=CLIENT.replace(",sfp-sfpplus2", ""), line=2),
    Variant("client-rate", client=CLIENT.replace("1sec", "30secs"), line=2),
    Variant(
        "passive-passive",
        "mlag-id=10",
        "mlag-id=10 lacp-mode=passive",
        both=True,
        severity=T1,
        client=CLIENT.replace("mode=802.3ad", "lacp-mode=passive mode=802.3ad"),
        line=2,
    ),
]
"""About the text, the dialect and the client."""

ALONGSIDE: dict[str, set[str]] = {
    "lacp-rate": {"slow-lacp", "client-rate"},
    "stp-mode": {"no-rstp"},
    "single-member-peer-port": set(),
    "pvid": set(),
}
"""What one wrong word means besides."""


def ids(variants: list[Variant]) -> list[str]:
    return [f"{number}-{variant.code}" for number, variant in enumerate(variants)]


def test_a_sound_pair_with_its_client_has_nothing_to_complain_about() -> None:
    assert run(PEER1, PEER2) == ()


def test_the_quick_setup_has_nothing_of_type_1() -> None:
    texts = [(name, (QUICK / name).read_text()) for name in ("peer1.rsc", "peer2.rsc", "client.rsc")]
    report = lint(texts[:2], texts[2])
    assert not report.bad
    assert {finding.code for finding in report.findings} == {
        "no-keepalive", "single-member-peer-port", "slow-lacp", "old-dialect",
    }  # fmt: skip


@pytest.mark.parametrize("variant", TABLE + TEXT, ids=ids(TABLE + TEXT))
def test_each_mistake_gives_its_finding_and_points_at_its_line(variant: Variant) -> None:
    found = [one for one in variant.lint() if one.code not in ALONGSIDE.get(variant.code, ())]
    assert found
    assert {one.code for one in found} == {variant.code}
    assert {one.severity for one in found} == {variant.severity}
    if variant.line is not None:
        assert found[0].line == variant.line, found[0]
    assert variant.says in found[0].message
    if variant.code not in ("unmatched-mlag-id", "no-keepalive"):
        assert len(found) == (2 if variant.both and variant.code != "passive-passive" else 1)


def test_there_are_thirty_mistakes_and_every_code_that_a_text_can_hold() -> None:
    assert len(TABLE + TEXT) >= 30
    not_in_a_text = {"layout-major", "domain", "lacp-port-range", "too-many-hosts", "no-keepalive"}
    refused_before = {"second-mlag-bridge"}
    assert {row.code for row in CHECKS} == {one.code for one in TABLE} | not_in_a_text | refused_before
    assert set(_REPAIRS) == {row.code for row in CHECKS}


def mended(variant: Variant) -> tuple[str, str]:
    """Both texts with the lines of every fix of that code behind them."""
    texts = {"peer1.rsc": variant.peer1, "peer2.rsc": variant.peer2}
    for finding in variant.lint():
        target = finding.file
        if finding.code != variant.code or target not in texts:
            continue
        for line in finding.fix.splitlines():
            if line.startswith("# on "):
                target = "peer2.rsc" if finding.file == "peer1.rsc" else "peer1.rsc"
            elif not line.startswith("#"):
                texts[target] += line + "\n"
    return texts["peer1.rsc"], texts["peer2.rsc"]


BY_HAND = {"refused", "left-out", "single-member-peer-port", "old-dialect", "no-dual-homed-bond"}
"""What takes a cable, a decision or another text, not a line."""


@pytest.mark.parametrize("variant", TABLE + TEXT, ids=ids(TABLE + TEXT))
def test_the_fix_is_routeros_and_mends_it(variant: Variant) -> None:
    """Its lines, run after the text, take the finding away and bring no other."""
    [finding, *_] = [one for one in variant.lint() if one.code == variant.code]
    assert finding.fix or finding.code == "left-out"
    parse_script(finding.fix)
    if finding.file == "client.rsc" or variant.code in BY_HAND:
        return
    if variant.code == "unmatched-mlag-id":  # each half is told to take the other's number: only one of them may
        twin = variant.peer2.replace("mlag-id=10", "mlag-id=11")
        assert variant.code not in {one.code for one in run(variant.peer1, twin)}
        return
    before = {one.code for one in variant.lint()}
    after = {one.code for one in run(*mended(variant), variant.client)}
    assert variant.code not in after
    assert after - before <= ({"client-rate"} if variant.code == "slow-lacp" else set())


def pair(variant: Variant) -> Network:
    """The two nodes on real cables of the lab, after three seconds."""
    text = """
    [lab]
    until = "60s"
    [node.peer1]
    script = '''{0}'''
    mac = "74:4D:28:11:70:6B"
    [node.peer2]
    script = '''{1}'''
    mac = "74:4D:28:16:2C:91"
    [[link]]
    ends = ["peer1:sfp-sfpplus1", "peer2:sfp-sfpplus1"]
    [[link]]
    ends = ["peer1:{2}", "peer2:{2}"]
    [[keepalive]]
    ends = ["peer1", "peer2"]
    """.format(variant.peer1, variant.peer2, "sfp-sfpplus3")
    net = prepare(parse(text, "test.toml", Path()))
    net.run(seconds(3))
    return net


NOT_RUNNING = {
    "no-mlag": "a device without MLAG is a plain switch and may be meant so; `lint` is told that it is to be a node",
    "old-dialect": "a spelling: both dialects make the same node",
    "left-out": "a note of the parser: what it leaves out is no part of the node",
    "vlan-filtering-off": "works, and is no row of M12: said when it is written, not for ever after",
    "no-rstp": "advice: works, slower",
    "slow-lacp": "advice: works, slower",
    "no-dual-homed-bond": "advice: a pair may be there before its clients",
    "client-bond": "about the client's text",
    "client-mode": "about the client's text",
    "client-links": "about the client's text",
    "client-rate": "about the client's text",
    "passive-passive": "about the client's text",
}
"""What only `lint` says, and why. What only running nodes see is in no text: `layout-major`, `domain` (a node's
tuning), `lacp-port-range` (what they remember), `too-many-hosts`."""

RUNNING = [variant for variant in TABLE + TEXT if variant.code != "refused"]


@pytest.mark.parametrize("variant", RUNNING, ids=ids(RUNNING))
def test_a_running_pair_says_what_lint_says(variant: Variant) -> None:
    """The same codes and severities, no more and no fewer; each message of lint's on the node that it is about. The
    warnings are the same findings: nothing was said on the way that did not stay true."""
    net = pair(variant)
    expected = [one for one in variant.lint() if one.code not in NOT_RUNNING]
    said: set[tuple[str, str]] = set()
    for name in ("peer1", "peer2"):
        running = net.devices[name].node
        assert isinstance(running, Node)
        status = running.status(net.now)
        said |= {(finding.code, finding.severity) for finding in status.findings}
        messages = {finding.message for finding in status.findings}
        assert {one.message for one in expected if one.file == f"{name}.rsc"} <= messages
        assert set(status.warnings) == messages
    assert said == {(one.code, one.severity) for one in expected}
    assert bool(said) == (variant.code not in NOT_RUNNING)


@pytest.mark.parametrize("variant", [variant for variant in TEXT if variant.code == "refused"], ids=lambda v: v.says)
def test_a_node_refuses_what_lint_says_it_would(variant: Variant) -> None:
    [finding] = [one for one in variant.lint() if one.code == "refused"]
    with pytest.raises(ConfigError) as refusal:
        pair(variant)
    assert refusal.value.message == finding.message


def test_a_bond_that_is_no_port_of_the_bridge_does_not_stop_a_node() -> None:
    """Its story: 1. Peer1's half of client-bond is in no bridge. 2. The nodes meet, and Peer1's core opens the filter
    of that half. 3. The bridge knew no such port and raised. Now it stays connected and names the mistake."""
    [variant] = [one for one in TABLE if one.code == "pvid" and one.old.startswith("add ")]
    net = pair(variant)
    net.run(seconds(10))
    for name in ("peer1", "peer2"):
        running = net.devices[name].node
        assert isinstance(running, Node)
        status = running.status(net.now)
        assert status.mlag is not None
        assert status.mlag.status == "connected"
        assert [finding.code for finding in status.findings] == ["pvid"]


# --- migrate


def test_migrate_moves_the_menu_into_the_bridge_and_touches_nothing_else() -> None:
    old = "# by RouterOS 7.20\n" + PEER1.replace("mlag-peer-port=peers ", "") + (
        "/interface bridge mlag\nset bridge=bridge1 heartbeat=3s \\\n    peer-port=peers priority=50\n"
        "/system identity\nset name=\"Peer #1\"\n"
    )  # fmt: skip
    new = migrate(old, "old.rsc")
    assert "/interface bridge mlag" not in new
    assert "/interface bridge set bridge1 mlag-heartbeat=3s mlag-peer-port=peers mlag-priority=50\n" in new
    assert parse_config(new) == parse_config(old)
    assert [line for line in old.splitlines() if line in new.splitlines()] == [
        line for line in new.splitlines() if "mlag-heartbeat" not in line
    ]
    assert migrate(new, "new.rsc") == new


def test_migrate_leaves_out_a_menu_at_rest() -> None:
    text = "/interface bridge add name=bridge1\n/interface bridge mlag\nset bridge=none peer-port=none priority=128\n"
    assert migrate(text) == "/interface bridge add name=bridge1\n"


# --- the program


def program(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    main = [sys.executable, "-c", "from pyiccp._cli import main; main()"]
    return subprocess.run([*main, *arguments], check=False, capture_output=True, text=True, timeout=60, cwd=cwd)


@pytest.mark.long
def test_lint_as_a_person_calls_it(tmp_path: Path) -> None:
    (tmp_path / "peer1.rsc").write_text(PEER1.replace("interface=client-bond\n", "interface=client-bond pvid=10\n"))
    (tmp_path / "peer2.rsc").write_text(PEER2)
    done = program("lint", "peer1.rsc", "peer2.rsc", "--keepalive", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    result = json.loads(done.stdout)
    assert result["schema"] == 1
    assert list(result["findings"][0]) == ["code", "severity", "file", "line", "message", "fix"]
    assert [(one["code"], one["line"]) for one in result["findings"]] == [("peer-port-vlan", 8), ("pvid", 8)]
    text = program("lint", "peer1.rsc", "peer2.rsc", "--keepalive", cwd=tmp_path)
    assert text.stdout.splitlines()[:2] == [
        "peer1.rsc:8: type 1: VLAN 10 of client-bond is missing on peer port peers [peer-port-vlan]",
        "    /interface bridge vlan add bridge=bridge1 tagged=peers vlan-ids=10",
    ]
    assert program("lint", "peer2.rsc", "--keepalive", cwd=tmp_path).returncode == 0
    assert program("lint", "nowhere.rsc", cwd=tmp_path).returncode == 2
    assert program("lint", cwd=tmp_path).returncode == 2
