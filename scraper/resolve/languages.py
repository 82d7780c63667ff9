"""The posts of one turn beside each other: what they say otherwise, and whether they belong together.

Rule: each post is compared with the first of its turn, so that the work grows with the posts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from scraper.models import Finding, Named, Placed
from scraper.resolve.certain import translations
from scraper.resolve.told import Told
from scraper.resolve.turns import SAME_TURN, are_linked
from scraper.resolve.who import Book
from scraper.text import fold, words

Ids = Mapping[str, str]  # of posts, by URL
_STEM = 4  # letters by which words of the two languages are compared: «Superviseur», «Supervisor»
_SMALL = frozenset(words("a at au aux chez d de des du en et for in l la le les of the and"))
# French words of jobs whose English one begins otherwise, and that one.
_ENGLISH = {
    "adjoint": "assistant", "adjointe": "assistant", "cadreur": "layout", "charge": "manager",
    "chargee": "manager", "chef": "head lead chief", "cheffe": "head lead chief",
    "cheveux": "hair groom", "decor": "set environment", "decors": "sets environments",
    "directeur": "head", "directrice": "head", "eclairage": "lighting lighter",
    "eclairagiste": "lighting lighter", "effets": "fx vfx", "foule": "crowd", "foules": "crowds",
    "gestionnaire": "manager", "infographiste": "cg 3d artist", "monteur": "editor editing",
    "monteuse": "editor editing", "peintre": "painter painting", "plateau": "stage floor",
    "poils": "groom fur", "principal": "lead", "principale": "lead", "realisateur": "director",
    "realisatrice": "director", "recrutement": "recruiter", "rendu": "render", "rh": "hr human",
    "responsable": "head lead manager supervisor", "scenariste": "writer", "stagiaire": "intern",
    "tissus": "cloth", "tissu": "cloth",
}  # fmt: skip


def between_languages(book: Book, posts: Iterable[Placed], ids: Ids) -> Iterator[Finding]:
    """Yield what the posts of each turn say otherwise, and what was joined without their word.

    Posts come person by person, and turn by turn.
    """
    yield from _of_others(book, ids)
    for _, of_person in groupby(posts, key=attrgetter("person_id")):
        turns = [list(turn) for _, turn in groupby(of_person, key=attrgetter("interview_id"))]
        for turn in turns:
            yield from _alone(book, turn, several=len(turns) > 1)
            told = [book.told(post.url) for post in sorted(turn, key=lambda post: post.id)]
            for other in told[1:]:
                if other.lang == told[0].lang:
                    yield _second(other, told[0], ids)
                else:
                    yield from _compared(book, told[0], other, ids)


def _of_others(book: Book, ids: Ids) -> Iterator[Finding]:
    """Yield a finding for each post that says to be the translation of another person's."""
    for one, other in translations(book.posts):
        if book.key(one.person, one.url) != book.key(other.person, other.url):
            yield Finding(
                "warning",
                "translations-differ",
                f"{ids[one.url]} and {ids[other.url]} say to be translations of each other and are"
                f" of two people: {one.person} and {other.person}",
                ids[other.url],
                other.person,
            )


def _alone(book: Book, turn: Sequence[Placed], *, several: bool) -> Iterator[Finding]:
    """Yield a finding for each post of which nothing says to which of several turns it belongs."""
    for post in turn:
        told = book.told(post.url)
        linked = any(are_linked(told, book.told(other.url)) for other in turn if other != post)
        if several and told.published is None and not linked:
            yield Finding(
                "note",
                "turn-unclear",
                f"the post has no date, and {told.person} answered more than once; it was put to"
                f" {post.interview_id}",
                post.id,
                told.person,
            )


def _second(told: Told, first: Told, ids: Ids) -> Finding:
    return Finding(
        "warning",
        "two-posts",
        f"{ids[first.url]} and {ids[told.url]} are one interview in one language; if they are of"
        f" two people called {told.person}, tell them apart with `differ` in overrides.yml"
        f" (post: {told.url})",
        ids[told.url],
        told.person,
    )


def _compared(book: Book, one: Told, other: Told, ids: Ids) -> Iterator[Finding]:
    """Yield what two posts of one turn in two languages say otherwise."""
    post = ids[other.url]
    where = f"{ids[one.url]} and {post}"
    if one.published and other.published and one.published != other.published:
        days = abs(one.published - other.published).days
        said = f"{where} are dated {one.published} and {other.published}, {days} days apart"
        if days > SAME_TURN.days and not are_linked(one, other):
            why = "; they were joined because the person has no other in that language"
            yield Finding("note", "late-translation", said + why, post)
        else:
            yield Finding("note", "translations-differ", said, post)
    if one.studio and other.studio and one.studio != other.studio:
        said = f"{where} name two studios: {one.studio} and {other.studio}"
        yield Finding("warning", "translations-differ", said, post, other.studio)
    if one.role and other.role and not _stems(one.role) & _stems(other.role):
        said = f"{where} give roles that share no word: {one.role}; {other.role}"
        yield Finding("note", "translations-differ", said, post, other.role)
    for end in ("nominees", "nominators"):
        yield from _batons_compared(book, one, other, end, ids)


def _stems(role: str) -> set[str]:
    """Return the beginnings of the words of a role, English ones for French that look otherwise."""
    return {
        said[:_STEM]
        for word in fold(role).split()
        if word not in _SMALL
        for said in (word, *_ENGLISH.get(word, "").split())
    }


def _batons_compared(book: Book, one: Told, other: Told, end: str, ids: Ids) -> Iterator[Finding]:
    """Yield a finding if two languages name others at one end of the baton."""
    sides = []
    for told in (one, other):
        named: tuple[Named, ...] = getattr(told, end)
        sides.append({book.key(each.name, told.url): each for each in named})
    left, right = sides
    if not left or not right or left.keys() == right.keys():
        return
    nested = left.keys() < right.keys() or right.keys() < left.keys()
    said, elsewhere = (", ".join(book.name(key) for key in sorted(side)) for side in sides)
    quotes = [next(iter(side.values())).quote for side in sides]
    yield Finding(
        "note" if nested else "warning",
        "translations-differ" if nested else "contradiction",
        f"{ids[one.url]} and {ids[other.url]}, one interview, give other {end}: {said} («{quotes[0]}»);"
        f" {elsewhere} («{quotes[1]}»)",
        ids[other.url],
        quotes[1],
    )
