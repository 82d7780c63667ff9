"""Whatever is published leads to the bytes that were received, and they can be printed."""

import urllib.request
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.folder import DataFolder
from scraper.sample import Site, Studio
from tests.core.conftest import Crawled
from tests.core.program import mikroscope, printed, rows, within

POST = "noor-abidelle-en"
SLUG = "under-the-mikroscope-noor-abidelle"


def _printed(root: Path, *what: object) -> bytes:
    return printed("original", *what, "--data", root)


def _said(root: Path, *what: object) -> str:
    """Return the one line of an error, and hold the program to it."""
    out, said = within("original", *what, "--data", root, status=1)
    assert out == ""
    assert said.startswith("mikroscope: ")
    assert said.count("\n") == 1
    return said


def _served(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - our own server
        body: bytes = response.read()
    return body


def _by_warcio(segment: Path, offset: int) -> tuple[Any, bytes]:
    """Return the record at an offset as warcio reads it, and its decoded content."""
    with segment.open("rb") as file:
        file.seek(offset)
        record = next(iter(ArchiveIterator(file)))
        return record, record.content_stream().read()


@pytest.fixture
def served(crawled: Crawled, site: Site) -> Crawled:
    """Return the data folder while its site is there to be asked."""
    assert crawled.url == site.url.rstrip("/")
    return crawled


def test_it_is_what_the_server_sent_byte_for_byte(served: Crawled) -> None:
    """By post, by URL and by capture, of every post; and it is what warcio reads there."""
    sql = (
        'SELECT posts.id, posts.url, capture_id, file, "offset" FROM posts'
        " JOIN captures ON captures.id = capture_id ORDER BY posts.id"
    )
    for number, (post, url, capture, file, offset) in enumerate(
        rows(served.root / "mikroscope.db", sql)
    ):
        sent = _served(url)
        ways = ((post,), (url[:-1],), (capture,), (f"{file}@{offset}",), (file, offset))
        assert _printed(served.root, *ways[number % len(ways)]) == sent
        assert _by_warcio(served.root / "archive" / file, offset)[1] == sent


def test_a_version_an_answer_and_a_quote_lead_there_too(served: Crawled) -> None:
    """Each by its own id, as the tables have it."""
    path = served.root / "mikroscope.db"
    ((url, quote),) = rows(
        path, "SELECT url, evidence.id FROM evidence JOIN posts ON posts.id = post_id LIMIT 1"
    )
    assert _printed(served.root, quote) == _served(url)
    sent = _printed(served.root, POST)
    for what in (f"{POST}-v1", f"{POST}-advice"):
        assert _printed(served.root, what) == sent


def test_the_headers_are_those_of_the_record(served: Crawled) -> None:
    """WARC's and HTTP's, each with its empty line, before the same bytes."""
    ((file, offset),) = rows(
        served.root / "mikroscope.db",
        'SELECT file, "offset" FROM posts JOIN captures ON captures.id = capture_id WHERE posts.id = ?',
        POST,
    )
    warc, http, page = _printed(served.root, POST, "--headers").split(b"\r\n\r\n", 2)
    record, body = _by_warcio(served.root / "archive" / file, offset)
    assert page == body
    assert warc.split(b"\r\n")[1:] == [f"{n}: {v}".encode() for n, v in record.rec_headers.headers]
    assert http.split(b"\r\n")[1:] == [f"{n}: {v}".encode() for n, v in record.http_headers.headers]


def test_a_revisit_prints_what_it_repeats(folder: DataFolder, site: Site) -> None:
    """Its own headers, those of the record that it refers to, and that one's page."""
    before = _printed(folder.root, POST)
    within("crawl", "--data", folder.root, "--site", site.url, "--delay", 0, "--full")
    within("build", "--data", folder.root)
    sql = "SELECT id FROM captures WHERE kind = 'revisit' AND url LIKE ?"
    ((revisit,),) = rows(folder.database, sql, f"%/{SLUG}/")
    assert _printed(folder.root, revisit) == before
    shown = _printed(folder.root, revisit, "--headers")
    assert shown.endswith(before)
    heads = shown.removesuffix(before).split(b"\r\n\r\n")
    assert [head.splitlines()[0] for head in heads[:4]] == [
        b"WARC/1.1", b"HTTP/1.1 304 Not Modified", b"WARC/1.1", b"HTTP/1.1 200 OK",
    ]  # fmt: skip


def test_of_a_url_the_newest_capture_is_printed(folder: DataFolder, site: Site) -> None:
    """And the older one still by its own id; a page that is gone is printed as it last was."""
    ((old,),) = rows(folder.database, "SELECT capture_id FROM posts WHERE id = ?", POST)
    first = _printed(folder.root, POST)
    site.studio = Studio.sample().changed(SLUG)
    url = f"{site.url}en/news/{SLUG}/"
    options = ("--data", folder.root, "--site", site.url, "--delay", 0, "--full")
    within("crawl", *options)
    second = _printed(folder.root, url)
    assert second == _served(url) != first
    assert _printed(folder.root, old) == first
    site.studio = site.studio.withdrawn(SLUG)
    within("crawl", *options)
    assert _printed(folder.root, url) == second


def test_a_capture_needs_no_database(folder: DataFolder) -> None:
    """Nor does a URL; the id of a post does, and that is said."""
    ((capture, url),) = rows(
        folder.database, "SELECT capture_id, url FROM posts WHERE id = ?", POST
    )
    page = _printed(folder.root, capture)
    folder.database.unlink()
    assert _printed(folder.root, capture) == page == _printed(folder.root, url)
    assert "no database" in _said(folder.root, POST)


def test_what_is_not_there_is_one_clear_line(crawled: Crawled) -> None:
    """A segment, an offset, a record that is no capture, a URL and an id that are unknown."""
    (segment,) = (crawled.root / "archive").glob("*.warc.gz")
    run = segment.name.removesuffix(".warc.gz")
    for what, said in {
        f"20200101000000000-site@{7}": "no segment of that name",
        f"{run}@1": "expected a record",
        f"{run}@{segment.stat().st_size + 9}": "expected a record",
        f"{run}@0": "no capture of a page",
        "https://news.example/en/news/nobody/": "not in the archive",
        "nobody-at-all": "expected a capture",
    }.items():
        assert said in _said(crawled.root, what)
    within("original", f"{crawled.url}/en/", "5", "--data", crawled.root, status=2)
    done = mikroscope("original", "nobody", "5", "--data", crawled.root, status=1)
    assert done.stderr.count("\n") == 1


def test_a_damaged_record_is_not_printed(folder: DataFolder) -> None:
    """A wrong byte in it is an error, never a page that looks right."""
    ((file, offset),) = rows(
        folder.database,
        'SELECT file, "offset" FROM posts JOIN captures ON captures.id = capture_id WHERE posts.id = ?',
        POST,
    )
    path = folder.archive / file
    content = bytearray(path.read_bytes())
    content[offset + 700] ^= 0x04
    path.write_bytes(content)
    assert f"{file}" in _said(folder.root, POST)


def test_what_was_forgotten_is_said_to_be(folder: DataFolder) -> None:
    """By its old capture and by its URL; the captures of others still are where they were."""
    others = rows(folder.database, "SELECT id, url FROM captures WHERE url NOT LIKE ?", f"%{SLUG}/")
    ((capture, url),) = rows(
        folder.database, "SELECT capture_id, url FROM posts WHERE id = ?", POST
    )
    last = others[-1][0]
    page = _printed(folder.root, last)
    within("forget", "Noor Abidelle", "--data", folder.root)
    assert "erased on request" in _said(folder.root, capture)
    assert "erased on request" in _said(folder.root, url)
    assert _printed(folder.root, last) == page
    assert rows(folder.database, "SELECT id, url FROM captures") == others
