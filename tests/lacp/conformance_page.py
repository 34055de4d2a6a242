"""docs/conformance-lacp.md, rendered from the report that a test run wrote.

python tests/lacp/conformance_page.py                  write the page from build/conformance-lacp.json
python tests/lacp/conformance_page.py --check          exit 1 if the page would change
python tests/lacp/conformance_page.py --spec FILE      compare our ids with the check list in FILE
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import Checklist

GROUPS = {
    "FRM": ("Frames", 16),
    "RX": ("Receive machine", 27),
    "SEL": ("Selection", 24),
    "MUX": ("Mux machine", 17),
    "PER": ("Periodic transmission", 9),
    "TX": ("Transmit", 6),
    "CHN": ("Churn detection", 7),
    "MRK": ("Markers", 8),
    "V2": ("Version 2", 9),
    "SYS": ("Systems and pairs", 19),
}
NOT_IMPLEMENTED = {"MUX-17": "the Mux machine of 802.1AX-2020 (wait-to-restore) comes later"}
HEAD = [
    "Rendered by `python tests/lacp/conformance_page.py` from a run of `pytest tests/lacp`; not written by hand.",
    "The checks are derived from the machines of 802.1AX-2014 (with Cor-1) and from measured implementations; each",
    "is one or more tests on a fake clock. *Choice*: the standard leaves it open, and this is what we do.",
    "*In part*: what is missing is said. Systems are cores wired together; SYS-10 to SYS-17 also run in the lab,",
    "with whole devices, against our own client and the models of Open vSwitch, Linux bonding and teamd.",
]


def _says(result: Mapping[str, Any]) -> str:
    """The tests' docstrings."""
    return " ".join(result["says"])


CHECKS = Checklist(
    "lacp", "LACP conformance", GROUPS, HEAD, "{}-{:02}", r"^\| ([A-Z0-9]+-\d\d) \|", _says, NOT_IMPLEMENTED
)

if __name__ == "__main__":
    sys.exit(CHECKS.main(__doc__))
