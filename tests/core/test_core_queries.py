"""The canned queries and the site's pages: they run, they find, and they use the indexes."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

from scraper import serve as serving
from scraper.build import build
from scraper.folder import DataFolder
from scraper.sample import Site, Studio
from tests.core.large import fill
from tests.core.program import ROOT, mikroscope

METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
QUERIES: dict[str, dict[str, Any]] = METADATA["databases"]["mikroscope"]["queries"]
Answer = list[dict[str, Any]]


def _get(path: Path, address: str) -> Any:
    """Return the JSON of an address of Datasette over a file, with the settings of `serve`."""
    served = Datasette([str(path)], metadata=METADATA, settings=serving.settings())
    response = asyncio.run(served.client.get(address))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture(scope="module")
def changed(running: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample's database after a second crawl, before which one post was edited."""
    root = tmp_path_factory.mktemp("queries") / "data"
    crawl = ("crawl", "--data", root, "--site", running.url, "--delay", 0)
    first, *_ = (one for one in Studio.sample().articles if one.kind == "interview")
    running.reopen(Studio.sample())
    mikroscope(*crawl)
    running.reopen(Studio.sample().changed(first.slug))
    mikroscope(*crawl, "--full")
    build(DataFolder(root))
    return root / "mikroscope.db"


@pytest.mark.parametrize("name", QUERIES)
def test_every_canned_query_finds_something_as_it_opens(changed: Path, name: str) -> None:
    """Opened without a parameter, each has rows: what a parameter is when left empty is of use."""
    found: Answer = _get(changed, f"/mikroscope/{name}.json?_shape=array")
    assert found
    assert all(any(value not in (None, "") for value in row.values()) for row in found)


# Query → (parameters of its description, a column, a value that the sample must have there).
EXAMPLES = {
    "answers_to_one_question": ("question=baton", "person", "Odilon Brévaux"),
    "one_question_over_time": ("question=advice", "year", "2023"),
    "search_answers": ("q=anim*", "lang", "en"),
    "one_word_by_question": ("q=light", "lang", "en"),
    "findings_of_one_code": ("code=unknown-question", "severity", "note"),
}


def test_the_table_of_examples_is_whole() -> None:
    """Every canned query with a parameter has one, and its description says what it may be."""
    asking = {name: query["params"] for name, query in QUERIES.items() if query.get("params")}
    assert set(EXAMPLES) == set(asking)
    for name, (parameter,) in asking.items():
        said = QUERIES[name]["description"].lower()
        assert re.search(rf"\b{parameter}\b", said), name
        assert "left empty" in said, name
        value = EXAMPLES[name][0].partition("=")[2]
        assert value in said or name == "one_question_over_time", name


@pytest.mark.parametrize("name", EXAMPLES)
def test_canned_queries_take_their_parameter(changed: Path, name: str) -> None:
    """Another value gives other rows than none; one that nothing has gives none and no error."""
    parameters, column, value = EXAMPLES[name]
    address = f"/mikroscope/{name}.json?_shape=array"
    found: Answer = _get(changed, f"{address}&{parameters}")
    assert value in {row[column] for row in found}
    assert found != _get(changed, address)
    parameter = parameters.partition("=")[0]
    assert _get(changed, f"{address}&{parameter}=zzzz%22%27%20(") == []


def test_what_changed_names_the_post_and_the_field(changed: Path) -> None:
    """One post was edited between two crawls: it is what the query tells."""
    (only,) = _get(changed, "/mikroscope/what_changed.json?_shape=array")
    assert (only["changed"], only["number"]) == ('["answers"]', 2)
    assert "odilon-brevaux" in only["url"]


