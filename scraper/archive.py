"""The archive: WARC 1.1 files, one segment a run, one gzip member a record. The only user of warcio.

Rule: a completed record is never touched again. A record's bytes are made whole in memory and then
written; a run that was killed leaves at most one incomplete last member, which `repair` cuts off.
What stands beside a segment (`*.index.json`) is derived, and made again when it does not fit.

A segment holds, in this order: `warcinfo` with the run's settings; for each exchange a `response`
or `revisit` and its `request`; for imported files `resource` and `conversion`; `metadata` records
with what the run remembers of URLs; last a `metadata` record with the run's result. Records are
written by hand and not by warcio, because warcio re-encodes HTTP headers and digests with SHA-1.
"""

import base64
import hashlib
import json
import mmap
import os
import re
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from scraper import __version__
from scraper.errors import ArchiveError, BadInput, DataFolderError, TooLarge, WrongUsage
from scraper.models import Capture, Exchange, Run
from scraper.urls import canonical

PROFILES = {
    "server-not-modified": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
    "identical-payload-digest": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
}
CAPTURE_KINDS = frozenset({"response", "revisit", "resource", "conversion"})
RESULT = "urn:mikroscope:result"  # target URI of the record with a run's result
MEMORY = "urn:mikroscope:memory"  # target URI of records with what a run remembers of URLs

MAX_BODY = 64 * 1024 * 1024  # bytes of a decoded body; no page of the series has a hundredth
MAX_RECORD = 256 * 1024 * 1024  # bytes of a record before compression
SYNC_EVERY = 1024 * 1024  # bytes of imported records between two fsyncs
INDEX_FORMAT = 1
_CHUNK = 16 * 1024
_GZIP = b"\x1f\x8b\x08"
_NAME = re.compile(r"\d{17}-(?P<source>[a-z]+)\.warc\.gz")

