"""The whole matrix: docs/redundancy.md.

PYTHONPATH=tests python -m redundancy            run all rows, write the page
PYTHONPATH=tests python -m redundancy --check    exit 1 if the page would change (it lists cells outside bounds)
PYTHONPATH=tests python -m redundancy WORD…      only rows with these words in network or title; nothing is written

Without --check, exit code 1 as well when any cell is outside its bound, or has none.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from redundancy.page import page
from redundancy.rows import Row, rows
from redundancy.runner import Outcome, run

PAGE = Path(__file__).parents[2] / "docs" / "redundancy.md"


def outcome(row: Row) -> Outcome | str:
    """Its outcome, or why it has none."""
    try:
        return run(row)
    except Exception as error:
        return f"{row.network}: {row.title}: {type(error).__name__}: {error}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    chosen = [row for row in rows() if all(word in f"{row.network}: {row.title}" for word in options.words)]
    with ProcessPoolExecutor(options.jobs) as pool:
        outcomes = []
        for number, each in enumerate(pool.map(outcome, chosen), 1):
            outcomes.append(each)
            for failure in [each] if isinstance(each, str) else each.failures:
                print(f"{number} of {len(chosen)}: {failure}", flush=True)
    complete = [each for each in outcomes if isinstance(each, Outcome)]
    broken = [each for each in outcomes if isinstance(each, str)]
    failures = [*broken, *(failure for each in complete for failure in each.failures)]
    print(f"{len(chosen)} rows, {len(failures)} failures")
    if options.words:
        print(page(complete))
        return bool(failures)
    written = page(complete, broken)
    if not options.check:
        PAGE.write_text(written, encoding="utf-8")
        return bool(failures)
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != written:
        print(f"{PAGE.name} is not what this run says")
        return 1
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
