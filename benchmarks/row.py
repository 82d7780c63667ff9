"""What a row of the benchmark is, and what measuring it gives.

Rule: the first contenders are this program, the last the bare minimum, those between are what a user
would pick instead; all do the same work in one run, in turns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender took for one item, as the median of several rounds.

    `cpu` and `wall` are milliseconds, `peak` the most memory in MB, `facts` what it found in all.
    `waits` are the milliseconds that half, and 95 of 100, of single requests took at the most.
    """

    name: str
    cpu: float
    wall: float
    peak: float
    facts: int
    waits: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The results of a row, in its order, and the names of contenders that are not installed."""

    results: list[Result]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One work of the table.

    `name` is what `--only` takes; `unit` is one item, `fact` what the contenders count, `count` how
    many items there are unless asked otherwise. `most` is the goal: the first contender's CPU as a
    multiple of the bare minimum's. `measure` takes the number of items and of rounds; `rounds` are
    the most of them, where one takes very long.
    """

    name: str
    title: str
    unit: str
    fact: str
    count: int
    measure: Callable[[int, int], Measured]
    rounds: int | None = None
    most: float | None = None
    ours: int = 1  # of the contenders, the first ones, are this program; the last of them does most
    as_peers: int = -1  # which of them does as much as the peers: it settles who is ahead
    beside: Mapping[str, int] = field(default_factory=dict)  # … and where a peer does less, which
    within: float | None = None  # the goal, where it is ms over the floor at the median
    counted: str = ""  # what `count` is the number of, where the figures are not of one of these
    note: str = ""  # what a reader has to know to believe it, under the table
