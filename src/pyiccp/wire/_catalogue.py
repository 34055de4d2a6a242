"""Every format there is, for tests, fuzzers, octet tables and documentation."""

from collections.abc import Iterator

from pyiccp.wire import _bpdu as bpdu
from pyiccp.wire import _keepalive as keepalive
from pyiccp.wire import _lacpdu as lacpdu
from pyiccp.wire import _link as link
from pyiccp.wire import _marker as marker
from pyiccp.wire._codec import Format
from pyiccp.wire._tails import Array, Tlvs
from pyiccp.wire.iccp import _pdu as pdu
from pyiccp.wire.iccp import sonic

WHOLE: tuple[Format, ...] = (
    lacpdu.Lacpdu.FORMAT,
    lacpdu.LONG,
    marker.Marker.FORMAT,
    bpdu.ConfigBpdu.FORMAT,
    bpdu.TcnBpdu.FORMAT,
    bpdu.RstBpdu.FORMAT,
    bpdu.MstBpdu.FORMAT,
    link.HEARTBEAT,
    link.DATA,
    link.FENCE,
    link.ENVELOPE,
    link.SEAL,
    keepalive.Keepalive.FORMAT,
    pdu.PDU,
)
"""Formats that a frame, a datagram or a stream starts with."""


def within(form: Format) -> Iterator[Format]:
    """The formats that *form* can hold, outermost first, each once."""
    seen: dict[int, Format] = {}

    def visit(one: Format) -> None:
        if id(one) in seen:
            return
        seen[id(one)] = one
        if isinstance(one.tail, Tlvs):
            for inner in (*one.tail.formats.values(), one.tail.other):
                visit(inner)
        elif isinstance(one.tail, Array) and one.tail.item is not None:
            visit(one.tail.item)

    visit(form)
    yield from seen.values()


def every() -> tuple[Format, ...]:
    """All formats, nested ones too, each once."""
    found = {id(inner): inner for form in (*WHOLE, sonic.MESSAGE) for inner in within(form)}
    return tuple(found.values())
