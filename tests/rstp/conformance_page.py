"""docs/conformance-rstp.md, rendered from the report that a test run wrote.

python tests/rstp/conformance_page.py                  write the page from build/conformance-rstp.json
python tests/rstp/conformance_page.py --check          exit 1 if the page would change
python tests/rstp/conformance_page.py --spec FILE      compare our ids with the check list in FILE
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPORT, PAGE = ROOT / "build" / "conformance-rstp.json", ROOT / "docs" / "conformance-rstp.md"

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
NOT_IMPLEMENTED: dict[str, str] = {}


def ids() -> list[str]:
    """Every check of the list."""
    return [f"{group}-{n}" for group, (_, count) in GROUPS.items() for n in range(1, count + 1)]


def page(report: dict[str, Any]) -> str:
    """The page for a complete report; SystemExit names what is missing or failed."""
    missing = [one for one in ids() if one not in report and one not in NOT_IMPLEMENTED]
    failed = [one for one, result in report.items() if not result["passed"]]
    if missing or failed:
        raise SystemExit(f"not a page: missing {missing}, failed {failed}; run pytest tests/rstp whole first")
    choices = sum(1 for result in report.values() if result["choice"])
    partly = sum(1 for result in report.values() if result["partly"])
    lines = [
        "# RSTP conformance",
        "",
        "Rendered by `python tests/rstp/conformance_page.py` from a run of `pytest tests/rstp`; not written by hand.",
        "The checks are derived from the machines of 802.1D-2004 (with the corrections of 802.1Q) and from measured",
        "implementations; each is one or more tests on a fake clock. *Choice*: what we do where it is open.",
        "*In part*: what is not asserted is said. Several bridges are cores wired together; pairs run in the lab, as",
        "whole nodes with the real log between them.",
        "",
        f"{len(ids())} checks: {len(report) - choices - partly} pass, {choices} choices, {partly} in part, "
        f"{len(NOT_IMPLEMENTED)} not implemented.",
    ]
    for group, (title, count) in GROUPS.items():
        lines += ["", f"## {title}", "", "| id | verdict | what is asserted | test |", "|---|---|---|---|"]
        for n in range(1, count + 1):
            one = f"{group}-{n}"
            if one in NOT_IMPLEMENTED:
                lines.append(f"| {one} | not implemented | {NOT_IMPLEMENTED[one]} | |")
                continue
            result = report[one]
            verdict = f"choice: {result['choice']}" if result["choice"] else "pass"
            if result["partly"]:
                verdict = f"in part: {result['partly']}"
            names = [name.split("::")[1] for name in sorted(result["tests"])]
            says = "; ".join(name.removeprefix("test_").replace("_", " ") for name in names)
            tests = ", ".join(f"`{name}`" for name in names)
            lines.append(f"| {one} | {_cell(verdict)} | {_cell(says)} | {tests} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def compare(spec: Path) -> int:
    """0 if the check list in *spec* has the same ids."""
    listed = re.findall(r"^\| ([A-Z]+-\d+) \|", spec.read_text(), re.MULTILINE)
    print(f"{len(listed)} in the list, {len(ids())} here; differ: {sorted(set(listed) ^ set(ids())) or 'none'}")
    return int(set(listed) != set(ids()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--spec", type=Path)
    arguments = parser.parse_args()
    if arguments.spec:
        return compare(arguments.spec)
    text = page(json.loads(REPORT.read_text()))
    if arguments.check:
        return int(not PAGE.exists() or PAGE.read_text() != text)
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
