"""The variables of the bridge and of its ports, spelt as printed (802.1D-2004 17.17 to 17.20)."""

from enum import Enum, IntEnum
from typing import Annotated, Any

import msgspec

from pyiccp._sansio import Instant, Timers, milliseconds, seconds
from pyiccp.rstp._config import MIGRATE_TIME, BridgeConfig, PortConfig, automatic_cost
from pyiccp.rstp._vectors import PriorityVector, Times, bridge_number, span, units
from pyiccp.rstp.events import Action
from pyiccp.wire._flags import FLAGS, Flags, PortRole

MigrateTime = MIGRATE_TIME
Natural = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]
TICK = seconds(1)
QUEUED = milliseconds(100)
"""For so long after the link was lost a BPDU may have waited in a queue and proves nothing."""


class Role(IntEnum):
    """What a port is for (17.7); numbered as in the MIB of RouterOS' monitor."""

    Disabled = 0
    Root = 1
    Designated = 2
    Alternate = 3
    Backup = 4


class InfoIs(Enum):
    """Where a port's priority vector comes from (17.19.10)."""

    Disabled = "disabled"
    Aged = "aged"
    Mine = "mine"
    Received = "received"


class RcvdInfo(Enum):
    """What rcvInfo() finds (17.21.8)."""

    SuperiorDesignatedInfo = "superior designated"
    RepeatedDesignatedInfo = "repeated designated"
    InferiorDesignatedInfo = "inferior designated"
    InferiorRootAlternateInfo = "inferior root or alternate"
    OtherInfo = "other"


class Kind(Enum):
    """The type of a received BPDU."""

    CONFIG = "configuration"
    TCN = "topology change notification"
    RST = "rapid spanning tree"


NOTHING = PriorityVector(0, 0, 0, 0, 0)
NO_TIMES = Times(0, 0, 0, 0)


class Clock:
    """What all ports share: the time of the call under way, the timers, the actions to come."""

    def __init__(self) -> None:
        self.now: Instant = 0
        self.timers: Timers[Timer] = Timers()
        self.actions: list[Action] = []


class Timer:
    """One timer: zero, counting down, or held at a full value.

    The standard's timers tick once a second and some are set again at every tick while a state lasts ("fdWhile !=
    MaxAge"). Here a timer is a deadline, and one that is set again and again is *held*: it counts from the moment the
    state is left.
    """

    __slots__ = ("_clock", "held", "name", "port", "zero")

    def __init__(self, clock: Clock, port: "Port | None", name: str) -> None:
        self._clock, self.port, self.name = clock, port, name
        self.zero = True
        self.held: Instant | None = None

    def start(self, length: Instant) -> None:
        """Count down *length* from now."""
        self.held = None
        if length:
            self.zero = False
            self._clock.timers.set(self, self._clock.now + length)
        else:
            self.stop()

    def extend(self, length: Instant) -> None:
        """Let no less than *length* be left of a timer that counts."""
        if self.held is None and self.left(self._clock.now) < length:
            self.start(length)

    def stop(self) -> None:
        """Zero."""
        self.held = None
        self.zero = True
        self._clock.timers.cancel(self)

    def hold(self, length: Instant) -> None:
        """Stand at *length* without counting."""
        self._clock.timers.cancel(self)
        self.held = length
        self.zero = False

    def release(self) -> None:
        """Count down from where it was held."""
        if self.held is not None:
            self.start(self.held)

    def left(self, now: Instant) -> Instant:
        """What is left of it."""
        deadline = self._clock.timers.get(self)
        return (self.held or 0) if deadline is None else deadline - now


