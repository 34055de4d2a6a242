"""LACPDU (802.1AX 6.4.2).

Version 1 is 110 octets of fixed fields. Later versions put TLVs where version 1 has its terminator. A receiver reads
the fixed fields of every version alike, and what is wrong among the TLVs ends their list but not the PDU.
"""

import msgspec
from construct import Bytes, Const, Default, Int8ub, Int16ub, Struct

from pyiccp.wire import _lacp_extension as extension
from pyiccp.wire._codec import Format, Value, remember
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import ZERO, Mac
from pyiccp.wire._state import STATES, State
from pyiccp.wire._tails import Tlvs

SUBTYPE = 1

_PARTICIPANT = (
    "system_priority" / Int16ub,
    "system" / Bytes(6),
    "key" / Int16ub,
    "port_priority" / Int16ub,
    "port" / Int16ub,
    "state" / Int8ub,
)

_FIXED = (
    "subtype" / Const(SUBTYPE, Int8ub),
    "version" / Default(Int8ub, 1),
    "actor_type" / Default(Int8ub, 1),
    "actor_length" / Default(Int8ub, 20),
    "actor" / Struct(*_PARTICIPANT),
    "actor_reserved" / Default(Bytes(3), bytes(3)),
    "partner_type" / Default(Int8ub, 2),
    "partner_length" / Default(Int8ub, 20),
    "partner" / Struct(*_PARTICIPANT),
    "partner_reserved" / Default(Bytes(3), bytes(3)),
    "collector_type" / Default(Int8ub, 3),
    "collector_length" / Default(Int8ub, 16),
    "collector_max_delay" / Int16ub,
    "collector_reserved" / Default(Bytes(12), bytes(12)),
)

LAYOUT = Layout(
    "LACPDU",
    *_FIXED,
    "terminator_type" / Default(Int8ub, 0),
    "terminator_length" / Default(Int8ub, 0),
    "reserved" / Default(Bytes(50), bytes(50)),
)


class Participant(msgspec.Struct, frozen=True, gc=False):
    """One end of a link as an LACPDU names it: fifteen octets (6.4.2.3)."""

    system_priority: int = 0
    system: Mac = ZERO
    key: int = 0
    port_priority: int = 0
    port: int = 0
    state: State = STATES[0]


class Lacpdu(Value, frozen=True, gc=False):
    """What an LACPDU says. Reserved octets and TLV types are the layout's business: receivers must not check them."""

    actor: Participant
    partner: Participant
    collector_max_delay: int = 0
    version: int = 1
    """Never checked: a receiver treats every version alike (6.4.2.3)."""
    tlvs: tuple[Value, ...] = ()
    """Of versions above 1: what stands before the terminator."""

    def encode(self) -> bytes:
        if not self.tlvs:
            return self.FORMAT.encode(self)
        if self.version < 2:
            raise ValueError(f"LACPDU: TLVs need a version above 1: {self!r}")
        octets = LONG.encode(self)
        return octets + bytes(max(LAYOUT.size - len(octets), 2))


Lacpdu.FORMAT = Format("LACPDU", Lacpdu, LAYOUT)

LONG = Format(
    "LACPDU with TLVs",
    Lacpdu,
    Layout("LACPDU with TLVs", *_FIXED),
    tail=Tlvs(
        "tlvs",
        extension.FORMATS,
        extension.UNKNOWN,
        width=1,
        inclusive=True,
        tolerant=True,
        rest=extension.REMAINDER,
        into=extension.without_remainder,
    ),
)
"""Needs 110 octets in all, as version 1 does."""


def _decode(octets: bytes) -> Lacpdu:
    form = LONG if len(octets) >= LAYOUT.size and octets[1] > 1 and octets[0] == SUBTYPE else Lacpdu.FORMAT
    lacpdu: Lacpdu = form.decode(octets)
    return lacpdu


remember(Lacpdu, _decode)
