"""`pyiccp` programs: the document's pair and its client over unix sockets, no privilege."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyiccp._service.client import ask_plain
from pyiccp.lab._scenario import QUICKSTART

MACS = {"peer1": "74:4D:28:11:70:6B", "peer2": "74:4D:28:16:2C:91", "client": "74:4D:28:7B:7F:96"}
PROGRAM = (sys.executable, "-c", "from pyiccp._cli import main; main()")
PATIENCE = 13.0
"""Fast LACP's three seconds thrice and ten more is the most; this is a healthy pair."""
STARTING = 60.0
"""To load a program is a matter of the machine's other work, not of a protocol's timers."""


def pyiccp(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *words], check=False, capture_output=True, text=True, timeout=120)


class Three:
    """The programs in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *more: str, **environment: str) -> None:
        f = self.folder
        cables = {
            "peer1": [f"sfp-sfpplus1=unixstream:{f}/peer", f"sfp-sfpplus2=unixgram:{f}/1p:{f}/1c"],
            "peer2": [f"sfp-sfpplus1=unixstream-to:{f}/peer", f"sfp-sfpplus2=unixgram:{f}/2p:{f}/2c"],
            "client": [f"sfp-sfpplus1=unixgram:{f}/1c:{f}/1p", f"sfp-sfpplus2=unixgram:{f}/2c:{f}/2p"],
        }
        words = [*PROGRAM, "node", str(QUICKSTART / f"{name}.rsc"), "--name", name]
        words += ["--mac", MACS[name], "--control", str(f / f"{name}.sock"), "--state", str(f / "state"), *more]
        for cable in cables[name]:
            words += ["--port", cable]
        with (f / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(words, stderr=log, env=os.environ | environment)
        self.wait(f"{name} answers", lambda: bool(self.status(name)), STARTING)

    def status(self, name: str) -> dict[str, Any]:
        try:
            return ask_plain(self.folder / f"{name}.sock", "status")  # type: ignore[no-any-return]
        except OSError:
            return {}

    def wait(self, what: str, seen: Callable[[], bool], patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not seen():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))
                pytest.fail(f"not within {patience} s: {what}\n{logs}")
            time.sleep(0.1)

    def active(self, count: int) -> bool:
        status = self.status("client")
        return bool(status) and len(status["bonds"]["bond1"]["active-ports"]) == count

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
