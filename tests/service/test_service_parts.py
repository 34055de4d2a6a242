"""Store file, control socket, log, notify and ports: each alone."""

import io
import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio

from pyiccp._mlag.store import Store
from pyiccp._node.config import ConfigError
from pyiccp._service import client
from pyiccp._service.control import Control
from pyiccp._service.log import Log
from pyiccp._service.notify import notify
from pyiccp._service.ports import parse_port
from pyiccp._service.store import StoreFile
from pyiccp.transports._netlink import links
from pyiccp.transports._raw import RawPort
from pyiccp.transports._unixgram import UnixDatagram
from pyiccp.transports._unixstream import UnixStream
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp._mlag import BondNumber


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="s") as name:
        yield Path(name)


AS_NOBODY = """
import os, socket, sys
os.setuid(65534)
asker = socket.socket(socket.AF_UNIX)
asker.connect(sys.argv[1])
try:
    asker.sendall(b'{"ask":"status"}' + bytes([10]))
    reply = asker.recv(100)
except (ConnectionResetError, BrokenPipeError):
    reply = b""
print("connected,", "answered" if reply else "not answered")
"""
NUMBER = BondNumber(mlag_id=10, key=17, port=1, mac=mac("02:00:00:00:00:01"))
STORE = Store(system=mac("74:4D:28:11:70:6B"), epoch=3, node=1, numbers=(NUMBER,), primary=True, incarnation=9)


def test_a_store_comes_back_as_it_was(folder: Path) -> None:
    file = StoreFile(folder / "deep" / "down", "Peer1")
    assert file.open() is None
    file.save(STORE)
    file.save(STORE)
    file.close()
    assert StoreFile(folder / "deep" / "down", "Peer1").open() == STORE


def test_a_write_that_never_finished_leaves_the_old_store(folder: Path) -> None:
    file = StoreFile(folder, "Peer1")
    file.open()
    file.save(STORE)
    (folder / "Peer1.new").write_bytes(b'{"system": "half')
    file.close()
    assert StoreFile(folder, "Peer1").open() == STORE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"epoch": "three"}', "epoch"),
        ('{"epoch": -1}', "epoch"),
        ('{"incarnation": 4294967296}', "incarnation"),
        ('{"node": 2}', "node is 2"),
        ('{"system": "AAAA"}', "system is no MAC"),
        ('{"owner": "////////"}', "owner is no MAC"),
        ('{"numbers": [{"mlag_id": 10, "key": 65536, "port": 2, "mac": "AgAAAAAB"}]}', "numbers"),
        ('{"numbers": [{"mlag_id": 10, "key": 17, "port": 1, "mac": ""}]}', "numbers"),
        ('{"epoch": 1', "truncated"),
    ],
)
def test_a_damaged_store_is_an_error_and_not_a_fresh_node(folder: Path, text: str, why: str) -> None:
    """It held numbers that no bond can have, and the node ran until it had to write them."""
    (folder / "Peer1.json").write_text(text)
    with pytest.raises(ConfigError, match=rf"{why}.*remove it to start as a fresh node"):
        StoreFile(folder, "Peer1").open()


def test_two_nodes_cannot_share_a_store(folder: Path) -> None:
    first, second = StoreFile(folder, "Peer1"), StoreFile(folder, "Peer1")
    first.open()
    with pytest.raises(ConfigError, match="in use by another node"):
        second.open()
    first.close()
    assert second.open() is None
    second.close()


async def _ask(path: Path, octets: bytes) -> bytes:
    stream = await trio.open_unix_socket(str(path))
    async with stream:
        await stream.send_all(octets)
        reply = b""
        while piece := await stream.receive_some(65536):
            reply += piece
        return reply


