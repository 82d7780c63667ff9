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


def test_a_query_is_asked_by_its_field_and_its_sql_is_folded(get: Get) -> None:
    """Each question of the series is a choice, told by its text; the default is chosen at first."""
    text = get("/mikroscope/answers_to_one_question").text
    form = re.search(r'<form class="sql".*?</form>', text, re.DOTALL)
    assert form
    assert text.index("<form class") < text.index("<summary>The SQL") < text.index("<h2>")
    assert not re.search(r"<details[^>]* open", text)
    assert '<input type="submit" value="Show">' in form[0]
    questions = get("/mikroscope/questions.json?_shape=array&_sort=position").json()
    options = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', unescape(form[0]))
    assert options == [(one["id"], f"{one['id']}: {one['text_en']}") for one in questions]
    assert re.findall(r'<option value="([^"]*)" selected', text) == ["superpower"]
    chosen = get("/mikroscope/answers_to_one_question?question=baton").text
    assert re.findall(r'<option value="([^"]*)" selected', chosen) == ["baton"]


def test_a_field_says_what_is_asked_when_nothing_is_typed(get: Get) -> None:
    """And what was typed stays, whatever it is."""
    assert 'name="q" value="" placeholder="film"' in get("/mikroscope/search_answers").text
    strange = get("/mikroscope/answers_to_one_question?question=%3Cb%3E").text
    assert "<option selected>&lt;b&gt;</option>" in strange
    assert "<h2>No rows</h2>" in strange
    assert 'value="&lt;b&gt;"' in get("/mikroscope/search_answers?q=%3Cb%3E").text


def test_fields_are_of_the_query_and_choices_can_be_chosen(get: Get) -> None:
    """What metadata.yml says of a field is of a parameter, and each choice gives rows."""
    for name, query in ARCHIVE["queries"].items():
        assert list(query.get("fields", {})) == query.get("params", []), name
        for field, said in query.get("fields", {}).items():
            text = get(f"/mikroscope/{name}").text
            assert f'<label for="qp1">{said["label"]}</label>' in text
            assert bool(said.get("choices")) == (f'<select id="qp1" name="{field}">' in text)


def test_sql_of_a_visitor_keeps_its_editor(get: Get) -> None:
    """Unfolded, with its button."""
    text = get("/mikroscope?sql=select+1").text
    assert re.search(r'<textarea[^>]* name="sql"[^>]*>select 1</textarea>', text)
    assert 'value="Run SQL"' in text


@pytest.mark.parametrize(
    ("table", "key", "label", "page"),
    [
        ("people", "ines-vauclair", "Inès Vauclair", "/people/ines-vauclair"),
        ("interviews", "meera-k-talk", "meera-k-talk", "/spotlights/meera-k-talk"),
        ("posts", "meera-k-en", "Under the Mikroscope Meera K", None),
        ("people", "bob-script", '<b onclick="alert(3)">Bob</b>', "/people/bob-script"),
        ("people_fts", "1", "1", None),
    ],
)
def test_a_row_has_its_name_as_title(
    get: Get, table: str, key: str, label: str, page: str | None
) -> None:
    """Then the way to its page, and its data: as JSON, and as CSV of this row alone."""
    text = get(f"/mikroscope/{table}/{key}").text
    title = re.search(r"<h1>(.*?)</h1>", text)
    assert title
    assert unescape(title[1]) == label
    assert "<b onclick" not in text
    assert f"<title>{title[1]} · {table} ·" in text
    after = text.partition("</h1>")[2].lstrip()
    assert after.startswith(f'<p><a href="{page}">Read this as a page') == bool(page)
    links = re.findall(r'<a href="([^"]*)">(json|CSV)</a>', text)
    assert [form for _, form in links] == ["json", "CSV"]
    assert len(get(links[1][0]).text.splitlines()) == 2


def test_what_cannot_be_counted_in_time_has_many_rows(archive: Path, tmp_path: Path) -> None:
    """A view without an end keeps nobody from the page; another database has its page, too."""
    path = tmp_path / "mikroscope.db"
    with closing(sqlite3.connect(archive)) as source, closing(sqlite3.connect(path)) as live:
        source.backup(live)
        live.execute(
            "CREATE VIEW endless AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c"
        )
        live.commit()
    datasette = Datasette([str(path)], memory=True, settings={"sql_time_limit_ms": 100})
    entry = _entry(asyncio.run(datasette.client.get("/mikroscope")).text, "/mikroscope/endless")
    assert ">Many rows · " in entry
    other = asyncio.run(datasette.client.get("/_memory"))
    assert other.status_code == 200
    assert 'id="download"' not in other.text


@pytest.mark.parametrize("name", ["interviews", "chains"])
def test_how_a_table_was_made_is_folded(get: Get, name: str) -> None:
    """The rows are what the page is for."""
    text = get(f"/mikroscope/{name}").text
    assert re.search(
        r'<details><summary>[^<]*</summary><pre class="wrapped-sql">CREATE [^<]*</pre></details>',
        text,
    )


def test_no_facets_are_suggested_whatever_the_settings(get: Get) -> None:
    """Plain Datasette looks for them, `serve` does not: both show the same page."""
    assert get("/mikroscope/answers.json").json()["suggested_facets"]
    assert "uggested facets" not in get("/mikroscope/answers").text
