"""What a crawl does for each post, counted: never more than this, whatever the clock says."""

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.archive import Archive, listing, read_records, segment
from scraper.fetch import Fetcher
from scraper.fetch.deadline import TICKS, Deadline
from scraper.urls import canonical
from tests.core.program import modules_of
from tests.network.conftest import Crawl
from tests.network.servers import Answer, Asked, News, Server, of_series
from tests.network.test_archive_files import NOW, exchange

POSTS = 30


@pytest.fixture
def many(news: News) -> News:
    """Give a site of some posts, none of which links to another."""
    for number in range(POSTS):
        news.write(f"/en/news/p{number}/", f"loupe {number}")
    return news


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], list[int]]:
    """Give what counts the calls of a function in a module, by the length of a list."""

    def counted(place: Any, name: str) -> list[int]:
        calls, real = list[int](), getattr(place, name)

        def instead(*args: Any, **more: Any) -> Any:
            calls.append(1)
            return real(*args, **more)

        monkeypatch.setattr(place, name, instead)
        return calls

    return counted


def kinds(archive: Archive) -> Counter[str]:
    """Return how many records of each kind the newest segment holds."""
    with archive.segments()[-1].open("rb") as file:
        return Counter(record.kind for record in read_records(file))


def test_a_first_night_costs_each_post_one_request_one_sync_and_three_records(
    many: News, night: Crawl, archive: Archive, count: Callable[[Any, str], list[int]]
) -> None:
    """Beside what is asked and kept once a night: lists, robots.txt, settings, result."""
    syncs, read_back = count(os, "fsync"), count(segment, "captures_of")
    run = night()
    assert run.fetched == POSTS
    posts = [path for path in many.server.paths() if path in many.posts]
    assert Counter(posts) == Counter(many.posts.keys())
    assert len(syncs) <= POSTS + 6
    assert read_back == []
    kept = kinds(archive)
    assert kept["response"] == kept["request"] == POSTS + 1  # and robots.txt
    assert kept["metadata"] <= POSTS + 2
    assert kept["warcinfo"] == 1


def test_one_connection_serves_a_whole_night(
    many: News, night: Crawl, count: Callable[[Any, str], list[int]]
) -> None:
    """It is made once."""
    del many
    made = count(socket, "create_connection")
    night()
    assert len(made) == 1


def test_a_crawl_loads_nothing_that_only_others_need(many: News, tmp_path: Path) -> None:
    """Neither database nor exports, site or sample, nor what is slow to load and helps one odd page."""
    many.rest = False  # so that pages are asked for, though they are none of the series
    many.publish()
    fetched, loaded = modules_of(
        "crawl", "--site", many.server.url, "--delay", 0, "--data", tmp_path / "data"
    )
    assert f"{POSTS} fetched" in fetched
    elsewhere = "build checks database export resolve sample site"
    others = "datasette ftfy jinja2 snowballstemmer sqlite3 sqlite_utils warcio yaml"
    unwanted = {*others.split(), *(f"scraper.{name}" for name in elsewhere.split())}
    assert not unwanted & loaded


