"""The captures of one URL → its versions, which of them is shown, and whether it is still there.

Rule: time is the captures' own; the order in which they come says nothing. A page says more of a
post than text that was taken out of it: text is shown only where there is no page.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from scraper.models import Capture, Interview, Place, Version
from scraper.resolve.told import Told, tell
from scraper.text import fold

# Facts that may differ between two captures although the post is the same.
_NOT_A_CHANGE = frozenset({"url", "quotes", "translations", "series"})
_GONE_AT_ONCE = 410
_GONE_TWICE = 404
_LESS_THAN_A_PAGE = ("text/plain", "application/json")  # extracted text, a post of the REST API


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture of a post's URL, and what it says.

    `reading` is None where nothing was there, or something else than a post.
    """

    url: str  # canonical
    capture: Capture
    reading: Interview | None


@dataclass(frozen=True, slots=True)
class History:
    """What became of one post: its versions, oldest first, the one that is shown, when it was seen."""

    url: str
    told: Told
    versions: tuple[Version, ...]
    shown: Version
    status: str
    readable: bool
    first_seen: datetime
    last_seen: datetime
    found_by: tuple[str, ...] = ()


def histories(sightings: Iterable[Sighting]) -> Iterator[tuple[History, Interview]]:
    """Yield what became of each post's URL, and what it shows; a URL's sightings come together."""
    for _, of_url in groupby(sightings, key=lambda sighting: sighting.url):
        told = history(of_url)
        if told is not None:
            yield told


def history(sightings: Iterable[Sighting]) -> tuple[History, Interview] | None:
    """Return what became of one URL, and what it shows; None where it never showed a post."""
    seen = sorted(sightings, key=_in_time)
    good = [(s.capture, s.reading) for s in seen if s.reading is not None]
    if not good:
        return None
    versions = list(_versions(good))
    pages = [each for each in versions if each[0]]
    _, shown, reading = (pages or versions)[-1]
    url = sys.intern(seen[0].url)
    return History(
        url=url,
        told=tell(url, reading),
        versions=tuple(version for _, version, _ in versions),
        shown=shown,
        status=_status(seen),
        readable=_readable(seen),
        first_seen=good[0][0].captured_at,
        last_seen=good[-1][0].captured_at,
    ), reading


def _in_time(sighting: Sighting) -> tuple[object, ...]:
    capture = sighting.capture
    return capture.captured_at, capture.file, capture.offset


def _versions(
    good: Sequence[tuple[Capture, Interview]],
) -> Iterator[tuple[bool, Version, Interview]]:
    """Yield each version, whether it is of a page, and its reading."""
    last: tuple[bool, Interview] | None = None  # the last version
    page: tuple[bool, Interview] | None = None  # the last one of a page
    number = 0
    for capture, reading in good:
        is_page = _is_page(capture)
        before = (page or last) if is_page else last
        changed = _changed(before, (is_page, reading)) if before else ()
        if before and not changed:
            continue
        number += 1
        last = is_page, reading
        page = last if is_page else page
        place = Place(sys.intern(capture.file), capture.offset, capture.captured_at)
        yield is_page, Version(number, place, changed), reading


def _is_page(capture: Capture) -> bool:
    kind = (capture.media_type or "").split(";")[0].strip().lower()
    return capture.kind != "conversion" and kind not in _LESS_THAN_A_PAGE


def _changed(before: tuple[bool, Interview], after: tuple[bool, Interview]) -> tuple[str, ...]:
    """Return the fields that differ; text after a page is asked for its answers only.

    What text does not say of title, date and pictures was lost on the way, and so were line breaks
    and typography.
    """
    (was_page, old), (is_page, new) = before, after
    if was_page and not is_page:
        return () if _words(old) == _words(new) else ("answers",)
    return tuple(
        name
        for name in Interview.__slots__
        if name not in _NOT_A_CHANGE and getattr(old, name) != getattr(new, name)
    )


def _words(reading: Interview) -> list[tuple[str, str]]:
    return [(fold(each.question), fold(each.answer)) for each in reading.answers]


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


def _readable(seen: Sequence[Sighting]) -> bool:
    """Tell whether what answered last was the post."""
    for sighting in reversed(seen):
        if sighting.capture.http_status not in {_GONE_AT_ONCE, _GONE_TWICE}:
            return sighting.reading is not None
    return True
