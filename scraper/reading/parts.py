"""What the lines of a page are of its post: the parts, and the article that they are dealt to.

Rule: each line has exactly one part; what cannot be placed is LEFT_OVER, whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from scraper.reading.page import Box, Line, Page, Picture
from scraper.reading.prompts import Prompt


class Part(IntEnum):  # a number is the cheapest key
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
    parts: list[Part]
    near: dict[int, list[Picture]]  # by line, the pictures right before or after it, or a line away
    asides: set[int]  # boxes that are asides and hold the questions: the post is in them

    def pictures_near(self, at: int) -> Sequence[Picture]:
        """Return the pictures right before or after line `at`, or a line away."""
        return self.near.get(at, ())

    def texts(self, part: Part) -> list[str]:
        """Return the lines that so far became `part`."""
        return [line.text for line, p in zip(self.page.lines, self.parts, strict=True) if p is part]

    def by_part(self) -> dict[Part, list[Line]]:
        """Return the lines of each part of the post, once all are dealt out."""
        found: dict[Part, list[Line]] = {part: [] for part in _OF_THE_POST}
        for line, part in zip(self.page.lines, self.parts, strict=True):
            if part is not _AROUND:
                found[part].append(line)
        return found

    def is_aside(self, line: Line) -> bool:
        """Tell whether a line stands in an aside that the questions do not stand in."""
        return bool(line.aside) and not self.asides.issuperset(line.aside)


_AROUND = Part.AROUND
_OF_THE_POST = tuple(part for part in Part if part is not _AROUND)