def test_chains_read_as_the_baton_went(changed: Path) -> None:
    """The longest is told first, from who began it."""
    first, *_ = _get(changed, "/mikroscope/baton_in_chains.json?_shape=array")
    assert first["in_order"] == (
        "Odilon Brévaux → Perrine Castagnoux → Théodule Amblard → Isaure d’Hautefaye"
        " → Corentin Vasseliau"
    )
    assert first["people"] == 5


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of two thousand interviews."""
    return fill(tmp_path_factory.mktemp("large") / "mikroscope.db", 2000)


def _scans(connection: sqlite3.Connection, sql: str, **values: object) -> set[str]:
    """Return what a query reads from end to end of tables: names as in the query's plan.

    Searches of a full-text index and rows that the query made itself are none; a search with no
    index is how SQLite puts a least or greatest value that it looks for everywhere.
    """
    steps = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    made = {
        name for step in steps for name in re.findall(r"^(?:MATERIALIZE|CO-ROUTINE) (\S+)", step)
    }
    scanned = {
        found[1]
        for step in steps
        if "VIRTUAL TABLE" not in step and "CONSTANT ROW" not in step
        if (found := re.match(r"SCAN (\w+)", step)) or (found := re.match(r"SEARCH (\w+)$", step))
    }
    return scanned - made


# What is told of the whole archive reads a whole table; everything else finds its rows by index.
WHOLE = {
    "baton_edges": {"nominations"},
    "baton_across_studios": {"nominations"},
    "who_is_waiting": {"nominee"},
    "interviews_by_month": {"interviews"},
    "coverage_of_questions": {"interviews"},
    "length_of_answers": {"questions"},
    "longest_answers": {"answers"},  # by its index of lengths, until there are a hundred
    "what_changed": {"versions", "posts"},  # by the indexes that hold nothing else
    "sources_of_posts": {"posts"},
    "findings_by_code": {"findings"},
    "findings_of_one_code": {"findings"},  # its index, to tell the most frequent
}


@pytest.mark.parametrize("name", QUERIES)
def test_canned_queries_use_the_indexes(large: Path, name: str) -> None:
    """None reads a table from end to end to find some of its rows."""
    with closing(sqlite3.connect(large)) as connection:
        connection.create_function("mikroscope_match", 1, lambda _: '"film"')
        empty = dict.fromkeys(QUERIES[name].get("params", []), "")
        scanned = _scans(connection, QUERIES[name]["sql"], **empty)
    if name == "baton_in_chains":  # a view of everything, in many steps
        assert {"nominations", "people"} <= scanned
    else:
        assert scanned == WHOLE.get(name, set())


def test_parts_of_the_archive_have_their_index(large: Path) -> None:
    """Lists of a few rows of a large table are read from indexes that hold just those."""
    with closing(sqlite3.connect(large)) as connection:
        for name, indexes in {
            "what_changed": {"versions_changed", "posts_gone"},
            "longest_answers": {"answers_length"},
            "length_of_answers": {"answers_question"},
        }.items():
            plan = connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]['sql']}").fetchall()
            assert indexes <= set(re.findall(r"INDEX (\w+)", str(plan))), name


# Page → the tables that it reads from end to end; questions has nine rows, runs one a night.
PAGES = {
    "/spotlights/person-8.json": set(),
    "/people/person-8.json": set(),
    "/questions/superpower.json": {"questions"},
    "/search.json?q=film": {"questions"},
    "/search.json?q=film&lang=fr": {"questions"},
    "/questions.json": {"questions"},
    "/baton.json": {"interviews"},  # counted, to tell how many pages there are
    "/.json": {"interviews", "posts", "answers", "runs"},
    "/about.json": {"questions", "interviews", "posts", "answers", "captures", "findings", "runs"},
}


@pytest.mark.parametrize("page", PAGES)
def test_pages_use_the_indexes(large: Path, page: str) -> None:
    """What a page of one thing asks is found by index; pages of the whole read no more than that."""
    asked: list[str] = []

    class Spy:
        """A plugin of this test: it hears every statement, values filled in."""

        __name__ = "spy"  # Datasette asks plugins for it

        @hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
        def prepare_connection(self, conn: sqlite3.Connection) -> None:
            """Listen."""
            conn.set_trace_callback(asked.append)

    spy = Spy()
    pm.register(spy)
    try:
        _get(large, page)
    finally:
        pm.unregister(spy)
    own = [
        sql for sql in asked
        if re.match(r"\s*(SELECT|WITH)", sql) and not re.search(r"sqlite_|'main'\.|pragma_", sql)
    ]  # fmt: skip
    with closing(sqlite3.connect(large)) as connection:
        scanned = set().union(*(_scans(connection, sql) for sql in own))
    assert own
    assert scanned <= PAGES[page]


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM posts WHERE title = 'x'", "SELECT max(title) FROM posts"]
)
def test_a_scan_would_be_seen(large: Path, sql: str) -> None:
    """What the tests above look for is there where no index serves."""
    with closing(sqlite3.connect(large)) as connection:
        assert _scans(connection, sql) == {"posts"}
