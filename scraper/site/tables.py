"""What Datasette's own pages tell beside the rows: how many there are, and what a query can be asked.

Rule: read from one state of the archive; what is counted is counted once a publication, since a view
is counted by making all of it.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from datasette.utils import escape_sqlite

from scraper.site.archive import Row, State, at_once, database, row, rows, served
from scraper.site.keeping import version_of

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

Counts = Mapping[str, int | None]


class Tables:
    """The tables and views of the archive, as its published content has them."""

    def __init__(self, datasette: "Datasette") -> None:
        self._datasette = datasette
        self._version = version_of(datasette)
        self._counted: int | None = None
        self._counts: dict[str, int | None] = {}

    async def counts(self, of: str, names: Iterable[str]) -> Counts:
        """Return the number of rows of each of `names` in the database `of`.

        None stands for more than can be counted in the time of a query; a database that is not the
        archive is not counted.
        """
        found = served(self._datasette)
        if found is None or found.name != of:
            return {}
        now = self._version.now()
        kept = self._counts if now is not None and now == self._counted else {}
        missing = [name for name in names if name not in kept]
        if missing:
            kept = {**kept, **await at_once(found, _counted, missing)}
        self._counted, self._counts = now, kept
        return kept

    def download(self, of: str) -> str | None:
        """Return where the archive is downloaded as one file, if it is the database `of`."""
        found = served(self._datasette)
        if found is None or found.name != of or not self._datasette.setting("allow_download"):
            return None
        return str(self._datasette.urls.path("/mikroscope.db"))

    async def choices(self, sql: str) -> list[Row]:
        """Return the rows of `value` and `label` that the metadata lets a visitor choose from."""
        return await at_once(database(self._datasette), rows, sql)


def _counted(state: State, names: Iterable[str]) -> dict[str, int | None]:
    """Return how many rows each table or view has; the names are those of the schema."""
    return {name: _count(state, name) for name in names}


def _count(state: State, name: str) -> int | None:
    try:
        found = row(state, f"SELECT count(*) AS n FROM {escape_sqlite(name)}")  # noqa: S608
    except sqlite3.OperationalError:  # it was interrupted
        return None
    return found["n"] if found else None
