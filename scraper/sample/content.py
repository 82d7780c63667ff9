"""The invented texts: `posts/*.yml` and `wordings.yml` → articles.

Rule: a text is what the file says. The only change made to it is the white space that French puts
before its double punctuation, because an invisible character is better asked for than typed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from typing import Any

import yaml

CATEGORIES = {
    ("interview", "en"): "Talent Spotlights",
    ("interview", "fr"): "Focus Talents",
    ("neighbour", "en"): "Talent Spotlights",
    ("neighbour", "fr"): "Focus Talents",
    ("news", "en"): "News",
    ("news", "fr"): "Actualités",
}
# Keys of questions that are none of the series' nine; their id is None.
OWN_QUESTIONS = frozenset({"other", "q1", "q2", "q3"})
SPACES = {"narrow": "\N{NARROW NO-BREAK SPACE}", "nbsp": "\N{NO-BREAK SPACE}", "none": ""}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question as asked, its id in the series (or None), and the answer's paragraphs."""

    key: str
    question: str
    paragraphs: tuple[str, ...]

    @property
    def question_id(self) -> str | None:
        """The series' name of the question; None for one that is asked only here."""
        return None if self.key in OWN_QUESTIONS else self.key


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article: `place` is `date`, `before:KEY` or `after:KEY`."""

    file: str
    alt: str
    caption: str
    place: str


@dataclass(frozen=True, slots=True)
class Article:
    """One published page: an interview, a neighbour series' interview, or news."""

    id: int
    pair: str
    kind: str
    lang: str
    slug: str
    theme: str
    shape: str
    title: str
    standfirst: str | None
    published: datetime
    modified: datetime
    person: str | None
    role: str | None
    role_detail: str | None
    studio: str | None
    intro: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    pictures: tuple[Picture, ...]
    call: str | None
    named_by: tuple[str, ...]
    names: tuple[str, ...]
    unbulleted: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The article's path on the site, percent-encoded as it is linked."""
        return f"/{self.lang}/news/{self.slug}/"

    @property
    def category(self) -> str:
        """The category as the page shows it, in the page's language."""
        return CATEGORIES[self.kind, self.lang]

    @property
    def uploads(self) -> str:
        """The folder of the article's pictures."""
        return f"/app/uploads/{self.published:%Y/%m}/"


@dataclass(frozen=True, slots=True)
class Wordings:
    """Questions by set and key, closing lines and standing intros by house."""

    questions: Mapping[str, Mapping[str, str]]
    calls: Mapping[str, str]
    intros: Mapping[str, str]


def fold(name: str) -> str:
    """Return a name without case, accents and punctuation: what two spellings have in common."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if c.isalnum() or c in " -")))


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of a block of text: one line is one paragraph."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def spaced(text: str, spacing: str) -> str:
    """Return French text with the white space of `spacing` around its double punctuation."""
    space = SPACES[spacing]
    text = re.sub(r" (?=[?!:;])", space, text)
    return re.sub(r"(?<=«) | (?=»)", space or " ", text)


@cache
def wordings() -> Wordings:
    """Return the questions and standing texts of every house."""
    read = _load("wordings.yml")
    return Wordings(read["questions"], read["calls"], read["intros"])


@cache
def name_parts() -> Mapping[str, tuple[str, ...]]:
    """Return the parts that names and roles of a grown studio are made of."""
    return {key: tuple(values) for key, values in _load("names.yml").items()}


@cache
def sample_articles() -> tuple[Article, ...]:
    """Return every article that was written by hand, in the order of the files."""
    found: list[Article] = []
    folder = resources.files("scraper.sample") / "posts"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yml"):
            told = _yaml(file.read_text(encoding="utf-8"))
            pair = file.name.removesuffix(".yml")
            languages = [lang for lang in ("en", "fr") if lang in told]
            found += [
                _article(told, lang, pair, 2000 + len(found) + i)
                for i, lang in enumerate(languages)
            ]
    return tuple(found)


def _load(name: str) -> Any:
    return _yaml((resources.files("scraper.sample") / name).read_text(encoding="utf-8"))


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders


def _article(told: Mapping[str, Any], lang: str, pair: str, number: int) -> Article:
    page: Mapping[str, Any] = told[lang]
    spacing = page.get("spacing")

    def text(value: str) -> str:
        return spaced(value, spacing) if spacing else value

    def lines(value: str) -> tuple[str, ...]:
        filled = value
        for house, words in wordings().intros.items():
            filled = filled.replace("{" + house + "}", words)
        return tuple(text(line) for line in paragraphs(filled))

    published = at_nine(told["published"])
    standfirst, call = page.get("standfirst"), page.get("call")
    return Article(
        id=number,
        pair=pair,
        kind=told["kind"],
        lang=lang,
        slug=page["slug"],
        theme=page["theme"],
        shape=page.get("shape", "own"),
        title=text(page["title"]),
        standfirst=text(standfirst) if standfirst else None,
        published=published,
        modified=published,
        person=told["person"],
        role=page.get("role"),
        role_detail=page.get("role_detail"),
        studio=told["studio"],
        intro=lines(page["intro"]),
        exchanges=_exchanges(page, text),
        pictures=_pictures(page),
        call=text(wordings().calls[call]) if call else None,
        named_by=tuple(page.get("named_by", told.get("named_by", ()))),
        names=tuple(page.get("names", told.get("names", ()))),
        unbulleted=tuple(page.get("unbulleted", ())),
    )


def at_nine(day: date) -> datetime:
    """Return the hour at which the studio publishes: nine o'clock, UTC."""
    return datetime.combine(day, time(9), UTC)


def _exchanges(page: Mapping[str, Any], text: Callable[[str], str]) -> tuple[Exchange, ...]:
    asked = {**wordings().questions.get(page.get("wording", ""), {}), **page.get("questions", {})}
    return tuple(
        Exchange(key, text(asked[key]), tuple(text(line) for line in paragraphs(answer)))
        for key, answer in page.get("answers", {}).items()
    )


def _pictures(page: Mapping[str, Any]) -> tuple[Picture, ...]:
    return tuple(
        Picture(
            told["file"],
            told["alt"],
            told["caption"],
            told.get("place")
            or next(f"{side}:{told[side]}" for side in ("before", "after") if side in told),
        )
        for told in page.get("figures", ())
    )
