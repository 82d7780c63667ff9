"""Which names are of one person although their letters differ: what the posts themselves settle.

Rule: two posts have to say so, each for itself; what only looks alike is left to people.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from scraper import names
from scraper.resolve.close import alike
from scraper.resolve.told import Told

Key = Callable[[str, str], str]  # (name, URL of the post that writes it) → key of the person
Apart = Callable[[str, str], bool]  # whether people decided that two keys are two people
_OTHER_END = {"nominee": "nominator", "nominator": "nominee"}


@dataclass(frozen=True, slots=True)
class Joined:
    """Two names taken for one person, and the posts that write them."""

    name: str
    url: str
    other_name: str
    other_url: str


@dataclass(frozen=True, slots=True)
class Certain:
    """Keys that are another's; keys that are another's in one post; and what a note should tell.

    `joined` are names that are one since the posts say to be translations of each other,
    `initialled` those with initials that fit one person only.
    """

    people: Mapping[str, str]
    in_post: Mapping[tuple[str, str], str]
    joined: tuple[Joined, ...]
    initialled: tuple[Joined, ...]


def settle(posts: Sequence[Told], key: Key, apart: Apart) -> Certain:
    """Return which keys are of one person; `posts` in the order of their URLs."""
    same: dict[str, str] = {}
    members: dict[str, set[str]] = defaultdict(set)
    joined = []
    in_post: dict[tuple[str, str], str] = {}
    for one, other in translations(posts):
        a, b = key(one.person, one.url), key(other.person, other.url)
        first, second = sorted((_root(same, a), _root(same, b)))
        if first == second:
            continue
        if alike(names.parts(one.person), names.parts(other.person)):
            pairs = product({first, *members[first]}, {second, *members[second]})
            if not any(apart(*pair) for pair in pairs):
                same[second] = first
                members[first] |= {second, *members[second]}
                joined.append(Joined(one.person, one.url, other.person, other.url))
        elif _is_first_name_of(a, b) and not apart(a, b):
            in_post[one.url, a] = b
        elif _is_first_name_of(b, a) and not apart(a, b):
            in_post[other.url, b] = a

    def settled(name: str, url: str) -> str:
        said = key(name, url)
        return _root(same, in_post.get((url, said), said))

    in_post |= _brief_names(posts, settled, apart)
    initialled = []
    for said, whom, told in _initials_of_one(posts, settled, apart):
        in_post[said.url, key(said.name, said.url)] = whom
        initialled.append(Joined(said.name, said.url, told.name, told.url))
    return Certain(
        people={one: _root(same, one) for one in same},
        in_post={place: _root(same, whom) for place, whom in in_post.items()},
        joined=tuple(joined),
        initialled=tuple(initialled),
    )


def translations(posts: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """Yield posts in two languages of which one says that the other is its translation, once."""
    by_url = {told.url: told for told in posts}
    met = set()
    for told in posts:
        for url in sorted(told.translations):
            other = by_url.get(url)
            pair = min(told.url, url), max(told.url, url)
            if other is not None and other.lang != told.lang and pair not in met:
                met.add(pair)
                yield told, other


def is_first_name(key: str) -> bool:
    """Tell whether a key is one word alone, so that it may be anybody's of that name."""
    return key.isascii() and " " not in key


def _has_initials(key: str) -> bool:
    return key.isascii() and " " in key and 1 in map(len, key.split())


def _is_first_name_of(brief: str, whole: str) -> bool:
    return is_first_name(brief) and not is_first_name(whole) and brief in whole.split()


def _is_short_for(brief: str, whole: str) -> bool:
    """Tell whether a key is another's first name, or the same with initials for some of its names."""
    if is_first_name(brief):
        return _is_first_name_of(brief, whole)
    left: list[str] = []
    rest = whole.split()
    for word in brief.split():
        if word in rest and len(word) > 1:
            rest.remove(word)
        else:
            left.append(word)
    initials = sorted(word[0] for word in rest if len(word) > 1)
    kept = len(left) < len(brief.split()) and len(initials) == len(rest)
    return kept and set(map(len, left)) == {1} and sorted(left) == initials


