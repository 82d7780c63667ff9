"""Dealing out the lines of a page: each ends as one part of the post, or is around it.

Rule: every line of the post gets exactly one part; what cannot be placed is LEFT_OVER, whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from scraper.reading import furniture
from scraper.reading.header import pieces, read_date
from scraper.reading.page import Box, Line, Page
from scraper.reading.prompts import Prompt, common_box, same_words
from scraper.text import count_words, fold, is_emoji

_SENTENCE_END = (".", "!", "?", "…", ":", "»", "”", '"', ")", ";", ",")
_TITLE_REACH = 60  # lines between a title and the first question
_CAPTION_WORDS = 25


class Part(Enum):
    """What a line of a page is of its post."""

    AROUND = auto()  # menus, sharing, related posts: not of the post
    CATEGORY = auto()
    TITLE = auto()
    STANDFIRST = auto()
    DATE = auto()
    INTRO = auto()
    QUESTION = auto()
    ANSWER = auto()
    CAPTION = auto()
    CALL = auto()
    LEFT_OVER = auto()


@dataclass(slots=True)
class Article:
    """A page whose lines are dealt out: `parts[n]` says what line n is."""

    page: Page
    prompts: list[Prompt]
    body: Box
    parts: list[Part] = field(default_factory=list)

    def texts(self, part: Part) -> list[str]:
        """Return the lines that became `part`."""
        return [line.text for line, p in zip(self.page.lines, self.parts, strict=True) if p is part]


def deal_out(page: Page, prompts: list[Prompt]) -> Article:
    """Return the article of a page with at least one question."""
    body = common_box(page, [p.at for p in prompts])
    article = Article(page, prompts, body, [Part.AROUND] * len(page.lines))
    asides = {b for p in prompts for b in page.lines[p.at].aside}
    _head(article, asides)
    _answers(article, asides)
    _tail(article, asides)
    return article


# ── Head: from the title to the first question ────────────────────────────────────────────────────


def _head(article: Article, asides: set[int]) -> None:
    page, parts = article.page, article.parts
    lines, first = page.lines, article.prompts[0].at
    title = _find_title(page, first)
    start = title + 1 if title is not None else _head_without_title(article, first, asides)
    if title is not None:
        parts[title] = Part.TITLE
        _above_title(article, title, asides)
    dated = Part.DATE in parts
    undecided: list[int] = []
    for at in range(start, first):
        line = lines[at]
        if _is_aside(line, asides) or (title is not None and same_words(line.text, lines[title].text)):
            continue
        part = _meta(line)
        if part is Part.DATE and not dated:
            dated = True
            for earlier in undecided:
                parts[earlier] = Part.STANDFIRST
            undecided = []
            parts[at] = part
        elif part is not None:
            parts[at] = part if part is Part.CATEGORY else Part.AROUND
        elif line.linked or furniture.is_furniture(line.text):
            continue
        else:
            undecided.append(at)
    _intro(article, undecided, dated=dated and title is not None)


def _find_title(page: Page, first: int) -> int | None:
    """Return the line of the title: the last before the first question that can be it."""
    lines = page.lines
    low = max(0, first - _TITLE_REACH)
    series = [n for n in range(low, first) if furniture.names_the_series(lines[n].text)]
    for wanted in (
        [n for n in series if lines[n].kind == "heading" and not lines[n].linked],
        [n for n in series if not lines[n].linked and not _goes_on(lines[n].text)],
        [n for n in series if not _goes_on(lines[n].text)],
    ):
        if wanted:
            return wanted[0] if page.plain else wanted[-1]
    stated = {fold(title) for title in page.titles}
    for n in range(low, first):
        line = lines[n]
        if line.kind == "heading" and furniture.mentions_the_series(line.text) and not line.linked:
            return n
        if fold(line.text) in stated and not line.linked:
            return n
    return None


def _goes_on(text: str) -> bool:
    """Tell whether a line that opens with the series' name is a sentence of the intro."""
    return text.endswith((".", ":")) or count_words(text) > 40  # noqa: PLR2004 - longer than any title


def _head_without_title(article: Article, first: int, asides: set[int]) -> int:
    """Return where the head may start when no line is the title."""
    page = article.page
    if page.plain or article.body.parent < 0:
        # Flat: what follows the last line that is plainly a menu's.
        for at in range(first - 1, -1, -1):
            line = page.lines[at]
            if _is_aside(line, asides) or (line.linked and not page.plain):
                return at + 1
        return 0
    return article.body.first


