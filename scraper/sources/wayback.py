"""The Wayback Machine: every capture of every post, with the time it was really made.

Rule: the CDX list tells what there is; a capture whose digest is that of one we hold is not fetched
but stored as a revisit of it. Written from the public CDX server documentation; raw captures come
by `id_`, as they were archived. A capture found not to be of the series is not asked for again, nor
are others of its URL after some (`Aside`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from scraper.archive import decoded
from scraper.errors import ArchiveError, BadInput, FetchError, GaveUp, WrongUsage
from scraper.fetch import header_of
from scraper.models import Capture, Exchange
from scraper.sources.aside import Aside
from scraper.sources.work import Work
from scraper.urls import LANGUAGES, authority_of, canonical, is_post

ENDPOINT = "https://web.archive.org"
FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
LIMIT = 1000  # rows an answer
MOST_ANSWERS = 1000  # of one list: one that goes on past this goes in circles
ORIGINAL = "x-archive-orig-"  # before each header of the archived response
_RAW = re.compile(r"/web/(?P<time>\d{14})id_/(?P<url>https?:.+)")
# What these say is of the transfer to us, or no longer true of the body.
_OF_TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the CDX list."""

    url: str
    original: str
    at: datetime
    timestamp: str
    digest: str


def visit(work: Work) -> None:
    """Fetch each capture that the archive does not hold, oldest first of each URL."""
    try:
        rows = sorted(_listed(work), key=lambda row: (row.url, row.timestamp))
        work.tally.found["wayback"] = len({row.url for row in rows})
        _fetch_all(work, rows)
    except GaveUp as error:
        work.note(f"stopped early: {error}")


def rows_of(body: bytes, base: str) -> tuple[list[Row], str | None]:
    """Read a CDX answer (`output=json`): its rows of posts, and the resume key. Raises BadInput."""
    try:
        table: Any = json.loads(body) if body.strip() else []
    except (ValueError, RecursionError):
        raise BadInput(f"{base}: expected a CDX list in JSON") from None
    if not isinstance(table, list) or not all(isinstance(row, list) for row in table):
        raise BadInput(f"{base}: expected a CDX list in JSON, found another thing")
    key = None
    if len(table) >= 2 and table[-2] == [] and len(table[-1]) == 1:
        key, table = str(table[-1][0]), table[:-2]
    names = table[0] if table else []
    found = (_row({str(n): str(v) for n, v in zip(names, row, strict=False)}) for row in table[1:])
    return [row for row in found if row], key


