"""TCP with the kernels' own offloads through both halves of a pair, and tshark as the reader of all that we send."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from interop.captures import Capturing
from interop.clients import FAR, LOCAL, GuestClient, OvsClient, far_side
from interop.conftest import Kennel, Program
from interop.networks import Pair, frames, settle, spread
from interop.spaces import Space, until
from interop.tcp import pattern

PROGRAM = Path(__file__).with_name("tcp.py")
PORTS = tuple(range(5001, 5017))
DOWN, UP = 1 << 20, 256 << 10
"""Octets of a connection to the client, and from it."""
LEAST = 0.02
PATIENCE = 60.0
ORPHAN = "10.77.0.30"
OURS = "(slow || stp || eth.type == 0x88b5 || udp.port == 49275)"
WARNING = "(_ws.malformed || _ws.expert.severity >= 0x600000)"


class Traffic:
    """A pair, a client, the far side, and a host of its own on Peer1's orphan port."""

    def __init__(self, stack: ExitStack, near: GuestClient | OvsClient, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.far_space, one, two, self.host = (stack.enter_context(Space(n)) for n in ("far", "one", "two", "host"))
        self.near, self.far = near, far_side(self.far_space, folder)
        stack.callback(self.far.end)
        self.pair = Pair((one, two), folder)
        stack.callback(self.pair.end)
        one.ip("link", "set", "unused", "netns", self.host.name, "name", "eth0")
        self.host.ip("addr", "add", f"{ORPHAN}/24", "dev", "eth0")
        for space, end in ((one, "host"), (self.host, "eth0")):
            space.up(end)
        self.captures = [self._capture(space, wire) for space in (one, two) for wire in ("peer", "keep")]
        self.pair.plug(near, self.far)
        self.captures += [self._capture(space, wire) for space in (one, two) for wire in ("near", "far")]
        near.begin()
        self.far.begin()
        settle(self.pair, near, self.far)

    def _capture(self, space: Space, wire: str) -> Capturing:
        made = Capturing(space, wire, self._folder / f"{space.name}.{wire}.pcap", 262144)
        self._stack.callback(made.end)
        return made

    @contextmanager
    def serving(self, space: Space, octets: int) -> Iterator[Callable[[], dict[int, str]]]:
        """The program at the other end of the client's connections; gives a way to ask for the MD5s of what came."""
        words = (sys.executable, str(PROGRAM), str(octets), *map(str, PORTS))
        program = space.start(*words, log=self._folder / "tcp.log", feed=True)
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            yield lambda: {int(a): b for a, b in map(str.split, program.communicate(timeout=PATIENCE)[0].splitlines())}
        finally:
            program.kill()
            program.communicate()

    def takes(self, space: Space, address: str, client: Callable[[str], str]) -> None:
        """*client* takes from *address* in *space*, a connection per port; it sends nothing."""
        with self.serving(space, DOWN) as told:
            for port in PORTS:
                said = client(f"busybox true | busybox nc {address} {port} | busybox md5sum")
                assert said.split()[0] == hashlib.md5(pattern(port, DOWN)).hexdigest(), port
            assert told() == dict.fromkeys(PORTS, hashlib.md5().hexdigest())

    def gives(self, space: Space, address: str, client: Callable[[str], str]) -> None:
        """*client* gives, a connection per port."""
        octets = Path("/bin/busybox").read_bytes()[:UP]
        with self.serving(space, 0) as told:
            for port in PORTS:
                client(f"busybox head -c {UP} /bin/busybox | busybox nc {address} {port}")
            assert told() == dict.fromkeys(PORTS, hashlib.md5(octets).hexdigest())


@pytest.fixture(params=["guest", "ovs"])
def traffic(request: pytest.FixtureRequest, program: Program, root: None, folder: Path) -> Iterator[Traffic]:
    for name in ("ovs-vswitchd", "tcpdump", "tshark", "ethtool", "busybox"):
        program(name)
    with ExitStack() as stack:
        near: GuestClient | OvsClient
        if request.param == "guest":
            kennel: Kennel = request.getfixturevalue("kennel")
            near = GuestClient(kennel.guest())
        else:
            near = OvsClient(stack.enter_context(Space("near")), folder)
        made = Traffic(stack, near, folder)
        stack.callback(near.end)
        yield made


def test_tcp_goes_through_both_halves_and_tshark_reads_it_all(traffic: Traffic, program: Program) -> None:
    """1. From the far side to the client and back, many connections: both halves carry both. 2. The same from a host on
    one node's own port, whose kernel leaves checksums and segments to its card. 3. A node stops and comes back.
    4. tshark has no warning about any frame that is ours."""
    before = frames(traffic.pair)

    def both_carried() -> bool:
        """Each round's connections have source ports of their own, so other places in the clients' tables."""
        traffic.takes(traffic.far_space, FAR, traffic.near.run)
        traffic.gives(traffic.far_space, FAR, traffic.near.run)
        return spread(before, frames(traffic.pair)) >= LEAST

    until("both nodes carried TCP both ways", both_carried, PATIENCE, lambda: f"{before} {frames(traffic.pair)}")
    traffic.takes(traffic.host, ORPHAN, traffic.near.run)
    traffic.gives(traffic.host, ORPHAN, traffic.near.run)
    if isinstance(traffic.near, OvsClient):
        traffic.takes(traffic.near.space, LOCAL, lambda line: traffic.host.run("sh", "-c", line))

    node = traffic.pair.nodes[1]
    node.stop()
    node.start()
    settle(traffic.pair, traffic.near, traffic.far)

    tshark = program("tshark")
    for capture in traffic.captures:
        file = str(capture.end())

        def count(condition: str, file: str = file) -> int:
            words = [tshark, "-r", file, "-Y", condition, "-T", "fields", "-e", "frame.number"]
            done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
            return len(done.stdout.split())

        assert count(OURS) > 0, file
        assert count(f"{OURS} && {WARNING}") == 0, file
