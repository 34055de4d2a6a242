"""Many PDUs of one format as NumPy columns: from the same table as the scalar codec, block by block.

A block of rows fits the cache, so every octet comes from memory once, however many columns are cut from it.
"""

import csv
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

from pyiccp.capture._packet import Packet
from pyiccp.wire._codec import Format
from pyiccp.wire._identify import identify
from pyiccp.wire._layout import Field
from pyiccp.wire._mac import mac_text
from pyiccp.wire._shape import leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 4096
_MAC = 6
_HIGH = ".high"
"""The first two octets of an address, while it is put together."""


class Columns:
    """One array per field. Addresses are numbers of 48 bits; other octets stay octets; times are as they are sent."""

    def __init__(self, arrays: "dict[str, NDArray[Any]]", valid: "NDArray[Any]", addresses: frozenset[str]) -> None:
        self.arrays = arrays
        self.valid = valid
        """False where a field that must be checked does not hold."""
        self.addresses = addresses

    def __getitem__(self, name: str) -> "NDArray[Any]":
        return self.arrays[name]

    def __len__(self) -> int:
        return len(self.valid)

    def write_csv(self, file: TextIO) -> None:
        """A heading, then one row a PDU."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["valid", *(name.replace("_", "-") for name in self.arrays)])
        cells = [self.valid.astype("u1").tolist()]
        for name, array in self.arrays.items():
            if name in self.addresses:
                cells.append([mac_text(number.to_bytes(_MAC, "big")) for number in array.tolist()])
            elif array.dtype.kind == "V":
                cells.append([bytes(one).hex() for one in array])
            else:
                cells.append(array.tolist())
        writer.writerows(zip(*cells, strict=True))


def decode_columns(form: Format, octets: Any, offsets: "NDArray[Any] | None" = None) -> Columns:
    """The fixed fields of PDUs of *form* in *octets*: one behind another, or at *offsets*. Needs NumPy.

    A variable part is left out. IndexError if an offset leaves no room for a PDU.
    """
    import numpy as np

    if form.layout is None:
        raise TypeError(f"{form.name} has no fixed fields")
    size = form.layout.size
    flat = np.frombuffer(octets, "u1")
    windows = np.lib.stride_tricks.sliding_window_view(flat, size) if len(flat) >= size else flat[:0].reshape(0, size)
    total = len(flat) // size if offsets is None else len(offsets)
    wanted = _wanted(form)
    checked = [field for field in form.layout.fields if field.const is not None]
    row = _row(form.layout.fields)
    arrays = {field.name: np.empty(total, _native(field)) for field in wanted}
    valid = np.ones(total, bool)
    for start in range(0, total, ROWS):
        stop = min(start + ROWS, total)
        if offsets is None:
            block = flat[start * size : stop * size].view(row)
        else:
            block = windows[offsets[start:stop]].view(row)[:, 0]
        for field in checked:
            const = np.void(field.const) if isinstance(field.const, bytes) else field.const
            valid[start:stop] &= block[field.name] == const
        for field in wanted:
            into = arrays[field.name][start:stop]
            if _is_mac(field):
                into[:] = block[field.name + _HIGH]
                into <<= 32
                into |= block[field.name]
            else:
                into[:] = block[field.name]
    return Columns(arrays, valid, frozenset(field.name for field in wanted if _is_mac(field)))


def columns_of(packets: Iterable[Packet], protocol: str, form: Format) -> Columns:
    """The PDUs of *protocol* in *packets*, with frame number and time; shorter ones than *form* are left out."""
    import numpy as np

    size = form.size
    rows, frames, times = [], [], []
    for packet in packets:
        content = identify(packet.octets)
        if content is not None and content.protocol == protocol and content.end - content.start >= size:
            row = packet.octets[content.start : content.start + size]
            if len(row) == size:
                rows.append(row)
                frames.append(packet.number)
                times.append(packet.time_ns or 0)
    found = decode_columns(form, b"".join(rows))
    found.arrays = {"frame": np.array(frames, "i8"), "time_ns": np.array(times, "i8"), **found.arrays}
    return found


def _wanted(form: Format) -> list[Field]:
    """The fields that the value has, in the order of the octets."""
    assert form.layout is not None
    used = {leaf.field for _, leaf in leaves(form.shape)}
    return [field for field in form.layout.fields if field.name in used]


def _is_mac(field: Field) -> bool:
    return field.kind == "octets" and field.width == _MAC


def _native(field: Field) -> str:
    if _is_mac(field):
        return "u8"
    return f"u{field.width}" if field.kind == "uint" else f"V{field.width}"


def _row(fields: tuple[Field, ...]) -> Any:
    """The layout as a packed record."""
    import numpy as np

    members: list[tuple[str, str]] = []
    for field in fields:
        if _is_mac(field):
            members += [(field.name + _HIGH, ">u2"), (field.name, ">u4")]
        else:
            members.append((field.name, f">u{field.width}" if field.kind == "uint" else f"V{field.width}"))
    return np.dtype(members)
