"""The checker: enumerates orders of faults and repairs over lab networks and watches the invariants of mlag.md M13.

`kinds` what can happen · `phases` when · `course` from one event to rest · `probes` the traffic · `invariants`, `reach`
what must hold · `fingerprint` which states are the same · `search` the enumeration · `trace` how a run is written down.

Internal: it changes without notice.
"""

from pathlib import Path

NETWORKS = Path(__file__).parent / "networks"
"""Networks that the checker runs."""
NAMES = tuple(sorted(file.stem for file in NETWORKS.glob("*.toml")))
"""What they are called."""
DEFAULT = "pair"
