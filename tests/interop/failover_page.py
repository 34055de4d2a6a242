"""docs/interop.md, rendered from the report that a test run wrote.

PYICCP_INTEROP=require pytest -n 0 tests/interop/test_failover.py && python tests/interop/failover_page.py
"""

import datetime
import json
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2]
REPORT = HERE / "build" / "interop" / "failover.json"
PAGE = HERE / "docs" / "interop.md"

HEAD = """# Real clients behind a real pair

Rendered by `python tests/interop/failover_page.py` from a run of `pytest -n 0 tests/interop/test_failover.py`; not
written by hand. {date}, commit {commit}.

Two `pyiccp node` processes in network namespaces of their own, peer link and keepalive over veth, heartbeat 300 ms,
fast LACP. The client's bond has a link to each; what it talks to is an Open vSwitch with a bond of its own to both
nodes. From there one ping leaves every 2 ms, in 64 streams of different addresses and identifiers; before every fault
both links carry a quarter of them or more, each way and at both ends. The control is the same client, with the same
pings, on one Open vSwitch. A node that is killed (SIGKILL) leaves the carrier of its ports up: the silent case, which
the client's LACP finds after three seconds without a LACPDU.

Loss and times are from captures at the pings' source. *Silence*: from the first lost ping to the last one of a row in
which no round of the streams is without loss.
"""
SECTION = """
## {client}

{tries}

| event | pings | lost | twice | longest silence | on one Open vSwitch: lost | longest silence |
|---|---|---|---|---|---|---|
"""
TAIL = """
The tests demand: nothing lost without a fault, in a planned stop or at a return; nothing twice, ever; a cut link silent
for no longer than on one switch and 100 ms; a silent crash over within 4.0 s.
"""
TRIES = {
    1: "First try: neither run without a fault lost anything.",
    2: "Second try: in the first, a run without a fault lost something (a busy machine).",
    3: "Third try: in the first two, a run without a fault lost something (a busy machine).",
}


def span(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def rows(told: dict[str, Any]) -> str:
    lines = []
    for what, one in told["pair"]["events"].items():
        cells = [what, one["sent"], one["lost"], one["duplicates"], span(one["silence"])]
        other = told["control"]["events"].get(what)
        cells += [other["lost"], span(other["silence"])] if other is not None else ["", ""]
        lines.append(f"| {' | '.join(map(str, cells))} |\n")
    return "".join(lines)


def page(report: dict[str, Any], date: str, commit: str) -> str:
    text = HEAD.format(date=date, commit=commit)
    for client, told in sorted(report.items()):
        text += SECTION.format(client=client, tries=TRIES[told["tries"]]) + rows(told)
    return text + TAIL


def main() -> None:
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True)
    date = datetime.datetime.fromtimestamp(REPORT.stat().st_mtime, datetime.UTC).date().isoformat()
    PAGE.write_text(page(json.loads(REPORT.read_text()), date, head.stdout.strip()))


if __name__ == "__main__":
    main()
