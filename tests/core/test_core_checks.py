"""The checks: what each reports, and that it keeps quiet about what is as it should be."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import yaml

from scraper.build import read_series
from scraper.checks import Tally, check, expected, read_expectations
from scraper.folder import DataFolder, default_file
from scraper.models import (
    Answer,
    Evidence,
    Finding,
    Interview,
    Nomination,
    Numbers,
    Person,
    Place,
    Post,
    Series,
    Turn,
    Version,
)
from tests.core.conftest import Crawled

DEFAULT = yaml.safe_load(default_file("expectations.yml").read_text("utf-8"))
SITE = "https://www.ombrelle.example"
CAPTURED = datetime(2026, 1, 10, tzinfo=UTC)
ENGLISH = (
    "I like that this is the part of my day when the hinges are oiled and we have time for it."
)
FRENCH = "C'est la partie que je préfère dans mon travail, avec les charnières et le temps pour une idée."


def _reading(number: int = 0, **more: Any) -> Interview:
    lang = more.get("lang", "en")
    facts: dict[str, Any] = {
        "url": f"{SITE}/{lang}/news/p{number}/", "lang": lang, "title": "T", "standfirst": None,
        "category": None, "published": date(2025, 1, 1) + timedelta(days=number), "person": "A",
        "role": "R", "role_detail": None, "studio": "Paris", "intro": "I", "nominators": (),
        "nominees": (), "answers": (Answer(1, "advice", "Advice?", ENGLISH),), "images": (),
        "call_to_action": None, "left_over": (), "quotes": (),
    }  # fmt: skip
    return Interview(**(facts | more))


def _post(reading: Interview, **more: Any) -> Post:
    name = reading.url.rstrip("/").rpartition("/")[2]
    version = Version(1, Place("f.warc.gz", 0, CAPTURED), ())
    facts: dict[str, Any] = {
        "id": name, "interview_id": "a", "person_id": "a", "url": reading.url, "status": "live",
        "first_seen": CAPTURED, "last_seen": CAPTURED, "versions": (version,), "shown": version,
    }  # fmt: skip
    return Post(**(facts | more))


def _series(readings: Iterable[Interview], **more: Any) -> Series:
    by_url = {reading.url: reading for reading in readings}
    facts: dict[str, Any] = {
        "people": (Person("a", "A", None, None),),
        "turns": (Turn("a", "a", None, None, None, ("en",)),),
        "posts": tuple(map(_post, by_url.values())),
        "reading": by_url.__getitem__,
    }
    return Series(**(facts | more))


def _found(series: Series, *codes: str) -> list[Finding]:
    return [finding for finding in check(series, Tally()) if finding.code in codes]


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", ENGLISH, 0),
        ("fr", FRENCH, 0),
        ("en", FRENCH, 1),
        ("fr", ENGLISH, 1),
        ("en", "Merci beaucoup, la vie est belle.", 0),
        ("fr", f"{FRENCH} Be at the top of my game!", 0),
    ],
)
def test_words_tell_the_language(lang: str, text: str, found: int) -> None:
    """A whole answer in the other language is reported; a few borrowed words are not."""
    reading = _reading(lang=lang, answers=(Answer(1, "advice", "?", text),))
    assert len(_found(_series([reading]), "language-of-words")) == found


@pytest.mark.parametrize(("days", "found"), [(-1, 0), (0, 0), (1, 0), (2, 1)])
def test_a_post_is_no_younger_than_its_capture(days: int, found: int) -> None:
    """A day is left to time zones."""
    reading = _reading(published=CAPTURED.date() + timedelta(days=days))
    assert len(_found(_series([reading]), "dated-ahead")) == found


def test_versions_are_in_time() -> None:
    """If ever they are not, that is an error of ours."""
    later = Version(2, Place("f.warc.gz", 9, CAPTURED - timedelta(days=1)), ("intro",))
    reading = _reading()
    sound = _post(reading)
    broken = _post(reading, versions=(*sound.versions, later))
    assert not _found(_series([reading]), "versions-in-disorder")
    assert _found(_series([reading], posts=(broken,)), "versions-in-disorder")


@pytest.mark.parametrize(
    ("giver", "takers", "found"),
    [
        (date(2024, 1, 1), [date(2024, 2, 1)], 0),
        (date(2024, 1, 1), [date(2024, 1, 1)], 0),
        (date(2024, 1, 1), [date(2023, 12, 1)], 1),
        (date(2024, 1, 1), [date(2023, 12, 1), date(2025, 1, 1)], 0),
        (date(2024, 1, 1), [], 0),
        (None, [date(2023, 12, 1)], 0),
    ],
)
def test_who_is_nominated_answers_later(giver: date | None, takers: list[date], found: int) -> None:
    """All their posts before the nominator's are odd; one after it is enough."""
    turns = [Turn("a", "a", None, None, giver, ("en",))]
    turns += [Turn(f"b-{n}", "b", None, None, day, ("en",)) for n, day in enumerate(takers)]
    edge = Nomination("a--b", "a", "b", "nominator only", (Evidence("p0", "nominator", "B!"),))
    series = _series([_reading()], turns=tuple(turns), nominations=(edge,))
    findings = _found(series, "before-nominator")
    assert len(findings) == found
    assert all((each.post, each.quote) == ("p0", "B!") for each in findings)


