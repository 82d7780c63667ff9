"""Files: WARC of any tool, WET, saved pages, extracted text, folders of them, standard input.

Rule: what a file is, its bytes say and not its name. What is in the archive already is not stored
again, and that is said.
"""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from scraper.archive import (
    MAX_BODY,
    Archive,
    Record,
    Segment,
    exchange_of,
    hex_digest,
    parse_date,
    read_records,
)
from scraper.errors import BadInput, TooLarge, WrongUsage
from scraper.models import Capture
from scraper.reading.index import own_url
from scraper.sources.work import Skip
from scraper.urls import canonical, is_post

STDIN = "-"
TEXT = "text/plain"
HTML = "text/html"
# What a record of a page must have answered to be of use: the page, or that it is not there.
STATUSES = frozenset({200, 404, 410})
_GZIP = b"\x1f\x8b"
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<!--", b"<?xml", b"<meta", b"<article")


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page or text: what it is of, what it is, when the file was written."""

    url: str
    body: bytes
    media_type: str
    at: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class FromWarc:
    """A record of another WARC file."""

    record: Record
    origin: str


Item = Page | FromWarc


class Intake:
    """Puts items into a segment, each once, and counts what became of them."""

    def __init__(self, archive: Archive, segment: Segment, skip: Skip) -> None:
        self._segment = segment
        self._skip = skip
        self._by_date: dict[tuple[str, datetime], Capture] = {}
        self._by_digest: dict[tuple[str, str], Capture] = {}
        self._by_stated: dict[str, Capture] = {}
        self.counts: Counter[str] = Counter()
        for capture in archive.captures():
            self._hold(capture)

    def take(self, item: Item) -> Capture | None:
        """Store an item; None where it is held already or of no use, counted under its reason."""
        capture = self._take_page(item) if isinstance(item, Page) else self._take_record(item)
        if capture is not None:
            self._hold(capture)
            self.counts["unchanged" if capture.kind == "revisit" else "stored"] += 1
        return capture

    def _take_page(self, page: Page) -> Capture | None:
        if self._skip(canonical(page.url)):
            self.counts["erased before"] += 1
            return None
        if (canonical(page.url), hex_digest(page.body)) in self._by_digest:
            self.counts["already held"] += 1
            return None
        return self._segment.add_file(page.url, page.body, page.media_type, page.at)

    def _take_record(self, item: FromWarc) -> Capture | None:
        record = item.record
        if refusal := self._refusal(record):
            self.counts[refusal] += 1
            return None
        url, at = canonical(record.url or ""), parse_date(record.date)
        if record.kind == "revisit":
            return self._take_revisit(record, at)
        same = self._by_digest.get((url, hex_digest(record.body)))
        if same is not None and record.kind == "response" and record.status == same.http_status:
            exchange = exchange_of(record)
            return self._segment.add_revisit(
                exchange, same, "identical-payload-digest", at=at, origin=item.origin
            )
        if same is not None and record.kind != "response":
            self.counts["already held"] += 1
            return None
        capture = self._segment.add_record(record)
        if stated := record.header("WARC-Payload-Digest"):
            self._by_stated[stated] = capture
        return capture

    def _refusal(self, record: Record) -> str | None:
        """Return why a record is not taken, None where it is."""
        if not _of_use(record):
            return "of other pages"
        url = canonical(record.url or "")
        if self._skip(url):
            return "erased before"
        return "already held" if (url, parse_date(record.date)) in self._by_date else None

    def _take_revisit(self, record: Record, at: datetime) -> Capture | None:
        """Store a revisit of what is held, found by URL and date or by its payload's digest."""
        url = record.header("WARC-Refers-To-Target-URI") or record.url or ""
        date = record.header("WARC-Refers-To-Date")
        same = self._by_date.get((canonical(url), parse_date(date))) if date else None
        same = same or self._by_stated.get(record.header("WARC-Payload-Digest") or "")
        if same is None:
            self.counts["repeating what is not held"] += 1
            return None
        unmodified = "server-not-modified" in (record.header("WARC-Profile") or "")
        profile = "server-not-modified" if unmodified else "identical-payload-digest"
        return self._segment.add_revisit(exchange_of(record), same, profile, at=at, origin="file:")

    def _hold(self, capture: Capture) -> None:
        self._by_date.setdefault((capture.url, capture.captured_at), capture)
        if capture.kind != "revisit":
            self._by_digest.setdefault((capture.url, capture.digest), capture)


