"""The baton drawn: nominations → where each lens stands and how the threads run.

Rule: pure functions. Same people and nominations in, same picture out; the template only writes
the numbers down. A chain runs from left to right; who names several people opens a row for each.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

STEP, ROW = 112, 30  # pixels: between columns, between rows
LEFT, TOP, BELOW = 60, 18, 80  # pixels: around the picture; below a lens stands its name
RADIUS, SMALL = 30, 12  # pixels: a lens, and the empty one of somebody who waits
GAP, BEND, OVER = 4, 12, 11  # pixels: before a rim, round a corner, over a lens
HALF, HIGHEST = STEP // 2, 5  # pixels: to between two columns; a thread over everything
LABEL, LONG_LABEL = 15, 22  # characters of a name: a line under a lens, beside an empty one


@dataclass(frozen=True, slots=True)
class Lens:
    """One person of the picture; `x` and `y` are the centre of the circle.

    The name stands under it, or `beside` it where somebody waits and no thread goes on.
    """

    person: Mapping[str, Any]
    x: int
    y: int
    beside: bool

    @property
    def waiting(self) -> bool:
        """Whether it is empty: somebody who was named and never answered."""
        return self.person["interview_id"] is None

    @property
    def radius(self) -> int:
        """The radius of the circle."""
        return SMALL if self.waiting else RADIUS

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Where it and its name stand, with a little room: left, top, right, bottom."""
        if self.beside:
            return self.x - 14, self.y - 14, self.x + 150, self.y + 14
        return self.x - 50, self.y - 36, self.x + 50, self.y + 68

    @property
    def lines(self) -> tuple[str, ...]:
        """The name: beside the lens in one line, else under it in at most two."""
        if self.beside:
            return (_short(self.person["name"], LONG_LABEL),)
        first, _, rest = self.person["name"].partition(" ")
        return tuple(_short(part, LABEL) for part in (first, rest) if part)


