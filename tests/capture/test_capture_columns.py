"""Columns say what the scalar codec says."""

import io
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyiccp.capture import Packet
from pyiccp.capture._columns import ROWS, columns_of, decode_columns
from pyiccp.testing.strategies import values
from pyiccp.wire._bpdu import ConfigBpdu, MstBpdu, RstBpdu
from pyiccp.wire._catalogue import WHOLE
from pyiccp.wire._codec import Format
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._marker import Marker

FIXED = [form for form in WHOLE if form.layout and not form.tail and not form.bound]


def plainly(value: Any) -> Any:
    return int.from_bytes(value, "big") if isinstance(value, bytes) and len(value) == 6 else value


@pytest.mark.parametrize("form", FIXED, ids=lambda form: form.name)
@given(st.data())
@settings(max_examples=25)
def test_every_field_of_every_fixed_format(form: Format, data: st.DataObject) -> None:
    rows = data.draw(st.lists(values(form).map(form.encode).map(lambda octets: octets[: form.size]), max_size=5))
    changed = [bytes([row[0] ^ data.draw(st.integers(0, 1))]) + row[1:] for row in rows]
    found = decode_columns(form, b"".join(changed))
    assert len(found) == len(rows)
    assert form.layout is not None
    for index, row in enumerate(changed):
        try:
            form.decode(row)
        except Malformed as malformed:
            assert not found.valid[index] or form.layout[malformed.path].const is None
        else:
            assert found.valid[index]
        for name, array in found.arrays.items():
            cell = array[index]
            expected = plainly(form.layout[name].read(row))
            assert (bytes(cell) if array.dtype.kind == "V" else int(cell)) == expected


def test_scattered_and_many() -> None:
    pdus = [Lacpdu(Participant(key=n % 65536, system=mac("02:00:00:00:00:01")), Participant()) for n in range(ROWS + 5)]
    octets = b"".join(b"\xee" * (n % 7) + pdu.encode() for n, pdu in enumerate(pdus))
    offsets = np.cumsum([n % 7 + (110 if n else 0) for n in range(len(pdus))])
    found = decode_columns(Lacpdu.FORMAT, octets, offsets)
    assert found.valid.all()
    assert found["actor.key"].tolist() == [n % 65536 for n in range(len(pdus))]
    assert set(found["actor.system"].tolist()) == {0x020000000001}
    with pytest.raises(IndexError):
        decode_columns(Lacpdu.FORMAT, octets, np.array([len(octets) - 109]))


def test_out_of_a_capture_into_csv() -> None:
    frame = bytes.fromhex("0180C2000002 020000000001 8809") + Lacpdu(Participant(key=17), Participant()).encode()
    bpdu = bytes.fromhex("0180C2000000 020000000001 0027 424203") + RstBpdu(root_path_cost=2000).encode()
    packets = [
        Packet(n, n * 10, 0, octets, len(octets)) for n, octets in enumerate((frame, bpdu, frame[:60], frame), 1)
    ]
    file = io.StringIO()
    columns_of(packets, "lacp", Lacpdu.FORMAT).write_csv(file)
    heading, first, last = file.getvalue().splitlines()
    assert heading.split(",")[:8] == [
        "valid", "frame", "time-ns", "version", "actor.system-priority", "actor.system", "actor.key",
        "actor.port-priority",
    ]  # fmt: skip
    assert first.split(",")[:7] == ["1", "1", "10", "1", "0", "00:00:00:00:00:00", "17"]
    assert last.split(",")[1] == "4"
    assert columns_of(packets, "stp", RstBpdu.FORMAT)["root_path_cost"].tolist() == [2000]
    assert not columns_of(packets, "stp", ConfigBpdu.FORMAT).valid.any(), "the type is checked"


def test_octets_stay_octets_and_a_variable_part_is_left_out() -> None:
    marker = Marker(tail=bytes(range(92)))
    assert bytes(decode_columns(Marker.FORMAT, marker.encode())["tail"][0]) == bytes(range(92))
    assert "instances" not in decode_columns(MstBpdu.FORMAT, bytes(102)).arrays
    assert struct.calcsize("Q") == decode_columns(Marker.FORMAT, b"")["requester_system"].itemsize
