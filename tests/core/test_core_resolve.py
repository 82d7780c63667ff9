"""Who is who, who named whom: one person under many spellings, and what people decided."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from scraper.checks import EXPECTATION, Tally, check, expected, read_expectations
from scraper.models import Answer, Finding, Interview, Series
from scraper.resolve import Overrides, read_overrides
from tests.core.posts import DAY, SITE, resolve
from tests.core.posts import codes as _codes
from tests.core.posts import naming as _names
from tests.core.posts import of as _of
from tests.core.posts import post as _post
from tests.core.posts import seen as _seen


@pytest.mark.parametrize(
    ("written", "elsewhere"),
    [
        ("Inès Valdor", "Ines Valdor"),
        ("Inès Valdor", "INÈS VALDOR"),
        ("Inès Valdor", "VALDOR Inès"),
        ("Jean-Loup Mabire", "Jean Loup Mabire"),
        ("Jean-Loup Mabire", "mabire jean-loup"),
    ],
)
def test_one_person_under_two_spellings_is_one(written: str, elsewhere: str) -> None:
    """Accents, case, hyphens and order make no other person; the own post's spelling is shown."""
    told = _of(
        _post(written, "a"),
        _post("Kiran V", "b", nominees=_names(elsewhere)),
    )
    assert {person.name for person in told.people} == {written, "Kiran V"}
    (nomination,) = told.nominations
    assert nomination.nominee_id == next(p.id for p in told.people if p.name == written)


def test_mentions_cannot_part_a_person_from_their_posts() -> None:
    """Two own posts in two spellings, and a mention that tips the scales: the ids still agree."""
    told = _of(
        _post("VALDOR Inès", "a", "fr"),
        _post("Inès Valdor", "a"),
        _post("Kiran V", "b", nominees=_names("VALDOR Inès")),
    )
    ids = {person.id for person in told.people}
    assert len(ids) == 2
    assert {post.person_id for post in told.posts} == ids
    assert {n.nominee_id for n in told.nominations} <= ids


def test_the_order_of_sightings_says_nothing() -> None:
    """Whatever comes first, the result is the same."""
    sightings = [
        _seen(_post("Inès Valdor", "a")),
        _seen(_post("Ines VALDOR", "a", "fr"), day=1),
        _seen(_post("Kiran V", "b", nominees=_names("Inès Valdor", "Oriane Tessel")), day=2),
        _seen(_post("Inès Valdor", "a", intro="New."), day=3),
    ]
    told = {repr(resolve(order, Overrides())) for order in permutations(sightings)}
    assert len(told) == 1


def test_translations_are_one_turn_and_other_years_another() -> None:
    """Linked by hreflang from either side, or near in time; three years later it is another turn."""
    english = _post("Inès Valdor", "a")
    linked = _post(
        "Inès Valdor", "b", "fr",
        published=date(2023, 12, 4), translations=(("en", english.url.rstrip("/")),),
    )  # fmt: skip
    near = _post("Inès Valdor", "c", "fr", published=date(2023, 5, 20))
    later = _post("Inès Valdor", "d", published=date(2026, 5, 4))
    assert [t.languages for t in _of(english, linked).turns] == [("en", "fr")]
    assert [t.languages for t in _of(english, near).turns] == [("en", "fr")]
    two = _of(english, later)
    assert [turn.id for turn in two.turns] == ["ines-valdor", "ines-valdor-2"]
    assert [p.id for p in two.posts] == ["ines-valdor-en", "ines-valdor-2-en"]


def test_both_ends_of_a_nomination_are_told_apart() -> None:
    """The nominator's post, the nominee's, or both; each with its sentence."""
    giver = _post("Kiran V", "a", nominees=_names("Inès Valdor"))
    taker = _post("Inès Valdor", "b", nominators=_names("Kiran V"))
    plain = _post("Inès Valdor", "b")
    assert _of(giver, taker).nominations[0].status == "both ends"
    assert _of(giver, plain).nominations[0].status == "nominator only"
    assert _of(taker).nominations[0].status == "nominee only"
    assert {e.end for e in _of(giver, taker).nominations[0].evidence} == {"nominator", "nominee"}


def test_who_names_themselves_is_a_finding() -> None:
    """It is kept as it was said, and reported."""
    told = _of(_post("Inès Valdor", "a", nominees=_names("Ines Valdor")))
    assert _codes(told) == ["self-nomination"]
    assert told.nominations[0].nominator_id == told.nominations[0].nominee_id


def test_a_post_of_nobody_is_a_finding() -> None:
    """Who answers is not said: nothing is loaded, and it is an error."""
    told = _of(_post(None, "a"))
    assert (told.posts, told.people, _codes(told)) == ((), (), ["no-person"])