Pairs = Sequence[tuple[str, str]]
Facts = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Damage:
    """What `verify` found: in which file, at which offset, and what is wrong there."""

    file: str
    offset: int
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """A WARC record as read: its headers and, where its block is HTTP, that taken apart.

    `body` is the entity body as transferred (no chunking), or the whole block of other records.
    """

    kind: str
    url: str | None
    date: str
    headers: Pairs
    status: int | None
    reason: str
    http_version: str
    http_headers: Pairs
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first WARC header of this name, whatever its case."""
        return _header(self.headers, name)

    def http_header(self, name: str) -> str | None:
        """Return the first HTTP header of this name, whatever its case."""
        return _header(self.http_headers, name)


@dataclass(slots=True)
class _Listing:
    """What one segment holds, cheap to keep: its derived index."""

    captures: list[Capture] = field(default_factory=list)
    run: Run | None = None
    result: dict[str, Any] = field(default_factory=dict)
    memory: Facts = field(default_factory=dict)


class Archive:
    """The folder of WARC segments. It need not exist to be read: then it is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings: dict[str, tuple[tuple[int, int], _Listing]] = {}
        self._originals: dict[tuple[str, str], Capture] = {}
        self._by_digest: dict[str, Capture] = {}
        self._resolved_of: list[tuple[str, tuple[int, int]]] | None = None

    def segments(self) -> list[Path]:
        """Return the WARC files in order of name, which begins with the time of the run."""
        return sorted(self.folder.glob("*.warc.gz"))

    def repair(self) -> list[str]:
        """Cut incomplete last members off and say so, one line each; nothing else is touched.

        Damage inside a segment stays as it is and is `verify`'s to name.
        """
        said = []
        for left in sorted(self.folder.glob("*.part")):
            left.unlink()
            said.append(f"{left.name}: removed, a rewriting that was never finished")
        for path in self.segments():
            if _read_index(path) is None:
                said += _cut_back(path)
        return said

    def captures(self) -> Iterator[Capture]:
        """Yield the records of http(s) URLs that hold or repeat content, by file, then offset."""
        for path in self.segments():
            yield from self._listing(path).captures

    def runs(self) -> Iterator[Run]:
        """Yield each segment's run; one that was cut short has no `finished`."""
        for path in self.segments():
            run = self._listing(path).run
            if run is not None:
                yield run

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield each finished run's result as it was stored (see Segment.finish)."""
        for path in self.segments():
            result = self._listing(path).result
            if result:
                yield result

    def memory(self) -> Facts:
        """Return what the runs remember of URLs, the latest run's word last (Segment.remember)."""
        facts: Facts = {}
        for path in self.segments():
            for url, said in self._listing(path).memory.items():
                facts.setdefault(url, {}).update(said)
        return facts

    def read(self, capture: Capture) -> bytes:
        """Return the decoded entity body; a revisit's is that of the record it repeats.

        Raises ArchiveError where a record is damaged or missing, TooLarge past MAX_BODY.
        """
        holder = self._original_of(capture)
        record = self._record(holder)
        if hex_digest(record.body) != holder.digest and holder.digest.startswith("sha256:"):
            raise ArchiveError(f"{holder.file} at {holder.offset}: the payload is not its digest's")
        return decoded(record.body, record.http_header("content-encoding"))

    def original(self, capture: Capture) -> bytes:
        """Return the WARC record as stored, its gzip member undone. Raises ArchiveError."""
        return self._member(capture)

    def verify(self) -> Iterator[Damage]:
        """Read every record whole: gzip checksums, lengths, digests; yield what is wrong."""
        for path in self.segments():
            for member in _members(path):
                if member.data is None:
                    yield Damage(path.name, member.offset, member.problem)
                    continue
                for problem in _problems(member.data):
                    yield Damage(path.name, member.offset, problem)
            yield from self._unresolved(path)

    def begin(self, source: str, settings: Mapping[str, str], now: datetime) -> "Segment":
        """Open a new segment for one run; `settings` go into its warcinfo, which comes first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        at = now
        while (path := self.folder / f"{_stamp(at)}-{source}.warc.gz").exists():
            at += timedelta(milliseconds=1)
        return Segment(path, source, settings, now)

    def without(self, predicate: Callable[[str], bool]) -> list[str]:
        """Rewrite segments leaving out records whose URL satisfies the predicate; say which.

        Every other record stays byte for byte; of our own memory and result records only the
        mentions of such URLs go. A segment is written beside, synced and renamed over the old one.
        """
        said = []
        for path in self.segments():
            gone = _rewrite(path, lambda url: _any_form(predicate, url))
            if gone:
                said.append(f"{path.name}: {gone} records left out or purged")
        self._listings.clear()
        return said

    def _listing(self, path: Path) -> _Listing:
        """Return a segment's index, from memory, from beside the segment, or from the segment."""
        stamp = _size_and_time(path)
        held = self._listings.get(path.name)
        if held and held[0] == stamp:
            return held[1]
        listing = _read_index(path)
        if listing is None:
            listing, sound = _list(path)
            if sound:
                _write_index(path, listing)
        self._listings[path.name] = (stamp, listing)
        return listing

    def _original_of(self, capture: Capture) -> Capture:
        """Follow a revisit to the record that holds its payload. Raises ArchiveError."""
        if capture.kind != "revisit":
            return capture
        self._learn_originals()
        url, date = capture.same_as or ("", "")
        held = self._originals.get((_canonical_or_raw(url), date))
        held = held or self._by_digest.get(capture.digest)
        if held is None:
            raise ArchiveError(
                f"{capture.file} at {capture.offset}: expected the archive to hold {url} of {date},"
                " which this record repeats"
            )
        return held

    def _learn_originals(self) -> None:
        """Know each record that holds a payload, by URL and date and by digest."""
        state = [(path.name, _size_and_time(path)) for path in self.segments()]
        if state == self._resolved_of:
            return
        self._originals, self._by_digest, self._resolved_of = {}, {}, state
        for capture in self.captures():
            if capture.kind != "revisit":
                key = (capture.url, warc_date(capture.captured_at))
                self._originals.setdefault(key, capture)
                self._by_digest.setdefault(capture.digest, capture)

    def _unresolved(self, path: Path) -> Iterator[Damage]:
        for capture in self._listing(path).captures:
            try:
                self._original_of(capture)
            except ArchiveError as error:
                yield Damage(path.name, capture.offset, str(error))

    def _member(self, capture: Capture) -> bytes:
        path = self.folder / capture.file
        try:
            with _mapped(path) as data:
                return _inflate(data, capture.offset)[0]
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise ArchiveError(f"{path} at {capture.offset}: expected a record: {error}") from error

    def _record(self, capture: Capture) -> Record:
        for record in read_records(BytesIO(self._member(capture))):
            return record
        raise ArchiveError(f"{capture.file} at {capture.offset}: expected a record, found none")


