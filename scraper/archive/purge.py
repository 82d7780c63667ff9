"""A segment written again without what is unwanted, for erasure.

Rule: what stays, stays byte for byte and at its offset, so that whoever cites a capture still finds
it; where a record went, one of the same length says so and nothing else. The new file takes the old
one's place when it is whole.
"""

import json
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

from scraper.archive.checking import unreadable
from scraper.archive.listing import ERASED, MEMORY, RESULT, index_path
from scraper.archive.members import Member, mapped, members
from scraper.archive.reading import Record, read_records
from scraper.archive.record import WIDEST, pack, serialise, widened
from scraper.errors import WrongUsage
from scraper.folder import sync_folder
from scraper.urls import canonical

_COMPUTED = frozenset({"Content-Type", "Content-Length", "WARC-Block-Digest"})
# Every URL in a text, also one inside another, as the Wayback Machine writes them.
_URLS = re.compile(r"(?=(https?://[^\s\"'<>]+))")
_AROUND = ".,:;!?)]}"  # what stands behind a URL in a sentence
_ERASED_VALUE = "erased"


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What is to go: `url` tells it of a canonical URL, `text` of a note of our own."""

    url: Callable[[str], bool]
    text: Callable[[str], bool] = lambda _text: False

    def is_url(self, url: str) -> bool:
        """Tell of a URL as it is and in its canonical form; what is no URL is not unwanted."""
        try:
            form = canonical(url)
        except WrongUsage:
            return False
        return self.url(form) or self.url(url)

    def is_told_in(self, text: str) -> bool:
        """Tell whether a note of our own speaks of it: by a URL or in words."""
        found = (match[1].rstrip(_AROUND) for match in _URLS.finditer(text))
        return any(map(self.is_url, found)) or self.text(text)


def rewrite(path: Path, unwanted: Unwanted) -> int:
    """Write a segment again without what is unwanted; return how many records that concerned.

    A damaged member stays, since nobody can tell what is in it; `verify` names it. Nothing is written where nothing is
    unwanted.
    """
    touched, beside = 0, path.with_name(f"{path.name}.part")
    gone: set[str] = set()
    with mapped(path) as data, ExitStack() as opened:
        out: IO[bytes] | None = None
        for member in members(path):
            old = bytes(data[member.offset : member.end])
            new = old if unreadable(member) else _purged(old, member, path.name, unwanted, gone)
            if new != old and out is None:
                out = opened.enter_context(beside.open("wb"))
                out.write(data[: member.offset])
            touched += new != old
            if out is not None:
                out.write(new)
        if out is None:
            return 0
        out.flush()
        os.fsync(out.fileno())
    index_path(path).unlink(missing_ok=True)
    beside.replace(path)
    sync_folder(path.parent)
    return touched


def _purged(old: bytes, member: Member, file: str, unwanted: Unwanted, gone: set[str]) -> bytes:
    """Return a member as it is, or what stands in its place; `gone` learns of records that went."""
    for record in read_records(BytesIO(member.data or b"")):
        if record.url == ERASED:
            return old
        if record.url in {MEMORY, RESULT}:
            said = json.loads(record.body)
            kept = _scrubbed(said, unwanted)
            if kept != said:
                text = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
                return _replaced(record, "application/json", text, len(old))
        elif record.kind == "warcinfo":
            lines = record.body.decode("utf-8", "replace").splitlines()
            kept_lines = [_scrubbed_line(line, unwanted) for line in lines]
            if kept_lines != lines:
                text = "".join(f"{line}\r\n" for line in kept_lines).encode()
                return _replaced(record, "application/warc-fields", text, len(old))
        elif (
            any(map(unwanted.is_url, _urls_of(record)))
            or _name_in(record, "WARC-Concurrent-To") in gone
        ):
            gone.add(_name_in(record, "WARC-Record-ID"))
            return _erased(f"{file}@{member.offset}", record.date, len(old))
    return old


def _name_in(record: Record, header: str) -> str:
    return record.header(header) or ""


def _urls_of(record: Record) -> Iterator[str]:
    """Yield the URLs that a record is of, repeats, or leads to."""
    yield record.url or ""
    yield record.header("WARC-Refers-To-Target-URI") or ""
    if target := record.http_header("location"):
        yield urljoin(record.url or "", target)


def _replaced(record: Record, content_type: str, block: bytes, size: int) -> bytes:
    """Return a record of our own with another block, of the size of the old one where it can be."""
    headers = [pair for pair in record.headers if pair[0] not in _COMPUTED]
    return widened(pack(serialise(headers, content_type, block)), size)


def _erased(place: str, date: str, size: int) -> bytes:
    """Return what stands where a record was: one or more members of its size that say so.

    A record of another tool can be too short for that; then nothing stands there.
    """
    headers = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", f"<{uuid.uuid5(uuid.NAMESPACE_URL, place).urn}>"),
        ("WARC-Date", date),
        ("WARC-Target-URI", ERASED),
    ]
    member = pack(serialise(headers, "text/plain", b"erased on request"))
    if size < len(member):
        return b""
    if size <= len(member) + WIDEST:
        return widened(member, size)
    first = widened(member, WIDEST // 2)  # so that what is left has room for another
    return first + _erased(f"{place}+", date, size - len(first))


def _scrubbed(said: Any, unwanted: Unwanted) -> Any:
    """Return JSON without the keys, items and values that speak of what is unwanted."""

    def told(item: Any) -> bool:
        return isinstance(item, str) and unwanted.is_told_in(item)

    if isinstance(said, dict):
        kept = {k: v for k, v in said.items() if not told(k) and not told(v)}
        return {key: _scrubbed(value, unwanted) for key, value in kept.items()}
    if isinstance(said, list):
        return [_scrubbed(item, unwanted) for item in said if not told(item)]
    return said


def _scrubbed_line(line: str, unwanted: Unwanted) -> str:
    """Return a line of a warcinfo record; its value goes where it speaks of what is unwanted."""
    name, parted, value = line.partition(": ")
    return f"{name}{parted}{_ERASED_VALUE}" if unwanted.is_told_in(value) else line
