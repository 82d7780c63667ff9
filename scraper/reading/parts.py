"""What the lines of a page are of its post: the parts, and the article that they are dealt to.

Rule: each line has exactly one part; what cannot be placed is LEFT_OVER, whole.
"""

from dataclasses import dataclass
from enum import Enum, auto

from scraper.reading.page import Box, Line, Page, Picture
from scraper.reading.prompts import Prompt


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
    parts: list[Part]
    pictures: dict[int, list[Picture]]  # by the number of the line they stand before
    asides: set[int]  # boxes that are asides and hold the questions: the post is in them

    def pictures_near(self, at: int) -> list[Picture]:
        """Return the pictures right before or after line `at`, or a line away."""
        near = self.pictures
        return [p for place in (at - 1, at, at + 1) if place in near for p in near[place]]

    def texts(self, part: Part) -> list[str]:
        """Return the lines that became `part`."""
        return [line.text for line in self.lines(part)]

    def lines(self, part: Part) -> list[Line]:
        """Return the lines that became `part`, with what is known of each."""
        lines = self.page.lines
        return [lines[at] for at, p in enumerate(self.parts) if p is part]

    def is_aside(self, line: Line) -> bool:
        """Tell whether a line stands in an aside that the questions do not stand in."""
        return bool(line.aside) and not self.asides.issuperset(line.aside)
