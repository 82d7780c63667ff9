"""The captures of one URL → its versions, and whether it is still there.

Rule: time is the captures' own; the order in which they come says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scraper.models import Capture, Interview, Version

# Facts that may differ between two captures although the post is the same.
_NOT_A_CHANGE = frozenset({"url", "quotes", "translations", "series"})
_GONE_AT_ONCE = 410
_GONE_TWICE = 404


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture of a post's URL, and what it says; `reading` is None where nothing was there."""

    url: str  # canonical
    capture: Capture
    reading: Interview | None


@dataclass(frozen=True, slots=True)
class History:
    """What became of one post: its versions, oldest first, and when it was seen."""

    url: str
    versions: tuple[Version, ...]
    status: str
    first: Capture
    last: Capture

    @property
    def now(self) -> Interview:
        """What the post says now, or said last."""
        return self.versions[-1].reading


def histories(sightings: Iterable[Sighting]) -> Iterator[History]:
    """Yield what became of each post's URL, in the order of URLs."""
    by_url: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_url[sighting.url].append(sighting)
    for url in sorted(by_url):
        seen = sorted(by_url[url], key=_in_time)
        good = [sighting for sighting in seen if sighting.reading is not None]
        if good:
            versions = tuple(_versions(good))
            yield History(url, versions, _status(seen), good[0].capture, good[-1].capture)


def _in_time(sighting: Sighting) -> tuple[object, ...]:
    capture = sighting.capture
    return capture.captured_at, capture.file, capture.offset


def _versions(good: Sequence[Sighting]) -> Iterator[Version]:
    previous: Interview | None = None
    number = 0
    for sighting in good:
        reading = sighting.reading
        if reading is None:
            continue
        changed = _changed(previous, reading) if previous else ()
        if previous is None or changed:
            number += 1
            yield Version(number, sighting.capture, changed, reading)
            previous = reading


def _changed(before: Interview, after: Interview) -> tuple[str, ...]:
    return tuple(
        name
        for name in Interview.__slots__
        if name not in _NOT_A_CHANGE and getattr(before, name) != getattr(after, name)
    )


def _status(seen: Sequence[Sighting]) -> str:
    """Return `gone` after 404 in two runs or 410 once with nothing good since, else `live`."""
    runs_without: set[str] = set()
    for sighting in reversed(seen):
        if sighting.reading is not None:
            break
        if sighting.capture.http_status == _GONE_AT_ONCE:
            return "gone"
        if sighting.capture.http_status == _GONE_TWICE:
            runs_without.add(sighting.capture.file)
    return "gone" if len(runs_without) > 1 else "live"
