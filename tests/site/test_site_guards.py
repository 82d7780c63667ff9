"""Each bound and each silence of the site, one by one: a line that is taken away is missed here."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import parse_metadata

from scraper.serve import settings
from scraper.site import _words, caching, keeping
from scraper.site.addresses import origin
from scraper.site.answers import search
from scraper.site.archive import State, asked, page_number, rows
from scraper.site.search import MOST_TERMS, match, terms
from scraper.site.wording import web_link
from tests.site.conftest import METADATA, Get

Serving = Callable[[Path], Get]
WORDS = "the-key-in-/home/somebody"


def _answers(archive: Path, *paths: str, **chosen: Any) -> list[httpx.Response]:
    """Return what the site with `serve`'s settings, and those `chosen`, answers to `paths`."""
    said = parse_metadata(METADATA.read_text("utf-8"))
    site = Datasette([str(archive)], metadata=said, settings={**settings(), **chosen})

    async def all_of_them() -> list[httpx.Response]:
        return [await site.client.get(path) for path in paths]

    return asyncio.run(all_of_them())


class _Failing:
    """A plugin of Datasette with a page that fails."""

    __name__ = "failing"

    @hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
    def register_routes(self) -> list[tuple[str, object]]:
        """Fail at one address, in words that are nobody's business."""

        async def fail() -> Response:
            raise RuntimeError(WORDS)

        return [(r"/fails(\.json)?$", fail)]


@pytest.fixture
def failing() -> Iterator[None]:
    """Have the page that fails."""
    plugin = _Failing()
    pm.register(plugin)
    yield
    pm.unregister(plugin)


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("path", ["/fails", "/fails.json", "/fails?x=1"])
def test_a_fault_of_ours_tells_nothing_of_itself(archive: Path, path: str) -> None:
    """500, and neither the words nor the kind of the exception, nor where it came from."""
    (answer,) = _answers(archive, path)
    assert answer.status_code == 500
    for told in (WORDS, "RuntimeError", "Traceback", ".py"):
        assert told not in answer.text
    if path.endswith(".json"):
        assert answer.json() == {"ok": False, "error": "", "status": 500, "title": None}


