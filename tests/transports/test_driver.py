"""The driver runs real nodes on Trio's mock clock: the virtual minute takes as long as its work."""

from collections.abc import Sequence

import trio
from trio.testing import MockClock

from pyiccp._mlag.store import Store
from pyiccp._node.events import Action, DropQueued, Event, Remember, Transmit
from pyiccp._node.node import Node
from pyiccp._node.offload import Offload, Offloaded, finished
from pyiccp._node.status import NodeStatus
from pyiccp._sansio import Instant, seconds
from pyiccp.transports._driver import Driver
from pyiccp.transports._memory import MemoryEnd, memory_cable
from transports.pairs import Trio3, config, running

FRAME = bytes.fromhex("ffffffffffff 020000000001 0800") + bytes(46)


class Script:
    """A node that says what a test wants said."""

    def __init__(self, first: Sequence[Action] = ()) -> None:
        self.first = first
        self.reply: dict[str, Sequence[Action]] = {}
        self.due: Instant | None = None
        self.events: list[Event] = []
        self.advanced: list[Instant] = []
        self.forwarded: list[list[bytes]] = []

    @property
    def deadline(self) -> Instant | None:
        return self.due

    def start(self, now: Instant) -> Sequence[Action]:
        return self.first

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        self.events.append(event)
        return ()

    def advance(self, now: Instant) -> Sequence[Action]:
        self.advanced.append(now)
        self.due = None
        return ()

    def forward(self, port: str, frames: Sequence[bytes], now: Instant) -> Sequence[Action]:
        self.forwarded.append(list(frames))
        return self.reply.get(port, ())

    def send(self, interface: str, frames: object, now: Instant) -> Sequence[Action]:
        return ()

    def status(self, now: Instant) -> NodeStatus:
        raise NotImplementedError


class Slow(MemoryEnd):
    """A cable that takes a second for whatever it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[bytes] = []

    async def link_change(self) -> bool:
        await trio.sleep_forever()
        raise AssertionError

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.sleep(1)
        self.taken.extend(frames)


async def test_the_documents_pair_connects_and_the_client_uses_both_links(autojump_clock: MockClock) -> None:
    async with running() as three:
        assert three.active() == ("sfp-sfpplus1", "sfp-sfpplus2")
        roles = {three.drivers[name].status().mlag.active_role for name in ("Peer1", "Peer2")}  # type: ignore[union-attr]
        assert roles == {"primary", "secondary"}


async def test_a_cut_link_is_noticed_at_once_and_used_again_when_mended(autojump_clock: MockClock) -> None:
    async with running() as three:
        three.cables["first"].set_carrier(False)
        await three.until(active=1, patience=1)
        assert three.active() == ("sfp-sfpplus2",)
        three.cables["first"].set_carrier(True)
        await three.until(active=2, patience=10)


async def test_a_frame_of_the_device_itself_crosses_the_pair_once(autojump_clock: MockClock) -> None:
    async with running() as three:
        await trio.sleep(5)
        await three.host_outer.send_many([FRAME])
        received: list[bytes] = []
        with trio.move_on_after(1):
            while True:
                received += await three.host1_outer.receive_many()
        assert received.count(FRAME) == 1


async def test_a_planned_stop_ends_the_driver_and_the_client_keeps_its_other_link(autojump_clock: MockClock) -> None:
    three = Trio3()
    ended: list[str] = []

    async def run(name: str) -> None:
        await three.drivers[name].run()
        ended.append(name)

    async with trio.open_nursery() as nursery:
        for name in three.drivers:
            nursery.start_soon(run, name)
        await three.until(active=2)
        three.drivers["Peer1"].stop()
        with trio.fail_after(5):
            while not ended:
                await trio.sleep(0.05)
        assert ended == ["Peer1"]
        three.cables["first"].set_carrier(False)
        three.cables["peer"].set_carrier(False)
        await trio.sleep(20)
        assert three.active() == ("sfp-sfpplus2",)
        nursery.cancel_scope.cancel()


async def test_a_cancelled_driver_leaves_nothing_behind(autojump_clock: MockClock) -> None:
    three = Trio3()
    with trio.move_on_after(3) as scope:
        await three.drivers["Peer1"].run()
    assert scope.cancelled_caught
    assert not three.drivers["Peer1"].stopped.is_set()


async def test_a_slow_port_does_not_hold_up_another(autojump_clock: MockClock) -> None:
    slow = Slow()
    quick, quick_outer = memory_cable()
    node = Script([Transmit("slow", FRAME), Transmit("slow", FRAME), Transmit("quick", FRAME)])
    driver = Driver(node, {"slow": slow, "quick": quick})
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        with trio.fail_after(0.1):
            assert await quick_outer.receive_many() == [FRAME]
        assert slow.taken == []
        nursery.cancel_scope.cancel()


async def test_control_overtakes_waiting_data_and_data_keeps_its_order(autojump_clock: MockClock) -> None:
    inner, outer = memory_cable()
    words: list[Action] = [Transmit("p", FRAME + b"1"), Transmit("p", FRAME + b"2")]
    words.append(Transmit("p", FRAME + b"control", ordered=False))
    async with trio.open_nursery() as nursery:
        await nursery.start(Driver(Script(words), {"p": inner}).run)
        received: list[bytes] = []
        with trio.move_on_after(0.1):
            while True:
                received += await outer.receive_many()
        assert [frame.removeprefix(FRAME) for frame in received] == [b"control", b"1", b"2"]
        nursery.cancel_scope.cancel()


async def test_dropped_data_never_leaves_not_even_what_a_slow_cable_held(autojump_clock: MockClock) -> None:
    slow = Slow()
    node = Script([Transmit("slow", FRAME + b"1"), Transmit("slow", FRAME + b"2")])
    driver = Driver(node, {"slow": slow})
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        await trio.sleep(0.5)
        driver._carry_out(
            [DropQueued("slow"), Transmit("slow", FRAME + b"3"), Transmit("slow", FRAME + b"c", ordered=False)], 0
        )
        driver.queues["slow"].stay = seconds(10)
        await trio.sleep(5)
        assert [frame.removeprefix(FRAME) for frame in slow.taken] == [b"c", b"3"]
        nursery.cancel_scope.cancel()


async def test_a_cable_that_knows_no_offload_gets_finished_frames(autojump_clock: MockClock) -> None:
    frame = FRAME[:12] + b"\x08\x00" + bytes(60)
    blank = Offloaded(frame, Offload(34, 16))
    inner, outer = memory_cable()
    async with trio.open_nursery() as nursery:
        await nursery.start(Driver(Script([Transmit("p", blank), Transmit("p", FRAME)]), {"p": inner}).run)
        received: list[bytes] = []
        while len(received) < 2:
            received += await outer.receive_many()
        assert received == [*finished(blank), FRAME] and received[0] != frame
        nursery.cancel_scope.cancel()


async def test_data_too_old_for_its_port_is_dropped(autojump_clock: MockClock) -> None:
    """A frame's flight is bounded (M0.4): one that waited for a second is not sent."""
    slow = Slow()
    driver = Driver(Script([Transmit("slow", FRAME, ordered=False), Transmit("slow", FRAME + b"old")]), {"slow": slow})
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        await trio.sleep(5)
        assert slow.taken == [FRAME]
        assert driver.queues["slow"].dropped == 1
        nursery.cancel_scope.cancel()


