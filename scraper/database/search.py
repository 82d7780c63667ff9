"""The full-text index: folded by SQLite's tokenizer, and stemmed here in the answer's language.

Rule: what the index holds is said in schema.sql; it is filled from the tables and nothing else. With
it stands of what kind each answer is, so that what a search finds is counted without the tables, and
which words there are, so that one who mistyped a word is offered those that are almost the same.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import snowballstemmer

from scraper.text import unaccented

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
_SAYS_ENOUGH = 3  # letters of a stem; SQLite stems no word that is shorter
_LONG = 7  # letters of what porter never cuts shorter than that
_WORD = re.compile(r"[^\W_]+")
_OFFERED = range(2, 41)  # letters of a word that is written down: not of what is no word


def fill_index(connection: sqlite3.Connection) -> None:
    """Index every answer, with its question and the name of who gave it, and everybody's name."""
    connection.execute("INSERT INTO people_fts (people_fts) VALUES ('rebuild')")
    rows = connection.execute(
        "SELECT answers.rowid, question, answer, people.name, lang FROM answers"
        " JOIN people ON people.id = answers.person_id ORDER BY answers.rowid"
    )
    written: Counter[str] = Counter()
    connection.executemany(
        "INSERT INTO answers_fts (rowid, question, answer, person, stems, question_stems)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (_indexed(row, written) for row in rows),
    )
    connection.execute("INSERT INTO answers_fts (answers_fts) VALUES ('optimize')")
    for (name,) in connection.execute("SELECT name FROM people"):
        written.update(dict.fromkeys(words_of(name), 0))
    connection.executemany(
        "INSERT INTO answers_fts_words (word, folded, answers) VALUES (?, ?, ?)",
        (
            (word, unaccented(word), answers)
            for word, answers in sorted(written.items())
            if len(word) in _OFFERED
        ),
    )
    sort_answers(connection)


def sort_answers(connection: sqlite3.Connection) -> None:
    """Write down of what kind each answer is, and how many there are of each kind."""
    for statement in _KINDS:
        connection.execute(statement)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters, each once, in the order they first come."""
    return tuple(dict.fromkeys(_WORD.findall(text.lower())))


def stems(words: Iterable[str], lang: str) -> str:
    """Return the Snowball stems of words, each once, in the order they first come."""
    return " ".join(filter(None, dict.fromkeys(map(_stem_in(lang), words))))


def _indexed(row: Sequence[Any], written: Counter[str]) -> tuple[Any, ...]:
    """Return what the index holds of an answer, and count its words into `written`."""
    rowid, question, answer, person, lang = row
    asked, question_stems = _of_question(question, lang)
    said = words_of(answer)
    written.update({*asked, *said, *words_of(person)})
    return rowid, question, answer, person, stems(said, lang), question_stems


@lru_cache(maxsize=1 << 10)  # most people are asked the same
def _of_question(question: str, lang: str) -> tuple[tuple[str, ...], str]:
    """Return the words of a question and their stems."""
    words = words_of(question)
    return words, stems(words, lang)


@lru_cache
def _stem_in(lang: str) -> Callable[[str], str]:
    """Return what stems a word of a language, and remembers the words it has met.

    The index's own tokenizer cuts some words to two letters: Inès to `in`, use to `us`. They are kept
    apart by a 0 behind them, which it leaves alone; the site's search asks for them so, too.
    """
    stem: Callable[[str], str] = snowballstemmer.stemmer(_LANGUAGES[lang]).stemWord
    porter: Callable[[str], str] = snowballstemmer.stemmer("porter").stemWord

    def is_little(bare: str) -> bool:
        return _SAYS_ENOUGH <= len(bare) < _LONG and len(porter(bare)) < _SAYS_ENOUGH

    def held(word: str) -> str:
        found = stem(word)
        if len(found) >= _LONG:
            return found
        bare, whole = unaccented(found), unaccented(word)
        forms = [f"{whole}0"] if is_little(whole) else []
        if len(bare) >= _SAYS_ENOUGH or bare == whole:
            forms.append(f"{bare}0" if is_little(bare) else found)
        return " ".join(forms)

    return lru_cache(maxsize=1 << 15)(held)
