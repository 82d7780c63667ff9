"""A shelf: values by key on disk, for what a build reads once and needs again, post by post.

Rule: the file loses its name as soon as it is open, so that nothing of it outlives the process.
"""

import pickle
import sqlite3
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from scraper.errors import DatabaseError

NAME = ".mikroscope.shelf.db"


class _Pickler(pickle.Pickler):
    """Packs a dataclass as the arguments that make it: pickle's own way takes twice as long."""

    def reducer_override(self, value: object) -> Any:
        """Return what makes a value, and from what."""
        kind: Any = type(value)
        names = _names(kind)
        return (kind, tuple([getattr(value, n) for n in names])) if names else NotImplemented


def _packed(value: object) -> bytes:
    packed = BytesIO()
    _Pickler(packed, pickle.HIGHEST_PROTOCOL).dump(value)
    return packed.getvalue()


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


class Shelf:
    """Boards of values, each in the order of its keys. Whoever holds the shelf holds its file."""

    def __init__(self, folder: Path, boards: tuple[str, ...]) -> None:
        path = folder / NAME
        try:
            path.unlink(missing_ok=True)
            # One thread uses it; which one collects it as garbage, nobody can say.
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            # It is nobody else's, and a run that is killed starts again.
            self._run("PRAGMA journal_mode = OFF")
            self._run("PRAGMA synchronous = OFF")
            for board in boards:
                self._run(f"CREATE TABLE {board} (key TEXT PRIMARY KEY, value BLOB)")
            path.unlink()
            self._run("BEGIN")
        except (sqlite3.Error, OSError) as error:
            raise DatabaseError(f"cannot write {path}: {error}") from error

    def __del__(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()

    def put(self, board: str, key: str, value: object) -> None:
        """Keep a value, in the place of an earlier one of that key."""
        self._run(f"INSERT OR REPLACE INTO {board} VALUES (?, ?)", key, _packed(value))  # noqa: S608 - names of our own boards

    def get(self, board: str, key: str, default: Any = None) -> Any:
        """Return the value of a key."""
        row = self._run(f"SELECT value FROM {board} WHERE key = ?", key).fetchone()  # noqa: S608 - as above
        return pickle.loads(row[0]) if row else default  # noqa: S301 - our own, from a file without a name

    def values(self, board: str) -> Iterator[Any]:
        """Yield a board's values in the order of their keys."""
        for (value,) in self._run(f"SELECT value FROM {board} ORDER BY key"):  # noqa: S608 - as above
            yield pickle.loads(value)  # noqa: S301 - as above

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise DatabaseError(f"cannot use the shelf of a build: {error}") from error
