"""A dissector for Wireshark, written from the layout tables: what the tables say, Wireshark shows.

The link behind EtherType 0x88B5 (told by destination and magic, never by the type alone), the keepalive, the TLV
values of ICCP inside LDP, and SONiC's dialect on TCP 8888. The engine is `dissector.lua`; this file writes its tables.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyiccp.capture._names import MESSAGE_NAMES
from pyiccp.wire import _keepalive as keepalive
from pyiccp.wire import _link as link
from pyiccp.wire._catalogue import within
from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Field
from pyiccp.wire._mac import NEAREST_BRIDGE
from pyiccp.wire._shape import Bits, leaves
from pyiccp.wire._state import NAMES as STATE_NAMES
from pyiccp.wire._state import STATES
from pyiccp.wire._tails import Array, Opaque, Tlvs
from pyiccp.wire.iccp import _pdu as pdu
from pyiccp.wire.iccp import codes, sonic

ENGINE = Path(__file__).with_name("dissector.lua")

HEAD = """\
-- pyiccp for Wireshark and tshark, written by `pyiccp wireshark` from the library's layout tables.
-- Put it into the personal Lua plugins folder (Help > About > Folders), or: tshark -X lua_script:pyiccp.lua
"""

_LINK = (*link.FORMATS.values(), keepalive.Keepalive.FORMAT)


def slug(name: str) -> str:
    """A format's name as Wireshark's filters spell it."""
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower())


def abbreviation(form: Format) -> str:
    """What the filter name of *form* and of its fields begins with."""
    return f"{'pyiccp' if form in _LINK else 'iccp'}.{slug(form.name)}"


def formats() -> tuple[Format, ...]:
    """Every format that the dissector knows, each once, none of two with one name."""
    found = {id(form): form for whole in (*_LINK, pdu.PDU, sonic.MESSAGE) for form in within(whole)}
    return tuple(found.values())


def dissector() -> str:
    """The Lua text."""
    forms = formats()
    number = {id(form): index for index, form in enumerate(forms, 1)}
    constants = {
        "MAGIC": (link.MAGIC + b"%d" % link.MAJOR).decode(),
        "DESTINATION": NEAREST_BRIDGE.hex().upper(),
        "ETHERTYPE": link.ETHERTYPE,
        "SEGMENTS": {kind: number[id(form)] for kind, form in link.FORMATS.items()},
        "DATA": number[id(link.DATA)],
        "DATA_BODY": link.DATA.size,
        "DATA_FLAGS": _field(link.DATA, "body.flags").offset,
        "ENVELOPE": number[id(link.ENVELOPE)],
        "ENVELOPE_BODY": link.ENVELOPE.size,
        "KEEPALIVE": number[id(keepalive.Keepalive.FORMAT)],
        "KEEPALIVE_KIND": keepalive.KEEPALIVE,
        "PDU": number[id(pdu.PDU)],
        "SONIC_STREAM": len(forms) + 1,
        "SONIC_PORT": sonic.PORT,
        "SONIC_TYPES": dict.fromkeys(
            (codes.CAPABILITY, codes.RG_CONNECT, codes.RG_DISCONNECT, codes.RG_NOTIFICATION, codes.RG_APPLICATION_DATA),
            True,
        ),
    }
    lines = [HEAD]
    lines += [f"local {name} = {_lua(value)}" for name, value in constants.items()]
    lines += ["", "local FORMS = {"]
    lines += [f"  [{number[id(form)]}] = {_lua(_form(form, number))}," for form in forms]
    lines += [f"  [{len(forms) + 1}] = {_lua(_stream(number))},", "}", "", ENGINE.read_text(encoding="utf-8")]
    return "\n".join(lines)


def _stream(number: dict[int, int]) -> dict[str, Any]:
    """What carries SONiC's messages is no format of the library: one after another."""
    tail = _tlvs(Tlvs("messages", (), sonic.MESSAGE), number)
    return {
        "name": "SONiC stream",
        "proto": "iccp",
        "abbrev": "iccp.sonic_stream",
        "size": 0,
        "fields": (),
        "tail": tail,
    }


def _form(form: Format, number: dict[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": form.name,
        "proto": "pyiccp" if form in _LINK else "iccp",
        "abbrev": abbreviation(form),
        "size": form.size,
        "fields": [_field_table(form, field) for field in (form.layout.fields if form.layout else ())],
    }
    if form.bound:
        field = _field(form, form.bound.field)
        found["bound"] = {"origin": form.bound.origin, "offset": field.offset, "width": field.width}
    if form.tail is not None:
        found["tail"] = _tail(form.tail, number)
    return found


def _field(form: Format, name: str) -> Field:
    assert form.layout is not None
    return form.layout[name]


def _field_table(form: Format, field: Field) -> dict[str, Any]:
    said = {leaf.field: leaf.conversion for _, leaf in leaves(form.shape)}.get(field.name)
    table = {"name": field.name, "offset": field.offset, "width": field.width}
    if field.kind == "octets":
        text = said is not None or field.const is not None
        return {**table, "kind": "ether" if field.width == 6 else "string" if text else "bytes"}
    if field.name.endswith("lsr_id"):
        return {**table, "kind": "ipv4"}
    table["kind"] = f"uint{8 * field.width}"
    if said is not None and isinstance(said.context, dict):
        table["values"] = {number: member.name.lower() for number, member in said.context.items()}
    bits = _bit_tables(form.bits.get(field.name, {}), field.name)
    if said is not None and said.context is STATES:
        bits = [{"name": f"{field.name}.{name}", "mask": 1 << bit} for bit, name in enumerate(STATE_NAMES)]
    if bits:
        table |= {"bits": bits, "hex": True}
    return table


def _bit_tables(bits: Bits, field: str) -> list[dict[str, Any]]:
    """Filter names of fields inside a field: as the value calls them, or behind the field where both have one name."""
    return [
        {"name": name if name != field else f"{field}.{name}", "mask": (1 << width) - 1 << shift}
        for name, (shift, width) in sorted(bits.items(), key=lambda item: item[1])
    ]


def _tail(tail: Any, number: dict[int, int]) -> dict[str, Any]:
    if isinstance(tail, Opaque):
        return {"kind": "opaque", "name": tail.name, "text": tail.text}
    if isinstance(tail, Array):
        found: dict[str, Any] = {"kind": "array", "name": tail.name, "size": tail.size}
        return found | ({"form": number[id(tail.item)]} if tail.item is not None else {})
    return _tlvs(tail, number)


def _tlvs(tail: Tlvs, number: dict[int, int]) -> dict[str, Any]:
    names = {code: form.name for code, form in tail.formats.items()}
    messages = not tail.formats
    found: dict[str, Any] = {
        "kind": "tlvs",
        "name": tail.name,
        "width": tail.width,
        "mask": 0x7FFF if messages else tail.mask,
        "inclusive": bool(tail.extra),
        "forms": {code: number[id(form)] for code, form in tail.formats.items()},
        "other": number[id(tail.other)],
        "values": MESSAGE_NAMES if messages else names,
    }
    bits = {"u": (15, 1)} if messages else {"f": (14, 1), "u": (15, 1)}
    return found | {"bits": _bit_tables(bits, "")}


def _lua(value: Any) -> str:
    """*value* as Lua writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_lua(one)}" for key, one in value.items()) + "}"
    assert isinstance(value, Iterable)
    return "{" + ", ".join(map(_lua, value)) + "}"


def _key(key: int | str) -> str:
    return f"[{int(key)}]" if isinstance(key, int) else key
