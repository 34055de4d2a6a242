"""ICCP over TCP, on real sockets of the loopback: a session of two cores, and what is no session."""

import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from random import Random

import pytest
import trio

from iccp.talk import bonds
from pyiccp.iccp import IccpCore
from pyiccp.iccp.events import Action, Application, DeliverTlvs, ReportSession, ResetCarrier, Stream, TlvsQueued
from pyiccp.transports._tcp import CHUNK, EARLY, SECOND, STRANGER, TcpSession, is_active
from pyiccp.transports._udp import Address
from pyiccp.wire.iccp._fdb import HostBatch, HostKind
from pyiccp.wire.iccp._mlag import BondUp
from pyiccp.wire.iccp._pdu import INITIALIZATION, KEEPALIVE, CommonSession, IccpCapability, IccpPdu, Message, TlvValue

LOW, HIGH, STRANGE = "127.77.0.1", "127.77.0.2", "127.77.0.3"
APPLICATIONS = (Application.MLACP, Application.MLAG, Application.FDB)


class End:
    """One node's core on TCP, and what it reported."""

    def __init__(self, name: str, number: int, local: Address, peer: Address, keepalive: int = 15) -> None:
        self.reports: list[ReportSession] = []
        self.resets: list[str] = []
        self.delivered: list[TlvValue] = []
        self.core = IccpCore(name, 7, number, APPLICATIONS)
        self.session = TcpSession(self.core, local, peer, 3 - number, self.note, keepalive=keepalive, retry=0.02)

    @property
    def up(self) -> bool:
        return bool(self.reports) and self.reports[-1].up

    def note(self, action: Action) -> None:
        match action:
            case ReportSession():
                self.reports.append(action)
            case ResetCarrier(why):
                self.resets.append(why)
            case DeliverTlvs(_, tlvs):
                self.delivered += tlvs


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    with trio.fail_after(seconds):
        while not true():
            await trio.sleep(0.002)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOW, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def listening(keepalive: int = 15) -> AsyncIterator[End]:
    """The passive end, alone."""
    end = End("a", 1, (LOW, free_port()), (HIGH, 1), keepalive)
    async with trio.open_nursery() as nursery:
        await nursery.start(end.session.run)
        yield end
        nursery.cancel_scope.cancel()


@contextlib.asynccontextmanager
async def pair() -> AsyncIterator[tuple[End, End]]:
    async with listening() as passive, trio.open_nursery() as nursery:
        active = End("b", 2, (HIGH, 1), passive.session.local)
        await nursery.start(active.session.run)
        await until(lambda: passive.up and active.up)
        yield passive, active
        nursery.cancel_scope.cancel()


async def call(end: End, host: str = HIGH) -> trio.SocketStream:
    """A connection from *host*."""
    return await trio.open_tcp_stream(*end.session.local, local_address=host)


async def closed(stream: trio.SocketStream) -> bytes:
    """What comes until the other end closes."""
    octets = b""
    with trio.fail_after(5):
        async with stream:
            with contextlib.suppress(trio.BrokenResourceError):
                while some := await stream.receive_some():
                    octets += some
    return octets


def test_the_larger_address_connects() -> None:
    assert is_active(("10.0.0.10", 646), ("10.0.0.9", 646))
    assert not is_active(("10.0.0.9", 646), ("10.0.0.10", 646))
    assert is_active(("fd00::2", 646), ("fd00::1", 646))
    assert is_active(("127.0.0.1", 2), ("127.0.0.1", 1))


async def test_two_cores_run_a_session_over_tcp() -> None:
    async with pair() as (passive, active):
        passive.session.do(bonds(0))
        active.session.do(bonds(1))
        await until(lambda: bool(passive.core.peer_ports) and bool(active.core.peer_ports))
        passive.session.do(TlvsQueued(Application.MLAG, (BondUp(3, True),)))
        await until(lambda: active.delivered == [BondUp(3, True)])
        assert passive.resets == active.resets == []


async def test_a_lost_connection_is_made_again() -> None:
    async with pair() as (passive, active):
        assert active.session._stream is not None
        await active.session._stream.aclose()
        await until(lambda: not passive.up and not active.up)
        await until(lambda: passive.up and active.up)


