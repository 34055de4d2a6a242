"""What docs/robustness.md promises of a running node, one promise a test."""

import io
import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random

import msgspec
import pytest
import trio
from fuzz.harnesses.node import hostile
from msgspec.structs import replace

from lab import third
from node.labs import joined, node
from pyiccp._bridge.events import HostsReceived
from pyiccp._node.events import Notice
from pyiccp._node.key import SharedKey
from pyiccp._node.node import Node
from pyiccp._sansio import milliseconds, seconds
from pyiccp._service import metrics
from pyiccp._service.control import AT_ONCE, LONGEST_REQUEST, Control
from pyiccp._service.log import Log
from pyiccp._service.picture import Picture
from pyiccp.lab._network import Network
from pyiccp.rstp._variables import Role
from pyiccp.testing._mutation import Mutator
from pyiccp.testing._tree import Seed
from pyiccp.wire._link import ETHERTYPE, Data, Segment
from pyiccp.wire._mac import NEAREST_BRIDGE
from pyiccp.wire.iccp._fdb import HostBatch, HostKind
from pyiccp.wire.iccp._pdu import IccpPdu, Message
from pyiccp.wire.iccp.rg import RgId

OTHERS = {"Third": ("ether1", "ether2"), "Peer1": ("ether2", "client-bond"), "Peer2": ("ether2", "client-bond")}
"""Ports of spanning trees of the network with a third switch, but for those that hosts are on."""
PEER_PORT, HALF, ORPHAN = "sfp-sfpplus1", "sfp-sfpplus2", "ether1"
BURST, BURSTS = 40, 100
EVERY = milliseconds(100)


def flood(net: Network, name: str, port: str, bursts: int = BURSTS) -> None:
    """Hostile frames at one port, 400 a virtual second, while everything else goes on."""
    rng = Random(1)
    for _ in range(bursts):
        frames = [hostile()[int(rng.random() * len(hostile()))] for _ in range(BURST)]
        net._forward(net.devices[name], port, frames)
        net.run(net.now + EVERY)


def test_a_port_full_of_hostile_frames_leaves_lacp_and_iccp_alive_on_the_others() -> None:
    """1. A pair has joined, the client's bond is up over both. 2. Ten seconds of hostile frames come in by an orphan
    port of the primary: LACPDUs, BPDUs, segments of our own link, noise. 3. The session never ended, the identity is
    the same, both halves still carry, the client still has one partner."""
    net = joined()
    before = node(net, "Peer1").mlag.system_id
    marks = len(net.timeline)
    flood(net, "Peer1", ORPHAN)
    for name in ("Peer1", "Peer2"):
        one = node(net, name)
        assert one.pairing.mlag.connected
        assert one.mlag.system_id == before
        assert one.lacp.port(HALF).distributing
    assert node(net, "Client").lacp.port("sfp-sfpplus1").distributing
    assert node(net, "Client").lacp.port("sfp-sfpplus2").distributing
    assert not [moment for moment in net.timeline[marks:] if "lost" in moment.what or "identity" in moment.what]


