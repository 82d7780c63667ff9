"""The timeline drawn: interviews by month and studio → where each dot stands.

Rule: pure functions. A row for each studio, a column for each month, a dot that grows with the
number of interviews; the template only writes the numbers down. The months take the width that the
page has, and never less than STEP each: so their places are said as shares of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STEP, LANE = 28, 48  # pixels: a month, a studio
LEFT, TOP, BELOW = 96, 32, 12  # pixels: names of the studios, a number above, years below
SMALLEST, LARGEST = 7, 15  # pixels: the radius of a dot
MOST_MONTHS = 240  # beyond that a column is a year, so that one odd date draws no endless picture
STUDIOS = ("Paris", "Bangalore", "Montréal", None)


@dataclass(frozen=True, slots=True)
class Dot:
    """The interviews of one studio in one month (`2023-03`) or year (`2023`)."""

    when: str
    studio: str | None
    n: int
    x: int
    y: int

    @property
    def radius(self) -> float:
        """The radius; its area grows with the number."""
        return round(min(float(LARGEST), SMALLEST * math.sqrt(self.n)), 1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of `width` by `height` pixels; `years` and `lanes` are (place, name)."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    years: tuple[tuple[int, str], ...]
    lanes: tuple[tuple[int, str | None], ...]
    undated: int

    def share(self, x: int) -> str:
        """Return how far `x` is on the way from the names of the studios to the end."""
        return f"{(x - LEFT) * 100 / (self.width - LEFT):.2f}%"


def timeline(counts: Sequence[Mapping[str, Any]]) -> Timeline:
    """Return the drawing of rows `month` (None where not known), `studio`, `n`."""
    dated = [one for one in counts if one["month"]]
    undated = sum(one["n"] for one in counts if not one["month"])
    numbers = [_number(one["month"]) for one in dated]
    first, last = min(numbers, default=0), max(numbers, default=0)
    scale = 12 if last - first >= MOST_MONTHS else 1
    start = first // scale - (first % 12 if scale == 1 else 0)  # a year begins in January
    seen = {one["studio"] for one in dated}
    lanes = {studio: TOP + LANE * row
             for row, studio in enumerate(name for name in STUDIOS if name in seen)}  # fmt: skip
    held: dict[tuple[int, str | None], int] = {}
    for number, one in zip(numbers, dated, strict=True):
        place = number // scale, one["studio"]
        held[place] = held.get(place, 0) + one["n"]
    dots = tuple(
        Dot(_name(column, scale), studio, n, _x(column - start), lanes[studio])
        for (column, studio), n in sorted(held.items(), key=lambda item: (item[0][0], lanes[item[0][1]]))
    )  # fmt: skip
    columns = range(start, last // scale + 1)
    years = tuple(
        (_x(column - start), str(column * scale // 12))
        for column in columns
        if column * scale % 12 == 0
    )
    height = TOP + LANE * len(lanes) + BELOW
    return Timeline(_x(len(columns)), height, dots, years if dated else (),
                    tuple((y, studio) for studio, y in lanes.items()), undated)  # fmt: skip


def _number(month: str) -> int:
    """Return `2023-03` as a number of months."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _name(column: int, scale: int) -> str:
    """Return the month or the year that a column is."""
    return f"{column:04}" if scale == 12 else f"{column // 12:04}-{column % 12 + 1:02}"


def _x(column: int) -> int:
    """Return the middle of a column, in pixels."""
    return LEFT + STEP // 2 + STEP * column
