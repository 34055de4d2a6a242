"""What a person sees: the live screen in a terminal of its own; what systemd is told by a node that it starts."""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time
from collections.abc import Callable

import pytest

from service.programs import PATIENCE, PROGRAM, STARTING, Three


class Terminal:
    """A program in a terminal of 24 lines of 100 characters, and all that it has written there."""

    def __init__(self, *words: str) -> None:
        self.shown = b""
        self._end, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color"}
        self.program = subprocess.Popen(
            [*PROGRAM, *words], stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True
        )
        os.close(inner)

    def until(self, seen: Callable[[str], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not seen(self.shown.decode(errors="replace")):
            assert time.monotonic() < deadline, self.shown.decode(errors="replace")
            self._read(0.2)

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self._end], [], [], patience)
        try:
            some = os.read(self._end, 1 << 16) if ready else b""
        except OSError:  # the program has closed it
            return False
        self.shown += some
        return bool(some)

    def end(self) -> int:
        """Ctrl-C; the exit code, once all is read."""
        self.program.send_signal(signal.SIGINT)
        code = self.program.wait(STARTING)
        while self._read(0.2):
            pass
        os.close(self._end)
        return code


@pytest.mark.long
def test_the_live_screen_follows_the_node_and_leaves_the_terminal_as_it_was(three: Three) -> None:
    """1. It shows a node whose peer is not there. 2. The peer comes: the screen follows. 3. Ctrl-C: the screen that was
    there before is back, the cursor is shown, and the exit code says so."""
    three.start("peer1")
    screen = Terminal("monitor", "--watch", "--control", str(three.folder / "peer1.sock"))
    screen.until(lambda text: "\x1b[?1049h" in text and "status: connecting" in text, STARTING)
    three.start("peer2")
    screen.until(lambda text: "status: connected" in text, PATIENCE + 10)
    assert screen.end() == 130
    text = screen.shown.decode()
    assert text.rindex("\x1b[?1049l") > text.rindex("\x1b[?1049h"), "the other screen is back"
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor is shown"
    assert "Traceback" not in text


@pytest.mark.long
def test_a_live_screen_whose_node_goes_says_so(three: Three) -> None:
    three.start("peer1")
    screen = Terminal(
        "monitor", "/interface/bridge/mlag/monitor", "--watch", "--control", str(three.folder / "peer1.sock")
    )
    screen.until(lambda text: "status: connecting" in text, STARTING)
    three.running["peer1"].terminate()
    screen.until(lambda text: "no node answers" in text, PATIENCE + 10)
    assert screen.program.wait(STARTING) == 2
    after = re.split(r"\x1b\[\?1049l", screen.shown.decode())[-1]
    assert "no node answers" in after and "Traceback" not in after, "on the screen that stays"


def test_systemd_is_told_by_a_node_that_it_is_ready_and_that_it_stops(three: Three) -> None:
    """As `Type=notify` wants it: ready once everything is open, stopping when the planned stop begins."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(three.folder / "notify"))
        manager.settimeout(STARTING)
        three.start("peer1", NOTIFY_SOCKET=str(three.folder / "notify"))
        assert manager.recv(100) == b"READY=1"
        three.running["peer1"].terminate()
        assert manager.recv(100) == b"STOPPING=1"
    assert three.running["peer1"].wait(STARTING) == 0
