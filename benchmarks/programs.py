"""How a row of whole programs is measured: each a process of its own, as a user starts it, in turns.

Rule: what a program costs includes its start; what it needs beforehand (a server to ask, an archive
of yesterday) is made outside the measured time, anew for each round.
"""

import json
import shlex
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contest import in_turns
from benchmarks.row import Measured, Result

LAST_WORDS = 2000  # characters of what a program that failed had said
# Starts a program from a small process: what its parent held counts as its own peak (getrusage(2)).
ALONE = """
import json, os, sys, time
nowhere = os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0
began = time.perf_counter()
program = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[nowhere])
_, status, used = os.wait4(program, 0)
wall = time.perf_counter() - began
cpu = used.ru_utime + used.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), cpu, wall, used.ru_maxrss / 1024]))
"""


class NotInstalled(Exception):  # noqa: N818 - it is named for what is amiss
    """A peer that this machine does not have."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds of CPU and of the clock, and the most memory it held, in MB."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, slots=True)
class Program:
    """One way to do the work of a row.

    `ready` is given an empty folder, prepares it and returns the command, which is run there;
    NotInstalled says that it cannot be had here. `facts` counts what it left.
    """

    name: str
    ready: Callable[[Path], Sequence[str]]
    facts: Callable[[Path], int]


def needs(program: str) -> str:
    """Return the path of a program of the system. Raises NotInstalled where it is missing."""
    found = shutil.which(program)
    if not found:
        raise NotInstalled(program)
    return found


def needs_package(package: str) -> None:
    """Raise NotInstalled where a package of Python is missing; it is not imported."""
    if find_spec(package) is None:
        raise NotInstalled(package)


def one_after_another(*commands: Sequence[str]) -> list[str]:
    """Return the command that runs several, until one fails."""
    return ["sh", "-ec", " && ".join(shlex.join(command) for command in commands)]


def cost(command: Sequence[str], folder: Path | None = None) -> Cost:
    """Run a command to its end, in a folder, and return what it took.

    The processes that it starts and waits for are counted with it, their memory only where one of
    them held more (getrusage(2)). Raises CalledProcessError, having printed what it said.
    """
    alone = [sys.executable, "-S", "-c", ALONE, *command]
    done = subprocess.run(alone, cwd=folder, capture_output=True, check=False)
    status, *took = json.loads(done.stdout)
    if status:
        print(done.stderr.decode(errors="replace")[-LAST_WORDS:], file=sys.stderr)
        raise subprocess.CalledProcessError(status, command)
    return Cost(*took)


def run(programs: Sequence[Program], count: int, rounds: int) -> Measured:
    """Measure programs that each do the work on `count` items."""
    costs: dict[str, list[Cost]] = {}
    facts: dict[str, int] = {}
    missing: list[str] = []
    for program in in_turns(programs, rounds):
        if program.name in missing:
            continue
        with TemporaryDirectory(prefix="mikroscope-bench-") as root:
            folder = Path(root)
            try:
                command = program.ready(folder)
            except NotInstalled:
                missing.append(program.name)
                continue
            costs.setdefault(program.name, []).append(cost(command, folder))
            facts[program.name] = program.facts(folder)
    results = [
        Result(
            program.name,
            cpu=_median(one.cpu for one in costs[program.name]) / count * 1000,
            wall=_median(one.wall for one in costs[program.name]) / count * 1000,
            peak=max(one.peak for one in costs[program.name]),
            facts=facts[program.name],
        )
        for program in programs
        if program.name in costs
    ]
    return Measured(results, missing)


def _median(figures: Iterable[float]) -> float:
    return statistics.median(figures)
