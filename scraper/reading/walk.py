"""One walk over a tree of elements: its lines, pictures and boxes, in text order.

Rule: elements part text or do not, and some stand aside from the reading (menus, forms, footers);
class names are not looked at. One visit a node, no recursion, linear in the size of the tree.
"""

from collections.abc import Callable

from selectolax.lexbor import LexborNode

from scraper.errors import TooLarge
from scraper.mojibake import repair
from scraper.reading.page import Boxes, Line, Picture
from scraper.text import is_emoji, says_any, tidy, words

MAX_NODES = 1_000_000

# What is no text of the page.
UNREAD = frozenset(
    words(
        "script style noscript template svg iframe object video audio select textarea head -comment -cdata"
    )
)
# The kind of the lines in an element; in any other they are of the kind around it.
_KINDS = {
    "li": "item",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "button"), "heading"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    **dict.fromkeys(("ul", "ol", "dl", "td", "dd", "blockquote"), "text"),
}
_PERMALINKS = frozenset("#¶§🔗")  # what links beside a heading to itself
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")
# What makes an aside worth reading line by line: that it asks, or may hold title or category.
_TELLS = ("?", "!", "mikroscope", "talent")
_ASIDES_DEEP = 3  # asides within asides that are looked at as a whole, so that work stays linear


class Walk:
    """The state of one walk: what is open, and what was collected."""

    def __init__(self, url: str, stand_ins: dict[str, dict[int, str]], timed: set[int]) -> None:
        """Begin a walk.

        `stand_ins` says, by tag and node, for which tag an element stands; `timed` are the nodes of
        elements that are or hold a <time>.
        """
        self.url = url
        self.stand_ins, self.timed = stand_ins, timed
        self.lines: list[Line] = []
        self.pictures: list[Picture] = []
        self.times: list[tuple[int, str]] = []
        # Of each box: its parent, and the lines from first to end.
        self.parents, self.firsts, self.ends = [-1], [0], [0]
        self.kinds = ["text"]  # of the lines in the open elements that say one
        self.box = self.block = 0
        self.aside: tuple[int, ...] = ()
        self.parts: list[str] = []  # the texts of the line that is being read
        self.strong_depth = self.link_depth = 0
        self.strong = 0  # how many of them make the emphasised run at the line's start
        self.strong_open = True  # whether that run still goes on
        self.linked = True  # whether all of the line is a link
        self.typed = 0  # elements open around the text in which its line breaks are shown

    @property
    def boxes(self) -> Boxes:
        """The boxes that were met."""
        return Boxes(self.parents, self.firsts, self.ends)

    def over(self, root: LexborNode) -> None:
        """Visit every node below `root` in document order; TooLarge where there are too many."""
        # Of each open element, what follows it and what it does at its end.
        around: list[tuple[LexborNode | None, Callable[[Walk], None] | None]] = []
        stand_ins, parts = self.stand_ins, self.parts
        node = root.first_child
        for _ in range(MAX_NODES + 1):
            while node is None and around:
                node, closes = around.pop()
                if closes:
                    closes(self)
            if node is None:
                break
            if node.is_text_node:
                # The line breaks between elements, of which there are many, say nothing.
                if parts or self.typed or not node.is_empty_text_node:
                    self.text(node.text_content or "")
                node = node.next
                continue
            tag = node.tag or ""
            if tag in stand_ins:
                tag = stand_ins[tag].get(node.mem_id, tag)
            opens, closes = _DOES.get(tag, _BOX)
            around.append((node.next, closes))
            node = None if opens and opens(self, tag, node) else node.first_child
        else:
            raise TooLarge(f"{self.url}: more than {MAX_NODES} elements, which no page has")
        if parts:
            self._end_line()
        self.ends[0] = len(self.lines)

    # ── What elements do where they begin, telling whether what is in them was taken, and at their end

    def skip(self, _tag: str, _node: LexborNode) -> bool:
        """Take what is no text of the page."""
        return True

    def text(self, text: str) -> None:
        """Read a text; white space begins no line."""
        if self.typed and "\n" in text:
            self._typed(text)
        elif not text.isspace():
            self._says(text)
        elif self.parts or self.typed:
            self.parts.append(text)

    def open_box(self, _tag: str, _node: LexborNode) -> bool:
        """Begin an element that parts text."""
        if self.parts:
            self._end_line()
        self.block += 1
        self.parents.append(self.box)
        self.firsts.append(len(self.lines))
        self.box = len(self.ends)
        self.ends.append(0)
        return False

    def close_box(self) -> None:
        """End an element that parts text."""
        if self.parts:
            self._end_line()
        self.block += 1
        self.ends[self.box] = len(self.lines)
        self.box = self.parents[self.box]

    def open_kind(self, tag: str, node: LexborNode) -> bool:
        """Begin an element whose lines are of a kind of their own."""
        self.open_box(tag, node)
        self.kinds.append(_KINDS[tag])
        return False

    def close_kind(self) -> None:
        """End an element whose lines are of a kind of their own."""
        self.close_box()
        self.kinds.pop()

    def open_aside(self, tag: str, node: LexborNode) -> bool:
        """Begin an aside; one that tells nothing of the post is taken as one line."""
        self.open_box(tag, node)
        self.aside += (self.box,)
        if len(self.aside) > _ASIDES_DEEP:
            return False
        text = node.text(separator=" ").strip()
        if says_any(text.lower(), _TELLS) or node.mem_id in self.timed:
            return False
        if text:
            self.lines.append(
                Line(text, "apart", block=self.block, place=self.box, aside=self.aside)
            )
        return True

    def close_aside(self) -> None:
        """End an aside."""
        self.close_box()
        self.aside = self.aside[:-1]

    def open_typed(self, tag: str, node: LexborNode) -> bool:
        """Begin an element in which line breaks part lines."""
        self.typed += 1
        return self.open_box(tag, node)

    def close_typed(self) -> None:
        """End an element in which line breaks part lines."""
        self.close_box()
        self.typed -= 1

    def open_link(self, _tag: str, _node: LexborNode) -> bool:
        """Begin a link."""
        self.link_depth += 1
        return False

    def close_link(self) -> None:
        """End a link."""
        self.link_depth -= 1

    def open_strong(self, _tag: str, _node: LexborNode) -> bool:
        """Begin an emphasis."""
        self.strong_depth += 1
        return False

    def close_strong(self) -> None:
        """End an emphasis."""
        self.strong_depth -= 1

    def line_break(self, _tag: str, _node: LexborNode) -> bool:
        """End the line, not its block."""
        if self.parts:
            self._end_line()
        return False

    def time(self, _tag: str, node: LexborNode) -> bool:
        """Note what a time is for machines."""
        if when := node.attributes.get("datetime"):
            self.times.append((len(self.lines), when))
        return False

    def picture(self, _tag: str, node: LexborNode) -> bool:
        """Collect a picture, or read the emoji that it is."""
        given = node.attributes
        alt = tidy(given.get("alt") or "")
        if is_emoji(alt):  # themes draw emoji as pictures
            self._says(alt)
            return False
        sources = (source for name in _SOURCES if (source := given.get(name)))
        source = next((s for s in sources if not s.startswith("data:")), None)
        if self.parts:
            self._end_line()
        self.pictures.append(Picture(len(self.lines), source, repair(alt) or None, self.box))
        return False

    # ── Text ──────────────────────────────────────────────────────────────────────────────────────

    def _typed(self, text: str) -> None:
        """Take a text whose line breaks part lines, and whose blank lines part blocks."""
        for n, line in enumerate(text.split("\n")):
            if n and self.parts:
                self._end_line()
            elif n:
                self.block += 1
            if line and not line.isspace():
                self._says(line)

    def _says(self, text: str) -> None:
        """Take a text that is more than white space."""
        if not self.link_depth:
            self.linked = False
        elif text.strip() in _PERMALINKS:
            return
        self.parts.append(text)
        if self.strong_open:
            if self.strong_depth:
                self.strong = len(self.parts)
            else:
                self.strong_open = False

    def _end_line(self) -> None:
        # In HTML a line break of the source is a space like any other (CSS Text 3, 4.1.1).
        if text := tidy(repair("".join(self.parts).replace("\n", " "))):
            strong = len(tidy("".join(self.parts[: self.strong]))) if self.strong else 0
            kind = self.kinds[-1]
            self.lines.append(
                Line(text, kind, strong, self.linked, self.block, self.box, self.aside)
            )
        self.parts.clear()
        self.strong = 0
        self.strong_open = self.linked = True


