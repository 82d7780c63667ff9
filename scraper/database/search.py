"""The full-text index: folded by SQLite's tokenizer, and stemmed here in the answer's language.

Rule: what the index holds is said in schema.sql; it is filled from the tables and nothing else. With
it stands of what kind each answer is, so that what a search finds is counted without the tables.
"""

import re
import sqlite3
from collections.abc import Callable
from functools import lru_cache

import snowballstemmer

_LANGUAGES = {"en": "english", "fr": "french"}
_YEAR = "substr(coalesce(posts.published, interviews.published), 1, 4)"
_ANSWERS = """
FROM answers
JOIN posts ON posts.id = answers.post_id
JOIN interviews ON interviews.id = posts.interview_id
"""
_KINDS = (
    (
        "INSERT INTO answers_fts_kinds (studio, year, lang, question_id, answers, words)"
        f" SELECT interviews.studio, {_YEAR}, posts.lang, question_id, count(*), sum(word_count)"
        f" {_ANSWERS} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    ),
    (
        f"INSERT INTO answers_fts_kind (answer, kind) SELECT answers.rowid, kinds.id {_ANSWERS}"
        f" JOIN answers_fts_kinds AS kinds ON kinds.studio IS interviews.studio AND kinds.year IS {_YEAR}"
        " AND kinds.lang = posts.lang AND kinds.question_id IS answers.question_id"
        " ORDER BY answers.rowid"
    ),
)
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
    sort_answers(connection)


def sort_answers(connection: sqlite3.Connection) -> None:
    """Write down of what kind each answer is, and how many there are of each kind."""
    for statement in _KINDS:
        connection.execute(statement)


def stems(text: str, lang: str) -> str:
    """Return the Snowball stems of a text's words, each once, in the order they first come."""
    words = dict.fromkeys(_WORD.findall(text.lower()))
    return " ".join(dict.fromkeys(map(_stem_in(lang), words)))


@lru_cache
def _stem_in(lang: str) -> Callable[[str], str]:
    """Return what stems a word of a language, and remembers the words it has met."""
    stem: Callable[[str], str] = snowballstemmer.stemmer(_LANGUAGES[lang]).stemWord
    return lru_cache(maxsize=1 << 15)(stem)
