"""How a row of servers is measured: the same questions to each, one after another, in turns.

Rule: a server is a program of its own, asked over loopback HTTP by one reader on one connection who
never pauses; its CPU and memory are its own, as Linux tells (proc_pid_stat(5), proc_pid_status(5)).
Each round has a new one, so that what it kept of the round before helps nobody.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contest import in_turns
from benchmarks.row import Measured, Result

PATIENCE = 60  # seconds until a server has to listen, and to answer
TICKS = os.sysconf("SC_CLK_TCK")  # a second
PLAIN = {"DATASETTE_LOAD_PLUGINS": ""}  # what is installed beside Datasette stays out


@dataclass(frozen=True, slots=True)
class Asked:
    """A program that answers: what it says to a question, as bytes, and its process."""

    pid: int
    ask: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Answerer:
    """One way to answer the questions of a row.

    `address` says what it is asked for a question, `facts` counts what its answer holds.
    """

    name: str
    address: Callable[[str], str]
    start: Callable[[], AbstractContextManager[Asked]]
    facts: Callable[[bytes], int]


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one round of all questions took, in seconds and MB; `waits` are those of each."""

    waits: list[float]
    cpu: float
    peak: float
    facts: int


def ask_all(
    answerers: Sequence[Answerer], before: Sequence[str], questions: Sequence[str], rounds: int
) -> Measured:
    """Measure `questions`; those `before` are asked of each new server first, and not measured."""
    turns: dict[str, list[_Turn]] = {one.name: [] for one in answerers}
    for one in in_turns(answerers, rounds):
        turns[one.name].append(_turn(one, before, questions))
    return Measured([_result(name, own) for name, own in turns.items()], [])


def _turn(answerer: Answerer, before: Sequence[str], questions: Sequence[str]) -> _Turn:
    with answerer.start() as server:
        for question in before:
            server.ask(answerer.address(question))
        waits, facts, began = [], 0, _cpu(server.pid)
        for address in map(answerer.address, questions):
            asked = time.perf_counter()
            answer = server.ask(address)
            waits.append(time.perf_counter() - asked)
            facts += answerer.facts(answer)
        return _Turn(waits, _cpu(server.pid) - began, _peak(server.pid), facts)


def _result(name: str, turns: Sequence[_Turn]) -> Result:
    waits = sorted(wait * 1000 for turn in turns for wait in turn.waits)
    each = len(turns[0].waits)
    return Result(
        name,
        cpu=statistics.median(turn.cpu for turn in turns) / each * 1000,
        wall=statistics.median(sum(turn.waits) for turn in turns) / each * 1000,
        peak=max(turn.peak for turn in turns),
        facts=turns[-1].facts,
        waits=(statistics.median(waits), waits[max(0, -(-len(waits) * 95 // 100) - 1)]),
    )


def _cpu(pid: int) -> float:
    """Return the seconds of CPU that a process, with all its threads, has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak(pid: int) -> float:
    """Return the most memory that a process has held so far, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def mikroscope(database: Path) -> Iterator[Asked]:
    """Run `mikroscope serve` over a database; what is asked are paths."""
    command = ["-u", "-m", "scraper", "serve", "--data", str(database.parent), "--port", "0"]
    with _running(command) as program:
        address = _first_line(program).removeprefix("Serving at http://").strip("/\n")
        with _http(program.pid, int(address.rpartition(":")[2])) as asked:
            yield asked


# Its own command line says the port it was given and not the one it took, and no browser is near.
_PLAIN = """
import json, socket, sys
import uvicorn
from datasette.app import Datasette
database, told, folder = sys.argv[1:]
site = Datasette(
    [database], metadata=json.loads(told), static_mounts=[("files", folder)],
    settings={"suggest_facets": False},
)
door = socket.socket(proto=socket.IPPROTO_TCP)
door.bind(("127.0.0.1", 0))
door.listen()
print(door.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(site.app(), log_level="warning")).run(sockets=[door])
"""


@contextmanager
def datasette(database: Path, metadata: str = "{}", files: Path | None = None) -> Iterator[Asked]:
    """Run Datasette without plugins; what `files` holds stands under /files.

    Its settings are its own, but that it suggests no facets, as its documentation says to save time.
    """
    command = ["-c", _PLAIN, str(database), metadata, str(files or database.parent)]
    with (
        _running(command, PLAIN) as program,
        _http(program.pid, int(_first_line(program))) as asked,
    ):
        yield asked


@contextmanager
def lines(command: Sequence[str]) -> Iterator[Asked]:
    """Run a program of Python that answers a line with a line, without HTTP."""
    with _running(["-u", *command], stdin=subprocess.PIPE) as program:

        def ask(question: str) -> bytes:
            assert program.stdin  # noqa: S101 - it was asked for
            program.stdin.write(f"{question}\n")
            program.stdin.flush()
            return _first_line(program).encode()

        yield Asked(program.pid, ask)


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str] | None = None, stdin: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a program of Python until the block ends."""
    with subprocess.Popen(
        [sys.executable, *command], stdin=stdin, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **(environment or {})},
    ) as program:  # fmt: skip
        try:
            yield program
        finally:
            program.terminate()


def _first_line(program: subprocess.Popen[str]) -> str:
    """Return the next line a program says. Raises RuntimeError where it has ended."""
    assert program.stdout  # noqa: S101 - it was asked for
    line = program.stdout.readline()
    if not line:
        raise RuntimeError(f"{program.args!r} has ended")
    return line


@contextmanager
def _http(pid: int, port: int) -> Iterator[Asked]:
    """Ask a server for paths as a browser does: one connection, gzip welcome."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:

        def ask(path: str) -> bytes:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            return body

        yield Asked(pid, ask)


@cache
def grown(posts: int) -> TemporaryDirectory[str]:
    """Return a data folder with the archive and database of a studio of so many posts, made once."""
    folder = TemporaryDirectory(prefix="mikroscope-asked-")
    for command in (
        ["-m", "benchmarks.growth", "--fill", folder.name, str(posts)],
        ["-m", "scraper", "build", "--data", folder.name],
    ):
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return folder


def database_of(posts: int) -> Path:
    """Return the database of a studio of so many posts."""
    return Path(grown(posts).name) / "mikroscope.db"