class Segment:
    """One run's WARC file while it is written. A context manager; leaving it closes the file."""

    def __init__(self, path: Path, source: str, settings: Mapping[str, str], now: datetime) -> None:
        self.path = path
        self.source = source
        self.run = Run(id=path.name.removesuffix(".warc.gz"), source=source, started=now)
        self._listing = _Listing(run=self.run)
        self._end = 0
        self._synced = 0
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except OSError as error:
            raise DataFolderError(f"cannot write {path}: {error.strerror}") from error
        self._warcinfo = _record_id()
        try:
            self._write(self._warcinfo_record(settings, now))
            self._sync(folder=True)
        except BaseException:
            os.close(self._file)
            path.unlink()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Sync and close the file, and write the index beside it."""
        if self._file < 0:
            return
        try:
            self._sync()
        finally:
            os.close(self._file)
            self._file = -1
        self._listing.run = _so_far(self._listing)
        _write_index(self.path, self._listing)

    def add_exchange(
        self, exchange: Exchange, *, at: datetime | None = None, origin: str | None = None
    ) -> Capture:
        """Store a response and its request, as they came. `at` is the time the response is of.

        A response got from another archive is of an earlier time and another place: then `at` is
        that archive's time, `origin` where it was got, and no request is stored, since none of ours
        went to the site. Synced before it returns.
        """
        headers = self._headers("response", exchange.final_url, at or exchange.started_at)
        headers += [("WARC-Source-URI", origin)] if origin else []
        headers.append(("WARC-Payload-Digest", _warc_digest(exchange.body)))
        capture = self._add(headers, _http_type("response"), _response_block(exchange))
        if origin is None:
            self._add_request(exchange, headers)
        self._sync()
        return capture

    def add_revisit(
        self,
        exchange: Exchange,
        same_as: Capture,
        profile: str = "server-not-modified",
        *,
        at: datetime | None = None,
        origin: str | None = None,
    ) -> Capture:
        """Store that a URL answered with what the archive has (WARC 1.1 §6.7), with its headers.

        `profile` is `server-not-modified` for a 304, `identical-payload-digest` for a repeated
        payload, which is then not stored again. `at` and `origin` as in add_exchange.
        """
        own = (same_as.stored_url or same_as.url, warc_date(same_as.captured_at))
        refers_to, date = same_as.same_as or own
        headers = [
            *self._headers("revisit", exchange.final_url, at or exchange.started_at),
            ("WARC-Profile", PROFILES[profile]),
            ("WARC-Refers-To-Target-URI", refers_to),
            ("WARC-Refers-To-Date", date),
            ("WARC-Payload-Digest", _to_base32(same_as.digest)),
        ]
        headers += [("WARC-Source-URI", origin)] if origin else []
        bare = replace(exchange, body=b"")
        capture = self._add(headers, _http_type("response"), _response_block(bare))
        if origin is None:
            self._add_request(exchange, headers)
        self._sync()
        return capture

    @staticmethod
    def digest_of(exchange: Exchange) -> str:
        """Return the digest that an exchange's payload would have as a capture."""
        return hex_digest(exchange.body)

    def add_file(
        self, url: str, body: bytes, media_type: str, captured_at: datetime, kind: str = "resource"
    ) -> Capture:
        """Store an imported file: `resource` as it was, `conversion` for text made of a page."""
        headers = self._headers(kind, url, captured_at)
        headers.append(("WARC-Payload-Digest", _warc_digest(body)))
        capture = self._add(headers, media_type, body)
        self._sync_sometimes()
        return capture

    def add_record(self, record: Record, origin: str | None = None) -> Capture:
        """Store a record of another tool's WARC file: its date, HTTP headers and body stay.

        `origin` is where the record was got, if that has a URL.
        """
        if record.url is None:
            raise BadInput("expected a WARC record of a URL, found one of none")
        when = parse_date(record.date)
        if record.kind in {"resource", "conversion"}:
            media_type = record.header("content-type") or "application/octet-stream"
            return self.add_file(record.url, record.body, media_type, when, record.kind)
        headers = self._headers("response", record.url, when)
        headers += [("WARC-Source-URI", origin)] if origin else []
        headers.append(("WARC-Payload-Digest", _warc_digest(record.body)))
        block = _block(_status_line(record), record.http_headers, record.body, "utf-8")
        capture = self._add(headers, _http_type("response"), block)
        self._sync_sometimes()
        return capture

    def remember(self, facts: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
        """Keep facts about URLs that no response says: what found them, their date, our judgement.

        Later facts of a URL add to the earlier ones and replace those of the same name.
        """
        self._note(MEMORY, {"about": facts}, now)
        for url, said in facts.items():
            self._listing.memory.setdefault(url, {}).update(said)

    def finish(self, run: Run, details: Mapping[str, Any] | None = None) -> None:
        """Write the run's result, with details such as reasons of failure, and sync."""
        stored = replace(run, id=self.run.id, source=self.source, started=self.run.started)
        result = {"run": _jsonable(asdict(stored)), **(details or {})}
        self._note(RESULT, result, run.finished or self.run.started)
        self._sync()
        self._listing.run, self._listing.result = stored, result

    def _note(self, uri: str, content: Mapping[str, Any], now: datetime) -> None:
        headers = self._headers("metadata", uri, now)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        self._write(_serialise(headers, "application/json", text.encode()))
        self._sync_sometimes()

    def _add(self, headers: list[tuple[str, str]], content_type: str, block: bytes) -> Capture:
        """Write one record and list it."""
        member = _serialise(headers, content_type, block)
        capture = next(_captures_of(member, self.path.name, self._end))
        self._write(member)
        self._listing.captures.append(capture)
        return capture

    def _add_request(self, exchange: Exchange, response: Pairs) -> None:
        """Write the request beside its response (WARC-Concurrent-To)."""
        headers = [
            ("WARC-Type", "request"),
            ("WARC-Record-ID", _record_id()),
            ("WARC-Date", _header(response, "WARC-Date") or ""),
            ("WARC-Target-URI", exchange.final_url),
            ("WARC-Warcinfo-ID", self._warcinfo),
            ("WARC-Concurrent-To", _header(response, "WARC-Record-ID") or ""),
        ]
        target = re.sub(r"^https?://[^/]+", "", exchange.final_url) or "/"
        line = f"GET {target} HTTP/1.1"
        block = _block(line, exchange.request_headers, b"")
        self._write(_serialise(headers, _http_type("request"), block))

    def _headers(self, kind: str, url: str, at: datetime) -> list[tuple[str, str]]:
        return [
            ("WARC-Type", kind),
            ("WARC-Record-ID", _record_id()),
            ("WARC-Date", warc_date(at)),
            ("WARC-Target-URI", url),
            ("WARC-Warcinfo-ID", self._warcinfo),
        ]

    def _warcinfo_record(self, settings: Mapping[str, str], now: datetime) -> bytes:
        fields = {
            "software": f"Mikroscope/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "isPartOf": "mikroscope",
            "source": self.source,
            **settings,
        }
        block = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items())
        headers = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", self._warcinfo),
            ("WARC-Date", warc_date(now)),
            ("WARC-Filename", self.path.name),
        ]
        return _serialise(headers, "application/warc-fields", block.encode())

    def _write(self, record: bytes) -> None:
        """Append one record as a gzip member; on failure (disk full) leave no half of it."""
        member = _gzip(record)
        left = memoryview(member)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            with suppress(OSError):  # cutting back only spares the next run the repair
                os.ftruncate(self._file, self._end)
                os.lseek(self._file, self._end, os.SEEK_SET)
            raise DataFolderError(f"cannot write {self.path}: {error.strerror}") from error
        self._end += len(member)

    def _sync_sometimes(self) -> None:
        """Sync after each SYNC_EVERY bytes: a file that is imported can be imported again."""
        if self._end - self._synced >= SYNC_EVERY:
            self._sync()

    def _sync(self, *, folder: bool = False) -> None:
        try:
            os.fsync(self._file)
            if folder:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise DataFolderError(f"cannot write {self.path}: {error.strerror}") from error
        self._synced = self._end


