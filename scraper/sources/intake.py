"""What becomes of imported pages and records: each is stored once, or counted under its reason.

Rule: what is in the archive already is not stored again. Files come in no special order: a record
that repeats another waits for it.
"""

import base64
import hashlib
from collections import Counter, defaultdict
from datetime import datetime
from io import BytesIO

from scraper.archive import (
    Archive,
    Record,
    Segment,
    exchange_of,
    hex_digest,
    parse_date,
    read_records,
)
from scraper.errors import ArchiveError, BadInput
from scraper.models import Capture
from scraper.sources.files import FromWarc, Item, Page
from scraper.sources.work import Skip
from scraper.urls import canonical, is_post

# What a record of a page must have answered to be of use: the page, or that it is not there.
STATUSES = frozenset({200, 404, 410})


class Intake:
    """Puts items into a segment, each once, and counts what became of them."""

    def __init__(self, archive: Archive, segment: Segment, skip: Skip) -> None:
        self._archive = archive
        self._segment = segment
        self._skip = skip
        self._held: dict[str, list[Capture]] = defaultdict(list)
        self._early: list[FromWarc] = []
        self._by_date: dict[tuple[str, datetime], Capture] = {}
        self._by_digest: dict[tuple[str, str], Capture] = {}
        self._by_stated: dict[str, Capture] = {}
        self.counts: Counter[str] = Counter()
        self.new = 0  # posts of which nothing was held
        self.bytes = 0  # of bodies, as they came
        for capture in archive.captures():
            self._hold(capture)

    def take(self, item: Item) -> Capture | None:
        """Store an item; None where it is held already or of no use, counted under its reason.

        A record that repeats what is not held yet waits for `settle`. Raises BadInput for a record
        that cannot be kept.
        """
        self.bytes += len(item.body if isinstance(item, Page) else item.record.body)
        if isinstance(item, Page):
            return self._count(self._take_page(item))
        if item.record.kind == "revisit" and self._repeats_what_is_to_come(item.record):
            self._early.append(item)
            return None
        return self._count(self._take_record(item))

    def settle(self) -> None:
        """Store the records that came before what they repeat; files come in no special order."""
        for item in self._early:
            self._count(self._take_record(item))
        self._early = []

    def _count(self, capture: Capture | None) -> Capture | None:
        if capture is not None:
            self._hold(capture)
            self.new += capture.kind != "revisit" and len(self._held[capture.url]) == 1
            self.counts["unchanged" if capture.kind == "revisit" else "stored"] += 1
        return capture

    def _repeats_what_is_to_come(self, record: Record) -> bool:
        return self._refusal(record) is None and self._repeated(record) is None

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
        """Store a revisit of what is held."""
        same = self._repeated(record)
        if same is None:
            self.counts["repeating what is not held"] += 1
            return None
        unmodified = "server-not-modified" in (record.header("WARC-Profile") or "")
        profile = "server-not-modified" if unmodified else "identical-payload-digest"
        return self._segment.add_revisit(exchange_of(record), same, profile, at=at, origin="file:")

    def _repeated(self, record: Record) -> Capture | None:
        """Return what a revisit repeats: by URL and date, else by its payload's digest.

        wget says no more than the digest, which is of SHA-1: it is made of what is held of that URL.
        """
        url = canonical(record.header("WARC-Refers-To-Target-URI") or record.url or "")
        date = record.header("WARC-Refers-To-Date")
        if date and (same := self._by_date.get((url, parse_date(date)))):
            return same
        stated = record.header("WARC-Payload-Digest") or ""
        if stated not in self._by_stated and stated.lower().startswith("sha1:"):
            for capture in self._held[url]:
                if capture.kind == "response":
                    self._by_stated.setdefault(self._sha1_of(capture), capture)
        return self._by_stated.get(stated)

    def _sha1_of(self, capture: Capture) -> str:
        """Return a payload's digest as wget and others write it; nothing where it is damaged."""
        try:
            for record in read_records(BytesIO(self._archive.original(capture))):
                digest = hashlib.sha1(record.body, usedforsecurity=False).digest()
                return f"sha1:{base64.b32encode(digest).decode()}"
        except (ArchiveError, BadInput):
            pass  # verify names it; another capture may hold the same
        return ""

    def _hold(self, capture: Capture) -> None:
        if capture not in self._held[capture.url]:
            self._held[capture.url].append(capture)
        self._by_date.setdefault((capture.url, capture.captured_at), capture)
        if capture.kind != "revisit":
            self._by_digest.setdefault((capture.url, capture.digest), capture)


def _of_use(record: Record) -> bool:
    """Return whether a record is of a post's page."""
    if record.url is None or not is_post(record.url):
        return False
    if record.kind in {"response", "revisit"}:
        return record.status in STATUSES or (
            record.kind == "revisit" and record.status in {304, None}
        )
    return record.kind in {"resource", "conversion"}
