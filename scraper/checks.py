"""What must be true of an archive that was read: invariants, counts and fill rates.

Rule: pure; a check reports findings and decides nothing. Checks are two tables: of one post and what
it shows, and of all that is known.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappush, heappushpop
from typing import Any

from scraper.models import Finding, Interview, Numbers, Post, Series
from scraper.text import words

EXPECTATION = "expectation"
COUNTED = ("people", "interviews", "posts", "answers", "nominations")
# Facts that a post may have or lack; the share of posts that have it is counted.
FACTS = (
    "title", "published", "role", "studio", "intro", "nominators", "nominees", "images", "left_over",
)  # fmt: skip
READABLE = "readable"
_QUESTIONS = 8  # that a whole interview answers, without the baton
_LATE = timedelta(days=1)  # a date may be a time zone ahead of the capture
_RECENT = 20  # newest posts that are looked at for a question that is asked no more
_USUAL, _HARDLY = 0.5, 0.1  # shares of posts
_ENOUGH = 12  # words that tell a language, before two are compared
_TELLING = {
    "en": frozenset(words("the and of to is was that it for with my you this have are be at but")),
    "fr": frozenset(
        words("le la les des et est une je que qui dans pour pas avec sur mon plus ce")
    ),
}
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most of a number; None for no bound."""

    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a build has to find: numbers of rows, shares of posts, falls since the last publication."""

    counts: Mapping[str, Bounds]
    fill: Mapping[str, Bounds]
    fall: Mapping[str, Bounds]


def read_expectations(data: Any) -> Expectations:
    """Return the expectations a YAML document holds; raise ValueError saying what is wrong."""
    data = {} if data is None else data
    if not isinstance(data, dict) or set(data) - {"counts", "fill", "fall"}:
        raise ValueError("expected the keys counts, fill and fall")
    return Expectations(
        counts=_bounds(data.get("counts"), COUNTED),
        fill=_bounds(data.get("fill"), (READABLE, *FACTS)),
        fall=_bounds(data.get("fall"), COUNTED),
    )


def _bounds(data: Any, known: tuple[str, ...]) -> dict[str, Bounds]:
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


@dataclass(slots=True)
class Tally:
    """What the checks count on their way through the posts."""

    posts: int = 0
    answers: int = 0
    live: int = 0
    readable: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    newest: list[tuple[date, str, frozenset[str]]] = field(default_factory=list)
    interviews: set[str] = field(default_factory=set)

    def add(self, post: Post, reading: Interview) -> None:
        """Count a post and what it shows."""
        self.posts += 1
        self.interviews.add(post.interview_id)
        self.answers += len(reading.answers)
        if post.status == "live":
            self.live += 1
            self.readable += post.readable
        self.facts.update(fact for fact in FACTS if getattr(reading, fact))
        asked = frozenset(each.question_id for each in reading.answers if each.question_id)
        self.asked.update(asked)
        if reading.published:
            push = heappush if len(self.newest) < _RECENT else heappushpop
            push(self.newest, (reading.published, post.id, asked))

    def numbers(self, series: Series) -> Numbers:
        """Return what was counted."""
        shares = {fact: self.facts[fact] / self.posts for fact in FACTS if self.posts}
        return Numbers(
            counts={
                "people": len(series.people),
                "interviews": len(series.turns),
                "posts": self.posts,
                "answers": self.answers,
                "nominations": len(series.nominations),
            },
            shares=shares | ({READABLE: self.readable / self.live} if self.live else {}),
        )


def check(series: Series, tally: Tally) -> Iterator[Finding]:
    """Yield everything that is worth a look; the posts are read once, and counted on the way."""
    for post in series.posts:
        reading = series.reading(post.url)
        tally.add(post, reading)
        for of_a_post in OF_A_POST:
            yield from of_a_post(post, reading)
    for of_all in OF_ALL:
        yield from of_all(series, tally)


def expected(
    numbers: Numbers, before: Mapping[str, int], expectations: Expectations
) -> Iterator[Finding]:
    """Yield what falls outside its bounds; `before` counts the rows of the last publication."""
    for name, bounds in expectations.counts.items():
        yield from _outside(name, numbers.counts[name], bounds)
    for name, bounds in expectations.fill.items():
        if name in numbers.shares:
            yield from _outside(
                _SHARE.get(name, f"share of posts with {name}"), numbers.shares[name], bounds
            )
    for name, bounds in expectations.fall.items():
        if was := before.get(name):
            said = f"fall of {name} since the last publication ({was} to {numbers.counts[name]})"
            yield from _outside(said, 1 - numbers.counts[name] / was, bounds)


_SHARE = {READABLE: "share of live posts that can be read as posts of the series"}


def _outside(what: str, number: float, bounds: Bounds) -> Iterator[Finding]:
    said = ""
    if bounds.least is not None and number < bounds.least:
        said = f"at least {bounds.least:.6g}"
    elif bounds.most is not None and number > bounds.most:
        said = f"at most {bounds.most:.6g}"
    if said:
        yield Finding("error", EXPECTATION, f"{what}: {number:.6g}, expected {said}")


def _left_over(post: Post, reading: Interview) -> Iterator[Finding]:
    for text in reading.left_over:
        yield Finding(
            "warning", "left-over", "text that is no part of the interview", post.id, text
        )


def _answers(post: Post, reading: Interview) -> Iterator[Finding]:
    for answer in reading.answers:
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


def _questions(post: Post, reading: Interview) -> Iterator[Finding]:
    asked = Counter(a.question_id for a in reading.answers if a.question_id)
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


def _language(post: Post, reading: Interview) -> Iterator[Finding]:
    claimed = next((lang for lang in ("en", "fr") if f"/{lang}/" in post.url), None)
    if claimed and claimed != reading.lang:
        yield Finding(
            "warning", "language", f"the URL says {claimed}, the text is {reading.lang}", post.id
        )


def _facts(post: Post, reading: Interview) -> Iterator[Finding]:
    for fact in ("published", "title", "studio"):
        if getattr(reading, fact) is None:
            yield Finding("note", f"no-{fact}", f"the post does not say its {fact}", post.id)


def _words(post: Post, reading: Interview) -> Iterator[Finding]:
    """Compare the words that tell English from French with what the post is taken for."""
    text = " ".join(each.answer for each in reading.answers).lower()
    told = Counter(_WORD.findall(text))
    found = {lang: sum(told[word] for word in telling) for lang, telling in _TELLING.items()}
    most = max(found, key=lambda lang: found[lang])
    if sum(found.values()) >= _ENOUGH and found[most] > 2 * found[reading.lang]:
        said = f"the answers are {most} by their words, the post is taken for {reading.lang}"
        yield Finding("warning", "language-of-words", said, post.id)


def _dates(post: Post, reading: Interview) -> Iterator[Finding]:
    """Report a post of a day that had not come when it was captured."""
    captured = post.shown.capture.captured_at.date()
    if reading.published and reading.published > captured + _LATE:
        said = f"dated {reading.published}, captured on {captured} already"
        yield Finding("warning", "dated-ahead", said, post.id)
    times = [version.capture.captured_at for version in post.versions]
    if times != sorted(times) or not post.first_seen <= times[0] <= post.last_seen:
        yield Finding("error", "versions-in-disorder", "its versions are not in time", post.id)


OF_A_POST: tuple[Callable[[Post, Interview], Iterator[Finding]], ...] = (
    _left_over,
    _answers,
    _questions,
    _language,
    _words,
    _facts,
    _dates,
)


def _orphans(series: Series, tally: Tally) -> Iterator[Finding]:
    """Report who neither answers nor is named, and interviews without a post."""
    heard = {turn.person_id for turn in series.turns}
    for nomination in series.nominations:
        heard |= {nomination.nominator_id, nomination.nominee_id}
    for person in series.people:
        if person.id not in heard:
            yield Finding("error", "orphan", f"{person.name} neither answers nor is named")
    for turn in series.turns:
        if turn.id not in tally.interviews:
            yield Finding("error", "orphan", f"the interview {turn.id} has no post")


def _before_nominators(series: Series, _tally: Tally) -> Iterator[Finding]:
    """Report who answered before the person did who names them."""
    first: dict[str, date] = {}
    last: dict[str, date] = {}
    for turn in series.turns:
        if turn.published:
            first[turn.person_id] = min(turn.published, first.get(turn.person_id, date.max))
            last[turn.person_id] = max(turn.published, last.get(turn.person_id, date.min))
    for nomination in series.nominations:
        giver, taker = first.get(nomination.nominator_id), last.get(nomination.nominee_id)
        if giver and taker and taker < giver:
            said = f"{nomination.nominee_id} published on {taker}, before {nomination.nominator_id} on {giver}"
            evidence = nomination.evidence[0]
            yield Finding("warning", "before-nominator", said, evidence.post_id, evidence.quote)


def _none_live(_series: Series, tally: Tally) -> Iterator[Finding]:
    """Report that every post has gone: their last texts stay, but somebody should know."""
    if tally.posts and not tally.live:
        said = f"none of {tally.posts} posts is live any more: the site may have moved, or closed"
        yield Finding("warning", "none-live", said)


def _fading(_series: Series, tally: Tally) -> Iterator[Finding]:
    """Report a question of most posts that the newest lack: it may be worded in a new way."""
    if tally.posts < 2 * _RECENT or len(tally.newest) < _RECENT:
        return
    for question, times in sorted(tally.asked.items()):
        recent = sum(question in asked for _, _, asked in tally.newest)
        if times >= _USUAL * tally.posts and recent <= _HARDLY * _RECENT:
            said = f"{question}: in {times} of {tally.posts} posts, in {recent} of the newest {_RECENT}"
            yield Finding("warning", "question-fading", said)


OF_ALL: tuple[Callable[[Series, Tally], Iterator[Finding]], ...] = (
    _orphans,
    _before_nominators,
    _none_live,
    _fading,
)
