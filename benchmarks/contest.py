"""How a row is measured within one process: every contender does the same work, in turns.

Rule: medians of several rounds, taken in turns so that a busy moment hits all alike; peak memory is
what the work, with its imports, adds to a fresh process.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.row import Measured, Result

Work = Callable[[Any], int]  # one item → how many facts were found in it
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work of a row.

    `ready` imports what is needed and returns the work; ImportError says that it is not installed.
    """

    name: str
    ready: Callable[[], Work]


def in_turns(names: Sequence[T], rounds: int) -> Iterable[T]:
    """Yield all names once a round, each round beginning with the next of them."""
    for turn in range(rounds):
        first = turn % len(names)
        yield from (*names[first:], *names[:first])


def contest(contenders: Sequence[Contender], items: Sequence[Any], rounds: int) -> Measured:
    """Measure the work of contenders on items that are in memory."""
    works, missing = _ready(contenders)
    facts = {name: _facts(work, items) for name, work in works.items()}  # also warms up
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for name in in_turns(list(works), rounds):
        times[name].append(_timed(works[name], items))
    results = [
        Result(
            name,
            cpu=statistics.median(cpu for cpu, _ in times[name]) / len(items) * 1000,
            wall=statistics.median(wall for _, wall in times[name]) / len(items) * 1000,
            peak=_peak(next(c for c in contenders if c.name == name), items),
            facts=facts[name],
        )
        for name in works
    ]
    return Measured(results, missing)


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


def _peak(contender: Contender, items: Sequence[Any]) -> float:
    """Return the MB that this contender's work adds to a fresh process holding the items."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_peak_of_this, contender, items).result()


def _peak_of_this(contender: Contender, items: Sequence[Any]) -> float:
    # Linux: forget the peak so far (proc_pid_clear_refs(5)); getrusage would tell the parent's.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _high_water()
    _facts(contender.ready(), items)
    return _high_water() - before


def _high_water() -> float:
    """Return the most memory this process has held, in MB, as Linux tells (proc_pid_status(5))."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
