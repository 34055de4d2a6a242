"""Many LACPDUs: columns of NumPy against one call a PDU."""

import random
from collections.abc import Iterator

from bench.decode import over
from bench.rounds import Table, best, show, versions
from bench.trunk import lacpdu
from pyiccp.capture._columns import decode_columns
from pyiccp.wire._lacpdu import Lacpdu

PDUS = 200_000
DISTINCT = 1000


def main(arguments: list[str]) -> int:
    print(versions("numpy", "msgspec", "construct"))
    show(tables())
    return 0


def tables() -> Iterator[Table]:
    import numpy as np

    rng = random.Random(7275)
    some = [lacpdu(rng).encode() for _ in range(DISTINCT)]
    pdus = [rng.choice(some) for _ in range(PDUS)]
    octets = b"".join(pdus)
    frames = b"".join(bytes(30) + one for one in pdus)
    offsets = np.arange(PDUS) * 140 + 30
    assert decode_columns(Lacpdu.FORMAT, frames, offsets).valid.all()
    contenders = {
        "columns, PDUs one behind another": lambda: decode_columns(Lacpdu.FORMAT, octets),
        "columns, PDUs scattered": lambda: decode_columns(Lacpdu.FORMAT, frames, offsets),
        "scalar decoder, no cache": over(pdus, Lacpdu.FORMAT.decode),
    }
    yield Table("LACPDUs, all fields, checked", best(contenders), "columns, PDUs one behind another", PDUS, "PDU")
