"""Row: a database → files, against a shell script that dumps each table as CSV."""

import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.prepared import PROGRAM, Prepared, prepare
from benchmarks.programs import Program, needs, run
from benchmarks.row import Measured, Row
from scraper import database
from scraper.folder import DataFolder

CSV = "csv"
Ready = partial[Sequence[str]]


def _export(prepared: Prepared, formats: Sequence[str], folder: Path) -> Sequence[str]:
    DataFolder(folder).database.symlink_to(prepared.database)
    chosen = (word for name in formats for word in ("--format", name))
    return (*PROGRAM, "export", "--data", str(folder), *chosen)


def _sqlite_utils(prepared: Prepared, folder: Path) -> Sequence[str]:
    (folder / CSV).mkdir()
    program = (sys.executable, "-m", "sqlite_utils", "rows", str(prepared.database))
    return _script(
        f"{shlex.join((*program, table, '--csv'))} > {CSV}/{table}.csv"
        for table in database.table_names()
    )
