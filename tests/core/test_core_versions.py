"""What a post shows, and what counts as a version of it, when its captures are of several forms."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from scraper.models import Answer, Capture, Image, Interview
from scraper.resolve import History, Sighting, histories

URL = "https://www.ombrelle.example/en/news/ines/"
START = datetime(2026, 1, 1, tzinfo=UTC)
HTML, TEXT, JSON = "text/html; charset=UTF-8", "text/plain", "application/json"

PAGE = Interview(
    url=URL,
    lang="en",
    title="Under the Mikroscope Inès Valdor",
    standfirst=None,
    category="Talent Spotlights",
    published=date(2023, 5, 4),
    person="Inès Valdor",
    role="Layout Artist",
    role_detail=None,
    studio="Paris",
    intro="Today, Inès.",
    nominators=(),
    nominees=(),
    answers=(Answer(1, "best-part", "What’s the best part?", "The hinges.\n\nAll of them."),),
    images=(Image("https://www.ombrelle.example/a.jpg", None, "Inès"),),
    call_to_action=None,
    left_over=(),
    quotes=(),
)
# What an extractor leaves of it: no title, no date, no pictures, one line, plain apostrophes.
EXTRACTED = replace(
    PAGE,
    title=None,
    category=None,
    published=None,
    images=(),
    answers=(Answer(1, "best-part", "What's the best part?", "The hinges. All of them."),),
)
EDITED = (Answer(1, "best-part", "What’s the best part?", "The pulleys."),)


def _seen(day: int, media_type: str, reading: Interview | None, status: int = 200) -> Sighting:
    capture = Capture(
        URL, START + timedelta(days=day), "files", "response", status, media_type,
        f"sha256:{day}", f"{day}.warc.gz", day,
    )  # fmt: skip
    return Sighting(URL, capture, reading)


def _told(*seen: Sighting) -> tuple[History, Interview]:
    (told,) = histories(seen)
    return told


def _versions(told: History) -> list[tuple[int, tuple[str, ...]]]:
    return [(version.capture.offset, version.changed) for version in told.versions]


@pytest.mark.parametrize("form", [TEXT, "text/plain; charset=UTF-8", JSON])
def test_text_that_says_the_same_wipes_nothing(form: str) -> None:
    """Title, date and pictures stay; the capture is no version, but the post was seen."""
    told, shown = _told(_seen(0, HTML, PAGE), _seen(1, form, EXTRACTED))
    assert shown == PAGE
    assert _versions(told) == [(0, ())]
    assert (told.first_seen, told.last_seen) == (START, START + timedelta(days=1))


def test_a_conversion_is_text_whatever_its_type() -> None:
    """As WET has it (WARC 1.1 §6.7)."""
    wet = _seen(1, HTML, EXTRACTED)
    wet = replace(wet, capture=replace(wet.capture, kind="conversion"))
    assert _told(_seen(0, HTML, PAGE), wet)[1] == PAGE


def test_text_with_other_answers_is_a_version_that_is_not_shown() -> None:
    """The page is the fullest there is; that the answers were others later is on record."""
    other = replace(EXTRACTED, answers=EDITED)
    told, shown = _told(_seen(0, HTML, PAGE), _seen(1, TEXT, other), _seen(2, TEXT, other))
    assert shown == PAGE
    assert _versions(told) == [(0, ()), (1, ("answers",))]
    assert told.shown == told.versions[0]


def test_a_later_page_is_held_against_the_last_page() -> None:
    """What text in between has lost on the way has not changed."""
    other = replace(EXTRACTED, answers=EDITED)
    told, shown = _told(
        _seen(0, HTML, PAGE),
        _seen(1, TEXT, other),
        _seen(2, HTML, PAGE),
        _seen(3, HTML, replace(PAGE, intro="New.")),
    )
    assert shown.intro == "New."
    assert _versions(told) == [(0, ()), (1, ("answers",)), (3, ("intro",))]
    assert told.shown == told.versions[-1]


def test_a_page_after_text_is_what_is_shown() -> None:
    """It says more; what it says that text did not is what changed."""
    told, shown = _told(_seen(0, TEXT, EXTRACTED), _seen(1, HTML, PAGE))
    assert shown == PAGE
    assert _versions(told) == [
        (0, ()),
        (1, ("title", "category", "published", "answers", "images")),
    ]


def test_text_alone_is_shown_as_it_is() -> None:
    """The latest of it, with its versions."""
    later = replace(EXTRACTED, answers=EDITED)
    told, shown = _told(_seen(0, TEXT, EXTRACTED), _seen(1, TEXT, later))
    assert shown == later
    assert _versions(told) == [(0, ()), (1, ("answers",))]


def test_the_order_in_which_captures_come_says_nothing() -> None:
    """Time is the captures' own; of one moment, file and offset decide."""
    seen = [
        _seen(0, HTML, PAGE),
        _seen(1, TEXT, EXTRACTED),
        _seen(2, HTML, replace(PAGE, intro="New.")),
        _seen(2, HTML, replace(PAGE, intro="Newer.")),
    ]
    seen[3] = replace(seen[3], capture=replace(seen[3].capture, file="3.warc.gz"))
    assert len({repr(_told(*order)) for order in permutations(seen)}) == 1
    assert _told(*seen)[1].intro == "Newer."


@pytest.mark.parametrize(
    ("answers", "readable"),
    [
        ([PAGE], True),
        ([PAGE, None], False),
        ([PAGE, None, PAGE], True),
        ([PAGE, None, 404], False),
        ([PAGE, 404], True),
        ([PAGE, 410], True),
    ],
)
def test_what_answered_last_is_the_post_or_not(
    answers: list[Interview | int | None],
    readable: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """Not found is no answer; another page is one, and the last good text stays."""
    seen = [
        _seen(day, HTML, None, answer) if isinstance(answer, int) else _seen(day, HTML, answer)
        for day, answer in enumerate(answers)
    ]
    told, shown = _told(*seen)
    assert shown == PAGE
    assert told.readable is readable


def test_what_never_was_a_post_is_none() -> None:
    """Neither other pages nor missing ones have a history."""
    assert list(histories([_seen(0, HTML, None), _seen(1, HTML, None, 404)])) == []
