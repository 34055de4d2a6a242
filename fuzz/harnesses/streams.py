"""A stream gives the same units however its octets arrive, keeps at most one unit, and once lost stays lost."""

from collections.abc import Callable
from functools import partial
from random import Random

from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.testing._tree import Seed
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._stream import MOST, PduStream, SonicStream, Stream

MOST_SONIC = 1 << 16


def stream(made: Callable[[], Stream], most: int, octets: bytes) -> None:
    """The first octet says where the rest is cut."""
    step, octets = (octets[0] % 7 + 1 if octets else 1), octets[1:]
    whole, parts = made(), made()
    units = [_said(unit) for unit in whole.feed(octets)]
    again = []
    for at in range(0, len(octets), step):
        again += [_said(unit) for unit in parts.feed(octets[at : at + step])]
        assert len(parts.waiting) <= most + 4
    assert units == again
    assert (whole.offset, whole.waiting) == (parts.offset, parts.waiting)
    assert (whole.lost is None) == (parts.lost is None)
    if whole.lost is not None:
        assert whole.feed(octets) == []


def _said(unit: object) -> object:
    return str(unit) if isinstance(unit, Malformed) else unit


def _seeds(name: str, rng: Random) -> list[Seed]:
    made = [b"".join(one.octets for one in PROTOCOLS[name].seeds(rng, 3)) for _ in range(20)]
    return [Seed.of_unknown(b"\x03" + octets) for octets in made]


HARNESSES = (
    ("stream-iccp", partial(_seeds, "iccp"), partial(stream, PduStream, MOST), 1500),
    ("stream-sonic", partial(_seeds, "sonic-iccp"), partial(stream, SonicStream, MOST_SONIC), 3000),
)
