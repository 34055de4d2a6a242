"""Two MLAG cores joined by perfect lists: what the rules say, without LACP, ICCP or a bridge."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyiccp._mlag import events as ev
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.events import Action, BondConfig, Event, MlagConfig
from pyiccp._mlag.store import Store
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._mac import Mac, mac, mac_plus

LOW, HIGH = mac("74:4D:28:11:70:6B"), mac("74:4D:28:22:00:01")


def config(bridge_mac: Mac, **over: object) -> MlagConfig:
    values: dict[str, object] = {
        "bridge_mac": bridge_mac,
        "members": ("sfp1",),
        "bonds": (BondConfig("bond", 10, mac_plus(bridge_mac, 1), 65535),),
        **over,
    }
    return MlagConfig(**values)


@dataclass
class Side:
    """One core, what it said, and what its surroundings made of it."""

    core: MlagCore
    log: list[Action] = field(default_factory=list)
    store: Store = field(default_factory=Store)
    identity: ev.SetIdentity | None = None
    held: bool = True
    distribution_held: bool = True
    gate: bool = False

    def see(self, actions: Sequence[Action]) -> None:
        self.log += actions
        for action in actions:
            match action:
                case ev.Remember(store):
                    self.store = store
                case ev.SetIdentity():
                    self.identity = action
                case ev.HoldOutOfSync(_, held):
                    self.held = held
                case ev.HoldDistribution(_, held):
                    self.distribution_held = held
                case ev.SetGate(is_open):
                    self.gate = is_open

    def notices(self) -> list[str]:
        return [action.what for action in self.log if isinstance(action, ev.Notice)]


class Couple:
    """Both sides, a clock, a session that is up or down, a keepalive that works or not."""

    def __init__(self, a: MlagConfig, b: MlagConfig) -> None:
        self.now: Instant = 0
        self.configs = (a, b)
        self.sides = [Side(MlagCore(each, Store())) for each in (a, b)]
        self.connected = False
        self.keepalive_works = a.keepalive and b.keepalive
        self.alive = [True, True]
        self.wire: deque[tuple[int, Event]] = deque()
        for index in (0, 1):
            self.carry(index, self.sides[index].core.start(0))

    def say(self, index: int, event: Event) -> None:
        self.carry(index, self.sides[index].core.handle(event, self.now))

    def carry(self, index: int, actions: Sequence[Action]) -> None:
        """Put what was said on the wire, and deliver until the wire is empty: in order, as the carriers do."""
        self.put(index, actions)
        while self.wire or self.busy():
            for unfinished in self.busy():
                self.put(unfinished, self.sides[unfinished].core.advance(self.now))
            if self.wire:
                receiver, event = self.wire.popleft()
                if self.alive[receiver]:
                    self.put(receiver, self.sides[receiver].core.handle(event, self.now))

    def busy(self) -> list[int]:
        """Those that go on at once with what they have begun."""
        return [index for index, side in enumerate(self.sides) if self.alive[index] and side.core.pair.steps]

    def put(self, index: int, actions: Sequence[Action]) -> None:
        other = 1 - index
        self.sides[index].see(actions)
        for action in actions:
            match action:
                case ev.Tell(value) if self.connected:
                    self.wire.append((other, ev.PeerSaid(value)))
                case ev.TellAll(values) if self.connected:
                    self.wire += [(other, ev.PeerSaid(value)) for value in values]
                case ev.SendFence(fence) if self.connected:
                    self.wire.append((other, ev.FenceReceived("sfp1", fence)))
                case ev.StartHosts() if self.connected:
                    self.wire.append((other, ev.HostsSynchronized()))
                case ev.StartTree() if self.connected:
                    self.wire.append((index, ev.TreeSynchronized()))
                case ev.SendKeepalive(value) if self.keepalive_works:
                    self.wire.append((other, ev.KeepaliveReceived(value)))

    def connect(self) -> None:
        """The ICCP session comes up; each side hears of it before it hears the other."""
        self.connected = True
        for index in (0, 1):
            self.put(index, self.sides[index].core.handle(ev.SessionCameUp(f"node{1 - index}"), self.now))
        self.carry(0, ())

    def disconnect(self, why: str = "no round trip") -> None:
        self.connected = False
        for index in (0, 1):
            if self.alive[index]:
                self.say(index, ev.SessionWentDown(why, self.now, self.now))

    def crash(self, index: int) -> None:
        """The node is gone; the other one hears of it through its link."""
        self.alive[index] = False
        self.connected = False
        self.say(1 - index, ev.SessionWentDown("no carrier", self.now, self.now))

    def restart(self, index: int) -> None:
        self.alive[index] = True
        self.sides[index] = Side(MlagCore(self.configs[index], self.sides[index].store))
        self.carry(index, self.sides[index].core.start(self.now))

    def run(self, span: float) -> None:
        """Virtual time passes; every core is called when it asks."""
        end = self.now + seconds(span)
        while True:
            due = [
                (deadline, index)
                for index in (0, 1)
                if self.alive[index] and (deadline := self.sides[index].core.deadline) is not None
            ]
            if not due or min(due)[0] > end:
                break
            self.now, index = min(due)
            self.carry(index, self.sides[index].core.advance(self.now))
        self.now = end
        for index in (0, 1):
            if self.alive[index]:
                self.carry(index, self.sides[index].core.advance(end))
