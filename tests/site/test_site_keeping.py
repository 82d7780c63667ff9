"""A page that was shown is shown again without asking the database, until something is published."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from datasette.database import Database

from scraper.database import publish
from scraper.site.keeping import LARGEST, MOST, _Kept, _key
from scraper.site.turns import Threads

Get = Callable[..., httpx.Response]
Make = Callable[..., Path]
Serving = Callable[[Path], Get]
KEPT = ["/", "/.json", "/spotlights?studio=Paris", "/spotlights/ines-vauclair-talk?lang=fr", "/people/samir-waiting",
        "/questions/best-part", "/baton", "/about", "/feed.atom", "/sitemap.xml", "/llms.txt", "/robots.txt"]  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that the database is asked for anything, by its name."""
    times: list[str] = []
    ask = Database.execute_fn

    async def noted(self: Database, fn: Callable[..., object]) -> object:
        times.append(self.name)
        return await ask(self, fn)

    monkeypatch.setattr(Database, "execute_fn", noted)
    ours = Threads.run

    async def noted_too(self: Threads, ask: Callable[..., object]) -> object:
        times.append("ours")
        return await ours(self, ask)

    monkeypatch.setattr(Threads, "run", noted_too)
    return times


def _once_and_again(get: Get, asked: list[str], path: str, **kwargs: object) -> int:
    """Return how often the database is asked at a second visit that gets what the first got."""
    first = get(path, **kwargs)
    asked.clear()
    again = get(path, **kwargs)
    assert again.status_code == 200
    assert (first.content, first.headers) == (again.content, again.headers)
    return len(asked)


@pytest.mark.parametrize("path", KEPT)
def test_a_page_is_read_once(archive: Path, serving: Serving, asked: list[str], path: str) -> None:
    """The second visit gets the same bytes and headers; what was read before is not read again."""
    assert _once_and_again(serving(archive), asked, path) == 0


@pytest.mark.parametrize("path", ["/search?q=films", "/mikroscope/people", "/mikroscope/people.json"])  # fmt: skip
def test_searches_and_tables_are_not_kept(
    archive: Path, serving: Serving, asked: list[str], path: str
) -> None:
    """There is no end of what people type; and Datasette's own pages are Datasette's."""
    get = serving(archive)
    get(path)
    asked.clear()
    assert get(path).status_code == 200
    assert asked


@pytest.mark.parametrize("header", ["cookie", "authorization"])
def test_who_is_somebody_gets_a_page_of_their_own(
    archive: Path, serving: Serving, asked: list[str], header: str
) -> None:
    """Neither from what is kept, nor kept for others."""
    get = serving(archive)
    for _ in range(2):
        asked.clear()
        mine = get("/about", headers={header: "x=1"})
        assert asked
        assert mine.headers["cache-control"] == "private, no-store"
    asked.clear()
    assert get("/about").headers["cache-control"] != "private, no-store"
    assert asked


def test_hosts_and_queries_are_kept_apart(get: Get) -> None:
    """Whole addresses are those of who asks."""
    for _ in range(2):
        for host in ("one.example", "two.example"):
            text = get("/feed.atom", headers={"host": host}).text
            assert set(re.findall(r"http://(\w+\.example)/", text)) == {host}
        english, french = (
            get(f"/spotlights/ines-vauclair-talk?lang={one}").text for one in ("en", "fr")
        )
        assert "picture wakes up" in english
        assert "une image s’éveille" in french


def test_a_secure_address_is_another() -> None:
    """A proxy that speaks https gets pages that say https."""
    scope = {"scheme": "http", "path": "/", "headers": [(b"host", b"one.example")]}
    assert _key(scope) != _key({**scope, "scheme": "https"})
    assert _key(scope) != _key({**scope, "query_string": b"lang=fr"})
    assert _key(scope) == _key({**scope, "headers": [*scope["headers"], (b"accept", b"*/*")]})


@pytest.mark.parametrize("wal", [True, False])
def test_what_is_published_shows_at_once(
    tmp_path: Path, make_database: Make, serving: Serving, *, wal: bool
) -> None:
    """A build, or whoever else writes: each next visit sees it, one after the other."""
    path = make_database(tmp_path / "mikroscope.db", empty=True)
    if wal:
        with closing(sqlite3.connect(path)) as live:
            live.execute("PRAGMA journal_mode = WAL")
    get = serving(path)
    assert get("/.json").json()["numbers"]["people"] == 0
    made = make_database(tmp_path / "made.db")
    if wal:
        publish(made, path)
    else:
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(path)) as live:
            source.backup(live)
    assert get("/.json").json()["numbers"]["people"] == 7
    for number in range(3):
        with closing(sqlite3.connect(path)) as live:
            live.execute(
                "UPDATE people SET name = ? WHERE id = 'ines-vauclair'", (f"Name{number}",)
            )
            live.commit()
        for _ in range(2):
            assert f"Name{number}" in get("/people/ines-vauclair").text


def test_what_is_not_there_is_not_kept(get: Get) -> None:
    """Errors are answered anew, with their status."""
    for _ in range(2):
        assert get("/spotlights/nobody").status_code == 404


def test_what_is_kept_is_bounded() -> None:
    """However many pages are asked for: those asked for longest ago leave."""
    pages = _Kept()
    body = {"body": b"x" * (LARGEST // 4)}
    for number in range(100):
        key = (b"%d" % number,)
        assert pages.of(1, key) is None
        pages.keep(1, key, ({}, body))
        assert pages.of(1, (b"0",))  # asked for all the time
    held = [number for number in range(100) if pages.of(1, (b"%d" % number,))]
    assert len(held) == MOST // (LARGEST // 4)
    assert held[0] == 0
    assert held[-1] == 99
    assert pages.of(2, (b"99",)) is None
    assert pages.of(1, (b"99",)) is None  # whatever was of another version is gone


def test_many_at_once_get_their_own(get: Get, archive: Path, serving: Serving) -> None:
    """No answer is mixed with another while both are on their way."""
    paths = [f"/spotlights/{one}-talk" for one in ("ines-vauclair", "obelix-tran", "meera-k")] * 4
    alone = {path: get(path).text for path in paths}
    other = serving(archive)

    def all_of_them() -> list[str]:
        return [other(path).text for path in paths]

    async def together() -> list[list[str]]:
        return await asyncio.gather(*(asyncio.to_thread(all_of_them) for _ in range(3)))

    for texts in asyncio.run(together()):
        assert texts == [alone[path] for path in paths]
