"""Import: WARC of any tool, WET, saved pages, text, folders, standard input."""

import base64
import gzip
import hashlib
import os
import threading
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
        (gzip.compress(b"<html>" + b"x" * 100, mtime=0)[:-9], "gzip"),
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


def test_the_end_of_an_import_tells_what_a_crawl_tells(
    take: Import, tmp_path: Path, heard: Heard
) -> None:
    """Found, fetched, new and changed, unchanged, failed with reasons, bytes, time."""
    write(tmp_path / "in/a.warc", foreign(URL, "2023-03-27T00:00:00Z", b"<p>1"))
    write(tmp_path / "in/b.warc", foreign(URL, "2023-03-28T00:00:00Z", b"<p>2"))
    write(tmp_path / "in/c.warc", foreign(URL, "2023-03-29T00:00:00Z", b"<p>2"))
    write(tmp_path / "in/d.png", b"\x89PNG\x00")
    run = take(tmp_path / "in")
    assert (run.new, run.changed, run.unchanged, run.failed) == (1, 1, 1, 1)
    assert run.bytes == 12
    assert heard.notes[-4:] == [
        "found: 3 by files",
        "fetched: 2 (1 new, 1 changed, 0 not of the series); unchanged: 1; gone: 0; failed: 1",
        "asked: 0 requests, 12 bytes, 0 s",
        f"failed: {tmp_path}/in/d.png: expected a page or text, the file is binary",
    ]


REVISIT = (
    f"WARC-Payload-Digest: sha1:{base64.b32encode(hashlib.sha1(b'<p>1').digest()).decode()}\r\n"  # noqa: S324 - as wget writes it
)


def of_wget(kind: str, date: str, body: bytes) -> bytes:
    """Return a record that says of its payload no more than its digest."""
    whole = foreign(f"<{URL}>", date, body, kind)
    ours = whole.split(b"WARC-Payload-Digest: ")[1].split(b"\r\n")[0]
    return whole.replace(b"WARC-Payload-Digest: " + ours + b"\r\n", REVISIT.encode())


@pytest.mark.parametrize("together", [True, False])
def test_a_revisit_of_wget_finds_what_it_repeats(
    together: bool,  # noqa: FBT001  # a case
    take: Import,
    archive: Archive,
    tmp_path: Path,
) -> None:
    """By its digest alone; whichever file comes first, and if the other came long ago."""
    first = of_wget("response", "2023-03-27T00:00:00Z", b"<p>1")
    again = of_wget("revisit", "2023-04-27T00:00:00Z", b"")
    write(tmp_path / "in/b.warc", first)
    if not together:
        take(tmp_path / "in")
        (tmp_path / "in/b.warc").unlink()
    write(tmp_path / "in/a.warc.gz", gzip.compress(again))
    assert take(tmp_path / "in").unchanged == 1
    *_, last = archive.captures()
    assert (last.kind, last.captured_at.month, archive.read(last)) == ("revisit", 4, b"<p>1")
    assert list(archive.verify()) == []


def test_a_revisit_of_nothing_is_counted(take: Import, tmp_path: Path) -> None:
    """What it repeats never came."""
    write(tmp_path / "in/a.warc", of_wget("revisit", "2023-04-27T00:00:00Z", b""))
    assert take(tmp_path / "in").notes == ("repeating what is not held: 1",)


def test_an_odd_record_is_left_out_and_the_rest_of_its_file_comes(
    take: Import, archive: Archive, tmp_path: Path
) -> None:
    """It is named with its reason."""
    whole = write(
        tmp_path / "x.warc",
        foreign(URL, "yesterday", b"<p>1") + foreign(URL, "2023-03-27T00:00:00Z", b"<p>2"),
    )
    run = take(whole)
    assert (run.fetched, run.failed) == (1, 1)
    assert "yesterday" in next(iter(list(archive.results())[-1]["failures"].values()))


def test_a_warc_file_that_is_one_gzip_member_is_taken(take: Import, tmp_path: Path) -> None:
    """As `gzip` makes of a plain one."""
    records = [foreign(URL, f"2023-03-{day}T00:00:00Z", b"<p>%d" % day) for day in (27, 28)]
    assert take(write(tmp_path / "x.warc.gz", gzip.compress(b"".join(records)))).fetched == 2


@pytest.mark.parametrize("lost", [1, 7, 9, 40, 200])
@pytest.mark.parametrize("packed", [True, False])
def test_a_cut_warc_file_is_said_to_be_and_its_whole_records_are_kept(
    packed: bool,  # noqa: FBT001  # a case
    lost: int,
    take: Import,
    archive: Archive,
    tmp_path: Path,
    heard: Heard,
) -> None:
    """Also where only the last checksum is missing."""
    records = [foreign(URL, f"2023-03-{day}T00:00:00Z", os.urandom(300)) for day in (27, 28)]
    lost += 0 if packed else 4  # the empty lines after a plain record are no loss
    path = write(tmp_path / "x", b"".join(map(gzip.compress, records) if packed else records))
    os.truncate(path, path.stat().st_size - lost)
    with pytest.raises(BadInput, match=r"whole records before that: [12]"):
        take(path)
    assert next(archive.captures()).captured_at.day == 27
    assert any(note.startswith("fetched: ") for note in heard.notes)


def test_standard_input_may_be_larger_than_any_page(take: Import) -> None:
    """WARC files are; it is put aside on disk, not into memory."""
    others = foreign("https://news.example/film.mp4", "2023-03-27T00:00:00Z", bytes(70_000_000))
    post = foreign(URL, "2023-03-27T00:00:00Z", b"<p>1")
    assert take("-", stdin=others + post).fetched == 1


def test_a_named_pipe_is_as_good_as_a_file(take: Import, tmp_path: Path) -> None:
    """As a shell gives for `<(…)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = foreign(URL, "2023-03-27T00:00:00Z", b"<p>1")
    writing = threading.Thread(target=lambda: pipe.write_bytes(content))
    writing.start()
    assert take(pipe).fetched == 1
    writing.join()


def test_that_a_page_was_cut_by_its_crawler_is_not_forgotten(
    take: Import, archive: Archive, tmp_path: Path
) -> None:
    """WARC-Truncated stays (WARC 1.1 §5.13), as Common Crawl writes it."""
    more = "WARC-Truncated: length\r\n"
    take(write(tmp_path / "x", foreign(URL, "2023-03-27T00:00:00Z", b"<p>1", more=more)))
    (capture,) = archive.captures()
    assert b"WARC-Truncated: length\r\n" in archive.original(capture)
