"""Finding the questions of a post among its lines: known ones by wording, others by how they stand.

Rule: a page is asked how its questions stand (heading, item, emphasised, plain), never told.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from scraper.reading import vocabulary
from scraper.reading.furniture import is_call, is_furniture, names_the_series
from scraper.reading.page import Box, Line, Page
from scraper.text import fold, sentences

_NUMBER = re.compile(
    r"^(?:(?:question|q)\s*)?(?:n[°o]\s*)?\(?\d{1,2}\s*(?:[.):/–—-]|\s-)\s*(?=\S)", re.IGNORECASE
)
_LEAD = re.compile(r"^[^?!]{3,240}[?!]+(?:[\"'»”’)]|[ \u00a0\u202f]»)*(?=\s*\S)")
_QUOTED = tuple('"“«‘„‹')
_MARKS = '"“”«»‘„‹›* \u00a0\u202f'
_ENDS = (".", "?", "!", "…", ";", ",")
_ENDS_ASKING = re.compile(r"[?!]\W*$")
_LONG = 300  # characters; no question is longer
_TOPIC = 80  # characters; a prompt that only names its topic is shorter
_REMEMBERED = 400  # characters; lines that are remembered
_LABEL = 60  # characters; what a menu or button says is shorter
_SHORT = 160  # characters; a prompt without `?` or `!` is short


_ORDER = {question.id: n for n, question in enumerate(vocabulary.QUESTIONS)}


class Prompt(NamedTuple):
    """A question standing at line `at` of a page; `question_id` is None for none of the nine."""

    at: int
    question_id: str | None


class _Candidate(NamedTuple):
    at: int
    end: int  # characters of the line that are the question
    stand: str  # heading, item, strong or plain
    question_id: str
    joined: bool = False  # whether the next line belongs to the question too
    weak: bool = False  # a sentence at the start of a longer line, or in quotation marks


def find_prompts(page: Page) -> tuple[Page, list[Prompt]]:
    """Return the page with each question on a line of its own, and where they stand.

    A page whose questions are buried in long paragraphs is read sentence by sentence.
    """
    chosen = _choose(list(_candidates(page)))
    if chosen and all(page.lines[c.at].linked for c in chosen):
        page = _unlinked(page, chosen[0].at)
        chosen = _choose(list(_candidates(page)))
    if len({c.question_id for c in chosen}) < 3:
        by_sentence = _by_sentence(page)
        others = _choose(list(_candidates(by_sentence)))
        if len({c.question_id for c in others}) > max(2, len(chosen)):
            page, chosen = by_sentence, others
    page, prompts = _split(page, chosen)
    return page, sorted([*prompts, *_unknown(page, prompts)], key=lambda p: p.at)


def _unlinked(page: Page, first: int) -> Page:
    """Return a page whose post is all a link (of an anchor left open), as if it were none."""
    lines = page.lines
    while first and lines[first - 1].linked and len(lines[first - 1].text) > _LABEL:
        first -= 1
    return replace(
        page, lines=(*lines[:first], *(line._replace(linked=False) for line in lines[first:]))
    )


def stand(line: Line) -> str:
    """Return how a line stands on the page."""
    if line.kind in ("heading", "item"):
        return line.kind
    return "strong" if line.emphasised else "plain"


def _stands(line: Line) -> set[str]:
    """Return all the ways in which a line stands out: an item can be emphasised too."""
    apart = {line.kind} & {"heading", "item"} | ({"strong"} if line.emphasised else set())
    return apart or {"plain"}


def _candidates(page: Page) -> Iterator[_Candidate]:
    skip = -1
    for at, line in enumerate(page.lines):
        if at == skip or line.kind in ("caption", "apart") or not _may_ask(line):
            continue
        if candidate := _candidate(page.lines, at):
            yield candidate
            if candidate.joined:
                skip = at + 1


def _may_ask(line: Line) -> bool:
    """Tell whether a line is worth a look: it asks, stands out, or is short and no sentence."""
    text = line.text
    if line.strong or line.kind != "text" or _asks(text):
        return True
    return len(text) < _SHORT and (text[-1] != "." or vocabulary.invites(text))


def _asks(text: str) -> bool:
    return "?" in text or "!" in text


def _candidate(lines: tuple[Line, ...], at: int) -> _Candidate | None:
    """Return the question that a line is, begins, or opens with."""
    line = lines[at]
    if at + 1 < len(lines) and lines[at + 1].block == line.block:
        weak, _, bare = _bare(line.text, linked=line.linked)
        both = _with_next(line, lines[at + 1], bare)
        if both and (question_id := vocabulary.recognise(both)):
            return _Candidate(at, len(line.text), stand(line), question_id, joined=True, weak=weak)
    recall = _asked_once if len(line.text) <= _REMEMBERED else _asked
    asked = recall(line.by_itself)
    return _Candidate(at, *asked) if asked else None


def _asked(by_itself: tuple[str, str, int, bool]) -> tuple[int, str, str, bool, bool] | None:
    """Return the question that a line is by itself, as the rest of a candidate."""
    line = Line(*by_itself)
    text, strong, how = line.text, line.strong, stand(line)
    weak, start, bare = _bare(text, linked=line.linked)
    if 0 < strong < len(text):
        opening, rest = text[start:strong], text[strong:]
        label = opening.rstrip().endswith(":") or rest.lstrip().startswith(":")
        question_id = vocabulary.recognise(opening)
        if question_id or (label and (question_id := _by_standing("strong", opening))):
            return strong, "strong", question_id, False, weak
    lead = None if weak or not _asks(text) else _LEAD.match(text, start)
    if lead and not vocabulary.goes_on_asking(text[lead.end() :]):
        question_id = vocabulary.recognise(lead.group())
        if question_id:
            return lead.end(), how, question_id, False, True
    if question_id := vocabulary.recognise(bare) or _by_standing(how, bare):
        return len(text), how, question_id, False, weak
    return None


_asked_once = lru_cache(maxsize=1024)(_asked)  # every page of a site asks the same


def _bare(text: str, *, linked: bool) -> tuple[bool, int, str]:
    """Return whether a line is weak, where it begins behind its number, and what it says."""
    number = _NUMBER.match(text)
    start = number.end() if number else 0
    # In quotation marks it is cited; all a link, it is a table of contents.
    weak = text.startswith(_QUOTED) or linked
    return weak, start, text[start:].strip(_MARKS) if weak else text[start:]


def _by_standing(how: str, text: str) -> str | None:
    """Return the prompt that a heading or emphasised line is, which needs no mark to ask."""
    if how not in ("heading", "strong") or len(text) > _TOPIC or text.endswith(_ENDS):
        return None
    return vocabulary.recognise(f"{text}?")


def _with_next(line: Line, following: Line, text: str) -> str | None:
    """Return a line, bare, with the next one, where a question may go on across the line break."""
    if text.endswith(_ENDS):
        return None
    both = f"{text} {following.text}"
    one_element = line.kind == "heading" or (line.emphasised and following.emphasised)
    goes_on = following.text[:1].islower() or one_element
    return both if goes_on and _ENDS_ASKING.search(both) else None


def _choose(candidates: list[_Candidate]) -> list[_Candidate]:
    """Keep one candidate for each question: the one that stands as the others do.

    Where questions are set apart (heading, item, emphasised), a second wording of one is kept too.
    """
    stands: Counter[str] = Counter()
    for how, _ in {(c.stand, c.question_id) for c in candidates if not c.weak}:
        stands[how] += 1
    by_id: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        by_id.setdefault(candidate.question_id, []).append(candidate)
    sure = [group[0] for group in by_id.values() if len(group) == 1]
    chosen: list[_Candidate] = []
    for group in by_id.values():
        if len(group) == 1:
            chosen.append(group[0])
            continue
        best = max(
            group,
            key=lambda c: (
                not c.weak,
                stands[c.stand],
                sum((s.at < c.at) == (_ORDER[s.question_id] < _ORDER[c.question_id]) for s in sure),
                -c.at,
            ),
        )
        chosen.append(best)
        chosen.extend(
            c for c in group if c is not best and not c.weak and c.stand == best.stand != "plain"
        )
    return sorted(chosen, key=lambda c: c.at)


def _split(page: Page, chosen: list[_Candidate]) -> tuple[Page, list[Prompt]]:
    """Return the page with what follows a question on its line moved to a line of its own."""
    lines: list[Line] = []
    prompts: list[Prompt] = []
    moved: list[int] = []  # for each old line, its new number
    for candidate in chosen:
        before = page.lines[len(moved) : candidate.at]
        moved += range(len(lines), len(lines) + len(before) + 1)
        lines += before
        prompts.append(Prompt(len(lines), candidate.question_id))
        line = page.lines[candidate.at]
        number = _NUMBER.match(line.text)
        start = number.end() if number else 0
        question = line.text[start : candidate.end].strip()
        rest = line.text[candidate.end :].strip(" \u00a0\u202f:–—-")
        if question != line.text:
            line = line._replace(text=question, strong=min(line.strong, len(question)))
        lines.append(line)
        if rest:
            lines.append(line._replace(text=rest, strong=0, kind="text"))
        if candidate.joined:
            following = page.lines[candidate.at + 1]
            moved.append(len(lines) - 1)
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text} {following.text}")
    after = page.lines[len(moved) :]
    moved += range(len(lines), len(lines) + len(after))
    return _renumbered(page, [*lines, *after], moved), prompts


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
            lines.append(line._replace(text=sentence, strong=0, glued=n > 0))
    return _renumbered(page, lines, moved)


def _unknown(page: Page, known: list[Prompt]) -> Iterator[Prompt]:
    """Yield the questions that are none of the nine, by standing as the known ones do."""
    lines = page.lines
    at_known = {p.at for p in known}
    box = common_box(page, list(at_known)) if known else Box(-1, 0, 0)
    asking = [
        at
        for at in range(box.first, box.end)
        if _asks(lines[at].text) and at not in at_known and _may_be_unknown(lines[at])
    ]
    if not asking:
        return
    stands = Counter(how for p in known for how in _stands(lines[p.at]))
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
            asked = _asked_apart(lines, at, max(stands[how] for how in _stands(line)))
            # Before the first known question stands the intro, dressed up or not.
            asked = asked and (at > first or vocabulary.is_question(line.text))
        else:
            asked = _shape(lines, at) in usual_shapes and vocabulary.is_question(line.text)
            asked = asked and (first < at < last or _asked_outside(lines, at, first, last))
        if asked:
            yield Prompt(at, None)
            questions.add(at)


def _may_be_unknown(line: Line) -> bool:
    return not (line.linked or line.glued) and bool(_ENDS_ASKING.search(line.text))


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


def common_box(page: Page, ats: list[int]) -> Box:
    """Return the smallest box that holds all the given lines."""
    low, high = min(ats), max(ats)
    box = page.boxes.box(page.lines[low].place)
    while not (box.first <= low and high < box.end) and box.parent >= 0:
        box = page.boxes.box(box.parent)
    return box


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts say the same, but for case, accents and punctuation."""
    return fold(one) == fold(other)
