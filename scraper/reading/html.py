"""HTML → Page: lines in text order with the boxes they stand in.

Rule: elements part text or do not, and some stand aside from the reading (menus, forms, footers);
class names are not looked at. One walk over the tree, no recursion, linear in its size.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import TooLarge
from scraper.mojibake import repair
from scraper.reading.metadata import read_metadata
from scraper.reading.page import Boxes, Line, Page, Picture
from scraper.text import is_emoji, tidy, words

MAX_BYTES = 20_000_000
MAX_NODES = 1_000_000
MAX_DEPTH = 2_000  # the tree builder's work grows with size times depth

# What elements do; every other element is a box: it parts text (HTML standard, 15.3).
_FLOW = {
    # What is no text of the page.
    **dict.fromkeys(
        words(
            "script style noscript template svg iframe object video audio select textarea head"
            " -comment -cdata"
        ),
        "unread",
    ),
    # What elements do within a line.
    **dict.fromkeys(
        words(
            "abbr acronym bdi bdo big cite code data del dfn font ins kbd label nobr o:p q rp rt ruby"
            " s samp small span strike sub sup tt var wbr"
        ),
        "inline",
    ),
    **dict.fromkeys(("b", "strong", "em", "i", "u", "mark"), "strong"),
    **dict.fromkeys(("img", "amp-img"), "picture"),
    "-text": "text",
    "a": "link",
    "br": "break",
    "time": "time",
    # What more some boxes do.
    **dict.fromkeys(("nav", "aside", "footer", "form", "dialog", "menu"), "aside"),
    "pre": "typed",
}
_BOXES = frozenset(("box", "aside", "typed"))
# The kind of the lines in an element; in any other they are of the kind around it.
_KINDS = {
    "li": "item",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "button"), "heading"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    **dict.fromkeys(("ul", "ol", "dl", "td", "dd", "blockquote"), "text"),
}
# Elements that stand for others, by their ARIA role (WAI-ARIA 1.2, 5.3) or inline style.
_BY_ROLE = {
    "heading": "h2",
    "listitem": "li",
    **dict.fromkeys(("navigation", "menubar", "menu", "search"), "nav"),
    "contentinfo": "footer",
    "complementary": "aside",
    **dict.fromkeys(("dialog", "alertdialog"), "dialog"),
}
_PERMALINKS = frozenset("#¶§🔗")  # what links beside a heading to itself
_SHOWN_AS_BLOCK = re.compile(r"display: ?block")
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")
# What makes an aside worth reading line by line: that it asks, or may hold title or category.
_TELLS = ("?", "!", "mikroscope", "talent")
# Elements that say something of the page, or may stand for others; one search finds them all.
_MARKED = 'meta[content],link[hreflang],script[type="application/ld+json"],[role],span[style]'
_ASIDES_DEEP = 3  # asides within asides that are looked at as a whole, so that work stays linear


def read_html(html: bytes, url: str) -> Page:
    """Return the page that `html`, in UTF-8, found at `url`, shows.

    Raises TooLarge beyond MAX_NODES elements and texts, or MAX_DEPTH levels.
    """
    if html.count(b"<") > MAX_DEPTH and _depth(html) > MAX_DEPTH:
        raise TooLarge(f"{url}: nested more than {MAX_DEPTH} levels deep, which no page is")
    tree = LexborHTMLParser(html)
    marked = {node.mem_id: node for node in tree.css(_MARKED)}
    meta = read_metadata(tree, marked.values(), html, url)
    if tree.body is None:
        return Page(lines=(), **meta)
    walk = _Walk(url, _stand_ins(marked))
    walk.over(tree.body)
    return Page(
        lines=tuple(walk.lines),
        pictures=tuple(walk.pictures),
        boxes=Boxes(walk.parents, walk.firsts, walk.ends),
        times=tuple(walk.times),
        **meta,
    )


def _stand_ins(marked: dict[int, LexborNode]) -> dict[str, dict[int, str]]:
    """Return, by tag and node, the tag that an element stands for."""
    found: dict[str, dict[int, str]] = {}
    for number, node in marked.items():
        given, own = node.attributes, node.tag or ""
        tag = _BY_ROLE.get(given.get("role") or "")
        if tag is None and own == "span" and _SHOWN_AS_BLOCK.search(given.get("style") or ""):
            tag = "div"
        if tag:
            found.setdefault(own, {})[number] = tag
    return found


_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*?(/?)>")
_RAW = re.compile(rb"<(?:(script|style|svg)\b|!--)", re.IGNORECASE)
# Elements that hold nothing, or that the next of their kind closes.
_NOT_NESTING = frozenset(
    words(
        "area base br col embed hr img input link meta source track wbr p li dt dd tr td th tbody"
        " thead tfoot option optgroup colgroup rt rp"
    )
)


def _depth(html: bytes) -> int:
    """Return about how deep the elements of `html` are nested, without building a tree."""
    depth = deepest = 0
    for closing, tag, closed in _TAG.findall(_without_raw(html)):
        if not closed and tag.lower().decode() not in _NOT_NESTING:
            depth = max(depth - 1, 0) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _without_raw(html: bytes) -> bytes:
    """Return markup without scripts, styles, drawings and comments, whose `<` open no element."""
    kept: list[bytes] = []
    lower, start = html.lower(), 0
    while opening := _RAW.search(html, start):
        kept.append(html[start : opening.start()])
        end = b"-->" if opening[1] is None else b"</" + opening[1].lower()
        found = lower.find(end, opening.end())
        if found < 0:
            return b"".join(kept)
        start = found + len(end)
    return b"".join([*kept, html[start:]])


class _Walk:
    """The state of one walk over a tree: what is open, and what was collected."""

    def __init__(self, url: str, stand_ins: dict[str, dict[int, str]]) -> None:
        self.url = url
        self.stand_ins = stand_ins
        self.lines: list[Line] = []
        self.pictures: list[Picture] = []
        self.times: list[tuple[int, str]] = []
        # Of each box: its parent, the lines from first to end, and the kind that these are of.
        self.parents, self.firsts, self.ends, self.kinds = [-1], [0], [0], ["text"]
        self.box = self.block = 0
        self.aside: tuple[int, ...] = ()
        self.parts: list[str] = []  # the texts of the line that is being read
        self.length = 0  # … and how many characters they have
        self.strong_depth = self.link_depth = 0
        self.strong = 0  # characters of the emphasised run at the line's start
        self.strong_open = True  # whether that run still goes on
        self.linked = True  # whether all of the line is a link
        self.typed = 0  # elements open around the text in which its line breaks are shown

    def over(self, root: LexborNode) -> None:
        """Visit every node below `root` in document order."""
        around: list[tuple[LexborNode, str]] = []
        stand_ins = self.stand_ins
        node = root.first_child
        count = 0
        while node is not None or around:
            if node is None:
                node, flow = around.pop()
                self._close(flow)
            else:
                count += 1
                tag = node.tag or ""
                flow = _FLOW.get(tag, "box")
                if flow == "text":
                    text = node.text_content or ""
                    if self.parts or self.typed or not text.isspace():
                        self._text(text)
                elif flow != "unread":
                    if tag in stand_ins and (other := stand_ins[tag].get(node.mem_id)):
                        tag, flow = other, _FLOW.get(other, "box")
                    child = self._open(flow, tag, node)
                    if child is not None:
                        around.append((node, flow))
                        node = child
                        continue
                    self._close(flow)
            node = node.next
            if count > MAX_NODES:
                raise TooLarge(f"{self.url}: more than {MAX_NODES} elements, which no page has")
        if self.parts:
            self._end_line()
        self.ends[0] = len(self.lines)

    def _open(self, flow: str, tag: str, node: LexborNode) -> LexborNode | None:
        """Begin an element; return its first child, if it is to be read."""
        if flow in _BOXES:
            self._open_box(flow, tag)
            if flow == "aside" and len(self.aside) <= _ASIDES_DEEP and self._apart(node):
                return None
        elif flow == "link":
            self.link_depth += 1
        elif flow == "strong":
            self.strong_depth += 1
        elif flow == "break":
            if self.parts:
                self._end_line()
        elif flow == "picture":
            self._picture(node)
        elif flow == "time" and (when := node.attributes.get("datetime")):
            self.times.append((len(self.lines), when))
        return node.first_child

    def _close(self, flow: str) -> None:
        if flow in _BOXES:
            self._close_box(flow)
        elif flow == "link":
            self.link_depth -= 1
        elif flow == "strong":
            self.strong_depth -= 1

    def _open_box(self, flow: str, tag: str) -> None:
        if self.parts:
            self._end_line()
        self.block += 1
        self.kinds.append(_KINDS.get(tag) or self.kinds[self.box])
        self.parents.append(self.box)
        self.firsts.append(len(self.lines))
        self.box = len(self.ends)
        self.ends.append(0)
        if flow == "aside":
            self.aside += (self.box,)
        elif flow == "typed":
            self.typed += 1

    def _close_box(self, flow: str) -> None:
        if self.parts:
            self._end_line()
        self.block += 1
        if flow == "aside":
            self.aside = self.aside[:-1]
        elif flow == "typed":
            self.typed -= 1
        self.ends[self.box] = len(self.lines)
        self.box = self.parents[self.box]

    def _apart(self, aside: LexborNode) -> bool:
        """Take an aside that tells nothing of the post as one line; tell whether it was taken."""
        text = aside.text(separator=" ").strip()
        lower = text.lower()
        if any(sign in lower for sign in _TELLS) or aside.css_first("time") is not None:
            return False
        if text:
            self.lines.append(Line(text, "apart", self.block, self.box, aside=self.aside))
        return True

    def _typed(self, text: str) -> None:
        """Take a text whose line breaks part lines, and whose blank lines part blocks."""
        for n, line in enumerate(text.split("\n")):
            if n and self.parts:
                self._end_line()
            elif n:
                self.block += 1
            if line and not line.isspace():
                self._text(line)

    def _text(self, text: str) -> None:
        if self.typed and "\n" in text:
            self._typed(text)
            return
        if self.link_depth and text.strip() in _PERMALINKS:
            return
        if not text.isspace():
            if self.strong_open and self.strong_depth:
                self.strong = self.length + len(text.rstrip())
            else:
                self.strong_open = False
            if not self.link_depth:
                self.linked = False
        self.parts.append(text)
        self.length += len(text)

    def _picture(self, node: LexborNode) -> None:
        given = node.attributes
        alt = tidy(given.get("alt") or "")
        if is_emoji(alt):  # themes draw emoji as pictures
            self._text(alt)
            return
        sources = (source for name in _SOURCES if (source := given.get(name)))
        source = next((s for s in sources if not s.startswith("data:")), None)
        if self.parts:
            self._end_line()
        self.pictures.append(Picture(len(self.lines), source, repair(alt) or None, self.box))

    def _end_line(self) -> None:
        raw = "".join(self.parts)
        # In HTML a line break of the source is a space like any other (CSS Text 3, 4.1.1).
        if text := tidy(repair(raw.replace("\n", " "))):
            strong = len(tidy(raw[: self.strong])) if self.strong else 0
            self.lines.append(
                Line(
                    text,
                    self.kinds[self.box],
                    self.block,
                    self.box,
                    strong,
                    self.linked,
                    self.aside,
                )
            )
        self.parts = []
        self.length = self.strong = 0
        self.strong_open = self.linked = True
