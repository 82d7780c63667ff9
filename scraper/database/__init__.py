"""The database: schema, loading, search index, publishing. The only writer of SQLite.

Rule: a database is made whole beside the published one and then published in one step; the same
series gives the same rows in the same order. Only runs, and captures of no post, are added to a
published one (`add`): they stand behind the rows of their table, which no order of ours goes by.

rows: what stands in each table · search: the full-text index · publishing: into the live file ·
compare: one database and another · shelf: what a build puts aside.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

from scraper.database.publishing import add, publish, remove, waiting
from scraper.database.rows import OF_RUNS, Row, capture_id, of_runs, question_rows, tables
from scraper.database.search import fill_index
from scraper.errors import DatabaseError

__all__ = [
    "OF_RUNS",
    "add",
    "capture_id",
    "counts",
    "create",
    "of_runs",
    "opened",
    "publish",
    "question_rows",
    "remove",
    "rows_of",
    "schema",
    "table_names",
    "tables",
    "waiting",
]

BATCH = 2000  # rows in one insert


def schema() -> str:
    """Return the SQL that makes an empty database."""
    return resources.files("scraper").joinpath("schema.sql").read_text("utf-8")


def create(path: Path, content: Iterable[tuple[str, Iterable[Row]]]) -> None:
    """Write a new database at `path` with rows of tables, parents first, and its search index.

    Raises DatabaseError where it cannot be written.
    """
    # It is slow to load, and of all commands only those that build need it.
    import sqlite_utils  # noqa: PLC0415 - as the comment says

    try:
        remove(path)
        with closing(sqlite3.connect(path)) as connection:
            # Nobody reads it before it is published, and a killed build starts again.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            # Indexes are made, and references held, for all rows at once: row by row costs more.
            before_rows, first, after_rows = schema().partition("CREATE INDEX")
            connection.executescript(before_rows)
            db = sqlite_utils.Database(connection)
            with db.atomic():
                for table, rows in content:
                    db.table(table).insert_all(rows, batch_size=BATCH)
            _refuse_loose_ends(connection)
            connection.executescript(first + after_rows)
            with connection:
                fill_index(connection)
            _count_for_plans(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_mode = WAL")
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot write {path}: {error}") from error


def _refuse_loose_ends(connection: sqlite3.Connection) -> None:
    """Raise IntegrityError where a row refers to one that is not there."""
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        said = f"FOREIGN KEY constraint failed: row {row} of {table} refers to none of {parent}"
        raise sqlite3.IntegrityError(said)


def _count_for_plans(connection: sqlite3.Connection) -> None:
    """Write the statistics that plans are made of, of all tables that refer to others.

    These are those that joins choose between: what PRAGMA optimize picks differs with what was asked.
    """
    referring = "SELECT DISTINCT name FROM sqlite_master, pragma_foreign_key_list(name)"
    for (table,) in connection.execute(f"{referring} ORDER BY name").fetchall():
        connection.execute(f'ANALYZE "{table}"')


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
    """Return the tables a researcher meets, in the order of the schema; no part of an index is one."""
    return tuple(re.findall(r"^CREATE TABLE ((?!\w+_fts_)\w+)", schema(), re.MULTILINE))


def rows_of(connection: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Yield the rows of a table or view; tables in the order of their ids."""
    order = " ORDER BY id" if table in table_names() else ""
    yield from connection.execute(f'SELECT * FROM "{table}"{order}')  # noqa: S608 - names of our own schema


def counts(path: Path, tables: Iterable[str]) -> dict[str, int]:
    """Return how many rows tables of a published database have; nothing where there is none."""
    try:
        with closing(opened(path)) as connection:
            counting = ((table, f'SELECT count(*) FROM "{table}"') for table in tables)  # noqa: S608 - names of our own schema
            return {table: connection.execute(sql).fetchone()[0] for table, sql in counting}
    except (DatabaseError, sqlite3.Error):
        return {}  # none yet, or none that can be read: what is amiss, publishing will say


def urls_of_posts(path: Path) -> list[str]:
    """Return the URLs of the posts of a published database; none where there is none."""
    try:
        with closing(opened(path)) as connection:
            return [url for (url,) in connection.execute("SELECT url FROM posts ORDER BY url")]
    except (DatabaseError, sqlite3.Error):
        return []  # as above
