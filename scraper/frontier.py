"""The crawl queue: what is due, what comes next, what is done, and what found each URL.

Rule: pure and deterministic. The same finds and the same past give the same order, whatever the
order in which the finds came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

# What is asked first: what was never seen, then what changed, then what might have.
NEW, CHANGED, UNDATED = range(3)

# What finds a post that no source names any more, one that failed in the last run, and one that was
# gone and may be back: their date of change, if they have one, says nothing of whether to ask.
ARCHIVE, RETRY, BACK = "archive", "retry", "back"
REASONS = frozenset({ARCHIVE, RETRY, BACK})  # to ask; none of them is a source


@dataclass(frozen=True, slots=True)
class Known:
    """The past of a URL, as the archive tells it.

    `captured_at` and `status` are of the last answer, `misses` how many runs in a row it was not
    found, `listed` which dated list of posts named it when it was last asked, `changed` the date of change that was stated when it was last asked or judged,
    `of_series` our judgement, None before there is one, `doubts` how many runs in a row it was a
    page of another kind than was expected.
    """

    captured_at: datetime | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    changed: datetime | None = None
    of_series: bool | None = None
    misses: int = 0
    doubts: int = 0
    listed: str | None = None

    @property
    def gone(self) -> bool:
        """Whether it is gone for good: not found in two runs, or 410 once."""
        return self.status == 410 or self.misses >= 2


NEVER_SEEN = Known()


@dataclass(slots=True)
class Find:
    """What this run found out about a URL: who named it, and when they say it changed."""

    by: set[str] = field(default_factory=set)
    changed: datetime | None = None


_NOT_FOUND = Find()  # only looked at


class Frontier:
    """The posts of one run. `full` asks again for everything, whatever the dates say."""

    def __init__(self, known: Mapping[str, Known], *, full: bool = False) -> None:
        self._known = known
        self._full = full
        self._finds: dict[str, Find] = {}
        self._done: set[str] = set()
        self._queue: list[tuple[int, str]] = []
        self._queued: set[tuple[int, str]] = set()
        self._open: set[str] = set()

    def found(self, url: str, by: str, changed: datetime | None = None) -> None:
        """Note that a source named a URL (canonical), and its date of change, if it gave one."""
        find = self._finds.setdefault(url, Find())
        find.by.add(by)
        if changed and (find.changed is None or changed > find.changed):
            find.changed = changed
        self._enqueue(url)

    def set_aside(self, url: str) -> None:
        """Note that a URL need not be asked in this run: done, or not of the series."""
        self._done.add(url)
        self._open.discard(url)

    def next(self) -> str | None:
        """Return the next URL to ask and count it as done; None when nothing is due."""
        while self._queue:
            rank, url = heappop(self._queue)
            if url not in self._done and rank == self.rank(url):
                self.set_aside(url)
                return url
        return None

    def left(self) -> int:
        """Return how many URLs are still to be asked."""
        return len(self._open)

    def due(self) -> list[str]:
        """Return what is still to be asked, in the order in which it will be."""
        ranked = ((rank, url) for url in self._open if (rank := self.rank(url)) is not None)
        return [url for _, url in sorted(ranked)]

    def rank(self, url: str) -> int | None:
        """Return how urgent a URL is, None if it is not due."""
        known, find = self.known(url), self._finds.get(url, _NOT_FOUND)
        stated, by = find.changed, find.by
        if known.captured_at is None and known.of_series is None:
            return NEW
        if self._full or (stated and _is_news(stated, known)):
            return CHANGED
        if known.gone:
            return UNDATED if BACK in by else None
        if known.of_series is False:
            return None
        if RETRY in by:
            return UNDATED
        # Where no source gives a date, only asking tells. A post that had one and is named no more
        # by any source may be gone; one that was missed once is asked again.
        undated = stated is None and (known.changed is None or ARCHIVE in by)
        return UNDATED if undated or known.misses else None

    def known(self, url: str) -> Known:
        """Return a URL's past; an empty one if it has none."""
        return self._known.get(url, NEVER_SEEN)

    def changed(self, url: str) -> datetime | None:
        """Return the latest date of change that this run's sources state."""
        return self._finds.get(url, _NOT_FOUND).changed

    def found_by(self, url: str) -> tuple[str, ...]:
        """Return what found a URL, in alphabetical order."""
        return tuple(sorted(self._finds.get(url, _NOT_FOUND).by - REASONS))

    def tally(self) -> dict[str, int]:
        """Return how many URLs each source found."""
        counts: dict[str, int] = {}
        for find in self._finds.values():
            for by in find.by - REASONS:
                counts[by] = counts.get(by, 0) + 1
        return dict(sorted(counts.items()))

    def _enqueue(self, url: str) -> None:
        """Queue a URL under its rank of now; an earlier place of another rank no longer counts."""
        if url in self._done:
            return
        rank = self.rank(url)
        if rank is not None and (rank, url) not in self._queued:
            self._queued.add((rank, url))
            self._open.add(url)
            heappush(self._queue, (rank, url))


def _is_news(stated: datetime, known: Known) -> bool:
    """Return whether a stated change is one that we have not asked about yet.

    What is remembered is the latest date of any source: an earlier one is of a slower source.
    """
    asked = known.changed or known.captured_at
    return asked is None or stated > asked