def decoded(body: bytes, encoding: str | None, limit: int = MAX_BODY) -> bytes:
    """Undo Content-Encoding (RFC 9110 §8.4): gzip and deflate, also twice.

    Raises TooLarge past `limit` bytes, ArchiveError where the body is cut off or the coding is not
    known. A body that does not begin as its header says is taken as it is: other tools decode
    bodies and leave the header.
    """
    for name in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        if name in {"", "identity"}:
            continue
        if name not in {"gzip", "x-gzip", "deflate"}:
            raise ArchiveError(f"expected a body in gzip or deflate, found Content-Encoding {name}")
        body = _gunzip(body, limit) if name.endswith("gzip") else _undeflate(body, limit)
    if len(body) > limit:
        raise TooLarge(f"expected at most {limit} bytes in a body")
    return body


def read_records(stream: BinaryIO, limit: int = MAX_RECORD) -> Iterator[Record]:
    """Yield the records of any WARC file, gzip or plain, also of other tools.

    Raises BadInput where it is no WARC file or ends in the middle of a record, TooLarge past
    `limit` bytes a record.
    """
    try:
        for raw in ArchiveIterator(stream):
            if raw.rec_type == "arc_header" or raw.format != "warc":
                raise BadInput("expected a WARC file, found the older ARC format")
            yield _as_record(raw, limit)
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, AttributeError) as error:
        raise BadInput(f"expected a WARC file: {_one_line(error)}") from error


