"""Which captures of other archives are not of the series, by URL and digest.

Rule: one odd capture decides nothing about the others. A URL can show a page of maintenance, then
the post, then another owner's page; what the live site shows says nothing of what it once showed.
"""

from collections.abc import Iterable

from scraper.models import SERIES
from scraper.sources.work import Work

ENOUGH = 3  # differing captures of a URL, none of the series, until the others are let be


class Aside:
    """What one source was found to hold that is not of the series; remembered in the archive."""

    def __init__(self, work: Work, source: str) -> None:
        self._work = work
        self._source = source
        self._fact = f"not_of_series_{source}"
        memory = work.archive.memory()
        self._digests = {url: set(said.get(self._fact, ())) for url, said in memory.items()}
        self._named = {url for url, said in memory.items() if source in said.get("found_by", ())}

    def holds(self, url: str, digest: str) -> bool:
        """Return whether a capture need not be fetched."""
        known = self._digests.get(url, set())
        return digest in known or (len(known) >= ENOUGH and SERIES not in url)

    def add(self, url: str, digest: str) -> None:
        """Remember that a capture is not of the series."""
        self._digests.setdefault(url, set()).add(digest)
        self._work.tally.not_of_series += 1
        self._remember({url: {self._fact: [digest]}})

    def note_finds(self, urls: Iterable[str]) -> None:
        """Remember which URLs this source names, those of them that it did not name before."""
        fresh = {url for url in set(urls) - self._named if not self._work.plan.skip(url)}
        if fresh:
            self._named |= fresh
            self._remember({url: {"found_by": [self._source]} for url in sorted(fresh)})

    def _remember(self, facts: dict[str, dict[str, list[str]]]) -> None:
        self._work.segment.remember(facts, self._work.fetcher.clock.now())
