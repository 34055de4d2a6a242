"""Sending to a device under test: watch it, and find out what broke it. No socket here: a `Device` has one.

`hunt` sends units in batches and looks after the device behind each. When it is found broken, the last batch holds the
cause, most likely; if the device can be brought back, the batch is sent again in ever smaller parts until what is left
breaks it still, and nothing less does; then the last unit of it is made smaller octet by octet.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from pyiccp.testing._reduction import fewest, minimise

SCHEMA = 1
TRIES = 200
"""Restarts of the device for one finding, at most."""


class Device(Protocol):
    """What is fuzzed."""

    kind: str
    """`raw` for frames, `tcp` for octets of a stream."""
    left_out: int
    """Units that never left this machine."""

    def send(self, units: Sequence[bytes]) -> None:
        """Send *units*, in order. OSError when the device takes none."""

    def wrong(self) -> str:
        """What is wrong with the device now; '' when nothing is."""

    def revive(self) -> bool:
        """Bring the device back to where it works; False when that cannot be done."""


class Finding(msgspec.Struct, frozen=True):
    """Units that broke a device, in the order in which they are to be sent."""

    kind: str
    why: str
    units: tuple[str, ...]
    """Hexadecimal."""
    minimised: bool
    """Nothing less was seen to break it."""
    sent: int
    """Units sent before it was found, all in all."""
    schema: int = SCHEMA

    @property
    def octets(self) -> tuple[bytes, ...]:
        return tuple(map(bytes.fromhex, self.units))

    def save(self, folder: Path) -> Path:
        """Write `case-N.json` into *folder*, N not yet taken."""
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while (path := folder / f"case-{number}.json").exists():
            number += 1
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")
        return path

    @classmethod
    def load(cls, path: Path) -> "Finding":
        """What `save` wrote; ValueError when it is not that."""
        finding = msgspec.json.decode(path.read_bytes(), type=cls)
        _ = finding.octets
        return finding


def hunt(device: Device, units: Iterable[bytes], batch: int = 100) -> Iterator[Finding | int]:
    """Send *units*, *batch* at a time: yields how many have been sent so far, and what was found. Ends with the units,
    or when the device cannot be brought back."""
    sent = 0
    for some in _batches(units, batch):
        why = _try(device, some)
        sent += len(some)
        if not why:
            yield sent
            continue
        able = device.revive()
        if able and not _try(device, some):
            # It took more than this batch; what came before is gone.
            yield Finding(device.kind, why, _hex(some), False, sent)
            continue
        yield _smallest(device, some, why, sent) if able else Finding(device.kind, why, _hex(some), False, sent)
        if not device.revive():
            return


def replay(device: Device, units: Sequence[bytes]) -> str:
    """What is wrong with the device after *units*; '' when nothing is."""
    return _try(device, units)


def _smallest(device: Device, units: Sequence[bytes], why: str, sent: int) -> Finding:
    tries = TRIES

    def breaks(some: Sequence[bytes]) -> bool:
        nonlocal tries
        tries -= 1
        return tries >= 0 and device.revive() and bool(_try(device, some))

    left = fewest(units, breaks, TRIES // 2)
    *before, last = left or list(units)
    last = minimise(last, lambda octets: breaks([*before, octets]), max(tries, 0))
    return Finding(device.kind, why, _hex([*before, last]), True, sent)


def _try(device: Device, units: Sequence[bytes]) -> str:
    try:
        device.send(units)
    except OSError as error:
        return device.wrong() or f"it takes nothing more: {error.strerror or error}"
    return device.wrong()


def _hex(units: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(unit.hex() for unit in units)


def _batches(units: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    found: list[bytes] = []
    for unit in units:
        found.append(unit)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found