async def test_the_control_socket_answers_a_line_with_a_line(folder: Path) -> None:
    path = folder / "c"
    async with trio.open_nursery() as nursery:
        await nursery.start(Control({"status": lambda of: {"x": 1, "of": of}}).serve, path)
        assert oct(path.stat().st_mode & 0o777) == "0o600"
        assert json.loads(await _ask(path, b'{"ask":"status"}\n')) == {"ok": {"x": 1, "of": None}}
        assert json.loads(await _ask(path, b'{"ask":"status","of":"e1"}\n')) == {"ok": {"x": 1, "of": "e1"}}
        assert "`of`" in json.loads(await _ask(path, b'{"ask":"status","of":7}\n'))["error"]
        assert "no verb 'dance'" in json.loads(await _ask(path, b'{"ask":"dance"}\n'))["error"]
        for rubbish in (b"\n", b"[]\n", b"\xff\xfe\n", b'{"ask":["status"]}\n', b"x" * 100_000):
            try:
                assert "error" in json.loads(await _ask(path, rubbish))
            except trio.BrokenResourceError:
                assert len(rubbish) > 4096
        nursery.cancel_scope.cancel()
    assert not path.exists()


async def test_the_control_socket_answers_no_other_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The asker is who the kernel says. Root asks as nobody, past the file's mode; others think they are another."""
    path = folder / "c"
    async with trio.open_nursery() as nursery:
        await nursery.start(Control({"status": lambda of: 1}).serve, path)
        if os.geteuid() == 0:
            folder.chmod(0o755)
            path.chmod(0o666)
            done = await trio.run_process(
                [sys.executable, "-c", AS_NOBODY, str(path)], capture_stdout=True, capture_stderr=True
            )
            assert done.stdout == b"connected, not answered\n"
        else:
            monkeypatch.setattr(os, "geteuid", lambda of: 12345)
            assert await _ask(path, b'{"ask":"status"}\n') == b""
        nursery.cancel_scope.cancel()


async def test_the_client_says_what_went_wrong(folder: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        client.ask(folder / "nobody", "status")
    async with trio.open_nursery() as nursery:
        await nursery.start(Control({"status": lambda of: [1]}).serve, folder / "c")
        assert await trio.to_thread.run_sync(client.ask_plain, folder / "c", "status") == [1]
        with pytest.raises(client.Refused, match="no verb"):
            await trio.to_thread.run_sync(client.ask_plain, folder / "c", "dance")
        nursery.cancel_scope.cancel()


def test_a_log_is_text_or_json() -> None:
    file = io.StringIO()
    for as_json in (False, True):
        Log("Peer1", file, as_json, lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))("ether1 up")
    text, line = file.getvalue().splitlines()
    assert text == "2026-01-02T03:04:05.000+00:00 Peer1: ether1 up"
    assert json.loads(line) == {"time": "2026-01-02T03:04:05.000+00:00", "node": "Peer1", "what": "ether1 up"}


def test_systemd_is_told_when_it_wants_to_know(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "n"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "n"))
        notify("READY=1")
        assert manager.recv(100) == b"READY=1"


def test_ports_of_the_command_line() -> None:
    name, port = parse_port("sfp-sfpplus1=raw:veth0")
    assert name == "sfp-sfpplus1" and isinstance(port, RawPort) and port.name == "veth0"
    _, port = parse_port("e=unixgram:/a:/b")
    assert isinstance(port, UnixDatagram) and (port.local, port.remote) == (Path("/a"), Path("/b"))
    _, port = parse_port("e=unixstream-to:/a")
    assert isinstance(port, UnixStream) and not port.listen


@pytest.mark.parametrize(
    "text",
    ["", "e", "e=", "=raw:x", "e=raw", "e=raw:", "e=tin:x", "e=tapfd:x", "e=unixgram:/a", "e=unixstream:/" + "x" * 107],
)
def test_a_port_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_port(text)


@pytest.mark.parametrize("octets", [b"", b"\0" * 15, b"\0" * 64, b"\x20\0\0\0\x10\0" + bytes(40), b"\xff" * 64])
def test_netlink_that_is_none_tells_of_no_link(octets: bytes) -> None:
    assert [link for link in links(octets) if link.name] == []
