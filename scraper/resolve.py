"""Sightings of pages → people, interviews, posts with their versions, and who named whom.

Rule: pure and in a fixed order, so that the same archive gives the same result. One person's
special case is an entry of overrides.yml; nobody's name stands here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from scraper import names
from scraper.models import (
    Capture,
    Evidence,
    Finding,
    Interview,
    Nomination,
    Person,
    Post,
    Turn,
    Version,
)

# Posts of one person that are no translations of each other and lie further apart are two turns.
SAME_TURN = timedelta(days=60)
# Facts that may differ between two captures although the post is the same.
_NOT_A_CHANGE = frozenset({"url", "quotes", "translations", "series"})
_GONE_AT_ONCE = 410
_GONE_TWICE = 404


@dataclass(frozen=True, slots=True)
class Sighting:
    """One capture of a post's URL, and what it says; `reading` is None where nothing was read."""

    url: str  # canonical
    capture: Capture
    reading: Interview | None


@dataclass(frozen=True, slots=True)
class Overrides:
    """What people decided: spellings of one person, and names of two people told apart."""

    same: tuple[tuple[tuple[str, ...], str], ...] = ()  # (spellings, the first is shown; reason)
    differ: tuple[tuple[str, str, str, str], ...] = ()  # (post URL, name in it, name instead, reason)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the posts tell together."""

    people: tuple[Person, ...]
    turns: tuple[Turn, ...]
    posts: tuple[Post, ...]
    nominations: tuple[Nomination, ...]
    findings: tuple[Finding, ...]


class Book:
    """Who is who: from a name as a post writes it to the person's key, and back to one spelling."""

    def __init__(self, overrides: Overrides) -> None:
        self.spellings: dict[str, Counter[str]] = defaultdict(Counter)
        self.used: set[int | tuple[str, str]] = set()
        self._overrides = overrides
        self._same = {
            names.key(spelling): (number, names.key(group[0]), group[0])
            for number, (group, _) in enumerate(overrides.same)
            for spelling in group
        }
        self._differ = {
            (url, names.key(name)): instead for url, name, instead, _ in overrides.differ
        }

    def key(self, name: str, url: str) -> str:
        """Return the key of the person that the post at `url` calls `name`."""
        key = names.key(name)
        if instead := self._differ.get((url, key)):
            self.used.add((url, key))
            return names.key(instead)
        if same := self._same.get(key):
            number, key, _ = same
            if names.key(name) != key:
                self.used.add(number)
        return key

    def met(self, name: str, url: str, weight: int) -> str:
        """Count a spelling of a person, and return the person's key."""
        key = self.key(name, url)
        shown = self._differ.get((url, names.key(name))) or name
        same = self._same.get(names.key(name))
        self.spellings[key][same[2] if same else shown] += weight
        return key

    def name(self, key: str) -> str:
        """Return the spelling to show: the most telling, then the one with most accents."""
        return max(
            self.spellings[key].items(),
            key=lambda item: (item[1], sum(not c.isascii() for c in item[0]), item[0]),
        )[0]

    def unused(self) -> Iterator[Finding]:
        """Yield a finding for each override that changed nothing."""
        for number, (group, _) in enumerate(self._overrides.same):
            if number not in self.used:
                yield Finding("warning", "override-unused", f"overrides.yml: same {', '.join(group)}: no post uses more than one of these names")
        for url, name, _, _ in self._overrides.differ:
            if (url, names.key(name)) not in self.used:
                yield Finding("warning", "override-unused", f"overrides.yml: differ {name}: the post {url} does not name them")


def resolve(sightings: Iterable[Sighting], overrides: Overrides) -> Resolved:
    """Return people, turns, posts and nominations; sightings may come in any order."""
    book = Book(overrides)
    findings: list[Finding] = []
    histories = list(_histories(sightings))
    owners = _owners(histories, book, findings)
    turns, posts = _turns_and_posts(owners, book)
    nominations = tuple(_nominations(posts, book, findings))
    people = tuple(_people(book, turns))
    return Resolved(people, turns, posts, nominations, (*findings, *book.unused()))