@pytest.mark.long
def test_a_port_full_of_hostile_frames_leaves_spanning_tree_alive_on_the_others() -> None:
    """1. A pair is the root of a tree with a third switch, wired to both nodes, and a bridge behind its bond. 2. Ten
    seconds of hostile frames, BPDUs of better bridges among them, come in by an orphan port of one node. 3. Looked at
    every 10 ms: no port of the others ever changed its role or state, one of the third switch's is blocked throughout.
    4. Nobody waited for a BPDU of the pair longer than a hello."""
    net = third.network(root="pair")
    net.run(seconds(12))
    bpdus, start = third.Bpdus(net), net.now
    ports = [(name, port) for name, ports in OTHERS.items() for port in ports]

    def tree() -> list[tuple[Role, bool]]:
        views = [node(net, name).tree_view(port) for name, port in ports]
        return [(view.role, view.forwarding) for view in views if view is not None]

    before, rng = tree(), Random(1)
    assert len(before) == len(ports)
    assert sorted(before[:2]) == [(Role.Root, True), (Role.Alternate, False)], "the third switch's"
    for _ in range(BURSTS):
        frames = [hostile()[int(rng.random() * len(hostile()))] for _ in range(BURST)]
        net._forward(net.devices["Peer1"], ORPHAN, frames)
        for _ in range(10):
            net.run(net.now + EVERY // 10)
            assert tree() == before
    for sinks in (("Third:ether1",), ("Third:ether2",), ("Client:sfp1", "Client:sfp2")):
        heard = [at for _, sink, at, _ in bpdus.heard if sink in sinks]
        assert len(heard) >= 4
        assert max(after - at for at, after in pairwise([start, *heard, net.now])) <= seconds(2)


def test_a_flooded_client_port_leaves_the_pair_alone() -> None:
    """The same at the client's port: its own bond may suffer, the session and the other node's half do not."""
    net = joined()
    before = node(net, "Peer1").mlag.system_id
    flood(net, "Peer1", HALF, 30)
    assert node(net, "Peer1").pairing.mlag.connected
    assert node(net, "Peer1").mlag.system_id == node(net, "Peer2").mlag.system_id == before
    net.run(net.now + seconds(10))
    assert node(net, "Peer1").lacp.port(HALF).distributing, "when it is over, the bond is whole again"


def segment_frame(octets: bytes) -> bytes:
    return NEAREST_BRIDGE + b"\2\0\0\0\0\x66" + ETHERTYPE.to_bytes(2, "big") + octets


def test_a_hostile_peer_cannot_take_the_identity_or_stop_the_node() -> None:
    """1. What the true peer said is damaged and said again on the peer port, beside noise of all kinds: five seconds
    long. 2. The node runs, and its identity is its own or the pair's, nobody else's. 3. When it is over, the pair is
    whole within ten seconds."""
    net = joined()
    victim, other = node(net, "Peer1"), node(net, "Peer2")
    mine = {victim.config.mac, other.config.mac}
    link, rng = other.pairing.link, Random(2)
    body = IccpPdu(1, 0, (Message(0x703, 9, (RgId(1),)),)).encode()
    honest = [
        Segment(link.domain, link.incarnation, link.peer_incarnation, Data(0, n, 0, False, body)) for n in range(9)
    ]
    mutator = Mutator([Seed.of_frame(segment_frame(one.encode())) for one in honest], rng)
    for _ in range(50):
        frames = [mutator.mutant().octets for _ in range(BURST)]
        frames += [hostile()[int(rng.random() * len(hostile()))] for _ in range(BURST)]
        net._forward(net.devices["Peer1"], PEER_PORT, frames)
        assert victim.mlag.system_id in {None, *mine}
        net.run(net.now + EVERY)
    assert net.devices["Peer1"].node is victim, "it is the same life"
    net.run(net.now + seconds(10))
    assert victim.pairing.mlag.connected
    assert other.pairing.mlag.connected
    assert victim.mlag.system_id == other.mlag.system_id
    assert victim.mlag.system_id in mine


def test_a_peer_with_endless_hosts_fills_the_table_to_its_limit_and_no_further() -> None:
    """A peer tells of 200,000 hosts where `max-learned-entries` is 131,072."""
    net = joined()
    core = node(net, "Peer1").pairing.bridge
    limit = core.table.limit
    assert limit == 131_072
    for first in range(0, 200_000, 500):
        addresses = b"".join(b"\2\1" + (first + n).to_bytes(4, "big") for n in range(500))
        core.handle(HostsReceived(HostBatch(HostKind.SEEN, 1, 0, first + 1, 1, 0, addresses)), net.now)
        while core.deadline is not None and core.deadline <= net.now:
            core.advance(net.now)
    assert core.table.learned <= limit
    assert sum(not static for *_, static in core.shared_table()) <= limit


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="f") as name:
        yield Path(name)


