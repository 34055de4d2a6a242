"""ICCP over TCP (RFC 7275's own carrier): two programs, a veth between them, LDP's port, the kernel's TCP."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from interop.captures import Capturing
from interop.conftest import MakeSpace, Program
from interop.spaces import Space, cable, until

TESTS = Path(__file__).parents[1]
ADDRESSES = ("10.79.0.1", "10.79.0.2")
PATIENCE = 19.0
"""Three of the session's three seconds, and ten more."""


class End:
    """One program, and what it has said since it was started."""

    def __init__(self, space: Space, number: int, folder: Path) -> None:
        self.space, self.number = space, number
        self.log, self.said = folder / f"{number}.log", folder / f"{number}.json"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        here, there = ADDRESSES[:: 1 if self.number == 1 else -1]
        words = ["ip", "netns", "exec", self.space.name, sys.executable, "-m", "interop.iccp_end"]
        words += [str(self.number), here, there]
        with self.log.open("a") as log, self.said.open("w") as said:
            self.process = subprocess.Popen(words, cwd=TESTS, stdin=subprocess.PIPE, stdout=said, stderr=log, text=True)

    def tell(self, mlag_id: int) -> None:
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(f"{mlag_id}\n")
        self.process.stdin.flush()

    def seen(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.said.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def up(self) -> bool:
        states = [each["up"] for each in self.seen() if "up" in each]
        return bool(states) and states[-1] is True

    def bonds(self) -> list[object]:
        return [bond for each in self.seen() if isinstance(told := each.get("bonds"), list) for bond in told]

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def ends(program: Program, space: MakeSpace, folder: Path) -> Iterator[tuple[End, End]]:
    rooms = space("pe1"), space("pe2")
    cable(rooms[0], "eth0", rooms[1], "eth0", mtu=1500)
    for room, address in zip(rooms, ADDRESSES, strict=True):
        room.ip("link", "set", "eth0", "arp", "on")
        room.ip("addr", "add", f"{address}/24", "dev", "eth0")
    made = End(rooms[0], 1, folder), End(rooms[1], 2, folder)
    with ExitStack() as stack:
        for end in made:
            stack.callback(end.kill)
        yield made


def test_a_session_of_two_programs(program: Program, ends: tuple[End, End], folder: Path) -> None:
    """1. It comes up, and each knows the other's ports. 2. A bond that comes up is told, either way. 3. tshark reads it
    as LDP without a complaint. 4. One program is killed: the other sees it; it comes back, and so does the session.
    5. The cable is cut, of which TCP says nothing: the hold time tells. 6. Mended, the session is up again."""
    one, other = ends
    program("tcpdump")
    tshark = program("tshark")
    capture = Capturing(one.space, "eth0", folder / "tcp.pcap", snap=2000)

    def said() -> str:
        return "\n".join(path.read_text() for end in ends for path in (end.said, end.log))

    def both(what: str) -> None:
        until(what, lambda: one.up() and other.up(), PATIENCE, said)

    for end in ends:
        end.start()
    both("the session is up")
    for end in ends:
        until("the neighbour's port is known", lambda end=end: {"ports": 1} in end.seen(), PATIENCE, said)  # type: ignore[misc]
    one.tell(11)
    other.tell(12)
    until("both bonds were told", lambda: (one.bonds(), other.bonds()) == ([12], [11]), PATIENCE, said)

    for octets in (b"pe1", b"pe2"):
        capture.holds(octets)
    words = (tshark, "-r", str(capture.end()), "-T", "fields", "-e", "ldp.msg.type", "-Y")
    assert len(one.space.run(*words, "ldp").splitlines()) > 5
    assert one.space.run(*words, "_ws.malformed") == ""
    # What a busy machine makes the kernels' own TCP repeat is no fault of ours.
    assert (
        one.space.run(*words, "ldp && _ws.expert.severity >= 0x600000 && !tcp.options.sack && !tcp.analysis.flags")
        == ""
    )

    other.kill()
    until("the loss is seen", lambda: not one.up(), PATIENCE, said)
    other.start()
    both("the session is back")

    one.space.up("eth0", False)
    for end in ends:
        until("the silence is noticed", lambda end=end: not end.up(), PATIENCE, said)  # type: ignore[misc]
    one.space.up("eth0")
    both("the session is back once more")
