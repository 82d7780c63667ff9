"""Datasette's own pages as we dress them: what is asked first, what is seen first, and what is said."""

import asyncio
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

from scraper.site.tables import Tables
from tests.site.conftest import METADATA, Get

ARCHIVE: dict[str, Any] = yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["mikroscope"]
SHOWN = {name: one for name, one in ARCHIVE["tables"].items() if not one.get("hidden")}


def _entry(text: str, address: str) -> str:
    """Return the entry of the list that begins with a link to `address`."""
    found = re.search(rf'<li><h3><a href="{re.escape(address)}">.*?</li>', text, re.DOTALL)
    assert found, address
    return found[0]


def test_the_page_of_the_data_begins_with_words_and_ends_with_sql(get: Get) -> None:
    """Queries, views, tables, the whole as a file, and the field for SQL at last."""
    text = get("/mikroscope").text
    parts = re.findall(r"<h2 id=\"(\w+)\"", text)
    assert parts == ["queries", "views", "tables", "download", "sql"]
    assert text.index("<textarea") > text.index('id="sql"')
    introduction = text.partition('id="queries"')[0]
    assert list(ARCHIVE["begin_with"]) == ["answers_in_full", "answers_side_by_side"]
    for name, words in ARCHIVE["begin_with"].items():
        assert f'<a href="/mikroscope/{name}">{name}</a> ({words})' in introduction
    assert '<a href="/mikroscope.json">' in introduction
    views = re.findall(r'<h3><a href="/mikroscope/(\w+)"', text.partition('id="views"')[2])
    assert views[:2] == list(ARCHIVE["begin_with"])


@pytest.mark.parametrize("name", ARCHIVE["queries"])
def test_a_query_says_what_it_tells_before_it_is_opened(get: Get, name: str) -> None:
    """Its description stands under its title."""
    entry = _entry(get("/mikroscope").text, f"/mikroscope/{name}")
    assert ARCHIVE["queries"][name]["description"] in unescape(entry)


@pytest.mark.parametrize("name", SHOWN)
def test_a_table_says_what_it_is_and_comes_whole(get: Get, archive: Path, name: str) -> None:
    """Description, number of rows, all of it as CSV, and JSON; also of a view."""
    entry = _entry(get("/mikroscope").text, f"/mikroscope/{name}")
    assert SHOWN[name]["description"] in unescape(entry)
    with closing(sqlite3.connect(archive)) as connection:
        (count,) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
    assert f">{count} row{'' if count == 1 else 's'} · " in entry
    links = re.findall(r'<a href="([^"]*)" aria-label', entry)
    assert links == [f"/mikroscope/{name}.csv?_stream=on", f"/mikroscope/{name}.json"]
    assert get(links[0]).text.count("\r\n") > count


def test_hidden_tables_stay_hidden(get: Get) -> None:
    """Until they are asked for; then they are said to be hidden."""
    assert 'href="/mikroscope/answers_fts"' not in get("/mikroscope").text
    entry = _entry(get("/mikroscope?_show_hidden=1").text, "/mikroscope/answers_fts")
    assert "hidden</small>" in entry


def test_rows_are_counted_once_a_publication(archive: Path, tmp_path: Path) -> None:
    """A view is counted by making all of it: kept until something is published, and then anew."""
    path = tmp_path / "mikroscope.db"
    with closing(sqlite3.connect(archive)) as source, closing(sqlite3.connect(path)) as live:
        source.backup(live)
        tables = Tables(Datasette([str(path)]))

        def counts() -> Any:
            return asyncio.run(tables.counts("mikroscope", ["people", "waiting"]))

        first = counts()
        assert first == {"people": 17, "waiting": 10}
        assert counts() is first
        live.execute("DELETE FROM people WHERE id = 'guest-9'")
        live.commit()
        assert counts()["people"] == 16
    assert asyncio.run(tables.counts("another", ["people"])) == {}