def _above_title(article: Article, title: int, asides: set[int]) -> None:
    """Find category and date where they stand before the title."""
    for at in range(title - 1, max(-1, title - 8), -1):
        line = article.page.lines[at]
        if _is_aside(line, asides) and not line.linked:
            continue
        part = _meta(line)
        if part is not None and part not in article.parts:
            article.parts[at] = part


def _meta(line: Line) -> Part | None:
    """Return what a line of date, category and the like is, or None for running text."""
    if len(line.text) < 100 and furniture.category_in(line.text):
        return Part.CATEGORY
    if read_date(line.text):
        return Part.DATE
    if len(line.text) < 120 and (parted := pieces(line.text)):
        if any(read_date(piece) for piece in parted):
            return Part.DATE
        if all(furniture.is_furniture(piece) for piece in parted):
            return Part.AROUND
    return None


def _intro(article: Article, undecided: list[int], *, dated: bool) -> None:
    """Part what stands between title and questions into standfirst, captions and intro."""
    page, parts = article.page, article.parts
    lines = page.lines
    seen_later = {fold(lines[n].text): n for n in undecided}
    inside = [n for n in undecided if article.body.first <= n]
    standfirst_open = not (dated and Part.STANDFIRST in parts)
    description = fold(page.description or "")
    for position, at in enumerate(undecided):
        text = lines[at].text
        folded = fold(text)
        if _is_caption(article, at, seen_later[folded] != at):
            parts[at] = Part.CAPTION
        elif furniture.is_note(text):
            parts[at] = Part.LEFT_OVER
        elif (
            standfirst_open
            and Part.INTRO not in parts
            and len(undecided) > position + 1
            and _is_standfirst(article, at, inside, dated=dated, description=description)
        ):
            parts[at] = Part.STANDFIRST
        else:
            parts[at] = Part.INTRO


def _is_standfirst(article: Article, at: int, inside: list[int], *, dated: bool, description: str) -> bool:
    """Tell whether a line of the head, with no date to part it from the intro, is a standfirst."""
    if dated and Part.DATE in article.parts[:at] and Part.TITLE in article.parts[:at]:
        title, date = article.parts.index(Part.TITLE), article.parts.index(Part.DATE)
        if date > title:
            return False  # it stands after the date, where the intro does
    line = article.page.lines[at]
    if description and fold(line.text) == description:
        return True
    if line.kind == "heading":
        return True
    return bool(inside) and at < inside[0] and article.body.parent >= 0 and not article.page.plain


# ── Captions ──────────────────────────────────────────────────────────────────────────────────────


def _is_caption(article: Article, at: int, repeated: bool) -> bool:  # noqa: FBT001 - one caller, one fact
    """Tell whether a line of the head or of an answer is the caption of a picture."""
    page = article.page
    line = page.lines[at]
    if line.kind == "caption" or furniture.is_credit(line.text):
        return True
    if repeated:
        return True  # the caption repeats the intro, which comes after it
    if at and article.parts[at - 1] is Part.CAPTION and same_words(page.lines[at - 1].text, line.text):
        return False  # … and this is that intro
    near = [p for p in page.pictures if at - 1 <= p.before <= at + 1]
    if any(p.alt and same_words(p.alt, line.text) for p in near):
        return True
    fragment = not line.text.endswith(_SENTENCE_END) and count_words(line.text) <= _CAPTION_WORDS
    if any(p.before == at for p in near):
        return fragment
    return page.plain and fragment and count_words(line.text) <= 8  # noqa: PLR2004 - «Get to know Ada»


def _caption_in_answer(article: Article, at: int, start: int, end: int) -> bool:
    """Tell whether line `at` of the answer in lines `start` to `end` is a caption."""
    page = article.page
    line = page.lines[at]
    if line.kind == "caption":
        return True
    near = [p for p in page.pictures if at - 1 <= p.before <= at + 1]
    if any(p.alt and same_words(p.alt, line.text) for p in near):
        return True
    if furniture.is_credit(line.text):
        return True
    others = end - start > 1
    fragment = not line.text.endswith(_SENTENCE_END) and count_words(line.text) <= _CAPTION_WORDS
    after_picture = any(p.before == at for p in near)
    if after_picture and any(_in_same_box(page, p.box, line) for p in near):
        return others and fragment
    if not ((page.plain or after_picture) and others and fragment and at == end - 1 and at > start):
        return False
    # With no markup to tell, a caption is the last line before the next question, a fragment among
    # sentences, written like the title of a film.
    before = page.lines[at - 1].text
    words = [w for w in line.text.split() if w[:1].isalpha()]
    capital = sum(w[:1].isupper() for w in words)
    return len(words) > 1 and 2 * capital >= len(words) and _is_whole(before) and line.kind == "text"