def _row(fields: dict[str, str]) -> Row | None:
    """Return a row that is a post's page, or repeats one; None for all others."""
    kinds = fields.get("statuscode"), fields.get("mimetype", "")
    repeats = kinds[1] == "warc/revisit"
    if not repeats and (kinds[0] != "200" or not kinds[1].startswith(("text/html", "unk"))):
        return None
    try:
        url = canonical(fields["original"])
        at = datetime.strptime(fields["timestamp"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except (KeyError, ValueError, WrongUsage):
        return None
    if not is_post(url):
        return None
    return Row(url, fields["original"], at, fields["timestamp"], fields.get("digest", ""))


def _listed(work: Work) -> Iterator[Row]:
    """Yield the rows of every post of the site, of all languages."""
    host = authority_of(work.plan.site).removesuffix(":443").removesuffix(":80")
    for lang in LANGUAGES:
        yield from _list(work, f"{host}/{lang}/news/")


def _list(work: Work, prefix: str) -> Iterator[Row]:
    """Yield the rows below a URL, answer by answer, as the resume key leads on."""
    endpoint = (work.plan.endpoint or ENDPOINT).rstrip("/")
    query = urlencode(
        {
            "url": prefix,
            "matchType": "prefix",
            "output": "json",
            "fl": ",".join(FIELDS),
            "limit": LIMIT,
            "showResumeKey": "true",
        }
    )
    key, seen = "", set[str]()
    for number in range(MOST_ANSWERS):
        url = f"{endpoint}/cdx/search/cdx?{query}{key and f'&resumeKey={key}'}"
        work.report.step(f"listing captures of {prefix}", number, None)
        try:
            rows, following = rows_of(work.answer(url), url)
        except GaveUp:
            raise
        except (FetchError, BadInput, ArchiveError) as error:
            work.fail(url, error)
            return
        yield from rows
        if following is None or following in seen:
            return
        seen.add(following)
        # The key comes encoded, as the next query takes it; only what no query holds is encoded.
        key = quote(following, safe="%+!*'()-._~")


def _fetch_all(work: Work, rows: list[Row]) -> None:
    """Fetch or repeat each row, unless it is held already."""
    held = {
        (capture.url, capture.captured_at): capture
        for capture in work.archive.captures()
        if capture.source == "wayback"
    }
    aside = Aside(work, "wayback")
    aside.note_finds({row.url for row in rows})
    by_digest: dict[tuple[str, str], Capture] = {}
    for number, row in enumerate(rows):
        work.report.step(f"fetching {row.url} of {row.at:%Y-%m-%d}", number, len(rows))
        if work.plan.skip(row.url):
            continue
        capture = held.get((row.url, row.at))
        if capture is None and aside.holds(row.url, row.digest):
            continue
        if capture is None and (same := by_digest.get((row.url, row.digest))):
            capture = work.segment.add_revisit(
                _as_original(row),
                same,
                "identical-payload-digest",
                at=row.at,
                origin=_raw(work, row),
            )
            work.tally.unchanged += 1
        elif capture is None:
            capture = _fetch(work, row, aside, held)
        if capture is not None:
            held[row.url, row.at] = capture
            by_digest.setdefault((row.url, row.digest), capture)


def _fetch(
    work: Work, row: Row, aside: Aside, held: dict[tuple[str, datetime], Capture]
) -> Capture | None:
    """Fetch one raw capture; None where it cannot be had or is not of the series."""
    url = _raw(work, row)
    try:
        exchange = work.fetcher.get(url)
        body = decoded(exchange.body, header_of(exchange, "content-encoding"))
    except GaveUp:
        raise
    except (FetchError, BadInput, ArchiveError) as error:
        work.fail(url, error)
        return None
    at = _time_of(exchange, row)
    if exchange.status != 200 or at is None:
        work.fail(url, f"{url}: expected the capture, answered {exchange.status}")
        return None
    if (row.url, at) in held:  # led on to a capture of another time, which we have
        return held[row.url, at]
    if not work.classify(body, row.url, header_of(exchange, "content-type")):
        aside.add(row.url, row.digest)
        return None
    work.tally.fetched += 1
    capture = work.segment.add_exchange(
        _as_original(row, exchange), at=at, origin=exchange.final_url
    )
    held[row.url, at] = capture
    return capture


def _raw(work: Work, row: Row) -> str:
    endpoint = (work.plan.endpoint or ENDPOINT).rstrip("/")
    return f"{endpoint}/web/{row.timestamp}id_/{row.original}"


def _time_of(exchange: Exchange, row: Row) -> datetime | None:
    """Return the time of the capture that answered; the Wayback Machine may lead to a near one."""
    found = _RAW.search(exchange.final_url)
    if not found:
        return None
    try:
        if canonical(found["url"]) != row.url:
            return None
        return datetime.strptime(found["time"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except (ValueError, WrongUsage):
        return None


def _as_original(row: Row, exchange: Exchange | None = None) -> Exchange:
    """Return the response as the site once gave it: its own URL and headers, the body as it came.

    Without an exchange it is that of a row whose payload is held: no more is known of it.
    """
    if exchange is None:
        return Exchange(row.original, row.original, 200, "OK", "HTTP/1.1", (), (), b"", row.at)
    theirs = [(name.lower(), name, value) for name, value in exchange.headers]
    headers = [
        (name[len(ORIGINAL) :], value)
        for lower, name, value in theirs
        if lower.startswith(ORIGINAL) and lower.removeprefix(ORIGINAL) not in _OF_TRANSFER
    ]
    named = {name.lower() for name, _ in headers}
    wanted = {"content-type", "content-encoding"} - named
    headers += [(name, value) for lower, name, value in theirs if lower in wanted]
    return replace(
        exchange,
        url=row.original,
        final_url=row.original,
        headers=tuple(headers),
        request_headers=(),
        hops=(),
    )
