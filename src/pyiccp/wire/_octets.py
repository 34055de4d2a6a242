"""Octet tables: every format as a page of a standard would print it, from the table that the engines read."""

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Field
from pyiccp.wire._tails import Array, Opaque, Tlvs


def octet_table(form: Format) -> str:
    """Offset, octets, field, and what must or will be there."""
    title = form.name
    if form.codes:
        title += ", type " + ", ".join(f"0x{code:04X}" for code in form.codes)
    rows = [title, f"{'offset':>6} {'octets':>6}  field"]
    rows += [
        f"{field.offset:6} {field.width:6}  {field.name:<28}{_remark(form, field)}".rstrip()
        for field in (form.layout.fields if form.layout else ())
    ]
    if form.tail is not None:
        rows.append(f"{form.size:6}      …  {form.tail.name:<28}{_tail(form)}")
    elif not form.layout:
        rows.append("             (empty)")
    return "\n".join(rows)


def _remark(form: Format, field: Field) -> str:
    if form.bound is not None and field.name == form.bound.field:
        return f"octets after octet {form.bound.origin}"
    if field.name == form.count and form.tail is not None:
        return f"how many {form.tail.name}"
    if field.const is not None:
        return f"{_plain(field.const)}, checked"
    bits = form.remark(field.name)
    if field.default is not None and not bits:
        return f"{_plain(field.default)}, not checked"
    return bits


def _plain(value: int | bytes) -> str:
    if isinstance(value, int):
        return str(value)
    return value.decode("ascii") if value.isascii() and value.decode("ascii").isprintable() else value.hex()


def _tail(form: Format) -> str:
    tail = form.tail
    if isinstance(tail, Opaque):
        return ("UTF-8" if tail.text else "octets") + (f", at most {tail.limit}" if tail.limit is not None else "")
    if isinstance(tail, Array):
        return f"each {tail.size} octets" + (f": {tail.item.name}" if tail.item else "")
    assert isinstance(tail, Tlvs)
    known = len({id(inner) for inner in tail.formats.values()})
    return f"type, length, value; {known} types known" if known else f"type, length, {tail.other.name}"
