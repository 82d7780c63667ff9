"""A made database is what schema.sql says, and what the design asks for."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scraper import database
from scraper.build import make, read_series
from scraper.errors import DatabaseError
from scraper.folder import DataFolder
from tests.core.conftest import Crawled
from tests.core.program import ROOT, rows

# The tables and columns of the design; more may be added.
DESIGN = {
    "people": "id name studio role",
    "interviews": "id series person_id role studio published languages",
    "posts": "id found_by interview_id url lang title standfirst category published role intro status"
    " first_seen last_seen capture_id",
    "questions": "id position text_en text_fr",
    "answers": "id post_id person_id question_id position lang question answer word_count",
    "nominations": "id nominator_id nominee_id status",
    "evidence": "id nomination_id post_id end quote",
    "images": "id post_id position url alt caption",
    "captures": "id url captured_at source http_status media_type digest file offset",
    "versions": "id post_id number capture_id captured_at changed",
    "findings": "id severity code post_id message quote",
    "runs": "id source started finished requests bytes fetched unchanged gone failed new changed",
}


def _published(crawled: Crawled) -> Path:
    return crawled.root / "mikroscope.db"


def test_a_made_database_is_made_of_these_statements_and_no_other(crawled: Crawled) -> None:
    """Every CREATE statement of it stands in schema.expected.sql, word for word and in order.

    That file is a copy that a person changes by hand, so that no change of the schema goes unseen.
    """
    text = (ROOT / "tests" / "core" / "schema.expected.sql").read_text("utf-8")
    _, expected = text.split("\n\n", maxsplit=1)
    made = rows(
        _published(crawled),
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND name NOT LIKE '%\\_fts\\__%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY rowid",
    )
    assert "\n".join(f"{sql};\n" for (sql,) in made) == expected


@pytest.mark.parametrize("table", DESIGN)
def test_every_table_of_the_design_has_its_columns(crawled: Crawled, table: str) -> None:
    """None is missing."""
    columns = {row[1] for row in rows(_published(crawled), f'PRAGMA table_info("{table}")')}
    assert set(DESIGN[table].split()) <= columns


def test_every_table_of_the_design_holds_something(crawled: Crawled) -> None:
    """The sample fills each of them, so that no test below looks at nothing."""
    for table in DESIGN:
        assert rows(_published(crawled), f"SELECT count(*) FROM {table}") > [(0,)], table


def test_nothing_points_nowhere(crawled: Crawled) -> None:
    """Foreign keys hold, and the file is sound, its search index included."""
    assert rows(_published(crawled), "PRAGMA foreign_key_check") == []
    assert rows(_published(crawled), "PRAGMA integrity_check") == [("ok",)]
    indexed = rows(_published(crawled), "SELECT count(*) FROM answers_fts")
    assert indexed == rows(_published(crawled), "SELECT count(*) FROM answers")


def test_kinds_count_every_answer_once(crawled: Crawled) -> None:
    """Each answer is of the kind that its tables say, and each kind has as many as it says."""
    path = _published(crawled)
    told = (
        "SELECT answers.rowid, kinds.studio, kinds.year, kinds.lang, kinds.question_id FROM answers"
        " LEFT JOIN answers_fts_kind AS own ON own.answer = answers.rowid"
        " LEFT JOIN answers_fts_kinds AS kinds ON kinds.id = kind ORDER BY 1"
    )
    held = (
        "SELECT answers.rowid, studio, substr(coalesce(posts.published, interviews.published), 1, 4),"
        " posts.lang, question_id FROM answers JOIN posts ON posts.id = post_id"
        " JOIN interviews ON interviews.id = interview_id ORDER BY 1"
    )
    assert len(rows(path, told)) > 100
    assert rows(path, told) == rows(path, held)
    counted = "SELECT kind, count(*), sum(word_count) FROM answers_fts_kind AS own JOIN answers ON answers.rowid = own.answer GROUP BY 1"  # fmt: skip
    assert rows(path, counted) == rows(
        path, "SELECT id, answers, words FROM answers_fts_kinds ORDER BY 1"
    )


def test_words_are_those_of_answers_questions_and_names(crawled: Crawled) -> None:
    """Each once, in small letters, with in how many answers it is; none for a name that gave none."""
    path = _published(crawled)
    word = re.compile(r"[^\W_]+")
    counted: Counter[str] = Counter()
    for texts in rows(path, "SELECT question, answer, name FROM answers JOIN people ON people.id = person_id"):  # fmt: skip
        counted.update(set(word.findall(" ".join(texts).lower())))
    for (name,) in rows(path, "SELECT name FROM people"):
        counted.update(dict.fromkeys(word.findall(name.lower()), 0))
    held = dict(rows(path, "SELECT word, answers FROM answers_fts_words"))
    assert held == {one: n for one, n in counted.items() if 2 <= len(one) <= 40}
    folded = dict(rows(path, "SELECT word, folded FROM answers_fts_words"))
    assert folded["bérénice"] == "berenice"


def test_views_hold_what_the_tables_hold(crawled: Crawled) -> None:
    """A row an answer, an interview, a nomination, a person of the baton; none lost, none twice."""
    views = {
        "answers_in_full": "SELECT count(*) FROM answers",
        "answers_side_by_side": "SELECT count(*) FROM interviews",
        "baton": "SELECT count(*) FROM nominations",
        "chains": "SELECT count(*) FROM (SELECT nominator_id FROM nominations"
        " UNION SELECT nominee_id FROM nominations)",
    }
    for view, sql in views.items():
        path = _published(crawled)
        assert rows(path, f"SELECT count(*) FROM {view}") == rows(path, sql), view
    assert rows(_published(crawled), "SELECT name FROM waiting") == [("Corentin Vasseliau",)]


def test_every_foreign_key_can_be_followed_back(crawled: Crawled) -> None:
    """An index begins with each column that points at another table."""
    path = _published(crawled)
    tables = [name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    pointing = {
        (t, row[3]) for t in tables for row in rows(path, f'PRAGMA foreign_key_list("{t}")')
    }
    led = {
        (table, rows(path, f'PRAGMA index_info("{index[1]}")')[0][2])
        for table in tables
        for index in rows(path, f'PRAGMA index_list("{table}")')
    }
    assert len(pointing) > 10
    assert pointing <= led


def test_every_value_has_the_type_of_its_column(crawled: Crawled) -> None:
    """Text is text and a number is a whole one, as the schema says and SQLite does not insist."""
    path = _published(crawled)
    for table in DESIGN:
        for _, column, declared, required, _, _ in rows(path, f"PRAGMA table_info({table})"):
            sql = f'SELECT DISTINCT typeof("{column}") FROM {table}'
            assert {kind for (kind,) in rows(path, sql)} <= {
                declared.lower(),
                *([] if required else ["null"]),
            }, (table, column)


# What a table does not take: the row as it stands in the sample with one column changed.
REFUSED = (
    ("people", "name", ""),
    ("people", "studio", "London"),
    ("interviews", "published", "last spring"),
    ("interviews", "published", "2023-02-30"),
    ("interviews", "languages", "{}"),
    ("interviews", "person_id", "nobody-known"),
    ("captures", "captured_at", "2023-02-01 10:00:00"),
    ("captures", "source", "hearsay"),
    ("captures", "kind", "request"),
    ("captures", "http_status", "fine"),
    ("captures", "digest", ""),
    ("captures", "offset", -1),
    ("captures", "offset", "start"),
    ("posts", "lang", "de"),
    ("posts", "status", "lost"),
    ("posts", "first_seen", "2999-01-01T00:00:00Z"),
    ("posts", "last_seen", None),
    ("posts", "found_by", "sitemap"),
    ("posts", "capture_id", "nowhere@0"),
    ("questions", "position", "one"),
    ("questions", "text_fr", None),
    ("answers", "question", ""),
    ("answers", "answer", None),
    ("answers", "position", 0),
    ("answers", "position", "first"),
    ("answers", "word_count", "many"),
    ("answers", "lang", "de"),
    ("nominations", "status", "hearsay"),
    ("evidence", "end", "middle"),
    ("evidence", "quote", ""),
    ("images", "position", 1.5),
    ("versions", "number", 0),
    ("versions", "changed", '"role"'),
    ("findings", "severity", "bad"),
    ("findings", "code", ""),
    ("runs", "requests", "some"),
    ("runs", "bytes", -1),
    ("runs", "finished", "later"),
)


@pytest.fixture(scope="module")
def writable(crawled: Crawled) -> Iterator[sqlite3.Connection]:
    """Return the sample's database in memory, to try rows on."""
    with closing(sqlite3.connect(":memory:")) as memory:
        with closing(sqlite3.connect(f"{_published(crawled).as_uri()}?mode=ro", uri=True)) as made:
            made.backup(memory)
        memory.execute("PRAGMA foreign_keys = ON")
        yield memory