class Port:
    """The variables of one port (17.19), its machines' boxes and its timers."""

    def __init__(self, config: PortConfig, bridge: "Bridge") -> None:
        self.name = config.name
        self.bridge = bridge
        self.clock = bridge.clock
        self.config = config
        self.boxes: dict[str, str] = {}

        self.link = False
        self.speed = 10_000
        self.full_duplex = True
        self.guarded = False
        """BPDU guard has disabled the port."""
        self.portEnabled = False
        self.down_at: Instant | None = None
        """When the link was lost, while BPDUs may still be in a queue."""

        self.infoIs = InfoIs.Disabled
        self.portPriority = NOTHING
        self.portTimes = NO_TIMES
        self.msgPriority = NOTHING
        self.msgTimes = NO_TIMES
        self.msgKind = Kind.RST
        self.msgRapid = True
        """It came as an RST BPDU, whatever it is taken for."""
        self.msgRole = PortRole.UNKNOWN
        self.msgFlags: Flags = FLAGS[0]
        self.msgEcho = False
        """The message is one that this very port has sent."""
        self.rcvdInfo = RcvdInfo.OtherInfo
        # Before BEGIN already: INIT_PORT takes MaxAge and FwdDelay from here.
        self.designatedTimes = bridge.BridgeTimes
        self.designatedPriority = NOTHING

        self.role = self.selectedRole = Role.Disabled
        self.selected = self.reselect = self.updtInfo = False
        self.learn = self.forward = self.learning = self.forwarding = False
        self.proposing = self.proposed = self.agree = self.agreed = False
        self.sync = self.synced = self.reRoot = self.disputed = self.isolate = False
        self.operEdge = self.sendRSTP = self.mcheck = False
        self.rcvdBPDU = self.rcvdMsg = self.rcvdRSTP = self.rcvdSTP = False
        self.rcvdTc = self.rcvdTcn = self.rcvdTcAck = self.tcAck = self.tcProp = False
        self.newInfo = False
        self.commands = 0
        """How many commands the data plane was given."""
        self.shutSince = 0
        """The first command that answers may speak of while the port is to be shut."""
        self.offeredRoot: int | None = None
        """The root that the last BPDU of this designated port named; None before it has sent one."""
        self.formerly: tuple[int, int] | None = None
        """Bridge and port identifier under which a neighbour may hold an offer that it has yet to be told is void."""
        self.txCount = 0
        self.txSince: Instant = 0
        """When txCount last stood at a whole second (17.19.44)."""

        self.edgeDelayWhile = Timer(self.clock, self, "edgeDelayWhile")
        self.fdWhile = Timer(self.clock, self, "fdWhile")
        self.helloWhen = Timer(self.clock, self, "helloWhen")
        self.mdelayWhile = Timer(self.clock, self, "mdelayWhile")
        self.rbWhile = Timer(self.clock, self, "rbWhile")
        self.rcvdInfoWhile = Timer(self.clock, self, "rcvdInfoWhile")
        self.rrWhile = Timer(self.clock, self, "rrWhile")
        self.tcWhile = Timer(self.clock, self, "tcWhile")
        self.txWhen = Timer(self.clock, self, "txWhen")
        """A BPDU waits for txCount to fall."""
        self.claimWhile = Timer(self.clock, self, "claimWhile")
        """A claim to be the root is held back (role_selection.hold_claim_back)."""
        self.doubtWhile = Timer(self.clock, self, "doubtWhile")
        """An agreement may be an old one that was overtaken (procedures.doubtAgreements)."""
        self.guardWhile = Timer(self.clock, self, "guardWhile")
        """Until BPDU guard lets go by itself."""

        self.counters = Counters()
        self.reported: tuple[Any, ...] = ()
        """What the last ReportPort was about."""
        self.configure(config)

    def configure(self, config: PortConfig) -> None:
        """Take what follows from *config* at once."""
        self.config = config
        self.portId = config.priority << 8 | config.number
        self.learn_cost()

    def learn_cost(self) -> None:
        """PortPathCost by configuration or speed (17.13.11)."""
        cost = self.config.path_cost
        self.PortPathCost = automatic_cost(self.speed, self.bridge.config.short_costs) if cost is None else cost

    def do(self, action: Action) -> None:
        """Ask the caller for *action*."""
        self.clock.actions.append(action)

    def tick(self) -> None:
        """Let txCount fall by one for every second that has passed."""
        if self.txCount:
            passed = (self.clock.now - self.txSince) // TICK
            self.txCount = max(0, self.txCount - passed)
            self.txSince += passed * TICK

    def count_transmission(self) -> None:
        """txCount += 1 (17.19.44)."""
        if not self.txCount:
            self.txSince = self.clock.now
        self.txCount += 1

    @property
    def timers(self) -> tuple[Timer, ...]:
        """Those of the standard (17.17), and our four."""
        return (
            self.edgeDelayWhile,
            self.fdWhile,
            self.helloWhen,
            self.mdelayWhile,
            self.rbWhile,
            self.rcvdInfoWhile,
            self.rrWhile,
            self.tcWhile,
            self.txWhen,
            self.claimWhile,
            self.doubtWhile,
            self.guardWhile,
        )

    # --- state machine conditions and parameters (17.20)

    @property
    def operPointToPointMAC(self) -> bool:
        configured = self.config.point_to_point
        return self.full_duplex if configured is None else configured

    @property
    def HelloTime(self) -> Instant:
        return span(self.designatedTimes.HelloTime)

    @property
    def FwdDelay(self) -> Instant:
        return span(self.designatedTimes.ForwardDelay)

    @property
    def MaxAge(self) -> Instant:
        return span(self.designatedTimes.MaxAge)

    @property
    def forwardDelay(self) -> Instant:
        return self.HelloTime if self.sendRSTP else self.FwdDelay

    @property
    def EdgeDelay(self) -> Instant:
        return MigrateTime if self.operPointToPointMAC else self.MaxAge


