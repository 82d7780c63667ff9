"""Who named whom, looked at as a whole: rings, batons handed twice, and posts that disagree.

Rule: every edge stays as the posts say it; each doubt is one finding. No step grows faster than the
edges, and none calls itself, so that a chain may be of any length.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from scraper.models import Evidence, Finding, Nomination

SOME = 10  # people of a ring that a message names
Edges = Mapping[str, Sequence[str]]  # nominator → nominees
Into = Mapping[str, Nomination]  # nominator → how they named somebody


def batons(names: Mapping[str, str], nominations: Iterable[Nomination]) -> Iterator[Finding]:
    """Yield what is odd about the nominations; `names` are people's by id."""
    edges = sorted((one for one in nominations if one.nominator_id != one.nominee_id), key=_by_id)
    first = _first_said(edges)
    into = sorted(edges, key=lambda edge: edge.nominee_id)  # of each in the order of ids
    for nominee, of_one in groupby(into, key=lambda edge: edge.nominee_id):
        givers = {edge.nominator_id: edge for edge in of_one}
        found = [
            *_named_by_another(names, nominee, givers),
            *_names_another(names, nominee, givers, first),
        ]
        yield from found or _named_twice(names, nominee, givers)
    yield from _rings(names, edges)


def _by_id(nomination: Nomination) -> str:
    return nomination.id


def _said(nomination: Nomination, end: str) -> Evidence | None:
    """Return the first sentence that says so in the post of the one at `end`."""
    return next((each for each in nomination.evidence if each.end == end), None)


def _first_said(edges: Sequence[Nomination]) -> dict[str, tuple[str, Evidence]]:
    """Return of each nominator the first whom their own post names, and its sentence."""
    first: dict[str, tuple[str, Evidence]] = {}
    for edge in edges:
        if edge.nominator_id not in first and (said := _said(edge, "nominator")) is not None:
            first[edge.nominator_id] = edge.nominee_id, said
    return first


def _named_by_another(names: Mapping[str, str], nominee: str, edges: Into) -> Iterator[Finding]:
    """Yield where a post names somebody whose own post says that others did, who do not."""
    theirs = {giver: said for giver, edge in edges.items() if (said := _said(edge, "nominee"))}
    if not theirs or any(_said(edges[giver], "nominator") for giver in theirs):
        return
    for giver, edge in edges.items():
        said = _said(edge, "nominator")
        if said is not None:
            other, own = next(iter(theirs.items()))
            yield Finding(
                "warning",
                "contradiction",
                f"{said.post_id} says that {names[giver]} named {names[nominee]} («{said.quote}»);"
                f" {own.post_id} says that {names[other]} did («{own.quote}»)",
                own.post_id,
                own.quote,
            )


def _names_another(
    names: Mapping[str, str],
    nominee: str,
    edges: Into,
    first: Mapping[str, tuple[str, Evidence]],
) -> Iterator[Finding]:
    """Yield where a post says who named its person, and that one's own post names others only."""
    for giver, edge in edges.items():
        own = _said(edge, "nominee")
        if own is None or _said(edge, "nominator") is not None or giver not in first:
            continue
        taker, said = first[giver]
        yield Finding(
            "warning",
            "contradiction",
            f"{own.post_id} says that {names[giver]} named {names[nominee]} («{own.quote}»);"
            f" {said.post_id} names {names[taker]} («{said.quote}»)",
            own.post_id,
            own.quote,
        )


def _named_twice(names: Mapping[str, str], nominee: str, edges: Into) -> Iterator[Finding]:
    """Yield a finding if several people are said to have named somebody."""
    if len(edges) > 1:
        told = [
            f"{names[giver]} ({edge.evidence[0].post_id}: «{edge.evidence[0].quote}»)"
            for giver, edge in edges.items()
        ]
        more = f" and {len(told) - SOME} more" if len(told) > SOME else ""
        last = list(edges.values())[-1].evidence[0]
        yield Finding(
            "note",
            "named-twice",
            f"{names[nominee]} was named by {len(told)}: {'; '.join(told[:SOME])}{more}",
            last.post_id,
            last.quote,
        )


def _rings(names: Mapping[str, str], edges: Sequence[Nomination]) -> Iterator[Finding]:
    """Yield a finding for each ring; `edges` in the order of ids."""
    takers: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        takers[edge.nominator_id].append(edge.nominee_id)
    found = {(ring[0], ring[1]): ring for ring in rings(takers)}  # who share people are one knot
    first = {
        ends: edge for edge in edges if (ends := (edge.nominator_id, edge.nominee_id)) in found
    }
    for ends, ring in found.items():
        yield _ring(names, ring, first[ends], len(ring))


def _ring(names: Mapping[str, str], ring: Sequence[str], first: Nomination, long: int) -> Finding:
    some = [names[one] for one in ring[:SOME]]
    more = f" → … {long - SOME} more …" if long > SOME else ""
    return Finding(
        "warning",
        "cycle",
        f"the baton comes back after {long} people: {' → '.join(some)}{more} → {some[0]}",
        first.evidence[0].post_id,
        first.evidence[0].quote,
    )


def rings(edges: Edges) -> Iterator[list[str]]:
    """Yield a shortest ring through the first person of each knot that edges tie, first to last.

    A knot is a strongly connected component: people of whom each reaches each. Where several rings
    share people they are one knot, and one is told. Linear in people and edges.
    """
    for knot in _knots(edges):
        if len(knot) > 1:
            yield _back_to(min(knot), edges, knot)


def _knots(edges: Edges) -> Iterator[set[str]]:
    """Yield the strongly connected components: Tarjan's algorithm, with a stack of its own."""
    low: dict[str, int] = {}  # the earliest that somebody reaches, counted as they are met
    met: dict[str, int] = {}
    waiting: list[str] = []  # met, and not yet in a knot
    is_waiting: set[str] = set()
    for start in sorted(edges):
        path = [(start, iter(edges[start]))] if start not in met else []
        while path:
            one, rest = path[-1]
            if one not in met:
                met[one] = low[one] = len(met)
                waiting.append(one)
                is_waiting.add(one)
            for other in rest:
                if other not in met:
                    path.append((other, iter(edges.get(other, ()))))
                    break
                if other in is_waiting:
                    low[one] = min(low[one], met[other])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[one])
                if low[one] == met[one]:
                    yield _taken(waiting, is_waiting, one)


def _taken(waiting: list[str], is_waiting: set[str], last: str) -> set[str]:
    """Take everybody from the end of `waiting` down to `last`."""
    knot: set[str] = set()
    while last not in knot:
        knot.add(waiting.pop())
    is_waiting -= knot
    return knot


def _back_to(start: str, edges: Edges, knot: set[str]) -> list[str]:
    """Return a shortest way from `start` back to itself within a knot, without its end."""
    before: dict[str, str] = {}
    queue = deque([start])
    while queue:
        one = queue.popleft()
        for other in edges.get(one, ()):
            if other == start != one:
                ring = [one]
                while ring[-1] != start:
                    ring.append(before[ring[-1]])
                return ring[::-1]
            if other in knot and other not in before:
                before[other] = one
                queue.append(other)
    raise AssertionError(f"{start} is in a knot and does not come back")
