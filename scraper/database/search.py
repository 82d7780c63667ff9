"""The full-text index: folded by SQLite's tokenizer, and stemmed here in the answer's language.

Rule: what the index holds is said in schema.sql; it is filled from the tables and nothing else.
"""

import re
import sqlite3
from functools import lru_cache
from typing import Any

import snowballstemmer

_LANGUAGES = {"en": "english", "fr": "french"}
_WORD = re.compile(r"[^\W_]+")


def fill_index(connection: sqlite3.Connection) -> None:
    """Index every answer, with its question and the name of who gave it, and everybody's name."""
    connection.execute("INSERT INTO people_fts (people_fts) VALUES ('rebuild')")
    rows = connection.execute(
        "SELECT answers.rowid, question, answer, people.name, lang FROM answers"
        " JOIN people ON people.id = answers.person_id ORDER BY answers.rowid"
    )
    connection.executemany(
        "INSERT INTO answers_fts (rowid, question, answer, person, stems) VALUES (?, ?, ?, ?, ?)",
        (
            (rowid, question, answer, person, stems(f"{question} {answer}", lang))
            for rowid, question, answer, person, lang in rows
        ),
    )
    connection.execute("INSERT INTO answers_fts (answers_fts) VALUES ('optimize')")


def stems(text: str, lang: str) -> str:
    """Return the Snowball stems of a text's words, each once, in the order they first come."""
    words = dict.fromkeys(_WORD.findall(text.lower()))
    return " ".join(dict.fromkeys(_stem(word, lang) for word in words))


@lru_cache(maxsize=1 << 16)
def _stem(word: str, lang: str) -> str:
    return str(_stemmer(lang).stemWord(word))


@lru_cache
def _stemmer(lang: str) -> Any:
    return snowballstemmer.stemmer(_LANGUAGES[lang])
