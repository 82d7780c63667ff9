"""The table: results as ratios to the bare minimum, with the machine and the versions.

Rule: figures as measured, rounded, none left out; no names of hosts, users or folders.
"""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.row import Measured, Result, Row

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = (
    "beautifulsoup4", "datasette", "httpx", "lxml", "pandas", "parsel", "scrapy", "selectolax",
    "sqlite-utils", "trafilatura", "warcio",
)  # fmt: skip


def section(row: Row, measured: Measured, count: int, rounds: int) -> str:
    """Return what was measured of a row as a Markdown section."""
    results = measured.results
    floor = results[-1]
    waits = any(result.waits for result in results)
    heads = [f"CPU ms a {row.unit}", "CPU × floor", "wall ms", "wall × floor"]
    heads += ["a second", "median ms", "95 % ms"] if waits else []
    heads += ["peak MB", "peak × floor", row.fact]
    lines = [
        f"## {row.title}",
        "",
        f"{count:,} × {row.counted or row.unit}, {_rounds(rounds)}; the last line is the floor.",
        "",
        f"| | {' | '.join(heads)} |",
        f"| --- |{' ---: |' * len(heads)}",
    ]
    for one in results:
        cells = [_ms(one.cpu), _times(one.cpu, floor.cpu), _ms(one.wall)]
        cells += [_times(one.wall, floor.wall)]
        cells += [f"{1000 / one.wall:.0f}"] if waits else []
        cells += [_ms(wait) for wait in one.waits or ("–", "–")] if waits else []
        cells += [f"{one.peak:.0f}", _times(one.peak, floor.peak)]
        cells += [f"{one.facts:,}" if one.facts else "–"]
        lines.append(f"| {one.name} | {' | '.join(cells)} |")
    notes = [row.note] if row.note else []
    notes += [f"Not installed, so not measured: {name}." for name in measured.missing]
    return "\n".join(lines) + "".join(f"\n\n{note}" for note in notes)


def summary(rows: Sequence[Row], measured: Mapping[str, Measured]) -> str:
    """Return the one table: of each row, all as multiples of the floor's, and who is ahead.

    The goal is that of our first line; who is ahead is settled with the one that does as a peer does.
    """
    lines = [
        "## all at a glance",
        "",
        "CPU / wall / peak memory as multiples of the bare minimum's; who is ahead is settled by CPU.",
        "",
        "| work | mikroscope | goal, CPU | peers | ahead |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        results, floor = measured[row.name].results[:-1], measured[row.name].results[-1]
        ours, peers = results[: row.ours], results[row.ours :]
        own = "; ".join(_ratios(one, floor) for one in ours)
        told = "; ".join(f"{peer.name} {_ratios(peer, floor)}" for peer in peers)
        before = [p.name for p in peers if p.cpu < ours[row.beside.get(p.name, row.as_peers)].cpu]
        first = " and ".join(before or ["mikroscope"]) if peers else "–"
        lines.append(f"| {row.title} | {own} | {_goal(row, ours[0], floor)} | {told} | {first} |")
    return "\n".join(lines)


def _ratios(one: Result, floor: Result) -> str:
    pairs = (one.cpu, floor.cpu), (one.wall, floor.wall), (one.peak, floor.peak)
    return " / ".join(_times(mine, least) for mine, least in pairs)


def _goal(row: Row, ours: Result, floor: Result) -> str:
    if row.within and ours.waits and floor.waits:
        over = ours.waits[0] - floor.waits[0]
        return f"≤ {row.within:g} ms over the floor: {over:.1f}"
    return f"≤ {row.most:g}" if row.most else "–"


def _rounds(rounds: int) -> str:
    return f"median of {rounds} rounds in turns" if rounds > 1 else "one round"


def _ms(figure: float | str) -> str:
    """Return milliseconds with three figures that count."""
    return (
        figure
        if isinstance(figure, str)
        else f"{figure:.{2 if figure < 10 else 1 if figure < 100 else 0}f}"
    )


def _times(one: float, floor: float) -> str:
    return f"{one / floor:.1f}" if floor else "–"


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
