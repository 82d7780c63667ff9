"""Reading WARC records, ours and those of other tools. The only user of warcio.

Rule: what comes out is ours and bounded; what cannot be read is BadInput.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from scraper.archive.record import Pairs, from_base32, header_in, hex_digest, one_line, parse_date
from scraper.errors import BadInput, TooLarge
from scraper.models import Exchange

_CHUNK = 16 * 1024  # bytes read at a time
MAX_RECORD = 256 * 1024 * 1024  # bytes of a record before compression


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
        return header_in(self.headers, name)

    def http_header(self, name: str) -> str | None:
        """Return the first HTTP header of this name, whatever its case."""
        return header_in(self.http_headers, name)


def read_records(stream: BinaryIO, limit: int = MAX_RECORD) -> Iterator[Record]:
    """Yield the records of any WARC file, gzip or plain, also of other tools.

    Raises BadInput where it is no WARC file or ends in the middle of a record, TooLarge past
    `limit` bytes a record.
    """
    # Slow to load, and a crawl, which only writes, reads none.
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - as the comment says
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415 - as above

    try:
        for raw in ArchiveIterator(stream):
            if raw.rec_type == "arc_header" or raw.format != "warc":
                raise BadInput("expected a WARC file, found the older ARC format")
            yield _as_record(raw, limit)
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, AttributeError) as error:
        raise BadInput(f"expected a WARC file: {one_line(error)}") from error


def one_record(data: bytes) -> Record:
    """Return the record that a gzip member holds. Raises BadInput, also where it holds several.

    A file that was compressed whole (against WARC 1.1, Annex D) has no place for each of its records.
    """
    record = None
    for read in read_records(BytesIO(data)):
        if record is not None:
            raise BadInput("several records in one gzip member; move the file and `import` it")
        record = read
    if record is None:
        raise BadInput("expected a WARC record, found none")
    return record


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


def status_line(record: Record) -> str:
    """Return the status line of a record's HTTP response."""
    status = "" if record.status is None else str(record.status)
    return f"{record.http_version or 'HTTP/1.1'} {status} {record.reason}".rstrip()


def inspected(data: bytes) -> tuple[Record | None, list[str]]:
    """Return the record that `data` holds, and what is wrong with it: length, SHA-256 digests."""
    rest = data.partition(b"\r\n\r\n")[2]
    block = rest[:-4]
    try:
        record = one_record(data)
        parse_date(record.date)
    except BadInput as error:
        return None, [f"expected a WARC record: {one_line(error)}"]
    problems = []
    if record.header("Content-Length") != str(len(block)) or not rest.endswith(b"\r\n\r\n"):
        length = record.header("Content-Length")
        problems.append(f"expected a block of {length} bytes, found {len(block)}")
    stated = from_base32(record.header("WARC-Block-Digest") or "")
    if stated.startswith("sha256:") and stated != hex_digest(block):
        problems.append("the block is not its digest's")
    stated = from_base32(record.header("WARC-Payload-Digest") or "")
    repeats = record.kind == "revisit"  # its payload stands elsewhere
    if stated.startswith("sha256:") and not repeats and stated != hex_digest(record.body):
        problems.append("the payload is not its digest's")
    return record, problems


def _as_record(raw: Any, limit: int) -> Record:
    """Take warcio's record over; its body bounded, its chunking undone."""
    from warcio.bufferedreaders import ChunkedDataReader  # noqa: PLC0415 - as above

    http = raw.http_headers
    chunked = bool(http) and "chunked" in (http.get_header("transfer-encoding") or "").lower()
    body = (ChunkedDataReader(raw.raw_stream) if chunked else raw.raw_stream).read(limit + 1)
    if len(body) > limit:
        raise TooLarge(f"expected at most {limit} bytes in a WARC record")
    while chunked and raw.raw_stream.read(_CHUNK):
        pass  # what follows the last chunk is no part of the body
    if not raw.rec_type or getattr(raw.raw_stream, "limit", 0) > 0:
        raise BadInput("expected a whole WARC record, found one that is cut off or has no type")
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
