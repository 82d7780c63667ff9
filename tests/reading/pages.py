"""A post as a writer at the studio has it before any theme dresses it, and what stands around it.

Rule: no markup here. The same Page goes through every renderer of `markups` and `forms`.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"

# Keys of `expected` that only some pages have, and keys that tests compare in their own way.
ANSWER_KEYS = ("question_id", "question", "answer")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`p`), a list item (`li`) with its lines, or a `figure`."""

    kind: str
    lines: tuple[str, ...] = ()
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A post; `questions` are its lines that ask, `closing` counts the blocks after the last answer."""

    url: str
    lang: str
    category: str
    title: str
    standfirst: str
    date: str
    blocks: tuple[Block, ...]
    questions: frozenset[str]
    closing: int = 0

    @property
    def iso(self) -> str:
        """The printed date as ISO 8601."""
        return parse_day(self.date).isoformat()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question (None for what stands before the first) and the blocks up to the next one."""

    question: str | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A page, and what a person reads out of it (None: it is no post of the series)."""

    name: str
    page: Page
    expected: dict[str, Any] | None = field(compare=False)


def parse_day(printed: str) -> date:
    """Return the day that `27 March 2023` names."""
    return datetime.strptime(printed, "%d %B %Y").date()  # noqa: DTZ007 -- a printed day has no zone


def turns(page: Page) -> tuple[Turn, ...]:
    """Return the post cut at its questions; closing blocks are left to the caller."""
    cut: list[Turn] = []
    question: str | None = None
    held: list[Block] = []
    for block in body(page):
        rest = list(block.lines)
        if rest and rest[0] in page.questions:
            cut.append(Turn(question, tuple(held)))
            question, held = rest.pop(0), []
        if rest or block.kind == "figure":
            held.append(Block(block.kind, tuple(rest), block.alt, block.caption))
    return (*cut, Turn(question, tuple(held)))


def body(page: Page) -> tuple[Block, ...]:
    """Return the blocks without the closing ones."""
    return page.blocks[: len(page.blocks) - page.closing]


def tail(page: Page) -> tuple[Block, ...]:
    """Return the closing blocks."""
    return page.blocks[len(page.blocks) - page.closing :]


def corpus() -> Iterator[Case]:
    """Yield every page of the shared corpus; none where the folder is not there."""
    for path in sorted(CORPUS.glob("*.json")):
        raw = json.loads(path.read_text("utf-8"))
        if "blocks" in raw:
            yield Case(path.stem, page_of(raw), _expected(raw))


def page_of(raw: dict[str, Any]) -> Page:
    """Return the page that a corpus-like JSON object describes."""
    blocks = tuple(
        Block(one["type"], tuple(one.get("lines", ())), one.get("alt", ""), one.get("caption", ""))
        for one in raw["blocks"]
    )
    answers = raw["expected"].get("answers", ())
    questions = {answer["question"] for answer in answers}
    # A neighbour's page says nothing of its questions: there, the list items ask.
    questions |= {one.lines[0] for one in blocks if not answers and one.kind == "li"}
    last = answers[-1]["answer"] if answers else None
    closing = int(last is not None and blocks[-1].lines[-1] not in last)
    return Page(
        url=raw["url"],
        lang=raw["lang"],
        category=raw["category"],
        title=raw["title"],
        standfirst=raw["standfirst"],
        date=raw["date"],
        blocks=blocks,
        questions=frozenset(questions),
        closing=closing,
    )


def _expected(raw: dict[str, Any]) -> dict[str, Any] | None:
    expected: dict[str, Any] = raw["expected"]
    return None if expected["series"] is None else expected


def need_corpus() -> None:
    """Skip where the shared corpus is not (a fresh clone); fail where CI says it must be."""
    if CORPUS.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI is set and the corpus is not at {CORPUS}")
    pytest.skip("the shared corpus is not here")


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a site puts around every article, in one language."""

    back: str
    menu: tuple[str, ...]
    share: str
    related: tuple[str, ...]
    newsletter: tuple[str, ...]
    cookies: tuple[str, ...]
    footer: tuple[str, ...]
    others: tuple[tuple[str, str, str], ...]


FURNITURE = {
    "en": Furniture(
        back="Back to newsfeed",
        menu=("Home", "About us", "Films", "Series", "News", "Careers", "Contact"),
        share="Share this article",
        related=("You may also like", "Related articles", "Read next", "More news", "Latest news"),
        newsletter=(
            "Subscribe to our newsletter",
            "Enter your email address",
            "Sign up",
            "You can unsubscribe at any time.",
        ),
        cookies=(
            "We use cookies to improve your experience on this site.",
            "Accept all",
            "Refuse",
            "Cookie settings",
        ),
        footer=(
            "© 2024 Mikros Animation. All rights reserved.",
            "Legal notice",
            "Privacy policy",
            "Terms of use",
        ),
        others=(
            (
                "Under the Mikroscope 🔍 Ines Valdor – Layout Artist at Mikros Animation Paris",
                "12 June 2023",
                "Nominated by Oriane Tessel, it’s now the turn of Ines Valdor to answer our questions.",
            ),
            (
                "Under The Mikroscope 🔍 Bastian Ollero, Head of Rigging",
                "3 July 2023",
                "Today we spotlight Bastian Ollero, who talks about his path.",
            ),
            ("Lantern Talks 🏮 Wanda Ferrel, Lead FX", "4 September 2023", "What was your role?"),
        ),
    ),
    "fr": Furniture(
        back="Toutes les actus",
        menu=("Accueil", "À propos", "Films", "Séries", "Actus", "Carrières", "Contact"),
        share="Partager cet article",
        related=(
            "Vous aimerez aussi",
            "Articles similaires",
            "À lire aussi",
            "Plus d’actus",
            "Dernières actus",
        ),
        newsletter=(
            "Inscrivez-vous à notre newsletter",
            "Votre adresse e-mail",
            "S’inscrire",
            "Vous pouvez vous désinscrire à tout moment.",
        ),
        cookies=(
            "Nous utilisons des cookies pour améliorer votre expérience.",
            "Tout accepter",
            "Refuser",
            "Paramétrer les cookies",
        ),
        footer=(
            "© 2024 Mikros Animation. Tous droits réservés.",
            "Mentions légales",
            "Politique de confidentialité",
            "Conditions d’utilisation",
        ),
        others=(
            (
                "Under the Mikroscope 🔍 Ines Valdor – Artiste Layout chez Mikros Animation Paris",
                "12 June 2023",
                "Nommée par Oriane Tessel, c’est au tour d’Ines Valdor de répondre à nos questions.",
            ),
            (
                "Under The Mikroscope 🔍 Bastian Ollero, Responsable Rigging",
                "3 July 2023",
                "Aujourd’hui, Bastian Ollero nous partage son parcours.",
            ),
            (
                "Lantern Talks 🏮 Wanda Ferrel, Lead FX",
                "4 September 2023",
                "Quel était votre rôle ?",
            ),
        ),
    ),
}
