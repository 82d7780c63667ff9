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
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from scraper.archive import decoded
from scraper.errors import ArchiveError, BadInput, FetchError, GaveUp, Refused, WrongUsage
from scraper.fetch import header_of
from scraper.frontier import ARCHIVE, RETRY, Frontier, Known
from scraper.models import Capture, Exchange
from scraper.reading import index
from scraper.sources.work import Work
from scraper.urls import authorities_of, authority_of, canonical, is_post, origin_of

REST_PLACES = ("/wp-json/wp/v2/posts", "/wp-json/wp/v2/news")
REST_FIELDS = "id,date,date_gmt,modified,modified_gmt,slug,link,lang,title,excerpt,content"
REST_PAGE = 100  # posts a request; WordPress gives no more
MOST_PAGES = 500  # of one list: a list that goes on past this goes in circles
GONE = frozenset({404, 410})

# What a run's result tells the next: the answers of the usual places, the dates of sitemaps, the
# latest change in the REST list, when everything was read last. Kept only by a run that came to its
# end: one cut short must not make the next believe that all of it was dealt with.
REMEMBERED = ("places", "sitemaps", "rest_changed", "swept")
USUAL_PLACES = frozenset(
    {*index.SITEMAP_PLACES, *index.FEED_PLACES, *index.LISTING_PLACES, *REST_PLACES}
)


@dataclass(slots=True)
class _Visit:
    """The run under way, with what is known of the site from earlier runs."""

    work: Work
    frontier: Frontier
    home: str
    hosts: frozenset[str]
    known: dict[str, Known]
    holders: dict[str, Capture]
    past: dict[str, Any]
    thorough: bool
    dated: bool = False
    complete: bool = True
    asked: int = 0


def visit(work: Work, known_urls: tuple[str, ...]) -> None:
    """Crawl the site: find, then fetch. A host that gives out ends it early; what came stays."""
    visiting = _begin(work)
    lists = dict(visiting.past)  # what is remembered if this run does not come to its end
    try:
        _robots(visiting)
        work.fetcher.permit(f"{visiting.home}{index.LISTING_PLACES[0]}")
        _discover(visiting, known_urls)
        for url in _waiting(visiting):
            _fetch(visiting, url)
        lists = visiting.past
    except GaveUp as error:
        work.note(f"stopped early: {error}")
    except Refused as error:
        work.fail(visiting.home, error)
    work.tally.details |= {
        "site": visiting.home,
        "found_by": visiting.frontier.tally(),
        **{name: lists[name] for name in REMEMBERED},
    }


def _begin(work: Work) -> _Visit:
    known, holders = _past_of_urls(work)
    past = _past_of_lists(work)
    swept = index.parse_time(past["swept"])
    now = work.fetcher.clock.now()
    thorough = work.plan.full or swept is None or not swept <= now < swept + work.plan.sweep
    return _Visit(
        work=work,
        frontier=Frontier(known, full=work.plan.full),
        home=origin_of(work.plan.site),
        hosts=authorities_of(work.plan.site),
        known=known,
        holders=holders,
        past=past,
        thorough=thorough,
    )


def _past_of_urls(work: Work) -> tuple[dict[str, Known], dict[str, Capture]]:
    """Return what the archive knows of each URL of the site, and the capture that holds it."""
    known: dict[str, Known] = {}
    holders: dict[str, Capture] = {}
    for capture in work.archive.captures():
        if capture.source != "site" or capture.kind not in {"response", "revisit"}:
            continue
        before = known.get(capture.url, Known())
        missed = capture.http_status == 404
        holds = capture.http_status in {200, 304}
        if holds:
            holders[capture.url] = capture
        known[capture.url] = replace(
            before,
            captured_at=capture.captured_at,
            status=capture.http_status,
            etag=capture.etag if holds else before.etag,
            last_modified=capture.last_modified if holds else before.last_modified,
            misses=before.misses + 1 if missed else 0,
        )
    for url, facts in work.archive.memory().items():
        known[url] = replace(
            known.get(url, Known()),
            changed=index.parse_time(facts.get("changed")),
            of_series=False if facts.get("moved") else facts.get("of_series"),
        )
    return known, holders


def _past_of_lists(work: Work) -> dict[str, Any]:
    """Return what the last runs of this site remember of its lists."""
    past: dict[str, Any] = {"places": {}, "sitemaps": {}, "rest_changed": None, "swept": None}
    for result in work.archive.results():
        if result["run"]["source"] == "site" and result.get("site") == origin_of(work.plan.site):
            past |= {name: result[name] for name in past if name in result}
            past["failures"] = result.get("failures", {})
    return past


def _robots(visiting: _Visit) -> None:
    """Read robots.txt, and archive what it said: a revisit where it says what it said before."""
    exchange = visiting.work.fetcher.robots(visiting.home)
    if exchange is not None and exchange.status == 200:
        _store(visiting, canonical(exchange.final_url), exchange)


