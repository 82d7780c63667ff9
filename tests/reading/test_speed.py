"""What reading costs, counted: calls and recognised lines, never the clock.

Rule: a page of twice the size costs twice the work, and furniture costs next to nothing. What is
remembered of other pages is forgotten before each count, or is another page of the same site.
"""

import re
import sys
from types import FrameType
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper import mojibake, names, text
from scraper.reading import (
    baton,
    candidates,
    check_page,
    furniture,
    head,
    header,
    html,
    interview,
    read_page,
    vocabulary,
)
from scraper.reading.html import read_html

URL = "https://www.ombrelle.example/en/news/under-the-mikroscope-ada-quill/"
HEAD = (
    "<html lang=en><head><title>Under the Mikroscope – Ada Quill, Rigger</title></head><body>{menu}"
    "<h1>Under the Mikroscope – Ada Quill, Rigger at Ombrelle Animation Paris</h1>"
    "<p>14 June 2023</p><p>Nominated by Kumar Reed, it’s now the turn of Ada Quill, Rigger.</p>"
)
QUESTIONS = (
    "What is the best part of your job?",
    "Who inspires you?",
    "Your biggest achievement so far?",
    "What would be your superpower?",
)
PARAGRAPH = "<p>The rain on the roof sets the pace, isn’t it? We drew {n} umbrellas that week.</p>"
ENTRY = "<li><a href='/page-{n}/'><span>Entry {n}</span></a></li>"


def page(paragraphs: int, entries: int = 0, paragraph: str = PARAGRAPH) -> bytes:
    """Return a page with so many paragraphs in each answer, and so many entries in its menu."""
    menu = "".join(ENTRY.format(n=n) for n in range(entries))
    numbers = iter(range(paragraphs * len(QUESTIONS)))
    body = "".join(
        f"<h2>{question}</h2>"
        + "".join(paragraph.format(n=next(numbers)) for _ in range(paragraphs))
        for question in QUESTIONS
    )
    return (HEAD.format(menu=f"<nav><ul>{menu}</ul></nav>") + body + "</body></html>").encode()


def forget() -> None:
    """Forget what was remembered of other pages."""
    for module in (text, names, baton, candidates, furniture, head, header, vocabulary):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def calls(body: bytes, *, after: bytes | None = None) -> int:
    """Return how many functions, of Python and C, reading a page calls (`after` another one)."""
    count = 0
    forget()
    if after:
        read_page(after, URL, media_type="text/html")

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        read_page(body, URL, media_type="text/html")
    finally:
        sys.setprofile(None)
    return count


def test_twice_the_text_costs_twice_the_calls() -> None:
    """Linear: no part of reading looks at every line again for every line."""
    half, whole = calls(page(50)), calls(page(100))
    assert whole <= 2.1 * half


def test_a_menu_costs_next_to_nothing() -> None:
    """An aside in which nothing is asked is taken as one line, however many entries it has."""
    without, with_menu = calls(page(5)), calls(page(5, entries=300))
    assert with_menu <= without + 50
    lines = read_html(page(5, entries=300), URL).lines
    assert [line.kind for line in lines].count("apart") == 1


def test_a_usual_page_costs_a_bounded_number_of_calls() -> None:
    """Two paragraphs for each answer and a menu: some three thousand calls, not ten thousand."""
    assert calls(page(2, entries=50)) <= 2_900


OTHER = (
    "<p>We lit {n} lanterns in the first week, and in the second the harbour was too bright.</p>"
)


def test_another_page_of_a_site_costs_what_it_says_itself() -> None:
    """Its questions and menus are known from the page before; none of its answers is."""
    first, second = page(2, entries=50), page(2, entries=50, paragraph=OTHER)
    assert calls(second, after=first) <= 1_330


def test_a_paragraph_of_an_answer_costs_few_calls() -> None:
    """It is walked over, tidied, and found to be none of what a site says; nothing is known of it."""
    short, long = page(20, paragraph=OTHER), page(40, paragraph=OTHER)
    assert calls(long) - calls(short) <= 67 * 20 * len(QUESTIONS)


def test_a_wording_is_recognised_once_for_all_pages() -> None:
    """The patterns of the questions are tried once for a wording, however many pages ask it."""
    forget()
    for _ in range(10):
        read_page(page(0), URL, media_type="text/html")
    told = candidates._asked_once.cache_info()
    assert told.hits >= 9 * len(QUESTIONS)
    assert told.misses <= 2 * len(QUESTIONS)
    assert vocabulary._recognise.cache_info().misses <= 2 * len(QUESTIONS)


class Counting:
    """A pattern that counts how often it is searched."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        """Count for `pattern`."""
        self.pattern = pattern
        self.searches = 0

    def search(self, text: str) -> re.Match[str] | None:
        """Search, and count it."""
        self.searches += 1
        return self.pattern.search(text)


def test_sound_lines_are_not_looked_at_for_mojibake(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dear pattern is tried only where a letter stands that misread UTF-8 shows."""
    signs = Counting(mojibake._SIGNS)
    monkeypatch.setattr(mojibake, "_SIGNS", signs)
    read_html(page(20), URL)
    assert signs.searches == 0
    read_html(page(1, paragraph="<p>It isnâ€™t the rain {n}.</p>"), URL)
    assert signs.searches == len(QUESTIONS)


def test_a_page_is_searched_once_for_what_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Title, meta elements, JSON-LD, translations, roles and times come of one search of the tree."""
    searched: list[str] = []

    class Tree(LexborHTMLParser):
        def css(self, query: str) -> list[LexborNode]:
            searched.append(query)
            return list(super().css(query))

        def css_first(self, query: str, *args: Any, **named: Any) -> Any:
            searched.append(query)
            return super().css_first(query, *args, **named)

    monkeypatch.setattr(html, "LexborHTMLParser", Tree)
    read_html(page(2, entries=300), URL)
    assert len(searched) == 1


def test_a_page_is_judged_without_being_dealt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the crawl asks for is known when the questions are found."""

    def never(*_: object) -> None:
        pytest.fail("a line was dealt out")

    monkeypatch.setattr(interview, "deal_out", never)
    check_page(page(2), URL, media_type="text/html")
