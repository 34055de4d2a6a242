"""Real captures as seeds: a few frames of each, told apart by length and start."""

from functools import lru_cache
from pathlib import Path

from pyiccp.capture._files import read

VECTORS = Path(__file__).parents[1] / "tests" / "vectors"
_EACH = 6


@lru_cache(None)
def captures() -> tuple[Path, ...]:
    """Every capture among the test vectors, in order of name."""
    return tuple(sorted(path for path in VECTORS.rglob("*.pcap*")))


@lru_cache(None)
def frames() -> tuple[bytes, ...]:
    """Frames that differ, at most a few of each capture."""
    found: dict[tuple[int, bytes], bytes] = {}
    for path in captures():
        with path.open("rb") as file:
            taken = 0
            for packet in read(file):
                key = len(packet.octets), packet.octets[:6] + packet.octets[12:20]
                if key not in found:
                    found[key] = packet.octets
                    taken += 1
                    if taken == _EACH:
                        break
    return tuple(found.values())
