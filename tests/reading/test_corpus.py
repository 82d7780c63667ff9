"""Every page of the shared corpus, in every markup and every form of text, against what a person reads.

Rule: all of `expected` must be equal; what a form cannot show must be absent, not guessed.
"""

import json
import re
from typing import Any

import pytest

from scraper.errors import NotOfTheSeries
from scraper.reading import as_contract, read_page
from tests.reading.forms import FORMS
from tests.reading.markups import MARKUPS
from tests.reading.pages import ANSWER_KEYS, CORPUS, Case, corpus, need_corpus

CASES = {case.name: case for case in corpus()}
OF_THE_SERIES = sorted(name for name, case in CASES.items() if case.expected is not None)
OTHERS = sorted(name for name, case in CASES.items() if case.expected is None)
KNOWN_ONLY_BY_TITLE = {"title", "published", "role", "studio", "role_detail"}


def pairs(names: list[str], ways: list[str]) -> list[Any]:
    """Return parameters named `way-page`; one that says why where the corpus is not here."""
    short = [(name, way) for name in names for way in ways]
    return [
        pytest.param(name, way, id=f"{way}-{name.replace('under-the-mikroscope-', '')}")
        for name, way in short or [("", "")]
    ]


def plain(value: Any) -> Any:
    """Return a value with no-break spaces as spaces: themes put them, nobody sees them."""
    if isinstance(value, str):
        return re.sub("[\u00a0\u202f]", " ", value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def comparable(read: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return of what was read the keys that are expected, and what was left over."""
    shown = {key: read[key] for key in expected}
    shown["answers"] = [{key: one[key] for key in ANSWER_KEYS} for one in read["answers"]]
    shown["left_over"] = read["left_over"]
    return dict(plain(shown))


def read_case(case: Case, way: str) -> dict[str, Any]:
    """Return what the parser reads of a case in a markup or a form of text."""
    if way in MARKUPS:
        markup = MARKUPS[way]
        body, media_type = markup.render(case.page), markup.media_type
    else:
        body, media_type = FORMS[way].render(case.page), "text/plain"
    return as_contract(read_page(body, case.page.url, media_type=media_type))


@pytest.mark.parametrize(("name", "way"), pairs(OF_THE_SERIES, list(MARKUPS)))
def test_a_page_reads_the_same_in_every_markup(name: str, way: str) -> None:
    """What a person reads on the page comes out, whatever the site is built with."""
    need_corpus()
    case = CASES[name]
    assert case.expected is not None
    expected = {**case.expected, "left_over": []}
    assert comparable(read_case(case, way), case.expected) == plain(expected)


@pytest.mark.parametrize(
    ("name", "way"), pairs(OF_THE_SERIES, [way for way, form in FORMS.items() if form.titled])
)
def test_a_page_reads_the_same_from_text(name: str, way: str) -> None:
    """Extracted text, sound or spoiled, gives what the page gave."""
    need_corpus()
    case = CASES[name]
    assert case.expected is not None
    expected = {**case.expected, "left_over": []}
    assert comparable(read_case(case, way), case.expected) == plain(expected)


@pytest.mark.parametrize(
    ("name", "way"), pairs(OF_THE_SERIES, [way for way, form in FORMS.items() if not form.titled])
)
def test_text_without_title_still_names_the_person(name: str, way: str) -> None:
    """Person, language, answers and batons come out; title and date are absent, not guessed."""
    need_corpus()
    case = CASES[name]
    assert case.expected is not None
    expected = {k: v for k, v in case.expected.items() if k not in KNOWN_ONLY_BY_TITLE}
    if any(one in case.page.standfirst for one in expected["nominators"]):
        # Only the standfirst named the nominator, and it is not there.
        expected["nominators"] = []
    read = read_case(case, way)
    assert comparable(read, expected) == plain({**expected, "left_over": []})
    assert (read["title"], read["published"]) == (None, None)


@pytest.mark.parametrize(("name", "way"), pairs(OTHERS, [*MARKUPS, *FORMS]))
def test_neighbours_and_news_are_not_of_the_series(name: str, way: str) -> None:
    """A page that a person would not count to the series is refused, with the reason."""
    need_corpus()
    with pytest.raises(NotOfTheSeries, match=r"\w"):
        read_case(CASES[name], way)


@pytest.mark.parametrize(("name", "way"), pairs(OF_THE_SERIES, [*MARKUPS, *FORMS]))
def test_category_and_standfirst_are_the_pages_own(name: str, way: str) -> None:
    """Where a page shows its category and standfirst they come out as they stand, else nothing."""
    need_corpus()
    case = CASES[name]
    shown = (MARKUPS.get(way) or FORMS[way]).categorised
    read = read_case(case, way)
    if way in FORMS and not FORMS[way].titled:
        assert read["category"] is None
        return
    if shown:
        assert read["category"] == case.page.category
    assert plain(read["standfirst"]) == (case.page.standfirst or None)


def test_the_seed_reads_as_it_must() -> None:
    """The one real text gives exactly what its expected file says."""
    need_corpus()
    seed = json.loads((CORPUS / "axel-gilet.seed.json").read_text("utf-8"))
    body = (CORPUS / seed["file"]).read_bytes()
    read = as_contract(read_page(body, seed["url"], media_type="text/plain"))
    assert comparable(read, seed["expected"]) == plain(seed["expected"])


def test_the_seed_is_known_by_its_bytes_alone() -> None:
    """Without a media type, text is seen to be text."""
    need_corpus()
    seed = json.loads((CORPUS / "axel-gilet.seed.json").read_text("utf-8"))
    body = (CORPUS / seed["file"]).read_bytes()
    sniffed = as_contract(read_page(body, seed["url"]))
    assert sniffed == as_contract(read_page(body, seed["url"], media_type="text/plain"))


@pytest.mark.parametrize(("name", "way"), pairs(OF_THE_SERIES[:3], list(MARKUPS)))
def test_a_page_is_known_by_its_bytes_alone(name: str, way: str) -> None:
    """Without a media type, HTML and JSON are seen to be what they are."""
    need_corpus()
    case, markup = CASES[name], MARKUPS[way]
    told = read_page(markup.render(case.page), case.page.url, media_type=markup.media_type)
    assert read_page(markup.render(case.page), case.page.url) == told
