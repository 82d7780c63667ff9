"""Files: WARC of any tool, WET, saved pages, extracted text, folders of them, standard input.

Rule: what a file is, its bytes say and not its name; what is cut off or damaged is said.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader, RawIOBase
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from scraper.archive import (
    MAX_BODY,
    Record,
    read_records,
)
from scraper.errors import BadInput, TooLarge, WrongUsage
from scraper.reading.index import own_url
from scraper.urls import canonical

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN = "-"
TEXT = "text/plain"
HTML = "text/html"
_CHUNK = 16 * 1024  # bytes read at a time
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


def items(
    paths: Sequence[str], url: str | None, now: datetime, stdin: BinaryIO
) -> Iterator[Item | BadInput]:
    """Yield what files hold. A file of a folder that is of no use is yielded as its error.

    Raises BadInput for a named file that is missing, empty, binary or damaged, WrongUsage where a
    page does not say its URL and `url` is not given, or is given for more than one file.
    """
    for path, named in files_of(paths, url):
        try:
            yield from _items_of(path, url, now, stdin)
        except (BadInput, WrongUsage) as error:
            if named:
                raise
            yield BadInput(str(error))


def files_of(paths: Sequence[str], url: str | None) -> list[tuple[str, bool]]:
    """Return each file that paths mean, and whether it was named itself. Raises as `items` does."""
    files = list(_files(paths))
    if url is not None:
        canonical(url)
        if len(files) != 1:
            raise WrongUsage(f"--url is the URL of one page; it was given with {len(files)} files")
    return files


def _files(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each file and whether it was named itself; folders in order of their files' names."""
    for path in paths:
        place = Path(path)
        if place.is_dir():
            found = sorted(str(file) for file in place.rglob("*") if file.is_file())
            if not found:
                raise BadInput(f"{path}: expected files, the folder is empty")
            yield from ((file, False) for file in found)
        elif path == STDIN or place.exists():  # a pipe is as good as a file
            yield path, True
        else:
            raise BadInput(f"{path}: no such file or folder")


def _items_of(path: str, url: str | None, now: datetime, stdin: BinaryIO) -> Iterator[Item]:
    """Yield what one file holds."""
    name = "standard input" if path == STDIN else path
    if path == STDIN:
        with _spooled(stdin) as spooled:
            yield from _read(spooled, name, url, now)
        return
    try:
        with Path(path).open("rb") as file:
            at = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
            if file.seekable():
                yield from _read(file, name, url, at)
                return
            with _spooled(file) as spooled:
                yield from _read(spooled, name, url, now)
    except OSError as error:
        raise BadInput(f"{name}: cannot be read: {error.strerror or error}") from error


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give what a pipe says as a file: in memory, or on disk where it is large, as WARC files are."""
    with SpooledTemporaryFile(max_size=MAX_BODY) as file:
        copyfileobj(stream, file)
        file.seek(0)
        yield cast("BinaryIO", file)


def _read(stream: BinaryIO, name: str, url: str | None, at: datetime) -> Iterator[Item]:
    head = stream.read(1024)
    stream.seek(0)
    if not head.strip():
        raise BadInput(f"{name}: the file is empty")
    if _peek(head).startswith(b"WARC/"):
        yield from _records(stream, name, packed=head.startswith(_GZIP))
        return
    yield _page(_all_of(stream, name), name, url, at)


def _records(stream: BinaryIO, name: str, *, packed: bool) -> Iterator[FromWarc]:
    """Yield a WARC file's records; then raise BadInput if it is cut off or damaged.

    It is unzipped here, whether each record is a gzip member or the whole file is one: warcio
    refuses the second, and does not miss the end of the last member.
    """
    zipped = _Unzipped(stream) if packed else None
    number, problem = 0, ""
    try:
        for record in read_records(BufferedReader(zipped) if zipped else stream):
            yield FromWarc(record, f"file:{Path(name).name}")
            number += 1
    except BadInput as error:
        problem = str(error)
    problem = problem or (zipped.problem if zipped else "")
    if not problem and not number:
        problem = "expected a WARC record, found the beginning of one"
    if problem:
        raise BadInput(f"{name}: {problem} (whole records before that: {number})")


class _Unzipped(RawIOBase):
    """A gzip file's content, all members of it; what is wrong is told when all else was read."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self._packed = packed
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
        self._fed = b""
        self._begun = False
        self.problem = ""

    def readable(self) -> bool:
        """Say that it is read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill a buffer with what comes next; nothing at the end, or at what is wrong."""
        room = memoryview(buffer).cast("B")
        while not self.problem:
            self._fed = self._fed or self._packed.read(_CHUNK)
            if not self._fed:
                self.problem = "the gzip file is cut off" if self._begun else ""
                return 0
            try:
                piece = self._inflater.decompress(self._fed, len(room))
            except zlib.error as error:
                self.problem = f"the gzip file is damaged: {error}"
                return 0
            self._begun, self._fed = True, self._inflater.unconsumed_tail
            if self._inflater.eof:
                self._begun, self._fed = False, self._inflater.unused_data.lstrip(b"\x00")
                self._inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
            if piece:
                room[: len(piece)] = piece
                return len(piece)
        return 0


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