async def test_urgent_goes_before_bulk_that_waits() -> None:
    """A megabyte of hosts is queued, then one urgent word: no more than the kernel holds goes before it."""
    async with pair() as (passive, active):
        batch = HostBatch(HostKind.SEEN, 10, 0, 1, 0, 0, bytes(3000))
        for _ in range(300):
            passive.session.do(TlvsQueued(Application.FDB, (batch,), Stream.BULK))
        passive.session.do(TlvsQueued(Application.MLAG, (BondUp(3, True),)))
        await until(lambda: len(active.delivered) == 301)
        assert active.delivered.index(BondUp(3, True)) < 150


async def test_room_is_what_bulk_may_be_queued_and_tells_when_it_grows() -> None:
    async with pair() as (passive, active):
        batch = HostBatch(HostKind.SEEN, 10, 0, 1, 0, 0, bytes(3000))
        sent = 0
        while sent < 100:
            while passive.session.room and sent < 100:
                passive.session.do(TlvsQueued(Application.FDB, (batch,), Stream.BULK))
                sent += 1
            await passive.session.drained()
        await until(lambda: len(active.delivered) == 100)


async def test_only_the_neighbour_may_speak_and_only_once() -> None:
    async with pair() as (passive, active):
        for host, why in ((STRANGE, STRANGER), (HIGH, SECOND)):
            stream = await call(passive, host)
            assert await closed(stream) == b""
            assert passive.session.refused[why] == 1
        assert passive.up and active.up


GREETING = IccpPdu(2, 0, (Message(INITIALIZATION, 1, (CommonSession(15, 1), IccpCapability())),)).encode()
HOSTILE = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: pe1\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "length 0": bytes.fromhex("00010000") + bytes(40),
    "length 3": bytes.fromhex("00010003") + bytes(40),
    "length 65535": bytes.fromhex("0001ffff") + bytes(40),
    "random": Random(7).randbytes(2000),
    "another LSR id": GREETING.replace(bytes.fromhex("00000002"), bytes.fromhex("00000009"), 1),
    "a long PDU of nothing": bytes.fromhex("00010ff6000000020000") + bytes(4084),
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("greeted", [False, True], ids=["at once", "after Initialization"])
async def test_what_is_no_ldp_closes_the_connection_with_a_counted_reason(octets: bytes, greeted: bool) -> None:
    async with listening() as end:
        stream = await call(end)
        await stream.send_all((GREETING if greeted else b"") + octets)
        said = await closed(stream)
        assert said, "a notification says why"
        assert len(end.resets) == 1
        assert any(key.startswith("fatal") for key in end.core.counters), end.core.counters
        await until(lambda: end.session._stream is None)
        assert await closed(await call(end)) == b""
        assert end.session.refused[EARLY] == 1, "the next one waits: RFC 5036 2.5.3"


async def test_three_octets_and_silence_end_with_the_keepalive_time() -> None:
    """Timers run on whatever the connection does."""
    async with listening(keepalive=1) as end:
        stream = await call(end)
        await stream.send_all(b"\x00\x01\x00")
        began = trio.current_time()
        assert await closed(stream)
        assert 0.8 < trio.current_time() - began < 3
        assert end.resets == ["peer is silent"]


async def test_a_flood_does_not_hold_the_loop_up() -> None:
    """10,000 messages that are refused, as fast as TCP takes them: others have their turn all the while."""
    async with listening() as end:
        turns = 0

        async def tick() -> None:
            nonlocal turns
            while True:
                await trio.sleep(0)
                turns += 1

        async with await call(end) as stream, trio.open_nursery() as nursery:
            await stream.send_all(GREETING + IccpPdu(2, 0, (Message(KEEPALIVE, 2, ()),)).encode())
            numbers = range(3, 10_003)
            flood = b"".join(IccpPdu(2, 0, (Message(0x3E00, number, ()),)).encode() for number in numbers)
            nursery.start_soon(tick)
            await stream.send_all(flood)
            sent = turns
            await until(lambda: end.core.counters.get("refusals withheld", 0) > 9_900, 20)
            nursery.cancel_scope.cancel()
        assert end.resets == []
        assert turns >= len(flood) // (2 * CHUNK), f"{turns} turns, {sent} of them before all was sent"


async def test_a_neighbour_that_does_not_read_costs_a_bounded_backlog_and_its_session() -> None:
    async with pair() as (passive, active):
        batch = HostBatch(HostKind.SEEN, 10, 0, 1, 0, 0, bytes(3000))
        for _ in range(400):
            passive.session.do(TlvsQueued(Application.FDB, (batch,), Stream.BULK))
        assert sum(passive.session._sizes) <= 1 << 20
        await until(lambda: not active.up)
        await until(lambda: passive.up and active.up)
