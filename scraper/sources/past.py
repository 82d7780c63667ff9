"""One visit to the site: the run under way, with what earlier runs know of the site.

Rule: all of it is read out of the archive; nothing is known that a run did not write there.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any

from scraper.archive import decoded
from scraper.fetch import header_of
from scraper.frontier import NEVER_SEEN, Frontier, Known
from scraper.models import Capture, Exchange
from scraper.reading import index
from scraper.sources.work import Work
from scraper.urls import authorities_of, authority_of, is_post, origin_of

# What a run's result tells the next: the answers of the usual places, the dates that an
# index gives sitemaps, what they held (lists), the latest change in the REST list, when everything was read last, which posts failed. All but the last
# are kept only by a run that came to its end: one cut short has not dealt with all that it read of.
NOTHING_KNOWN: dict[str, Any] = {
    "places": {},
    "sitemaps": {},
    "lists": {},
    "rest_changed": None,
    "swept": None,
    "retry": [],
}
_REMEMBERED = ("misses", "changed", "moved", "of_series", "doubts", "listed")


@dataclass(slots=True)
class Visit:
    """The run under way, with what is known of the site from earlier runs."""

    work: Work
    frontier: Frontier
    home: str
    hosts: frozenset[str]
    known: dict[str, Known]
    holders: dict[str, Capture]
    past: dict[str, Any]
    thorough: bool
    promised: set[str] = field(default_factory=set)  # what the REST API says is of the series
    doubted: set[str] = field(default_factory=set)  # posts that answered with something else
    dated: bool = False
    complete: bool = True
    asked: int = 0
    # Which dated list (the URL of a sitemap, or REST) named each post in this run, and which of
    # these lists were read whole: a post that stood in one and does so no longer may be gone.
    listed: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    relisted: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # named by none when asked last

    @property
    def knows_all(self) -> bool:
        """Whether an earlier run read every list whole, so that old pages of lists hold no news."""
        return self.past["swept"] is not None and not self.work.plan.full


def begin(work: Work) -> Visit:
    """Return a visit that knows what the archive knows of the site."""
    known, holders = _past_of_urls(work)
    past = _past_of_lists(work)
    swept = index.parse_time(past["swept"])
    now = work.fetcher.clock.now()
    thorough = work.plan.full or swept is None or not swept <= now < swept + work.plan.sweep
    return Visit(
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
        before = known.get(capture.url, NEVER_SEEN)
        missed = capture.http_status == 404
        holds = capture.http_status in {200, 304}
        if holds:
            holders[capture.url] = capture
        known[capture.url] = Known(
            captured_at=capture.captured_at,
            status=capture.http_status,
            etag=capture.etag if holds else before.etag,
            last_modified=capture.last_modified if holds else before.last_modified,
            misses=before.misses + 1 if missed else 0,
        )
    # There can be very many: what is not asked for is not held, and what is alike is held once.
    for url, facts in work.archive.memory(*_REMEMBERED).items():
        before = known.get(url, NEVER_SEEN)
        known[url] = Known(
            captured_at=before.captured_at,
            status=before.status,
            etag=before.etag,
            last_modified=before.last_modified,
            # Being led away is a miss that no status tells of.
            misses=max(before.misses, int(facts.get("misses") or 0)),
            changed=index.parse_time(facts.get("changed")),
            of_series=False if facts.get("moved") else facts.get("of_series"),
            doubts=int(facts.get("doubts") or 0),
            listed=intern(facts.get("listed") or "") or None,
        )
    return known, holders


def _past_of_lists(work: Work) -> dict[str, Any]:
    """Return what the last runs of this site remember of its lists."""
    past = deepcopy(NOTHING_KNOWN)
    for result in work.archive.results():
        if result["run"]["source"] == "site" and result.get("site") == origin_of(work.plan.site):
            past |= {name: result[name] for name in past if name in result}
    return past


def found(visiting: Visit, url: str, by: str, changed: datetime | None = None) -> bool:
    """Tell the frontier of a URL if it is a post of this site; whether it is."""
    if not is_post(url) or authority_of(url) not in visiting.hosts:
        return False
    if visiting.work.plan.skip(url):
        return True
    visiting.frontier.found(url, by, changed)
    return True


def body_of(exchange: Exchange) -> bytes:
    """Return the decoded body of a response. Raises ArchiveError, TooLarge."""
    return decoded(exchange.body, header_of(exchange, "content-encoding"))