@pytest.mark.parametrize(("table", "column", "value"), REFUSED)
def test_what_cannot_be_is_refused(
    writable: sqlite3.Connection, table: str, column: str, value: object
) -> None:
    """Types, sets, dates, times, lists and references are the database's own to hold."""
    key = writable.execute(f"SELECT id FROM {table} LIMIT 1").fetchone()
    with pytest.raises(sqlite3.IntegrityError):
        writable.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (value, *key))


def test_old_programs_can_read_it() -> None:
    """The schema has no word that SQLite learnt after 3.28: one would lock older readers out."""
    words = set(re.findall(r"[A-Z]+", re.sub(r"--.*|'[^']*'", "", database.schema())))
    later = {"STRICT", "MATERIALIZED", "GENERATED", "NULLS", "FILTER", "DISTINCT", "RIGHT", "FULL"}
    assert "OVER" in words
    assert not words & later


def test_a_row_that_points_nowhere_is_refused(crawled: Crawled, tmp_path: Path) -> None:
    """Foreign keys are on while a database is loaded: a broken series is no database."""
    series = read_series(DataFolder(crawled.root))
    with pytest.raises(DatabaseError, match="FOREIGN KEY"):
        make(replace(series, captures=()), tmp_path / "broken.db")


def test_times_are_utc_and_dates_are_dates(crawled: Crawled) -> None:
    """Every time of the database has one form, which SQLite understands."""
    path = _published(crawled)
    for table, column in (
        ("captures", "captured_at"),
        ("posts", "first_seen"),
        ("runs", "started"),
    ):
        for (at,) in rows(path, f"SELECT {column} FROM {table}"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at)