@dataclass(frozen=True, slots=True)
class Thread:
    """One nomination of the picture, as an SVG path; `waiting` if the nominee never answered."""

    path: str
    waiting: bool
    giver: str
    taker: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of `width` by `height` pixels."""

    width: int
    height: int
    lenses: tuple[Lens, ...]
    threads: tuple[Thread, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """People who handed the baton on in turn, `depth` branches in; `opens` if the last named several."""

    depth: int
    line: tuple[Mapping[str, Any], ...]
    opens: bool


@dataclass(slots=True)
class _Plan:
    """Who follows whom, who has the name beside the lens, and which places are taken.

    A place is (column, row); threads run down between two columns, at half a column.
    """

    follows: dict[str, list[str]]
    beside: set[str]
    place: dict[str, tuple[int, int]] = field(default_factory=dict)
    taken: set[tuple[float, int]] = field(default_factory=set)


def chains(people: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]) -> list[Chain]:
    """Return the baton as readable chains, in the order of reading: who opens branches, then these.

    A chain begins where nobody is known to have named one, and ends with somebody who named
    nobody or several; each of these begins a branch. Every nomination stands in exactly one place.
    """
    by_id = {person["id"]: person for person in people}
    follows = _plan(people, edges).follows
    named = {edge["nominee_id"] for edge in edges}
    # Rings have no beginning: what the starts do not reach begins at its first person.
    stack = [(one, 0) for one in sorted(follows, key=named.__contains__)][::-1]
    told: set[str] = set()
    found: list[Chain] = []
    while stack:
        one, depth = stack.pop()
        line = [one]
        while len(follows[one]) == 1 and one not in told:
            told.add(one)
            one = follows[one][0]
            line.append(one)
        opens = len(follows[one]) > 1 and one not in told
        if opens:
            told.add(one)
            stack += [(branch, depth + 1) for branch in reversed(follows[one])]
        if depth or opens or len(line) > 1:
            found.append(Chain(depth, tuple(by_id[each] for each in line), opens))
    return found


def draw(
    people: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]], columns: int = 10
) -> Picture:
    """Return the picture of everybody who named or was named, about `columns` lenses wide."""
    by_id = {person["id"]: person for person in people}
    plan = _plan(people, edges)
    named = {edge["nominee_id"] for edge in edges}
    for start in sorted(plan.follows, key=lambda one: one in named):
        _settle(plan, start, columns)
    at = {
        one: Lens(by_id[one], LEFT + column * STEP, TOP + row * ROW, one in plan.beside)
        for one, (column, row) in plan.place.items()
    }
    right = max((lens.x + (STEP if lens.beside else 0) for lens in at.values()), default=0)
    bottom = max((lens.y + (ROW if lens.beside else BELOW) for lens in at.values()), default=0)
    return Picture(right + LEFT, bottom, tuple(at.values()), tuple(_threads(at, edges)))


def _threads(at: Mapping[str, Lens], edges: Sequence[Mapping[str, Any]]) -> Iterator[Thread]:
    """Yield the threads; those to people who wait branch off one another, dashes never overlap."""
    above: dict[str, int] = {}
    for edge in sorted(edges, key=lambda edge: at[edge["nominee_id"]].y):
        one, other = at[edge["nominator_id"]], at[edge["nominee_id"]]
        branch = other.beside and other.x - one.x == STEP and other.y > one.y
        begin = above.get(edge["nominator_id"], one.y) if branch else one.y
        beside = other.x - one.x == STEP
        path = _beside(one, other, begin) if beside else _around(one, other, at.values())
        yield Thread(path, other.waiting, edge["nominator_id"], edge["nominee_id"])
        if branch:
            above[edge["nominator_id"]] = other.y


def _short(text: str, most: int) -> str:
    """Return `text` in at most `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _plan(people: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]) -> _Plan:
    """Return who follows whom, in the order of `people`, those who answered first."""
    rank = {
        person["id"]: (person["interview_id"] is None, index) for index, person in enumerate(people)
    }
    part = {edge[end] for edge in edges for end in ("nominator_id", "nominee_id")}
    follows: dict[str, list[str]] = {person["id"]: [] for person in people if person["id"] in part}
    for edge in edges:
        follows[edge["nominator_id"]].append(edge["nominee_id"])
    for followers in follows.values():
        followers.sort(key=rank.__getitem__)
    return _Plan(follows, {one for one in follows if rank[one][0] and not follows[one]})


def _line(plan: _Plan, start: str) -> list[str]:
    """Return who stands in the row of `start`: it, who follows it first, and so on."""
    line: list[str] = []
    one: str | None = start
    # A ring, or somebody named twice, ends the row where it meets a lens that is placed.
    while one is not None and one not in plan.place and one not in line:
        line.append(one)
        one = next(iter(plan.follows[one]), None)
    return line


def _cells(plan: _Plan, one: str, column: int, row: int) -> set[tuple[float, int]]:
    """Return the places a lens takes with its name: below it, or beside an empty one."""
    if one in plan.beside:
        return {(column, row), (column + 0.5, row), (column + 1, row)}
    return {(column, row + step) for step in (-1, 0, 1, 2)}


def _free(
    plan: _Plan, line: list[str], columns: Sequence[int], row: int
) -> tuple[int, int, set[tuple[float, int]]]:
    """Return the first column and row, from `row` down, with room for `line`, and its cells.

    The place before it must be free too, so that two chains never look like one.
    """
    while True:
        for column in columns:
            cells: set[tuple[float, int]] = {
                cell
                for steps, one in enumerate(line)
                for cell in _cells(plan, one, column + steps, row)
            }
            if (
                not (cells | {(max(0, column - 1), row)} if len(columns) > 1 else cells)
                & plan.taken
            ):
                return column, row, cells
        row += 1


def _settle(plan: _Plan, start: str, wide: int) -> None:
    """Give `start` its place, and everybody who follows it theirs."""
    # A new chain may begin in any column that leaves it room; a branch has its column.
    first = range(max(1, wide - len(_line(plan, start)) + 1))
    stack: list[tuple[str, Sequence[int], int]] = [(start, first, 1)]
    while stack:
        one, columns, top = stack.pop()
        line = _line(plan, one)
        if not line:
            continue
        # The whole row is taken at once, so that no branch comes to stand in its way.
        column, row, cells = _free(plan, line, columns, top)
        plan.taken |= cells
        plan.place.update((passed, (column + step, row)) for step, passed in enumerate(line))
        plan.taken |= {(column - 0.5, level) for level in range(top, row + 1)}
        # From right to left, and who waits first: so no thread runs through a name beside it.
        for step, passed in enumerate(line):
            branches = sorted(plan.follows[passed][1:], key=plan.beside.__contains__)
            stack += [(branch, [column + step + 1], row) for branch in branches]


def _beside(one: Lens, other: Lens, begin: int) -> str:
    """Return the SVG path to the next column: beside the lenses down or up, then along the row.

    It begins at the rim, or at height `begin`, where the branch before left the trunk.
    """
    start, end = one.x + one.radius, other.x - other.radius - GAP
    turn = one.x + HALF
    first = [(start, one.y), (turn, one.y)] if begin == one.y else [(turn, begin - BEND)]
    return _rounded([*first, (turn, other.y), (end, other.y)])


def _around(one: Lens, other: Lens, lenses: Iterable[Lens]) -> str:
    """Return the SVG path back, or past somebody: between the columns, and where no name stands."""
    side = one.x + (HALF if other.x > one.x else -HALF)
    before = other.x - HALF
    over = one.y - one.radius - OVER
    left, right = sorted((side, before))
    passed = [lens.box for lens in lenses if left < lens.box[2] and lens.box[0] < right]
    levels = sorted([over, *range(HIGHEST, one.y + BELOW, BEND // 2)], key=lambda y: abs(y - over))
    level = next(y for y in levels if not any(top < y < bottom for _, top, _, bottom in passed))
    return _rounded([
        (one.x, one.y - one.radius), (one.x, over), (side, over), (side, level), (before, level),
        (before, other.y), (other.x - other.radius - GAP, other.y),
    ])  # fmt: skip


def _rounded(points: Sequence[tuple[int, int]]) -> str:
    """Return the SVG path through `points`, each straight across or down from the last."""
    points = [point for point, _ in groupby(points)]
    path = "M{} {}".format(*points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        bend = min(BEND, math.dist(before, corner) // 2, math.dist(corner, after) // 2)
        into, out = _toward(corner, before, bend), _toward(corner, after, bend)
        path += f"L{into}Q{corner[0]} {corner[1]} {out}"
    return path + "L{} {}".format(*points[-1])


def _toward(corner: tuple[int, int], point: tuple[int, int], far: float) -> str:
    """Return the place `far` from the corner on the way to the point."""
    steps = ((to > at) - (to < at) for at, to in zip(corner, point, strict=True))
    return " ".join(f"{at + step * far:g}" for at, step in zip(corner, steps, strict=True))
