"""The one way the pages ask the database: named SQL parameters in, rows as dictionaries out.

Rule: every value a visitor sends is a bound parameter; SQL text is made of constants only.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.database import Database

NAME = "mikroscope"
Row = dict[str, Any]

# What the lists can be narrowed by: the visitor's parameter and the SQL it stands for.
FILTERS = {
    "studio": "interviews.studio = :studio",
    "year": "substr(coalesce(posts.published, interviews.published), 1, 4) = :year",
    "lang": "posts.lang = :lang",
    "question": "answers.question_id = :question",
}


def database(datasette: "Datasette") -> "Database":
    """Return the archive among the databases served: the one of its name, else the first file.

    Raises NotFound where no file is served at all.
    """
    files = [found for found in datasette.databases.values() if found.path]
    named = [found for found in files if found.name == NAME]
    if not files:
        raise NotFound("No archive is served here: start with `mikroscope serve`.")
    chosen: Database = (named or files)[0]
    return chosen


async def rows(source: "Database", sql: str, **values: Any) -> list[Row]:
    """Return the rows of `sql` with `:name` parameters bound, bounded by the server's time limit."""
    return [dict(row) for row in await source.execute(sql, values)]


async def row(source: "Database", sql: str, **values: Any) -> Row | None:
    """Return the first row of `sql`, None where there is none."""
    return next(iter(await rows(source, sql, **values)), None)


async def single(source: "Database", what: str, sql: str, **values: Any) -> Row:
    """Return the one row of `sql`; raise NotFound, naming `what`, where there is none."""
    found = await row(source, sql, **values)
    if found is None:
        raise NotFound(f"There is no {what} of that name in the archive.")
    return found


def asked(args: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return what a visitor chose among the filters `names`; nothing where a choice is empty."""
    chosen = {name: (args.get(name) or "").strip() for name in names}
    return {name: value for name, value in chosen.items() if value}


def narrowed(chosen: Mapping[str, str], *, but: str | None = None) -> str:
    """Return the SQL conditions of `chosen` filters, leaving out `but` to count its other values."""
    return " AND ".join(
        ["1", *(FILTERS[name] for name in FILTERS if name in chosen and name != but)]
    )


def page_number(args: Mapping[str, str], last: int) -> int:
    """Return the page a visitor asks for, between 1 and `last`; whatever is no number is 1."""
    text = args.get("page") or "1"
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return max(1, min(number, last))
