"""One database beside another: which rows, columns, tables and words of the index are not alike.

Rule: both are only read, row by row, so that memory does not grow with them; what cannot be read is
a difference and no error.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scraper import database
from scraper.errors import DatabaseError

MOST = 5  # rows that are named of each table; the rest is counted
_SCHEMA = "SELECT type || ' ' || name AS id, sql FROM sqlite_master ORDER BY 1"
INDEXES = {"answers_fts": "the search index", "people_fts": "the index of names"}
_BESIDE = {  # the search index: what searches count by and offer
    "the kinds of answers": "SELECT * FROM answers_fts_kinds ORDER BY id",
    "the kind of each answer": "SELECT answer AS id, kind FROM answers_fts_kind ORDER BY answer",
    "the words that a search offers": "SELECT * FROM answers_fts_words ORDER BY id",
}
_TEXTS = "SELECT rowid AS id, * FROM answers_fts ORDER BY rowid"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not alike: a table or another part, its first rows with what differs, how many more."""

    what: str
    rows: tuple[str, ...]
    more: int = 0


def unsound(path: Path) -> Iterator[str]:
    """Yield what SQLite itself finds wrong with a database."""
    try:
        with closing(database.opened(path)) as connection:
            for (said,) in connection.execute("PRAGMA integrity_check(20)"):
                if said != "ok":
                    yield " ".join(str(said).split())
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
                yield f"table {table}, row {row}: what it refers to is not in {parent}"
    except (sqlite3.Error, DatabaseError) as error:
        yield " ".join(str(error).split())


def segments_of(path: Path) -> dict[str, int]:
    """Return the WARC files that a database leads to, each with its number of captures.

    Nothing of a database that cannot be read: `unsound` says so.
    """
    sql = (
        "SELECT file, sum(captures) FROM (SELECT file, 1 AS captures FROM captures"
        " UNION ALL SELECT id || '.warc.gz', 0 FROM runs) GROUP BY file ORDER BY file"
    )
    try:
        with closing(database.opened(path)) as connection:
            return {str(file): int(number) for file, number in connection.execute(sql)}
    except (sqlite3.Error, DatabaseError):
        return {}


def differences(one: Path, other: Path) -> Iterator[Difference]:
    """Yield what `one` does not hold as `other` does: schema, tables row by row, search indexes.

    Raises DatabaseError where one of them is no database.
    """
    with closing(database.opened(one)) as left, closing(database.opened(other)) as right:
        queries = {"the schema": _SCHEMA, **_BESIDE}
        queries |= {
            f"table {table}": f'SELECT * FROM "{table}" ORDER BY id'  # noqa: S608 - names of our own schema
            for table in database.table_names()
        }
        for what, sql in queries.items():
            yield from _told(what, partial(_rows, sql), left, right)
        texts = list(_told("the search index", partial(_rows, _TEXTS), left, right))
        yield from texts
        for index, what in INDEXES.items():
            for ask in (_words, _finds) if not texts else ():  # other texts have other words
                yield from _told(what, partial(ask, index), left, right)


def _rows(sql: str, side: sqlite3.Connection) -> sqlite3.Cursor:
    return side.execute(sql)


def _words(index: str, side: sqlite3.Connection) -> sqlite3.Cursor:
    """Return each word of a full-text index with every place where it stands, in a fixed order.

    fts5vocab reads the index itself and not the text that it was made of (SQLite, FTS5, §8).
    """
    side.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_words"
        f" USING fts5vocab(main, {index}, instance)"
    )
    return side.execute(
        f"SELECT term AS id, doc, col, offset FROM temp.{index}_words ORDER BY term, doc, col, offset"  # noqa: S608 - as above
    )


def _finds(index: str, side: sqlite3.Connection) -> sqlite3.Cursor:
    """Return each word of a full-text index with the first row that a search for it finds.

    A search takes another way to a word than a walk through the whole index, and may lose it.
    """
    search = f"SELECT rowid FROM {index} WHERE {index} MATCH '\"' || term || '\"' LIMIT 1"  # noqa: S608 - as above
    words = f"SELECT DISTINCT term FROM temp.{index}_words"  # noqa: S608 - as above
    return side.execute(f"SELECT term AS id, ({search}) AS found FROM ({words}) ORDER BY term")  # noqa: S608 - as above


def _told(
    what: str,
    ask: Callable[[sqlite3.Connection], sqlite3.Cursor],
    left: sqlite3.Connection,
    right: sqlite3.Connection,
) -> Iterator[Difference]:
    """Yield a difference if a question has other rows in one than in the other."""
    found: list[str] = []
    number = 0
    try:
        for said in _unlike(ask(left), ask(right)):
            number += 1
            found += [said] if number <= MOST else []
    except sqlite3.Error as error:
        number += 1
        found.append(f"cannot be compared ({error})")
    if found:
        yield Difference(what, tuple(found), number - len(found))


def _unlike(left: sqlite3.Cursor, right: sqlite3.Cursor) -> Iterator[str]:
    """Walk down two results in the order of `id`; yield each row that one lacks, or that differs."""
    names = [column[0] for column in right.description]
    here, there = left.fetchone(), right.fetchone()
    while here is not None or there is not None:
        if there is None or (here is not None and _place(here["id"]) < _place(there["id"])):
            yield f"{here['id']} is too much"
            here = left.fetchone()
        elif here is None or _place(there["id"]) < _place(here["id"]):
            yield f"{there['id']} is missing"
            there = right.fetchone()
        else:
            if tuple(here) != tuple(there):
                held = dict(zip(here.keys(), here, strict=True))
                columns = [n for n in names if n not in held or held[n] != there[n]]
                yield f"{here['id']} differs in {', '.join(columns) or 'its columns'}"
            here, there = left.fetchone(), right.fetchone()


def _place(value: object) -> tuple[bool, Any]:
    """Return a key that sorts ids as SQLite does: numbers before texts."""
    return isinstance(value, str), value
