"""What must be true of an archive that was read: invariants, counts and fill rates.

Rule: pure; a check reports findings and decides nothing. Checks are a table at the end.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scraper.models import Finding, Interview, Post, Series

_QUESTIONS = 8  # that a whole interview answers, without the baton
EXPECTATION = "expectation"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most of a number; None for no bound."""

    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a build has to find: numbers of rows, and shares of posts that have a fact."""

    counts: Mapping[str, Bounds]
    fill: Mapping[str, Bounds]


def read_expectations(data: Any) -> Expectations:
    """Return the expectations a YAML document holds; raise ValueError saying what is wrong."""
    data = {} if data is None else data
    if not isinstance(data, dict) or set(data) - {"counts", "fill"}:
        raise ValueError("expected the keys counts and fill")
    return Expectations(
        _bounds(data.get("counts"), frozenset(_counts(Series()))), _bounds(data.get("fill"), _FACTS)
    )


def _bounds(data: Any, known: frozenset[str]) -> dict[str, Bounds]:
    data = {} if data is None else data
    if not isinstance(data, dict):
        raise ValueError(f"expected names with min and max, got {data!r}")  # noqa: TRY004 - what a file says wrongly is a wrong value
    bounds = {}
    for name, given in data.items():
        if name not in known:
            raise ValueError(f"{name!r} is not counted; expected one of {', '.join(sorted(known))}")
        if not isinstance(given, dict) or not given or set(given) - {"min", "max"}:
            raise ValueError(f"{name}: expected min, max or both")
        for value in given.values():
            # A bound that compares with nothing would never fail.
            if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - only NaN differs from itself
                raise ValueError(f"{name}: expected a number, got {value!r}")
        bounds[name] = Bounds(given.get("min"), given.get("max"))
    return bounds


def check(series: Series, expectations: Expectations) -> tuple[Finding, ...]:
    """Return everything that is worth a look, in the order of the posts."""
    found = [finding for post in series.posts for one in CHECKS for finding in one(post)]
    return (*found, *_expected(series, expectations))


def _reading(post: Post) -> Interview:
    return post.versions[-1].reading


def _left_over(post: Post) -> Iterator[Finding]:
    for text in _reading(post).left_over:
        yield Finding(
            "warning", "left-over", "text that is no part of the interview", post.id, text
        )


def _answers(post: Post) -> Iterator[Finding]:
    for answer in _reading(post).answers:
        if not answer.answer:
            yield Finding(
                "warning",
                "empty-answer",
                f"nothing follows question {answer.position}",
                post.id,
                answer.question,
            )
        if answer.question_id is None:
            yield Finding(
                "note",
                "unknown-question",
                "a question that is none of the series'",
                post.id,
                answer.question,
            )


def _questions(post: Post) -> Iterator[Finding]:
    asked = Counter(a.question_id for a in _reading(post).answers if a.question_id)
    known = len(asked.keys() - {"baton"})
    if known < _QUESTIONS:
        yield Finding(
            "note", "questions-missing", f"{known} of the {_QUESTIONS} questions", post.id
        )
    for question, times in sorted(asked.items()):
        if times > 1:
            yield Finding(
                "warning", "question-twice", f"{question} is asked {times} times", post.id
            )


def _language(post: Post) -> Iterator[Finding]:
    reading = _reading(post)
    claimed = next((lang for lang in ("en", "fr") if f"/{lang}/" in post.url), None)
    if claimed and claimed != reading.lang:
        yield Finding(
            "warning", "language", f"the URL says {claimed}, the text is {reading.lang}", post.id
        )


def _facts(post: Post) -> Iterator[Finding]:
    reading = _reading(post)
    for fact in ("published", "title", "studio"):
        if getattr(reading, fact) is None:
            yield Finding("note", f"no-{fact}", f"the post does not say its {fact}", post.id)


CHECKS: tuple[Callable[[Post], Iterator[Finding]], ...] = (
    _left_over,
    _answers,
    _questions,
    _language,
    _facts,
)

# Shares of posts that have a fact, by name.
_FACTS = frozenset(
    {"title", "published", "role", "studio", "intro", "nominators", "nominees", "images"}
)


def _counts(series: Series) -> dict[str, int]:
    return {
        "people": len(series.people),
        "interviews": len(series.turns),
        "posts": len(series.posts),
        "answers": sum(len(_reading(p).answers) for p in series.posts),
        "nominations": len(series.nominations),
    }


def _expected(series: Series, expectations: Expectations) -> Iterator[Finding]:
    counts = _counts(series)
    for name, bounds in expectations.counts.items():
        yield from _outside(name, counts[name], bounds)
    for name, bounds in expectations.fill.items():
        if series.posts:
            share = sum(bool(getattr(_reading(p), name)) for p in series.posts) / len(series.posts)
            yield from _outside(f"share of posts with {name}", share, bounds)


def _outside(what: str, number: float, bounds: Bounds) -> Iterator[Finding]:
    said = ""
    if bounds.least is not None and number < bounds.least:
        said = f"at least {bounds.least:.6g}"
    elif bounds.most is not None and number > bounds.most:
        said = f"at most {bounds.most:.6g}"
    if said:
        yield Finding("error", EXPECTATION, f"{what}: {number:.6g}, expected {said}")
