"""`python -m benchmarks`: measure every row, print one table, and keep it if asked.

Rule: a row is data (`benchmarks.row`); to add one is to write it and to name it in ROWS.
"""

import argparse
import sys
from compileall import compile_dir
from datetime import UTC, datetime
from importlib.resources import files

from benchmarks import building, crawling, exporting, night, reading, searching, visiting
from benchmarks.report import keep, machine, section, summary
from benchmarks.row import Measured, Row

ROWS: tuple[Row, ...] = (
    crawling.ROW, night.ROW, reading.ROW, *building.ROWS, searching.ROW, *visiting.ROWS, exporting.ROW,
)  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; with --write, the sections of RESULTS.md of what was measured are replaced."""
    names = [row.name for row in ROWS]
    options = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure this program beside what a user would pick instead, on this machine.",
        epilog="All rows take the better part of an hour and some gigabytes of temporary files, most of"
        " it for build-large. An archive that grows and many readers at once are programs of their own:"
        " python -m benchmarks.growth, python -m benchmarks.load.",
    )
    options.add_argument(
        "--only", action="append", choices=names, help="a row (again for more of them; default all)"
    )
    options.add_argument(
        "--items", type=int, help="posts, pages or queries (default: as the row says)"
    )
    options.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    options.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    given = options.parse_args(arguments)
    if given.write and given.items:
        options.error("--write keeps figures of the items that a row says; leave --items out")
    # An installer does so for each package: what runs from a checkout would compile itself each time
    # where Python is told to write no bytecode, and Scrapy our spider.
    for package in ("scraper", "benchmarks"):
        compile_dir(str(files(package)), quiet=1)
    measured: dict[str, Measured] = {}
    by = f"By `python -m benchmarks`, on {datetime.now(UTC).date()}: {machine()}"
    for row in ROWS:
        if row.name not in (given.only or names):
            continue
        count = given.items or row.count
        rounds = min(given.rounds, row.rounds or given.rounds)
        print(f"{row.title}: {count} × {row.counted or row.unit} …", file=sys.stderr, flush=True)
        measured[row.name] = row.measure(count, rounds)
        text = f"{section(row, measured[row.name], count, rounds)}\n\n{by}"
        print(f"{text}\n", flush=True)
        if given.write:
            keep(row.title, text)
    whole = f"{summary([row for row in ROWS if row.name in measured], measured)}\n\n{by}"
    print(whole)
    if given.write and len(measured) == len(ROWS):
        keep("all at a glance", whole)
    elif given.write:
        print("not all rows: «all at a glance» is left as it was", file=sys.stderr)


if __name__ == "__main__":
    main()
