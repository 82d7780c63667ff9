"""What lists the site's posts: the REST API, listing pages, feeds, known URLs; sitemaps beside.

Rule: a union; any of them may be missing or broken, which is noted and ends nothing.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from scraper.errors import ArchiveError, BadInput, WrongUsage
from scraper.fetch import header_of
from scraper.frontier import ARCHIVE, BACK, RETRY
from scraper.models import SERIES
from scraper.reading import index
from scraper.sources.asking import MOST_PAGES, REST_PLACES, ask, places
from scraper.sources.past import Visit, body_of, found
from scraper.sources.sitemaps import read_in_turn, sitemaps
from scraper.urls import authority_of, canonical

REST_FIELDS = "id,date,date_gmt,modified,modified_gmt,slug,link,lang,title,excerpt,content"
_TAG = re.compile(r"<[^>]*>|&nbsp;|&#160;")
REST_PAGE = 100  # posts a request; WordPress gives no more


REST = "rest"  # what `Visit.listed` calls the REST API's list


@dataclass(frozen=True, slots=True)
class _RestPage:
    """One page of the REST list: its posts, how many objects it held, and whether it is the last."""

    posts: tuple[index.RestPost, ...]
    count: int
    last: bool


def discover(visiting: Visit, known_urls: tuple[str, ...]) -> None:
    """Tell the frontier of every post that any source names."""
    _take_known(visiting, known_urls)
    put_off = sitemaps(visiting)
    _rest(visiting)
    read_in_turn(visiting, put_off)
    if visiting.thorough or not visiting.dated:
        _listings(visiting)
        _feeds(visiting)
    whole = visiting.complete and visiting.thorough
    for url, known in sorted(visiting.known.items()):
        if known.captured_at:
            _look_again(visiting, url, whole=whole)
    if visiting.relisted:
        visiting.work.segment.remember(visiting.relisted, visiting.work.fetcher.clock.now())
    for url in visiting.past["retry"]:
        found(visiting, url, RETRY)
    if whole:
        visiting.past["swept"] = visiting.work.fetcher.clock.now().isoformat()


def _look_again(visiting: Visit, url: str, *, whole: bool) -> None:
    """Tell the frontier of a post of the archive that must be asked, whatever its date says.

    That is one that was once not found, so that a second miss tells; one that a list named which
    names it no more; one that was gone and is listed again; in a sweep, each that nothing dates.
    """
    known, listed = visiting.known[url], visiting.listed.get(url)
    left = listed is None and known.listed in visiting.read
    if whole or known.misses or left:
        found(visiting, url, ARCHIVE)
    named = visiting.thorough and visiting.frontier.found_by(url)
    anew = listed is not None and known.listed is None
    if known.gone and (named or anew):
        found(visiting, url, BACK)
    elif anew and known.of_series:
        visiting.relisted[url] = {"listed": listed}


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
        if latest := _rest_list(visiting, url):
            visiting.dated = True
            visiting.past["rest_changed"] = latest.isoformat()
            return


def _rest_list(visiting: Visit, url: str) -> datetime | None:
    """Read one list of the REST API, as far as it tells of news; return its latest change.

    It ends where WordPress says so, or has no more; not at a short page, since some sites give less
    than was asked for and some objects are no posts of ours.
    """
    # A sweep need not read what is known here, if the sitemaps date everything.
    told = visiting.knows_all and visiting.complete and visiting.dated
    until = None if visiting.thorough and not told else visiting.past["rest_changed"]
    known_until, latest, seen = index.parse_time(until), None, set[str]()
    for number in range(1, MOST_PAGES + 1):
        page = _rest_page(visiting, url, number)
        if page is None or ({post.url for post in page.posts} <= seen and page.posts):
            break  # it has no more, or gives the same again
        seen |= {post.url for post in page.posts}
        changes = [post.changed for post in page.posts if post.changed]
        latest = max([*changes, *([latest] if latest else [])], default=None)
        _judge(visiting, page.posts)
        sorted_down = changes == sorted(changes, reverse=True) and len(changes) == len(page.posts)
        if page.last:
            visiting.read.add(REST)
            break
        if sorted_down and changes and known_until and changes[-1] <= known_until:
            visiting.complete &= told
            break
    else:
        visiting.complete = False
        visiting.work.note(f"{url}: more than {MOST_PAGES} pages; the others are left out")
    return latest


def _rest_page(visiting: Visit, url: str, number: int) -> _RestPage | None:
    """Return one page of the REST list, None where there is none."""
    query = {"per_page": REST_PAGE, "page": number, "orderby": "modified", "order": "desc"}
    exchange = ask(visiting, f"{url}?{urlencode(query)}&_fields={REST_FIELDS}")
    if exchange is None:
        return None
    try:
        body = body_of(exchange)
        posts = index.rest_posts(body, url)
    except (BadInput, ArchiveError) as error:
        visiting.complete = False
        visiting.work.fail(url, error)
        return None
    count, pages = len(json.loads(body)), header_of(exchange, "x-wp-totalpages") or ""
    # A number of pages that a full page contradicts is not believed.
    ends = pages.isascii() and pages.isdigit() and int(pages[:9]) <= number and count < REST_PAGE
    return _RestPage(posts, count, last=ends or count == 0)


def _judge(visiting: Visit, posts: tuple[index.RestPost, ...]) -> None:
    """Take REST posts over: those not of the series are remembered and never asked for."""
    aside: dict[str, dict[str, Any]] = {}
    for post in posts:
        known = visiting.frontier.known(post.url)
        if visiting.work.plan.skip(post.url) or not found(visiting, post.url, "rest", post.changed):
            continue
        if post.changed:
            visiting.listed.setdefault(post.url, REST)
        stated = visiting.frontier.changed(post.url)
        changed = stated.isoformat() if stated else None
        if known.captured_at or not _tells(post):
            continue
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


def _tells(post: index.RestPost) -> bool:
    """Return whether a REST post shows enough to be judged by: builders of pages leave it empty."""
    if SERIES in post.url:
        return False
    content = json.loads(post.source).get("content")
    text = content.get("rendered") if isinstance(content, dict) else None
    return isinstance(text, str) and bool(_TAG.sub("", text).strip())


def _listings(visiting: Visit) -> None:
    """Read the pages that list posts, and those that they go on to.

    The newest stand first: where dates come from elsewhere, a page with nothing new ends a list
    that was once read whole. One that is too long to be read whole is missed only if it names a
    post that no dated list names.
    """
    for first in places(visiting, index.LISTING_PLACES):
        queue, seen, named = [first], set[str](), set[str]()
        while queue:
            url = queue.pop(0)
            if url in seen or authority_of(url) not in visiting.hosts:
                continue
            if len(seen) >= MOST_PAGES:
                # Else a site of very many posts would be swept every night, and never be done.
                visiting.complete &= visiting.dated and named <= visiting.listed.keys()
                visiting.work.note(
                    f"{first}: more than {MOST_PAGES} pages; the others are left out"
                )
                break
            seen.add(url)
            exchange = ask(visiting, url)
            if exchange is None:
                continue
            try:
                read = index.listing(body_of(exchange), exchange.final_url)
            except (BadInput, ArchiveError) as error:
                visiting.work.fail(url, error)
                continue
            new = [post for post in read.posts if post not in visiting.known]
            named |= {post for post in read.posts if found(visiting, post, "listing")}
            if new or not (visiting.knows_all and visiting.dated):
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