def test_indexes_are_made_when_the_rows_are_there(
    crawled: Crawled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row they cost more; so does holding each row to its references."""
    said: list[str] = []
    real = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*arguments, **options)
        connection.set_trace_callback(said.append)
        return connection

    series = read_series(DataFolder(crawled.root))
    monkeypatch.setattr(sqlite3, "connect", traced)
    make(series, tmp_path / "made.db")
    written = [n for n, sql in enumerate(said) if re.match(r'INSERT INTO ["\[](?!\w*_fts)', sql)]
    made = [n for n, sql in enumerate(said) if sql.startswith("CREATE INDEX")]
    held = [n for n, sql in enumerate(said) if sql.startswith("PRAGMA foreign_key_check")]
    assert written
    assert len(held) == 1
    assert max(written) < held[0] < min(made)
    assert not any("foreign_keys = ON" in sql for sql in said)


def test_plans_are_made_by_statistics_of_all_tables_that_refer_to_others(crawled: Crawled) -> None:
    """Each of their indexes is counted."""
    referring = "SELECT DISTINCT name FROM sqlite_master, pragma_foreign_key_list(name)"
    tables = {name for (name,) in rows(_published(crawled), referring)}
    counted = {
        name for (name,) in rows(_published(crawled), "SELECT DISTINCT tbl FROM sqlite_stat1")
    }
    assert len(tables) > 6
    assert counted == tables