def test_a_name_in_another_script_is_a_person() -> None:
    """No two of them are one for want of Latin letters."""
    told = _of(_post("李小龍", "a"), _post("山田花子", "b"))
    assert len({person.id for person in told.people}) == 2
    assert all(person.id for person in told.people)


@pytest.mark.parametrize(
    ("misses", "status"),
    [
        ([(404, "two")], "live"),
        ([(404, "two"), (404, "two")], "live"),
        ([(404, "two"), (404, "three")], "gone"),
        ([(410, "two")], "gone"),
        ([(404, "two"), (404, "three"), (200, "four")], "live"),
        ([(410, "two"), (200, "three")], "live"),
        ([(404, "two"), (200, "three"), (404, "four")], "live"),
    ],
)
def test_a_post_is_gone_when_it_is_missed_twice(misses: list[tuple[int, str]], status: str) -> None:
    """404 in two runs or 410 once; what answers again is live, and nothing of it is lost."""
    reading = _post("Inès Valdor", "a")
    seen = [_seen(reading)]
    for day, (code, run) in enumerate(misses, start=1):
        seen.append(_seen(reading if code == 200 else None, reading.url, day, code, run))
    (post,) = resolve(seen, Overrides()).posts
    assert post.status == status
    assert len(post.versions) == 1
    last = max((day for day, (code, _) in enumerate(misses, start=1) if code == 200), default=0)
    assert post.last_seen == DAY + timedelta(days=last)


def test_versions_say_what_changed_and_only_that() -> None:
    """A capture that reads the same is no version; going back is one."""
    first = _post("Inès Valdor", "a")
    second = replace(first, intro="New.", role="Layout Lead", quotes=(("intro", "New."),))
    linked = replace(second, translations=(("fr", f"{SITE}/fr/news/a/"),))
    seen = [_seen(r, day=day) for day, r in enumerate([first, first, second, linked, first])]
    (post,) = resolve(seen, Overrides()).posts
    assert [(v.number, v.capture.offset, v.changed) for v in post.versions] == [
        (1, 0, ()),
        (2, 2, ("role", "intro")),
        (3, 4, ("role", "intro")),
    ]


SAME = [{"same": ["Inès Valdor", "Inès Morvan"], "reason": "She married; she says so in b."}]
DIFFER = [
    {
        "differ": {
            "post": f"{SITE}/en/news/b",
            "name": "Kiran V",
            "as": "Kiran V (FX)",
        },
        "reason": "Two people; the studio told us.",
    }
]


def test_one_person_under_two_names_is_brought_together() -> None:
    """By decision, in posts and in batons alike."""
    told = _of(
        _post("Inès Valdor", "a"),
        _post("Kiran V", "b", nominees=_names("Ines MORVAN")),
        overrides=read_overrides(SAME),
    )
    assert {p.name for p in told.people} == {"Inès Valdor", "Kiran V"}
    assert told.nominations[0].nominee_id == "ines-valdor"
    assert _codes(told) == []
    assert "Ines MORVAN" in next(p.spellings for p in told.people if p.id == "ines-valdor")


def test_two_people_of_one_name_are_held_apart() -> None:
    """By decision, in the post that is named and nowhere else."""
    told = _of(_post("Kiran V", "a"), _post("Kiran V", "b"), overrides=read_overrides(DIFFER))
    assert {(post.url, post.person_id) for post in told.posts} == {
        (f"{SITE}/en/news/a/", "kiran-v"),
        (f"{SITE}/en/news/b/", "kiran-v-fx"),
    }
    assert _codes(told) == []


