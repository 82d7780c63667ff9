"""Publishing: the content of a made database goes into the live file, for all its readers at once.

Rule: whatever happens, and whenever, the next reader finds the old content or the new, whole; also
one who may only read. Nothing here knows what the content is.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from scraper.database.rows import Row
from scraper.errors import DatabaseError
from scraper.folder import sync_folder

PATIENCE = 60  # seconds that a publication waits for readers of the old content
MOST_WAITING = 3  # publications that a reader of an old one may keep in the -wal
_BESIDE = ("-journal", "-wal", "-shm")  # what SQLite keeps beside a database
_UNREADABLE = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def remove(path: Path) -> None:
    """Remove a database that is not published, and what SQLite keeps beside it."""
    for ending in ("", *_BESIDE):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def publish(made: Path, live: Path, patience: float = PATIENCE) -> str | None:
    """Put the content of `made` into the live file in one transaction, for all its readers at once.

    SQLite's backup is used because a Datasette that has the file open goes on with a replaced one.
    The live file is in WAL mode: nobody waits for the publisher, and one that is killed leaves
    nothing that a read-only reader would have to roll back. When this returns, no byte of the old
    content is left in the file or beside it, and the file alone is complete. `patience` is for how
    many seconds others are waited for.

    A live file that SQLite cannot read is replaced, since all it can have held is derived; then a
    line is returned that says so. Raises DatabaseError; the old content stays, unless it says else.
    """
    try:
        unreadable = live.exists() and not _backed_up(made, live, patience)
        if unreadable or not live.exists():
            _place(made, live)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot publish {live}: {error}") from error
    if unreadable:
        return f"{live} could not be read and was replaced; restart what has it open"
    return None


def add(
    live: Path, content: Iterable[tuple[str, Iterable[Row]]], patience: float = PATIENCE
) -> None:
    """Add rows to tables of the live file in one transaction, for all its readers at once.

    As with `publish`, the file alone is complete when this returns. Raises DatabaseError; the old
    content stays, unless it says else.
    """
    try:
        with ExitStack() as stack:
            target = _writer(live, stack, patience)
            _lengthen(_wal(live))
            with _emptied_on_failure(target), target:
                for table, rows in content:
                    for row in rows:
                        columns = ", ".join(f'"{column}"' for column in row)
                        marks = ", ".join("?" * len(row))
                        sql = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608 - names of our own schema
                        target.execute(sql, tuple(row.values()))
            _settle(target, live, patience)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot publish {live}: {error}") from error


def waiting(live: Path) -> list[Path]:
    """Return the files beside a database that hold content which is not in it yet."""
    beside = (live.with_name(live.name + ending) for ending in ("-journal", "-wal"))
    return [path for path in beside if path.exists() and path.stat().st_size]


def _place(made: Path, live: Path) -> None:
    """Give a made database its name, where there is none that could be published into."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    for ending in _BESIDE:  # of a database that is gone: SQLite would take it for this one's
        live.with_name(live.name + ending).unlink(missing_ok=True)
    made.replace(live)
    sync_folder(live.parent)
    with ExitStack() as stack:
        _writer(live, stack, PATIENCE)


def _writer(live: Path, stack: ExitStack, patience: float) -> sqlite3.Connection:
    """Return a connection that writes the live file, closed with `stack`; an empty -wal stays.

    The last to close a WAL takes it away, and who may not write cannot make it anew to read. A
    connection that may only read takes nothing away: so one is closed after the writer.
    """
    place = f"{live.resolve().as_uri()}?mode=ro"
    reader = stack.enter_context(closing(sqlite3.connect(place, uri=True, timeout=patience)))
    writer = stack.enter_context(closing(sqlite3.connect(live, timeout=patience)))
    writer.execute("PRAGMA journal_mode = WAL")
    for connection in (writer, reader):
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    return writer


def _backed_up(made: Path, live: Path, patience: float) -> bool:
    """Copy every page into the -wal, commit, and bring the live file up to date.

    Returns False, with nothing done, where the live file is none that could take them.
    """
    with ExitStack() as stack:
        try:
            target = _writer(live, stack, patience)
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF in _UNREADABLE:
                return False
            raise
        place = f"{made.resolve().as_uri()}?mode=rw"  # one that is not there is no empty one
        source = stack.enter_context(closing(sqlite3.connect(place, uri=True)))
        if _page_size(source) != _page_size(target):
            return False  # no database that is in WAL mode changes it
        wal = _wal(live)
        if wal.stat().st_size > MOST_WAITING * made.stat().st_size and _held(target):
            raise DatabaseError(
                f"{live}: nothing is published: a reader has held old content over"
                f" {MOST_WAITING} publications; end that reader and build again"
            )
        _lengthen(wal)
        with _emptied_on_failure(target):
            source.backup(target, progress=_refuse_to_wait)
        _settle(target, live, patience)
    return True


@contextmanager
def _emptied_on_failure(target: sqlite3.Connection) -> Iterator[None]:
    """Empty the -wal where what is in the block fails: what was written is no good to anybody."""
    try:
        yield
    except sqlite3.Error:
        with suppress(sqlite3.Error):  # the disk may be full of it
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raise


def _settle(target: sqlite3.Connection, live: Path, patience: float) -> None:
    """Bring what was committed into the live file. Raises DatabaseError where a reader keeps it out."""
    if _held(target):
        raise DatabaseError(
            f"{live}: the new content is published, but a reader of the old one has held it"
            f" for {patience:g} s; end that reader and build again"
        )


def _wal(live: Path) -> Path:
    return live.with_name(f"{live.name}-wal")


def _page_size(connection: sqlite3.Connection) -> int:
    """Return the size of a database's pages, bytes."""
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(size)


def _lengthen(wal: Path) -> None:
    """Make an empty -wal longer than its header of 32 bytes, by zeros that SQLite takes for nothing.

    A publisher that is killed when it has written the header alone would leave a -wal of just that
    length, and a reader who may not write meets "locking protocol" (SQLite 3.40,
    walBeginShmUnreliable). Zeros are only added, so nothing is lost whoever else is at work.
    """
    if not wal.stat().st_size:
        with wal.open("ab") as file:
            file.write(bytes(33))


def _held(target: sqlite3.Connection) -> bool:
    """Empty the -wal into the file; tell whether a reader of older content keeps that from being."""
    busy, *_ = target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(busy)


def _refuse_to_wait(status: int, _remaining: int, _total: int) -> None:
    """Stop a backup that another writer keeps out; Python would try again for ever."""
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("another program is writing to it")
