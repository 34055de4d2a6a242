"""A bridge under test with ports p1, p2, p3 on a fake clock, and what a tester says to it (rstp conformance)."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from pyiccp._sansio import Instant, seconds
from pyiccp.rstp import BridgeConfig, PortConfig, PortView, Role, RstpCore
from pyiccp.rstp._frames import classify, frame_octets
from pyiccp.rstp.events import (
    Action,
    BpduReceived,
    BridgeConfigured,
    Event,
    FlushHosts,
    LinkCameUp,
    LinkWentDown,
    PortConfigured,
    PortStateApplied,
    SetForwarding,
    SetLearning,
    Transmit,
)
from pyiccp.wire._bpdu import Bpdu, BridgeId, ConfigBpdu, Flags, RstBpdu, TcnBpdu
from pyiccp.wire._flags import FLAGS, PortRole
from pyiccp.wire._mac import mac

US = BridgeId(0x8000, mac("02:00:00:00:00:40"))
SUP = BridgeId(0x1000, mac("02:00:00:00:00:01"))
BEST = BridgeId(0x0000, mac("02:00:00:00:00:02"))
INF = BridgeId(0xF000, mac("02:00:00:00:00:ff"))
T = BridgeId(0x1000, mac("00:11:22:33:44:55"))
"""The tester."""
WORSE = BridgeId(0x9000, mac("02:00:00:00:00:50"))
"""A bridge below us."""
STRANGER = mac("00:11:22:33:44:66")
TESTER = mac("00:11:22:33:44:55")
_LETTERS = {"T": 0x01, "P": 0x02, "L": 0x10, "F": 0x20, "A": 0x40, "K": 0x80}
_ROLES = {"U": PortRole.UNKNOWN, "B": PortRole.ALTERNATE_OR_BACKUP, "R": PortRole.ROOT, "D": PortRole.DESIGNATED}


def flags(letters: str) -> Flags:
    """`"FL:D"`: flags, and the role after the colon, as the captures are written down."""
    bits, _, role = letters.partition(":")
    return FLAGS[sum(_LETTERS[letter] for letter in bits) | (_ROLES[role] << 2 if role else 0)]


def letters(value: Flags) -> str:
    """The reverse, in the order AFLPT."""
    text = "".join(letter for letter in "KAFLPT" if value.octet & _LETTERS[letter])
    return f"{text}:{'UBRD'[value.role]}"


def D(
    root: BridgeId = SUP,
    say: str = "FL:D",
    *,
    cost: int = 20000,
    bridge: BridgeId = T,
    port: int = 0x8001,
    **times: Any,
) -> RstBpdu:
    """The tester's designated BPDU; *times* in seconds: age, max_age, hello, delay; or version."""
    return RstBpdu(flags(say), root, cost, bridge, port, *_times(times), **times)


def C(
    root: BridgeId = SUP, say: str = "", *, cost: int = 20000, bridge: BridgeId = T, port: int = 0x8001, **times: Any
) -> ConfigBpdu:
    return ConfigBpdu(flags(say), root, cost, bridge, port, *_times(times), **times)


def _times(times: dict[str, Any]) -> tuple[int, int, int, int]:
    return tuple(  # type: ignore[return-value]
        round(times.pop(name, usual) * 256)
        for name, usual in (("age", 0), ("max_age", 20), ("hello", 2), ("delay", 15))
    )


def told(actions: Iterable[Action]) -> list[tuple[str, str, bool] | None]:
    """What the data plane is told, in the place where it is told: ("learn" or "forward", port, on)."""
    names = {SetLearning: "learn", SetForwarding: "forward"}
    return [(names[type(a)], a.port, a.on) if isinstance(a, SetLearning | SetForwarding) else None for a in actions]


