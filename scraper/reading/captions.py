"""Telling captions from the text they stand in.

Rule: a caption says so by its element, repeats a picture's alt, credits it, or is a fragment next
to it; with no markup to tell, only a fragment among sentences is one.
"""

from scraper.reading import furniture
from scraper.reading.page import Line, Page
from scraper.reading.parts import Article, Part
from scraper.reading.prompts import same_words
from scraper.text import count_words, fold, is_emoji

_SENTENCE_END = (".", "!", "?", "…", ":", "»", "”", '"', ")", ";", ",")
_CAPTION_WORDS = 25


def is_caption(article: Article, at: int, *, repeated: bool) -> bool:
    """Tell whether a line of the head is the caption of a picture.

    `repeated` says that the line comes again behind it: a caption repeats the intro.
    """
    line = article.page.lines[at]
    if line.kind == "caption" or furniture.is_credit(line.text) or repeated:
        return True
    above = article.parts[at - 1] if at else None
    if above is Part.CAPTION and same_words(article.page.lines[at - 1].text, line.text):
        return False  # the intro that it repeats
    near = article.pictures_near(at)
    if any(p.alt and same_words(p.alt, line.text) for p in near):
        return True
    if not article.page.plain or any(p.before == at for p in near):
        return _is_fragment(line.text) and any(p.before == at for p in near)
    # Right under the date, where the picture of a post stands, it may be as long as a sentence.
    return _is_fragment(line.text) and (count_words(line.text) <= 8 or above is Part.DATE)


def caption_in_answer(article: Article, at: int, start: int, end: int) -> bool:
    """Tell whether line `at` of the answer in lines `start` to `end` is a caption."""
    page = article.page
    line = page.lines[at]
    near = article.pictures_near(at)
    if line.kind == "caption":
        return True
    if near and any(p.alt and same_words(p.alt, line.text) for p in near):
        return True
    if end - start == 1:
        return False  # it is all that is answered
    if furniture.is_credit(line.text):
        return True
    after_picture = bool(near) and any(p.before == at for p in near)
    if after_picture and any(_in_same_box(page, p.box, line) for p in near):
        return _is_fragment(line.text)
    last = start < at == end - 1
    return last and (page.plain or after_picture) and _reads_as_caption(page, at)


def _is_fragment(text: str) -> bool:
    """Tell whether a line is short and no sentence."""
    return not text.endswith(_SENTENCE_END) and count_words(text) <= _CAPTION_WORDS


def _reads_as_caption(page: Page, at: int) -> bool:
    """Tell, with no markup to tell, whether the last line before a question is a caption.

    That is a fragment among sentences, written like the title of a film, or one that says the line
    before again.
    """
    before, text = page.lines[at - 1].text, page.lines[at].text
    if not _is_fragment(text):
        return False
    if page.plain and _says_again(before, text):
        return True
    words = [word for word in text.split() if word[:1].isalpha()]
    capital = sum(word[:1].isupper() for word in words)
    titled = len(words) > 1 and 2 * capital >= len(words)
    return titled and _is_whole(before) and page.lines[at].kind == "text"


def _says_again(before: str, text: str) -> bool:
    """Tell whether a line has no word that the one before has not: «Ada from The Film», «Ada The Film»."""
    words = fold(text).split()
    return 1 < len(words) < len(fold(before).split()) and set(words).issubset(fold(before).split())


def _is_whole(text: str) -> bool:
    """Tell whether a text ends as a sentence does, with or without an emoji or a bracket behind."""
    return (text.endswith(_SENTENCE_END) and text[-1] not in ":;,") or is_emoji(text[-1])


def _in_same_box(page: Page, box: int, line: Line) -> bool:
    """Tell whether the smallest box around a picture that has text has this line only."""
    around = page.boxes.box(box)
    while around.first == around.end and around.parent >= 0:
        around = page.boxes.box(around.parent)
    return around.end - around.first == 1 and page.lines[around.first] is line