def _discover(visiting: _Visit, known_urls: tuple[str, ...]) -> None:
    """Tell the frontier of every post that any source names."""
    _take_known(visiting, known_urls)
    _sitemaps(visiting)
    _rest(visiting)
    if visiting.thorough or not visiting.dated:
        _listings(visiting)
        _feeds(visiting)
    whole = visiting.complete and visiting.thorough
    for url, known in sorted(visiting.known.items()):
        # A post that was once not found is asked again, so that a second miss tells.
        if (whole or known.misses) and known.captured_at and is_post(url):
            _found(visiting, url, ARCHIVE)
    for url in visiting.past.get("failures", {}):
        _found(visiting, url, RETRY)
    if whole:
        visiting.past["swept"] = visiting.work.fetcher.clock.now().isoformat()


def _take_known(visiting: _Visit, known_urls: tuple[str, ...]) -> None:
    elsewhere = 0
    for url in known_urls:
        try:
            elsewhere += not _found(visiting, canonical(url), "known_urls")
        except WrongUsage as error:
            visiting.work.note(f"known_urls: {error}")
    if elsewhere:
        visiting.work.note(f"known_urls: {elsewhere} URLs are no posts of this site; left out")


def _found(visiting: _Visit, url: str, by: str, changed: datetime | None = None) -> bool:
    """Tell the frontier of a URL if it is a post of this site; whether it is."""
    if not is_post(url) or authority_of(url) not in visiting.hosts:
        return False
    visiting.frontier.found(url, by, changed)
    return True


def _sitemaps(visiting: _Visit) -> None:
    """Read the sitemaps that robots.txt names, else those that stand at the usual places."""
    robots = visiting.work.fetcher.robots(visiting.home)
    body = robots.body if robots and robots.status == 200 else b""
    named = index.robots_sitemaps(body, visiting.home)
    usual = () if named else _places(visiting, index.SITEMAP_PLACES)
    queue = [index.Link(url) for url in named or usual]
    seen: set[str] = set()
    answered = False
    while queue:
        link = queue.pop(0)
        if link.url in seen or len(seen) >= MOST_PAGES or (answered and link.url in usual):
            continue
        seen.add(link.url)
        if _unchanged(visiting, link):
            visiting.complete, visiting.dated, answered = False, True, True
            continue
        read = _sitemap(visiting, link)
        if read is not None:
            answered = True
            queue += read.sitemaps


def _unchanged(visiting: _Visit, link: index.Link) -> bool:
    """Return whether an index says that a sitemap is as it was when it was read last."""
    if visiting.thorough or link.changed is None:
        return False
    return bool(visiting.past["sitemaps"].get(link.url) == link.changed.isoformat())


def _sitemap(visiting: _Visit, link: index.Link) -> index.Sitemap | None:
    """Read one sitemap; None where it cannot be had."""
    exchange = _list(visiting, link.url)
    if exchange is None:
        return None
    try:
        read = index.sitemap(_body(exchange), link.url)
    except (BadInput, ArchiveError) as error:
        visiting.complete = False
        visiting.work.fail(link.url, error)
        return None
    for post in read.posts:
        _found(visiting, post.url, "sitemap", post.changed)
    visiting.dated |= any(post.changed for post in read.posts)
    if link.changed is not None:
        visiting.past["sitemaps"][link.url] = link.changed.isoformat()
    return read


def _rest(visiting: _Visit) -> None:
    """Read the REST API's list of posts, latest change first, until what it says is known."""
    for url in _places(visiting, REST_PLACES):
        known_until = None if visiting.thorough else index.parse_time(visiting.past["rest_changed"])
        latest: datetime | None = None
        for number in range(1, MOST_PAGES + 1):
            posts = _rest_page(visiting, url, number)
            if posts is None:
                break
            changes = [post.changed for post in posts if post.changed]
            latest = max([*changes, *([latest] if latest else [])], default=None)
            _judge(visiting, posts)
            sorted_down = changes == sorted(changes, reverse=True) and len(changes) == len(posts)
            if sorted_down and changes and known_until and changes[-1] <= known_until:
                visiting.complete = False
                break
            if len(posts) < REST_PAGE:
                break
        if latest is not None:
            visiting.dated = True
            visiting.past["rest_changed"] = latest.isoformat()
            return


def _rest_page(visiting: _Visit, url: str, number: int) -> tuple[index.RestPost, ...] | None:
    """Return one page of the REST list, None where there is none."""
    query = {"per_page": REST_PAGE, "page": number, "orderby": "modified", "order": "desc"}
    exchange = _list(visiting, f"{url}?{urlencode(query)}&_fields={REST_FIELDS}")
    if exchange is None:
        return None
    try:
        return index.rest_posts(_body(exchange), url)
    except (BadInput, ArchiveError) as error:
        visiting.work.fail(url, error)
        return None


