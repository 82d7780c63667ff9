"""`python -m benchmarks`: measure every row, print the table, and keep it if asked.

Rule: a row is a module with a ROW; to add one is to write it and to name it in ROWS.
"""

import argparse
from datetime import UTC, datetime

from benchmarks import reading
from benchmarks.contest import measure
from benchmarks.report import keep, machine, table

ROWS = (reading.ROW,)


def main() -> None:
    """Measure and print; with --write, the rows' sections of RESULTS.md are replaced."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--items", type=int, default=300, help="items of a row (default 300)")
    options.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    options.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    given = options.parse_args()
    for row in ROWS:
        results, missing = measure(row, given.items, given.rounds)
        parts = [table(row, results, given.items, given.rounds)]
        parts += [f"Not installed, so not measured: {name}." for name in missing]
        parts.append(f"By `python -m benchmarks`, on {datetime.now(UTC).date()}: {machine()}")
        text = "\n\n".join(parts)
        print(text)
        if given.write:
            keep(row.title, text)


if __name__ == "__main__":
    main()
