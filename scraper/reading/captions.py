"""Telling captions from the text they stand in.

Rule: a caption says so by its element, repeats a picture's alt, credits it, or is a fragment next
to it; with no markup to tell, only a fragment among sentences is one.
"""

from scraper.reading import furniture
from scraper.reading.page import Line, Page
from scraper.reading.parts import Article, Part
from scraper.reading.prompts import same_words
from scraper.text import count_words, is_emoji

_SENTENCE_END = (".", "!", "?", "…", ":", "»", "”", '"', ")", ";", ",")
_CAPTION_WORDS = 25


def is_caption(article: Article, at: int, *, repeated: bool) -> bool:
    """Tell whether a line of the head or of an answer is the caption of a picture."""
    page = article.page
    line = page.lines[at]
    if line.kind == "caption" or furniture.is_credit(line.text):
        return True
    if repeated:
        return True  # the caption repeats the intro, which comes after it
    if (
        at
        and article.parts[at - 1] is Part.CAPTION
        and same_words(page.lines[at - 1].text, line.text)
    ):
        return False  # … and this is that intro
    near = article.pictures_near(at)
    if any(p.alt and same_words(p.alt, line.text) for p in near):
        return True
    fragment = not line.text.endswith(_SENTENCE_END) and count_words(line.text) <= _CAPTION_WORDS
    if any(p.before == at for p in near):
        return fragment
    if not (page.plain and fragment):
        return False
    # Right under the date, where the picture of a post stands, it may be as long as a sentence.
    return count_words(line.text) <= 8 or (at > 0 and article.parts[at - 1] is Part.DATE)


def caption_in_answer(article: Article, at: int, start: int, end: int) -> bool:
    """Tell whether line `at` of the answer in lines `start` to `end` is a caption."""
    page = article.page
    line = page.lines[at]
    if line.kind == "caption":
        return True
    near = article.pictures_near(at)
    if any(p.alt and same_words(p.alt, line.text) for p in near):
        return True
    others = end - start > 1
    if others and furniture.is_credit(line.text):
        return True
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
    return (
        len(words) > 1 and 2 * capital >= len(words) and _is_whole(before) and line.kind == "text"
    )


def _is_whole(text: str) -> bool:
    """Tell whether a text ends as a sentence does, with or without an emoji or a bracket behind."""
    return (text.endswith(_SENTENCE_END) and text[-1] not in ":;,") or is_emoji(text[-1])


def _in_same_box(page: Page, box: int, line: Line) -> bool:
    """Tell whether the smallest box around a picture that has text has this line only."""
    while page.boxes[box].first == page.boxes[box].end and page.boxes[box].parent >= 0:
        box = page.boxes[box].parent
    around = page.boxes[box]
    return around.end - around.first == 1 and page.lines[around.first] is line