@pytest.mark.usefixtures("failing")
def test_nor_where_even_the_page_of_the_error_fails(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, with the safe headers."""

    async def broken(*_: object, **__: object) -> str:
        raise RuntimeError(WORDS)

    monkeypatch.setattr(Datasette, "render_template", broken)
    (answer,) = _answers(archive, "/fails")
    assert (answer.status_code, answer.text) == (500, "The fault is ours.\n")
    assert answer.headers["content-security-policy"]


def test_nothing_is_told_of_how_a_page_was_made(archive: Path) -> None:
    """`serve` switches off what Datasette shows those who write templates and look for slow queries."""
    paths = (
        "/mikroscope/people.json?_trace=1",
        "/mikroscope/people?_trace=1",
        "/mikroscope/people?_context=1",
    )
    traced, page, context = _answers(archive, *paths)
    assert "_trace" not in traced.json()
    assert "sum_trace_duration_ms" not in page.text
    assert context.text.lstrip().startswith("<!DOCTYPE html>")
    assert "&#34;datasette_version&#34;" not in context.text
    shown = _answers(archive, *paths, trace_debug=True, template_debug=True)
    assert "_trace" in shown[0].json()  # else the test would prove nothing
    assert not shown[2].text.lstrip().startswith("<!DOCTYPE html>")


def test_a_table_streams_whole_and_the_database_is_handed_out(archive: Path) -> None:
    """`serve` says so itself, whatever Datasette's defaults will be."""
    chosen = settings()
    assert (chosen["allow_csv_stream"], chosen["max_csv_mb"]) == (True, 0)
    assert (chosen["allow_download"], chosen["default_allow_sql"]) == (True, True)
    assert (chosen["trace_debug"], chosen["template_debug"]) == (False, False)
    table, database = _answers(archive, "/mikroscope/answers.csv?_stream=1", "/mikroscope.db")
    assert len(table.text.splitlines()) > 60
    assert database.content.startswith(b"SQLite format 3\0")
    closed = _answers(archive, "/mikroscope/answers.csv?_stream=1", "/mikroscope.db", allow_csv_stream=False, allow_download=False)  # fmt: skip
    assert [one.status_code for one in closed] == [400, 404]


def test_what_is_chosen_typed_and_turned_to_is_cut(archive: Path) -> None:
    """200 letters of a filter, 1000 of a search, 24 terms, 8 digits of a page."""
    assert asked({"studio": "x" * 5000}, "studio") == {"studio": "x" * 200}
    with closing(sqlite3.connect(archive)) as connection:
        connection.row_factory = sqlite3.Row
        told = search(State(connection, 1000), {"q": "y" * 5000})
    assert told["q"] == "y" * 1000
    assert _words("z" * 5000) == "z" * 1000
    many = " ".join(f"word{n}" for n in range(100))
    assert len(terms(many)) == MOST_TERMS == 24
    assert match(many, asked=True).count(" AND ") == MOST_TERMS - 1
    assert page_number({"page": "9" * 8}, 5) == 5
    assert page_number({"page": "9" * 9}, 5) == page_number({"page": "9" * 5000}, 5) == 1
    assert page_number({"page": "²"}, 5) == page_number({"page": "-2"}, 5) == 1


def test_the_download_of_a_published_database_opens_in_memory(
    tmp_path: Path, make_database: Callable[..., Path], serving: Serving
) -> None:
    """A publication is in WAL mode, in which no database in memory can be; its copy says it is not."""
    path = make_database(tmp_path / "mikroscope.db")
    with closing(sqlite3.connect(path)) as live:
        assert live.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        live.commit()
    assert path.read_bytes()[18:20] == b"\2\2"
    content = serving(path)("/mikroscope.db").content
    assert content[18:20] == b"\1\1"
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.deserialize(content)
        assert memory.execute("SELECT count(*) FROM interviews").fetchone() == (7,)


def test_a_page_that_is_too_large_is_not_kept() -> None:
    """One alone would drive out many others."""
    assert keeping.LARGEST <= keeping.MOST / 8
    noted = keeping._Noting(_nowhere)
    for size, is_kept in ((keeping.LARGEST, True), (keeping.LARGEST + 1, False), (0, False)):

        async def sent(body: bytes = b"x" * size) -> None:
            await noted.send({"type": "http.response.start", "status": 200, "headers": []})
            await noted.send({"type": "http.response.body", "body": body})

        asyncio.run(sent())
        assert (noted.page is not None) == is_kept


async def _nowhere(_: object) -> None:
    """Take a message."""


def test_a_file_that_is_too_large_is_sent_as_it_comes(
    archive: Path, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held for its tag is only what is short."""
    assert caching.LARGEST <= 8_000_000
    get = serving(archive)
    assert "etag" in get("/mikroscope.db").headers
    monkeypatch.setattr(caching, "LARGEST", 10_000)
    answer = get("/mikroscope.db")
    assert "etag" not in answer.headers
    assert len(answer.content) > 10_000


@pytest.mark.parametrize(
    "address",
    ["http://studio.example/", "ftp://studio.example/", "https:evil", "https:///x", "https:", "javascript://studio.example/%0aalert(1)",
     "vbscript:x", "file:///etc/passwd", "blob:https://x"],
)  # fmt: skip
def test_a_link_to_the_studio_is_https_with_a_host(address: str) -> None:
    """Whatever else stands in a capture stays text."""
    assert web_link(address) is None


@pytest.mark.parametrize(
    "url", ["javascript://x", "ftp://a.example/", "//a.example/", "https:///x", "", 7, None]
)
def test_the_site_stands_at_no_other_kind_of_address(url: object) -> None:
    """What the metadata says as `url` goes into every link: it is of the web, or nothing."""
    said = SimpleNamespace(plugin_config=lambda _: {"url": url})
    assert origin(said) is None
    there = SimpleNamespace(plugin_config=lambda _: {"url": "https://a.example/x"})
    assert origin(there) == ("https", "a.example")


def test_a_page_of_ours_ends_at_the_time_limit(archive: Path) -> None:
    """Its queries are bounded as a visitor's are, and the next query of the thread has its own time."""
    endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT count(*) FROM c"
    with closing(sqlite3.connect(archive)) as connection:
        connection.row_factory = sqlite3.Row
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError, match="interrupted"):
                rows(State(connection, 20), endless)
        assert rows(State(connection, 1000), "SELECT 1 AS one") == [{"one": 1}]
