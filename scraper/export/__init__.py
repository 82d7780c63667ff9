"""Database → files: each table in each format, the same bytes for the same database.

Rule: one module a format, and a table of them here. The folder is written beside and swapped in, so
that a reader never meets half of it; what a spreadsheet would run as a formula is made harmless.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import IO

from scraper import database
from scraper.errors import DatabaseError, DataFolderError, WrongUsage
from scraper.export.csv import write_csv
from scraper.export.json import write_json

Write = Callable[[Iterable[str], Iterable[Iterable[object]], IO[str]], None]

# Format → how a table is written, and the ending of its files.
FORMATS: dict[str, tuple[Write, str]] = {
    "csv": (write_csv, "csv"),
    "json": (write_json, "json"),
}


def export(source: Path, target: Path, formats: Iterable[str] = ()) -> list[Path]:
    """Write every table of the database `source` below the folder `target`; return the files.

    `formats` are names of FORMATS, all of them by default. What stood at `target` is replaced in
    one go when everything is written. Raises DatabaseError where there is no database, WrongUsage
    for a format that is none, DataFolderError where the folder cannot be written.
    """
    wanted = tuple(dict.fromkeys(formats)) or tuple(FORMATS)
    for name in wanted:
        if name not in FORMATS:
            raise WrongUsage(f"expected a format of {', '.join(FORMATS)}, got {name!r}")
    with closing(database.opened(source)) as connection:
        _refuse_strangers(target)
        beside = target.with_name(f".{target.name}.making")
        try:
            _clear(beside)
            beside.mkdir(parents=True)
            written = [
                _table(connection, table, name, beside)
                for name in wanted
                for table in database.table_names()
            ]
            _swap(beside, target)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise DataFolderError(f"cannot write {target}: {error.strerror}") from error
        except sqlite3.Error as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise DatabaseError(f"cannot read {source}: {error}") from error
    return [target / path for path in written]


def _table(connection: sqlite3.Connection, table: str, name: str, folder: Path) -> Path:
    """Write one table in one format; return its path in the folder."""
    write, ending = FORMATS[name]
    path = Path(name) / f"{table}.{ending}"
    (folder / name).mkdir(exist_ok=True)
    columns = [row["name"] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    with (folder / path).open("w", encoding="utf-8", newline="") as file:
        write(columns, database.rows_of(connection, table), file)
    return path


def _refuse_strangers(target: Path) -> None:
    """Raise WrongUsage where a folder holds what no export wrote, so that nothing of it is lost."""
    if target.exists() and not target.is_dir():
        raise WrongUsage(f"{target} is a file; exports are a folder")
    strangers = (
        [p.name for p in target.iterdir() if p.name not in FORMATS] if target.exists() else []
    )
    if strangers:
        raise WrongUsage(
            f"{target} holds {strangers[0]}, which no export wrote; choose another folder"
        )


def _clear(folder: Path) -> None:
    """Remove a folder of ours, if it is there; what cannot be removed is an error."""
    if folder.exists():
        shutil.rmtree(folder)


def _swap(beside: Path, target: Path) -> None:
    """Put the folder `beside` in the place of `target`."""
    old = target.with_name(f".{target.name}.old")
    _clear(old)
    if target.exists():
        target.rename(old)
    beside.rename(target)
    _clear(old)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
