"""What people have to decide about names, and what posts say that cannot all be true.

Rule: a doubt is told and nothing is changed by it. Where an entry of overrides.yml would settle it,
the finding holds that entry, ready to paste; its reason is the one thing to write.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from scraper.models import Finding, Named, Nomination, Placed
from scraper.resolve.batons import batons
from scraper.resolve.certain import Joined, is_first_name
from scraper.resolve.close import TWO_LETTERS, alike, candidates
from scraper.resolve.languages import between_languages
from scraper.resolve.told import Told
from scraper.resolve.who import OWN, Book

REASON = "who says so, and where"
QUOTED = '"'
SOME = 3  # posts, or people, that a message names
Pair = tuple[str, str, str]  # keys of two people who may be one, and why
WIDE = 1_000_000  # characters of a line: an entry stays on one


def doubts(
    book: Book,
    posts: Sequence[Placed],
    nominations: Sequence[Nomination],
    close: Sequence[Pair],
) -> Iterator[Finding]:
    """Yield a finding for each doubt, in a fixed order; `Book.unused` comes after the last."""
    in_doubt = {key for one, other, _ in close for key in (one, other)}
    in_doubt.update(filter(is_first_name, book.keys()))
    people = _People(book, {post.url: post.id for post in posts}, in_doubt)
    yield from _close_names(people, close)
    yield from _first_names(people)
    yield from _one_by_translation(people)
    yield from _one_by_initials(people)
    yield from between_languages(book, posts, people.posts)
    yield from batons({book.id(key): book.name(key) for key in people.keys}, nominations)


def entry(**decision: Any) -> str:
    """Return an entry of overrides.yml on one line."""
    said = {**decision, "reason": REASON}
    plain = _on_one_line(said, None)
    # In quotation marks where a name holds what would break the line.
    return f"- {plain if plain.isprintable() else _on_one_line(said, QUOTED)}"


def _on_one_line(said: Mapping[str, Any], style: str | None) -> str:
    return str(
        yaml.safe_dump(
            said,
            default_flow_style=True,
            default_style=style,
            allow_unicode=True,
            sort_keys=False,
            width=WIDE,
        )
    ).strip()


def _named(told: Told) -> tuple[Named, ...]:
    return (*told.nominators, *told.nominees)


class _People:
    """Where posts speak of people; of those in doubt it is learnt at once."""

    def __init__(self, book: Book, posts: Mapping[str, str], in_doubt: set[str]) -> None:
        self.book = book
        self.keys = book.keys()
        self.posts = posts  # ids by URL
        self._own: dict[str, tuple[str, ...]] = {}  # URLs of a person's own posts, in their order
        self._naming: dict[str, tuple[str, ...]] = {}  # of others' that name them
        for told in book.posts:
            author = book.key(told.person, told.url)
            if author in in_doubt:
                self._own[author] = (*self._own.get(author, ()), told.url)
            named = {book.key(each.name, told.url) for each in _named(told)} - {author}
            for key in named & in_doubt:
                self._naming[key] = (*self._naming.get(key, ()), told.url)

    def weight(self, key: str) -> int:
        """Return how much posts say of a person: their own most of all."""
        return OWN * len(self._own.get(key, ())) + len(self._naming.get(key, ()))

    def has_post(self, key: str) -> bool:
        """Tell whether a person has a post of their own."""
        return key in self._own

    def urls(self, key: str) -> tuple[str, ...]:
        """Return the posts that are of a person or name them, their own first."""
        return (*self._own.get(key, ()), *self._naming.get(key, ()))

    def quote(self, key: str, url: str) -> str:
        """Return the words by which a post is of a person or names them."""
        told = self.book.told(url)
        if self.book.key(told.person, url) == key:
            return told.person
        return next(each.quote for each in _named(told) if self.book.key(each.name, url) == key)

    def said(self, key: str) -> str:
        """Return a person's name with the posts that write it."""
        ids = [self.posts[url] for url in self.urls(key)]
        more = f" and {len(ids) - SOME} more" if len(ids) > SOME else ""
        return f"{self.book.name(key)} ({', '.join(ids[:SOME])}{more})"


