"""`pyiccp node`, `monitor` and `ctl` as programs: the document's pair and client over unix sockets, no privilege."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pyiccp.lab._scenario import QUICKSTART
from service.programs import MACS, PATIENCE, Three, pyiccp


def check(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> None:
    """As much of JSON Schema as ours uses, and no property that it does not name."""
    root = schema if root is None else root
    if "$ref" in schema:
        return check(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in schema:
        kinds = {"null": value is None}
        schema = next(each for each in schema["anyOf"] if kinds.get(each.get("type", ""), value is not None))
        return check(value, schema, root)
    if "const" in schema:
        assert value == schema["const"]
        return None
    types: dict[str, Any] = {
        "null": type(None),
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    assert isinstance(value, types[schema["type"]]), (value, schema)
    if "pattern" in schema:
        assert re.search(schema["pattern"], value)
    if "properties" in schema:
        assert set(value) <= set(schema["properties"]) and set(value) >= set(schema["required"])
    for key, item in value.items() if isinstance(value, dict) else ():
        check(item, schema.get("properties", {}).get(key) or schema["additionalProperties"], root)
    for item in value if isinstance(value, list) else ():
        check(item, schema["items"], root)
    return None


@pytest.mark.long
def test_a_pair_and_its_client_as_three_programs(three: Three) -> None:
    """1. They start. 2. Both links carry. 3. RouterOS' commands answer. 4. One goes into
    maintenance and comes back. 5. Its SIGTERM is a planned stop: the client goes on with the other link. 6. It comes
    back, with what it remembered."""
    for name in MACS:
        three.start(name, *(["--pcap", str(three.folder / "peer1.pcapng")] if name == "peer1" else []))
    three.wait("both links carry", lambda: three.active(2))

    control = ("--control", str(three.folder / "peer1.sock"))
    shown = pyiccp("monitor", "/interface/bridge/mlag/monitor", *control).stdout
    assert "status: connected" in shown and "system-id: 74:4D:28:11:70:6B" in shown
    assert "active-ports: sfp-sfpplus2" in pyiccp("monitor", "/interface", "bonding", "monitor", *control).stdout
    assert "client-bond" in pyiccp("monitor", *control).stdout
    published = json.loads(pyiccp("monitor", "--json", *control).stdout)
    assert published["schema"] == 1 and published["mlag"]["system-id"] == "74:4D:28:11:70:6B"
    check(published, json.loads(pyiccp("schema").stdout))
    assert "interface: client-bond" in pyiccp("monitor", "/interface/bridge/port/monitor", *control).stdout
    wrong = pyiccp("monitor", "/interface/bonding/monitor", "bond7", *control)
    assert wrong.returncode == 2 and "no such item: bond7" in wrong.stderr

    assert pyiccp("ctl", "enter-maintenance", *control).returncode == 0
    three.wait("the client on its other link, in maintenance", lambda: three.active(1))
    assert three.status("peer1")["maintenance"] and "maintenance" in pyiccp("monitor", *control).stdout
    assert pyiccp("ctl", "leave-maintenance", *control).returncode == 0
    three.wait("both links carry after maintenance", lambda: three.active(2))
    assert pyiccp("ctl", "flush", "client-bond", *control).returncode == 0
    assert pyiccp("ctl", "clear-guards", *control).returncode == 0
    assert pyiccp("ctl", "clear-guards", "client-bond", *control).returncode == 0
    unknown = pyiccp("ctl", "flush", "ether77", *control)
    assert unknown.returncode == 1 and "ether77 is no port of a bridge; there are" in unknown.stderr
    assert pyiccp("ctl", "stop", "client-bond", *control).returncode == 2

    three.running["peer1"].send_signal(signal.SIGTERM)
    assert three.running["peer1"].wait(timeout=PATIENCE) == 0
    three.wait("the client on its other link", lambda: three.active(1))
    assert (three.folder / "peer1.pcapng").stat().st_size > 1000
    stored = json.loads((three.folder / "state" / "peer1.json").read_text())
    assert stored["incarnation"] == 1 and not (three.folder / "peer1.sock").exists()

    three.start("peer1")
    assert json.loads((three.folder / "state" / "peer1.json").read_text())["incarnation"] == 2
    assert pyiccp("ctl", "stop", "--control", str(three.folder / "peer2.sock")).returncode == 0
    assert three.running["peer2"].wait(timeout=PATIENCE) == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--mac", "nonsense"], "is not a MAC address"),
        (["--mac", "02:00:00:00:00:01", "--port", "bond=raw"], "kinds are raw:IFACE"),
        (["--mac", "02:00:00:00:00:01", "--port", "bridge1=raw:x"], "no physical port"),
        (["--mac", "02:00:00:00:00:01", "--port", "ether1=raw:no-such-if"], "there is no interface no-such-if"),
        (["--mac", "02:00:00:00:00:01", "--keepalive", "here"], "is not LOCAL,PEER; 192.0.2.1:7275,192.0.2.2:7275"),
        (["--mac", "02:00:00:00:00:01", "--keepalive", "here,there"], "is not ADDRESS:PORT"),
        (["--mac", "02:00:00:00:00:01", "--keepalive", "localhost:1,127.0.0.1:2"], "two numbers of one kind"),
        (["--mac", "02:00:00:00:00:01", "--keepalive", "127.0.0.1:1,[::1]:2"], "two numbers of one kind"),
        (["--mac", "02:00:00:00:00:01", "--keepalive", "127.0.0.1:1,127.0.0.1:1"], "is this node's own"),
        (["--mac", "02:00:00:00:00:01", "--keepalive", "192.0.2.1:7275,192.0.2.2:7275"], "--keepalive: Cannot assign"),
        (["--mac", "02:00:00:00:00:01", "--metrics", "192.0.2.1:9100"], "--metrics: "),
        (["--mac", "02:00:00:00:00:01", "--pcap", "/dev/null/x"], "--pcap: Not a directory"),
        (["--mac", "02:00:00:00:00:01", "--state", "/dev/null/x"], "--state: Not a directory"),
        (
            ["--mac", "02:00:00:00:00:01", "--port", "sfp-sfpplus1=pcap:/dev/null"],
            "--port sfp-sfpplus1: /dev/null: the file is empty",
        ),
        (["--mac", "02:00:00:00:00:01", "--port", "sfp-sfpplus1=tapfd:0"], "file descriptor 0 is no TAP"),
        (["--mac", "02:00:00:00:00:01", "--liveness", "2s"], "outside 10ms to 1s"),
    ],
)
def test_what_cannot_run_says_why(more: list[str], said: str) -> None:
    done = pyiccp("node", str(QUICKSTART / "peer1.rsc"), "--name", "x", *more)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_door_that_cannot_be_opened_is_a_message(tmp_path: Path) -> None:
    words = ["node", str(QUICKSTART / "peer1.rsc"), "--name", "x", "--mac", MACS["peer1"]]
    done = pyiccp(*words, "--control", str(tmp_path / "nowhere" / "c"))
    assert done.returncode == 2 and "No such file" in done.stderr and "Traceback" not in done.stderr, done.stderr


@pytest.mark.long
def test_a_second_node_takes_no_socket_away_from_the_first(three: Three) -> None:
    """1. A second node was started with the control socket of a running one. 2. It took the path, and removed it at its
    end: nobody could ask the first one any more. 3. The same held for unix cables."""
    three.start("peer1")
    words = ["node", str(QUICKSTART / "peer1.rsc"), "--name", "x", "--mac", MACS["peer1"]]
    f = three.folder
    for door, more in (
        ("--control", ["--control", str(f / "peer1.sock")]),
        ("--port sfp-sfpplus1", ["--port", f"sfp-sfpplus1=unixstream:{f}/peer"]),
        ("--port sfp-sfpplus2", ["--port", f"sfp-sfpplus2=unixgram:{f}/1p:{f}/1c"]),
    ):
        done = pyiccp(*words, *more)
        assert done.returncode == 2 and f"{door}: {f}" in done.stderr and "in use by another" in done.stderr, (
            done.stderr
        )
    assert three.status("peer1")


def test_monitoring_nobody_says_so(tmp_path: Path) -> None:
    done = pyiccp("monitor", "--control", str(tmp_path / "nobody"))
    assert done.returncode == 2 and "no node answers" in done.stderr
    assert "PYICCP_CONTROL" in pyiccp("monitor", "--help").stdout


def test_the_verbs_do_not_load_what_they_do_not_need() -> None:
    code = "import pyiccp._cli.monitor, sys; print('trio' in sys.modules, 'prometheus_client' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.split()[1] == "False"
