"""Row: saved pages → interviews, against what a user would write with another parser.

The peers read plainly: questions by a list of wordings they are given, answers up to the next
question, no roles, names, dates, captions or left-overs. The floor only parses and takes the text.
"""
# ruff: noqa: PLC0415 - each contender imports its own parser, so that a missing one is left out

from collections.abc import Iterable
from functools import cache
from typing import Any

from benchmarks.contest import Contender, Work, contest
from benchmarks.pages import SavedPage, saved_pages
from benchmarks.row import Measured, Row
from scraper.sample.content import wordings
from scraper.sample.grow import HOUSES

BLOCKS = ("h1", "h2", "h3", "h4", "p", "li")
AROUND = ("script", "style", "nav", "header", "footer", "form")
_OUTSIDE = " or ".join(f"ancestor::{tag}" for tag in AROUND)
PLAIN_BLOCKS = " | ".join(f"//{tag}[not({_OUTSIDE})]" for tag in BLOCKS)


def _mikroscope() -> Work:
    from scraper.reading import read_page

    def work(page: SavedPage) -> int:
        return len(read_page(page.body, page.url, media_type="text/html; charset=utf-8").answers)

    return work


def _trafilatura() -> Work:
    from trafilatura import extract

    def work(page: SavedPage) -> int:
        # `fast` and no comments: its documentation's advice for speed.
        text = extract(page.body, fast=True, include_comments=False) or ""
        return len(answers(text.splitlines()))

    return work


def _beautiful_soup() -> Work:
    from bs4 import BeautifulSoup

    def work(page: SavedPage) -> int:
        soup = BeautifulSoup(page.body, "lxml")
        for around in soup(AROUND):
            around.decompose()
        lines = (
            line for block in soup(BLOCKS) for line in block.get_text("\n", strip=True).splitlines()
        )
        return len(answers(lines))

    return work


def _parsel() -> Work:
    from parsel import Selector

    def work(page: SavedPage) -> int:
        return len(answers(lines_of(Selector(body=page.body))))

    return work


def lines_of(selector: Any) -> Iterable[str]:
    """Return the lines of text of a page that parsel has parsed."""
    return (
        text.strip()
        for block in selector.xpath(PLAIN_BLOCKS)
        for text in block.xpath(".//text()").getall()
    )


def _selectolax() -> Work:
    from selectolax.lexbor import LexborHTMLParser

    def work(page: SavedPage) -> int:
        LexborHTMLParser(page.body).text(separator="\n")
        return 0

    return work


@cache
def _wordings() -> frozenset[str]:
    """Return every wording of the sample's questions, as `_key` spells it."""
    asked = (text for by_id in wordings().questions.values() for text in by_id.values())
    return frozenset(
        _key(text.replace("Animation Paris", f"Animation {house}"))
        for text in asked
        for house in HOUSES
    )


def _key(text: str) -> str:
    return "".join(text.split()).casefold()  # no spaces: French has several kinds before a «?»


def answers(lines: Iterable[str]) -> dict[str, list[str]]:
    """Return the lines that follow each question."""
    found: dict[str, list[str]] = {}
    answer: list[str] | None = None
    known = _wordings()
    for line in lines:
        if _key(line) in known:
            answer = found.setdefault(line, [])
        elif answer is not None and line:
            answer.append(line)
    return found


CONTENDERS = (
    Contender("mikroscope", _mikroscope),
    Contender("trafilatura", _trafilatura),
    Contender("BeautifulSoup (lxml)", _beautiful_soup),
    Contender("parsel", _parsel),
    Contender("selectolax, parse and text", _selectolax),
)


def measure(count: int, rounds: int) -> Measured:
    """Read `count` saved pages with each contender."""
    return contest(CONTENDERS, saved_pages(count), rounds)


ROW = Row(
    name="reading",
    title="read saved pages into interviews",
    unit="page",
    fact="questions found",
    count=5_000,
    measure=measure,
    most=3,
)