def items(
    paths: Sequence[str], url: str | None, now: datetime, stdin: BinaryIO
) -> Iterator[Item | BadInput]:
    """Yield what files hold. A file of a folder that is of no use is yielded as its error.

    Raises BadInput for a named file that is missing, empty, binary or damaged, WrongUsage where a
    page does not say its URL and `url` is not given, or is given for more than one file.
    """
    files = list(_files(paths))
    if url is not None:
        canonical(url)
        if len(files) != 1:
            raise WrongUsage(f"--url is the URL of one page; it was given with {len(files)} files")
    for path, named in files:
        try:
            yield from _items_of(path, url, now, stdin)
        except (BadInput, WrongUsage) as error:
            if named:
                raise
            yield BadInput(str(error))


def _files(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each file and whether it was named itself; folders in order of their files' names."""
    for path in paths:
        place = Path(path)
        if path == STDIN or place.is_file():
            yield path, True
        elif place.is_dir():
            found = sorted(str(file) for file in place.rglob("*") if file.is_file())
            if not found:
                raise BadInput(f"{path}: expected files, the folder is empty")
            yield from ((file, False) for file in found)
        else:
            raise BadInput(f"{path}: no such file or folder")


def _items_of(path: str, url: str | None, now: datetime, stdin: BinaryIO) -> Iterator[Item]:
    """Yield what one file holds."""
    name = "standard input" if path == STDIN else path
    if path == STDIN:
        yield from _read(BytesIO(_all_of(stdin, name)), name, url, now)
        return
    try:
        with Path(path).open("rb") as file:
            at = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
            yield from _read(file, name, url, at)
    except OSError as error:
        raise BadInput(f"{name}: cannot be read: {error.strerror}") from error


def _read(stream: BinaryIO, name: str, url: str | None, at: datetime) -> Iterator[Item]:
    head = stream.read(1024)
    stream.seek(0)
    if not head.strip():
        raise BadInput(f"{name}: the file is empty")
    if _peek(head).startswith(b"WARC/"):
        try:
            for record in read_records(stream):
                yield FromWarc(record, f"file:{Path(name).name}")
        except BadInput as error:
            raise BadInput(f"{name}: {error}") from error
        return
    yield _page(_all_of(stream, name), name, url, at)


def _page(body: bytes, name: str, url: str | None, at: datetime) -> Page:
    """Return a saved page or a text. Raises BadInput, WrongUsage."""
    if body.startswith(_GZIP):
        body = _unzipped(body, name)
    if b"\x00" in body[:65536] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{name}: expected a page or text, the file is binary")
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP) or b"<html" in start:
        place = url or own_url(body)
        if place is None:
            raise WrongUsage(f"{name}: the page does not say its URL; give it with --url")
        return Page(place, body, HTML, at, name)
    if url is None:
        raise WrongUsage(f"{name}: a text does not say its URL; give it with --url")
    return Page(url, body, TEXT, at, name)


def _of_use(record: Record) -> bool:
    """Return whether a record is of a post's page."""
    if record.url is None or not is_post(record.url):
        return False
    if record.kind in {"response", "revisit"}:
        return record.status in STATUSES or (
            record.kind == "revisit" and record.status in {304, None}
        )
    return record.kind in {"resource", "conversion"}


def _peek(head: bytes) -> bytes:
    """Return the beginning of what a file holds, gzip or plain."""
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(head, 64)
    except zlib.error:
        return b""


def _unzipped(body: bytes, name: str) -> bytes:
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    try:
        whole = inflater.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise BadInput(f"{name}: expected a gzip file: {error}") from None
    if len(whole) > MAX_BODY or not inflater.eof:
        raise BadInput(f"{name}: expected a whole gzip file of at most {MAX_BODY} bytes")
    return whole


def _all_of(stream: BinaryIO, name: str) -> bytes:
    body = stream.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise TooLarge(f"{name}: expected at most {MAX_BODY} bytes")
    return body
