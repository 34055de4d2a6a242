"""Hypothesis strategies for conversations: what one speaker says, in order, valid, nearly valid or hostile.

A conversation is a list of PDUs of one protocol as octets; `frames` puts each into its frame. `VALID` ones make sense
as a whole: one partner comes up, one bridge goes on saying who is root, one ICCP session is opened to the end. `NEARLY`
valid ones have one thing wrong: a PDU lost, repeated, out of order or damaged in one place. `HOSTILE` ones are made of
mutants. All shrink: to fewer PDUs, then to less wrong ones.
"""

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from random import Random

from hypothesis import strategies as st

from pyiccp.iccp._core import IccpCore
from pyiccp.iccp.events import Application, CarrierEstablished, MessageReceived, SendMessage
from pyiccp.testing._mutation import Mutator
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.testing._tree import Seed
from pyiccp.wire._bpdu import BridgeId, Flags, PortRole, RstBpdu
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac
from pyiccp.wire._state import STATES
from pyiccp.wire.iccp._pdu import IccpPdu

__all__ = [
    "Kind",
    "conversations",
    "frames",
    "mutants",
]

LONGEST = 12
"""PDUs of a conversation."""
_ATTACH = (0x05, 0x45, 0x0D, 0x1D, 0x3D)
"""States of a partner on its way: active, aggregatable; then defaulted no more, in sync, collecting, distributing."""


class Kind(Enum):
    """How much is wrong."""

    VALID = "valid"
    NEARLY = "nearly valid"
    HOSTILE = "hostile"


def conversations(protocol: str, kind: Kind = Kind.HOSTILE) -> st.SearchStrategy[list[bytes]]:
    """What one speaker of *protocol* (a name in `PROTOCOLS`) says, as PDUs. KeyError for an unknown name."""
    valid = _VALID.get(protocol, lambda: st.lists(_seed(protocol), min_size=1, max_size=LONGEST))()
    if kind is Kind.VALID:
        return valid
    return valid.flatmap(lambda said: _wrong(protocol, said) if kind is Kind.NEARLY else _hostile(protocol, said))


def frames(protocol: str, kind: Kind = Kind.HOSTILE) -> st.SearchStrategy[list[bytes]]:
    """The same in whole Ethernet frames; what goes by TCP in one connection."""
    frame = PROTOCOLS[protocol].frame
    return conversations(protocol, kind).map(lambda said: [frame(octets, 0) for octets in said])


def mutants(protocol: str) -> st.SearchStrategy[bytes]:
    """One PDU of *protocol*, valid but for what the mutator did to it."""
    return st.randoms(use_true_random=False).map(
        lambda rng: Mutator([PROTOCOLS[protocol].seed(rng)], rng).mutant().octets
    )


def _seed(protocol: str) -> st.SearchStrategy[bytes]:
    return st.integers(0, 0xFFFF).map(lambda number: PROTOCOLS[protocol].seed(Random(number)).octets)


def _tree(protocol: str, octets: bytes) -> Seed:
    one = PROTOCOLS[protocol]
    return Seed.of_unknown(octets) if one.head else Seed.of_format(one.forms[0], octets)


@st.composite
def _wrong(draw: st.DrawFn, protocol: str, said: list[bytes]) -> list[bytes]:
    at = draw(st.integers(0, len(said) - 1))
    match draw(st.sampled_from(("lost", "repeated", "late", "damaged"))):
        case "lost":
            return said[:at] + said[at + 1 :]
        case "repeated":
            return said[: at + 1] + said[at:]
        case "late":
            return said[:at] + said[at + 1 :] + [said[at]]
    rng = draw(st.randoms(use_true_random=False))
    return [*said[:at], Mutator([_tree(protocol, said[at])], rng).mutant().octets, *said[at + 1 :]]


@st.composite
def _hostile(draw: st.DrawFn, protocol: str, said: list[bytes]) -> list[bytes]:
    rng = draw(st.randoms(use_true_random=False))
    mutator = Mutator([_tree(protocol, octets) for octets in said], rng)
    return [mutator.mutant().octets for _ in range(draw(st.integers(1, LONGEST)))]


@st.composite
def _partner(draw: st.DrawFn) -> list[bytes]:
    """An LACP partner that finds us as it wants us, step by step."""
    system, us = (Mac(draw(st.binary(min_size=6, max_size=6))) for _ in range(2))
    key, port = draw(st.integers(0, 0xFFFF)), draw(st.integers(1, 0xFFFF))
    view = Participant(0x8000, us, draw(st.integers(0, 0xFFFF)), 0x80, draw(st.integers(1, 0xFFFF)), STATES[0x3D])
    steps = _ATTACH[: draw(st.integers(1, len(_ATTACH)))]
    return [Lacpdu(Participant(0x8000, system, key, 0x80, port, STATES[state]), view).encode() for state in steps]


@st.composite
def _bridge(draw: st.DrawFn) -> list[bytes]:
    """A designated port that proposes, is agreed with, and forwards; its root may change on the way."""
    bridge = BridgeId(draw(st.integers(0, 15)) << 12, Mac(draw(st.binary(min_size=6, max_size=6))))
    roots = draw(st.lists(st.integers(0, 15), min_size=1, max_size=3))
    said = []
    for priority in roots:
        root = BridgeId(priority << 12, Mac(draw(st.binary(min_size=6, max_size=6))))
        for say in ({"proposal": True}, {"learning": True, "forwarding": True}):
            flags = Flags.of(PortRole.DESIGNATED, **say)
            said += [RstBpdu(flags, root, 20000, bridge, 0x8001).encode()]
    return said


@lru_cache(None)
def opened() -> tuple[bytes, ...]:
    """All that one node says until its session is whole, recorded from two sound cores."""
    cores = tuple(IccpCore(name, 1, number, tuple(Application)) for number, name in ((1, "a"), (2, "b")))
    said: list[bytes] = []
    flying: list[tuple[int, CarrierEstablished | MessageReceived]] = [
        (0, CarrierEstablished()),
        (1, CarrierEstablished()),
    ]
    while flying:
        end, event = flying.pop(0)
        for action in cores[end].handle(event, 1):
            if isinstance(action, SendMessage):
                flying.append((1 - end, MessageReceived(action.message)))
                if end == 0:
                    said.append(IccpPdu(1, 0, (action.message,)).encode())
    return tuple(said)


def _session() -> st.SearchStrategy[list[bytes]]:
    return st.integers(1, len(opened())).map(lambda count: list(opened()[:count]))


_VALID: dict[str, Callable[[], st.SearchStrategy[list[bytes]]]] = {
    "lacp": _partner,
    "rstp": _bridge,
    "iccp": _session,
}
