"""Whatever messages arrive, the ICCP core neither raises nor spins; its session is up only with all applications."""

from functools import lru_cache
from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from fuzz.wire import Wire
from pyiccp.iccp import _application as app
from pyiccp.iccp._core import IccpCore
from pyiccp.iccp._owners import owner
from pyiccp.iccp.events import (
    Application,
    ApplicationSwitched,
    CarrierEstablished,
    CarrierLost,
    GroupSwitched,
    Ldp,
    MalformedReceived,
    MessageReceived,
    MlacpChanged,
    SendMessage,
    StpChanged,
    Stream,
    TlvsQueued,
    TopologyChanged,
)
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostFlush
from pyiccp.wire.iccp._pdu import LdpStatus, Message, TlvValue
from pyiccp.wire.iccp.codes import RG_APPLICATION_DATA
from pyiccp.wire.iccp.mlacp import AggregatorConfig, AggregatorState, Condition, SystemConfig
from pyiccp.wire.iccp.rg import RgId
from pyiccp.wire.iccp.stp import StpInstancePriority, StpSystemConfig

RG = 7
_SYSTEM = Mac(b"\2\0\0\0\0\1")
_STEPS = 60


def mlacp(count: int) -> MlacpChanged:
    """What a node with *count* bonds tells."""
    bonds = tuple(
        (
            AggregatorConfig(n + 1, n, _SYSTEM, n, name=f"bond{n}"),
            AggregatorState(_SYSTEM, 1, 9, n, n, Condition.UP),
        )
        for n in range(count)
    )
    return MlacpChanged(SystemConfig(_SYSTEM, 32768, 1), bonds, ())


def carrier(data: Data) -> tuple[CarrierEstablished, CarrierEstablished]:
    """The raw link, or TCP with LDP's own session."""
    if data.number() % 3:
        return CarrierEstablished(), CarrierEstablished()
    return CarrierEstablished(Ldp(True, 2)), CarrierEstablished(Ldp(False, 1))


def run(octets: bytes) -> None:
    """A list of operations on two ICCP cores and the wire between them."""
    data = Data(octets)
    ends = tuple(Drive(IccpCore(name, RG, n, tuple(Application))) for n, name in ((1, "a"), (2, "b")))

    def said(actions: Any) -> list[Message]:
        return [action.message for action in actions if isinstance(action, SendMessage)]

    def deliver(end: int, message: Message) -> list[Message]:
        return said(ends[end].do(MessageReceived(message, 2 - end)))

    wire = Wire((ends[0], ends[1]), deliver)
    for end, event in enumerate(carrier(data)):
        wire.send(end, said(ends[end].do(mlacp(end + 1))))
        wire.send(end, said(ends[end].do(event)))
    wire.settle()
    for _ in range(data.number() % 4):  # while the session is sure to be up
        wire.send(0, deliver(0, _application_data(data)))
    switched = False
    for _ in range(_STEPS):
        if not data.more:
            break
        end = data.number() % 2
        match data.number() % 14:
            case 0 | 1:
                wire.settle()
            case 2 | 3 | 4:
                wire.mischief(data)
            case 5:
                span = data.pick(SPANS)
                for number in (0, 1):
                    wire.send(number, said(ends[number].wait(span)))
            case 6 | 7:
                if (pdu := pools.one("iccp", data)) is not None:
                    for message in pdu.messages:
                        wire.send(end, deliver(end, message))
            case 8:
                if (pdu := pools.one("iccp", data)) is not None:  # the same for our redundancy group
                    for message in pdu.messages:
                        rest = (tlv for tlv in message.tlvs if not isinstance(tlv, RgId))
                        ours = Message(message.type, message.message_id, (RgId(RG), *rest), message.u)
                        wire.send(end, deliver(end, ours))
            case 12 | 13:
                wire.send(end, deliver(end, _application_data(data)))
            case 9:
                event = data.pick((mlacp(data.number() % 4), _stp(data), TopologyChanged(), _hosts()))
                wire.send(end, said(ends[end].do(event)))
            case 10:
                event = data.pick((CarrierLost("a test"), MalformedReceived(data.pick(tuple(LdpStatus)), "a test")))
                wire.send(end, said(ends[end].do(event)))
                if isinstance(event, CarrierLost):
                    for number, up in enumerate(carrier(data)):
                        wire.send(number, said(ends[number].do(CarrierLost("a test"))))
                        wire.send(number, said(ends[number].do(up)))
            case _:
                switched = True  # what is switched on is opened while the session stays up
                event = data.pick(
                    (GroupSwitched(data.flag()), ApplicationSwitched(data.pick(tuple(Application)), data.flag(), "why"))
                )
                wire.send(end, said(ends[end].do(event)))
        for one in () if switched else ends:
            _check(one.core)
    for one in ends:
        one.end()


@lru_cache(None)
def _tlvs() -> dict[Application, tuple[TlvValue, ...]]:
    """Hostile TLVs by the application that they are for."""
    found: dict[Application, list[TlvValue]] = {}
    for pdu in pools.values("iccp"):
        for message in pdu.messages:
            for tlv in message.tlvs:
                if (application := owner(tlv)) is not None:
                    found.setdefault(application, []).append(tlv)
    return {application: tuple(tlvs[:256]) for application, tlvs in found.items()}


def _application_data(data: Data) -> Message:
    """What gets past the session: all of it for one application, sense or not."""
    tlvs = data.pick(tuple(_tlvs().values()))
    return Message(RG_APPLICATION_DATA, 9, (RgId(RG), *(data.pick(tlvs) for _ in range(1 + data.number() % 4))))


def _stp(data: Data) -> StpChanged:
    return StpChanged(StpSystemConfig(1, _SYSTEM), (StpInstancePriority(data.number() % 16, 0),))


def _hosts() -> TlvsQueued:
    return TlvsQueued(Application.FDB, (HostFlush(0, 1, 0, 1, 1),), Stream.BULK)


def _check(core: IccpCore) -> None:
    if core.established:
        assert all(state is app.State.OPERATIONAL for state in core.applications.values())


HARNESSES = (("core-iccp", pools.scripts, run, 600),)
