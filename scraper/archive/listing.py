"""What a segment holds, cheap to keep: read from it, or from the index that stands beside it.

Rule: the index is derived. Where it does not fit its segment it is not believed, and deleting it
loses nothing. It is lines of JSON, so that it is read without being held: the segment's size and
time, its run and the run's result; a line for each capture and each URL that is remembered; last
the digest of all that.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from sys import intern
from typing import Any

from scraper.archive.members import members
from scraper.archive.reading import Record, one_record, read_records
from scraper.archive.record import from_base32, hex_digest, parse_date
from scraper.errors import BadInput, WrongUsage
from scraper.models import Capture, Run
from scraper.urls import canonical

CAPTURE_KINDS = frozenset({"response", "revisit", "resource", "conversion"})
RESULT = "urn:mikroscope:result"  # target URI of the record with a run's result
MEMORY = "urn:mikroscope:memory"  # target URI of records with what a run remembers of URLs
ERASED = "urn:mikroscope:erased"  # target URI of what stands where a record was, before erasure
INDEX_FORMAT = 2
_NAME = re.compile(r"\d{17}-(?P<source>[a-z]+)\.warc\.gz")
Facts = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Listing:
    """What one segment holds, cheap to keep: its derived index."""

    captures: list[Capture] = field(default_factory=list)
    run: Run | None = None
    result: dict[str, Any] = field(default_factory=dict)
    memory: Facts = field(default_factory=dict)


def list_segment(path: Path) -> tuple[Listing, bool]:
    """Read a segment's index out of the segment; whether it is sound to its end."""
    listing, sound = Listing(), True
    for member in members(path):
        try:
            if member.data is not None:
                list_record(listing, one_record(member.data), path.name, member.offset)
            sound = sound and member.data is not None
        except BadInput:  # whole to gzip and no record: `verify` names it
            sound = False
    listing.run = run_so_far(listing)
    return listing, sound


def run_so_far(listing: Listing) -> Run | None:
    """Return the run; one that was cut short is counted from what it left."""
    if listing.run is None or listing.run.finished is not None:
        return listing.run
    kinds = [capture.kind for capture in listing.captures]
    return replace(
        listing.run, fetched=len(kinds) - kinds.count("revisit"), unchanged=kinds.count("revisit")
    )


def captures_of(record: bytes, file: str, offset: int) -> Iterator[Capture]:
    """Yield what a record, given whole, is a capture of: one, or none."""
    for read in read_records(BytesIO(record)):
        if capture := capture_of(read, file, offset):
            yield capture


def fits(path: Path) -> bool:
    """Tell whether an index stands beside a segment, whole and of the segment as it is."""
    digest, last = hashlib.sha256(), b""
    try:
        head = _head(path)
        size, changed = size_and_time(path)
        if (head["format"], head["size"], head["mtime_ns"]) != (INDEX_FORMAT, size, changed):
            return False
        with index_path(path).open("rb") as lines:
            for line in lines:
                digest.update(last)
                last = line
        return bool(json.loads(last) == digest.hexdigest())
    except (OSError, ValueError, KeyError, TypeError):
        return False  # derived, so that whatever is wrong with it, it is made again


def head_of(path: Path) -> Listing:
    """Return the run and its result out of an index that fits."""
    head = _head(path)
    return Listing(run=_run_from(head["run"]) if head["run"] else None, result=head["result"])


def captures_in(path: Path) -> Iterator[Capture]:
    """Yield the captures out of an index that fits."""
    return (_from_row(row, path.name) for row in _lines(path, "["))


