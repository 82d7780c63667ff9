"""The histories of all posts together → people, turns, posts and nominations.

Rule: read top to bottom it is the list of steps. Who was forgotten is nobody's nominator, nominee
or author here, whatever the pages say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter

from scraper.models import Evidence, Finding, Nomination, Person, Placed, Post, Turn
from scraper.resolve.doubts import doubts, look_alike
from scraper.resolve.history import History
from scraper.resolve.overrides import Overrides
from scraper.resolve.told import Told
from scraper.resolve.turns import in_turns
from scraper.resolve.who import Book

Forgotten = Callable[[str], bool]
_ONE_END = {"nominator": "nominator only", "nominee": "nominee only"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the posts tell together; `hidden` are the URLs of posts of people who were forgotten.

    `posts` come person by person and turn by turn; `whole` makes a Post of one and its history.
    `findings` are found while they are gone through, and then no more: there can be many.
    """

    people: tuple[Person, ...]
    turns: tuple[Turn, ...]
    posts: tuple[Placed, ...]
    nominations: tuple[Nomination, ...]
    findings: Iterator[Finding]
    hidden: frozenset[str] = frozenset()


def nobody(_name: str) -> bool:
    """Say of each name that it was not forgotten."""
    return False


def resolve(
    histories: Iterable[History], overrides: Overrides, forgotten: Forgotten = nobody
) -> Resolved:
    """Return people, turns, posts and nominations; the histories come in the order of URLs.

    `forgotten` tells of a name whether its bearer was forgotten on request.
    """
    book = Book(overrides)
    findings: list[Finding] = []
    hidden: set[str] = set()
    for history in histories:
        if _tells_who(history, findings):
            if _is_hidden(history, book, forgotten, findings):
                hidden.add(history.url)
            else:
                book.learn(history.told, forgotten)
    close = tuple(look_alike(book))  # takes memory, and comes while little else is held
    turns, posts = _turns_and_posts(book)
    nominations = tuple(_nominations(posts, book, findings))
    return Resolved(
        people=tuple(_people(book, turns)),
        turns=turns,
        posts=posts,
        nominations=nominations,
        findings=chain(findings, doubts(book, posts, nominations, close), book.unused(forgotten)),
        hidden=frozenset(hidden),
    )


def _author(history: History) -> str:
    return history.told.person


def _tells_who(history: History, findings: list[Finding]) -> bool:
    if not _author(history).strip():
        said = f"{history.url}: nobody is named as the one who answers; not loaded"
        findings.append(Finding("error", "no-person", said))
        return False
    return True


def _is_hidden(history: History, book: Book, forgotten: Forgotten, findings: list[Finding]) -> bool:
    if not forgotten(book.decided(_author(history), history.url)):
        return False
    # Neither name nor URL is said: both would tell who it is.
    where = f"{history.shown.capture.file}, offset {history.shown.capture.offset}"
    said = f"a post of somebody who was forgotten came back ({where}); forget them again"
    findings.append(Finding("warning", "forgotten-came-back", said))
    return True


def whole(placed: Placed, history: History) -> Post:
    """Return a post with what became of it."""
    return Post(
        id=placed.id,
        interview_id=placed.interview_id,
        person_id=placed.person_id,
        url=placed.url,
        status=history.status,
        first_seen=history.first_seen,
        last_seen=history.last_seen,
        versions=history.versions,
        shown=history.shown,
        readable=history.readable,
        found_by=history.found_by,
    )


def _edges(post: Placed, book: Book) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (nominator, nominee) by their keys, and post, end and sentence that say so."""
    told = book.told(post.url)
    own = book.key(told.person, post.url)
    for named in told.nominees:
        yield own, book.key(named.name, post.url), post.id, "nominator", named.quote
    for named in told.nominators:
        yield book.key(named.name, post.url), own, post.id, "nominee", named.quote


def _turns_and_posts(book: Book) -> tuple[tuple[Turn, ...], tuple[Placed, ...]]:
    owners: dict[str, list[Told]] = defaultdict(list)
    for told in book.posts:
        owners[book.key(told.person, told.url)].append(told)
    turns: list[Turn] = []
    posts: list[Placed] = []
    for key in sorted(owners):
        person_id = book.id(key)
        for number, turn in enumerate(in_turns(owners.pop(key)), start=1):
            turn_id = person_id if number == 1 else f"{person_id}-{number}"
            turns.append(_turn(turn_id, person_id, turn))
            posts += _posts(turn_id, person_id, turn)
    return tuple(turns), tuple(posts)


def _posts(turn_id: str, person_id: str, turn: Sequence[Told]) -> Iterator[Placed]:
    """Yield a turn's posts; a second one in a language is numbered."""
    taken: Counter[str] = Counter()
    for told in turn:
        taken[told.lang] += 1
        again = f"-{taken[told.lang]}" if taken[told.lang] > 1 else ""
        yield Placed(f"{turn_id}-{told.lang}{again}", turn_id, person_id, told.url)


def _turn(turn_id: str, person_id: str, turn: Sequence[Told]) -> Turn:
    """Return a turn; each fact is the first post's that tells it, English before French."""
    told = sorted(turn, key=lambda each: (each.lang, each.url))
    return Turn(
        id=turn_id,
        person_id=person_id,
        role=next((each.role for each in told if each.role), None),
        studio=next((each.studio for each in told if each.studio), None),
        published=min((each.published for each in told if each.published), default=None),
        languages=tuple(sorted({each.lang for each in told})),
    )


def _nominations(
    posts: Iterable[Placed], book: Book, findings: list[Finding]
) -> Iterator[Nomination]:
    """Yield the edges, each with the sentences of both ends, in the order of their ids."""
    edges = sorted(edge for post in posts for edge in _edges(post, book))
    found = []
    for (giver, taker), of_edge in groupby(edges, key=itemgetter(0, 1)):
        ordered = tuple(Evidence(*told) for _, _, *told in of_edge)
        if giver == taker:
            said = f"{book.name(giver)} is said to have named themselves"
            first = ordered[0]
            findings.append(Finding("warning", "self-nomination", said, first.post_id, first.quote))
        found.append(_nomination(book.id(giver), book.id(taker), ordered))
    yield from sorted(found, key=lambda nomination: nomination.id)


def _nomination(giver: str, taker: str, evidence: tuple[Evidence, ...]) -> Nomination:
    ends = {each.end for each in evidence}
    status = "both ends" if len(ends) > 1 else _ONE_END[min(ends)]
    return Nomination(f"{giver}--{taker}", giver, taker, status, evidence)


def _people(book: Book, turns: Sequence[Turn]) -> Iterator[Person]:
    """Yield everyone who answered or was named, with role and studio of their latest turn."""
    latest = {}
    for turn in sorted(turns, key=lambda t: (str(t.published or ""), t.id)):
        latest[turn.person_id] = turn
    for key in sorted(book.keys(), key=book.id):
        turn_of = latest.get(book.id(key))
        yield Person(
            id=book.id(key),
            name=book.name(key),
            studio=turn_of.studio if turn_of else None,
            role=turn_of.role if turn_of else None,
            spellings=book.spellings(key),
        )
