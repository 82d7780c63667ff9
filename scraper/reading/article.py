"""Dealing out the lines of a page: each ends as one part of the post, or is around it.

Rule: every line of the post gets exactly one part; what cannot be placed is LEFT_OVER, whole.
"""

import re
from itertools import pairwise

from scraper import names
from scraper.reading import furniture
from scraper.reading.captions import caption_in_answer
from scraper.reading.head import deal_head
from scraper.reading.header import read_date
from scraper.reading.page import Box, Line, Page, Picture
from scraper.reading.parts import Article, Part
from scraper.reading.prompts import Prompt, common_box

_CARD = 8  # lines; no card that leads elsewhere has more
_COUNTER = re.compile(r"\d{1,2}(?: ?/ ?\d{1,2})?")  # «01», «2 / 9»


def deal_out(page: Page, prompts: list[Prompt]) -> Article:
    """Return the article of a page with at least one question."""
    body = common_box(page, prompts[0].at, prompts[-1].at)
    near: dict[int, list[Picture]] = {}
    for picture in page.pictures:
        for at in range(picture.before - 1, picture.before + 2):
            near.setdefault(at, []).append(picture)
    asides = {box for prompt in prompts for box in page.lines[prompt.at].aside}
    article = Article(page, prompts, body, [Part.AROUND] * len(page.lines), near, asides)
    deal_head(article)
    _answers(article)
    _tail(article)
    return article


# ── Answers: from the first question to the last ──────────────────────────────────────────────────


def _answers(article: Article) -> None:
    page, parts, prompts = article.page, article.parts, article.prompts
    question, answer = Part.QUESTION, Part.ANSWER  # a member of an enumeration is dear to look up
    for prompt, following in pairwise(prompts):
        start, end = prompt.at + 1, following.at
        boxed = _boxed_in(article, start, end)
        while end > start + 1 and _before_question(article, page.lines[end - 1]):
            end -= 1
        for at in range(start, end):
            line = page.lines[at]
            if at in boxed or _passed_over(article, line):
                continue
            if caption_in_answer(article, at, start, end):
                parts[at] = Part.CAPTION
            elif _strange(page, at, end) or (at > start and furniture.is_note(line.text)):
                parts[at] = Part.LEFT_OVER
            else:
                parts[at] = answer
    for prompt in prompts:
        parts[prompt.at] = question


def _strange(page: Page, at: int, end: int) -> bool:
    """Tell whether a heading has no place: none of the answer's own, as nothing follows it there."""
    line = page.lines[at]
    if line.kind != "heading" or line.linked:
        return False
    return at + 1 == end or page.lines[at + 1].kind == "heading"


def _boxed_in(article: Article, start: int, end: int) -> set[int]:
    """Return the lines of the site's own boxes amid an answer: a heading of furniture and its box."""
    lines, boxes = article.page.lines, article.page.boxes
    boxed: set[int] = set()
    for at in range(start, end):
        if at in boxed:
            continue
        if lines[at].kind != "heading":
            continue
        box = boxes.box(boxes.parents[lines[at].place])
        if not (start <= box.first and box.end <= end):
            continue
        # … or a card that is a link as a whole.
        card = (
            lines[at].linked
            and box.end - box.first <= _CARD
            and all(line.linked for line in lines[box.first : box.end])
        )
        if card or furniture.is_furniture(lines[at].text):
            boxed.update(range(box.first, box.end))
    return boxed


def _before_question(article: Article, line: Line) -> bool:
    """Tell whether a line right before a question is the site's: passed over, «01» or «2 / 9»."""
    return bool(_COUNTER.fullmatch(line.text)) or _passed_over(article, line)


def _passed_over(article: Article, line: Line) -> bool:
    """Tell whether a line between two questions is none of the post's."""
    if article.is_aside(line) or furniture.points_elsewhere(line.text):
        return True
    if line.linked and furniture.is_furniture(line.text):
        return True
    # The title of another post: of the series, with somebody's name.
    return (
        furniture.names_the_series(line.text)
        and not furniture.goes_on(line.text)
        and any(found.words > 1 for found in names.find(line.text))
    )


# ── Tail: from the last question to the end ───────────────────────────────────────────────────────


def _tail(article: Article) -> None:
    """Deal out what follows the last question: its answer, a call to action, then what is around."""
    page, parts = article.page, article.parts
    start = article.prompts[-1].at + 1
    end = article.body.end
    stop = start
    while stop < end and not _ends_post(article, stop, start):
        stop += 1
    called = False
    for at in range(start, stop):
        text = page.lines[at].text
        if at > start and furniture.is_call(text):
            parts[at] = Part.CALL
            called = True
        elif caption_in_answer(article, at, start, stop):
            parts[at] = Part.CAPTION
        elif called or furniture.is_note(text) or (at > start and furniture.is_farewell(text)):
            parts[at] = Part.LEFT_OVER
        else:
            parts[at] = Part.ANSWER
    if stop < end:
        _strange_end(article, stop, end)
    if not called and stop < len(page.lines):
        _after_body(article, stop)


def _strange_end(article: Article, stop: int, end: int) -> None:
    """Leave over what a heading begins behind the last answer, if nothing says it is the site's."""
    lines, first = article.page.lines, article.page.lines[stop]
    if first.kind != "heading" or furniture.is_furniture(first.text) or article.is_aside(first):
        return
    for at in range(stop, end):
        line = lines[at]
        if (
            line.linked
            or (at > stop and _ends_post(article, at, stop))
            or furniture.is_call(line.text)
        ):
            return
        if furniture.names_the_series(line.text):
            return
        article.parts[at] = Part.LEFT_OVER


def _after_body(article: Article, stop: int) -> None:
    """Find a call to action right behind the box of the answers, and what stands behind it."""
    page, parts = article.page, article.parts
    called: Box | None = None
    for at in range(stop, len(page.lines)):
        line = page.lines[at]
        if at == stop and line.linked and line.kind == "text":
            continue  # «Read more», «Share»: of the answer's box
        if article.is_aside(line) or furniture.is_furniture(line.text):
            return
        if called is None:
            if at > stop + 2:
                return
            if furniture.is_call(line.text) or furniture.is_note(line.text):
                parts[at] = Part.CALL if furniture.is_call(line.text) else Part.LEFT_OVER
                called = page.boxes.box(page.boxes.parents[line.place])
        elif at >= called.end or _ends_post(article, at, stop):
            return
        else:
            parts[at] = Part.CALL if furniture.is_call(line.text) else Part.LEFT_OVER


def _ends_post(article: Article, at: int, start: int) -> bool:
    """Tell whether the post is over before line `at`."""
    line = article.page.lines[at]
    if article.is_aside(line) or (
        furniture.names_the_series(line.text) and not furniture.goes_on(line.text)
    ):
        return True
    if at == start:
        return False
    if furniture.is_call(line.text):
        return False
    if line.kind == "heading" or read_date(line.text) or furniture.is_furniture(line.text):
        return True
    return line.linked and not _links_a_nominee(article, at, start)


def _links_a_nominee(article: Article, at: int, start: int) -> bool:
    """Tell whether a link behind the baton's prompt is one of several names, each a link."""
    lines = article.page.lines
    if article.prompts[-1].question_id != "baton":
        return False
    return all(line.linked and names.is_name(line.text) for line in lines[start : at + 1])