@pytest.mark.parametrize("entries", [SAME, DIFFER])
def test_a_decision_that_no_longer_applies_is_a_finding(entries: list[Any]) -> None:
    """Nothing is dropped silently."""
    told = _of(_post("Oriane Tessel", "a"), overrides=read_overrides(entries))
    assert _codes(told) == ["override-unused"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([{"same": ["A B", "C D"]}], "entry 1 has no reason"),
        ([{"same": ["A B"], "reason": "r"}], "entry 1 is neither"),
        ([{"same": ["A B", 7], "reason": "r"}], "entry 1 is neither"),
        ([{"same": "A B", "reason": "r"}], "entry 1 is neither"),
        ([*SAME, {"differ": {"post": "x"}, "reason": "r"}], "entry 2 is neither"),
        (
            [{"differ": {"post": "ftp://a/", "name": "a", "as": "b"}, "reason": "r"}],
            "entry 1: expected",
        ),
        ([*SAME, *SAME], "decided about 2 times"),
        ({"same": ["A B", "C D"]}, "expected a list"),
        (7, "expected a list"),
        ("same", "expected a list"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_refused(data: object, said: str) -> None:
    """With the number of the entry and what was expected."""
    with pytest.raises(ValueError, match=said):
        read_overrides(data)


def test_who_was_forgotten_is_nobody_here() -> None:
    """Neither as author nor at any end of a baton; a post that came back is a finding, unnamed."""
    told = resolve(
        [
            _seen(_post("Inès Valdor", "ines", nominees=_names("Oriane Tessel"))),
            _seen(_post("Kiran V", "b", nominees=_names("Inès Valdor", "Oriane Tessel"))),
        ],
        Overrides(),
        lambda name: name == "Inès Valdor",
    )
    assert {p.name for p in told.people} == {"Kiran V", "Oriane Tessel"}
    assert [n.id for n in told.nominations] == ["kiran-v--oriane-tessel"]
    assert told.hidden == {f"{SITE}/en/news/ines/"}
    assert _codes(told) == ["forgotten-came-back"]
    assert "ines" not in told.findings[0].message.lower()


def _series(*readings: Interview) -> Series:
    told = _of(*readings)
    reading = {each.url: each for each in readings}.__getitem__
    return Series(told.people, told.turns, told.posts, told.nominations, reading=reading)


def _checked(series: Series) -> tuple[list[Finding], Tally]:
    tally = Tally()
    return list(check(series, tally)), tally


def _expected(series: Series, **expectations: Any) -> Iterator[str]:
    numbers = _checked(series)[1].numbers(series)
    for finding in expected(numbers, {}, read_expectations(expectations)):
        assert finding.code == EXPECTATION
        yield finding.message


@pytest.mark.parametrize(
    ("expectations", "said"),
    [
        ({"counts": {"posts": {"min": 2, "max": 2}}}, []),
        ({"counts": {"posts": {"min": 3}}}, ["posts: 2, expected at least 3"]),
        ({"counts": {"people": {"max": 1}}}, ["people: 2, expected at most 1"]),
        ({"counts": {"answers": {"min": 2}, "nominations": {"max": 0}}}, []),
        ({"counts": {"interviews": {"min": 2.5}}}, ["interviews: 2, expected at least 2.5"]),
        ({"fill": {"intro": {"min": 0.5, "max": 0.5}}}, []),
        (
            {"fill": {"intro": {"min": 0.51}}},
            ["share of posts with intro: 0.5, expected at least 0.51"],
        ),
        ({"fill": {"title": {"max": 0.9}}}, ["share of posts with title: 1, expected at most 0.9"]),
        ({}, []),
    ],
)
def test_what_falls_outside_its_bounds_is_said(
    expectations: dict[str, Any], said: list[str]
) -> None:
    """Counts and shares, least and most, the bounds themselves inside."""
    series = _series(_post("Inès Valdor", "a"), _post("Kiran V", "b", intro="Today, Kiran."))
    assert list(_expected(series, **expectations)) == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "expected the keys"),
        ({"count": {}}, "expected the keys"),
        ({"counts": []}, "expected names"),
        ({"counts": {"post": {"min": 1}}}, "'post' is not counted"),
        ({"counts": {"posts": 1}}, "expected min, max or both"),
        ({"counts": {"posts": {}}}, "expected min, max or both"),
        ({"counts": {"posts": {"least": 1}}}, "expected min, max or both"),
        ({"counts": {"posts": {"min": "many"}}}, "expected a number"),
        ({"counts": {"posts": {"min": None}}}, "expected a number"),
        ({"fill": {"title": {"min": True}}}, "expected a number"),
        ({"fill": {"title": {"min": float("nan")}}}, "expected a number"),
    ],
)
def test_an_expectation_that_would_never_fail_is_refused(data: object, said: str) -> None:
    """A misspelt one is heard of, and not only when it is needed."""
    with pytest.raises(ValueError, match=said):
        read_expectations(data)


def test_checks_report_what_is_worth_a_look() -> None:
    """Each check has something to say of a post that gives it cause."""
    answers = (
        Answer(1, "best-part", "Why?", ""),
        Answer(2, None, "Tea?", "Yes."),
        Answer(3, "advice", "And?", "So."),
        Answer(4, "advice", "And again?", "So."),
    )
    poor = _post(
        "Inès Valdor", "a", lang="fr", url=f"{SITE}/en/news/a/",
        answers=answers, left_over=("What is this?",), published=None, title=None, studio=None,
    )  # fmt: skip
    found = {finding.code for finding in _checked(_series(poor))[0]}
    assert found == {
        "left-over", "empty-answer", "unknown-question", "questions-missing", "question-twice",
        "language", "no-published", "no-title", "no-studio",
    }  # fmt: skip
