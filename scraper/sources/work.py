"""What every source is given to work with, and where it counts what it did.

Rule: the tally only grows; each URL that failed is named with its reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from scraper.archive import Archive, Segment, decoded
from scraper.errors import FetchError
from scraper.fetch import Fetcher, header_of

# (decoded body, URL, media type) → whether it is a post of the series. A post of the REST API comes
# as its JSON object, with media type application/json.
Classify = Callable[[bytes, str, str | None], bool]

# Whether a canonical URL was forgotten on request, and must not come back from anywhere.
Skip = Callable[[str], bool]

STUDIO = "https://www.mikrosanimation.com"


class Report(Protocol):
    """Who hears how a run goes on: the command line, or a test."""

    def step(self, text: str, done: int, total: int | None) -> None:
        """Hear what is being done, how much of it is done, and of how much, if that is known."""

    def note(self, text: str) -> None:
        """Hear one line that a person should read."""

    def wait(self, seconds: float, why: str) -> None:
        """Hear of a wait, in seconds, and why; the usual delay between requests has no reason."""


def nothing(_url: str) -> bool:
    """Say of each URL that it was not forgotten."""
    return False


@dataclass(frozen=True, slots=True)
class Plan:
    """What one crawl is to do. `endpoint` stands in for the archive's own address.

    `full` asks again for everything; without it a site's lists are read whole only once in `sweep`.
    `since` is the first year of Common Crawl that is asked. `skip` tells of a canonical URL that it
    must not be fetched, as it was forgotten on request.
    """

    site: str = STUDIO
    source: str = "site"
    endpoint: str | None = None
    full: bool = False
    sweep: timedelta = timedelta(days=7)
    since: int = 2022
    skip: Skip = nothing


@dataclass(slots=True)
class Tally:
    """What a run did, by kind; `found` by kind of list, `failures` by URL, `details` for the next run."""

    fetched: int = 0
    unchanged: int = 0
    gone: int = 0
    new: int = 0
    changed: int = 0
    not_of_series: int = 0
    found: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """One run under way: where to look, where to put, who judges, who hears."""

    archive: Archive
    segment: Segment
    fetcher: Fetcher
    plan: Plan
    classify: Classify
    report: Report
    tally: Tally = field(default_factory=Tally)

    def fail(self, url: str, error: Exception | str) -> None:
        """Note that a URL came to nothing, and why."""
        why = " ".join(str(error).split())
        self.tally.failures[url] = why if url in why else f"{url}: {why}"
        self.report.note(f"failed: {self.tally.failures[url]}")

    def answer(self, url: str, *, past_the_end: bool = False) -> bytes:
        """Return what an index answers; nothing where it has nothing (404) or no such page (400).

        Raises FetchError for any other answer, ArchiveError for a body that cannot be decoded.
        """
        exchange = self.fetcher.get(url)
        if exchange.status == 404 or (exchange.status == 400 and past_the_end):
            return b""
        if exchange.status != 200:
            raise FetchError(f"{url}: answered {exchange.status}")
        return decoded(exchange.body, header_of(exchange, "content-encoding"))

    def note(self, text: str) -> None:
        """Note one line in the run's result, and say it."""
        self.tally.notes.append(text)
        self.report.note(text)
