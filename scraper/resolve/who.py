"""Who is who: from a name as a post writes it to a person, and back to one spelling.

Rule: every spelling is met before anybody's spelling is asked for, so that a name never changes
while ids are made of it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator

from scraper import names
from scraper.models import Finding
from scraper.resolve.overrides import Overrides, Same

OWN = 1000  # a person's own post spells the name best: it outweighs so many mentions


class Book:
    """Everybody who answered or was named, by key; and which overrides were of use."""

    def __init__(self, overrides: Overrides) -> None:
        self._overrides = overrides
        self._spellings: dict[str, dict[str, int]] = defaultdict(dict)
        self._written: dict[str, set[str]] = defaultdict(set)
        self._used: set[tuple[str, str] | Same] = set()
        self._same = {_key(name): entry for entry in overrides.same for name in entry.spellings}
        self._differ = {(d.url, _key(d.name)): d.instead for d in overrides.differ}

    def decided(self, name: str, url: str) -> str:
        """Return the name by which the overrides want a person called whom a post calls `name`."""
        instead = self._differ.get((url, _key(name)), name)
        same = self._same.get(_key(instead))
        return same.spellings[0] if same else instead

    def key(self, name: str, url: str) -> str:
        """Return the key of the person whom the post at `url` calls `name`."""
        return _key(self.decided(name, url))

    def meet(self, name: str, url: str, weight: int = 1) -> None:
        """Count a spelling of a person."""
        place = url, _key(name)
        instead = self._differ.get(place, name)
        if place in self._differ:
            self._used.add(place)
        same = self._same.get(_key(instead))
        if same and _key(instead) != _key(same.spellings[0]):
            self._used.add(same)
        key = self.key(name, url)
        spellings, shown = self._spellings[key], same.spellings[0] if same else instead
        spellings[shown] = spellings.get(shown, 0) + weight
        if shown != instead:
            self._written[key].add(instead)

    def keys(self) -> list[str]:
        """Return the keys of everybody met, in a fixed order."""
        return sorted(self._spellings)

    def name(self, key: str) -> str:
        """Return the spelling to show: the one most used, with most accents, least in capitals."""
        return max(
            self._spellings[key].items(),
            key=lambda item: (
                item[1],
                sum(not letter.isascii() for letter in item[0]),
                -sum(letter.isupper() for letter in item[0]),
                item[0],
            ),
        )[0]

    def id(self, key: str) -> str:
        """Return a person's readable id."""
        name = self.name(key)
        # A name with no letter of the Latin script has no readable id; it still has its own.
        return names.slug(name) or f"person-{hashlib.sha256(name.encode()).hexdigest()[:8]}"

    def spellings(self, key: str) -> tuple[str, ...]:
        """Return every spelling that posts use of a person, and the one that is shown."""
        return tuple(sorted({*self._written.get(key, ()), *self._spellings[key]}))

    def unused(self, forgotten: Callable[[str], bool]) -> Iterator[Finding]:
        """Yield a finding for each override that changed nothing."""
        for same in self._overrides.same:
            if same not in self._used:
                said = f"same {', '.join(same.spellings)}: no post uses another than the first"
                yield _unused(said, hidden=any(map(forgotten, same.spellings)))
        for differ in self._overrides.differ:
            if (differ.url, _key(differ.name)) not in self._used:
                said = f"differ {differ.name}: the post {differ.url} does not name them"
                yield _unused(said, hidden=forgotten(differ.instead) or forgotten(differ.name))


def _unused(what: str, *, hidden: bool) -> Finding:
    said = "an entry is about somebody who was forgotten; take it out" if hidden else what
    return Finding("warning", "override-unused", f"overrides.yml: {said}")


def _key(name: str) -> str:
    """Return the key two spellings of one person share; never empty."""
    return names.key(name) or name.casefold().strip()
