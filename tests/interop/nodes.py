"""`pyiccp node` programs in namespaces."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from interop.spaces import Space, until
from pyiccp._service.client import Refused, ask_plain

PROGRAM = (sys.executable, "-c", "from pyiccp._cli import main; main()")
PATIENCE = 60.0


class NodeProgram:
    """One device of configuration *text*, its ports on *cables* (port → interface of its namespace)."""

    def __init__(
        self, space: Space, folder: Path, name: str, mac: str, text: str, cables: dict[str, str], *options: str
    ) -> None:
        self.space, self.name, self.folder = space, name, folder
        self.control = folder / f"{name}.ctl"
        self.log = folder / f"{name}.log"
        config = folder / f"{name}.rsc"
        config.write_text(text)
        words = [*PROGRAM, "node", str(config), "--name", name, "--mac", mac, "--control", str(self.control)]
        for port, interface in cables.items():
            words += ["--port", f"{port}=raw:{interface}"]
        self.words = [*words, *options]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """It runs and answers."""
        self._process = self.space.start(*self.words, log=self.log)
        until(f"{self.name} answers", lambda: bool(self.status()), PATIENCE, self.log.read_text)

    def status(self) -> dict[str, Any]:
        """Its status, or nothing while it does not answer."""
        assert self._process is not None
        if self._process.poll() is not None:
            return {}
        try:
            answer = ask_plain(self.control, "status")
        except (OSError, Refused):
            return {}
        return dict(answer)

    def kill(self) -> None:
        """SIGKILL: its sockets go, its interfaces keep their carrier."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM, a planned stop."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(PATIENCE)
        assert code == 0, f"{self.name}: exit code {code}\n{self.log.read_text()}"

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def said(self) -> str:
        """For a test that fails: its log and its status."""
        log = self.log.read_text() if self.log.exists() else ""
        status = json.dumps(self.status(), indent=1) if self._process is not None else ""
        return f"--- {self.name}\n{log}{status}\n"