async def test_a_queue_is_bounded(autojump_clock: MockClock) -> None:
    slow = Slow()
    driver = Driver(Script([Transmit("slow", FRAME)] * 5000), {"slow": slow})
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        assert len(driver.queues["slow"]) <= 1024
        assert driver.queues["slow"].dropped == 5000 - 1024
        nursery.cancel_scope.cancel()


async def test_what_is_to_be_remembered_is_written_before_the_next_action(autojump_clock: MockClock) -> None:
    inner, _ = memory_cable()
    store = Store(epoch=7)
    driver = Driver(
        Script([Transmit("p", FRAME, ordered=False), Remember(store), Transmit("p", FRAME, ordered=False)]),
        {"p": inner},
    )
    seen: list[tuple[Store, int]] = []
    driver.remember = lambda store: seen.append((store, len(driver.queues["p"])))
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        nursery.cancel_scope.cancel()
    assert seen == [(store, 1)]


async def test_a_deadline_that_comes_nearer_is_kept(autojump_clock: MockClock) -> None:
    inner, outer = memory_cable()
    node = Script()
    node.due = seconds(50)
    async with trio.open_nursery() as nursery:
        await nursery.start(Driver(node, {"p": inner}).run)
        await trio.sleep(1)
        node.due = seconds(3)
        await outer.send_many([FRAME])
        await trio.sleep(4)
        assert node.advanced == [seconds(3)]
        nursery.cancel_scope.cancel()


async def test_a_real_nodes_store_comes_out_and_goes_in_again(autojump_clock: MockClock) -> None:
    stores: list[Store] = []
    for life in (1, 2):
        node = Node(config("Peer1"), stores[-1] if stores else None)
        driver = Driver(node, {}, remember=stores.append)
        with trio.move_on_after(1):
            await driver.run()
        assert stores[-1].incarnation == life


async def test_the_devices_own_cable_is_asked_for_its_carrier(autojump_clock: MockClock) -> None:
    """1. A TAP interface learned of its carrier only while somebody asked. 2. Nobody asked at a local interface, so
    it never carried a frame while LACP on the ports looked fine."""

    class Asked(Slow):
        asked = 0

        async def link_change(self) -> bool:
            self.asked += 1
            return await super().link_change()

    own, path = Asked(), Asked()
    async with trio.open_nursery() as nursery:
        await nursery.start(Driver(Script(), {}, local={"bond1": own}, keepalive=path).run)
        await trio.sleep(1)
        assert (own.asked, path.asked) == (1, 1)
        nursery.cancel_scope.cancel()


async def test_control_frames_that_came_at_once_are_handed_over_in_portions(autojump_clock: MockClock) -> None:
    """Sixty-four segments full of hosts in one call kept every timer of the node waiting: now what is due, and what
    other ports have, comes in between. Data frames, in envelopes as well, are no such work."""
    control = [bytes.fromhex("0180c200000e 020000000001 88b5 7079696363702d310001") + bytes([n]) * 40 for n in range(9)]
    envelope = bytes.fromhex("0180c200000e 020000000001 88b5 7079696363702d310003") + bytes(40)
    frames = [FRAME, FRAME, control[0], envelope, *control[1:], *[FRAME] * 5]
    script = Script()
    near, far = memory_cable()
    async with trio.open_nursery() as nursery:
        await nursery.start(Driver(script, {"ether1": near}).run)
        await trio.testing.wait_all_tasks_blocked()
        await far.send_many(frames)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert [frame for call in script.forwarded for frame in call] == frames, "in order, none lost"
    assert [sum(frame in control for frame in call) for call in script.forwarded] == [2, 2, 2, 2, 1]
    assert len(script.forwarded[0]) == 5, "data frames do not count"