def exchange_of(record: Record) -> Exchange:
    """Return a foreign record's HTTP response as an exchange of which no request is known."""
    url = record.url or ""
    return Exchange(
        url=url,
        final_url=url,
        status=record.status or 200,
        reason=record.reason,
        http_version=record.http_version or "HTTP/1.1",
        request_headers=(),
        headers=tuple(record.http_headers),
        body=record.body,
        started_at=parse_date(record.date),
    )


def warc_date(at: datetime) -> str:
    """Return a WARC-Date: UTC, to the microsecond where there is one (WARC 1.1 §5.4)."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date(text: str) -> datetime:
    """Read a WARC-Date, with any number of digits after the second. Raises BadInput."""
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        raise BadInput(f"expected a WARC-Date, found {text!r}") from None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


# What a segment is made of


@dataclass(frozen=True, slots=True)
class _Member:
    """One gzip member of a segment; no data, and the problem, where it cannot be read."""

    offset: int
    end: int
    data: bytes | None
    problem: str = ""
    cut: bool = False


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _inflate(data: bytes | mmap.mmap, start: int) -> tuple[bytes, int]:
    """Return one member's content and where it ends; EOFError if it is cut off."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    pieces, size, position = [], 0, start
    while not inflater.eof:
        chunk = data[position : position + _CHUNK]
        if not chunk:
            raise EOFError("the gzip member is cut off")
        piece = inflater.decompress(chunk)
        pieces.append(piece)
        size += len(piece)
        position += len(chunk)
        if size > MAX_RECORD:
            raise ValueError(f"the record has more than {MAX_RECORD} bytes")
    return b"".join(pieces), position - len(inflater.unused_data)


def _members(path: Path) -> Iterator[_Member]:
    """Yield a segment's members; after a damaged one go on with the next that is whole."""
    with _mapped(path) as data:
        position = 0
        while position < len(data):
            try:
                content, end = _inflate(data, position)
            except EOFError as error:
                following = _next_whole(data, position + 1)
                yield _Member(position, following, None, str(error), following == len(data))
                position = following
            except (zlib.error, ValueError) as error:
                following = _next_whole(data, position + 1)
                blank = following == len(data) and not data[position:].strip(b"\x00")
                yield _Member(position, following, None, _one_line(error), blank)
                position = following
            else:
                yield _Member(position, end, content)
                position = end


def _next_whole(data: bytes | mmap.mmap, start: int) -> int:
    """Return where the next whole member that holds a WARC record begins, else the end."""
    position = data.find(_GZIP, start)
    while position >= 0:
        try:
            if _inflate(data, position)[0].startswith(b"WARC/"):
                return position
        except (EOFError, zlib.error, ValueError):
            pass  # these three bytes begin no member; the search goes on
        position = data.find(_GZIP, position + 1)
    return len(data)


def _cut_back(path: Path) -> list[str]:
    """Cut an incomplete last member off a segment and say so; remove a segment left empty."""
    last = None
    for last in _members(path):
        if last.data is None and not last.cut:
            return [f"{path.name}: damaged at {last.offset}: {last.problem}; left as it is"]
    if last is not None and last.data is not None:
        return []
    keep = last.offset if last is not None else 0
    if keep == 0:
        path.unlink()
        return [f"{path.name}: removed, a run was stopped before its first record"]
    lost = path.stat().st_size - keep
    with path.open("r+b") as file:
        file.truncate(keep)
        os.fsync(file.fileno())
    return [f"{path.name}: a run was stopped; {lost} bytes of an incomplete record cut off"]


