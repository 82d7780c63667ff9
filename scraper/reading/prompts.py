"""Finding the questions of a post among its lines: known ones by wording, others by how they stand.

Rule: a page is asked how its questions stand (heading, item, emphasised, plain), never told.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from scraper.reading import vocabulary
from scraper.reading.candidates import (
    ENDS_ASKING,
    Candidate,
    asks,
    candidates,
    choose,
    stand,
    stands,
)
from scraper.reading.furniture import is_call, is_furniture, names_the_series
from scraper.reading.page import Box, Line, Page
from scraper.text import fold, sentences

_LONG = 300  # characters; no question is longer
_LABEL = 60  # characters; what a menu or button says is shorter


class Prompt(NamedTuple):
    """A question standing at line `at` of a page; `question_id` is None for none of the nine."""

    at: int
    question_id: str | None


def find_prompts(page: Page) -> tuple[Page, list[Prompt]]:
    """Return the page with each question on a line of its own, and where they stand.

    A page whose questions are buried in long paragraphs is read sentence by sentence.
    """
    chosen = choose(list(candidates(page)))
    if chosen and all(page.lines[c.at].linked for c in chosen):
        page = _unlinked(page, chosen[0].at)
        chosen = choose(list(candidates(page)))
    if len({c.question_id for c in chosen}) < 3:
        by_sentence = _by_sentence(page)
        others = choose(list(candidates(by_sentence)))
        if len({c.question_id for c in others}) > max(2, len(chosen)):
            page, chosen = by_sentence, others
    page, prompts = _split(page, chosen)
    return page, sorted([*prompts, *_unknown(page, prompts)])  # by `at`: no two stand on one line


def _unlinked(page: Page, first: int) -> Page:
    """Return a page whose post is all a link (of an anchor left open), as if it were none."""
    lines = page.lines
    while first and lines[first - 1].linked and len(lines[first - 1].text) > _LABEL:
        first -= 1
    return replace(
        page, lines=(*lines[:first], *(replace(line, linked=False) for line in lines[first:]))
    )


def _split(page: Page, chosen: list[Candidate]) -> tuple[Page, list[Prompt]]:
    """Return the page with what follows a question on its line moved to a line of its own."""
    if all(_is_whole(page.lines[c.at], c) for c in chosen):
        return page, [Prompt(c.at, c.question_id) for c in chosen]
    lines: list[Line] = []
    prompts: list[Prompt] = []
    moved: list[int] = []  # for each old line, its new number
    for candidate in chosen:
        before = page.lines[len(moved) : candidate.at]
        moved += range(len(lines), len(lines) + len(before) + 1)
        lines += before
        prompts.append(Prompt(len(lines), candidate.question_id))
        line = page.lines[candidate.at]
        question = line.text[candidate.start : candidate.end].strip()
        rest = line.text[candidate.end :].strip(" \u00a0\u202f:–—-")
        if question != line.text:
            line = replace(line, text=question, strong=min(line.strong, len(question)))
        lines.append(line)
        if rest:
            lines.append(replace(line, text=rest, strong=0, kind="text"))
        if candidate.joined:
            following = page.lines[candidate.at + 1]
            moved.append(len(lines) - 1)
            lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {following.text}")
    after = page.lines[len(moved) :]
    moved += range(len(lines), len(lines) + len(after))
    return _renumbered(page, [*lines, *after], moved), prompts


def _is_whole(line: Line, candidate: Candidate) -> bool:
    """Tell whether a line is its question and nothing else."""
    return not (candidate.start or candidate.joined or candidate.end < len(line.text))


def _renumbered(page: Page, lines: list[Line], moved: list[int]) -> Page:
    if len(lines) == len(page.lines):
        return replace(page, lines=tuple(lines))
    moved = [*moved, len(lines)]
    return replace(
        page,
        lines=tuple(lines),
        boxes=page.boxes._replace(
            firsts=[moved[first] for first in page.boxes.firsts],
            ends=[moved[end] for end in page.boxes.ends],
        ),
        pictures=tuple(p._replace(before=moved[p.before]) for p in page.pictures),
        times=tuple((moved[min(at, len(moved) - 1)], when) for at, when in page.times),
    )


def _by_sentence(page: Page) -> Page:
    """Return the page with each sentence on a line of its own, glued to the one before."""
    lines: list[Line] = []
    moved: list[int] = []
    for line in page.lines:
        moved.append(len(lines))
        for n, sentence in enumerate(sentences(line.text)):
            lines.append(replace(line, text=sentence, strong=0, glued=n > 0))
    return _renumbered(page, lines, moved)


def _unknown(page: Page, known: list[Prompt]) -> Iterator[Prompt]:
    """Yield the questions that are none of the nine, by standing as the known ones do."""
    lines = page.lines
    at_known = {p.at for p in known}
    box = common_box(page, known[0].at, known[-1].at) if known else Box(-1, 0, 0)
    asking = [
        at
        for at in range(box.first, box.end)
        if at not in at_known and asks(lines[at].text) and _may_be_unknown(lines[at])
    ]
    if not asking:
        return
    usual_shapes = {_shape(lines, p.at) for p in known if stand(lines[p.at]) == "plain"}
    first, last = known[0].at, known[-1].at
    questions = set(at_known)  # with the unknown ones
    for at in asking:
        line = lines[at]
        if is_furniture(line.text) or names_the_series(line.text):
            if at > last:
                return
            continue
        followed = at + 1 < box.end and at + 1 not in at_known and not lines[at + 1].linked
        if not followed or at - 1 in questions:
            continue
        if stand(line) != "plain":
            asked = _asked_apart(lines, at, _alike(lines, known, line))
            # Before the first known question stands the intro, dressed up or not.
            asked = asked and (at > first or vocabulary.is_question(line.text))
        else:
            asked = _shape(lines, at) in usual_shapes and vocabulary.is_question(line.text)
            asked = asked and (first < at < last or _asked_outside(lines, at, first, last))
        if asked:
            yield Prompt(at, None)
            questions.add(at)


def _may_be_unknown(line: Line) -> bool:
    return not (line.linked or line.glued) and bool(ENDS_ASKING.search(line.text))


def _asked_outside(lines: tuple[Line, ...], at: int, first: int, last: int) -> bool:
    """Tell whether a plain question before the first known one, or behind the last, is put.

    It puts a word of asking first, as «Do you know …?» is said to readers; and what presents the
    person does not follow it.
    """
    if not vocabulary.asks_openly(lines[at].text) or is_call(lines[at].text):
        return False
    if at > last:
        return not any(_ends(line) for line in lines[last + 1 : at + 1])
    return not any(vocabulary.presents(line.text) for line in lines[at + 1 : first])


def _ends(line: Line) -> bool:
    """Tell whether a line behind the last answer is said by the site."""
    return line.linked or any(says(line.text) for says in (is_call, is_furniture, names_the_series))


def _alike(lines: tuple[Line, ...], known: list[Prompt], line: Line) -> int:
    """Return how many of the known questions stand out as a line does."""
    return max(sum(how in stands(lines[p.at]) for p in known) for how in stands(line))


def _asked_apart(lines: tuple[Line, ...], at: int, alike: int) -> bool:
    """Tell whether a line is a question by standing as `alike` of the known ones do.

    It must stand as two or more, or as one and be worded as a question.
    """
    line = lines[at]
    if line.kind == "item" and lines[at + 1].kind == "item":
        return False  # a list inside an answer
    if len(line.text) >= _LONG:
        return False
    return alike > 1 or (alike == 1 and vocabulary.is_question(line.text))


def _shape(lines: tuple[Line, ...], at: int) -> tuple[bool, bool]:
    """Return whether a line opens its block, and whether it is alone in it."""
    opens = at == 0 or lines[at - 1].block != lines[at].block
    closes = at + 1 == len(lines) or lines[at + 1].block != lines[at].block
    return opens, closes


def common_box(page: Page, low: int, high: int) -> Box:
    """Return the smallest box that holds lines `low` to `high`."""
    box = page.boxes.box(page.lines[low].place)
    while not (box.first <= low and high < box.end) and box.parent >= 0:
        box = page.boxes.box(box.parent)
    return box


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts say the same, but for case, accents and punctuation."""
    return fold(one) == fold(other)
