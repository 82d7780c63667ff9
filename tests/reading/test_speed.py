"""What reading costs, counted: calls and recognised lines, never the clock.

Rule: a page of twice the size costs twice the work, and furniture costs next to nothing.
"""

import sys
from types import FrameType

from scraper.reading import read_page, vocabulary
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


def page(paragraphs: int, entries: int = 0) -> bytes:
    """Return a page with so many paragraphs in each answer, and so many entries in its menu."""
    menu = "".join(ENTRY.format(n=n) for n in range(entries))
    answer = "".join(PARAGRAPH.format(n=n) for n in range(paragraphs))
    body = "".join(f"<h2>{question}</h2>{answer}" for question in QUESTIONS)
    return (HEAD.format(menu=f"<nav><ul>{menu}</ul></nav>") + body + "</body></html>").encode()


def calls(body: bytes) -> int:
    """Return how many functions, of Python and C, reading a page calls."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    vocabulary._recognise.cache_clear()
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
    """Two paragraphs for each answer and a menu: some two thousand calls, not ten thousand."""
    assert calls(page(2, entries=50)) <= 3_200


def test_a_wording_is_recognised_once_for_all_pages() -> None:
    """The patterns of the questions are tried once for a wording, however many pages ask it."""
    vocabulary._recognise.cache_clear()
    for _ in range(10):
        read_page(page(0), URL, media_type="text/html")
    told = vocabulary._recognise.cache_info()
    assert told.hits >= 9 * len(QUESTIONS)
    assert told.misses <= 2 * len(QUESTIONS)
