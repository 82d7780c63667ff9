"""The picture of the baton shows everybody once, and no lens stands on another."""

import math
import re
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.site.thread import HALF, RADIUS, chains, draw


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
    """The readable chains hold each pair in exactly one place, branches under who opened them."""
    told = _edges(edges)
    said: list[tuple[str, str]] = []
    openers: list[str] = []
    for chain in chains(_people(15), told):
        assert chain.depth <= len(openers)
        del openers[chain.depth :]
        line = [*openers[-1:], *(one["id"] for one in chain.line)]
        said += pairwise(line)
        openers += [line[-1]] if chain.opens else []
    assert sorted(said) == sorted((edge["nominator_id"], edge["nominee_id"]) for edge in told)


def test_branches_stand_under_who_opened_them() -> None:
    """Who named two is told once, with both beneath; who is told already is not told again."""
    found = chains(_people(6), _edges([(0, 1), (1, 2), (1, 3), (3, 4), (2, 5), (4, 5)]))
    told = [(chain.depth, "".join(one["id"] for one in chain.line)) for chain in found]
    assert told == [(0, "01"), (1, "25"), (1, "345")]


@given(pairs, st.sets(st.integers(0, 14)))
@settings(max_examples=150, deadline=None)
def test_no_thread_strikes_a_name(edges: list[tuple[int, int]], waiting: set[int]) -> None:
    """Not where it goes back or past somebody, either; and it stays inside the picture."""
    picture = draw(_people(15, waiting), _edges(edges))
    for thread in picture.threads:
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", thread.path)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in points)
        for lens in picture.lenses:
            # Beside an empty lens the name may be passed from above to below, between the columns.
            left, right = (15, HALF - 6) if lens.beside else (-50, 50)
            top, bottom = (-8, 8) if lens.beside else (lens.radius + 4, 66)
            for (x, y), (next_x, next_y) in pairwise(points):
                assert (
                    max(x, next_x) <= lens.x + left
                    or min(x, next_x) >= lens.x + right
                    or max(y, next_y) <= lens.y + top
                    or min(y, next_y) >= lens.y + bottom
                ), (thread, lens)


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
