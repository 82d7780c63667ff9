"""Common Crawl: the posts that its crawls hold, by index and ranged reads of its WARC files.

Rule: the record keeps its own date and headers. Written from the public documentation: the list of
crawls (`collinfo.json`), each crawl's CDX index (one JSON object a line, 404 where it has nothing),
and the data host, which gives the bytes of one record as a gzip member of its own.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from scraper.archive import Record, decoded, parse_date, read_records
from scraper.errors import ArchiveError, BadInput, FetchError, GaveUp, WrongUsage
from scraper.sources.aside import Aside
from scraper.sources.work import Work
from scraper.urls import LANGUAGES, authority_of, canonical, is_post

INDEX = "https://index.commoncrawl.org"
DATA = "https://data.commoncrawl.org"
MOST_PAGES = 200  # of one index
LONGEST_RECORD = 8 * 1024 * 1024  # bytes of a compressed record; Common Crawl cuts pages at 1 MiB
_CRAWL = re.compile(r"CC-MAIN-(\d{4})-[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an index: which page, when, and where its record is."""

    url: str
    at: datetime
    filename: str
    offset: int
    length: int
    digest: str = ""


def visit(work: Work) -> None:
    """Fetch each record of a post that the archive does not hold, crawl by crawl, oldest first."""
    empty = _known_empty(work)
    try:
        rows = _list_all(work, empty)
        work.tally.found["commoncrawl"] = len({row.url for row in rows})
        _fetch_all(work, sorted(rows, key=lambda row: (row.at, row.url)))
    except GaveUp as error:
        work.note(f"stopped early: {error}")
    except (FetchError, BadInput, ArchiveError) as error:
        work.fail(_index(work), error)
    work.tally.details |= {"site": work.plan.site, "empty_crawls": sorted(empty)}


def _list_all(work: Work, empty: set[str]) -> list[Row]:
    """Return the rows of all crawls; add those that hold nothing to `empty`."""
    crawls = _crawls(work)
    rows: list[Row] = []
    for number, crawl in enumerate(crawls):
        if crawl in empty and not work.plan.full:
            continue
        work.report.step(f"asking {crawl}", number, len(crawls))
        try:
            listed = list(_list(work, crawl))
        except GaveUp:
            raise
        except (FetchError, BadInput, ArchiveError) as error:
            work.fail(f"{_index(work)}/{crawl}-index", error)
            continue
        rows += listed
        empty |= set() if listed else {crawl}
    return rows


def rows_of(body: bytes, base: str) -> list[Row]:
    """Read an index answer, one JSON object a line: its posts. Raises BadInput."""
    rows = []
    for line in body.splitlines():
        if not line.strip():
            continue
        try:
            said: Any = json.loads(line)
        except (ValueError, RecursionError):
            raise BadInput(f"{base}: expected a JSON object a line") from None
        if isinstance(said, dict) and (row := _row(said)):
            rows.append(row)
    return rows


def _row(said: dict[str, Any]) -> Row | None:
    """Return a line that is a post's page, None for others and for what lacks a field."""
    try:
        url = canonical(str(said["url"]))
        at = datetime.strptime(str(said["timestamp"]), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        place = str(said["filename"]), int(said["offset"]), int(said["length"])
    except (KeyError, ValueError, WrongUsage):
        return None
    good = str(said.get("status")) == "200" and is_post(url) and 0 < place[2] <= LONGEST_RECORD
    digest = str(said.get("digest") or f"{at:%Y%m%d%H%M%S}")
    return Row(url, at, *place, digest) if good and place[1] >= 0 and ".." not in place[0] else None


def _crawls(work: Work) -> list[str]:
    """Return the crawls since `Plan.since`, oldest first."""
    url = f"{_index(work)}/collinfo.json"
    try:
        said = json.loads(work.answer(url) or b"[]")
        names = [str(crawl["id"]) for crawl in said]
    except (ValueError, TypeError, KeyError) as error:
        raise FetchError(f"{url}: expected the list of crawls: {error}") from error
    found = filter(None, map(_CRAWL.fullmatch, names))
    return sorted(crawl[0] for crawl in found if int(crawl[1]) >= work.plan.since)


def _known_empty(work: Work) -> set[str]:
    """Return the crawls that were asked and hold nothing: a crawl that is out never changes."""
    empty: set[str] = set()
    for result in work.archive.results():
        if result["run"]["source"] == "commoncrawl" and result.get("site") == work.plan.site:
            empty |= set(result.get("empty_crawls", ()))
    return empty


def _list(work: Work, crawl: str) -> Iterator[Row]:
    """Yield the rows of one crawl, page by page until there is no more."""
    host = authority_of(work.plan.site).removesuffix(":443").removesuffix(":80")
    for lang in LANGUAGES:
        for page in range(MOST_PAGES):
            query = urlencode({"url": f"{host}/{lang}/news/*", "output": "json", "page": page})
            url = f"{_index(work)}/{crawl}-index?{query}"
            body = work.answer(url, past_the_end=page > 0)
            if not body.strip():
                break
            yield from rows_of(body, url)


def _fetch_all(work: Work, rows: list[Row]) -> None:
    held = {
        (capture.url, capture.captured_at.replace(microsecond=0))
        for capture in work.archive.captures()
        if capture.source == "commoncrawl"
    }
    aside = Aside(work, "commoncrawl")
    aside.note_finds({row.url for row in rows})
    for number, row in enumerate(rows):
        work.report.step(f"fetching {row.url} of {row.at:%Y-%m-%d}", number, len(rows))
        if (row.url, row.at) in held or work.plan.skip(row.url):
            continue
        if aside.holds(row.url, row.digest):
            continue
        held.add((row.url, row.at))
        try:
            _fetch(work, row, aside)
        except GaveUp:
            raise
        except (FetchError, BadInput, ArchiveError) as error:
            work.fail(row.url, error)


def _fetch(work: Work, row: Row, aside: Aside) -> None:
    """Fetch one record and store it, if it is of the series."""
    url = f"{(work.plan.endpoint or DATA).rstrip('/')}/{row.filename}"
    # The bytes are wanted as they are in the file: gzip is the record's own, not the transfer's.
    asked = {
        "Range": f"bytes={row.offset}-{row.offset + row.length - 1}",
        "Accept-Encoding": "identity",
    }
    exchange = work.fetcher.get(url, headers=asked)
    if exchange.status != 206 or len(exchange.body) != row.length:
        got = f"{exchange.status} with {len(exchange.body)}"
        raise FetchError(f"{url}: expected 206 with {row.length} bytes, got {got}")
    record = _record(exchange.body, row, url)
    body = decoded(record.body, record.http_header("content-encoding"))
    if work.classify(body, row.url, record.http_header("content-type")):
        work.segment.add_record(record, origin=url)
        work.tally.fetched += 1
        return
    aside.add(row.url, row.digest)


def _record(member: bytes, row: Row, url: str) -> Record:
    """Return the response in a member; it must be of the URL and time that the index said."""
    whole = decoded(member, "gzip", LONGEST_RECORD * 8)  # to its checksum at the end
    for record in read_records(BytesIO(whole), LONGEST_RECORD * 8):
        same = record.url is not None and canonical(record.url) == row.url
        if record.kind == "response" and same and parse_date(record.date) >= row.at:
            return record
    raise BadInput(f"{url}: expected a response of {row.url} at byte {row.offset}")


def _index(work: Work) -> str:
    return (work.plan.endpoint or INDEX).rstrip("/")