def _list(path: Path) -> tuple[_Listing, bool]:
    """Read a segment's index out of the segment; whether it is sound to its end."""
    listing, sound = _Listing(), True
    for member in _members(path):
        if member.data is None:
            sound = False
            continue
        for record in read_records(BytesIO(member.data)):
            _list_record(listing, record, path.name, member.offset)
    listing.run = _so_far(listing)
    return listing, sound


def _so_far(listing: _Listing) -> Run | None:
    """Return the run; one that was cut short is counted from what it left."""
    if listing.run is None or listing.run.finished is not None:
        return listing.run
    kinds = [capture.kind for capture in listing.captures]
    return replace(
        listing.run, fetched=len(kinds) - kinds.count("revisit"), unchanged=kinds.count("revisit")
    )


def _list_record(listing: _Listing, record: Record, file: str, offset: int) -> None:
    if record.kind == "warcinfo":
        run_id = file.removesuffix(".warc.gz")
        listing.run = Run(run_id, _source_of(file), parse_date(record.date))
    elif record.kind == "metadata" and record.url == MEMORY:
        for url, said in json.loads(record.body)["about"].items():
            listing.memory.setdefault(url, {}).update(said)
    elif record.kind == "metadata" and record.url == RESULT:
        listing.result = json.loads(record.body)
        listing.run = _run_from(listing.result["run"])
    elif capture := _as_capture(record, file, offset):
        listing.captures.append(capture)


def _captures_of(record: bytes, file: str, offset: int) -> Iterator[Capture]:
    for read in read_records(BytesIO(record)):
        if capture := _as_capture(read, file, offset):
            yield capture


def _as_capture(record: Record, file: str, offset: int) -> Capture | None:
    """Return what a record is of; None for requests and for what is no web page."""
    url = record.url or ""
    if record.kind not in CAPTURE_KINDS or not url.startswith(("http://", "https://")):
        return None
    refers = record.header("WARC-Refers-To-Target-URI"), record.header("WARC-Refers-To-Date")
    stated = record.header("WARC-Payload-Digest")
    media_type = record.http_header("content-type") or (
        record.header("content-type") if record.kind in {"resource", "conversion"} else None
    )
    return Capture(
        url=_canonical_or_raw(url),
        captured_at=parse_date(record.date),
        source=_source_of(file),
        kind=record.kind,
        http_status=record.status,
        media_type=media_type,
        digest=_from_base32(stated) if stated else hex_digest(record.body),
        file=file,
        offset=offset,
        etag=record.http_header("etag"),
        last_modified=record.http_header("last-modified"),
        same_as=(refers[0], refers[1]) if refers[0] and refers[1] else None,
        stored_url=None if url == _canonical_or_raw(url) else url,
    )


def _as_record(raw: Any, limit: int) -> Record:
    """Take warcio's record over; its body bounded, its chunking undone."""
    http = raw.http_headers
    chunked = bool(http) and "chunked" in (http.get_header("transfer-encoding") or "").lower()
    body = (ChunkedDataReader(raw.raw_stream) if chunked else raw.raw_stream).read(limit + 1)
    if len(body) > limit:
        raise TooLarge(f"expected at most {limit} bytes in a WARC record")
    code = (http.statusline.split(" ", 1) if http and raw.rec_type != "request" else [""])[0]
    return Record(
        kind=raw.rec_type or "",
        url=raw.rec_headers.get_header("WARC-Target-URI"),
        date=raw.rec_headers.get_header("WARC-Date") or "",
        headers=tuple(raw.rec_headers.headers),
        status=int(code) if code.isdigit() else None,
        reason=http.statusline.partition(" ")[2] if http else "",
        http_version=http.protocol if http else "",
        http_headers=tuple(http.headers) if http else (),
        body=body,
    )


def _problems(data: bytes) -> Iterator[str]:
    """Yield what is wrong with one record: its length and its SHA-256 digests."""
    rest = data.partition(b"\r\n\r\n")[2]
    block = rest[:-4]
    try:
        record = next(read_records(BytesIO(data)))
    except (BadInput, StopIteration) as error:
        yield f"expected a WARC record: {_one_line(error)}"
        return
    if record.header("Content-Length") != str(len(block)) or not rest.endswith(b"\r\n\r\n"):
        yield f"expected a block of {record.header('Content-Length')} bytes, found {len(block)}"
    stated = _from_base32(record.header("WARC-Block-Digest") or "")
    if stated.startswith("sha256:") and stated != hex_digest(block):
        yield "the block is not its digest's"
    stated = _from_base32(record.header("WARC-Payload-Digest") or "")
    repeats = record.kind == "revisit"  # its payload stands elsewhere
    if stated.startswith("sha256:") and not repeats and stated != hex_digest(record.body):
        yield "the payload is not its digest's"


