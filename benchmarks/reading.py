"""Row: saved pages → interviews, against what a user would write with another parser.

The peers read plainly what we read: title, date, pictures with their captions, who, role and studio
by a pattern of the title, questions by a list of wordings they are given, answers up to the next
question, what stands before, who named whom by capitals. The floor only parses and takes the text.
"""
# ruff: noqa: PLC0415 - each contender imports its own parser, so that a missing one is left out

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import takewhile
from typing import Any

from benchmarks.contest import Contender, Work, contest
from benchmarks.pages import SavedPage, saved_pages
from benchmarks.row import Measured, Row
from scraper.sample.content import wordings
from scraper.sample.grow import HOUSES

BLOCKS = ("h1", "h2", "h3", "h4", "p", "li")
AROUND = ("script", "style", "nav", "header", "footer", "form")
_BLOCKS = " or ".join(f"self::{tag}" for tag in BLOCKS)
_AROUND = " | ".join(f"//{tag}" for tag in AROUND)
PUBLISHED = "article:published_time"
_TITLE = re.compile(
    r"(?P<who>[^–—|,]+?)\s*(?:[–—|,]\s*(?P<role>.+?))?(?:\s+(?:at|chez)\s+(?P<studio>.+))?$"
)
_NAMED_BY = re.compile(r"(?:[Nn]ominated by|[Nn]ommée? par)\s+((?:[A-ZÀ-Ý]\S+\s?)+)")
_NAME = re.compile(r"[A-ZÀ-Ý][\w’'-]+(?: [A-ZÀ-Ý][\w’'-]+)+")


def _mikroscope() -> Work:
    from scraper.reading import read_page

    def work(page: SavedPage) -> int:
        return len(read_page(page.body, page.url, media_type="text/html; charset=utf-8").answers)

    return work


def _trafilatura() -> Work:
    from trafilatura import extract

    def work(page: SavedPage) -> int:
        # `fast` and no comments: its documentation's advice for speed.
        text = extract(page.body, fast=True, include_comments=False, include_tables=False) or ""
        return len(answers(text.splitlines()))

    return work


def _beautiful_soup() -> Work:
    from bs4 import BeautifulSoup

    def work(page: SavedPage) -> int:
        soup = BeautifulSoup(page.body, "lxml", from_encoding="utf-8")
        title = soup.h1.get_text() if soup.h1 else ""
        day = soup.find("meta", property=PUBLISHED)
        pictures = [
            (image.get("src"), image.get("alt"), image.find_parent("figure"))
            for image in soup("img")
        ]
        for around in soup(AROUND):
            around.decompose()
        lines = [
            line for block in soup(BLOCKS) for line in block.get_text("\n", strip=True).splitlines()
        ]
        dated = str(day["content"]) if day else ""
        return len(plainly(title, dated, pictures, lines)["answers"])

    return work


def _parsel() -> Work:
    from parsel import Selector

    def work(page: SavedPage) -> int:
        return len(by_parsel(Selector(text=page.body.decode()))["answers"])

    return work


def by_parsel(selector: Any) -> dict[str, Any]:
    """Return what a page says, read plainly with parsel; what is around the post is taken out of it."""
    title = "".join(selector.xpath("//h1//text()").getall())
    day = selector.xpath(f"//meta[@property='{PUBLISHED}']/@content").get("")
    pictures = [
        (
            image.attrib.get("src"),
            image.attrib.get("alt"),
            image.xpath("ancestor::figure//text()").getall(),
        )
        for image in selector.xpath("//img")
    ]
    selector.xpath(_AROUND).drop()
    # All texts at once take half as long as block by block.
    texts = selector.xpath(f"//*[{_BLOCKS}]//text()").getall()
    return plainly(title, day, pictures, list(filter(None, map(str.strip, texts))))


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


def plainly(title: str, day: str, pictures: Sequence[Any], lines: Sequence[str]) -> dict[str, Any]:
    """Return what a plain reading finds in what a parser has taken out of a page."""
    found = answers(lines)
    known = _wordings()
    intro = list(takewhile(lambda line: _key(line) not in known, lines))
    presented = _TITLE.search(title.partition("🔍")[2] or title)
    last = "\n".join(next(reversed(found.values()), []))
    return {
        "title": title,
        "published": day[:10],
        "pictures": pictures,
        "presented": presented.groupdict() if presented else {},
        "intro": intro,
        "nominators": _NAMED_BY.findall("\n".join(intro)),
        "nominees": _NAME.findall(last),
        "answers": found,
    }


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
    note=(
        "All are given pages in memory that they have read once before, which helps whoever remembers"
        " (we keep the questions and names of late). trafilatura gives text, of which the questions"
        " are found; BeautifulSoup and parsel read plainly what we read: title, date, pictures, who,"
        " role and studio by a pattern of the title, the intro, questions by the list of wordings that"
        " the pages were made of, who named whom by capitals. They know no other wording, spelling or"
        " order, no quotes, nothing of what was left over, and check nothing. The pages are invented,"
        " of one vocabulary, with the weight of a real site around them."
    ),
)
