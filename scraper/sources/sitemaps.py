"""Sitemaps: those that robots.txt names, else those at the usual places, and what they lead to.

Rule: on most nights only what can tell of a change is read. A sitemap of which everything is dated
is asked under condition, so that an unchanged one costs no bytes. One that its index says is
unchanged, or of which it says nothing (as WordPress core's does), is put off: two of them are read a
night in turn, as far as a quiet night has requests to spare, so that a post that left is missed
within days. A sweep reads them all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scraper.errors import ArchiveError, BadInput
from scraper.fetch import header_of
from scraper.models import Exchange
from scraper.reading import index
from scraper.sources.asking import MOST_PAGES, ask, places
from scraper.sources.past import Visit, body_of, found

IN_TURN = 2  # sitemaps that were put off and are read nevertheless, a night
QUIET = 5  # requests of a night on which nothing changed


@dataclass(frozen=True, slots=True)
class PutOff:
    """Sitemaps that need not be read: without a date of their own, and unchanged by their date."""

    undated: tuple[index.Link, ...]
    settled: tuple[index.Link, ...]


def sitemaps(visiting: Visit) -> PutOff:
    """Tell the frontier of the posts that sitemaps name; return those that were put off."""
    robots = visiting.work.fetcher.robots(visiting.home)
    body = robots.body if robots and robots.status == 200 else b""
    named = index.robots_sitemaps(body, visiting.home)
    usual = () if named else places(visiting, index.SITEMAP_PLACES)
    roots = [index.Link(url) for url in named or usual]
    queue, seen, answered = list(roots), set[str](), False
    put_off, settled = list[index.Link](), list[index.Link]()
    while queue:
        link = queue.pop(0)
        if link.url in seen or (answered and link.url in usual):
            continue
        if len(seen) >= MOST_PAGES:
            visiting.complete = False
            visiting.work.note(f"more than {MOST_PAGES} sitemaps; {len(queue) + 1} are left out")
            break
        seen.add(link.url)
        if _unchanged(visiting, link):
            visiting.complete, visiting.dated, answered = False, True, True
            settled.append(link)
        elif link not in roots and _can_wait(visiting, link):
            visiting.complete = False
            put_off.append(link)
        elif (read := _sitemap(visiting, link)) is not None:
            answered = True
            queue += read.sitemaps
    return PutOff(tuple(put_off), tuple(settled))


def read_in_turn(visiting: Visit, put_off: PutOff) -> None:
    """Read the last of the sitemaps without a date, where new posts stand, and others in turn.

    Those that held no post when they were read last are left for the sweep.
    """
    lists = visiting.past["lists"]
    undated = [link for link in put_off.undated if lists[link.url]["posts"]]
    dated = [link for link in put_off.settled if lists.get(link.url, {}).get("posts")]
    others = sorted(undated[:-1] + dated, key=lambda link: str(lists[link.url]["read"]))
    spare = max(0, QUIET - visiting.work.fetcher.requests)
    for link in (undated[-1:] + others)[: min(IN_TURN, spare)]:
        _sitemap(visiting, link)
    visiting.dated |= bool(undated)


def _unchanged(visiting: Visit, link: index.Link) -> bool:
    """Return whether an index says that a sitemap is as it was when it was read last."""
    if visiting.thorough or link.changed is None:
        return False
    return bool(visiting.past["sitemaps"].get(link.url) == link.changed.isoformat())


def _can_wait(visiting: Visit, link: index.Link) -> bool:
    """Return whether a sitemap without a date of its own was read, and dates all its posts."""
    past = visiting.past["lists"].get(link.url)
    if visiting.thorough or link.changed is not None or past is None:
        return False
    return bool(past["dated"] or not past["posts"])


def _sitemap(visiting: Visit, link: index.Link) -> index.Sitemap | None:
    """Read one sitemap; None where it cannot be had, or is as it was."""
    past: dict[str, Any] = visiting.past["lists"].get(link.url, {})
    known = {} if visiting.thorough else past
    etag, since = known.get("etag"), known.get("modified")
    exchange = ask(visiting, link.url, etag=etag, since=since)
    if exchange is None:
        return None
    now = visiting.work.fetcher.clock.now()
    if exchange.status == 304:
        visiting.complete = False
        visiting.dated |= past["dated"]
        visiting.past["lists"][link.url] = past | {"read": now.isoformat()}
        dates = visiting.past["sitemaps"] if past.get("sitemaps") else {}
        named = (index.Link(url, index.parse_time(date)) for url, date in dates.items())
        return index.Sitemap((), tuple(named))
    try:
        read = index.sitemap(body_of(exchange), link.url)
    except (BadInput, ArchiveError) as error:
        visiting.complete = False
        visiting.work.fail(link.url, error)
        return None
    for post in read.posts:
        found(visiting, post.url, "sitemap", post.changed)
        if post.changed:
            visiting.listed.setdefault(post.url, link.url)
    visiting.read.add(link.url)
    visiting.dated |= any(post.changed for post in read.posts)
    visiting.past["lists"][link.url] = _facts(read, exchange, now)
    if link.changed is not None:
        visiting.past["sitemaps"][link.url] = link.changed.isoformat()
    return read


def _facts(read: index.Sitemap, exchange: Exchange, now: datetime) -> dict[str, Any]:
    """Return what the next run is told of a sitemap.

    Only where everything has a date does "not modified" mean that there is nothing to ask for.
    """
    telling = all(entry.changed for entry in (*read.posts, *read.sitemaps))
    return {
        "read": now.isoformat(),
        "posts": len(read.posts),
        "sitemaps": len(read.sitemaps),
        "dated": telling and bool(read.posts or read.sitemaps),
        "etag": header_of(exchange, "etag") if telling else None,
        "modified": header_of(exchange, "last-modified") if telling else None,
    }
