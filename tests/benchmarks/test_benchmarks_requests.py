"""The rows of servers run, small: each contender is asked the same and answers all of it."""

import pytest

from benchmarks import searching, visiting
from benchmarks.asking import database_of
from benchmarks.report import summary
from benchmarks.row import Measured, Result, Row

POSTS = 40


def _facts(measured: Measured) -> dict[str, int]:
    assert measured.missing == []
    for one in measured.results:
        assert one.wall > 0
        assert one.peak > 10  # MB: a Python that serves
        assert one.waits
        assert 0 < one.waits[0] <= one.waits[1]
    return {one.name: one.facts for one in measured.results}


def test_every_search_is_asked_of_each() -> None:
    """Ours shows as many answers as the index finds, and Datasette finds the plain words."""
    measured = searching.measure(3, 1, posts=POSTS)
    facts = _facts(measured)
    assert list(facts) == ["mikroscope", "Datasette, _search", "the query of the index alone"]
    assert facts["mikroscope"] == facts["the query of the index alone"] > 3
    assert 0 < facts["Datasette, _search"] <= 3 * searching.SHOWN


def test_the_queries_are_many_kinds_and_always_the_same() -> None:
    """All different: words, beginnings, phrases, names."""
    database = database_of(POSTS)
    typed = searching.queries(database, 150)
    assert typed == searching.queries(database, 150)
    assert len({*typed}) == len(typed) == 150
    assert sum(query.endswith("*") for query in typed) > 10
    assert sum(query.startswith('"') for query in typed) > 10
    assert sum(" " in query for query in typed) > 50
    assert sum(not query.isascii() for query in typed) > 10


@pytest.mark.parametrize("measure", [visiting.measure_interviews, visiting.measure_home])
def test_every_page_comes_whole(measure: visiting.Measure) -> None:
    """From each of them."""
    assert set(_facts(measure(3, 1, POSTS)).values()) == {3}


@pytest.mark.parametrize("row", visiting.ROWS)
def test_no_page_of_ours_is_a_peer(row: Row) -> None:
    """Not the home page either that is made anew each time."""
    named = ("mikroscope", "mikroscope, never kept")[: row.ours]
    results = [
        Result(name, cpu=cpu, wall=1, peak=1, facts=1)
        for cpu, name in enumerate((*named, "Datasette", "a file"), start=1)
    ]
    told = summary([row], {row.name: Measured(results, [])}).splitlines()[-1]
    peers, ahead = told.split(" | ")[-2:]
    assert peers.startswith("Datasette ")
    assert ahead == "mikroscope |"


def test_the_home_page_has_two_lines_of_ours() -> None:
    """As it is kept, and as it is made."""
    measured = visiting.measure_home(2, 1, POSTS)
    home = next(row for row in visiting.ROWS if row.name == "home")
    assert all(one.name.startswith("mikroscope") for one in measured.results[: home.ours])
    assert not any(one.name.startswith("mikroscope") for one in measured.results[home.ours :])


def test_interviews_are_asked_for_once() -> None:
    """So that a page that was kept is of no use; where there are too few, they come again."""
    database = database_of(POSTS)
    assert len({*visiting.interviews(database, 20)}) == 20
    assert len(visiting.interviews(database, 200)) == 200
