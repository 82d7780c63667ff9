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
more are asked for, so that their going is noticed. Where a post has become something else, others
are looked at, too, whatever their dates say.
"""

from collections.abc import Iterator
from copy import deepcopy

from scraper.errors import ArchiveError, BadInput, FetchError, GaveUp, Refused
from scraper.frontier import RETRY
from scraper.reading import index
from scraper.sources.keeping import keep_answer, store
from scraper.sources.lists import discover
from scraper.sources.past import Visit, begin, body_of, found
from scraper.sources.work import Work
from scraper.urls import canonical, is_post

ENOUGH = 3  # other posts that are as they were, so that one odd page is no redesign


def visit(work: Work, known_urls: tuple[str, ...]) -> None:
    """Crawl the site: find, then fetch. A host that gives out ends it early; what came stays."""
    visiting = begin(work)
    lists = deepcopy(visiting.past)  # what is remembered if this run does not come to its end
    try:
        _robots(visiting)
        _say_delay(visiting)
        _permit(visiting)
        discover(visiting, known_urls)
        for url in _waiting(visiting):
            _fetch(visiting, url)
        _look_at_others(visiting)
        lists = visiting.past | {"retry": []}
    except GaveUp as error:
        work.note(f"stopped early: {error}")
    except Refused as error:
        work.fail(visiting.home, error)
    failed = {url for url in work.tally.failures if is_post(url)}
    lists["retry"] = sorted(failed.union(lists["retry"]))
    work.tally.found = visiting.frontier.tally()
    work.tally.details |= {"site": visiting.home, **lists}


def _robots(visiting: Visit) -> None:
    """Read robots.txt, and archive what it said: a revisit where it says what it said before."""
    exchange = visiting.work.fetcher.robots(visiting.home)
    if exchange is not None and exchange.status == 200:
        store(visiting, canonical(exchange.final_url), exchange)


def _permit(visiting: Visit) -> None:
    """Raise Refused where robots.txt leaves nothing to ask for, in no language."""
    refusals = []
    for place in index.LISTING_PLACES:
        try:
            visiting.work.fetcher.permit(f"{visiting.home}{place}")
        except Refused as error:
            refusals.append(error)
    if len(refusals) == len(index.LISTING_PLACES):
        raise refusals[0]


def _say_delay(visiting: Visit) -> None:
    fetcher = visiting.work.fetcher
    if (delay := fetcher.delay_for(visiting.home)) > fetcher.delay:
        visiting.work.note(f"robots.txt asks for {delay:g} s between two requests")


def _waiting(visiting: Visit) -> Iterator[str]:
    """Yield the posts that are due, also those that come to light on the way."""
    done = 0
    while (url := visiting.frontier.next()) is not None:
        left = visiting.frontier.left()
        visiting.work.report.step(f"fetching {url}", done, done + left + 1)
        yield url
        done += 1


def _look_at_others(visiting: Visit) -> None:
    """Where a post was something else, ask for others, until enough of them are what they were.

    So one odd page costs a few requests, and a site that looks new is known as such in one night.
    """
    before = visiting.work.tally.failures.keys() | visiting.doubted
    fine = 0
    for url, known in sorted(visiting.known.items()):
        if not visiting.doubted or fine == ENOUGH:
            return
        if known.of_series and not known.gone and is_post(url) and url not in before:
            found(visiting, url, RETRY)
            for due in _waiting(visiting):
                _fetch(visiting, due)
            fine += url not in visiting.work.tally.failures


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
    keep_answer(visiting, url, exchange, body)
