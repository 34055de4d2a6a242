"""All benches, one after the other, each in a process of its own; and the page that says what they found."""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench.rounds import versions

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
METHOD = """\
Every figure below stands beside a named alternative measured in the same run; the ratio is what counts, the absolute
time is this machine's. In-process contenders take turns in rounds of equal shares; the shortest time of each is kept,
in processor time, so that what the machine does besides does not count; garbage is collected before the rounds, not in
them. Each library is used by its documented fast path. Captures, values and host tables are generated from a written
seed; the trunk holds decoys (control addresses and EtherTypes inside payloads). Nothing here is a test of the suite;
`python -m bench gate` holds the in-process ratios in CI, with 30 % slack to those in `bench/gate.toml`.
"""


def main(arguments: list[str], verbs: dict[str, str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", metavar="VERB,…", help=f"some of {', '.join(verbs)}")
    parser.add_argument("--output", type=Path, default=PAGE, help="where the page goes (default docs/benchmarks.md)")
    options = parser.parse_args(arguments)
    chosen = options.only.split(",") if options.only else list(verbs)
    if unknown := [verb for verb in chosen if verb not in verbs]:
        parser.error(f"no bench {', '.join(unknown)}")
    sections, failed = [], []
    for verb in chosen:
        print(f"\n=== python -m bench {verb}: {verbs[verb]}", flush=True)
        code, took, said = run(verb)
        if code:
            failed.append(verb)
        sections.append(section(verb, verbs[verb], code, took, said))
    options.output.write_text("\n".join([*head(), *sections]), encoding="utf-8")
    print(f"\n{options.output} written" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def run(verb: str) -> tuple[int, float, str]:
    """(exit code, seconds, what it printed), shown while it runs."""
    start = perf_counter()
    lines = []
    command = [sys.executable, "-u", "-m", "bench", verb]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return process.returncode, perf_counter() - start, "\n".join(lines).strip("\n")


def head() -> Iterator[str]:
    yield f"# Benchmarks\n\n<!-- written by `python -m bench` -->\n\n{METHOD}"
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    yield f"* {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}"
    yield f"* {os.cpu_count()} x {cpu or platform.machine()}, Linux {platform.release()}"
    packages = versions("construct", "msgspec", "numpy", "trio", "scapy", "os-ken", "dpkt")
    yield f"* Python {platform.python_version()}, {packages}\n"


def section(verb: str, what: str, code: int, took: float, said: str) -> str:
    ended = f", ended with exit code {code}" if code else ""
    return f"## {verb}\n\n`python -m bench {verb}`: {what}. ({took:.0f} s{ended})\n\n```text\n{said}\n```\n"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"
