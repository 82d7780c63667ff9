"""HTML → Page: lines in text order with the boxes they stand in.

Rule: elements part text or do not, and some stand aside from the reading (menus, forms, footers);
class names are not looked at. One walk over the tree, no recursion, linear in its size.
"""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import TooLarge
from scraper.reading.metadata import Marked, read_metadata
from scraper.reading.page import Page
from scraper.reading.walk import UNREAD, Walk
from scraper.text import words

MAX_BYTES = 20_000_000
MAX_DEPTH = 2_000  # the tree builder's work grows with size times depth

# Elements that stand for others, by their ARIA role (WAI-ARIA 1.2, 5.3) or inline style.
_BY_ROLE = {
    "heading": "h2",
    "listitem": "li",
    **dict.fromkeys(("navigation", "menubar", "menu", "search"), "nav"),
    "contentinfo": "footer",
    "complementary": "aside",
    **dict.fromkeys(("dialog", "alertdialog"), "dialog"),
}
_SHOWN_AS_BLOCK = re.compile(r"display: ?block")
# Elements that say something of the page, or may stand for others; one search finds them all.
_MARKED = (
    'title,meta[content],link[hreflang],script[type="application/ld+json"],time,[role],span[style]'
)


def read_html(html: bytes, url: str) -> Page:
    """Return the page that `html`, in UTF-8, found at `url`, shows.

    Raises TooLarge beyond MAX_NODES elements and texts, or MAX_DEPTH levels.
    """
    if html.count(b"<") > MAX_DEPTH and _depth(html) > MAX_DEPTH:
        raise TooLarge(f"{url}: nested more than {MAX_DEPTH} levels deep, which no page is")
    tree = LexborHTMLParser(html)
    marked: dict[str, list[Marked]] = {}  # by tag
    stand_ins: dict[str, dict[int, str]] = {}  # by own tag and node, the tag an element stands for
    # What is marked in two ways is found twice.
    for node in {node.mem_id: node for node in tree.css(_MARKED)}.values():
        own, given = node.tag or "", node.attributes
        marked.setdefault(own, []).append((node, given))
        if (tag := _stands_for(own, given)) and own not in UNREAD:
            stand_ins.setdefault(own, {})[node.mem_id] = tag
    meta = read_metadata(tree, marked, url)
    if tree.body is None:
        return Page(lines=(), **meta)
    walk = Walk(url, stand_ins, _timed(marked.get("time", ())))
    walk.over(tree.body)
    return Page(
        lines=tuple(walk.lines),
        pictures=tuple(walk.pictures),
        boxes=walk.boxes,
        times=tuple(walk.times),
        **meta,
    )


def _stands_for(own: str, given: dict[str, str | None]) -> str | None:
    """Return the tag that an element stands for by its role or style, if it does."""
    if "role" in given and (tag := _BY_ROLE.get(given["role"] or "")):
        return tag
    return "div" if own == "span" and _SHOWN_AS_BLOCK.search(given.get("style") or "") else None


def _timed(times: Iterable[Marked]) -> set[int]:
    """Return the elements that are or hold a <time>, each met once."""
    timed: set[int] = set()
    for node, _ in times:
        around: LexborNode | None = node
        while around is not None and around.mem_id not in timed:
            timed.add(around.mem_id)
            around = around.parent
    return timed


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