def test_a_post_is_judged_once_and_on_a_quiet_night_never(
    many: News, night: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its page; its REST object is judged, too, where its address does not name the series."""
    judged = Counter[str]()

    def counted(body: bytes, url: str, media_type: str | None) -> bool:
        judged[media_type or ""] += 1
        return of_series(body, url, media_type)

    monkeypatch.setitem(getattr(night, "__globals__"), "of_series", counted)  # noqa: B009 - no Callable is known to have it
    night()
    assert judged["application/json"] == judged.total() - POSTS
    assert judged.total() <= 2 * POSTS
    judged.clear()
    assert night().fetched == 0
    assert not judged


def test_a_quiet_night_writes_no_more_than_a_few_records(
    many: News, night: Crawl, archive: Archive, count: Callable[[Any, str], list[int]]
) -> None:
    """However many posts there are; what it asked is counted elsewhere."""
    night()
    syncs = count(os, "fsync")
    night()
    assert kinds(archive).total() <= 5
    assert len(syncs) <= 6


@pytest.mark.parametrize(("elsewhere", "quiet"), [(False, True), (True, False)])
def test_a_list_too_long_to_be_read_is_no_reason_to_read_all_the_others_every_night(
    elsewhere: bool,  # noqa: FBT001 - which is what is tried
    quiet: bool,  # noqa: FBT001 - as above
    many: News,
    night: Crawl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless it names a post that no dated list names: then it may name more of them."""
    monkeypatch.setattr("scraper.sources.lists.MOST_PAGES", 4)
    posts = [*many.posts, *(["/en/news/of-no-other-list/"] if elsewhere else [])]

    def endless(asked: Asked) -> Answer:
        number = int(asked.query.get("paged", "1"))
        links = "".join(f'<a href="{path}">x</a>' for path in posts[number % 3 :: 3])
        return Answer(body=f'{links}<a href="/en/news/?paged={number + 1}">more</a>'.encode())

    many.server.table["/en/news/"] = endless
    assert "http" in " ".join(night().notes)
    night()
    assert (len(many.server.asked) <= 5) is quiet


def test_one_thread_keeps_all_deadlines(
    server: Server, fetcher: Fetcher, count: Callable[[Any, str], list[int]]
) -> None:
    """A thread for each request costs more than all else that is done for one."""
    server.table["/a"] = Answer(200, b"fine")
    mine = threading.get_ident()
    started = list[int]()
    real = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if threading.get_ident() == mine:
            started.append(1)
        real(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        for _ in range(5):
            fetcher.get(f"{server.url}/a")
    assert len(started) == 1


def test_a_deadline_ends_what_is_late_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that is done in time is left alone, also long after; the next one starts anew."""
    ended: list[int] = []
    deadline = Deadline(60, lambda: ended.append(1))
    monkeypatch.setattr(deadline, "_thread", SimpleNamespace(ident=1))

    def pass_time(ticks: int) -> None:
        waits = iter([False] * ticks + [True])
        monkeypatch.setattr(deadline, "_over", SimpleNamespace(wait=lambda _: next(waits)))
        deadline._count()

    for _ in range(3):
        with deadline:
            pass_time(TICKS)
        pass_time(TICKS * 2)
    assert (ended, deadline.passed) == ([], False)
    with deadline:
        pass_time(TICKS + 1)
        assert (len(ended), deadline.passed) == (1, True)
        pass_time(TICKS * 2)
    assert (len(ended), deadline.passed) == (1, True)
    with deadline:
        pass_time(TICKS)
    assert (len(ended), deadline.passed) == (1, False)


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Content-Type", "content-type", "ETag", "Last-Modified", "X-Odd"]),
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=12),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(headers=HEADERS, status=st.sampled_from([200, 301, 404, 410]), body=st.binary(max_size=20))
def test_what_a_run_lists_is_what_a_reader_of_its_file_lists(
    tmp_path_factory: pytest.TempPathFactory,
    headers: list[tuple[str, str]],
    status: int,
    body: bytes,
) -> None:
    """Whatever headers came, and though a record that was written is not read back."""
    archive = Archive(tmp_path_factory.mktemp("archive"))
    answered = exchange(body, status, headers=tuple(headers))
    with archive.begin("site", {}, NOW) as run:
        first = run.add_exchange(answered)
        second = run.add_revisit(exchange(b"", 304, headers=tuple(headers)), first)
    (path,) = archive.segments()
    assert listing.list_segment(path)[0].captures == [first, second]


def test_a_url_on_every_page_is_taken_apart_once() -> None:
    """Menus and footers are the same on all pages."""
    before = canonical.cache_info().misses
    for _ in range(100):
        canonical("https://news.example/en/news/on-every-page/?utm_source=x")
    assert canonical.cache_info().misses == before + 1