class Dut:
    def __init__(
        self, ports: int = 3, *, applied_at_once: bool = True, port: dict[str, Any] | None = None, **bridge: Any
    ):
        config = BridgeConfig(**{"mac": US.mac, "priority": US.priority, **bridge})
        configs = [PortConfig(**{"name": f"p{n}", "number": n, **(port or {})}) for n in range(1, ports + 1)]
        self.core = RstpCore(config, configs, applied_at_once=applied_at_once)
        self.now: Instant = 0
        self.log: list[tuple[Instant, Action]] = []
        self.last: list[Action] = []

    # --- stimuli

    def do(self, event: Event) -> list[Action]:
        return self._note(self.core.handle(event, self.now))

    def _note(self, actions: Iterable[Action]) -> list[Action]:
        self.last = list(actions)
        self.log += [(self.now, action) for action in self.last]
        return self.last

    def run(self, span: float) -> "Dut":
        end = self.now + seconds(span)
        while (due := self.core.deadline) is not None and due <= end:
            assert due >= self.now
            self.now = due
            self._note(self.core.advance(due))
        self.now = end
        return self

    def up(self, *numbers: int, speed: int = 10_000, point_to_point: bool = True) -> "Dut":
        for number in numbers or range(1, len(self.core.ports) + 1):
            self.do(LinkCameUp(f"p{number}", speed, point_to_point))
        return self

    def down(self, *numbers: int) -> "Dut":
        for number in numbers:
            self.do(LinkWentDown(f"p{number}"))
        return self

    def hear(self, number: int, bpdu: Bpdu) -> list[Action]:
        return self.do(BpduReceived(f"p{number}", bpdu))

    def frame(self, number: int, octets: bytes) -> list[Action]:
        event = classify(f"p{number}", octets)
        return [] if event is None else self.do(event)

    def content(self, number: int, octets: bytes) -> list[Action]:
        """The octets of a BPDU in a well-made frame."""
        from pyiccp.rstp._frames import BRIDGE_GROUP, LLC

        octets = LLC + octets
        return self.frame(number, BRIDGE_GROUP + TESTER + len(octets).to_bytes(2, "big") + octets)

    def keep(self, span: float, every: float = 2.0, **said: Bpdu) -> "Dut":
        """*span* seconds in which `p1=bpdu` is said at once and then regularly."""
        end = self.now + seconds(span)
        while self.now <= end:
            for name, bpdu in said.items():
                self.do(BpduReceived(name, bpdu))
            step = min(seconds(every), end - self.now)
            if not step:
                break
            self.run(step / 1e9)
        return self

    def agree(self, number: int, say: str = "AFL:R", **over: Any) -> list[Action]:
        """The bridge below answers the designated port *number* as it should."""
        view = self.core.port(f"p{number}")
        return self.hear(
            number, D(view.designated_root, say, **{"cost": view.designated_cost + 20000, "bridge": WORSE, **over})
        )

    def opened(self, *numbers: int) -> "Dut":
        """Ports come up and get an agreement: designated, forwarding, no edge."""
        for number in numbers:
            self.up(number)
            self.agree(number)
            assert self.view(number).forwarding
        return self

    def configure(self, port: int, /, **over: Any) -> list[Action]:
        config = self.core.bridge.ports[f"p{port}"].config
        return self.do(PortConfigured(replace(config, **over)))

    def reconfigure(self, **over: Any) -> list[Action]:
        return self.do(BridgeConfigured(replace(self.core.bridge.config, **over)))

    def applied(self, number: int, learning: bool = False, forwarding: bool = False) -> list[Action]:
        return self.do(PortStateApplied(f"p{number}", learning, forwarding))

    # --- what can be seen

    def view(self, number: int) -> PortView:
        return self.core.port(f"p{number}")

    def role(self, number: int) -> Role:
        return self.view(number).role

    @property
    def roles(self) -> str:
        """First letters of the roles of all ports."""
        return "".join(self.core.port(name).role.name[0] for name in self.core.ports)

    @property
    def open(self) -> str:
        """Numbers of the ports that forward."""
        return "".join(name[1:] for name in self.core.ports if self.core.port(name).forwarding)

    def out(self, number: int, since: Instant = 0) -> list[Any]:
        return [bpdu for _, bpdu in self.timed(number, since)]

    def timed(self, number: int, since: Instant = 0) -> list[tuple[float, Any]]:
        """(seconds, BPDU) that left port *number* at *since* or later."""
        return [
            (at / 1e9, action.bpdu)
            for at, action in self.log
            if isinstance(action, Transmit) and action.port == f"p{number}" and at >= since
        ]

    def said(self, number: int, since: Instant = 0) -> list[str]:
        """The flags of what left."""
        return [letters(bpdu.flags) for bpdu in self.out(number, since) if not isinstance(bpdu, TcnBpdu)]

    def switched(self, number: int, kind: Any = SetForwarding) -> list[tuple[float, bool]]:
        return [
            (at / 1e9, action.on) for at, action in self.log if isinstance(action, kind) and action.port == f"p{number}"
        ]

    def learned(self, number: int) -> list[tuple[float, bool]]:
        return self.switched(number, SetLearning)

    def flushes(self, since: Instant = 0) -> list[str]:
        return [action.port for at, action in self.log if isinstance(action, FlushHosts) and at >= since]

    def octets(self, number: int) -> list[bytes]:
        """The frames that left port *number*, from the port's own address."""
        source = mac(f"02:00:00:00:00:4{number}")
        return [frame_octets(source, bpdu) for bpdu in self.out(number)]
