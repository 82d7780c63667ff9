"""All interviews: what a visitor chooses is what is left, counted, drawn, and in the address."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.site.roles import says, words_of
from scraper.site.timeline import LARGEST, LEFT, STEP, timeline

Get = Callable[..., httpx.Response]


def _left(get: Get, query: str) -> list[str]:
    """Return whose interviews a query leaves."""
    return [one["person_id"] for one in get(f"/spotlights.json?{query}").json()["interviews"]]


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("studio=Paris", {"ines-vauclair", "obelix-tran", "nadia-quelle"}),
        ("year=2024&lang=fr", {"theo-brisebois", "maximilienne-alexandrovna-de-la-tour-saint-germain"}),
        ("month=2023-03", {"obelix-tran"}),
        ("role=supervisors", {"obelix-tran", "meera-k"}),  # any form of the word
        ("role=LIGHTING", {"ines-vauclair"}),
        ("role=lead+compositing", {"theo-brisebois"}),  # every word, in any order
        ("question=first-project&lang=fr", {"ines-vauclair", "theo-brisebois", "maximilienne-alexandrovna-de-la-tour-saint-germain"}),
        ("question=character&lang=fr", set()),  # the French posts leave it out
        ("studio=Nowhere", set()),
        ("month=%27%3B--&year=x&role=%25", set()),
    ],
)  # fmt: skip
def test_a_filter_leaves_what_it_says(get: Get, query: str, people: set[str]) -> None:
    """By studio, year, month, language, word of the role, question, and several at once."""
    assert set(_left(get, query)) == people
    page = get(f"/spotlights?{query}")
    assert page.status_code == 200
    assert f"{len(people)} interview{'' if len(people) == 1 else 's'}" in page.text


def test_each_value_leads_to_as_many_as_it_says(get: Get) -> None:
    """Facets count under the other filters; words of roles too."""
    facets = get("/spotlights.json?lang=en").json()["facets"]
    assert {one["value"] for one in facets["role"]} >= {"Supervisor", "Lighting", "Artist"}
    for name, values in facets.items():
        for value in values:
            found = get("/spotlights.json", params={"lang": "en", name: value["value"]}).json()
            assert found["page"]["total"] == value["n"], (name, value)


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("newest", "nadia-quelle", "bob-script"),  # no date, so last
        ("oldest", "ines-vauclair", "bob-script"),
        ("name", "bob-script", "theo-brisebois"),
        ("studio", "meera-k", "bob-script"),
        ("nonsense", "nadia-quelle", "bob-script"),
    ],
)
def test_the_order_is_the_one_asked_for(get: Get, sort: str, first: str, last: str) -> None:
    """Newest first where nothing, or nothing known, is asked."""
    people = _left(get, f"sort={sort}")
    assert (people[0], people[-1]) == (first, last)


def test_what_is_chosen_stays_in_every_link(get: Get) -> None:
    """Filters add up; the JSON of the page is at the same query."""
    text = get("/spotlights?studio=Paris&sort=name&role=artist").text
    links = re.findall(r'href="(/spotlights[^"]*sort=oldest[^"]*)"', text)
    assert links
    assert all("studio=Paris" in link and "role=artist" in link for link in links)
    assert 'href="/spotlights.json?studio=Paris&amp;role=artist&amp;sort=name"' in text
    assert '<input type="hidden" name="studio" value="Paris">' in text


def test_the_timeline_counts_every_interview_once(get: Get) -> None:
    """Also one in two languages; what has no date is said beside it."""
    data = get("/spotlights.json").json()
    assert sum(one["n"] for one in data["timeline"]) == data["page"]["total"] == 7
    text = get("/spotlights").text
    assert text.count('class="reach"') == 6
    assert "1 without a date is not in the picture" in text
    assert 'aria-label="March 2023, Paris: 1 interview"' in text


def test_a_dot_leads_to_its_interviews(get: Get) -> None:
    """With the filters chosen before; and the chosen month is marked."""
    text = get("/spotlights?lang=en").text
    link = re.search(r'href="([^"]*month=2023-03[^"]*)"', text)
    assert link
    address = link[1].replace("&amp;", "&").replace("&studio=Paris", "")
    assert "lang=en" in address
    there = get(address)
    assert "1 interview in March 2023" in there.text
    back = re.search(r'href="([^"]*)">in any month', there.text)
    assert back
    assert back[1] == "/spotlights?lang=en"
    assert re.search(r'<a href="[^"]*2023-03[^"]*"[^>]*aria-current="true"', there.text)


def test_the_empty_archive_draws_nothing(
    tmp_path: Path, make_database: Callable[..., Path], serving: Callable[[Path], Get]
) -> None:
    """No axis without a dot, no filter without a value."""
    text = serving(make_database(tmp_path / "mikroscope.db", empty=True))("/spotlights").text
    assert "Nothing archived yet" in text
    assert "<figure" not in text
    assert 'class="facets"' not in text


def test_one_interview_is_enough(
    tmp_path: Path, make_database: Callable[..., Path], serving: Callable[[Path], Get]
) -> None:
    """A single dot; no filter that would change nothing."""
    path = make_database(tmp_path / "mikroscope.db")
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM interviews WHERE id <> 'meera-k-talk'")
    connection.execute("DELETE FROM posts WHERE interview_id <> 'meera-k-talk'")
    connection.commit()
    connection.close()
    text = serving(path)("/spotlights").text
    assert text.count('class="reach"') == 1
    assert "1 interview<" in text
    assert 'id="facet-studio"' not in text


months = st.dates().map(lambda day: f"{day:%Y-%m}".rjust(7, "0"))
counts = st.lists(
    st.fixed_dictionaries({
        "month": st.none() | months,
        "studio": st.sampled_from(["Paris", "Bangalore", "Montréal", None]),
        "n": st.integers(1, 50),
    }),
    max_size=30,
)  # fmt: skip


@given(counts)
def test_no_interview_is_lost_in_the_drawing(told: list[dict[str, object]]) -> None:
    """Whatever the dates: all are drawn or said to have none, inside the picture, none on another."""
    picture = timeline(told)
    drawn = sum(dot.n for dot in picture.dots)
    assert drawn + picture.undated == sum(one["n"] for one in told)  # type: ignore[misc]
    assert len({(dot.x, dot.y) for dot in picture.dots}) == len(picture.dots)
    for dot in picture.dots:
        assert LEFT < dot.x < picture.width
        assert 0 < dot.y - dot.radius < dot.y + dot.radius < picture.height
        assert dot.radius <= LARGEST
    assert picture.width < 12_000 * STEP


def test_little_words_are_no_department() -> None:
    """Words that join, and numbers, are not offered; accents and endings do not matter."""
    assert [word for _, word in words_of("Head of Crowds & FX, 3D / Chef de Projet")] == [
        "Head", "Crowds", "FX", "3D", "Chef", "Projet",
    ]  # fmt: skip
    assert says("Superviseur Éclairage", "eclairage")
    assert says("Animation Lead", "animator")
    assert not says("Animation Lead", "")
    assert not says("Animation Lead", "%")
