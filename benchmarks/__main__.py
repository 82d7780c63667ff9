"""`python -m benchmarks`: measure every row, print the table, and keep it if asked.

Rule: a row is a module with a ROW; to add one is to write it and to name it in ROWS.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import reading
from benchmarks.contest import measure
from benchmarks.report import machine, table

ROWS = (reading.ROW,)
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Measure and print; with --write, RESULTS.md is replaced too."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--items", type=int, default=300, help="items of a row (default 300)")
    options.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    options.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    given = options.parse_args()
    today = datetime.now(UTC).date()
    sections = ["# Measured", f"On {today}, by `python -m benchmarks`: {machine()}"]
    for row in ROWS:
        results, missing = measure(row, given.items, given.rounds)
        sections.append(table(row, results, given.items, given.rounds))
        sections += [f"Not installed, so not measured: {name}." for name in missing]
    text = "\n\n".join(sections) + "\n"
    print(text)
    if given.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