@dataclass(frozen=True, slots=True)
class _History:
    url: str
    versions: tuple[Version, ...]
    status: str
    first: Capture
    last: Capture

    @property
    def now(self) -> Interview:
        return self.versions[-1].reading


def _histories(sightings: Iterable[Sighting]) -> Iterator[_History]:
    """Yield what became of each post's URL, in the order of URLs."""
    by_url: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_url[sighting.url].append(sighting)
    for url in sorted(by_url):
        seen = sorted(by_url[url], key=lambda s: (s.capture.captured_at, s.capture.file, s.capture.offset))
        good = [s for s in seen if s.reading is not None]
        if good:
            yield _History(
                url, tuple(_versions(good)), _status(seen), good[0].capture, good[-1].capture
            )


def _versions(good: Sequence[Sighting]) -> Iterator[Version]:
    previous: Interview | None = None
    number = 0
    for sighting in good:
        reading = sighting.reading
        if reading is None or reading == previous:
            continue
        changed = _changed(previous, reading) if previous else ()
        if previous is None or changed:
            number += 1
            yield Version(number, sighting.capture, changed, reading)
            previous = reading


def _changed(before: Interview, after: Interview) -> tuple[str, ...]:
    return tuple(
        name
        for name in Interview.__slots__
        if name not in _NOT_A_CHANGE and getattr(before, name) != getattr(after, name)
    )


def _status(seen: Sequence[Sighting]) -> str:
    """Return `gone` after 404 in two runs or 410 once with nothing good since, else `live`."""
    runs_without: set[str] = set()
    for sighting in reversed(seen):
        if sighting.reading is not None:
            break
        if sighting.capture.http_status == _GONE_AT_ONCE:
            return "gone"
        if sighting.capture.http_status == _GONE_TWICE:
            runs_without.add(sighting.capture.file)
    return "gone" if len(runs_without) > 1 else "live"


def _owners(
    histories: Sequence[_History], book: Book, findings: list[Finding]
) -> dict[str, list[_History]]:
    """Return each person's posts, by the person's key."""
    owners: dict[str, list[_History]] = defaultdict(list)
    for history in histories:
        if history.now.person is None:
            findings.append(
                Finding("error", "no-person", f"{history.url}: nobody is named as the one who answers; not loaded")
            )
            continue
        # A person's own post spells the name best.
        owners[book.met(history.now.person, history.url, 1000)].append(history)
    return owners


def _turns_and_posts(
    owners: Mapping[str, Sequence[_History]], book: Book
) -> tuple[tuple[Turn, ...], tuple[Post, ...]]:
    turns: list[Turn] = []
    posts: list[Post] = []
    for key in sorted(owners):
        person_id = names.slug(book.name(key))
        for number, group in enumerate(_by_turn(owners[key]), start=1):
            turn_id = person_id if number == 1 else f"{person_id}-{number}"
            turns.append(_turn(turn_id, person_id, group))
            taken: Counter[str] = Counter()
            for history in group:
                lang = history.now.lang
                taken[lang] += 1
                suffix = f"-{taken[lang]}" if taken[lang] > 1 else ""
                posts.append(
                    Post(
                        id=f"{turn_id}-{lang}{suffix}",
                        interview_id=turn_id,
                        person_id=person_id,
                        url=history.url,
                        status=history.status,
                        first_seen=history.first.captured_at,
                        last_seen=history.last.captured_at,
                        versions=history.versions,
                    )
                )
    return tuple(turns), tuple(posts)


def _by_turn(histories: Sequence[_History]) -> list[list[_History]]:
    """Part a person's posts into turns: translations of each other, or of about the same date."""
    groups: list[list[_History]] = []
    for history in sorted(histories, key=lambda h: (str(h.now.published or "9999"), h.url)):
        for group in groups:
            if any(_same_turn(history, other) for other in group):
                group.append(history)
                break
        else:
            groups.append([history])
    return groups


