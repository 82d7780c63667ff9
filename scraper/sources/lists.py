"""What lists the site's posts: the REST API, listing pages, feeds, known URLs; sitemaps beside.

Rule: a union; any of them may be missing or broken, which is noted and ends nothing.
"""

from typing import Any
from urllib.parse import urlencode

from scraper.errors import ArchiveError, BadInput, WrongUsage
from scraper.frontier import ARCHIVE, RETRY
from scraper.reading import index
from scraper.sources.asking import MOST_PAGES, REST_PLACES, ask, places
from scraper.sources.past import Visit, body_of, found
from scraper.sources.sitemaps import sitemaps
from scraper.urls import authority_of, canonical, is_post

REST_FIELDS = "id,date,date_gmt,modified,modified_gmt,slug,link,lang,title,excerpt,content"
REST_PAGE = 100  # posts a request; WordPress gives no more


def discover(visiting: Visit, known_urls: tuple[str, ...]) -> None:
    """Tell the frontier of every post that any source names."""
    _take_known(visiting, known_urls)
    sitemaps(visiting)
    _rest(visiting)
    if visiting.thorough or not visiting.dated:
        _listings(visiting)
        _feeds(visiting)
    whole = visiting.complete and visiting.thorough
    for url, known in sorted(visiting.known.items()):
        # A post that was once not found is asked again, so that a second miss tells.
        if (whole or known.misses) and known.captured_at and is_post(url):
            found(visiting, url, ARCHIVE)
    for url in visiting.past["retry"]:
        found(visiting, url, RETRY)
    if whole:
        visiting.past["swept"] = visiting.work.fetcher.clock.now().isoformat()


def _take_known(visiting: Visit, known_urls: tuple[str, ...]) -> None:
    elsewhere = 0
    for url in known_urls:
        try:
            elsewhere += not found(visiting, canonical(url), "known_urls")
        except WrongUsage as error:
            visiting.work.note(f"known_urls: {error}")
    if elsewhere:
        visiting.work.note(f"known_urls: {elsewhere} URLs are no posts of this site; left out")


def _rest(visiting: Visit) -> None:
    """Read the REST API's list of posts, latest change first, until what it says is known."""
    for url in places(visiting, REST_PLACES):
        known_until = None if visiting.thorough else index.parse_time(visiting.past["rest_changed"])
        latest = None
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


def _rest_page(visiting: Visit, url: str, number: int) -> tuple[index.RestPost, ...] | None:
    """Return one page of the REST list, None where there is none."""
    query = {"per_page": REST_PAGE, "page": number, "orderby": "modified", "order": "desc"}
    exchange = ask(visiting, f"{url}?{urlencode(query)}&_fields={REST_FIELDS}")
    if exchange is None:
        return None
    try:
        return index.rest_posts(body_of(exchange), url)
    except (BadInput, ArchiveError) as error:
        visiting.work.fail(url, error)
        return None


def _judge(visiting: Visit, posts: tuple[index.RestPost, ...]) -> None:
    """Take REST posts over: those not of the series are remembered and never asked for."""
    aside: dict[str, dict[str, Any]] = {}
    for post in posts:
        known = visiting.frontier.known(post.url)
        if visiting.work.plan.skip(post.url):
            continue
        if not found(visiting, post.url, "rest", post.changed) or known.captured_at:
            continue
        stated = visiting.frontier.changed(post.url)
        changed = stated.isoformat() if stated else None
        if known.of_series is False and (stated is None or known.changed == stated):
            visiting.frontier.set_aside(post.url)
        elif visiting.work.classify(post.source, post.url, "application/json"):
            visiting.promised.add(post.url)
        else:
            visiting.frontier.set_aside(post.url)
            by = list(visiting.frontier.found_by(post.url))
            aside[post.url] = {"of_series": False, "changed": changed, "found_by": by}
    visiting.work.tally.not_of_series += len(aside)
    if aside:
        visiting.work.segment.remember(aside, visiting.work.fetcher.clock.now())


def _listings(visiting: Visit) -> None:
    """Read the pages that list posts, and those that they go on to."""
    for first in places(visiting, index.LISTING_PLACES):
        queue, seen = [first], set[str]()
        while queue and len(seen) < MOST_PAGES:
            url = queue.pop(0)
            if url in seen or authority_of(url) not in visiting.hosts:
                continue
            seen.add(url)
            exchange = ask(visiting, url)
            if exchange is None:
                continue
            try:
                read = index.listing(body_of(exchange), url)
            except (BadInput, ArchiveError) as error:
                visiting.work.fail(url, error)
                continue
            for post in read.posts:
                found(visiting, post, "listing")
            queue += read.pages


def _feeds(visiting: Visit) -> None:
    for url in places(visiting, index.FEED_PLACES):
        exchange = ask(visiting, url)
        if exchange is None:
            continue
        try:
            links = index.feed(body_of(exchange), url)
        except (BadInput, ArchiveError) as error:
            visiting.work.fail(url, error)
            continue
        for link in links:
            found(visiting, link.url, "feed", link.changed)