def _rewrite(path: Path, unwanted: Callable[[str], bool]) -> int:
    """Write a segment again without what is unwanted; return how many records that concerned."""
    touched, beside = 0, path.with_name(f"{path.name}.part")
    with _mapped(path) as data, beside.open("wb") as out:
        for member in _members(path):
            old = bytes(data[member.offset : member.end])
            new = old if member.data is None else _purged(old, member.data, unwanted)
            touched += new != old
            out.write(new)
        out.flush()
        os.fsync(out.fileno())
    if not touched:
        beside.unlink()
        return 0
    _index_path(path).unlink(missing_ok=True)
    beside.replace(path)
    _sync_folder(path.parent)
    return touched


def _purged(member: bytes, data: bytes, unwanted: Callable[[str], bool]) -> bytes:
    """Return a member as it is, or nothing, or with the mentions of unwanted URLs taken out."""
    for record in read_records(BytesIO(data)):
        if record.url in {MEMORY, RESULT}:
            said = json.loads(record.body)
            kept = _scrubbed(said, unwanted)
            if kept != said:
                text = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
                headers = [pair for pair in record.headers if pair[0] not in _COMPUTED]
                return _gzip(_serialise(headers, "application/json", text))
        elif (record.url and unwanted(record.url)) or unwanted(
            record.header("WARC-Refers-To-Target-URI") or ""
        ):
            return b""
    return member


_COMPUTED = frozenset({"Content-Type", "Content-Length", "WARC-Block-Digest"})


def _scrubbed(said: Any, unwanted: Callable[[str], bool]) -> Any:
    """Return JSON without the keys, items and values that are unwanted URLs."""
    if isinstance(said, dict):
        return {
            key: _scrubbed(value, unwanted)
            for key, value in said.items()
            if not unwanted(key) and not (isinstance(value, str) and unwanted(value))
        }
    if isinstance(said, list):
        kept = [item for item in said if not (isinstance(item, str) and unwanted(item))]
        return [_scrubbed(item, unwanted) for item in kept]
    return said


def _any_form(predicate: Callable[[str], bool], url: str) -> bool:
    """Ask a predicate about a URL as it is and in its canonical form; no URL, no."""
    return url.startswith(("http://", "https://")) and (
        predicate(url) or predicate(_canonical_or_raw(url))
    )


# The bytes of a record


def _serialise(headers: Pairs, content_type: str, block: bytes) -> bytes:
    """Return a whole WARC 1.1 record (§4), its block digested."""
    lines = [
        *headers,
        ("WARC-Block-Digest", _warc_digest(block)),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return b"".join((b"WARC/1.1\r\n", head.encode(), b"\r\n", block, b"\r\n\r\n"))


def _response_block(exchange: Exchange) -> bytes:
    line = f"{exchange.http_version} {exchange.status} {exchange.reason}".rstrip()
    return _block(line, exchange.headers, exchange.body)


def _status_line(record: Record) -> str:
    status = "" if record.status is None else str(record.status)
    return f"{record.http_version or 'HTTP/1.1'} {status} {record.reason}".rstrip()


def _block(line: str, headers: Pairs, body: bytes, charset: str = "latin-1") -> bytes:
    """Return an HTTP message; Transfer-Encoding goes, since the body stands as it was sent in it."""
    kept = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    head = "".join(f"{name}: {value}\r\n" for name, value in kept)
    return b"".join((f"{line}\r\n{head}\r\n".encode(charset, "replace"), body))


def _gzip(record: bytes) -> bytes:
    """Return one gzip member; the same record gives the same bytes."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return deflater.compress(record) + deflater.flush()


def _gunzip(body: bytes, limit: int) -> bytes:
    """Undo gzip, all members of it, within `limit`; what is no gzip is returned as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    whole = b""
    while body.startswith(b"\x1f\x8b"):
        piece, body = _inflated(body, zlib.MAX_WBITS + 16, limit - len(whole))
        whole += piece
    return whole


def _undeflate(body: bytes, limit: int) -> bytes:
    """Undo deflate, with the zlib frame that RFC 9110 asks for or without, as some servers do."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return _inflated(body, bits, limit)[0]
        except ArchiveError:
            continue
    return body


def _inflated(body: bytes, bits: int, limit: int) -> tuple[bytes, bytes]:
    """Return decompressed bytes and what follows them; TooLarge past `limit`."""
    inflater = zlib.decompressobj(bits)
    try:
        whole = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise ArchiveError(f"expected a compressed body: {error}") from error
    if len(whole) > limit:
        raise TooLarge(f"expected at most {limit} bytes in a decoded body")
    if not inflater.eof:
        raise ArchiveError("expected a whole compressed body, found one that is cut off")
    return whole, inflater.unused_data


def hex_digest(payload: bytes) -> str:
    """Return a payload's digest as a Capture has it."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


def _warc_digest(payload: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(payload).digest()).decode()}"