def memory_in(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield URLs and what is remembered of them, out of an index that fits."""
    return ((said["url"], said["said"]) for said in _lines(path, "{"))


def was_finished(path: Path) -> bool:
    """Tell whether a segment was once complete, and larger than it is now."""
    try:
        return bool(_head(path)["size"] > path.stat().st_size)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def is_our_name(name: str) -> bool:
    """Tell whether a file is named as our segments are."""
    return _NAME.fullmatch(name) is not None


def write_index(path: Path, listing: Listing) -> None:
    """Write the index of a segment that is complete; where it cannot be written it is not needed."""
    beside = path.with_name(f"{path.name}.index.part")
    digest = hashlib.sha256()
    try:
        with beside.open("wb") as file:
            for content in _index_of(path, listing):
                line = f"{json.dumps(content, ensure_ascii=False)}\n".encode()
                digest.update(line)
                file.write(line)
            file.write(json.dumps(digest.hexdigest()).encode())
        beside.replace(index_path(path))
    except OSError:
        with suppress(OSError):  # on a full disk half an index is in the way
            beside.unlink()


def _index_of(path: Path, listing: Listing) -> Iterator[Any]:
    size, changed = size_and_time(path)
    run = jsonable(asdict(listing.run)) if listing.run else None
    head = {"format": INDEX_FORMAT, "size": size, "mtime_ns": changed}
    yield head | {"run": run, "result": listing.result}
    yield from map(_row, listing.captures)
    yield from ({"url": url, "said": said} for url, said in listing.memory.items())


def _head(path: Path) -> dict[str, Any]:
    """Return the first line of an index. Raises OSError, ValueError."""
    with index_path(path).open("rb") as lines:
        return dict(json.loads(lines.readline()))


def _lines(path: Path, opening: str) -> Iterator[Any]:
    """Yield what those lines of an index hold, after the first, that open with this bracket."""
    with index_path(path).open(encoding="utf-8", newline="\n") as lines:
        next(lines)
        yield from (json.loads(line) for line in lines if line.startswith(opening))


def index_path(path: Path) -> Path:
    """Return where the index of a segment stands."""
    return path.with_name(f"{path.name}.index.json")


def size_and_time(path: Path) -> tuple[int, int]:
    """Return a segment's size in bytes and time of change in ns: an index fits these only."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def jsonable(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with their times as ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


def canonical_or_raw(url: str) -> str:
    """Return the canonical URL, or the URL as it is where it has no such form."""
    try:
        return canonical(url)
    except WrongUsage:
        return url


def recall(facts: Facts, url: str, said: Mapping[str, Any]) -> None:
    """Add what a later run remembers of a URL: a list adds to the earlier one, all else replaces."""
    known = facts.get(url)
    if known is None:
        facts[url] = dict(said)
        return
    for name, value in said.items():
        before = known.get(name)
        if isinstance(value, list) and isinstance(before, list):
            known[name] = sorted({*before, *value})
        else:
            known[name] = value


def list_record(listing: Listing, record: Record, file: str, offset: int) -> None:
    """Add what a record says to the listing of its segment."""
    if record.kind == "warcinfo":
        run_id = file.removesuffix(".warc.gz")
        listing.run = Run(run_id, _source_of(file), parse_date(record.date))
    elif record.kind == "metadata" and record.url == MEMORY:
        for url, said in json.loads(record.body)["about"].items():
            recall(listing.memory, url, said)
    elif record.kind == "metadata" and record.url == RESULT:
        listing.result = json.loads(record.body)
        listing.run = _run_from(listing.result["run"])
    elif capture := capture_of(record, file, offset):
        listing.captures.append(capture)


def capture_of(record: Record, file: str, offset: int) -> Capture | None:
    """Return what a record is a capture of; None for requests and for what is no web page."""
    url = record.url or ""
    if record.kind not in CAPTURE_KINDS or not url.startswith(("http://", "https://")):
        return None
    refers = record.header("WARC-Refers-To-Target-URI"), record.header("WARC-Refers-To-Date")
    stated = record.header("WARC-Payload-Digest")
    media_type = record.http_header("content-type") or (
        record.header("content-type") if record.kind in {"resource", "conversion"} else None
    )
    return Capture(
        url=canonical_or_raw(url),
        captured_at=parse_date(record.date),
        source=_source_of(file),
        kind=record.kind,
        http_status=record.status,
        media_type=media_type,
        digest=from_base32(stated) if stated else hex_digest(record.body),
        file=file,
        offset=offset,
        etag=record.http_header("etag"),
        last_modified=record.http_header("last-modified"),
        same_as=(refers[0], refers[1]) if refers[0] and refers[1] else None,
        stored_url=None if url == canonical_or_raw(url) else url,
    )


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
        intern(source),  # the same few words in every line, of which there may be very many
        intern(kind),
        status,
        media_type and intern(media_type),
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
    found = tuple((str(by), int(count)) for by, count in stored.get("found", ()))
    return Run(**{**stored, **times, "found": found, "notes": tuple(stored["notes"])})


def _source_of(file: str) -> str:
    """Return a segment's source out of its name; a file of another name was put there by hand."""
    found = _NAME.fullmatch(file)
    return found["source"] if found else "files"
