"""tshark reads what the lab writes: nothing malformed, and LACP as it was in the run."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pyiccp.lab._run import run
from pyiccp.lab._scenario import QUICKSTART, Scenario, parse
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import mac

Program = Callable[[str], str]
SEPARATOR = "\x1f"


def scenario() -> Scenario:
    """The quick setup, short, with a crash and a return: every kind of frame there is."""
    text = (QUICKSTART / "lab.toml").read_text()
    head, tail = text.index("until"), text.index("[node.Peer1]")
    events = '["5s cut Peer1:sfp-sfpplus2", "6s crash Peer1", "8s mend Peer1:sfp-sfpplus2", "8s start Peer1"]'
    text = text[:head] + f'until = "12s"\nevents = {events}\n' + text[tail:]
    return parse(text.replace("[[flow]]", '[[flow]]\nevery = "20ms"'), "lab.toml", QUICKSTART)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pcap")
    run(scenario(), pcap=folder)
    return folder / "lab.pcapng"


def fields(tshark: str, capture: Path, only: str, *names: str) -> list[list[str]]:
    """The named fields of every frame that passes the display filter *only*."""
    command = [tshark, "-r", str(capture), "-Y", only, "-T", "fields", "-E", f"separator={SEPARATOR}"]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return [line.split(SEPARATOR) for line in done.stdout.splitlines()]


def test_no_frame_is_malformed_and_none_earns_a_warning(program: Program, capture: Path) -> None:
    tshark = program("tshark")
    assert len(fields(tshark, capture, "frame", "frame.number")) > 1000
    warning = 0x600000
    assert fields(tshark, capture, f"_ws.malformed || _ws.expert.severity >= {warning}", "frame.number") == []


def test_every_link_is_an_interface_of_its_own(program: Program, capture: Path) -> None:
    tshark = program("tshark")
    names = {row[0] for row in fields(tshark, capture, "frame", "frame.interface_name")}
    assert names == {
        "Peer1:sfp-sfpplus1 -- Peer2:sfp-sfpplus1",
        "Client:sfp-sfpplus1 -- Peer1:sfp-sfpplus2",
        "Client:sfp-sfpplus2 -- Peer2:sfp-sfpplus2",
    }


def test_lacp_reads_as_in_the_run(program: Program, capture: Path) -> None:
    """Every LACPDU: tshark's fields are those of our own decoder."""
    tshark = program("tshark")
    rows = fields(
        tshark,
        capture,
        "lacp",
        "lacp.actor.sysid",
        "lacp.actor.sys_priority",
        "lacp.actor.key",
        "lacp.actor.port",
        "lacp.actor.state",
        "lacp.partner.sysid",
        "lacp.partner.key",
        "lacp.partner.port",
        "lacp.partner.state",
        "frame.number",
    )
    assert len(rows) >= 30
    raw = _octets(tshark, capture)
    assert len(raw) == len(rows)
    for row, octets in zip(rows, raw, strict=True):
        pdu = Lacpdu.decode(octets)
        for who, (system, *numbers) in ((pdu.actor, row[:5]), (pdu.partner, [row[5], "", *row[6:9]])):
            assert mac(system) == who.system
            priority, key, port, state = numbers
            assert priority in ("", str(who.system_priority))
            assert (int(key), int(port), int(state, 0)) == (who.key, who.port, who.state.octet)
    pair, client = mac("74:4D:28:11:70:6B"), mac("74:4D:28:7B:7F:96")
    assert {(mac(row[0]), mac(row[5])) for row in rows[-4:]} == {(pair, client), (client, pair)}


def _octets(tshark: str, capture: Path) -> list[bytes]:
    """The PDU of every LACP frame, as tshark has it in hexadecimal."""
    command = [tshark, "-r", str(capture), "-Y", "lacp", "-x"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    frames = [block for block in text.split("\n\n") if block.startswith("0000")]
    return [bytes.fromhex("".join(line[6:54].replace(" ", "") for line in block.splitlines()))[14:] for block in frames]
