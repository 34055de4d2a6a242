"""`pyiccp fuzz`: files, a server that falls, what must not be sent to."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pyiccp._cli.program import pyiccp
from pyiccp._node.config import ConfigError
from pyiccp.capture import read
from pyiccp.testing._campaign import Finding
from pyiccp.transports import _target as target

SERVER = Path(__file__).with_name("weak_server.py")


def run(*words: str) -> Result:
    return CliRunner().invoke(pyiccp, ["fuzz", *words], standalone_mode=False)


def test_a_capture_is_the_same_every_time(tmp_path: Path) -> None:
    one, two = tmp_path / "one.pcap", tmp_path / "two.pcap"
    for path in (one, two):
        assert run("generate", "--count", "90", "--seed", "7", "--pcap", str(path)).exception is None
    assert one.read_bytes() == two.read_bytes()
    with one.open("rb") as file:
        assert len(list(read(file))) == 90


def test_a_corpus_is_a_file_each(tmp_path: Path) -> None:
    assert (
        run("generate", "--protocol", "lacp,iccp", "--count", "10", "--corpus", str(tmp_path / "c")).exception is None
    )
    assert sorted(path.name for path in (tmp_path / "c").iterdir())[:2] == ["iccp-000001.bin", "iccp-000003.bin"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("generate",), "either --pcap"),
        (("generate", "--protocol", "ospf", "--pcap", "x"), "'ospf' is none of lacp"),
        (("send",), "either --port"),
        (("send", "--port", "veth0"), "write raw:IFACE"),
        (("send", "--tcp", "localhost"), "write HOST:PORT"),
        (("send", "--port", "raw:nosuch0"), "there is no interface nosuch0"),
        (("replay", "nosuch.json", "--tcp", "127.0.0.1:1"), "nosuch.json"),
    ],
)
def test_mistakes_are_told(words: tuple[str, ...], said: str) -> None:
    outcome = run(*words)
    assert outcome.exception is not None
    assert said in str(getattr(outcome.exception, "message", outcome.exception))


def test_the_default_route_s_interface_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody throws mutants at the office network because he mistyped a name."""
    name = socket.if_nameindex()[0][1]
    monkeypatch.setattr(target, "default_interfaces", lambda: frozenset((name,)))
    outcome = run("send", "--port", f"raw:{name}")
    assert isinstance(outcome.exception, ConfigError)
    assert f"{name} has the default route" in str(outcome.exception)
    if name == "lo":
        outcome = run("send", "--tcp", "127.0.0.1:9")
        assert "which has the default route" in str(outcome.exception)


def test_the_kernel_s_tables_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "route").write_text(
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "eth1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    )
    zeros = "0" * 32
    (tmp_path / "route6").write_text(
        f"{zeros} 00 {zeros} 00 {zeros} ffffffff 00000001 00000000 00200200       lo\n"
        f"{zeros} 00 {zeros} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth2\n"
    )
    monkeypatch.setattr(target, "_ROUTES", tmp_path / "route")
    monkeypatch.setattr(target, "_ROUTES6", tmp_path / "route6")
    assert target.default_interfaces() == {"eth0", "eth2"}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    yield number
    with suppress(OSError, ValueError):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


@pytest.mark.long
def test_a_server_that_falls_is_found_and_the_cause_made_small(port: int, tmp_path: Path) -> None:
    """1. A server dies of one kind of PDU. 2. It is found, restarted, and what broke it is brought down to one input
    of a few octets. 3. Replaying the saved case breaks it again; 4. a good PDU does not."""
    server = shlex.join([sys.executable, str(SERVER), str(port), str(tmp_path / "pid")])
    start = f"setsid {server} >/dev/null 2>&1 </dev/null &"
    subprocess.run(start, shell=True, check=True)
    words = ("--tcp", f"127.0.0.1:{port}", "--restart", start)
    target.Watch(None, None, 5).wait(lambda: "" if _listens(port) else "not yet")
    outcome = run(
        "send", *words, "--protocol", "iccp", "--count", "200", "--batch", "20", "--seed", "2", "--save", str(tmp_path)
    )
    assert outcome.return_value == 1, outcome.output
    assert "it takes no connection" in outcome.output
    case = Finding.load(tmp_path / "case-1.json")
    assert case.minimised
    assert len(case.units) == 1
    assert len(case.octets[0]) <= 8
    assert case.octets[0][2] & 0x80
    assert json.loads((tmp_path / "case-1.json").read_bytes())["schema"] == 1
    assert run("replay", str(tmp_path / "case-1.json"), *words).return_value == 1
    good = tmp_path / "good.bin"
    good.write_bytes(bytes.fromhex("0001000ac0000201000002010004 00000001".replace(" ", "")))
    assert "nothing happened" in run("replay", str(good), *words).output


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
