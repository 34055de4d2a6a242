"""Whatever the peer says of the pair's spanning tree, its log neither raises nor spins; honest copies are equal."""

import pickle
from functools import lru_cache
from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from fuzz.harnesses.node import joined
from fuzz.harnesses.rstp import neighbour
from fuzz.wire import Wire
from pyiccp._mlag.events import EndSession, Tell
from pyiccp._mlag.stp import Role, TreeLog
from pyiccp._mlag.stp_events import Changed, Heard, Held, Released, Started
from pyiccp._sansio import Instant
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp._tree import (
    FORMATS,
    TreeApplied,
    TreeBegin,
    TreeBpdu,
    TreeEntry,
    TreeGuardCleared,
    TreeLinkDown,
    TreeLinkUp,
)

_TYPES = tuple(form.value for form in FORMATS)
_STEPS = 60


@lru_cache(None)
def _logs() -> tuple[bytes, Instant]:
    """Both ends of the log of a pair that has joined."""
    pickled, now = joined()
    logs = [node.pairing.log for node in pickle.loads(pickled)]
    for log in logs:
        log.observer = None  # the lab's, which compares copies of honest nodes
    return pickle.dumps(logs), now


def run(octets: bytes) -> None:
    """A list of operations on both ends of the log and the wire between them."""
    data = Data(octets)
    pickled, now = _logs()
    logs: list[TreeLog] = pickle.loads(pickled)
    ends = Drive(logs[0]), Drive(logs[1])
    for end in ends:
        end.now = now
    honest, over = True, False

    def said(actions: Any) -> list[TlvValue]:
        nonlocal over
        over = over or any(isinstance(action, EndSession) for action in actions)
        return [action.value for action in actions if isinstance(action, Tell)]

    def deliver(end: int, value: TlvValue) -> list[TlvValue]:
        return said(ends[end].do(Heard(value)))

    wire = Wire(ends, deliver)
    for _ in range(_STEPS):
        if not data.more:
            break
        end = data.number() % 2
        match data.number() % 12:
            case 0 | 1:
                wire.settle()
            case 2:
                honest = False
                wire.mischief(data)
            case 3 | 4:
                span = data.pick(SPANS[:8])
                for number in (0, 1):
                    wire.send(number, said(ends[number].wait(span)))
            case 5 | 6:
                honest = False
                wire.send(end, deliver(end, _hostile(data, logs[end])))
            case 7:
                honest = False
                if (value := pools.damaged(data.pick(_own(logs[end])), data)) is not None:
                    wire.send(end, deliver(end, value))
            case 8:
                wire.send(end, said(ends[end].do(Released())))
            case 9:
                over = True
            case _:
                wire.send(end, said(ends[end].do(Changed(_change(data, logs[end]), data.number() % 4 == 0))))
        if over and data.flag():
            over, honest = False, True
            _again(wire, data.number() % 2, said)
    wire.settle()
    first, second = logs
    if honest and not over and {first.role, second.role} == {Role.PRIMARY, Role.SECONDARY}:
        assert first.sequence == second.sequence
        assert first.copy.fingerprint(first.newest) == second.copy.fingerprint(second.newest), "the copies differ"
    if len(octets) % 8 == 0:
        for one in ends:
            one.end()


def _again(wire: Wire, primary: int, said: Any) -> None:
    """The session ends at both, and another one begins."""
    for flying in wire.flying:
        flying.clear()
    for end in (0, 1):
        said(wire.ends[end].do(Held()))
    for end in (1 - primary, primary):
        wire.send(end, said(wire.ends[end].do(Started(end == primary, end))))


def _own(log: TreeLog) -> list[Any]:
    """Ports of the node, and the links of those that are up."""
    return list(log.copy.own())


def _change(data: Data, log: TreeLog) -> Any:
    """What may happen to a port of the node."""
    port = data.pick(_own(log)).port
    bpdu = TreeBpdu(port, neighbour(data).encode())
    cleared, applied = TreeGuardCleared(port), TreeApplied(port, data.number())
    return data.pick((TreeLinkUp(port, 1000, True), TreeLinkDown(port), bpdu, applied, cleared))


def _hostile(data: Data, log: TreeLog) -> Any:
    """A TLV of the tree from nowhere, or one that comes at the right place in the log."""
    value: Any = data.pick(_tlvs())
    match data.number() % 4:
        case 0:
            return TreeEntry(log.sequence + 1, log.newest + data.number(4), data.number() % 2, (value,))
        case 1:
            return TreeEntry(log.sequence + 1, log.newest, data.number() % 2, (_change(data, log),))
        case 2:
            return TreeBegin(log.newest + data.number(4), data.number(2))
    return value


@lru_cache(None)
def _tlvs() -> tuple[TlvValue, ...]:
    tlvs = [tlv for pdu in pools.values("iccp") for message in pdu.messages for tlv in message.tlvs]
    return tuple(tlv for tlv in tlvs if isinstance(tlv, _TYPES))[:256]


HARNESSES = (("core-tree", pools.scripts, run, 600),)
