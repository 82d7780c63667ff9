"""What a column holds: its type, its keys and its description, read from schema and metadata.

Rule: the schema says what is so and metadata.yml says it in words; formats that know types (Data
Package, Parquet, Excel) ask here and nowhere else.
"""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "date", "time", "list"]

# Columns whose text is a time in UTC; SQLite has no type for it. A test holds them to metadata.yml.
TIMES = frozenset({"captured_at", "first_seen", "last_seen", "started", "finished"})
# What the views compute, of which the schema tells no type.
DAYS = frozenset({"published", "nominator_published", "nominee_published", "named_on"})
NUMBERS = frozenset({"days_between", "position", "length", "people"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table or view; `references` is the table whose id it holds."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    key: bool = False
    unique: bool = False
    choices: tuple[str, ...] = ()
    references: str | None = None
    blank: bool = False  # text that may be empty without being unknown


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view with its columns; `together` are columns that are unique as a group."""

    name: str
    description: str
    columns: tuple[Column, ...]
    together: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in the table's order."""
        return tuple(column.name for column in self.columns)


def read_table(connection: sqlite3.Connection, name: str, described: Mapping[str, Any]) -> Table:
    """Return a table or view of the database; `described` is what metadata.yml says of it."""
    sql = connection.execute("SELECT sql FROM main.sqlite_master WHERE name = ?", (name,))
    (text,) = sql.fetchone()
    checks = dict(_checks(text))
    words = described.get("columns", {})
    foreign = {
        row["from"]: row["table"]
        for row in connection.execute(f'PRAGMA main.foreign_key_list("{name}")')
    }
    groups = _unique(connection, name)
    columns = tuple(
        Column(
            name=row["name"],
            kind=_kind(row["name"], row["type"], checks.get(row["name"], "")),
            description=one_line(words.get(row["name"])),
            required=bool(row["notnull"]),
            key=bool(row["pk"]),
            unique=(row["name"],) in groups,
            choices=_choices(checks.get(row["name"], "")),
            references=foreign.get(row["name"]),
            blank=_may_be_blank(row, checks.get(row["name"], ""), foreign),
        )
        for row in connection.execute(f'PRAGMA main.table_info("{name}")')
    )
    together = tuple(group for group in groups if len(group) > 1)
    return Table(name, one_line(described.get("description")), columns, together)


def _checks(sql: str) -> list[tuple[str, str]]:
    """Return each column's definition: one a line, as schema.sql writes them."""
    return re.findall(r'^\s+"?(\w+)"?\s+(?:TEXT|INTEGER)\b(.*)$', sql, re.MULTILINE)


def _kind(name: str, declared: str, definition: str) -> Kind:
    if declared == "INTEGER" or (not declared and name in NUMBERS):
        return "integer"
    if "json_valid(" in definition:
        return "list"
    if name in TIMES:
        return "time"
    return "date" if "IS date(" in definition or name in DAYS else "text"


def _choices(definition: str) -> tuple[str, ...]:
    found = re.search(r"\bIN \((('[^']*'(, )?)+)\)", definition)
    # typeof(x) IN (…) tells of a type, not of a choice.
    if not found or "typeof" in definition:
        return ()
    return tuple(re.findall(r"'([^']*)'", found[1]))


def _may_be_blank(row: sqlite3.Row, definition: str, foreign: Mapping[str, str]) -> bool:
    """Tell whether empty text is a value of the column, and no more than that: never null."""
    named = row["pk"] or row["name"] in foreign or row["name"] in TIMES
    return (
        bool(row["notnull"]) and row["type"] == "TEXT" and not named and "CHECK" not in definition
    )


def _unique(connection: sqlite3.Connection, name: str) -> list[tuple[str, ...]]:
    """Return the groups of columns that the schema holds unique, but the primary key."""
    indexes = [
        row["name"]
        for row in connection.execute(f'PRAGMA main.index_list("{name}")')
        if row["origin"] == "u"
    ]
    return sorted(
        tuple(row["name"] for row in connection.execute(f'PRAGMA main.index_info("{index}")'))
        for index in indexes
    )


def one_line(text: object) -> str:
    """Return a text of metadata.yml without its line breaks; empty where there is none."""
    return " ".join(str(text or "").split())
