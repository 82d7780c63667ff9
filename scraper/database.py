"""The database: schema, loading, search index, publishing. The only writer of SQLite.

Rule: a database is made whole beside the published one and then published in one step; the same
series gives the same rows in the same order.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import snowballstemmer
import sqlite_utils

from scraper.errors import DatabaseError
from scraper.models import SERIES, Capture, Finding, Post, Series
from scraper.text import count_words

BATCH = 2000  # rows in one insert
_LANGUAGES = {"en": "english", "fr": "french"}
_WORD = re.compile(r"[^\W_]+")

Row = dict[str, Any]


def schema() -> str:
    """Return the SQL that makes an empty database."""
    return resources.files("scraper").joinpath("schema.sql").read_text("utf-8")


def create(path: Path, series: Series, questions: Iterable[Row]) -> None:
    """Write a new database at `path` that holds `series`, with its search index.

    Raises DatabaseError where it cannot be written.
    """
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as connection:
            # Nobody reads it before it is published, and a killed build starts again.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            connection.executescript(schema())
            connection.execute("PRAGMA foreign_keys = ON")
            db = sqlite_utils.Database(connection)
            with db.atomic():
                for table, rows in _tables(series, questions):
                    db[table].insert_all(rows, batch_size=BATCH)
                _index(db)
            connection.execute("PRAGMA optimize")
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot write {path}: {error}") from error


def publish(made: Path, live: Path) -> None:
    """Put the content of `made` into the live file in one transaction, for all its readers at once.

    SQLite's backup is used because a Datasette that has the file open goes on with a replaced one.
    """
    try:
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(live, timeout=60)) as target:
            source.backup(target)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot publish {live}: {error}") from error


def opened(path: Path) -> sqlite3.Connection:
    """Return a read-only connection; raise DatabaseError where there is no database."""
    if not path.exists():
        raise DatabaseError(f"no database at {path} yet: run `mikroscope build` first")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("SELECT count(*) FROM posts").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(f"cannot read {path}: {error}") from error
    connection.row_factory = sqlite3.Row
    return connection


def table_names() -> tuple[str, ...]:
    """Return the tables a researcher meets, in the order of the schema."""
    return tuple(re.findall(r"^CREATE TABLE (\w+)", schema(), re.MULTILINE))


def rows_of(connection: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Yield the rows of a table or view; tables in the order of their ids."""
    order = " ORDER BY id" if table in table_names() else ""
    yield from connection.execute(f'SELECT * FROM "{table}"{order}')  # noqa: S608 - names of our own schema


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield the tables in which two databases do not hold the same rows."""
    with closing(opened(one)) as left, closing(opened(other)) as right:
        for table in table_names():
            try:
                same = all(
                    tuple(a) == tuple(b)
                    for a, b in zip(rows_of(left, table), rows_of(right, table), strict=True)
                )
            except ValueError:
                same = False
            if not same:
                yield table


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


def _tables(series: Series, questions: Iterable[Row]) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield each table's name and rows, parents before children."""
    loaded = {post.id for post in series.posts}
    yield "people", ({"id": p.id, "name": p.name, "studio": p.studio, "role": p.role} for p in series.people)
    yield "interviews", (
        {
            "id": turn.id,
            "series": SERIES,
            "person_id": turn.person_id,
            "role": turn.role,
            "studio": turn.studio,
            "published": turn.published.isoformat() if turn.published else None,
            "languages": json.dumps(turn.languages),
        }
        for turn in series.turns
    )
    yield "captures", (_capture_row(capture) for capture in series.captures)
    yield "posts", (_post_row(post) for post in series.posts)
    yield "questions", iter(questions)
    yield "answers", (row for post in series.posts for row in _answer_rows(post))
    yield "nominations", (
        {"id": n.id, "nominator_id": n.nominator_id, "nominee_id": n.nominee_id, "status": n.status}
        for n in series.nominations
    )
    yield "evidence", (
        {"id": f"{n.id}--{number}", "nomination_id": n.id, "post_id": e.post_id, "end": e.end, "quote": e.quote}
        for n in series.nominations
        for number, e in enumerate(n.evidence, start=1)
    )
    yield "images", (
        {"id": f"{post.id}-{number}", "post_id": post.id, "position": number, "url": i.url, "alt": i.alt, "caption": i.caption}
        for post in series.posts
        for number, i in enumerate(post.versions[-1].reading.images, start=1)
    )
    yield "versions", (
        {
            "id": f"{post.id}-v{version.number}",
            "post_id": post.id,
            "number": version.number,
            "capture_id": capture_id(version.capture),
            "captured_at": utc(version.capture.captured_at),
            "changed": json.dumps(version.changed),
        }
        for post in series.posts
        for version in post.versions
    )
    yield "findings", (_finding_row(n, f, loaded) for n, f in enumerate(series.findings, start=1))
    yield "runs", (
        {
            "id": run.id,
            "source": run.source,
            "started": utc(run.started),
            "finished": utc(run.finished) if run.finished else None,
            "requests": run.requests,
            "bytes": run.bytes,
            "fetched": run.fetched,
            "unchanged": run.unchanged,
            "gone": run.gone,
            "failed": run.failed,
        }
        for run in series.runs
    )


