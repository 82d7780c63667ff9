"""More articles for a studio that grows: new people who speak in the sentences of the sample.

Rule: turn i depends on (seed, i) and nothing else, so that a larger studio is a smaller one with
newer posts, and two processes grow the same one.
"""

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from scraper.errors import WrongUsage
from scraper.sample.content import (
    Article,
    Exchange,
    Picture,
    at_nine,
    name_parts,
    sample_articles,
    spaced,
    wordings,
)

HOUSES = ("Paris", "Bangalore", "Montréal")
SHAPES = ("own", "shared", "list", "heading", "mixed")
THEMES = ("gutenberg", "classic", "elementor")
FIRST_DAY = date(2024, 7, 1)
TURNS_A_DAY = 30
# Prime, and no divisor of the number of names: stepping by it meets every name once.
STRIDE = 1_000_003
FIRST_ID = 10_000
SENTENCE_END = re.compile(r"(?<=[.!?…”]) +(?=[“«A-ZÀ-Ý])")
SPACING = "narrow"


@dataclass(frozen=True, slots=True)
class Turn:
    """One generated person's turn: who speaks, where, as what, and who comes next."""

    index: int
    person: str
    role: str
    house: str
    names: tuple[str, ...]
    named_by: tuple[str, ...]


def grown_articles(count: int, seed: int) -> tuple[Article, ...]:
    """Return `count` generated articles, oldest first; WrongUsage when the names run out."""
    found: list[Article] = []
    for index in range(count):
        if len(found) >= count:
            break
        found += _articles_of(_turn(index, seed), seed)
    return tuple(found[:count])


def _articles_of(turn: Turn, seed: int) -> Iterator[Article]:
    dice = random.Random(f"{seed}/{turn.index}")  # noqa: S311 - repeatable, not secret
    yield _article(turn, "en", dice)
    if turn.index % 4 == 0:
        yield _article(turn, "fr", dice)


def _person(index: int, seed: int) -> str:
    parts = name_parts()
    first, start, end = parts["first"], parts["start"], parts["end"]
    total = len(first) * len(start) * len(end)
    if index >= total:
        raise WrongUsage(f"the sample studio has names for {total} people, not for more")
    place = (index * STRIDE + seed * 7919) % total
    surname = start[place // len(first) % len(start)] + end[place // (len(first) * len(start))]
    return f"{first[place % len(first)]} {surname}"


def _named(index: int, seed: int) -> tuple[str, ...]:
    """Return whom turn `index` names: the next of its house, now and then nobody, or two."""
    if index % 10 == 9:
        return ()
    after = (3, 6) if index % 25 == 7 else (3,)
    return tuple(_person(index + step, seed) for step in after)


def _turn(index: int, seed: int) -> Turn:
    roles = name_parts()["roles"]
    before = index - 3
    says_so = before >= 0 and index % 2 == 0 and _named(before, seed)
    return Turn(
        index=index,
        person=_person(index, seed),
        role=roles[(index * 7 + seed) % len(roles)],
        house=HOUSES[index % 3],
        names=_named(index, seed),
        named_by=(_person(before, seed),) if says_so else (),
    )


def _article(turn: Turn, lang: str, dice: random.Random) -> Article:
    published = at_nine(FIRST_DAY + timedelta(days=turn.index // TURNS_A_DAY))
    published += timedelta(minutes=turn.index % TURNS_A_DAY)
    slug = _slug(f"under the mikroscope {turn.person} {turn.role}")
    pictured = turn.index % 4 == 1
    return Article(
        id=FIRST_ID + 2 * turn.index + (lang == "fr"),
        pair=f"grown-{turn.index}",
        kind="interview",
        lang=lang,
        slug=slug,
        theme=THEMES[turn.index % len(THEMES)],
        shape=SHAPES[turn.index % len(SHAPES)],
        title=_title(turn),
        standfirst=None,
        published=published,
        modified=published,
        person=turn.person,
        role=turn.role,
        role_detail=None,
        studio=turn.house,
        intro=_intro(turn, lang),
        exchanges=_exchanges(turn, lang, dice),
        pictures=(Picture(f"{slug}.svg", turn.person, "", "before:achievement"),)
        if pictured
        else (),
        call=_call(turn, lang),
        named_by=turn.named_by if lang == "en" else (),
        names=turn.names,
    )


def _title(turn: Turn) -> str:
    between = ", " if turn.house == "Bangalore" else " – "
    return f"Under the Mikroscope 🔍 {turn.person}{between}{turn.role} at Ombrelle Animation {turn.house}"


def _intro(turn: Turn, lang: str) -> tuple[str, ...]:
    if lang == "fr":
        presents = f"Aujourd’hui, c’est {turn.person} – {turn.role} qui répond à nos questions :"
        return (spaced(wordings().intros["fr"], SPACING), spaced(presents, SPACING))
    standing = wordings().intros["bangalore" if turn.house == "Bangalore" else "paris"]
    standing = standing.replace("Animation Paris", f"Animation {turn.house}")
    if turn.named_by:
        return (
            standing,
            f"Nominated by {turn.named_by[0]}, it’s now the turn of {turn.person}, {turn.role} to answer our questions.",
        )
    return (standing, f"For this new interview, {turn.person}, {turn.role}, tells you more:")


def _call(turn: Turn, lang: str) -> str:
    if lang == "fr":
        return spaced(wordings().calls["fr"], SPACING)
    return wordings().calls[turn.house.casefold().replace("é", "e")]


def _exchanges(turn: Turn, lang: str, dice: random.Random) -> tuple[Exchange, ...]:
    asked = wordings().questions[
        "vous" if lang == "fr" else turn.house.casefold().replace("é", "e")
    ]
    found = []
    for key, question in asked.items():
        if key != "baton":
            answer = _answer(_sentences(lang)[key], dice)
        elif turn.names:
            answer = ((" et " if lang == "fr" else " and ").join(turn.names),)
        else:
            continue
        text = question.replace("Animation Paris", f"Animation {turn.house}")
        found.append(Exchange(key, spaced(text, SPACING) if lang == "fr" else text, answer))
    return tuple(found)


def _answer(sentences: tuple[str, ...], dice: random.Random) -> tuple[str, ...]:
    """Return one or two paragraphs of one to three sentences each."""
    return tuple(
        " ".join(dice.sample(sentences, min(len(sentences), dice.randint(1, 3))))
        for _ in range(dice.choice((1, 1, 1, 2)))
    )


@cache
def _sentences(lang: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for article in sample_articles():
        if article.kind != "interview" or article.lang != lang:
            continue
        for exchange in article.exchanges:
            for line in exchange.paragraphs:
                found.setdefault(exchange.key, {}).update(dict.fromkeys(SENTENCE_END.split(line)))
    return {key: tuple(lines) for key, lines in found.items()}


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