def _same_turn(one: _History, other: _History) -> bool:
    linked = {url for _, url in one.now.translations} | {url for _, url in other.now.translations}
    if one.url in linked and other.url in linked:
        return True
    if one.now.published is None or other.now.published is None:
        return True
    return abs(one.now.published - other.now.published) <= SAME_TURN


def _turn(turn_id: str, person_id: str, group: Sequence[_History]) -> Turn:
    """Return a turn; its facts are the first post's that tells them, English before French."""
    readings = sorted((h.now for h in group), key=lambda r: (r.lang, r.url))
    return Turn(
        id=turn_id,
        person_id=person_id,
        role=next((r.role or r.role_detail for r in readings if r.role or r.role_detail), None),
        studio=next((r.studio for r in readings if r.studio), None),
        published=min((r.published for r in readings if r.published), default=None),
        languages=tuple(sorted({r.lang for r in readings})),
    )


def _nominations(posts: Sequence[Post], book: Book, findings: list[Finding]) -> Iterator[Nomination]:
    """Yield the edges, each with the sentences of both ends, in the order of their ids."""
    edges: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    own = {post.id: book.key(_person(post), post.url) for post in posts}
    for post in posts:
        now = post.versions[-1].reading
        for named in now.nominees:
            edges[own[post.id], book.met(named.name, post.url, 1)].append(
                Evidence(post.id, "nominator", named.quote)
            )
        for named in now.nominators:
            edges[book.met(named.name, post.url, 1), own[post.id]].append(
                Evidence(post.id, "nominee", named.quote)
            )
    found = []
    for (giver, taker), evidence in edges.items():
        giver_id, taker_id = names.slug(book.name(giver)), names.slug(book.name(taker))
        if giver == taker:
            findings.append(
                Finding("warning", "self-nomination", f"{book.name(giver)} is said to have named themselves", evidence[0].post_id, evidence[0].quote)
            )
        ends = {e.end for e in evidence}
        status = "both ends" if len(ends) > 1 else f"{ends.pop()} only"
        ordered = tuple(sorted(evidence, key=lambda e: (e.post_id, e.end, e.quote)))
        found.append(Nomination(f"{giver_id}--{taker_id}", giver_id, taker_id, status, ordered))
    yield from sorted(found, key=lambda n: n.id)


def _person(post: Post) -> str:
    return post.versions[-1].reading.person or ""


def _people(book: Book, turns: Sequence[Turn]) -> Iterator[Person]:
    """Yield everyone who answered or was named, with role and studio of their latest turn."""
    latest: dict[str, Turn] = {}
    for turn in sorted(turns, key=lambda t: (str(t.published or ""), t.id)):
        latest[turn.person_id] = turn
    people = {}
    for key in book.spellings:
        name = book.name(key)
        person_id = names.slug(name)
        turn = latest.get(person_id)
        people[person_id] = Person(
            person_id, name, turn.studio if turn else None, turn.role if turn else None
        )
    yield from (people[i] for i in sorted(people))


def read_overrides(data: Any) -> Overrides:
    """Return the overrides that a YAML document holds; raise ValueError saying what is wrong."""
    same, differ = [], []
    for number, entry in enumerate(data or [], start=1):
        if not isinstance(entry, dict) or not str(entry.get("reason") or "").strip():
            raise ValueError(f"entry {number} has no reason")
        match entry:
            case {"same": [str(), str(), *_] as group}:
                same.append((tuple(map(str, group)), str(entry["reason"])))
            case {"differ": {"post": str(url), "name": str(name), "as": str(instead)}}:
                differ.append((url, name, instead, str(entry["reason"])))
            case _:
                raise ValueError(f"entry {number} is neither `same` (two or more names) nor `differ` (post, name, as)")
    return Overrides(tuple(same), tuple(differ))


