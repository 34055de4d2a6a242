"""A decoder returns a value or raises Malformed, which knows why; both engines agree, and what decodes comes back.

One harness for each protocol, and one for whole frames: the tree of a frame has its octets as leaves, in order.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from fuzz.vectors import frames
from pyiccp.testing._protocols import PROTOCOLS, Protocol
from pyiccp.testing._tree import Seed
from pyiccp.wire._dissect import dissect
from pyiccp.wire._identify import identify
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._source import FAULTS
from pyiccp.wire._tree import TreeNode

WORD = 0x3FFE


def decoder(name: str, octets: bytes) -> None:
    """The decoder of one protocol."""
    protocol = PROTOCOLS[name]
    try:
        value = protocol.decode(octets)
    except Malformed as malformed:
        assert str(malformed)
        assert 0 <= malformed.offset <= len(octets)
    else:
        assert type(value).decode(value.encode()) == value
    for form in protocol.forms:
        try:
            fast = form.engine.decode_at(octets, 0, len(octets), WORD)
        except FAULTS:
            fast = None
        try:
            parsed = form.parse_part(form.name, "", octets, 0, len(octets))
            slow = form.lift(parsed, WORD)
        except Malformed:
            slow = None
        else:
            assert form.build(parsed) == octets
        assert fast == slow


def frame(octets: bytes) -> None:
    """Any frame at all."""
    identify(octets)
    at = 0
    for leaf in _leaves(dissect(octets)):
        assert leaf.offset == at
        at += leaf.length
    assert at == len(octets)


def _leaves(node: TreeNode) -> Iterator[TreeNode]:
    for child in node.children:
        yield from _leaves(child)
    if not node.children and node.length:
        yield node


def _seeds(protocol: Protocol) -> Callable[[Random], tuple[Seed, ...]]:
    return lambda rng: protocol.seeds(rng, 40)


def _frames(rng: Random) -> tuple[Seed, ...]:
    made = [one.frame(one.seed(rng).octets, number) for one in PROTOCOLS.values() for number in range(4)]
    return tuple(map(Seed.of_frame, (*made, *frames())))


HARNESSES = (
    *((f"decode-{name}", _seeds(one), partial(decoder, name), 2500) for name, one in PROTOCOLS.items()),
    ("decode-frame", _frames, frame, 5000),
)
