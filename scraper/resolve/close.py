"""Names that look like one another: pairs worth a question, and why.

Rule: closeness suggests and never decides. Names are compared within small blocks only, so that the
work grows with the number of people and not with its square, whatever they are called.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

Words = tuple[str, ...]  # of a name, folded, in its order

NEIGHBOURS = 20  # a name is compared with so many that follow it in a block
MARKS = 64  # bytes a name to find the blocks of several names by, so that few are marked twice
MOST_WORDS = 6  # of a name that make blocks
SHORTEST = 4  # letters of a word in which a slip is told from another word
LONG = 8  # letters from which two slips are allowed
ONE_LETTER, TWO_LETTERS = "one letter differs", "two letters differ"
_SOUNDS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("w", "v"), ("j", "i"))
_SILENT = re.compile(r"[aeiouyh]|(.)(?=\1)")


def candidates(people: Sequence[Words]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places in `people` that may be alike, each once, in order.

    Those share a word and the first letter of another, or sound alike, or have the same letters.
    They are found for one name after the other and not held: a crowd has many times more pairs
    than people.
    """
    crowds = _crowds(people)
    for one, said in enumerate(people):
        near: set[int] = set()
        for block, rest in _blocks(said):
            if members := crowds.get(block):
                start, end = bisect_left(members, (rest, one)), bisect_right(members, (rest, one))
                some = members[max(0, start - NEIGHBOURS) : end + NEIGHBOURS]
                near.update(place for _, place in some if place > one)
        yield from ((one, other) for other in sorted(near))


def _crowds(people: Sequence[Words]) -> dict[str, list[tuple[str, int]]]:
    """Return the blocks in which several names stand, each sorted.

    Most hold one name, and need not be kept. A mark that two of them share costs an entry, no more.
    """
    marks = bytearray(MARKS * len(people))
    crowds: dict[str, list[tuple[str, int]]] = {}
    for said in people:
        for block, _ in _blocks(said):
            mark = hash(block) % len(marks)
            if marks[mark]:
                crowds[block] = []
            marks[mark] = 1
    for place, said in enumerate(people):
        for block, rest in _blocks(said):
            if block in crowds:
                crowds[block].append((rest, place))
    for members in crowds.values():
        members.sort()
    return crowds


def _blocks(said: Words) -> Iterator[tuple[str, str]]:
    """Yield the blocks a name stands in, and what it is sorted by there."""
    some = said[:MOST_WORDS]
    for at, word in enumerate(some):
        if len(word) > 1:
            rest = some[:at] + some[at + 1 :]
            for first in sorted({other[0] for other in rest}):
                yield f"{word} {first}", "".join(rest)
    whole = "".join(said)
    yield f"sound {' '.join(sorted(map(_sound, said)))}", whole
    yield f"letters {whole}", whole


def _sound(word: str) -> str:
    """Return the consonants of a word, one for those that sound alike."""
    for written, spoken in _SOUNDS:
        word = word.replace(written, spoken)
    return _SILENT.sub("", word) or word[:1]


def alike(one: Words, other: Words) -> str | None:
    """Say why two names may be of one person; None where they do not look so."""
    left, right, shared = _parted(one, other)
    # Without a whole word in common only the sound of all of them counts.
    if not any(len(word) > 1 for word in shared):
        return _sound_alike(one, other)
    if not left or not right:
        return "one has a name more" if len(shared) > 1 else None
    if len(left) == len(right) and _initials(left, right):
        return "one has an initial where the other has a name"
    written, elsewhere = "".join(left), "".join(right)
    if written == elsewhere:
        return "the same letters, parted otherwise"
    return _slip(written, elsewhere)


def _parted(one: Words, other: Words) -> tuple[list[str], list[str], list[str]]:
    """Return the words that only the first name has, that only the second has, and those of both."""
    left, right, shared = [], list(other), []
    for word in one:
        if word in right:
            right.remove(word)
            shared.append(word)
        else:
            left.append(word)
    return left, right, shared


def _initials(left: list[str], right: list[str]) -> bool:
    """Tell whether each word stands for the other as its initial, in this order or sorted."""
    if 1 not in map(len, (*left, *right)):
        return False
    return any(
        all(
            a != b and 1 in (len(a), len(b)) and a[0] == b[0]
            for a, b in zip(ones, others, strict=True)
        )
        for ones, others in ((left, right), (sorted(left), sorted(right)))
    )


def _slip(written: str, elsewhere: str) -> str | None:
    """Say that few letters differ, as a slip of the pen makes them."""
    if min(len(written), len(elsewhere)) < SHORTEST:
        return None
    most = 2 if max(len(written), len(elsewhere)) >= LONG else 1
    letters = OSA.distance(written, elsewhere, score_cutoff=most)
    if letters > most:
        return None
    return ONE_LETTER if letters == 1 else TWO_LETTERS


def _sound_alike(one: Words, other: Words) -> str | None:
    if "".join(one) == "".join(other):
        return "the same letters, parted otherwise"
    if min(len(one), len(other)) < 2:
        return None
    a, b = sorted(one, key=_sound), sorted(other, key=_sound)
    if len(a) != len(b) or list(map(_sound, a)) != list(map(_sound, b)):
        return None
    slips = [x == y or _slip(x, y) is not None for x, y in zip(a, b, strict=True)]
    return "they sound alike" if all(slips) else None