def _root(same: Mapping[str, str], key: str) -> str:
    while key in same:
        key = same[key]
    return key


def _brief_names(posts: Sequence[Told], key: Key, apart: Apart) -> dict[tuple[str, str], str]:
    """Return whom a post means with a first name or with initials, where one person's post answers it.

    «Fanny», or «F. Marsac», in Ada's post is that Fanny whose post says that Ada named her, or whom Ada's post in
    another language names in full, if there is one such Fanny and no other.
    """
    brief = [one for one in _ends(posts, key) if is_first_name(one[3]) or _has_initials(one[3])]
    if not brief:
        return {}
    # (end, person whose posts are brief there) → who is tied to them, and the posts that say so.
    tied: dict[tuple[str, str], dict[str, set[str]]] = {
        (end, author): defaultdict(set) for author, _, end, _ in brief
    }
    for author, url, end, whom in _ends(posts, key):
        for place, other in (((end, author), whom), ((_OTHER_END[end], whom), author)):
            if place in tied:
                tied[place][other].add(url)
    authors = {key(told.person, told.url) for told in posts}
    found = {}
    for author, url, end, said in brief:
        # «Kiran V» who has a post of that name is nobody else.
        if is_first_name(said) or said not in authors:
            meant = [
                whom
                for whom, urls in tied[end, author].items()
                if _is_short_for(said, whom) and whom != author and urls - {url}
            ]
            if len(meant) == 1 and not apart(said, meant[0]):
                found[url, said] = meant[0]
    return found


@dataclass(frozen=True, slots=True)
class _Mention:
    name: str
    url: str


def _initials_of_one(
    posts: Sequence[Told], key: Key, apart: Apart
) -> Iterator[tuple[_Mention, str, _Mention]]:
    """Yield (mention, key of the person, who writes the name whole): initials that fit one person.

    «J. Dovell» is Jane Dovell where the archive knows nobody else of that surname and initial. A
    letter at the end is none: «Kiran V» is how some people are called.
    """
    written = {mention.name for mention in _mentions(posts)}
    written = {name for name in written if _begins_with_initial(name)}
    brief = [mention for mention in _mentions(posts) if mention.name in written]
    if not brief:
        return
    # By surname, those who are written whole, each with a post that does so.
    whole: dict[str, dict[str, _Mention]] = {names.parts(each.name)[-1]: {} for each in brief}
    for mention in _mentions(posts):
        known = key(mention.name, mention.url)
        for word in () if _has_initials(known) else known.split():
            if word in whole:
                whole[word].setdefault(known, mention)
    authors = {key(told.person, told.url) for told in posts}
    for mention in brief:
        said = key(mention.name, mention.url)
        of_surname = whole[names.parts(mention.name)[-1]]
        fit = [whom for whom in of_surname if _is_short_for(said, whom)]
        if len(fit) == 1 and said not in authors and not apart(said, fit[0]):
            yield mention, fit[0], of_surname[fit[0]]


def _mentions(posts: Sequence[Told]) -> Iterator[_Mention]:
    for told in posts:
        for name in (told.person, *(one.name for one in (*told.nominators, *told.nominees))):
            yield _Mention(name, told.url)


def _begins_with_initial(name: str) -> bool:
    parts = names.parts(name)
    return len(parts) > 1 and len(parts[0]) == 1 and len(parts[-1]) > 1


def _ends(posts: Sequence[Told], key: Key) -> Iterator[tuple[str, str, str, str]]:
    """Yield (author, URL, what the named one is, the named one) of every post."""
    for told in posts:
        author = key(told.person, told.url)
        for end, named in (("nominee", told.nominees), ("nominator", told.nominators)):
            for one in named:
                yield author, told.url, end, key(one.name, told.url)
