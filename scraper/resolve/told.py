"""What one post tells of people, without its text: all that bringing posts together needs.

Rule: small and frozen, so that those of every post can be kept at once; what many posts say alike is
kept once.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from scraper.errors import WrongUsage
from scraper.models import Interview, Named
from scraper.urls import canonical


@dataclass(frozen=True, slots=True)
class Told:
    """The people of one post; `url` and `translations`, those of other posts, are canonical URLs."""

    url: str
    lang: str
    person: str
    published: date | None
    role: str | None
    studio: str | None
    nominators: tuple[Named, ...]
    nominees: tuple[Named, ...]
    translations: tuple[str, ...]


def tell(url: str, reading: Interview) -> Told:
    """Return what a reading of the post at `url` (canonical) tells."""
    return Told(
        url=url,
        lang=sys.intern(reading.lang),
        person=sys.intern(reading.person or ""),
        published=reading.published,
        role=_once(reading.role or reading.role_detail),
        studio=_once(reading.studio),
        nominators=tuple(map(_named, reading.nominators)),
        nominees=tuple(map(_named, reading.nominees)),
        translations=tuple(other for other in _translations(reading) if other != url),
    )


def without(told: Told, unwanted: Callable[[Named], bool]) -> Told:
    """Return what a post tells but of those who are not wanted; the same where all are."""
    if not any(map(unwanted, (*told.nominators, *told.nominees))):
        return told
    return replace(
        told,
        nominators=tuple(named for named in told.nominators if not unwanted(named)),
        nominees=tuple(named for named in told.nominees if not unwanted(named)),
    )


def _named(named: Named) -> Named:
    name = sys.intern(named.name)
    return Named(name, name if named.quote == name else named.quote)


def _once(text: str | None) -> str | None:
    return None if text is None else sys.intern(text)


def _translations(reading: Interview) -> Iterator[str]:
    for _, url in reading.translations:
        try:
            yield sys.intern(canonical(url))
        except WrongUsage:
            continue  # hreflang of a page may hold anything; what is no URL is no post's
