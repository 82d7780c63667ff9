"""How many answers each choice of a visitor leaves, from how many there are of each kind.

Rule: pure functions of rows. A kind is a studio, a year, a language and a question; an archive has
some hundred kinds, whatever the number of its answers, so one pass over them counts everything.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Kind = Mapping[str, Any]  # id, studio, year, lang, question, and n: how many answers of it


def left(kinds: Iterable[Kind], chosen: Mapping[str, str], *, but: str | None = None) -> list[Kind]:
    """Return the kinds that `chosen` values leave, leaving out the choice of `but`."""
    wanted = [(name, value) for name, value in chosen.items() if name != but]
    return [kind for kind in kinds if all(kind[name] == value for name, value in wanted)]


def total(kinds: Iterable[Kind]) -> int:
    """Return how many answers there are of all `kinds`."""
    return sum(kind["n"] for kind in kinds)


def facets(
    kinds: Sequence[Kind], chosen: Mapping[str, str], names: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return, for each of `names`, its values in order and how many answers each would leave."""
    found = {}
    for name in names:
        counts: Counter[str] = Counter()
        for kind in left(kinds, chosen, but=name):
            if kind[name] is not None:
                counts[kind[name]] += kind["n"]
        found[name] = [{"value": value, "n": n} for value, n in sorted(counts.items())]
    return found
