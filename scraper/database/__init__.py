"""The database: schema, loading, search index, publishing. The only writer of SQLite.

Rule: a database is made whole beside the published one and then published in one step; the same
series gives the same rows in the same order.

rows: what stands in each table · search: the full-text index · compare: one database and another.
"""

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

from scraper.database.rows import Row, capture_id, question_rows, tables
from scraper.database.search import fill_index
from scraper.errors import DatabaseError
from scraper.models import Series

__all__ = [
    "capture_id",
    "create",
    "opened",
    "publish",
    "question_rows",
    "remove",
    "rows_of",
    "schema",
    "table_names",
]

BATCH = 2000  # rows in one insert
PATIENCE = 60  # seconds that a publication waits for readers of the old content


def schema() -> str:
    """Return the SQL that makes an empty database."""
    return resources.files("scraper").joinpath("schema.sql").read_text("utf-8")


def create(path: Path, series: Series, questions: Iterable[Row]) -> None:
    """Write a new database at `path` that holds `series`, with its search index.

    Raises DatabaseError where it cannot be written.
    """
    # It is slow to load, and of all commands only those that build need it.
    import sqlite_utils  # noqa: PLC0415 - as the comment says

    try:
        remove(path)
        with closing(sqlite3.connect(path)) as connection:
            # Nobody reads it before it is published, and a killed build starts again.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            connection.executescript(schema())
            connection.execute("PRAGMA foreign_keys = ON")
            db = sqlite_utils.Database(connection)
            with db.atomic():
                for table, rows in tables(series, questions):
                    db.table(table).insert_all(rows, batch_size=BATCH)
                fill_index(connection)
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_mode = WAL")
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot write {path}: {error}") from error


def remove(path: Path) -> None:
    """Remove a database that is not published, and what SQLite keeps beside it."""
    for ending in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def publish(made: Path, live: Path, patience: float = PATIENCE) -> None:
    """Put the content of `made` into the live file in one transaction, for all its readers at once.

    SQLite's backup is used because a Datasette that has the file open goes on with a replaced one.
    The live file is in WAL mode: nobody waits for the publisher, and one that is killed leaves
    nothing that a read-only reader would have to roll back. When this returns, no byte of the old
    content is left in the file or beside it. `patience` is for how many seconds others are waited
    for. Raises DatabaseError.
    """
    try:
        if not live.exists():
            _settle(made)
            made.replace(live)
            _sync(live.parent)
            return
        with (
            closing(sqlite3.connect(made)) as source,
            closing(sqlite3.connect(live, timeout=patience)) as target,
        ):
            target.execute("PRAGMA journal_mode = WAL")
            source.backup(target, progress=_refuse_to_wait)
            busy, *_ = target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise DatabaseError(
                f"{live}: the new content is published, but a reader of the old one has held it"
                f" for {patience:g} s; end that reader and build again"
            )
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot publish {live}: {error}") from error


def _refuse_to_wait(status: int, _remaining: int, _total: int) -> None:
    """Stop a backup that another writer keeps out; Python would try again for ever."""
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("another program is writing to it")


def _settle(path: Path) -> None:
    """Make a file's content last, before it gets its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make a new name in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def opened(path: Path) -> sqlite3.Connection:
    """Return a read-only connection to one state of the database. Raises DatabaseError."""
    if not path.exists():
        raise DatabaseError(f"no database at {path} yet: run `mikroscope build` first")
    connection = None
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("BEGIN")  # one state of all tables, whatever is published meanwhile
        connection.execute("SELECT count(*) FROM posts").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise DatabaseError(f"cannot read {path}: {error}") from error
    connection.row_factory = sqlite3.Row
    return connection


def table_names() -> tuple[str, ...]:
    """Return the tables a researcher meets, in the order of the schema."""
    return tuple(re.findall(r"^CREATE TABLE (\w+)", schema(), re.MULTILINE))


def rows_of(connection: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Yield the rows of a table or view; tables in the order of their ids."""
    order = " ORDER BY id" if table in table_names() else ""
    yield from connection.execute(f'SELECT * FROM "{table}"{order}')  # noqa: S608 - names of our own schema