def look_alike(book: Book) -> Iterator[Pair]:
    """Yield the keys of each two names that may be of one person, and why."""
    everybody = book.keys()
    keys = [key for key in everybody if " " in key]
    words = [book.words(key) for key in keys]
    authors = {book.key(told.person, told.url) for told in book.posts}
    for one, other in candidates(words):
        why = alike(words[one], words[other])
        if why is None or book.apart(keys[one], keys[other]):
            continue
        # Two who have posts of their own are two, more often than not.
        if why != TWO_LETTERS or not {keys[one], keys[other]} <= authors:
            yield keys[one], keys[other], why


def _close_names(people: _People, close: Iterable[Pair]) -> Iterator[Finding]:
    """Yield a finding for each two names that may be of one person."""
    book = people.book
    for one, other, why in close:
        first, second = sorted((one, other), key=lambda key: (-people.weight(key), key))
        both = people.has_post(first) and people.has_post(second)
        pair = [book.name(first), book.name(second)]
        url = people.urls(second)[0]
        yield Finding(
            "note" if both else "warning",
            "close-names",
            f"{people.said(first)} and {people.said(second)} may be one person: {why}."
            f" If they are, overrides.yml: {entry(same=pair)}"
            f" If they are two: {entry(apart=pair)}",
            people.posts[url],
            people.quote(second, url),
        )


def _first_names(people: _People) -> Iterator[Finding]:
    """Yield a finding for each first name of which no post settles whose it is."""
    book = people.book
    called: dict[str, list[str]] = {key: [] for key in people.keys if is_first_name(key)}
    for key in people.keys if called else ():
        for word in {*key.split()} & called.keys() if " " in key else ():
            called[word].append(key)
    known: dict[str, list[str]] = {}
    for told in book.posts:
        author = book.key(told.person, told.url)
        named = {book.key(each.name, told.url): each for each in _named(told)}
        for key, each in sorted(named.items()):
            if not is_first_name(key):
                continue
            if key not in known:
                known[key] = [one for one in called[key] if not book.apart(key, one)]
            # Nobody names themselves; three and whether there are more is all that is told.
            others = [one for one in known[key][: SOME + 2] if one != author][: SOME + 1]
            if others or not people.has_post(key):
                yield _first_name(people, each.name, told.url, people.quote(key, told.url), others)


def _first_name(people: _People, name: str, url: str, quote: str, known: Sequence[str]) -> Finding:
    whole = [people.book.name(one) for one in known]
    meant = whole[0] if len(whole) == 1 else f"{name} …"
    who = ", ".join(whole[:SOME]) + (" and others" if len(whole) > SOME else "")
    said = entry(differ={"post": url, "name": name, "as": meant})
    return Finding(
        "warning" if known else "note",
        "first-name",
        f"the post names {name} and no surname; known of that name: {who or 'nobody'}."
        f" To say who it is, overrides.yml: {said}",
        people.posts[url],
        quote,
    )


def _one_by_initials(people: _People) -> Iterator[Finding]:
    """Yield a finding for each name with initials that was taken for the only one it fits."""
    why = "the second is the only one known of that surname and initial"
    for joined in people.book.certain.initialled:
        yield _taken_for_one(
            people, "one-by-initials", joined, why, at=joined.url, name=joined.name
        )


def _one_by_translation(people: _People) -> Iterator[Finding]:
    """Yield a finding for each two names that are one because of a link between languages."""
    why = "the posts say to be translations of each other"
    for joined in people.book.certain.joined:
        place = {"at": joined.other_url, "name": joined.other_name}
        yield _taken_for_one(people, "one-by-translation", joined, why, **place)


def _taken_for_one(
    people: _People, code: str, joined: Joined, why: str, *, at: str, name: str
) -> Finding:
    """Return a note that two names are one; it stands at the post that writes `name`."""
    one, other = people.posts[joined.url], people.posts[joined.other_url]
    said = entry(apart=[joined.name, joined.other_name])
    return Finding(
        "note",
        code,
        f"{joined.name} ({one}) and {joined.other_name} ({other}) are taken for one person: {why}."
        f" If they are two, overrides.yml: {said}",
        people.posts[at],
        people.quote(people.book.key(name, at), at),
    )
