"""The picture of the baton shows everybody once, and no lens stands on another."""

import math
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.site.thread import RADIUS, chains, draw


def _people(count: int, waiting: set[int] = frozenset()) -> list[dict[str, Any]]:  # type: ignore[assignment]
    return [
        {"id": str(n), "name": f"Person {n}", "studio": None, "role": None,
         "interview_id": None if n in waiting else f"i{n}"}
        for n in range(count)
    ]  # fmt: skip


def _edges(pairs: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"nominator_id": str(a), "nominee_id": str(b)} for a, b in dict.fromkeys(pairs)]


pairs = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40)


@given(pairs, st.sets(st.integers(0, 14)))
@settings(max_examples=150, deadline=None)
def test_everybody_of_the_thread_stands_in_the_picture_once(
    edges: list[tuple[int, int]], waiting: set[int]
) -> None:
    """Also in rings, with people named twice, and who named themselves."""
    told = _edges(edges)
    picture = draw(_people(15, waiting), told)
    part = {edge[end] for edge in told for end in ("nominator_id", "nominee_id")}
    assert sorted(lens.person["id"] for lens in picture.lenses) == sorted(part)
    assert len(picture.threads) == len(told)
    for index, one in enumerate(picture.lenses):
        assert RADIUS <= one.x <= picture.width - RADIUS
        assert one.radius <= one.y <= picture.height - one.radius
        for other in picture.lenses[:index]:
            assert math.hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius


@given(pairs)
@settings(max_examples=150, deadline=None)
def test_every_nomination_is_told_once(edges: list[tuple[int, int]]) -> None:
    """The readable chains hold each pair in exactly one place."""
    told = _edges(edges)
    said = []
    for line, named in chains(_people(15), told):
        said += [(one["id"], other["id"]) for one, other in pairwise(line)]
        said += [(line[-1]["id"], other["id"]) for other in named]
    assert sorted(said) == sorted((edge["nominator_id"], edge["nominee_id"]) for edge in told)


def test_a_chain_is_one_straight_line() -> None:
    """Who handed it on in turn stands in one row, in order."""
    picture = draw(_people(4), _edges([(0, 1), (1, 2), (2, 3)]))
    assert len({lens.y for lens in picture.lenses}) == 1
    assert [lens.person["id"] for lens in sorted(picture.lenses, key=lambda lens: lens.x)] == list(
        "0123"
    )


def test_a_thousand_people_are_drawn() -> None:
    """A very long chain is neither too deep nor too slow."""
    picture = draw(_people(1000), _edges([(n, n + 1) for n in range(999)]))
    assert len(picture.lenses) == 1000