def utc(at: datetime) -> str:
    """Return a time as the database writes it: ISO 8601, UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def capture_id(capture: Capture) -> str:
    """Return the id of a capture: its time, its segment's place, so that it is unique and sorts."""
    return f"{capture.file.removesuffix('.warc.gz')}@{capture.offset}"


def _capture_row(capture: Capture) -> Row:
    return {
        "id": capture_id(capture),
        "url": capture.url,
        "captured_at": utc(capture.captured_at),
        "source": capture.source,
        "kind": capture.kind,
        "http_status": capture.http_status,
        "media_type": capture.media_type,
        "digest": capture.digest,
        "file": capture.file,
        "offset": capture.offset,
    }


def _post_row(post: Post) -> Row:
    now = post.versions[-1]
    reading = now.reading
    return {
        "id": post.id,
        "interview_id": post.interview_id,
        "url": post.url,
        "lang": reading.lang,
        "title": reading.title,
        "standfirst": reading.standfirst,
        "category": reading.category,
        "published": reading.published.isoformat() if reading.published else None,
        "role": reading.role,
        "role_detail": reading.role_detail,
        "intro": reading.intro,
        "call_to_action": reading.call_to_action,
        "status": post.status,
        "first_seen": utc(post.first_seen),
        "last_seen": utc(post.last_seen),
        "capture_id": capture_id(now.capture),
    }


def _answer_rows(post: Post) -> Iterator[Row]:
    reading = post.versions[-1].reading
    asked: set[str] = set()
    for answer in reading.answers:
        name = answer.question_id or "other"
        if name in asked:
            name = f"{name}-{answer.position}"
        asked.add(name)
        yield {
            "id": f"{post.id}-{name}",
            "post_id": post.id,
            "person_id": post.person_id,
            "question_id": answer.question_id,
            "position": answer.position,
            "lang": reading.lang,
            "question": answer.question,
            "answer": answer.answer,
            "word_count": count_words(answer.answer),
        }


def _finding_row(number: int, finding: Finding, loaded: set[str]) -> Row:
    return {
        "id": f"{number:04}-{finding.code}",
        "severity": finding.severity,
        "code": finding.code,
        "post_id": finding.post if finding.post in loaded else None,
        "message": finding.message,
        "quote": finding.quote,
    }


# ── Search index ──────────────────────────────────────────────────────────────────────────────────


def _index(db: sqlite_utils.Database) -> None:
    rows = db.execute(
        "SELECT answers.rowid, question, answer, people.name, lang FROM answers"
        " JOIN people ON people.id = answers.person_id ORDER BY answers.rowid"
    )
    db.conn.executemany(
        "INSERT INTO answers_fts (rowid, question, answer, person, stems) VALUES (?, ?, ?, ?, ?)",
        (
            (rowid, question, answer, person, stems(f"{question} {answer}", lang))
            for rowid, question, answer, person, lang in rows
        ),
    )
    db.execute("INSERT INTO answers_fts (answers_fts) VALUES ('optimize')")


def stems(text: str, lang: str) -> str:
    """Return the Snowball stems of a text's words, each once, in the order they first come."""
    return " ".join(dict.fromkeys(_stem(word, lang) for word in _WORD.findall(text.lower())))


@lru_cache(maxsize=1 << 16)
def _stem(word: str, lang: str) -> str:
    return str(_stemmer(lang).stemWord(word))


@lru_cache
def _stemmer(lang: str) -> Any:
    return snowballstemmer.stemmer(_LANGUAGES[lang])


def question_rows(questions: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    """Yield the rows of the questions table, from id → (English, French) in the order of asking."""
    for position, (question_id, (en, fr)) in enumerate(questions.items(), start=1):
        yield {"id": question_id, "position": position, "text_en": en, "text_fr": fr}
