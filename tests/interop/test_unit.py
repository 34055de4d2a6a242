"""The systemd unit of docs/examples as it is written: its command line, with its two capabilities and no other."""

import shlex
import socket
from configparser import ConfigParser
from pathlib import Path

from interop.conftest import MakeSpace, Program
from interop.nodes import PROGRAM
from interop.spaces import cable, until
from pyiccp._service.client import Refused, ask_plain
from pyiccp.lab._scenario import QUICKSTART

UNIT = Path(__file__).parents[2] / "docs" / "examples" / "pyiccp@.service"
PATIENCE = 60.0
ARGUMENTS = "--mac 74:4D:28:11:70:6B --port sfp-sfpplus1=raw:va0 --port sfp-sfpplus2=tap:tap0"


def service() -> dict[str, str]:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)
    return dict(unit["Service"])


def command(settings: dict[str, str], folder: Path) -> list[str]:
    """What systemd would run for the instance peer1."""
    meant = {"%i": "peer1", "${STATE_DIRECTORY}": f"{folder}/state", "${RUNTIME_DIRECTORY}": str(folder)}
    words: list[str] = []
    for word in shlex.split(settings["ExecStart"]):
        for name, value in meant.items():
            word = word.replace(name, value)
        words += shlex.split(ARGUMENTS) if word == "$ARGUMENTS" else [word]
    assert words[:2] == ["/opt/pyiccp/bin/pyiccp", "node"] and words[2] == "/etc/pyiccp/peer1.rsc"
    return [*PROGRAM, "node", str(QUICKSTART / "peer1.rsc"), *words[3:]]


def test_the_unit_runs_with_its_two_capabilities(program: Program, space: MakeSpace, folder: Path) -> None:
    """1. Started as the unit says: ready is told once its ports are open. 2. Both ports carry, the store is written.
    3. SIGTERM is a planned stop within the unit's time."""
    setpriv, env = program("setpriv"), program("env")
    settings = service()
    assert settings["Type"] == "notify"
    assert settings["AmbientCapabilities"] == settings["CapabilityBoundingSet"] == "CAP_NET_RAW CAP_NET_ADMIN"
    room = space("unit")
    cable(room, "va0", room, "vb0")
    log = folder / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "notify"))
        manager.settimeout(PATIENCE)
        limited = [setpriv, "--bounding-set", "-all,+net_raw,+net_admin"]
        told = [env, f"NOTIFY_SOCKET={folder}/notify"]
        process = room.start(*limited, *told, *command(settings, folder), log=log)
        try:
            assert manager.recv(100) == b"READY=1", log.read_text()
            room.up("tap0")
            until("both ports are up", lambda: log.read_text().count(' up"') >= 2, PATIENCE, log.read_text)
            assert (folder / "state" / "peer1.json").exists()
            try:
                assert ask_plain(folder / "peer1.sock", "status")["name"] == "peer1"
            except (OSError, Refused) as error:
                raise AssertionError(f"{error}\n{log.read_text()}") from None
            process.terminate()
            assert manager.recv(100) == b"STOPPING=1"
            assert process.wait(float(settings["TimeoutStopSec"])) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()
