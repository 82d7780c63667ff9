"""Import: WARC of any tool, WET, saved pages, text, folders, standard input."""

import gzip
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.archive import Archive
from scraper.crawl import import_paths
from scraper.errors import BadInput, MikroscopeError, WrongUsage
from scraper.models import Run
from tests.network.archives import foreign
from tests.network.servers import Heard, Time, page

URL = "https://news.example/en/news/anna/"
HEAD = f'<link rel="canonical" href="{URL}">'
WORDS = page("loupe", HEAD)
Import = Callable[..., Run]


@pytest.fixture
def take(archive: Archive, time: Time, heard: Heard) -> Import:
    """Give an import into the archive."""

    def run(*paths: Path | str, url: str | None = None, stdin: bytes = b"", **more: Any) -> Run:
        time.passed += 1
        names = [str(path) for path in paths]
        return import_paths(archive, names, url, time.now, BytesIO(stdin), heard, **more)

    return run


def write(path: Path, content: bytes) -> Path:
    """Write a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_saved_page_is_kept_as_a_resource_of_its_own_url(
    take: Import, archive: Archive, tmp_path: Path
) -> None:
    """At the time when the file was written."""
    saved = write(tmp_path / "x.html", WORDS)
    os.utime(saved, (1_680_000_000, 1_680_000_000))
    assert take(saved).fetched == 1
    (capture,) = archive.captures()
    assert (capture.url, capture.kind, capture.media_type) == (URL, "resource", "text/html")
    assert capture.captured_at.timestamp() == 1_680_000_000
    assert archive.read(capture) == WORDS


def test_what_is_held_is_not_stored_again_and_that_is_said(
    take: Import, archive: Archive, tmp_path: Path, heard: Heard
) -> None:
    """Whatever the file is called the second time."""
    take(write(tmp_path / "x.html", WORDS))
    run = take(write(tmp_path / "y.htm", WORDS))
    assert run.fetched == 0
    assert "already held: 1" in heard.notes
    assert len(list(archive.captures())) == 1


def test_a_text_needs_its_url(take: Import, archive: Archive, tmp_path: Path) -> None:
    """And is kept as text under it."""
    text = write(tmp_path / "x.txt", b"Under the loupe\n")
    with pytest.raises(WrongUsage, match="--url"):
        take(text)
    assert archive.segments() == []
    take(text, url=URL)
    (capture,) = archive.captures()
    assert (capture.url, capture.media_type) == (URL, "text/plain")


def test_standard_input_is_a_file_like_any(take: Import, archive: Archive) -> None:
    """Page, gzip page or WARC."""
    take("-", stdin=gzip.compress(WORDS))
    take("-", stdin=foreign(URL, "2023-03-27T00:00:00Z", b"<p>1"))
    assert [archive.read(capture) for capture in archive.captures()] == [WORDS, b"<p>1"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_warc_file_of_another_tool_comes_with_its_revisits(
    pack: Callable[[bytes], bytes], take: Import, archive: Archive, tmp_path: Path
) -> None:
    """Gzip or plain; dates and headers stay, pages that are no posts are left out."""
    refers = f"WARC-Refers-To-Target-URI: {URL}\r\nWARC-Refers-To-Date: 2023-03-27T00:00:00Z\r\n"
    records = [
        foreign(URL, "2023-03-27T00:00:00Z", b"<p>1"),
        foreign("https://news.example/style.css", "2023-03-27T00:00:00Z", b"x"),
        foreign(URL, "2023-03-28T00:00:00Z", b"", "revisit", refers),
        foreign(URL, "2023-03-29T00:00:00Z", b"<p>1"),
        foreign(URL, "2023-03-30T00:00:00Z", b"<p>2"),
    ]
    run = take(write(tmp_path / "theirs.bin", b"".join(map(pack, records))))
    assert (run.fetched, run.unchanged) == (2, 2)
    captures = list(archive.captures())
    assert [capture.captured_at.day for capture in captures] == [27, 28, 29, 30]
    assert [archive.read(capture) for capture in captures] == [b"<p>1", b"<p>1", b"<p>1", b"<p>2"]
    assert "of other pages: 1" in run.notes
    assert list(archive.verify()) == []
    assert take(tmp_path / "theirs.bin").fetched == 0


@pytest.mark.parametrize("packed", [True, False])
def test_what_warcio_wrote_is_taken(
    packed: bool,  # noqa: FBT001  # a case
    take: Import,
    archive: Archive,
    tmp_path: Path,
) -> None:
    """With warcinfo, request, a chunked body, an http URL and a revisit of it."""
    path = tmp_path / "theirs"
    chunked = b"5\r\n<p>on\r\n1\r\ne\r\n0\r\n\r\n"
    address = "http://news.example:80/en/news/anna"
    made: list[Any] = []
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        writer.write_record(writer.create_warcinfo_record("theirs.warc", {"software": "other"}))
        for day, body, more in (
            (27, chunked, [("Transfer-Encoding", "chunked")]),
            (29, b"<p>2", []),
        ):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *more], "HTTP/1.1")
            dated = {"WARC-Date": f"2023-03-{day}T00:00:00Z"}
            record = writer.create_warc_record(
                address, "response", BytesIO(body), http_headers=headers, warc_headers_dict=dated
            )
            asked = StatusAndHeaders(
                "GET /en/news/anna HTTP/1.1", [("Host", "x")], is_http_request=True
            )
            request = writer.create_warc_record(address, "request", http_headers=asked)
            writer.write_request_response_pair(request, record)
            made += [request, record]
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        again = writer.create_revisit_record(
            address, digest, address, "2023-03-29T00:00:00Z", http_headers=headers
        )
        again.rec_headers.replace_header("WARC-Date", "2023-03-30T00:00:00Z")
        writer.write_record(again)
        made.append(again)
    for each in made:
        each.raw_stream.close()  # warcio leaves its temporary files open
    assert take(path).fetched == 2
    captures = list(archive.captures())
    assert {capture.url for capture in captures} == {"http://news.example/en/news/anna/"}
    assert [archive.read(capture) for capture in captures] == [b"<p>one", b"<p>2", b"<p>2"]
    assert list(archive.verify()) == []


def test_what_wget_wrote_is_taken(take: Import, archive: Archive, tmp_path: Path) -> None:
    """WARC 1.0 with URLs in angle brackets, requests, and metadata and log records at the end."""
    when = "2023-03-27T00:00:00Z"
    others = (
        foreign(
            "metadata://gnu.org/software/wget/warc/MANIFEST.txt", when, b"<urn:uuid:1>", "metadata"
        ),
        foreign("metadata://gnu.org/software/wget/warc/wget.log", when, b"saved", "resource"),
    )
    kept = foreign(f"<{URL}>", when, b"<p>1")
    asked = foreign(f"<{URL}>", when, b"", "request").replace(
        b"HTTP/1.1 200 OK\r\nContent-Type", b"GET / HTTP/1.1\r\nXontent-Typ"
    )
    path = write(tmp_path / "wget.warc.gz", b"".join(map(gzip.compress, (asked, kept, *others))))
    assert take(path).fetched == 1
    (capture,) = archive.captures()
    assert (capture.url, archive.read(capture)) == (URL, b"<p>1")


def test_wet_text_is_kept_as_a_conversion(take: Import, archive: Archive, tmp_path: Path) -> None:
    """As Common Crawl calls text that was made of a page."""
    take(
        write(
            tmp_path / "x.wet.gz",
            gzip.compress(foreign(URL, "2023-03-27T00:00:00Z", b"text", "conversion")),
        )
    )
    (capture,) = archive.captures()
    assert (capture.kind, archive.read(capture)) == ("conversion", b"text")


def test_a_folder_is_taken_file_by_file(
    take: Import, archive: Archive, tmp_path: Path, heard: Heard
) -> None:
    """What is of no use in it is named and left out."""
    write(tmp_path / "in/a/page.html", WORDS)
    write(tmp_path / "in/b.warc", foreign(URL, "2023-03-27T00:00:00Z", b"<p>1"))
    write(tmp_path / "in/logo.png", b"\x89PNG\r\n\x00\x00")
    write(tmp_path / "in/empty.html", b"")
    run = take(tmp_path / "in")
    assert (run.fetched, run.failed) == (2, 2)
    assert sum(note.startswith("left out: ") for note in heard.notes) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
        (b"WARC/1.0\r\nnot a record", "WARC"),
        (gzip.compress(b"<html>" + b"x" * 100)[:-9], "gzip"),
    ],
)
def test_a_file_that_cannot_be_meant_is_one_clear_line(
    content: bytes | None, expected: str, take: Import, archive: Archive, tmp_path: Path
) -> None:
    """And nothing is written."""
    path = tmp_path / "x.html"
    if content is not None:
        write(path, content)
    with pytest.raises(BadInput, match=expected) as caught:
        take(path, url=URL)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert archive.segments() == []


def test_one_url_is_for_one_file(take: Import, tmp_path: Path) -> None:
    """Two pages cannot be of the same URL by one option."""
    for name in ("a.txt", "b.txt"):
        write(tmp_path / name, b"words")
    with pytest.raises(WrongUsage, match="2 files"):
        take(tmp_path, url=URL)
    with pytest.raises(WrongUsage):
        take(tmp_path / "a.txt", url="not a url")


def test_what_came_before_a_bad_file_stays(take: Import, archive: Archive, tmp_path: Path) -> None:
    """The run's result says that it ended."""
    good = write(tmp_path / "a.html", WORDS)
    cut = write(tmp_path / "b.html", b"")
    with pytest.raises(MikroscopeError, match="empty"):
        take(good, cut)
    assert len(list(archive.captures())) == 1
    (run,) = archive.runs()
    assert run.fetched == 1


def test_what_was_erased_is_not_imported(take: Import, archive: Archive, tmp_path: Path) -> None:
    """As a page or in a WARC file; and that is said."""
    write(tmp_path / "a.html", WORDS)
    write(tmp_path / "b.warc", foreign(URL, "2023-03-27T00:00:00Z", b"<p>1"))
    run = take(tmp_path, skip=lambda url: url == URL)
    assert list(archive.captures()) == []
    assert run.notes == ("erased before: 2",)
