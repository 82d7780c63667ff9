"""What one SQL statement of a visitor may take besides time: how much it holds, and how much it gives.

Rule: Datasette bounds a statement's time and its number of rows, but a row may hold a gigabyte. The
bounds are set on each connection that Datasette opens, so they hold on every host.
"""

import sqlite3
from weakref import WeakKeyDictionary

# As SQLite's own advice for statements of strangers says (sqlite.org/security.html, limits.html).
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 20_000_000,  # bytes of a value; the crawl keeps none above 16 MiB
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,  # bytes
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,  # bytes: it costs text times pattern
}
LARGEST_ANSWER = 32_000_000  # characters and bytes of all rows of one statement


def bound(connection: sqlite3.Connection) -> None:
    """Set the bounds on a connection; a statement beyond them raises sqlite3.Error."""
    for limit, most in LIMITS.items():
        connection.setlimit(limit, most)
    connection.row_factory = _Budget()


class _Budget:
    """Makes the rows of a connection, and counts what each cursor has given."""

    def __init__(self) -> None:
        self._given: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[object, ...]) -> sqlite3.Row:
        """Return a row. Raises sqlite3.OperationalError, which Datasette tells the visitor."""
        size = sum(len(value) for value in values if isinstance(value, str | bytes))
        given = self._given.get(cursor, 0) + size
        if given > LARGEST_ANSWER:
            raise sqlite3.OperationalError(
                f"The rows hold more than {LARGEST_ANSWER // 1_000_000} MB. Ask for fewer, or download"
                " the database."
            )
        self._given[cursor] = given
        return sqlite3.Row(cursor, values)


def was_interrupted(error: Exception) -> bool:
    """Tell whether a statement failed because it took longer than it may."""
    return isinstance(error, sqlite3.OperationalError) and error.args == ("interrupted",)
