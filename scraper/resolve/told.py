"""What one post tells of people, without its text: all that telling them apart needs.

Rule: small and frozen, so that those of every post can be kept at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from scraper.models import Facts, Named


@dataclass(frozen=True, slots=True)
class Told:
    """The people of one post; `url` and `translations` are canonical URLs."""

    url: str
    lang: str
    person: str
    published: date | None
    role: str | None
    studio: str | None
    nominators: tuple[Named, ...]
    nominees: tuple[Named, ...]
    translations: frozenset[str]


def tell(url: str, facts: Facts, may_be_told: Callable[[Named], bool]) -> Told:
    """Return what a post at `url` (canonical) tells, but of those who may not be told of."""
    return Told(
        url=url,
        lang=facts.lang,
        person=facts.person,
        published=facts.published,
        role=facts.role,
        studio=facts.studio,
        nominators=tuple(filter(may_be_told, facts.nominators)),
        nominees=tuple(filter(may_be_told, facts.nominees)),
        translations=frozenset(facts.translations) - {url},
    )
