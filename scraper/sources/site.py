"""The live site: find the posts, ask for those that are due, keep what answers.

Rule: nothing is asked whose date has not changed, and only posts are fetched. Finding is a union:
sitemaps, the REST API, listing pages, feeds, `known_urls`, translations and links of fetched posts.

Lists (sitemaps, REST, listings, feeds) are not archived: what they said of a URL is kept in the
segment's memory records, with what found it. robots.txt is archived, as the leave to crawl. A page
that is not of the series is archived like any other, since a later reader may judge otherwise, and
our judgement is remembered, so that it is not asked for again until its date changes. A post that
the REST API shows not to be of the series is remembered and never asked for at all.

A night after the first asks for what carries dates only: robots.txt, the sitemaps that a dated
index says have changed, the first REST page; and for listings and feeds where nothing carries
dates. Once in `Plan.sweep`, or with `full`, everything is read, and posts that no list names any
more are asked for, so that their going is noticed.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from scraper.errors import ArchiveError, BadInput, FetchError, GaveUp, Refused
from scraper.fetch import header_of
from scraper.models import Capture, Exchange
from scraper.reading import index
from scraper.sources.lists import discover
from scraper.sources.past import Visit, begin, body_of, found
from scraper.sources.work import Work
from scraper.urls import canonical, is_post

GONE = frozenset({404, 410})


def visit(work: Work, known_urls: tuple[str, ...]) -> None:
    """Crawl the site: find, then fetch. A host that gives out ends it early; what came stays."""
    visiting = begin(work)
    lists = deepcopy(visiting.past)  # what is remembered if this run does not come to its end
    try:
        _robots(visiting)
        work.fetcher.permit(f"{visiting.home}{index.LISTING_PLACES[0]}")
        discover(visiting, known_urls)
        for url in _waiting(visiting):
            _fetch(visiting, url)
        lists = visiting.past | {"retry": []}
    except GaveUp as error:
        work.note(f"stopped early: {error}")
    except Refused as error:
        work.fail(visiting.home, error)
    failed = {url for url in work.tally.failures if is_post(url)}
    lists["retry"] = sorted(failed.union(lists["retry"]))
    work.tally.details |= {"site": visiting.home, "found_by": visiting.frontier.tally(), **lists}


def _robots(visiting: Visit) -> None:
    """Read robots.txt, and archive what it said: a revisit where it says what it said before."""
    exchange = visiting.work.fetcher.robots(visiting.home)
    if exchange is not None and exchange.status == 200:
        _store(visiting, canonical(exchange.final_url), exchange)


def _waiting(visiting: Visit) -> Iterator[str]:
    """Yield the posts that are due, also those that come to light on the way."""
    done = 0
    while (url := visiting.frontier.next()) is not None:
        left = visiting.frontier.left()
        visiting.work.report.step(f"fetching {url}", done, done + left + 1)
        yield url
        done += 1


def _fetch(visiting: Visit, url: str) -> None:
    """Ask for one post, store what answers, and remember what that tells."""
    work = visiting.work
    known = visiting.frontier.known(url)
    holder = visiting.holders.get(url)
    try:
        exchange = work.fetcher.get(
            url,
            etag=known.etag if holder else None,
            last_modified=known.last_modified if holder else None,
        )
        body = body_of(exchange)
    except GaveUp:
        raise
    except (FetchError, BadInput, ArchiveError) as error:
        work.fail(url, error)
        return
    if exchange.status in GONE:
        _miss(visiting, url, exchange)
    elif exchange.hops:
        _moved(visiting, url, exchange, body)
    elif exchange.status in {200, 304}:
        _keep(visiting, url, exchange, body)
    else:
        work.fail(url, f"{url}: answered {exchange.status}")


def _keep(visiting: Visit, url: str, exchange: Exchange, body: bytes) -> None:
    """Store a page or that it is as it was, and what it links to."""
    tally, known = visiting.work.tally, visiting.frontier.known(url)
    stored = _store(visiting, url, exchange)
    of_series = known.of_series
    if stored.kind == "revisit":
        tally.unchanged += 1
    else:
        of_series = visiting.work.classify(body, url, header_of(exchange, "content-type"))
        tally.fetched += 1
        tally.new += of_series and known.captured_at is None
        tally.changed += of_series and known.captured_at is not None
        tally.not_of_series += not of_series
        _follow_links(visiting, url, body)
    _remember(visiting, url, of_series=of_series)


def _follow_links(visiting: Visit, url: str, body: bytes) -> None:
    try:
        links = index.page_links(body, url)
    except BadInput as error:
        visiting.work.fail(url, error)
        return
    for _, translation in links.translations:
        found(visiting, translation, "hreflang")
    for post in links.posts:
        found(visiting, post, "link")


def _miss(visiting: Visit, url: str, exchange: Exchange) -> None:
    """Store that a post was not found; 410, or 404 in two runs, means that it is gone."""
    known = visiting.frontier.known(url)
    visiting.work.segment.add_exchange(exchange)
    gone = exchange.status == 410 or known.misses >= 1
    visiting.work.tally.gone += gone
    visiting.work.report.note(f"{'gone' if gone else 'not found'}: {url} ({exchange.status})")
    _remember(visiting, url, of_series=known.of_series)


def _moved(visiting: Visit, url: str, exchange: Exchange, body: bytes) -> None:
    """Store a redirect; where it leads to a post, that is kept under its own URL."""
    for hop in exchange.hops:
        visiting.work.segment.add_exchange(hop)
    target = canonical(exchange.final_url)
    visiting.work.report.note(f"moved: {url} to {target}")
    if target == url:
        _keep(visiting, url, exchange, body)
        return
    of_series = visiting.frontier.known(url).of_series
    _remember(visiting, url, of_series=of_series, moved=target)
    wanted = exchange.status == 200 and not visiting.work.plan.skip(target)
    if wanted and found(visiting, target, "redirect"):
        visiting.frontier.set_aside(target)
        _keep(visiting, target, exchange, body)


def _store(visiting: Visit, url: str, exchange: Exchange) -> Capture:
    """Add a response to the segment, or a revisit where the archive has what it says."""
    holder = visiting.holders.get(url)
    segment = visiting.work.segment
    if holder is not None and exchange.status == 304:
        stored = segment.add_revisit(exchange, holder)
    elif holder is not None and segment.digest_of(exchange) == holder.digest:
        stored = segment.add_revisit(exchange, holder, "identical-payload-digest")
    else:
        stored = segment.add_exchange(exchange)
    if stored.kind == "response":
        visiting.holders[url] = stored
    return stored


def _remember(
    visiting: Visit, url: str, *, of_series: bool | None, moved: str | None = None
) -> None:
    """Keep what found a URL, the date its sources gave it, and our judgement."""
    changed = visiting.frontier.changed(url) or visiting.frontier.known(url).changed
    facts: dict[str, Any] = {
        "found_by": list(visiting.frontier.found_by(url)),
        "changed": changed.isoformat() if changed else None,
        "of_series": of_series,
        "moved": moved,
    }
    visiting.work.segment.remember({url: facts}, visiting.work.fetcher.clock.now())