def _is_whole(text: str) -> bool:
    """Tell whether a text ends as a sentence does, with or without an emoji or a bracket behind."""
    return text.endswith(_SENTENCE_END) and text[-1] not in ":;," or is_emoji(text[-1])


def _in_same_box(page: Page, box: int, line: Line) -> bool:
    """Tell whether the smallest box around a picture that has text has this line only."""
    while page.boxes[box].first == page.boxes[box].end and page.boxes[box].parent >= 0:
        box = page.boxes[box].parent
    around = page.boxes[box]
    return around.end - around.first == 1 and page.lines[around.first] is line


# ── Answers: from the first question to the last ──────────────────────────────────────────────────


def _answers(article: Article, asides: set[int]) -> None:
    page, parts, prompts = article.page, article.parts, article.prompts
    for prompt, following in zip(prompts, prompts[1:], strict=False):
        start, end = prompt.at + 1, following.at
        while end > start and _passed_over(page.lines[end - 1], asides):
            end -= 1
        for at in range(start, end):
            line = page.lines[at]
            if _passed_over(line, asides):
                continue
            if _caption_in_answer(article, at, start, end):
                parts[at] = Part.CAPTION
            elif _strange(article, line) or furniture.is_note(line.text):
                parts[at] = Part.LEFT_OVER
            else:
                parts[at] = Part.ANSWER
    for prompt in prompts:
        parts[prompt.at] = Part.QUESTION


def _strange(article: Article, line: Line) -> bool:
    """Tell whether a heading stands among answers without being a question."""
    return line.kind == "heading" and not line.linked


def _passed_over(line: Line, asides: set[int]) -> bool:
    """Tell whether a line between two questions is none of the post's."""
    if _is_aside(line, asides) or (furniture.names_the_series(line.text) and not _goes_on(line.text)):
        return True
    return line.linked and furniture.is_furniture(line.text)


def _is_aside(line: Line, asides: set[int]) -> bool:
    return any(box not in asides for box in line.aside)


# ── Tail: from the last question to the end ───────────────────────────────────────────────────────


def _tail(article: Article, asides: set[int]) -> None:
    """Deal out what follows the last question: its answer, a call to action, then what is around."""
    page, parts = article.page, article.parts
    start = article.prompts[-1].at + 1
    end = article.body.end
    stop = start
    while stop < end and not _ends_post(article, stop, start, asides):
        stop += 1
    called = False
    for at in range(start, stop):
        text = page.lines[at].text
        if at > start and furniture.is_call(text):
            parts[at] = Part.CALL
            called = True
        elif _caption_in_answer(article, at, start, stop):
            parts[at] = Part.CAPTION
        elif called or furniture.is_note(text):
            parts[at] = Part.LEFT_OVER
        else:
            parts[at] = Part.ANSWER
    if not called and stop < len(page.lines):
        _after_body(article, stop, asides)


def _after_body(article: Article, stop: int, asides: set[int]) -> None:
    """Find a call to action right behind the box of the answers, and what stands behind it."""
    page, parts = article.page, article.parts
    called: Box | None = None
    for at in range(stop, len(page.lines)):
        line = page.lines[at]
        if _is_aside(line, asides) or furniture.is_furniture(line.text):
            return
        if called is None:
            if at > stop + 2:
                return
            if furniture.is_call(line.text) or furniture.is_note(line.text):
                parts[at] = Part.CALL if furniture.is_call(line.text) else Part.LEFT_OVER
                called = page.boxes[page.boxes[line.place].parent]
        elif at >= called.end or _ends_post(article, at, stop, asides):
            return
        else:
            parts[at] = Part.CALL if furniture.is_call(line.text) else Part.LEFT_OVER


def _ends_post(article: Article, at: int, start: int, asides: set[int]) -> bool:
    """Tell whether the post is over before line `at`."""
    line = article.page.lines[at]
    if _is_aside(line, asides) or (furniture.names_the_series(line.text) and not _goes_on(line.text)):
        return True
    if at == start:
        return False
    if furniture.is_call(line.text):
        return False
    if line.kind == "heading" or read_date(line.text) or furniture.is_furniture(line.text):
        return True
    return line.linked
