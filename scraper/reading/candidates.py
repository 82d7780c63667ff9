"""Lines that may be one of the nine questions, and which of them is it.

Rule: a line is judged by its wording and by how it stands; of several, the one that stands as the
other questions do.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scraper.reading import vocabulary
from scraper.reading.page import Line, Page

_NUMBER = re.compile(
    r"^(?:(?:question|q)\s*)?(?:n[°o]\s*)?\(?\d{1,2}\s*(?:[.):/–—-]|\s-)\s*(?=\S)", re.IGNORECASE
)
_LEAD = re.compile(r"^[^?!]{3,240}[?!]+(?:[\"'»”’)]|[ \u00a0\u202f]»)*(?=\s*\S)")
_QUOTED = tuple('"“«‘„‹')
_MARKS = '"“”«»‘„‹›* \u00a0\u202f'
_ENDS = (".", "?", "!", "…", ";", ",")
ENDS_ASKING = re.compile(r"[?!]\W*$")
_TOPIC = 80  # characters; a prompt that only names its topic is shorter
_SHORT = 160  # characters; a prompt without `?` or `!` is short
_REMEMBERED = 400  # characters of a line; so that what is kept stays small
_ORDER = {question.id: n for n, question in enumerate(vocabulary.QUESTIONS)}


class Candidate(NamedTuple):
    """A line that may be a question."""

    at: int
    start: int  # characters of its number
    end: int  # … and with them, of the question
    stand: str  # heading, item, strong or plain
    question_id: str
    joined: bool = False  # whether the next line belongs to the question too
    weak: bool = False  # a sentence at the start of a longer line, or in quotation marks


def stand(line: Line) -> str:
    """Return how a line stands on the page."""
    if line.kind in ("heading", "item"):
        return line.kind
    return "strong" if line.emphasised else "plain"


def stands(line: Line) -> tuple[str, ...]:
    """Return all the ways in which a line stands out: an item can be emphasised too."""
    if line.kind in ("heading", "item"):
        return (line.kind, "strong") if line.emphasised else (line.kind,)
    return ("strong",) if line.emphasised else ("plain",)


def candidates(page: Page) -> Iterator[Candidate]:
    """Yield the lines of a page that may be questions, in its order."""
    lines = page.lines
    skip = -1
    for at, line in enumerate(lines):
        if at == skip or not _may_ask(line):
            continue
        if candidate := _candidate(lines, at):
            yield candidate
            if candidate.joined:
                skip = at + 1


def _may_ask(line: Line) -> bool:
    """Tell whether a line is worth a look: it asks, stands out, or is short and no sentence."""
    text, kind = line.text, line.kind
    if kind != "text":
        return kind not in ("caption", "apart")
    if line.strong or asks(text):
        return True
    return len(text) < _SHORT and (text[-1] != "." or vocabulary.invites(text))


def asks(text: str) -> bool:
    """Tell whether a text asks or calls anywhere."""
    return "?" in text or "!" in text


def _candidate(lines: tuple[Line, ...], at: int) -> Candidate | None:
    """Return the question that a line is, begins, or opens with."""
    line = lines[at]
    if at + 1 < len(lines) and lines[at + 1].block == line.block:
        weak, start, bare = _bare(line.text, linked=line.linked)
        both = _with_next(line, lines[at + 1], bare)
        if both and (question_id := vocabulary.recognise(both)):
            how, end = stand(line), len(line.text)
            return Candidate(at, start, end, how, question_id, joined=True, weak=weak)
    recall = _asked_once if len(line.text) <= _REMEMBERED else _asked
    asked = recall((line.text, line.kind, line.strong, line.linked))
    return Candidate(at, *asked) if asked else None


def _asked(by_itself: tuple[str, str, int, bool]) -> tuple[int, int, str, str, bool, bool] | None:
    """Return the question that a line is by itself: its candidate without `at`."""
    text, kind, strong, linked = by_itself
    how = stand(Line(text, kind, strong))
    weak, start, bare = _bare(text, linked=linked)
    if 0 < strong < len(text):
        opening, rest = text[start:strong], text[strong:]
        label = opening.rstrip().endswith(":") or rest.lstrip().startswith(":")
        question_id = vocabulary.recognise(opening)
        if question_id or (label and (question_id := _by_standing("strong", opening))):
            return start, strong, "strong", question_id, False, weak
    lead = None if weak or not asks(text) else _LEAD.match(text, start)
    if lead and not vocabulary.goes_on_asking(text[lead.end() :]):
        question_id = vocabulary.recognise(lead.group())
        if question_id:
            return start, lead.end(), how, question_id, False, True
    if question_id := vocabulary.recognise(bare) or _by_standing(how, bare):
        return start, len(text), how, question_id, False, weak
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
    return both if goes_on and ENDS_ASKING.search(both) else None


def choose(candidates: list[Candidate]) -> list[Candidate]:
    """Keep one candidate for each question: the one that stands as the others do.

    Where questions are set apart (heading, item, emphasised), a second wording of one is kept too.
    """
    by_id: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_id.setdefault(candidate.question_id, []).append(candidate)
    if len(by_id) == len(candidates):
        return candidates
    alike: Counter[str] = Counter()
    for how, _ in {(c.stand, c.question_id) for c in candidates if not c.weak}:
        alike[how] += 1
    sure = [group[0] for group in by_id.values() if len(group) == 1]
    chosen: list[Candidate] = []
    for group in by_id.values():
        if len(group) == 1:
            chosen.append(group[0])
            continue
        best = max(
            group,
            key=lambda c: (
                not c.weak,
                alike[c.stand],
                sum((s.at < c.at) == (_ORDER[s.question_id] < _ORDER[c.question_id]) for s in sure),
                -c.at,
            ),
        )
        chosen.append(best)
        chosen.extend(
            c for c in group if c is not best and not c.weak and c.stand == best.stand != "plain"
        )
    return sorted(chosen, key=lambda c: c.at)
