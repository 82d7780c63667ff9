"""One run's WARC file while it is written.

Rule: a record's bytes are made whole in memory and then written, so that whatever happens to the
run, at most the last member of its segment is incomplete.

A segment holds, in this order: `warcinfo` with the run's settings; for each exchange a `response`
or `revisit` and its `request`; for imported files `resource` and `conversion`; `metadata` records
with what the run remembers of URLs; last a `metadata` record with the run's result.
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scraper import __version__
from scraper.archive.listing import (
    MEMORY,
    RESULT,
    Listing,
    capture_of,
    captures_of,
    jsonable,
    recall,
    run_so_far,
    write_index,
)
from scraper.archive.reading import Record, status_line
from scraper.archive.record import (
    PROFILES,
    Pairs,
    header_in,
    hex_digest,
    http_block,
    http_type,
    new_record_id,
    pack,
    parse_date,
    response_block,
    serialise,
    to_base32,
    warc_date,
    warc_digest,
)
from scraper.errors import BadInput, DataFolderError
from scraper.folder import sync_folder
from scraper.models import Capture, Exchange, Run

SYNC_EVERY = 1024 * 1024  # bytes of imported records between two fsyncs


class Segment:
    """One run's WARC file while it is written. A context manager; leaving it closes the file."""

    def __init__(self, path: Path, source: str, settings: Mapping[str, str], now: datetime) -> None:
        self.path = path
        self.source = source
        self.run = Run(id=path.name.removesuffix(".warc.gz"), source=source, started=now)
        self._listing = Listing(run=self.run)
        self._end = 0
        self._synced = 0
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except OSError as error:
            raise DataFolderError(f"cannot write {path}: {error.strerror}") from error
        self._warcinfo = new_record_id()
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
        self._listing.run = run_so_far(self._listing)
        write_index(self.path, self._listing)

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
        headers += [("WARC-Truncated", "length")] if exchange.truncated else []
        headers.append(("WARC-Payload-Digest", warc_digest(exchange.body)))
        capture = self._add(headers, http_type("response"), response_block(exchange), exchange)
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
            ("WARC-Payload-Digest", to_base32(same_as.digest)),
        ]
        headers += [("WARC-Source-URI", origin)] if origin else []
        bare = replace(exchange, body=b"")
        capture = self._add(headers, http_type("response"), response_block(bare), bare)
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
        headers.append(("WARC-Payload-Digest", warc_digest(body)))
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
        cut = record.header("WARC-Truncated")  # that not all of it came must not be forgotten
        headers += [("WARC-Truncated", cut)] if cut else []
        headers.append(("WARC-Payload-Digest", warc_digest(record.body)))
        block = http_block(status_line(record), record.http_headers, record.body, "utf-8")
        capture = self._add(headers, http_type("response"), block)
        self._sync_sometimes()
        return capture

    def remember(self, facts: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
        """Keep facts about URLs that no response says: what found them, their date, our judgement.

        Later facts of a URL add to the earlier ones and replace those of the same name; lists
        grow together.
        """
        self._note(MEMORY, {"about": facts}, now)
        for url, said in facts.items():
            recall(self._listing.memory, url, said)

    def finish(self, run: Run, details: Mapping[str, Any] | None = None) -> None:
        """Write the run's result, with details such as reasons of failure, and sync."""
        stored = replace(run, id=self.run.id, source=self.source, started=self.run.started)
        result = {"run": jsonable(asdict(stored)), **(details or {})}
        self._note(RESULT, result, run.finished or self.run.started)
        self._sync()
        self._listing.run, self._listing.result = stored, result

    def _note(self, uri: str, content: Mapping[str, Any], now: datetime) -> None:
        headers = self._headers("metadata", uri, now)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        self._write(serialise(headers, "application/json", text.encode()))
        self._sync_sometimes()

    def _add(
        self,
        headers: list[tuple[str, str]],
        content_type: str,
        block: bytes,
        answered: Exchange | None = None,
    ) -> Capture:
        """Write one record and list it; `answered` is what its block holds, if that is known."""
        member = serialise(headers, content_type, block)
        record = _as_read(headers, answered) if answered else None
        capture = capture_of(record, self.path.name, self._end) if record else None
        capture = capture or next(captures_of(member, self.path.name, self._end))
        self._write(member)
        self._listing.captures.append(capture)
        return capture

    def _add_request(self, exchange: Exchange, response: Pairs) -> None:
        """Write the request beside its response (WARC-Concurrent-To)."""
        headers = [
            ("WARC-Type", "request"),
            ("WARC-Record-ID", new_record_id()),
            ("WARC-Date", header_in(response, "WARC-Date") or ""),
            ("WARC-Target-URI", exchange.final_url),
            ("WARC-Warcinfo-ID", self._warcinfo),
            ("WARC-Concurrent-To", header_in(response, "WARC-Record-ID") or ""),
        ]
        target = re.sub(r"^https?://[^/]+", "", exchange.final_url) or "/"
        line = f"GET {target} HTTP/1.1"
        block = http_block(line, exchange.request_headers, b"")
        self._write(serialise(headers, http_type("request"), block))

    def _headers(self, kind: str, url: str, at: datetime) -> list[tuple[str, str]]:
        return [
            ("WARC-Type", kind),
            ("WARC-Record-ID", new_record_id()),
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
        return serialise(headers, "application/warc-fields", block.encode())

    def _write(self, record: bytes) -> None:
        """Append one record as a gzip member; on failure (disk full) leave no half of it."""
        member = pack(record)
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
                sync_folder(self.path.parent)
        except OSError as error:
            raise DataFolderError(f"cannot write {self.path}: {error.strerror}") from error
        self._synced = self._end


def _as_read(headers: Pairs, exchange: Exchange) -> Record | None:
    """Return a record of an exchange as a reader will find it; None where only reading it tells.

    Of bytes past ASCII a reader has to guess what they mean, and white space around them is lost.
    """
    texts = (exchange.final_url, *(value for _, value in exchange.headers))
    if not all(text.isascii() and text == text.strip() for text in texts):
        return None
    return Record(
        kind=header_in(headers, "WARC-Type") or "",
        url=exchange.final_url,
        date=header_in(headers, "WARC-Date") or "",
        headers=headers,
        status=exchange.status,
        reason=exchange.reason,
        http_version=exchange.http_version,
        http_headers=exchange.headers,
        body=exchange.body,
    )


def stamp(at: datetime) -> str:
    """Return 17 digits, UTC to the millisecond: the order of names is the order of runs."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]


def stamp_of(name: str) -> datetime | None:
    """Return the time in a segment's name, None for a file that was named by someone else."""
    digits = name.partition("-")[0]
    if len(digits) != 17 or not digits.isdigit():
        return None
    try:
        return datetime.strptime(f"{digits}000", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
