"""LACPDU version 1 (802.1AX 6.4.2)."""

import msgspec
from construct import Bytes, Const, Default, Int8ub, Int16ub, Struct

from pyiccp.wire.codec import Format, Value
from pyiccp.wire.layout import Layout
from pyiccp.wire.mac import ZERO, Mac
from pyiccp.wire.state import STATES, State

SUBTYPE = 1

_PARTICIPANT = (
    "system_priority" / Int16ub,
    "system" / Bytes(6),
    "key" / Int16ub,
    "port_priority" / Int16ub,
    "port" / Int16ub,
    "state" / Int8ub,
)

LAYOUT = Layout(
    "LACPDU",
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


Lacpdu.FORMAT = Format("LACPDU", Lacpdu, LAYOUT, cached=True)
