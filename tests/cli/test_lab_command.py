"""`pyiccp lab` as a person calls it: output, exit codes, streams."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyiccp import __version__

PROGRAM = [sys.executable, "-c", "from pyiccp._cli import main; main()"]


def pyiccp(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_help_and_version() -> None:
    assert "Examples:" in pyiccp("--help").stdout
    assert "cut|mend NODE:PORT" in pyiccp("lab", "--help").stdout
    assert __version__ in pyiccp("--version").stdout


def test_json_has_the_contract_s_keys() -> None:
    done = pyiccp("lab", "--json", "--until", "5s", "--event", "4500ms cut Peer2:sfp-sfpplus2")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert list(result) == ["schema", "time", "nodes", "flows", "loops", "warnings", "timeline"]
    assert (result["schema"], result["time"], result["loops"]) == (1, 5.0, 0)
    assert result["nodes"]["Peer1"]["mlag"] == {
        "status": "connected", "system-id": "74:4D:28:11:70:6B", "active-role": "primary",
    }  # fmt: skip
    client = result["nodes"]["Client"]
    assert client["mlag"] is None
    assert client["bridge"] is None
    bond = client["bonds"]["bond1"]
    assert bond["active-ports"] == ["sfp-sfpplus1"]
    assert bond["inactive-ports"] == ["sfp-sfpplus2"]
    assert (bond["mode"], bond["lacp-system-priority"]) == ("802.3ad", 65535)
    assert bond["lacp-system-id"] == "74:4D:28:7B:7F:96"
    assert bond["lacp-partner-system-id"] == "74:4D:28:11:70:6B"
    assert bond["ports"]["sfp-sfpplus1"]["state"] == "collecting and distributing"
    assert bond["ports"]["sfp-sfpplus2"]["reason"]
    assert result["nodes"]["Peer1"]["bridge"]["bridge-id"].endswith("74:4D:28:11:70:6B")
    host = result["nodes"]["Peer1"]["hosts"][0]
    assert {"mac-address", "vid", "on-interface", "flags"} <= set(host)
    assert [(flow["from"], flow["to"]) for flow in result["flows"]] == [
        ("h1", "h2"), ("h2", "h1"), ("h1", "h3"), ("h3", "h1"),
    ]  # fmt: skip
    assert list(result["flows"][0]) == [
        "from", "to", "sent", "received", "lost", "duplicated", "reflected", "reordered", "longest-gap",
    ]  # fmt: skip
    assert {"at": 4.5, "node": "lab", "what": "cut Peer2:sfp-sfpplus2"} in result["timeline"]


def test_no_colour_and_no_progress_where_nobody_looks() -> None:
    done = pyiccp("lab", "--until", "2s")
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


@pytest.mark.long
def test_the_quick_setup_can_be_copied_and_run_from_there(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    done = pyiccp("lab", "--copy-quickstart", str(folder))
    assert done.returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["client.rsc", "lab.toml", "peer1.rsc", "peer2.rsc"]
    assert pyiccp("lab", str(folder / "lab.toml"), "--until", "3s").stdout == pyiccp("lab", "--until", "3s").stdout
    again = pyiccp("lab", "--copy-quickstart", str(folder))
    assert again.returncode == 2
    assert "exists already; nothing is overwritten" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lab", "none.toml"], "pyiccp: none.toml: No such file or directory\n"),
        (["lab", "--until", "soon"], "pyiccp: --until: 'soon' is not a time; "),
        (["lab", "--event", "5s cutt Peer1:x"], "pyiccp: --event: unknown event 'cutt'; did you mean 'cut'?\n"),
        (["lab", "--event", "5s crash Peer3"], "pyiccp: --event: crash: no node 'Peer3'"),
        (["lab", "--nonsense"], "No such option"),
        (["labb"], "No such command"),
    ],
)
def test_usage_errors_say_what_and_leave_with_2(arguments: list[str], message: str) -> None:
    done = pyiccp(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_a_configuration_names_its_place(tmp_path: Path) -> None:
    pyiccp("lab", "--copy-quickstart", str(tmp_path))
    with (tmp_path / "peer1.rsc").open("a") as file:
        file.write("/interface bridge port\nadd bridge=bridge1 interface=ether5 pvidd=3\n")
    done = pyiccp("lab", str(tmp_path / "lab.toml"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"pyiccp: {tmp_path / 'peer1.rsc'}:13: ")
    assert "did you mean pvid" in done.stderr


def test_a_loop_is_a_bad_answer(tmp_path: Path) -> None:
    """Two bridges without spanning tree and two cables between them."""
    bridge = "'''\n/interface bridge\nadd name=b protocol-mode=none\n/interface bridge port\n" + "".join(
        f"add bridge=b interface=ether{n}\n" for n in (1, 2)
    )
    (tmp_path / "loop.toml").write_text(f"""
[lab]
until = "1s"
[node.A]
mac = "02:00:00:00:0A:00"
script = {bridge}'''
[node.B]
mac = "02:00:00:00:0B:00"
script = {bridge}'''
[host.h1]
on = "A:b"
[host.h2]
on = "B:b"
[[link]]
ends = ["A:ether1", "B:ether1"]
[[link]]
ends = ["A:ether2", "B:ether2"]
[[flow]]
from = "h1"
to = "h2"
start = "100ms"
every = "10ms"
""")
    done = pyiccp("lab", str(tmp_path / "loop.toml"))
    assert done.returncode == 1
    assert "there is a loop" in done.stdout


def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen(
        [*PROGRAM, "lab", "--until", "2s", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_ctrl_c_is_130_without_a_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "lab", "--until", "10h", "--pcap", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 30
        while not (tmp_path / "lab.pcapng").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130
        assert b"Traceback" not in errors


def at_a_terminal(*arguments: str, **environment: str) -> str:
    """What a person sees on standard output and standard error."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **environment}
    with subprocess.Popen([*PROGRAM, *arguments], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                octets = os.read(ours, 65536)
            except OSError:  # the other end is closed: Linux says EIO
                break
            if not octets:
                break
            seen += octets
        assert process.wait(30) == 0
    os.close(ours)
    return seen.decode()


def test_a_terminal_gets_colour_and_progress_and_no_color_is_honoured() -> None:
    assert "\x1b[1m[admin@Peer1] > /interface/bridge/mlag/monitor" in at_a_terminal("lab", "--until", "2s")
    plain = at_a_terminal("lab", "--until", "2s", NO_COLOR="1")
    assert "\r\n       status: connected\r\n" in plain
    assert "\x1b[1m" not in plain
