"""What must be read out of the sample: derived from its data, so that no test says it twice.

Rule: derived from the texts' data alone; nothing here looks at HTML.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from scraper.models import SERIES
from scraper.sample.content import Article, fold


@dataclass(frozen=True, slots=True)
class ExpectedInterview:
    """One person's turn: `paths` are the posts' paths on the site, by language."""

    person: str
    role: str | None
    studio: str | None
    published: date
    paths: tuple[tuple[str, str], ...]
    question_ids: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ExpectedNomination:
    """Who named whom; `status` in the words of the database: both ends, nominator/nominee only.

    `published` says whether the nominee answered in the series.
    """

    nominator: str
    nominee: str
    status: str
    published: bool


def interviews(articles: Iterable[Article]) -> tuple[ExpectedInterview, ...]:
    """Return the turns of the series, oldest first; a person's languages are one turn."""
    turns: dict[str, list[Article]] = {}
    for article in articles:
        if article.kind == "interview":
            turns.setdefault(article.pair, []).append(article)
    found = [
        ExpectedInterview(
            person=posts[0].person or "",
            role=posts[0].role,
            studio=posts[0].studio,
            published=posts[0].published.date(),
            paths=tuple((post.lang, post.path) for post in posts),
            question_ids=tuple(exchange.question_id for exchange in posts[0].exchanges),
        )
        for posts in turns.values()
    ]
    return tuple(sorted(found, key=lambda turn: (turn.published, turn.person)))


def nominations(articles: Iterable[Article]) -> tuple[ExpectedNomination, ...]:
    """Return the edges, sorted; spellings that differ by accents and case are one person."""
    series = [article for article in articles if article.kind == "interview"]
    spoken = {fold(a.person): a.person for a in series if a.person}
    names = dict(spoken)
    at_nominator: set[tuple[str, str]] = set()
    at_nominee: set[tuple[str, str]] = set()
    for article in series:
        own = fold(article.person or "")
        for name in article.names:
            names.setdefault(fold(name), name)
            at_nominator.add((own, fold(name)))
        for name in article.named_by:
            names.setdefault(fold(name), name)
            at_nominee.add((fold(name), own))
    status = {
        **dict.fromkeys(at_nominator, "nominator only"),
        **dict.fromkeys(at_nominee, "nominee only"),
        **dict.fromkeys(at_nominator & at_nominee, "both ends"),
    }
    return tuple(
        ExpectedNomination(names[a], names[b], status[a, b], b in spoken) for a, b in sorted(status)
    )


def reading(article: Article, base: str) -> dict[str, Any]:
    """Return one post as `parse` must print it, but for `quotes`."""
    return {
        "series": SERIES,
        "url": base + article.path,
        "lang": article.lang,
        "title": article.title,
        "standfirst": article.standfirst,
        "category": article.category,
        "published": article.published.date().isoformat(),
        "person": article.person,
        "role": article.role,
        "role_detail": article.role_detail,
        "studio": article.studio,
        "intro": "\n\n".join(article.intro) or None,
        "nominators": list(article.named_by),
        "nominees": list(article.names),
        "answers": [
            {
                "position": position,
                "question_id": exchange.question_id,
                "question": exchange.question,
                "answer": "\n\n".join(exchange.paragraphs),
            }
            for position, exchange in enumerate(article.exchanges, start=1)
        ],
        "images": [
            {
                "url": base + article.uploads + picture.file,
                "alt": picture.alt or None,
                "caption": picture.caption or None,
            }
            for picture in article.pictures
        ],
        "call_to_action": article.call,
        "left_over": [],
    }
