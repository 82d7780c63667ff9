"""A page as a reader meets it: lines in text order, pictures between them, and what metadata says.

Rule: all three forms of a post (HTML, extracted text, REST object) become a Page; whatever reads
an interview works on Pages only and never on markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


# A page has many, and what is not frozen is cheaper to make; nobody changes one.
@dataclass(slots=True)
class Line:
    """One line of text as it stands on the page.

    `kind` is text, item (of a list), heading, caption, or apart: all of a menu, form or footer in
    which nothing is asked. `strong` is the length of an emphasised run at its start, `linked` tells
    that all of it is a link. `block` numbers the paragraph (or item, heading, cell) that the line
    is part of, `place` is the number of the box it stands in, see Boxes; `aside` are the boxes
    around it that are menus, forms, footers and the like.
    """

    text: str
    kind: str = "text"
    strong: int = 0
    linked: bool = False
    block: int = 0
    place: int = 0
    aside: tuple[int, ...] = ()
    glued: bool = False  # goes on in the paragraph of the line before

    @property
    def emphasised(self) -> bool:
        """Whether the whole line is emphasised, so that it may stand for a heading."""
        return self.strong >= len(self.text)


class Picture(NamedTuple):
    """A picture standing before line number `before`; `box` is the box it stands in.

    `url` is as the page has it, often relative to the page's own.
    """

    before: int
    url: str | None
    alt: str | None
    box: int


class Box(NamedTuple):
    """An element that parts text: its parent box, and the lines `first` to `end` (exclusive)."""

    parent: int
    first: int
    end: int


class Boxes(NamedTuple):
    """All boxes of a page, column by column: most of them nobody asks for."""

    parents: Sequence[int] = (-1,)
    firsts: Sequence[int] = (0,)
    ends: Sequence[int] = (0,)

    def box(self, number: int) -> Box:
        """Return the box of a number; 0 is the page itself, whose parent is -1."""
        return Box(self.parents[number], self.firsts[number], self.ends[number])


_WHOLE = Boxes()  # the page itself, without lines


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, pictures and boxes in text order; then what the metadata of the page says."""

    lines: tuple[Line, ...]
    pictures: tuple[Picture, ...] = ()
    boxes: Boxes = _WHOLE
    plain: bool = False  # extracted text: no markup to go by
    bare: bool = False  # a post without its site, as the REST API gives it
    titles: tuple[str, ...] = ()  # as <title>, og:title, JSON-LD headline and the like say
    dates: tuple[str, ...] = ()  # machine-readable, the most trustworthy first
    times: tuple[tuple[int, str], ...] = ()  # (line number, datetime) of <time> elements
    lang: str | None = None
    section: str | None = None
    description: str | None = None
    site_name: str | None = None
    translations: tuple[tuple[str, str], ...] = ()
