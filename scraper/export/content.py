"""What is exported of a database: tables, posts since a day, posts in one language.

Rule: what is left out is hidden behind temporary views with the tables' own names, so that every
format reads `people`, `posts`, … and need not know what was chosen. Keys still lead to rows.
"""

import re
import sqlite3
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scraper import database
from scraper.errors import WrongUsage
from scraper.export.columns import Table, read_table

_BY_POST = "post_id IN (SELECT id FROM chosen)"
# Which rows of a table belong to the chosen posts; questions and runs are always told whole.
_SHOWN = {
    "people": """id IN (SELECT person_id FROM main.interviews
                        WHERE id IN (SELECT interview_id FROM chosen))
                 OR id IN (SELECT nominator_id FROM nominations UNION
                           SELECT nominee_id FROM nominations)""",
    "interviews": "id IN (SELECT interview_id FROM chosen)",
    "captures": """id IN (SELECT capture_id FROM chosen)
                   OR id IN (SELECT capture_id FROM main.versions
                             WHERE post_id IN (SELECT id FROM chosen))""",
    "posts": "id IN (SELECT id FROM chosen)",
    "answers": _BY_POST,
    "nominations": """id IN (SELECT nomination_id FROM main.evidence
                             WHERE post_id IN (SELECT id FROM chosen))""",
    "evidence": _BY_POST,
    "images": _BY_POST,
    "versions": _BY_POST,
    "findings": _BY_POST,
}
# Views that tell of people. Made of the chosen posts alone they would say what is not so: that
# somebody waits who answered long ago. So their rows are those of the whole archive.
_SHOWN_OF_VIEWS = {
    "baton": "(nominator_id, nominee_id) IN (SELECT nominator_id, nominee_id FROM nominations)",
    "chains": "person_id IN (SELECT id FROM people)",
    "waiting": "person_id IN (SELECT nominee_id FROM nominations)",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for: all of it, unless they said `only`, `since` or `lang`.

    `since` keeps posts published on that day or later; posts that say no day are then left out.
    """

    only: tuple[str, ...] = ()
    since: date | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """One state of the database as it was chosen, and how it is described."""

    connection: sqlite3.Connection
    choice: Choice
    metadata: Mapping[str, Any]
    tables: tuple[Table, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Hide what was not chosen. Raises WrongUsage for a table that is none."""
        known = (*database.table_names(), *_views(self.connection))
        for name in self.choice.only:
            if name not in known:
                raise WrongUsage(f"no table {name!r}; expected one of {', '.join(known)}")
        _hide(self.connection, self.choice)
        wanted = tuple(dict.fromkeys(self.choice.only)) or database.table_names()
        tables = (
            read_table(self.connection, name, described(self.metadata, name)) for name in wanted
        )
        object.__setattr__(self, "tables", tuple(tables))

    def rows(self, table: Table) -> Generator[Any, None, None]:
        """Yield the rows of a table in the order of their ids, of a view in its own."""
        yield from database.rows_of(self.connection, table.name)

    def query(self, sql: str, *values: object) -> Iterable[sqlite3.Row]:
        """Yield the rows of a query on what was chosen."""
        return self.connection.execute(sql, values)


def described(metadata: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    """Return what metadata.yml says of a table or view."""
    tables = metadata.get("databases", {}).get("mikroscope", {}).get("tables", {})
    return tables.get(table) or {}


def _views(connection: sqlite3.Connection) -> tuple[str, ...]:
    found = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'view'")
    return tuple(name for (name,) in found)


def _hide(connection: sqlite3.Connection, choice: Choice) -> None:
    """Put temporary views in the place of the tables, and the views on top of them."""
    if choice.since is None and choice.lang is None:
        return
    since = choice.since.isoformat() if choice.since else None
    connection.execute("CREATE TEMP TABLE chosen (id PRIMARY KEY, interview_id, capture_id)")
    connection.execute(
        "INSERT INTO chosen SELECT id, interview_id, capture_id FROM main.posts"
        " WHERE (?1 IS NULL OR published >= ?1) AND (?2 IS NULL OR lang = ?2)",
        (since, choice.lang),
    )
    connection.execute("CREATE INDEX temp.chosen_interviews ON chosen (interview_id)")
    for table, condition in _SHOWN.items():
        connection.execute(
            f'CREATE TEMP VIEW "{table}" AS SELECT * FROM main."{table}" WHERE {condition}'  # noqa: S608 - names of our own schema
        )
    views = "SELECT name, sql FROM main.sqlite_master WHERE type = 'view'"
    for name, sql in connection.execute(views).fetchall():
        connection.execute(
            f'CREATE TEMP VIEW "{name}" AS SELECT * FROM main."{name}" WHERE {_SHOWN_OF_VIEWS[name]}'  # noqa: S608 - as above
            if name in _SHOWN_OF_VIEWS
            else re.sub(r"^CREATE VIEW", "CREATE TEMP VIEW", sql)
        )
