"""How a row is measured: every contender does the same work, in turns, and again for its memory.

Rule: medians of several rounds in one process, taken in turns so that a busy moment hits all alike;
peak memory is what the work, with its imports, adds to a fresh process.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

Work = Callable[[Any], int]  # one item → how many facts were found in it


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work of a row.

    `ready` imports what is needed and returns the work; ImportError says that it is not installed.
    """

    name: str
    ready: Callable[[], Work]


@dataclass(frozen=True, slots=True)
class Row:
    """One work of the table: what it is, what it is done to, and who does it.

    The first contender is this program, the last the bare minimum. `items` makes what the work is
    done to, `count` of them. `fact` says what the contenders count.
    """

    title: str
    fact: str
    items: Callable[[int], Sequence[Any]]
    contenders: tuple[Contender, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender took: milliseconds for each item, megabytes added at its peak, facts in all."""

    name: str
    cpu: float
    wall: float
    peak: float
    facts: int


def measure(row: Row, count: int, rounds: int) -> tuple[list[Result], list[str]]:
    """Return the results of a row, in its order, and the names of those that are not installed."""
    works, missing = _ready(row.contenders)
    items = row.items(count)
    facts = {name: _facts(work, items) for name, work in works.items()}  # also warms up
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    names = list(works)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(_timed(works[name], items))
    results = [
        Result(
            name,
            cpu=statistics.median(cpu for cpu, _ in times[name]) / len(items) * 1000,
            wall=statistics.median(wall for _, wall in times[name]) / len(items) * 1000,
            peak=_peak(row, name, items),
            facts=facts[name],
        )
        for name in works
    ]
    return results, missing


def _ready(contenders: Iterable[Contender]) -> tuple[dict[str, Work], list[str]]:
    works: dict[str, Work] = {}
    missing: list[str] = []
    for contender in contenders:
        try:
            works[contender.name] = contender.ready()
        except ImportError:
            missing.append(contender.name)
    return works, missing


def _facts(work: Work, items: Sequence[Any]) -> int:
    return sum(work(item) for item in items)


def _timed(work: Work, items: Sequence[Any]) -> tuple[float, float]:
    """Return the seconds of CPU and of the clock that the work on all items takes."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    _facts(work, items)
    return time.process_time() - cpu, time.perf_counter() - wall


def _peak(row: Row, name: str, items: Sequence[Any]) -> float:
    """Return the MB that this contender's work adds to a fresh process holding the items."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_peak_of_this, row, name, items).result()


def _peak_of_this(row: Row, name: str, items: Sequence[Any]) -> float:
    contender = next(c for c in row.contenders if c.name == name)
    # Linux: forget the peak so far (proc_pid_clear_refs(5)); getrusage would tell the parent's.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _high_water()
    _facts(contender.ready(), items)
    return _high_water() - before


def _high_water() -> float:
    """Return the most memory this process has held, in MB, as Linux tells (proc_pid_status(5))."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
