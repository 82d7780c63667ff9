"""Row: a database → files, against a shell script that writes each table as CSV."""

import csv
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory

from benchmarks.prepared import PROGRAM, Prepared, prepare
from benchmarks.programs import Program, needs, run
from benchmarks.row import Measured, Row
from scraper import database
from scraper.folder import DataFolder

CSV = "csv"


def _export(prepared: Prepared, formats: Sequence[str], folder: Path) -> Sequence[str]:
    named = (word for name in formats for word in ("--format", name))
    return (*PROGRAM, "export", "--data", str(prepared.folder), str(folder / "exports"), *named)


def _sqlite_utils(prepared: Prepared, folder: Path) -> Sequence[str]:
    program = (sys.executable, "-m", "sqlite_utils", "rows", str(prepared.database))
    return _each_table(folder, lambda table: (*program, table, "--csv"))


def _cat(prepared: Prepared, folder: Path) -> Sequence[str]:
    program = needs("cat")
    made = DataFolder(prepared.folder).exports / CSV
    return _each_table(folder, lambda table: (program, str(made / f"{table}.csv")))


def _each_table(folder: Path, command: Callable[[str], Sequence[str]]) -> Sequence[str]:
    """Return a shell script with one process a table, as a user would write it."""
    (folder / "exports" / CSV).mkdir(parents=True)
    lines = (
        f"{shlex.join(command(table))} > exports/{CSV}/{table}.csv"
        for table in database.table_names()
    )
    return ("sh", "-ec", "\n".join(lines))


def _rows(folder: Path) -> int:
    """Return how many rows the CSV files hold."""
    return sum(map(_records, (folder / "exports" / CSV).iterdir()))


def _records(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def measure(count: int, rounds: int) -> Measured:
    """Export the database of a studio of `count` posts."""
    with TemporaryDirectory(prefix="mikroscope-bench-export-") as root:
        prepared = prepare(Path(root), count)
        subprocess.run(_export(prepared, (CSV,), prepared.folder), check=True, stdout=DEVNULL)
        return run(
            (
                Program("mikroscope, CSV", partial(_export, prepared, (CSV,)), _rows),
                Program("mikroscope, every usual format", partial(_export, prepared, ()), _rows),
                Program("sqlite-utils rows --csv", partial(_sqlite_utils, prepared), _rows),
                Program("cat", partial(_cat, prepared), _rows),
            ),
            count,
            rounds,
        )


ROW = Row(
    name="export",
    title="export everything",
    unit="post",
    fact="CSV rows",
    count=12_500,
    measure=measure,
    ours=2,
    as_peers=0,
    note=(
        "12,500 posts are 10,000 interviews. `export` is one process: it sorts each table by id, keeps"
        " formulas from being run, writes a digest of every file, a description of every column, and"
        " syncs the folder before it is swapped in; every usual format is CSV, JSON, interviews as"
        " JSON, side by side, GraphML, GEXF, a workbook, references and a text per post. sqlite-utils"
        " is a process a table, in the order in which rows stand. The floor copies our CSV with a"
        " `cat` a table."
    ),
)
