"""Ratios measured in this process against those written down in `gate.toml`: none may fall by more than 30 %.

Both sides of a ratio run in turns in one process, so another machine moves them together; a row that falls short is
measured once more before it counts. Exit code 1 says which rows fell.
"""

import argparse
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import columns, decode, encode, hosts, iccp
from bench.rounds import Table

SLACK = 0.30
WRITTEN = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Row:
    """In table *table* of *bench*, `ours` is `ratio` times faster than `against`."""

    bench: str
    table: str
    ours: str
    against: str
    ratio: float

    def measured(self, tables: dict[str, Table]) -> float:
        times = tables[self.table].times
        return times[self.against] / times[self.ours]


def host_table() -> Iterator[Table]:
    """The whole way of a hundred thousand hosts beside filling a dictionary."""
    keys = hosts.hosts(100_000)
    rounds = [(hosts.yardstick(keys), *hosts.whole_way(keys)[:2]) for _ in range(3)]
    times = {
        "d[mac, vid] = entry": min(yard for yard, _, _ in rounds),
        "A to B, and a look-up of each": min(way + look for _, way, look in rounds),
    }
    yield Table("host table", times, "A to B, and a look-up of each", len(keys), "host")


BENCHES: dict[str, Callable[[], Iterator[Table]]] = {
    "decode": decode.tables,
    "encode": encode.tables,
    "iccp": iccp.tables,
    "columns": columns.tables,
    "hosts": host_table,
}


def measure(bench: str) -> dict[str, Table]:
    """The tables of *bench* by title."""
    return {table.title: table for table in BENCHES[bench]()}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench gate", description=__doc__)
    parser.add_argument("--slack", type=float, default=SLACK, help="share of a ratio that may be missing")
    options = parser.parse_args(arguments)
    rows = [Row(**row) for row in tomllib.loads(WRITTEN.read_text())["row"]]
    fell = 0
    for bench in BENCHES:
        mine = [row for row in rows if row.bench == bench]
        tables = measure(bench)
        best = [row.measured(tables) for row in mine]
        if any(_short(row, ratio, options.slack) for row, ratio in zip(mine, best, strict=True)):
            again = measure(bench)
            best = [max(ratio, row.measured(again)) for row, ratio in zip(mine, best, strict=True)]
        for row, ratio in zip(mine, best, strict=True):
            short = _short(row, ratio, options.slack)
            fell += short
            said = f"below {row.ratio * (1 - options.slack):.3g}" if short else ""
            print(f"{row.table[:48]:48} {row.against[:52]:52} {ratio:8.3g} x of {row.ratio:8.3g} x {said}", flush=True)
    return 1 if fell else 0


def _short(row: Row, ratio: float, slack: float) -> bool:
    return ratio < row.ratio * (1 - slack)