def test_nobody_stands_alone() -> None:
    """People answer, name or are named; an interview has a post."""
    assert not _found(_series([_reading()]), "orphan")
    lonely = _series([_reading()], people=(Person("z", "Z", None, None),))
    assert _found(lonely, "orphan")
    assert len(_found(_series([_reading()], posts=()), "orphan")) == 1


def _asking(questions: Callable[[int], list[str]], posts: int) -> Series:
    return _series(
        _reading(
            n, answers=tuple(Answer(k, q, "?", ENGLISH) for k, q in enumerate(questions(n), 1))
        )
        for n in range(posts)
    )


def test_a_question_that_fades_is_reported() -> None:
    """Most posts answer it and the newest do not: its wording may be new."""
    faded = _asking(lambda n: ["advice", "superpower"] if n < 40 else ["advice"], 60)
    (finding,) = _found(faded, "question-fading")
    assert finding.message == "superpower: in 40 of 60 posts, in 0 of the newest 20"
    steady = _asking(lambda n: ["advice", "superpower"] if n % 3 else ["advice"], 60)
    rare = _asking(lambda n: ["advice", "baton"] if n < 20 else ["advice"], 60)
    young = _asking(lambda n: ["advice", "superpower"] if n < 10 else ["advice"], 30)
    assert not [*_found(steady, "question-fading"), *_found(rare, "question-fading")]
    assert not _found(young, "question-fading")


def test_only_live_posts_have_to_be_readable() -> None:
    """What is gone answers with nothing."""
    readings = [_reading(n) for n in range(4)]
    posts = [_post(reading, readable=n > 1) for n, reading in enumerate(readings)]
    posts[0] = _post(readings[0], readable=False, status="gone")
    series, tally = _series(readings, posts=tuple(posts)), Tally()
    list(check(series, tally))
    assert tally.numbers(series).shares["readable"] == 2 / 3


@pytest.mark.parametrize(("live", "found"), [(1, 0), (0, 1)])
def test_a_site_that_has_gone_is_heard_of(live: int, found: int) -> None:
    """No post is live any more: nothing is kept from publishing by that, and it is a finding."""
    readings = [_reading(n) for n in range(3)]
    posts = [
        _post(reading, status="live" if n < live else "gone") for n, reading in enumerate(readings)
    ]
    series, tally = _series(readings, posts=tuple(posts)), Tally()
    assert [f.code for f in check(series, tally) if f.code == "none-live"] == ["none-live"] * found
    assert not list(expected(tally.numbers(series), {}, read_expectations(DEFAULT)))


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (100, 90, 0),
        (100, 89, 1),
        (100, 120, 0),
        (0, 0, 0),
        (None, 3, 0),
    ],
)
def test_a_fall_is_told_from_growth(before: int | None, now: int, said: int) -> None:
    """More is well, fewer within bounds is well, and a first publication cannot fall."""
    bounds = read_expectations({"fall": {"posts": {"max": 0.1}}})
    counts = {} if before is None else {"posts": before}
    assert len(list(expected(Numbers({"posts": now}), counts, bounds))) == said


@pytest.mark.parametrize(
    "data", [{"fall": {"captures": {"max": 1}}}, {"fill": {"answers": {"min": 1}}}, {"falls": {}}]
)
def test_what_is_not_counted_cannot_be_expected(data: object) -> None:
    """It would never fail."""
    with pytest.raises(ValueError, match=r"is not counted|expected the keys"):
        read_expectations(data)


def test_the_sample_gives_no_cause(crawled: Crawled) -> None:
    """Real prose in two languages, a baton in order, dates of the past."""
    codes = read_series(DataFolder(crawled.root)).numbers.findings
    ours = {"language-of-words", "dated-ahead", "orphan", "versions-in-disorder", "question-fading"}
    assert not ours & set(codes)