async def test_askers_who_never_finish_do_not_keep_others_out(folder: Path, autojump_clock: object) -> None:
    """1. Twice as many askers as are served at a time connect and say nothing, or rubbish. 2. A person who asks then
    is answered, as soon as they have run out of patience."""
    path = folder / "c"
    rng = Random(3)
    async with trio.open_nursery() as nursery:
        await nursery.start(Control({"status": lambda of: 7}).serve, path)
        idle = []
        for number in range(2 * AT_ONCE):
            stream = await trio.open_unix_socket(str(path))
            if number % 2:
                with suppress(trio.BrokenResourceError):
                    await stream.send_all(rng.randbytes(LONGEST_REQUEST * 2))
            idle.append(stream)
        await trio.sleep(6)
        async with await trio.open_unix_socket(str(path)) as asker:
            await asker.send_all(b'{"ask": "status"}\n')
            assert json.loads(await asker.receive_some(100)) == {"ok": 7}
        for stream in idle:
            await stream.aclose()
        nursery.cancel_scope.cancel()


async def test_hostile_requests_do_not_keep_prometheus_from_the_metrics() -> None:
    """1. Twenty requests are rubbish, some longer than one may be, some cut off. 2. Three times as many askers as are
    served at a time say nothing; those beyond are hung up on. 3. When these have run out of patience, a scrape gets all
    metrics of a joined node. 4. Two hundred more scrapes at once look at the node no more often than once a second."""
    pytest.importorskip("prometheus_client")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    net, looks = joined(), 0

    def picture() -> Picture:
        nonlocal looks
        looks += 1
        return Picture(status=node(net, "Peer1").status(net.now), bridges=(), ports={}, tasks=3)

    async def scrape() -> bytes:
        answer = b""
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
            async for octets in stream:
                answer += octets
        return answer

    rng = Random(4)
    async with trio.open_nursery() as nursery:
        await nursery.start(metrics.serve, ("127.0.0.1", port), picture)
        for number in range(20):
            stream = await trio.open_tcp_stream("127.0.0.1", port)
            with suppress(trio.BrokenResourceError):
                await stream.send_all(rng.randbytes(1000 * number).replace(b"\r\n\r\n", b""))
            await stream.aclose()
        idle = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(3 * metrics.AT_ONCE)]
        with trio.fail_after(2):  # less than anybody's patience
            assert await idle[-1].receive_some(1) == b"", "one too many"
        for stream in idle:
            await stream.aclose()
        await trio.sleep(0.2)
        answer = await scrape()
        assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
        assert b"\npyiccp_mlag_connected 1.0\n" in answer
        before, start = looks, trio.current_time()
        for _ in range(200):
            assert b"pyiccp_mlag_connected 1.0" in await scrape()
        assert looks - before <= 1 + trio.current_time() - start
        nursery.cancel_scope.cancel()


def test_the_shared_key_is_in_no_log_no_status_and_no_text_of_the_configuration() -> None:
    """1. Two nodes share a key. 2. Neither what they log, nor their status as JSON, nor the configuration as Python
    prints it for an error has it."""
    secret = b"correct horse battery staple 123"
    config = node(joined(), "Peer1").config
    config = replace(config, tuning=replace(config.tuning, shared_key=SharedKey(secret)))
    one, file = Node(config), io.StringIO()
    log = Log("Peer1", file, as_json=True)
    actions = [*one.start(0), *one.forward(PEER_PORT, list(hostile()[:50]), 1), *one.advance(seconds(40))]
    for action in actions:
        log(action.what if isinstance(action, Notice) else str(type(action)))
    for text in (file.getvalue(), msgspec.json.encode(one.status(seconds(41))).decode(), repr(config), str(config)):
        assert secret.decode() not in text
        assert secret.hex() not in text.lower()
