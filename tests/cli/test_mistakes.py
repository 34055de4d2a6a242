"""Typical mistakes on the command line: one line that says what is wrong, exit code 2, never a traceback."""

import errno
import sys
from pathlib import Path

import pytest

from pyiccp._cli import main
from pyiccp._service.daemon import _named
from pyiccp.lab._scenario import QUICKSTART
from pyiccp.transports._base import Transport
from pyiccp.transports._raw import RawPort
from pyiccp.transports._tap import TapPort
from pyiccp.transports._unixgram import UnixDatagram

PEER = str(QUICKSTART / "peer1.rsc")
NODE = ["node", PEER, "--name", "P", "--mac", "02:00:00:00:00:01"]


def said(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Exit code and standard error of `pyiccp` with *words*."""
    monkeypatch.setattr(sys, "argv", ["pyiccp", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["lint", "none.rsc"], "none.rsc: No such file or directory"),
        (["migrate", "none.rsc"], "none.rsc: No such file or directory"),
        (["explain", "none.pcap"], "none.pcap: No such file or directory"),
        (["explain", "empty"], "empty: the file is empty; captures are pcap or pcapng"),
        (["explain", PEER], f"{PEER}: no capture starts with 2f696e74; captures are pcap or pcapng"),
        (["explain", "empty", "--config", "none.rsc"], "none.rsc: No such file or directory"),
        (["decode", "none.pcap"], "none.pcap: No such file or directory"),
        (["decode", "."], ".: Is a directory"),
        (["decode", "empty"], "empty: the file is empty"),
        (["node", "none.rsc", "--name", "P", "--mac", "02:00:00:00:00:01"], "none.rsc: No such file or directory"),
        (["lint", "noise"], "noise is not text: octet 0 is no UTF-8"),
        (["lab", "--until", "1s", "--pcap", "empty/in"], "empty/in: Not a directory"),
        (["lab", "--until", "1s", "--html", "none/page.html"], "none/page.html: No such file or directory"),
        (["lab", "--copy-quickstart", "empty/in"], "empty/in: Not a directory"),
        (["lab", "check", "--out", "empty/in"], "empty/in: Not a directory"),
        (["fuzz", "generate", "--pcap", "none/out"], "none/out: No such file or directory"),
        (["fuzz", "generate", "--corpus", "empty/in"], "empty/in: Not a directory"),
        (["fuzz", "replay", "none.json", "--tcp", "127.0.0.1:9"], "none.json: No such file or directory"),
        ([*NODE, "--port", "sfp-sfpplus1=raw:none0"], "cannot run: --port sfp-sfpplus1: there is no interface none0"),
    ],
    ids=" ".join,
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    words: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").touch()
    Path("noise").write_bytes(b"\xff\xfe")
    code, text = said(words, monkeypatch, capsys)
    assert (code, text.splitlines()[-1]) == (2, f"pyiccp: {why}")
    assert "Traceback" not in text


def test_a_configuration_where_a_scenario_belongs_says_what_a_scenario_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(["lab", PEER], monkeypatch, capsys)
    assert code == 2 and "a scenario is TOML" in text and "--copy-quickstart" in text


def test_a_port_that_the_configuration_does_not_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1. --port sfp-sfplus1=…, a letter short. 2. The node ran, and its peer port stayed down without a word."""
    monkeypatch.chdir(tmp_path)
    _, text = said([*NODE, "--port", "sfp-sfplus1=raw:none0"], monkeypatch, capsys)
    assert f"note: {PEER} says nothing of --port sfp-sfplus1\n" in text


@pytest.mark.parametrize(
    ("door", "cable", "told"),
    [
        ("--state", None, "--state: Permission denied"),
        ("--port a", UnixDatagram(Path("a"), Path("b")), "--port a: Permission denied"),
        ("--port a", RawPort("a"), "--port a: Permission denied; raw: and tap: need CAP_NET_RAW and CAP_NET_ADMIN"),
        ("--local a", TapPort("a"), "--local a: Permission denied; raw: and tap: need CAP_NET_RAW and CAP_NET_ADMIN"),
    ],
)
def test_only_what_needs_rights_says_which(door: str, cable: Transport | None, told: str) -> None:
    """1. A user without rights names a state folder of root's. 2. It said that raw: and tap: need capabilities."""
    with pytest.raises(PermissionError) as refused, _named(door, cable):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert refused.value.strerror == told
