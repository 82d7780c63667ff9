"""A database of any size, made from the schema: invented people who say invented things.

Rule: interview `n` is the same in a database of every size, so that a larger one only has more.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from scraper import database

QUESTIONS = (
    "best-part", "first-project", "background", "inspiration", "character", "achievement",
    "superpower", "advice", "baton",
)  # fmt: skip
STUDIOS = ("Paris", "Bangalore", "Montréal", None)
SAID = "I drew one line, and then another beside it, and nobody said stop. "
SEEN = "2026-11-20T08:00:00Z"
# A spreadsheet would run the first; the others are what readers of CSV trip over.
OPENINGS = ("=1+1", "'quoted'", "NA", 'null, "said" they\n\n- really', "Ça, c’est 🔍", "007")


def make(path: Path, interviews: int, words: int = 12) -> None:
    """Write a database of so many interviews, each in one language, every tenth in two."""
    database.remove(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(database.schema())
        connection.executemany(
            "INSERT INTO questions VALUES (?, ?, ?, ?)",
            [(q, n, f"{q}?", f"{q} ?") for n, q in enumerate(QUESTIONS, start=1)],
        )
        for number in range(interviews):
            for table, row in _interview(number, interviews, words):
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
        connection.execute("PRAGMA journal_mode = WAL")


def person_id(number: int) -> str:
    """Return the id of the one who gave interview `number`."""
    return f"person-{number:06}"


def _interview(number: int, interviews: int, words: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    person = person_id(number)
    studio = STUDIOS[number % len(STUDIOS)]
    role = None if number % 5 == 4 else f"Artist, {number % 7}"
    day = None if number % 11 == 10 else f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"
    langs = ("en", "fr") if number % 10 == 0 else ("en",)
    yield "people", (person, f"Person Number-{number}", studio, role)
    told = '["en", "fr"]' if len(langs) > 1 else '["en"]'
    yield (
        "interviews",
        (person, "under-the-mikroscope", person, role, studio, day, told),
    )
    for lang in langs:
        yield from _post(number, lang, day, role, words)
    if number:
        before = person_id(number - 1)
        edge = f"{before}--{person}"
        yield "nominations", (edge, before, person, "both ends")
        for place, (end, who) in enumerate((("nominator", before), ("nominee", person)), 1):
            quote = f"{end} <says> & “so” of {number}."
            yield "evidence", (f"{edge}--{place}", edge, f"{who}-en", end, quote)


def _post(
    number: int, lang: str, day: str | None, role: str | None, words: int
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    person = person_id(number)
    post, url = f"{person}-{lang}", f"https://studio.example/{lang}/news/{person}/"
    capture = f"made@{number}-{lang}"
    yield (
        "captures",
        (capture, url, SEEN, "site", "response", None if number % 3 else 200, "text/html",
         f"sha256:{number:064x}", "made.warc.gz", number),
    )  # fmt: skip
    yield (
        "posts",
        (post, person, url, lang, f"# {number}", None, None, day, role, None, "Hello.", None,
         "live", SEEN, SEEN, capture, '["sitemap"]'),
    )  # fmt: skip
    yield "versions", (f"{post}-v1", post, 1, capture, SEEN, "[]")
    yield "images", (f"{post}-1", post, 1, None, "@alt", "\tA caption")
    for place, question in enumerate((*QUESTIONS, None), start=1):
        opening = OPENINGS[(number + place) % len(OPENINGS)]
        answer = "" if (number + place) % 17 == 0 else f"{opening} {SAID * (words // 12)}".strip()
        yield (
            "answers",
            (f"{post}-{question or 'other'}", post, person, question, place, lang,
             f"{question or 'Anything else'}?", answer, len(answer.split())),
        )  # fmt: skip
    if number % 13 == 0:
        yield "findings", (f"{post}-note", "note", "example", post, "-1 was expected", None)
