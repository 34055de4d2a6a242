"""The formats as somebody writes them who uses Construct alone, and as plain `struct` formats."""

import struct
from typing import Any

from construct import (
    BitsInteger,
    BitStruct,
    Bytes,
    Const,
    Flag,
    GreedyBytes,
    GreedyRange,
    Int8ub,
    Int16ub,
    Int32ub,
    Int64ub,
    Padding,
    Prefixed,
    Struct,
    Switch,
    this,
)

STATE = BitStruct(
    "expired" / Flag,
    "defaulted" / Flag,
    "distributing" / Flag,
    "collecting" / Flag,
    "synchronization" / Flag,
    "aggregation" / Flag,
    "timeout" / Flag,
    "activity" / Flag,
)


def _lacpdu(state: Any) -> Any:
    participant = (
        "system_priority" / Int16ub,
        "system" / Bytes(6),
        "key" / Int16ub,
        "port_priority" / Int16ub,
        "port" / Int16ub,
        "state" / state,
        Padding(3),
    )
    return Struct(
        "subtype" / Const(1, Int8ub),
        "version" / Int8ub,
        "actor_type" / Int8ub,
        "actor_length" / Int8ub,
        "actor" / Struct(*participant),
        "partner_type" / Int8ub,
        "partner_length" / Int8ub,
        "partner" / Struct(*participant),
        "collector_type" / Int8ub,
        "collector_length" / Int8ub,
        "collector_max_delay" / Int16ub,
        Padding(12 + 52),
    )


LACPDU, LACPDU_OCTET = _lacpdu(STATE), _lacpdu(Int8ub)
LACPDU_UNPACK = struct.Struct(">BBBBH6sHHHB3xBBH6sHHHB3xBBH12x52x")

FLAGS = BitStruct(
    "topology_change_ack" / Flag,
    "agreement" / Flag,
    "forwarding" / Flag,
    "learning" / Flag,
    "role" / BitsInteger(2),
    "proposal" / Flag,
    "topology_change" / Flag,
)


def _rst(flags: Any) -> Any:
    bridge = Struct("priority" / Int16ub, "mac" / Bytes(6))
    return Struct(
        "protocol" / Const(0, Int16ub),
        "version" / Int8ub,
        "type" / Const(2, Int8ub),
        "flags" / flags,
        "root" / bridge,
        "root_path_cost" / Int32ub,
        "bridge" / bridge,
        "port" / Int16ub,
        "message_age" / Int16ub,
        "max_age" / Int16ub,
        "hello_time" / Int16ub,
        "forward_delay" / Int16ub,
        "version_1_length" / Int8ub,
    )


RST, RST_OCTET = _rst(FLAGS), _rst(Int8ub)
RST_UNPACK = struct.Struct(">HBBBH6sIH6sHHHHHB")

_NAME = ("name_length" / Int8ub, "name" / Bytes(this.name_length))
_TLVS = {
    0x0001: GreedyBytes,
    0x0003: Struct("connection" / Int16ub, "version" / Int16ub),
    0x0004: Struct("status" / Int32ub),
    0x0005: Struct("rg_id" / Int32ub),
    0x0030: Struct("version" / Int16ub, "flags" / BitStruct("a" / Flag, Padding(15))),
    0x0032: Struct("system" / Bytes(6), "system_priority" / Int16ub, "node_id" / Int8ub),
    0x0033: Struct(
        "port" / Int16ub, "mac" / Bytes(6), "actor_key" / Int16ub, "priority" / Int16ub, "speed" / Int32ub,
        "flags" / Int8ub, *_NAME,
    ),
    0x0034: Struct(
        "opcode" / Int16ub, "port" / Int16ub, "aggregator" / Int16ub, "last_priority" / Int16ub,
        "current_priority" / Int16ub,
    ),
    0x0035: Struct(
        "partner_system" / Bytes(6), "partner_system_priority" / Int16ub, "partner_port" / Int16ub,
        "partner_port_priority" / Int16ub, "partner_key" / Int16ub, "partner_state" / STATE, "actor_state" / STATE,
        "actor_port" / Int16ub, "actor_key" / Int16ub, "selected" / Int8ub, "condition" / Int8ub,
        "aggregator" / Int16ub,
    ),
    0x0036: Struct(
        "roid" / Int64ub, "aggregator" / Int16ub, "mac" / Bytes(6), "actor_key" / Int16ub,
        "member_priority" / Int16ub, "flags" / Int8ub, *_NAME,
    ),
    0x0038: Struct(
        "number" / Int16ub, "flags" / BitStruct("c" / Flag, "s" / Flag, "request" / BitsInteger(14)),
        "selector" / Int16ub, "actor_key" / Int16ub,
    ),
    0x0039: Struct("number" / Int16ub, "end" / Int16ub),
    0x2002: Struct("roid" / Int64ub, "mac" / Bytes(6)),
}  # fmt: skip
_TLV = Struct(
    "type" / BitStruct("u" / Flag, "f" / Flag, "code" / BitsInteger(14)),
    "value" / Prefixed(Int16ub, Switch(this.type.code, _TLVS, default=GreedyBytes)),
)
_MESSAGE = Struct(
    "type" / BitStruct("u" / Flag, "code" / BitsInteger(15)),
    "body" / Prefixed(Int16ub, Struct("message_id" / Int32ub, "tlvs" / GreedyRange(_TLV))),
)
PDU = Struct(
    "version" / Const(1, Int16ub),
    "body" / Prefixed(Int16ub, Struct("lsr_id" / Int32ub, "label_space" / Int16ub, "messages" / GreedyRange(_MESSAGE))),
)
