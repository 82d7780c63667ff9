"""The one way the pages ask the database: named SQL parameters in, rows as dictionaries out.

Rule: every value a visitor sends is a bound parameter; SQL text is made of constants only. What a
page tells is read from one state of the archive.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Base400, NotFound

from scraper.site.turns import in_turn

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

P = ParamSpec("P")
T = TypeVar("T")
NAME = "mikroscope"
Row = dict[str, Any]

YEAR = "substr(coalesce(posts.published, interviews.published), 1, 4)"
ROLES = "coalesce(interviews.role, people.role, '') || ' ' || coalesce(posts.role, '')"
# What the lists can be narrowed by: the visitor's parameter and the SQL it stands for.
FILTERS = {
    "studio": "interviews.studio = :studio",
    "year": f"{YEAR} = :year",
    "month": "substr(interviews.published, 1, 7) = :month",
    "lang": "posts.lang = :lang",
    "question": "posts.id IN (SELECT post_id FROM answers WHERE question_id = :question)",
    "role": f"mikroscope_says({ROLES}, :role)",
}


def served(datasette: "Datasette") -> "Database | None":
    """Return the archive among the databases served: the one of its name, else the only file."""
    files = {found.name: found for found in datasette.databases.values() if found.path}
    only = next(iter(files.values())) if len(files) == 1 else None
    return files.get(NAME, only)


def database(datasette: "Datasette") -> "Database":
    """Return the archive. Raises NotFound where none is served."""
    found = served(datasette)
    if found is None:
        raise NotFound(f"No archive is served here: none of the databases is called {NAME}.")
    return found


async def permitted(
    datasette: "Datasette", request: "Request", action: str = "view-database"
) -> "Database":
    """Return the archive. Raises Forbidden where an `allow` of the metadata keeps it from a visitor.

    A page shows parts of many tables, so one table that is kept from a visitor keeps the pages.
    """
    found = database(datasette)
    said = datasette.metadata("tables", database=found.name) or {}
    tables = [name for name, of_table in said.items() if "allow" in of_table]
    whole = [(action, found.name), ("view-database", found.name), "view-instance"]
    await datasette.ensure_permissions(request.actor, whole)
    for table in tables:
        await datasette.ensure_permissions(
            request.actor, [("view-table", (found.name, table)), *whole]
        )
    return found


class Missing(Base400):  # type: ignore[misc] # Datasette ships no types
    """A page of ours that there is not, told at once.

    At its NotFound Datasette leads from an id with `%` to one with `~`, which only its own pages know.
    """

    status = 404


@dataclass(frozen=True, slots=True)
class State:
    """One state of the archive, whole whatever is published meanwhile; `patience` is milliseconds."""

    connection: sqlite3.Connection
    patience: int  # of one query


async def at_once(
    source: "Database", ask: Callable[Concatenate[State, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Return what `ask` reads from one state of the archive: all of it in one thread, in one turn."""

    def asking(connection: sqlite3.Connection) -> T:
        connection.execute("BEGIN")
        try:
            return ask(State(connection, source.ds.sql_time_limit_ms), *args, **kwargs)
        finally:
            connection.rollback()

    return await in_turn(source, asking)


def rows(state: State, sql: str, /, **values: Any) -> list[Row]:
    """Return the rows of `sql` with `:name` parameters bound, bounded by the server's time limit."""
    with sqlite_timelimit(state.connection, state.patience):
        return [dict(row) for row in state.connection.execute(sql, values)]


def row(state: State, sql: str, /, **values: Any) -> Row | None:
    """Return the first row of `sql`, None where there is none."""
    return next(iter(rows(state, sql, **values)), None)


def single(state: State, what: str, sql: str, /, **values: Any) -> Row:
    """Return the one row of `sql`; raise Missing, naming `what`, where there is none."""
    found = row(state, sql, **values)
    if found is None:
        raise Missing(f"There is no {what} of that name in the archive.")
    return found


def count(state: State, sql: str, bound: Mapping[str, Any]) -> int:
    """Return the number that `sql` counts as `n`."""
    found = row(state, sql, **bound)
    return int(found["n"]) if found else 0


def asked(args: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return what a visitor chose among the filters `names`; nothing where a choice is empty."""
    chosen = {name: (args.get(name) or "").strip()[:200] for name in names}
    return {name: value for name, value in chosen.items() if value}


def narrowed(chosen: Mapping[str, Any], *, but: str | None = None) -> str:
    """Return the SQL conditions of `chosen` filters, leaving out `but` to count its other values."""
    return " AND ".join(
        ["1", *(FILTERS[name] for name in FILTERS if name in chosen and name != but)]
    )


def window(args: Mapping[str, str], total: int, size: int) -> dict[str, Any]:
    """Return which page is shown of how many, and the window of rows it is."""
    last = max(1, -(-total // size))
    number = page_number(args, last)
    rows_shown = {"limit": size, "offset": (number - 1) * size}
    return {"number": number, "last": last, "total": total, "window": rows_shown}


def page_number(args: Mapping[str, str], last: int) -> int:
    """Return the page a visitor asks for, between 1 and `last`; whatever is no number is 1."""
    text = args.get("page") or "1"
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return max(1, min(number, last))