def _judge(visiting: _Visit, posts: tuple[index.RestPost, ...]) -> None:
    """Take REST posts over: those not of the series are remembered and never asked for."""
    aside: dict[str, dict[str, Any]] = {}
    for post in posts:
        known = visiting.frontier.known(post.url)
        if not _found(visiting, post.url, "rest", post.changed) or known.captured_at:
            continue
        stated = visiting.frontier.changed(post.url)
        changed = stated.isoformat() if stated else None
        if known.of_series is False and (stated is None or known.changed == stated):
            visiting.frontier.set_aside(post.url)
        elif not visiting.work.classify(post.source, post.url, "application/json"):
            visiting.frontier.set_aside(post.url)
            by = list(visiting.frontier.found_by(post.url))
            aside[post.url] = {"of_series": False, "changed": changed, "found_by": by}
    visiting.work.tally.not_of_series += len(aside)
    if aside:
        visiting.work.segment.remember(aside, visiting.work.fetcher.clock.now())


def _listings(visiting: _Visit) -> None:
    """Read the pages that list posts, and those that they go on to."""
    for first in _places(visiting, index.LISTING_PLACES):
        queue, seen = [first], set[str]()
        while queue and len(seen) < MOST_PAGES:
            url = queue.pop(0)
            if url in seen or authority_of(url) not in visiting.hosts:
                continue
            seen.add(url)
            exchange = _list(visiting, url)
            if exchange is None:
                continue
            try:
                read = index.listing(_body(exchange), url)
            except (BadInput, ArchiveError) as error:
                visiting.work.fail(url, error)
                continue
            for post in read.posts:
                _found(visiting, post, "listing")
            queue += read.pages


def _feeds(visiting: _Visit) -> None:
    for url in _places(visiting, index.FEED_PLACES):
        exchange = _list(visiting, url)
        if exchange is None:
            continue
        try:
            links = index.feed(_body(exchange), url)
        except (BadInput, ArchiveError) as error:
            visiting.work.fail(url, error)
            continue
        for link in links:
            _found(visiting, link.url, "feed", link.changed)


def _places(visiting: _Visit, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Return the URLs where a list is looked for: the usual places, but not where there was none.

    Places where nothing was are tried again when everything is read.
    """
    silent = {} if visiting.thorough else visiting.past["places"]
    return tuple(f"{visiting.home}{place}" for place in usual if not silent.get(place))


def _list(visiting: _Visit, url: str) -> Exchange | None:
    """Ask for a list; None, and remembered, where there is none."""
    work = visiting.work
    visiting.asked += 1
    work.report.step(f"looking for posts: {url}", visiting.asked, None)
    place = url.removeprefix(visiting.home).partition("?")[0]
    try:
        exchange = work.fetcher.get(url)
    except GaveUp:
        raise
    except Refused as error:
        work.report.note(str(error))
        return None
    except (FetchError, BadInput) as error:
        visiting.complete = False
        work.fail(url, error)
        return None
    answered = exchange.status == 200
    if place in USUAL_PLACES and ("&page=" not in url or "&page=1&" in url):
        visiting.past["places"][place] = 0 if answered else exchange.status
    return exchange if answered else None


def _waiting(visiting: _Visit) -> Iterator[str]:
    """Yield the posts that are due, also those that come to light on the way."""
    done = 0
    while (url := visiting.frontier.next()) is not None:
        left = visiting.frontier.left()
        visiting.work.report.step(f"fetching {url}", done, done + left + 1)
        yield url
        done += 1


def _fetch(visiting: _Visit, url: str) -> None:
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
        body = _body(exchange)
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


def _keep(visiting: _Visit, url: str, exchange: Exchange, body: bytes) -> None:
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


def _follow_links(visiting: _Visit, url: str, body: bytes) -> None:
    try:
        links = index.page_links(body, url)
    except BadInput as error:
        visiting.work.fail(url, error)
        return
    for _, translation in links.translations:
        _found(visiting, translation, "hreflang")
    for post in links.posts:
        _found(visiting, post, "link")


def _miss(visiting: _Visit, url: str, exchange: Exchange) -> None:
    """Store that a post was not found; 410, or 404 in two runs, means that it is gone."""
    known = visiting.frontier.known(url)
    visiting.work.segment.add_exchange(exchange)
    gone = exchange.status == 410 or known.misses >= 1
    visiting.work.tally.gone += gone
    visiting.work.report.note(f"{'gone' if gone else 'not found'}: {url} ({exchange.status})")
    _remember(visiting, url, of_series=known.of_series)


def _moved(visiting: _Visit, url: str, exchange: Exchange, body: bytes) -> None:
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
    if exchange.status == 200 and _found(visiting, target, "redirect"):
        visiting.frontier.set_aside(target)
        _keep(visiting, target, exchange, body)


def _store(visiting: _Visit, url: str, exchange: Exchange) -> Capture:
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
    visiting: _Visit, url: str, *, of_series: bool | None, moved: str | None = None
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


def _body(exchange: Exchange) -> bytes:
    return decoded(exchange.body, header_of(exchange, "content-encoding"))
