"""docs/conformance-lacp.md, rendered from the report that a test run wrote.

python tests/lacp/conformance_page.py                  write the page from build/conformance-lacp.json
python tests/lacp/conformance_page.py --check          exit 1 if the page would change
python tests/lacp/conformance_page.py --spec FILE      compare our ids with the check list in FILE
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPORT, PAGE = ROOT / "build" / "conformance-lacp.json", ROOT / "docs" / "conformance-lacp.md"

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


def ids() -> list[str]:
    """Every check of the list."""
    return [f"{group}-{n:02}" for group, (_, count) in GROUPS.items() for n in range(1, count + 1)]


def page(report: dict[str, Any]) -> str:
    """The page for a complete report; SystemExit names what is missing or failed."""
    missing = [one for one in ids() if one not in report and one not in NOT_IMPLEMENTED]
    failed = [one for one, result in report.items() if not result["passed"]]
    if missing or failed:
        raise SystemExit(f"not a page: missing {missing}, failed {failed}; run pytest tests/lacp whole first")
    choices = sum(1 for result in report.values() if result["choice"])
    partly = sum(1 for result in report.values() if result["partly"])
    lines = [
        "# LACP conformance",
        "",
        "Rendered by `python tests/lacp/conformance_page.py` from a run of `pytest tests/lacp`; not written by hand.",
        "The checks are derived from the machines of 802.1AX-2014 (with Cor-1) and from measured implementations; each",
        "is one or more tests on a fake clock. *Choice*: the standard leaves it open, and this is what we do.",
        "*In part*: what is missing is said. Systems are cores wired together; SYS-10 to SYS-17 also run in the lab,",
        "with whole devices, against our own client and the models of Open vSwitch, Linux bonding and teamd.",
        "",
        f"{len(ids())} checks: {len(report) - choices - partly} pass, {choices} choices, {partly} in part, "
        f"{len(NOT_IMPLEMENTED)} not implemented.",
    ]
    for group, (title, count) in GROUPS.items():
        lines += ["", f"## {title}", "", "| id | verdict | what is asserted | test |", "|---|---|---|---|"]
        for n in range(1, count + 1):
            one = f"{group}-{n:02}"
            if one in NOT_IMPLEMENTED:
                lines.append(f"| {one} | not implemented | {NOT_IMPLEMENTED[one]} | |")
                continue
            result = report[one]
            verdict = f"choice: {result['choice']}" if result["choice"] else "pass"
            if result["partly"]:
                verdict = f"in part: {result['partly']}"
            tests = ", ".join(f"`{name.split('::')[1]}`" for name in sorted(result["tests"]))
            lines.append(f"| {one} | {_cell(verdict)} | {_cell(' '.join(result['says']))} | {tests} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def compare(spec: Path) -> int:
    """0 if the check list in *spec* has the same ids."""
    listed = re.findall(r"^\| ([A-Z0-9]+-\d\d) \|", spec.read_text(), re.MULTILINE)
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
