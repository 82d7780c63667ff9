"""Statements without an end keep neither readers waiting nor each other from being told so."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import parse_metadata

from scraper.site.safety import HEADERS
from scraper.site.turns import RUNNING, WAITING, _has_statement
from tests.site.conftest import METADATA

CLIENTS = 12
OURS = (
    "/",
    "/search?q=films",
    "/spotlights/ines-vauclair-talk",
    "/questions/best-part.json",
    "/feed.atom",
    "/about",
)
TABLES = (
    "/mikroscope/people",
    "/mikroscope/answers.json?_search=films",
    "/mikroscope/who_is_waiting.csv",
)
ASKED = ("/mikroscope.json?sql=select+held()", "/mikroscope?sql=select+held()", "/mikroscope/people.json?_where=held()",
         "/mikroscope.csv?sql=select+held()")  # fmt: skip


class Held:
    """SQL's `held()`: it goes on until it is let go. A plugin of Datasette."""

    __name__ = "held"  # Datasette asks a plugin for it

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = 0
        self.at_once = 0
        self.most = 0
        self._lock = threading.Lock()
        self._one_more = threading.Semaphore(0)

    def until(self, number: int) -> None:
        """Wait until so many more have begun."""
        for _ in range(number):
            assert self._one_more.acquire(timeout=30)

    @hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        """Give SQL the function."""
        conn.create_function("held", 0, self._held)

    def _held(self) -> int:
        with self._lock:
            self.begun += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self._one_more.release()
        self.go.wait(60)
        with self._lock:
            self.at_once -= 1
        return 1


@pytest.fixture
def held() -> Iterator[Held]:
    """Have it registered; whatever still runs at the end is let go."""
    plugin = Held()
    pm.register(plugin)
    yield plugin
    plugin.go.set()
    pm.unregister(plugin)


def _site(archive: Path) -> Datasette:
    said = parse_metadata(METADATA.read_text("utf-8"))
    return Datasette([str(archive)], metadata=said, settings={"num_sql_threads": 4})


async def _asked(site: Datasette, path: str) -> httpx.Response:
    answer: httpx.Response = await site.client.get(path)
    return answer


@pytest.mark.parametrize("statement", ASKED)
def test_readers_are_answered_while_statements_go_on(
    archive: Path, held: Held, statement: str
) -> None:
    """Twelve at once: two run, eight wait, two are told to come again; every page is there meanwhile."""

    async def all_of_it() -> tuple[list[httpx.Response], list[int], list[httpx.Response]]:
        site = _site(archive)
        asking = [asyncio.create_task(_asked(site, statement)) for _ in range(CLIENTS)]
        await asyncio.to_thread(held.until, RUNNING)
        refused, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        read = [await asyncio.wait_for(_asked(site, path), 30) for path in OURS + TABLES]
        assert held.begun == RUNNING  # none has come to an end
        held.go.set()
        told = [await one for one in asking]
        return read, [one.status_code for one in told], [one.result() for one in refused]

    read, statuses, refused = asyncio.run(all_of_it())
    assert [page.status_code for page in read] == [200] * len(OURS + TABLES)
    assert sorted(statuses) == [200] * (RUNNING + WAITING) + [503] * (CLIENTS - RUNNING - WAITING)
    assert held.most == RUNNING
    for answer in refused:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "Try again" in answer.text
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_our_pages_are_read_where_datasette_has_no_thread_free(archive: Path, held: Held) -> None:
    """Whatever takes Datasette's threads, and past whichever door: here all four at once."""

    async def all_of_it() -> list[int]:
        site = _site(archive)
        database = site.get_database("mikroscope")
        asking = [asyncio.create_task(database.execute("select held()")) for _ in range(4)]
        await asyncio.to_thread(held.until, 4)
        read = [await asyncio.wait_for(_asked(site, path), 30) for path in OURS]
        held.go.set()
        await asyncio.gather(*asking)
        return [page.status_code for page in read]

    assert asyncio.run(all_of_it()) == [200] * len(OURS)


def test_a_turn_ends_with_the_answer(archive: Path) -> None:
    """Also with one that failed: more than the line is long, one after the other, are all answered."""

    async def all_of_it() -> set[int]:
        site = _site(archive)
        paths = ["/mikroscope.json?sql=select+nosuch", "/mikroscope.csv?sql=select+nosuch",
                 "/mikroscope/chains.json?_where=1&_next=x"] * (RUNNING + WAITING)  # fmt: skip
        told = [await asyncio.wait_for(_asked(site, path), 30) for path in paths]
        last = await asyncio.wait_for(_asked(site, "/mikroscope.json?sql=select+1"), 30)
        assert last.status_code == 200
        return {one.status_code for one in told}

    assert asyncio.run(all_of_it()) == {400}


def test_what_is_sent_to_a_plugin_waits_in_the_line_too() -> None:
    """It may be SQL as well; whoever reads a page or a table brings none."""
    here = {"type": "http", "method": "GET", "path": "/mikroscope/people", "query_string": b""}
    assert _has_statement({**here, "method": "POST", "path": "/-/mcp"})
    assert _has_statement({**here, "query_string": b"_sort=id&%5Fwhere=1"})
    assert not _has_statement({**here, "query_string": b"_search=sql&q=_where"})
    assert not _has_statement({"type": "lifespan"})


def test_without_threads_pages_are_read_all_the_same(archive: Path) -> None:
    """Datasette can be told to have none."""
    said = parse_metadata(METADATA.read_text("utf-8"))
    site = Datasette([str(archive)], metadata=said, settings={"num_sql_threads": 0})
    assert asyncio.run(_asked(site, "/search?q=films")).status_code == 200
