"""What becomes of an answer of the site: it is stored, judged, and what it tells is remembered.

Rule: what came is stored before it is judged, and one odd answer decides nothing: it takes two runs
of 404 until a post is gone, and some runs of another page until that is believed.
"""

from typing import Any

from scraper.errors import ArchiveError, BadInput, NotOfTheSeries
from scraper.fetch import header_of
from scraper.models import SERIES, Capture, Exchange
from scraper.reading import index, read_page
from scraper.sources.past import Visit, found
from scraper.urls import canonical

GONE = frozenset({404, 410})
FOR_GOOD = frozenset({301, 308})  # redirects that say that a post has left its place
DOUBTS = 5  # runs in a row until a page that is not what was expected is believed


def keep_answer(visiting: Visit, url: str, exchange: Exchange, body: bytes) -> None:
    """Deal with what answered for a post; `body` is the decoded body."""
    if exchange.hops:
        _moved(visiting, url, exchange, body)
    elif exchange.status in GONE:
        _miss(visiting, url, exchange)
    elif exchange.status == 200 or (exchange.status == 304 and url in visiting.holders):
        _keep(visiting, url, exchange, body)
    else:
        visiting.work.fail(url, f"{url}: answered {exchange.status}")


def store(visiting: Visit, url: str, exchange: Exchange) -> Capture:
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


def _keep(visiting: Visit, url: str, exchange: Exchange, body: bytes) -> None:
    """Store a page or that it is as it was, and what it links to."""
    known, holder = visiting.frontier.known(url), visiting.holders.get(url)
    stored = store(visiting, url, exchange)
    same = stored.kind == "revisit"
    media_type = header_of(exchange, "content-type")
    if same and known.of_series is not None and not known.doubts:
        visiting.work.tally.unchanged += 1
        _remember(visiting, url, of_series=known.of_series)
        return
    if exchange.status == 304 and holder is not None:  # not judged yet: a run was cut short
        try:
            body, media_type = visiting.work.archive.read(holder), holder.media_type
        except (ArchiveError, BadInput) as error:
            visiting.work.fail(url, error)
            return
    of_series = visiting.work.classify(body, url, media_type)
    _follow_links(visiting, url, body)
    if not of_series and _doubtful(visiting, url):
        _doubt(visiting, url, "found another page (kept)")
        return
    same = same or (holder is not None and _reads_the_same(visiting, holder, body, media_type))
    _count(visiting, of_series=of_series, held=known.of_series is True, same=same)
    _remember(visiting, url, of_series=of_series)


def _count(visiting: Visit, *, of_series: bool, held: bool, same: bool) -> None:
    """Count a page that was stored: one that reads as before (a changed footer) is unchanged."""
    tally = visiting.work.tally
    tally.unchanged += same
    tally.fetched += not same
    tally.not_of_series += not of_series
    tally.new += of_series and not held
    tally.changed += of_series and held and not same


def _reads_the_same(visiting: Visit, holder: Capture, body: bytes, media_type: str | None) -> bool:
    """Return whether a post says what the archive's capture of it says."""
    try:
        old = read_page(
            visiting.work.archive.read(holder), holder.url, media_type=holder.media_type
        )
        return read_page(body, holder.url, media_type=media_type) == old
    except (NotOfTheSeries, BadInput, ArchiveError):
        return False  # one of the two cannot be read, or is damaged: verify names that


def _doubtful(visiting: Visit, url: str) -> bool:
    """Return whether a page must not be believed yet when it is not of the series.

    A site that is down for maintenance, or asks for a password, can say so with status 200. Where
    the REST API, the URL or an earlier capture says that the post is of the series, it takes some
    runs in a row until the page is believed; till then it is asked for again.
    """
    known = visiting.frontier.known(url)
    said = known.of_series is True or url in visiting.promised or SERIES in url
    return (said or known.doubts > 0) and known.doubts < DOUBTS


def _doubt(visiting: Visit, url: str, instead: str) -> None:
    """Note that another thing than a post was found; as a failure it is asked for again."""
    known = visiting.frontier.known(url)
    visiting.doubted.add(url)
    visiting.work.fail(url, f"{url}: expected a post of the series, {instead}")
    _remember(visiting, url, of_series=known.of_series, doubts=known.doubts + 1)


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
    visiting.work.segment.add_exchange(exchange)
    _count_miss(visiting, url, str(exchange.status), at_once=exchange.status == 410)


def _count_miss(visiting: Visit, url: str, answer: str, *, at_once: bool = False) -> None:
    """Note that a post is not there, and once more or `at_once`, that it is gone."""
    known = visiting.frontier.known(url)
    misses = max(known.misses + 1, 2 if at_once else 1)
    gone = misses >= 2
    visiting.work.tally.gone += gone and not known.gone
    said = "still gone" if known.gone else "gone" if gone else "not found"
    visiting.work.report.note(f"{said}: {url} ({answer})")
    _remember(visiting, url, of_series=known.of_series, misses=misses)


def _moved(visiting: Visit, url: str, exchange: Exchange, body: bytes) -> None:
    """Store a redirect; where it leads to a post, that is kept under its own URL.

    One that leads for good to what is no post (the front page, a list, a page not found) is a miss
    like 404. A passing one may be a night of maintenance: it takes some runs to be believed.
    """
    for hop in exchange.hops:
        visiting.work.segment.add_exchange(hop)
    target = canonical(exchange.final_url)
    if target == url:
        _keep(visiting, url, exchange, body)
        return
    known = visiting.frontier.known(url)
    erased = visiting.work.plan.skip(target)
    leads_to_post = exchange.status in {200, 304} and found(visiting, target, "redirect")
    if not (leads_to_post or erased):
        for_good = all(hop.status in FOR_GOOD for hop in exchange.hops)
        if exchange.status in GONE or (for_good and exchange.status == 200):
            answer = f"led to {target}, {exchange.status}"
            _count_miss(visiting, url, answer, at_once=exchange.status == 410)
        elif known.doubts < DOUBTS:
            _doubt(visiting, url, f"was led to {target} ({exchange.status})")
        else:
            _count_miss(visiting, url, f"led to {target}, {exchange.status}", at_once=True)
        return
    visiting.work.report.note(f"moved: {url} to {target}")
    _remember(visiting, url, of_series=known.of_series, moved=target)
    if leads_to_post and exchange.status == 200 and not erased:
        visiting.frontier.set_aside(target)
        _keep(visiting, target, exchange, body)


def _remember(
    visiting: Visit,
    url: str,
    *,
    of_series: bool | None,
    moved: str | None = None,
    doubts: int = 0,
    misses: int = 0,
) -> None:
    """Keep what found a URL, the date its sources gave it, and our judgement.

    `gone` says of a post that is not there any more, in so many words, what no status may tell.
    """
    known = visiting.frontier.known(url)
    changed = visiting.frontier.changed(url) or known.changed
    # A list that was not read in this run has not stopped to name it.
    unread = known.listed is not None and known.listed not in visiting.read
    listed = known.listed if unread else visiting.listed.get(url)
    facts: dict[str, Any] = {
        "found_by": list(visiting.frontier.found_by(url)),
        "changed": changed.isoformat() if changed else None,
        "of_series": of_series,
        "moved": moved,
        "doubts": doubts,
        "misses": misses,
        "gone": misses >= 2,
        "listed": listed,
    }
    visiting.work.segment.remember({url: facts}, visiting.work.fetcher.clock.now())
