"""Readings of posts by invented people, and what they tell together.

Rule: made as the reader makes them, without pages, so that a test says only what it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scraper.models import (
    Answer,
    Capture,
    Finding,
    Interview,
    Named,
    Nomination,
    Person,
    Post,
    Turn,
)
from scraper.resolve import Overrides, Sighting, histories, whole
from scraper.resolve import resolve as resolved
from scraper.resolve.together import Forgotten, nobody

SITE = "https://www.ombrelle.example"
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def post(person: str | None, slug: str, lang: str = "en", **more: Any) -> Interview:
    """Return a reading of a post by an invented person."""
    empty = Interview(
        url=f"{SITE}/{lang}/news/{slug}/",
        lang=lang,
        title=f"Under the Mikroscope {person}",
        standfirst=None,
        category=None,
        published=date(2023, 5, 4),
        person=person,
        role="Layout Artist",
        role_detail=None,
        studio="Paris",
        intro=None,
        nominators=(),
        nominees=(),
        answers=(Answer(1, "best-part", "Why?", "Because."),),
        images=(),
        call_to_action=None,
        left_over=(),
        quotes=(),
    )
    return replace(empty, **more)


def seen(
    reading: Interview | None, url: str = "", day: int = 0, status: int = 200, run: str = "run"
) -> Sighting:
    """Return that a page was seen on a day."""
    url = reading.url if reading else url
    capture = Capture(
        url, DAY + timedelta(days=day), "site", "response", status, "text/html",
        f"sha256:{day}", f"{run}.warc.gz", day,
    )  # fmt: skip
    return Sighting(url, capture, reading)


def naming(*named: str) -> tuple[Named, ...]:
    """Return names, each with a sentence that names it."""
    return tuple(Named(name, f"I name {name}.") for name in named)


@dataclass(frozen=True)
class Together:
    """What posts tell together, each with what became of it: as a build makes it of its shelf."""

    people: tuple[Person, ...]
    turns: tuple[Turn, ...]
    posts: tuple[Post, ...]
    nominations: tuple[Nomination, ...]
    findings: tuple[Finding, ...]
    hidden: frozenset[str]


def of(*readings: Interview, overrides: Overrides | None = None) -> Together:
    """Return what posts tell together."""
    return resolve([seen(reading) for reading in readings], overrides or Overrides())


def resolve(
    sightings: Iterable[Sighting], overrides: Overrides, forgotten: Forgotten = nobody
) -> Together:
    """Resolve sightings in any order; a build brings those of a URL together, too."""
    by_url = sorted(sightings, key=lambda sighting: sighting.url)
    known = {told.url: told for told, _ in histories(by_url)}
    told = resolved(known.values(), overrides, forgotten)
    posts = tuple(whole(placed, known[placed.url]) for placed in told.posts)
    return Together(
        told.people, told.turns, posts, told.nominations, tuple(told.findings), told.hidden
    )


def codes(resolved: Together) -> list[str]:
    """Return the codes of what was found, in its order."""
    return [finding.code for finding in resolved.findings]