_Opens = Callable[[Walk, str, LexborNode], bool]
_Closes = Callable[[Walk], None]
_BOX: tuple[_Opens | None, _Closes | None] = (Walk.open_box, Walk.close_box)
# What elements do; every other one is a box (HTML standard, 15.3).
_DOES: dict[str, tuple[_Opens | None, _Closes | None]] = {
    **dict.fromkeys(UNREAD, (Walk.skip, None)),
    **dict.fromkeys(
        words(
            "abbr acronym bdi bdo big cite code data del dfn font ins kbd label nobr o:p q rp rt ruby"
            " s samp small span strike sub sup tt var wbr"
        ),
        (None, None),
    ),
    **dict.fromkeys(words("b strong em i u mark"), (Walk.open_strong, Walk.close_strong)),
    **dict.fromkeys(
        words("nav aside footer form dialog menu"), (Walk.open_aside, Walk.close_aside)
    ),
    **dict.fromkeys(_KINDS, (Walk.open_kind, Walk.close_kind)),
    **dict.fromkeys(words("img amp-img"), (Walk.picture, None)),
    "a": (Walk.open_link, Walk.close_link),
    "br": (Walk.line_break, None),
    "time": (Walk.time, None),
    "pre": (Walk.open_typed, Walk.close_typed),
}
