"""The table: results as ratios to the bare minimum, with the machine and the versions.

Rule: figures as measured, rounded, none left out; no names of hosts, users or folders.
"""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.contest import Result, Row

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("selectolax", "trafilatura", "beautifulsoup4", "lxml", "parsel")


def table(row: Row, results: list[Result], count: int, rounds: int) -> str:
    """Return a row of the benchmark as a Markdown section."""
    floor = results[-1]
    lines = [
        f"## {row.title}",
        "",
        f"{count} items, median of {rounds} rounds in turns; times are for one item.",
        "",
        f"| | CPU ms | CPU × floor | wall ms | wall × floor | peak MB added | {row.fact} |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {r.name} | {r.cpu:.2f} | {r.cpu / floor.cpu:.1f} | {r.wall:.2f}"
        f" | {r.wall / floor.wall:.1f} | {r.peak:.0f} | {r.facts or '–'} |"
        for r in results
    ]
    return "\n".join(lines)


def keep(title: str, section: str) -> None:
    """Put a section into RESULTS.md in the place of the one of that title, else at the end."""
    kept = re.split(r"\n+(?=## )", RESULTS.read_text("utf-8").rstrip())
    places = [n for n, old in enumerate(kept) if old.startswith(f"## {title}\n")] or [len(kept)]
    kept[places[0] : places[0] + 1] = [section]
    RESULTS.write_text("\n\n".join(kept) + "\n", encoding="utf-8")


def machine() -> str:
    """Return what it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} CPUs ({platform.machine()}), {memory:.0f} GB of memory,"
        f" {platform.system()}, {platform.python_implementation()} {platform.python_version()};"
        f" {', '.join(_versions())}."
    )


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    return found
