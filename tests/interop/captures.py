"""Captures of interfaces while a test runs, by tcpdump."""

import re
import signal
from pathlib import Path

from interop.spaces import Space, until

PATIENCE = 20.0
_TAIL = 1 << 20


class Capturing:
    """Frames on *interface* go to *file*, their first *snap* octets, from when this is made."""

    def __init__(self, space: Space, interface: str, file: Path, snap: int = 128) -> None:
        self.file = file
        self._log = file.with_suffix(".log")
        self._log.unlink(missing_ok=True)
        words = ["tcpdump", "-i", interface, "-w", str(file), "-s", str(snap), "-B", "32768", "-U", "-Z", "root", "-n"]
        self._process = space.start(*words, log=self._log)
        until(f"tcpdump listens on {interface}", lambda: "listening on" in self._said(), PATIENCE, self._said)

    def _said(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def holds(self, octets: bytes) -> None:
        """Wait until a frame with these *octets* is in the file: the kernel hands over blocks, not frames."""
        until(f"{octets!r} is in {self.file}", lambda: octets in self._tail(), PATIENCE, self._said)

    def _tail(self) -> bytes:
        with self.file.open("rb") as file:
            file.seek(max(self.file.stat().st_size - _TAIL, 0))
            return file.read()

    def end(self) -> Path:
        """The file; complete up to what it was seen to hold."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
        lost = re.search(r"(\d+) packets dropped by kernel", self._said())
        assert lost is not None and lost[1] == "0", f"{self.file} is not complete: {self._said()}"
        return self.file
