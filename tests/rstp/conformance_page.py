"""docs/conformance-rstp.md, rendered from the report that a test run wrote.

python tests/rstp/conformance_page.py                  write the page from build/conformance-rstp.json
python tests/rstp/conformance_page.py --check          exit 1 if the page would change
python tests/rstp/conformance_page.py --spec FILE      compare our ids with the check list in FILE
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import Checklist, names_of

GROUPS = {
    "ENC": ("Transmitted BPDUs", 14),
    "VAL": ("Reception", 23),
    "VEC": ("Role selection", 15),
    "AGE": ("Ageing", 6),
    "HSK": ("Proposal, agreement, sync", 18),
    "EDG": ("Edge ports and guards", 12),
    "PPM": ("STP compatibility", 10),
    "TCM": ("Topology change", 10),
    "TXH": ("Transmit limit", 4),
    "BKP": ("Shared media", 4),
    "MGT": ("Management", 6),
    "SCN": ("Several bridges", 15),
}
HEAD = [
    "Rendered by `python tests/rstp/conformance_page.py` from a run of `pytest tests/rstp`; not written by hand.",
    "The checks are derived from the machines of 802.1D-2004 (with the corrections of 802.1Q) and from measured",
    "implementations; each is one or more tests on a fake clock. *Choice*: what we do where it is open.",
    "*In part*: what is not asserted is said. Several bridges are cores wired together; pairs run in the lab, as",
    "whole nodes with the real log between them.",
]


def _says(result: Mapping[str, Any]) -> str:
    """The tests' names are sentences."""
    return "; ".join(name.removeprefix("test_").replace("_", " ") for name in names_of(result))


CHECKS = Checklist("rstp", "RSTP conformance", GROUPS, HEAD, "{}-{}", r"^\| ([A-Z]+-\d+) \|", _says)

if __name__ == "__main__":
    sys.exit(CHECKS.main(__doc__))
