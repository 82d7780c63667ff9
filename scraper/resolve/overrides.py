"""What people decided about names: `data/overrides.yml`.

Rule: an entry has a reason, and one thing is decided once.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from scraper import names
from scraper.errors import WrongUsage
from scraper.urls import canonical


@dataclass(frozen=True, slots=True)
class Same:
    """Spellings of one person; the first is shown."""

    spellings: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Differ:
    """Whom the post at `url` (canonical) calls `name` is somebody else: `instead`."""

    url: str
    name: str
    instead: str
    reason: str


@dataclass(frozen=True, slots=True)
class Apart:
    """Names that look alike and are of different people: each of another."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """Spellings of one person, names of two people told apart, and names that are no doubt."""

    same: tuple[Same, ...] = ()
    differ: tuple[Differ, ...] = ()
    apart: tuple[Apart, ...] = ()


def read_overrides(data: Any) -> Overrides:
    """Return the overrides that a YAML document holds; raise ValueError saying what is wrong."""
    if data is not None and not isinstance(data, list):
        raise ValueError("expected a list of entries")
    entries = [_entry(number, entry) for number, entry in enumerate(data or [], start=1)]
    overrides = Overrides(
        tuple(entry for entry in entries if isinstance(entry, Same)),
        tuple(entry for entry in entries if isinstance(entry, Differ)),
        tuple(entry for entry in entries if isinstance(entry, Apart)),
    )
    twice = Counter(_decisions(overrides))
    for what, times in twice.items():
        if times > 1:
            raise ValueError(f"{what!r} is decided about {times} times")
    return overrides


def key(name: str) -> str:
    """Return the key two spellings of one person share; never empty."""
    return names.key(name) or name.casefold().strip()


def _decisions(overrides: Overrides) -> Iterator[str]:
    """Yield what each entry decides about: what comes twice is decided twice."""
    group = {key(name): entry for entry in overrides.same for name in entry.spellings}
    for same in overrides.same:
        yield from (key(name) for name in same.spellings)
    for differ in overrides.differ:
        yield f"{key(differ.name)} in {differ.url}"
    for apart in overrides.apart:
        for one, other in combinations(sorted(key(name) for name in apart.names), 2):
            if one == other:
                raise ValueError(
                    f"apart {', '.join(apart.names)}: two of them are spellings of one name;"
                    " say with `differ` in which post it is whose"
                )
            if one in group and group[one] is group.get(other):
                raise ValueError(f"{one!r} and {other!r} are said to be the same and apart")
            yield f"{one} and {other}"


def _entry(number: int, entry: Any) -> Same | Differ | Apart:
    """Return one entry; raise ValueError with its number."""
    if not isinstance(entry, dict) or not str(entry.get("reason") or "").strip():
        raise ValueError(f"entry {number} has no reason")
    reason = str(entry["reason"])
    match {name: value for name, value in entry.items() if name != "reason"}:
        case {"same": [_, _, *_] as group, **rest} if not rest and _are_names(group):
            return Same(tuple(group), reason)
        case {"apart": [_, _, *_] as group, **rest} if not rest and _are_names(group):
            return Apart(tuple(group), reason)
        case {"differ": {"post": str(url), "name": str(name), "as": str(instead)}, **rest} if (
            not rest and _are_names([name, instead])
        ):
            if key(name) == key(instead):
                raise ValueError(f"entry {number}: {instead!r} is another spelling of {name!r}")
            try:
                return Differ(canonical(url), name, instead, reason)
            except WrongUsage as error:
                raise ValueError(f"entry {number}: {error}") from None
    raise ValueError(
        f"entry {number} is neither `same` (two or more names), `differ` (post, name, as)"
        " nor `apart` (two or more names)"
    )


def _are_names(group: list[Any]) -> bool:
    return all(isinstance(name, str) and name.strip() for name in group)
