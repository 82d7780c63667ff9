"""A made database is what schema.sql says, and what the design asks for."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

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


def test_the_database_is_made_of_the_schema_and_nothing_else(crawled: Crawled) -> None:
    """Each CREATE statement of a made database stands in schema.sql, word for word, and all do."""
    text = (ROOT / "scraper" / "schema.sql").read_text("utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    written = [each.strip() for each in bare.split(";") if each.strip()]
    made = rows(
        _published(crawled),
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND instr(name, '_fts_') = 0"
        " AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    assert [sql for (sql,) in made] == written


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


def test_views_answer_what_is_asked_first(crawled: Crawled) -> None:
    """Answers with their circumstances, the baton's way, and who has not answered yet."""
    path = _published(crawled)
    views = re.findall(r"CREATE VIEW (\w+)", database.schema())
    assert {"answers_in_full", "baton", "waiting"} <= set(views)
    full = rows(path, "SELECT count(*), count(person), count(url) FROM answers_in_full")
    assert full == rows(path, "SELECT count(*), count(*), count(*) FROM answers")
    assert rows(path, "SELECT count(*) FROM baton") == rows(
        path, "SELECT count(*) FROM nominations"
    )
    assert rows(path, "SELECT name FROM waiting") == [("Corentin Vasseliau",)]


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
    wrong = "INSERT INTO interviews VALUES ('a', 's', 'p', NULL, NULL, 'last spring', '[]')"
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript(database.schema())
        with pytest.raises(sqlite3.IntegrityError):
            memory.execute(wrong)