class Leaving(msgspec.Struct):
    """A port that was removed, until its data plane has confirmed that it is shut."""

    learning: bool
    forwarding: bool
    commands: Natural
    shutSince: Natural


class Bridge:
    """The variables of the bridge (17.18)."""

    def __init__(self, config: BridgeConfig, applied_at_once: bool) -> None:
        self.clock = Clock()
        self.boxes: dict[str, str] = {}
        self.name = ""
        self.ports: dict[str, Port] = {}
        self.leaving: dict[str, Leaving] = {}
        self.applied_at_once = applied_at_once
        self.ageingWhile = Timer(self.clock, None, "ageingWhile")
        self.risingRoot = 0
        self.risingAge = self.risingFrom = 0
        self.rises = 0
        self.risingWhile = Timer(self.clock, None, "risingWhile")
        """See count_up."""
        self.formerIdentifier = 0
        self.formerWhile = Timer(self.clock, None, "formerWhile")
        """Claims of the former identifier may still be about."""
        self.rootPort: str | None = None
        self.reported: tuple[Any, ...] = ()
        self.configure(config)
        self.rootPriority = self.BridgePriority
        self.rootTimes = self.BridgeTimes

    def configure(self, config: BridgeConfig) -> None:
        """Take what follows from *config* at once."""
        self.config = config
        self.BridgeIdentifier = bridge_number(config.priority, config.mac)
        self.BridgePriority = PriorityVector(self.BridgeIdentifier, 0, self.BridgeIdentifier, 0, 0)
        self.BridgeTimes = Times(0, units(config.max_age), units(config.forward_delay), units(config.hello_time))
        self.rstpVersion = config.force_version >= 2

    @property
    def timers(self) -> tuple[Timer, ...]:
        """Ours: the standard's are all of ports."""
        return self.ageingWhile, self.risingWhile, self.formerWhile


class Counters:
    """What monitors show of a port."""

    def __init__(self) -> None:
        self.tx_bpdu = 0
        self.rx_bpdu = 0
        self.rx_discarded = 0
        self.tx_tc = 0
        self.rx_tc = 0
        self.forward_transitions = 0
        self.discard_transitions = 0
        self.topology_changes = 0
        self.last_topology_change: Instant | None = None
