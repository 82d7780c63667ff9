"""Asking the site for one of its lists, and remembering where there is none.

Rule: a list that cannot be had is noted and ends nothing.
"""

from scraper.errors import BadInput, FetchError, GaveUp, Refused
from scraper.models import Exchange
from scraper.reading import index
from scraper.sources.past import Visit

REST_PLACES = ("/wp-json/wp/v2/posts", "/wp-json/wp/v2/news")
MOST_PAGES = 500  # of one list: a list that goes on past this goes in circles
USUAL_PLACES = frozenset(
    {*index.SITEMAP_PLACES, *index.FEED_PLACES, *index.LISTING_PLACES, *REST_PLACES}
)


def places(visiting: Visit, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Return the URLs where a list is looked for: the usual places, but not where there was none.

    Places where nothing was are tried again when everything is read.
    """
    silent = {} if visiting.thorough else visiting.past["places"]
    return tuple(f"{visiting.home}{place}" for place in usual if not silent.get(place))


def ask(
    visiting: Visit, url: str, *, etag: str | None = None, since: str | None = None
) -> Exchange | None:
    """Ask for a list; None, and remembered, where there is none.

    `etag` and `since` make the request conditional: then 304 is an answer, too.
    """
    work = visiting.work
    visiting.asked += 1
    work.report.step(f"looking for posts: {url}", visiting.asked, None)
    place = url.removeprefix(visiting.home).partition("?")[0]
    try:
        exchange = work.fetcher.get(url, etag=etag, last_modified=since)
    except GaveUp:
        raise
    except Refused as error:
        work.report.note(str(error))
        return None
    except (FetchError, BadInput) as error:
        visiting.complete = False
        work.fail(url, error)
        return None
    answered = exchange.status in ({200, 304} if etag or since else {200})
    if place in USUAL_PLACES and ("&page=" not in url or "&page=1&" in url):
        visiting.past["places"][place] = 0 if answered else exchange.status
    return exchange if answered else None
