"""What people decided about names: `data/overrides.yml`.

Rule: an entry has a reason, and one name is decided about once.
"""

from collections import Counter
from dataclasses import dataclass
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
class Overrides:
    """Spellings of one person, and names of two people told apart."""

    same: tuple[Same, ...] = ()
    differ: tuple[Differ, ...] = ()


def read_overrides(data: Any) -> Overrides:
    """Return the overrides that a YAML document holds; raise ValueError saying what is wrong."""
    if data is not None and not isinstance(data, list):
        raise ValueError("expected a list of entries")
    entries = [_entry(number, entry) for number, entry in enumerate(data or [], start=1)]
    overrides = Overrides(
        tuple(entry for entry in entries if isinstance(entry, Same)),
        tuple(entry for entry in entries if isinstance(entry, Differ)),
    )
    twice = Counter(names.key(name) for entry in overrides.same for name in entry.spellings)
    twice += Counter(f"{names.key(entry.name)} in {entry.url}" for entry in overrides.differ)
    for name, times in twice.items():
        if times > 1:
            raise ValueError(f"{name!r} is decided about {times} times")
    return overrides


def _entry(number: int, entry: Any) -> Same | Differ:
    """Return one entry; raise ValueError with its number."""
    if not isinstance(entry, dict) or not str(entry.get("reason") or "").strip():
        raise ValueError(f"entry {number} has no reason")
    reason = str(entry["reason"])
    match entry:
        case {"same": [_, _, *_] as group} if all(isinstance(n, str) and n.strip() for n in group):
            return Same(tuple(group), reason)
        case {"differ": {"post": str(url), "name": str(name), "as": str(instead)}} if (
            name.strip() and instead.strip()
        ):
            try:
                return Differ(canonical(url), name, instead, reason)
            except WrongUsage as error:
                raise ValueError(f"entry {number}: {error}") from None
    raise ValueError(
        f"entry {number} is neither `same` (two or more names) nor `differ` (post, name, as)"
    )