def _from_base32(stated: str) -> str:
    """Return a SHA-256 digest of a WARC header in hexadecimal; others stay as they are."""
    name, _, value = stated.partition(":")
    if name.lower() != "sha256" or len(value) == 64:
        return stated
    try:
        return f"sha256:{base64.b32decode(value).hex()}"
    except ValueError:
        return stated


def _to_base32(digest: str) -> str:
    name, _, value = digest.partition(":")
    return (
        f"sha256:{base64.b32encode(bytes.fromhex(value)).decode()}" if name == "sha256" else digest
    )


# The index beside a segment


def _index_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.index.json")


def _size_and_time(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _write_index(path: Path, listing: _Listing) -> None:
    """Write the index of a segment that is complete; where it cannot be written it is not needed."""
    size, changed = _size_and_time(path)
    content = {
        "format": INDEX_FORMAT,
        "size": size,
        "mtime_ns": changed,
        "captures": [_row(capture) for capture in listing.captures],
        "run": _jsonable(asdict(listing.run)) if listing.run else None,
        "result": listing.result,
        "memory": listing.memory,
    }
    beside = path.with_name(f"{path.name}.index.part")
    with suppress(OSError):
        beside.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        beside.replace(_index_path(path))


def _read_index(path: Path) -> _Listing | None:
    """Return the index beside a segment; None if there is none or it does not fit the segment."""
    try:
        content = json.loads(_index_path(path).read_bytes())
        size, changed = _size_and_time(path)
        if (content["format"], content["size"], content["mtime_ns"]) != (
            INDEX_FORMAT,
            size,
            changed,
        ):
            return None
        run = _run_from(content["run"]) if content["run"] else None
        captures = [_from_row(row, path.name) for row in content["captures"]]
        return _Listing(captures, run, content["result"], content["memory"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # derived, so that whatever is wrong with it, it is made again


def _row(capture: Capture) -> list[Any]:
    return [
        capture.url,
        capture.captured_at.isoformat(),
        capture.source,
        capture.kind,
        capture.http_status,
        capture.media_type,
        capture.digest,
        capture.offset,
        capture.etag,
        capture.last_modified,
        capture.same_as,
        capture.stored_url,
    ]


def _from_row(row: list[Any], file: str) -> Capture:
    url, at, source, kind, status, media_type, digest, offset, etag, modified, same_as, stored = row
    return Capture(
        url,
        datetime.fromisoformat(at),
        source,
        kind,
        status,
        media_type,
        digest,
        file,
        offset,
        etag,
        modified,
        tuple(same_as) if same_as else None,
        stored,
    )


def _run_from(stored: Mapping[str, Any]) -> Run:
    times = {
        name: datetime.fromisoformat(stored[name]) if stored[name] else None
        for name in ("started", "finished")
    }
    return Run(**{**stored, **times, "notes": tuple(stored["notes"])})


def _jsonable(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


# Small things


def _header(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in pairs if key.lower() == name.lower()), None)


def _http_type(kind: str) -> str:
    return f"application/http; msgtype={kind}"


def _record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _stamp(at: datetime) -> str:
    """Return 17 digits, UTC to the millisecond: the order of names is the order of runs."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]


def _source_of(file: str) -> str:
    """Return a segment's source out of its name; a file of another name was put there by hand."""
    found = _NAME.fullmatch(file)
    return found["source"] if found else "files"


def _canonical_or_raw(url: str) -> str:
    try:
        return canonical(url)
    except WrongUsage:
        return url


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
