"""Find what breaks a parser, with the public API of pyiccp.testing only.

    python docs/examples/fuzz_your_parser.py

`toy` below stands for a parser of yours: it reads LACPDUs, and it is deliberately weak in six of the ways in which
parsers are weak. Its own clean error is `ToyError`; whatever else comes out of it is a crash. Put your own function in
its place, and your own error.
"""

import random
import struct
import sys
import time

from pyiccp.testing import PROTOCOLS, Mutator, minimise, shrink

RATES = {0: "slow", 1: "fast"}
NAMES = {1: "actor", 2: "partner", 3: "collector"}
PATIENCE = 10_000
"""Steps of a walk after which it hangs."""


class ToyError(ValueError):
    """What `toy` says of octets that it refuses."""


class Hang(Exception):  # noqa: N818
    """Stands for a loop that does not end."""


def toy(octets: bytes) -> dict[str, object]:
    """A weak parser of LACPDUs."""
    if octets[:1] != b"\1":
        raise ToyError("no LACPDU")
    found: dict[str, object] = {"version": octets[1]}  # 1. IndexError: nothing says that there is a second octet
    at, steps = 2, 0
    while octets[at : at + 1] not in (b"", b"\0"):
        steps += 1
        if steps > PATIENCE:
            raise Hang
        kind, length = struct.unpack_from("BB", octets, at)  # 2. struct.error: a TLV of one octet
        body = octets[at + 2 : at + length]
        if kind == 1:
            found["system"] = body[2:8].hex(":")
            found["rate"] = RATES[body[14] >> 1 & 1]
            found["port"] = int.from_bytes(body[12:14], "big")
            found["link"] = 1000 // found["port"]  # type: ignore[operator] # 3. ZeroDivisionError: port 0
        found[NAMES[kind]] = body  # 4. KeyError: a type that it does not know
        at += length  # 5. never ends: a length of 0
    found["name"] = octets[at + 52 : at + 60].decode()  # 6. UnicodeDecodeError: reserved octets taken for text
    return found


def crash(octets: bytes) -> str:
    """The class of what `toy` raises that is not its own error; '' when it is sound."""
    try:
        toy(octets)
    except ToyError:
        return ""
    except Exception as error:
        return type(error).__name__
    return ""


def main(inputs: int = 20_000) -> dict[str, bytes]:
    """Feed *inputs* mutants; the smallest input found of each class of crash."""
    start, found = time.monotonic(), dict[str, bytes]()
    mutator = Mutator(PROTOCOLS["lacp"].seeds(mutator_seed(), 50), 1)
    for number, mutant in zip(range(inputs), mutator, strict=False):
        kind = crash(mutant.octets)
        if not kind or kind in found:
            continue

        def same(octets: bytes, kind: str = kind) -> bool:
            return crash(octets) == kind

        cause = shrink(mutant, same)
        found[kind] = minimise(mutant.octets, same)
        print(f"{kind:20} after {number + 1:5} inputs, {time.monotonic() - start:4.1f} s; {cause}")
        print(f"{'':20} smallest: {found[kind].hex()}")
    print(f"{len(found)} classes of crashes, {inputs} inputs, {time.monotonic() - start:.1f} s")
    return found


def mutator_seed() -> random.Random:
    """Equal seeds, equal inputs."""
    return random.Random(1)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
