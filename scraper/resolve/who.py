"""Who is who: from a name as a post writes it to a person, and back to one spelling.

Rule: every post is learnt before anybody is asked for, so that a name never changes while ids are
made of it.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product

from scraper import names
from scraper.models import Finding
from scraper.resolve.certain import Certain, is_first_name, settle
from scraper.resolve.overrides import Apart, Overrides, Same
from scraper.resolve.overrides import key as key_of
from scraper.resolve.told import Told, without

OWN = 1000  # a person's own post spells the name best: it outweighs so many mentions
Forgotten = Callable[[str], bool]


@dataclass(slots=True)
class _Spelt:
    """The spellings of one person that may be shown and how much they weigh; those that posts write."""

    shown: dict[str, int] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    def add(self, spelling: str, written: str, weight: int) -> None:
        self.shown[spelling] = self.shown.get(spelling, 0) + weight
        self.written.add(written)


class Book:
    """Everybody who answered or was named, by key; and which overrides were of use."""

    def __init__(self, overrides: Overrides) -> None:
        self._overrides = overrides
        self._keys: dict[str, str] = {}  # by name
        self._posts: dict[str, Told] = {}
        self._used: set[tuple[str, str] | Same | Apart] = set()
        self._same = {
            self._key(name): entry for entry in overrides.same for name in entry.spellings
        }
        self._differ: dict[str, dict[str, str]] = defaultdict(dict)  # by post, by key
        for entry in overrides.differ:
            self._differ[entry.url][self._key(entry.name)] = entry.instead
        self._apart = dict(self._held_apart())

    def learn(self, told: Told, forgotten: Forgotten) -> None:
        """Take in whom a post is of and whom it names."""
        self._posts[told.url] = without(
            told, lambda named: forgotten(self.decided(named.name, told.url))
        )

    @cached_property
    def posts(self) -> tuple[Told, ...]:
        """What every post tells, in the order of URLs."""
        return tuple(self._posts[url] for url in sorted(self._posts))

    @cached_property
    def certain(self) -> Certain:
        """What the posts settle between them."""
        return settle(self.posts, self._decided_key, self._held_to_be_two)

    def told(self, url: str) -> Told:
        """Return what the post at `url` tells."""
        return self._posts[url]

    def decided(self, name: str, url: str) -> str:
        """Return the name by which the overrides want a person called whom a post calls `name`."""
        instead = self._meant(name, url)
        same = self._same.get(self._key(instead))
        return same.spellings[0] if same else instead

    def key(self, name: str, url: str) -> str:
        """Return the key of the person whom the post at `url` calls `name`."""
        key = self._decided_key(name, url)
        key = self.certain.in_post.get((url, key), key)
        return self.certain.people.get(key, key)

    def apart(self, one: str, other: str) -> bool:
        """Tell whether it was decided that two keys are of two people."""
        pairs = product(self._keys_of(one), self._keys_of(other))
        return any(self._held_to_be_two(*pair) for pair in pairs)

    def keys(self) -> list[str]:
        """Return the keys of everybody met, in a fixed order."""
        return sorted(self._names)

    def name(self, key: str) -> str:
        """Return the spelling to show: the one most used, with most accents, least in capitals."""
        return self._names[key]

    def words(self, key: str) -> tuple[str, ...]:
        """Return the words of a person's name, folded, in the order that is shown."""
        return names.parts(self.name(key))

    def id(self, key: str) -> str:
        """Return a person's readable id."""
        return self._ids[key]

    def spellings(self, key: str) -> tuple[str, ...]:
        """Return every spelling of a person that is theirs alone, and the one that is shown."""
        _, several = self._spelt
        spelt = several.get(key)
        return tuple(sorted({*spelt.written, *spelt.shown})) if spelt else (self._names[key],)

    def unused(self, forgotten: Forgotten) -> Iterator[Finding]:
        """Yield a finding for each override that changed nothing."""
        self._mark_used()
        for same in self._overrides.same:
            if same not in self._used:
                said = f"same {', '.join(same.spellings)}: no post uses another than the first"
                yield _unused(said, hidden=any(map(forgotten, same.spellings)))
        for differ in self._overrides.differ:
            if (differ.url, self._key(differ.name)) not in self._used:
                said = f"differ {differ.name}: the post {differ.url} does not name them"
                yield _unused(said, hidden=forgotten(differ.instead) or forgotten(differ.name))
        for apart in self._overrides.apart:
            if apart not in self._used:
                said = f"apart {', '.join(apart.names)}: nobody would take two of them for one"
                yield _unused(said, hidden=any(map(forgotten, apart.names)))

    def mentions(self) -> Iterator[tuple[str, str, int]]:
        """Yield (name, URL of the post that writes it, weight) of everybody in every post."""
        for told in self.posts:
            yield told.person, told.url, OWN
            for named in (*told.nominators, *told.nominees):
                yield named.name, told.url, 1

    def _whole(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield (key, spelling, name as written, weight) of each mention that is not brief.

        What a decision took for another's is not how a name is written.
        """
        for name, url, weight in self.mentions():
            key = self.key(name, url)
            # A first name is others' too: to forget one of them must not forget all.
            if is_first_name(key) or not is_first_name(self._decided_key(name, url)):
                spelling = sys.intern(names.plain(self.decided(name, url))) or name
                yield key, spelling, self._meant(name, url), weight

    @cached_property
    def _spelt(self) -> tuple[dict[str, str], dict[str, _Spelt]]:
        """The spelling to show of each key, and all of those, few, that have more than that one."""
        shown: dict[str, str] = {}
        several: dict[str, _Spelt] = {}
        for key, spelling, written, _ in self._whole():
            if not shown.setdefault(key, spelling) == spelling == written:
                several[key] = _Spelt()
        for key, spelling, written, weight in self._whole() if several else ():
            if key in several:
                several[key].add(spelling, written, weight)
        shown |= {key: max(spelt.shown.items(), key=_worth)[0] for key, spelt in several.items()}
        return shown, several

    @property
    def _names(self) -> dict[str, str]:
        return self._spelt[0]

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {key: names.slug(name) for key, name in self._names.items()}

    def _keys_of(self, key: str) -> set[str]:
        return {key, *self._joined.get(key, ())}

    @cached_property
    def _joined(self) -> dict[str, set[str]]:
        joined: dict[str, set[str]] = defaultdict(set)
        for one, root in self.certain.people.items():
            joined[root].add(one)
        return dict(joined)

    def _held_to_be_two(self, one: str, other: str) -> bool:
        pair = frozenset((one, other))
        self._used.update(self._apart.get(pair, ()))
        return pair in self._apart

    def _meant(self, name: str, url: str) -> str:
        """Return whom a post calls `name`, where that was decided for this post."""
        return self._differ[url].get(self._key(name), name) if url in self._differ else name

    def _decided_key(self, name: str, url: str) -> str:
        return self._key(self.decided(name, url))

    def _key(self, name: str) -> str:
        """Return the key of a name; of everybody's it is made once."""
        if name not in self._keys:
            self._keys[name] = key_of(name)
        return self._keys[name]

    def _held_apart(self) -> Iterator[tuple[frozenset[str], tuple[Apart, ...]]]:
        """Yield pairs of keys that were decided to be two people, with the entries that say so."""
        said: dict[frozenset[str], tuple[Apart, ...]] = {}
        for entry in self._overrides.apart:
            for pair in combinations(
                [self._key(self.decided(name, "")) for name in entry.names], 2
            ):
                said[frozenset(pair)] = (*said.get(frozenset(pair), ()), entry)
        # Who was told apart in one post is another than whom the other posts call so.
        called: dict[str, set[str]] = defaultdict(set)
        for differ in self._overrides.differ:
            called[self._key(differ.name)] |= {
                self._key(differ.name),
                self._key(self.decided(differ.instead, "")),
            }
        for group in called.values():
            for pair in combinations(sorted(group), 2):
                said.setdefault(frozenset(pair), ())
        yield from said.items()

    def _mark_used(self) -> None:
        for name, url, _ in self.mentions():
            instead = self._meant(name, url)
            if self._key(name) in self._differ.get(url, ()):
                self._used.add((url, self._key(name)))
            same = self._same.get(self._key(instead))
            if same and self._key(instead) != self._key(same.spellings[0]):
                self._used.add(same)


def _worth(spelling: tuple[str, int]) -> tuple[int, int, int, str]:
    """Return what makes a spelling, with its weight, the one to show."""
    name, weight = spelling
    accents = sum(not letter.isascii() for letter in name)
    return weight, accents, -sum(letter.isupper() for letter in name), name


def _unused(what: str, *, hidden: bool) -> Finding:
    said = "an entry is about somebody who was forgotten; take it out" if hidden else what
    return Finding("warning", "override-unused", f"overrides.yml: {said}")
