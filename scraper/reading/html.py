"""HTML → Page: lines in text order with the boxes they stand in.

Rule: elements part text or do not, and some stand aside from the reading (menus, forms, footers);
class names are not looked at. One walk over the tree, no recursion, linear in its size.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import TooLarge
from scraper.reading.page import Box, Line, Page, Picture
from scraper.text import is_emoji, repair, tidy

MAX_BYTES = 20_000_000
MAX_NODES = 1_000_000
MAX_DEPTH = 2_000  # the tree builder's work grows with size times depth

# Elements whose content is no text of the page.
_UNREAD = ["script", "style", "noscript", "template", "svg", "iframe", "object", "select", "textarea", "head"]
# Elements that flow within a line; every other element parts text (HTML standard, 15.3).
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr o:p q rp rt"
    " ruby s samp small span strike strong sub sup time tt u var wbr".split()
)
_STRONG = frozenset(("b", "strong", "em", "i", "u", "mark"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "button"))
_CAPTIONS = frozenset(("figcaption", "caption"))
_ASIDE = frozenset(("nav", "aside", "footer", "form", "dialog", "menu"))
# Elements that stand for others, by their ARIA role (WAI-ARIA 1.2, 5.3) or inline style.
_STANDS_FOR = (
    ("[role=heading]", "h2"),
    ("[role=listitem]", "li"),
    ("[role=navigation],[role=menubar],[role=menu],[role=search]", "nav"),
    ("[role=contentinfo]", "footer"),
    ("[role=complementary]", "aside"),
    ("[role=dialog],[role=alertdialog]", "dialog"),
    ("span[style*='display:block'],span[style*='display: block']", "div"),
)
_PICTURES = frozenset(("img", "amp-img"))
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")


def read_html(html: str, url: str) -> Page:
    """Return the page that `html` shows; `url` makes its links absolute.

    Raises TooLarge beyond MAX_NODES elements and texts, or MAX_DEPTH levels.
    """
    if html.count("<") > MAX_DEPTH and _depth(html) > MAX_DEPTH:
        raise TooLarge(f"{url}: nested more than {MAX_DEPTH} levels deep, which no page is")
    tree = LexborHTMLParser(html)
    meta = _metadata(tree, url)
    if tree.body is None:
        return Page(lines=(), **meta)
    tree.strip_tags(_UNREAD)
    walk = _Walk(url, _stand_ins(tree))
    walk.over(tree.body)
    return Page(
        lines=tuple(walk.lines),
        pictures=tuple(walk.pictures),
        boxes=tuple(Box(*box) for box in walk.boxes),
        times=tuple(walk.times),
        **meta,
    )


def _stand_ins(tree: LexborHTMLParser) -> dict[int, str]:
    """Return, by node, the tag that an element stands for."""
    return {
        node.mem_id: tag for selector, tag in reversed(_STANDS_FOR) for node in tree.css(selector)
    }


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Elements that hold nothing, or that the next of their kind closes.
_NOT_NESTING = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th tbody thead"
    " tfoot option optgroup colgroup rt rp".split()
)


def _depth(html: str) -> int:
    """Return about how deep the elements of `html` are nested, without building a tree."""
    depth = deepest = 0
    for closing, tag in _TAG.findall(html):
        if tag.lower() not in _NOT_NESTING:
            depth = max(depth - 1, 0) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


class _Walk:
    """The state of one walk over a tree: what is open, and what was collected."""

    def __init__(self, url: str, stand_ins: dict[int, str]) -> None:
        self.url = url
        self.stand_ins = stand_ins
        self.lines: list[Line] = []
        self.pictures: list[Picture] = []
        self.times: list[tuple[int, str]] = []
        self.boxes: list[tuple[int, int, int, str]] = [(-1, 0, 0, "body")]
        self.box = 0
        self.block = 0
        self.kinds: list[str] = ["text"]
        self.aside: list[int] = []
        self.parts: list[str] = []  # the texts of the line that is being read
        self.strong_depth = self.link_depth = 0
        self.strong = 0  # characters of the emphasised run at the line's start
        self.strong_open = True  # whether that run still goes on
        self.length = self.linked = 0

    def over(self, root: LexborNode) -> None:
        """Visit every node below `root` in document order."""
        node: LexborNode | None = root.first_child
        depth = count = 0
        while node is not None:
            count += 1
            if count > MAX_NODES:
                raise TooLarge(f"{self.url}: more than {MAX_NODES} elements, which no page has")
            tag = self._tag(node)
            child = None
            if tag == "-text":
                self._text(node.text_content or "")
            elif tag not in ("-comment", "-cdata"):
                self._open(tag, node)
                child = node.first_child
                if child is None:
                    self._close(tag)
            if child is not None:
                node, depth = child, depth + 1
                continue
            while node is not None and node.next is None:
                node = node.parent
                depth -= 1
                if depth < 0 or node is None:
                    node = None
                    break
                self._close(self._tag(node))
            node = node.next if node is not None else None
        self._end_line()
        parent, first, _, tag = self.boxes[0]
        self.boxes[0] = (parent, first, len(self.lines), tag)

    def _tag(self, node: LexborNode) -> str:
        tag = node.tag or ""
        return self.stand_ins.get(node.mem_id, tag) if self.stand_ins else tag

    def _open(self, tag: str, node: LexborNode) -> None:
        if tag in _INLINE:
            if tag == "a":
                self.link_depth += 1
            elif tag in _STRONG:
                self.strong_depth += 1
            elif tag == "time" and (when := node.attributes.get("datetime")):
                self.times.append((len(self.lines), when))
        elif tag == "br":
            self._end_line()
        elif tag in _PICTURES:
            self._picture(node)
        else:
            self._end_line()
            self.block += 1
            self.boxes.append((self.box, len(self.lines), -1, tag))
            self.box = len(self.boxes) - 1
            self.kinds.append(self._kind(tag))
            if tag in _ASIDE:
                self.aside.append(self.box)

    def _close(self, tag: str) -> None:
        if tag in _INLINE:
            if tag == "a":
                self.link_depth -= 1
            elif tag in _STRONG:
                self.strong_depth -= 1
        elif tag != "br" and tag not in _PICTURES:
            self._end_line()
            self.block += 1
            if tag in _ASIDE:
                self.aside.pop()
            parent, first, _, name = self.boxes[self.box]
            self.boxes[self.box] = (parent, first, len(self.lines), name)
            self.box = parent
            self.kinds.pop()

    def _kind(self, tag: str) -> str:
        if tag in _HEADINGS:
            return "heading"
        if tag in _CAPTIONS:
            return "caption"
        if tag == "li":
            return "item"
        # What stands in an item, a heading or a caption is of that kind, unless it opens anew.
        return "text" if tag in ("ul", "ol", "dl", "td", "dd", "blockquote") else self.kinds[-1]

    def _text(self, text: str) -> None:
        visible = len(text) - text.count(" ") - text.count("\n") - text.count("\t")
        if not visible:
            if self.parts:
                self.parts.append(" ")
            return
        if self.strong_open:
            if self.strong_depth:
                self.strong = len("".join(self.parts)) + len(text.rstrip())
            else:
                self.strong_open = False
        self.length += visible
        if self.link_depth:
            self.linked += visible
        self.parts.append(text)

    def _picture(self, node: LexborNode) -> None:
        given = node.attributes
        alt = tidy(given.get("alt") or "")
        if is_emoji(alt):  # themes draw emoji as pictures
            self._text(alt)
            return
        source = next((s for name in _SOURCES if (s := given.get(name)) and not s.startswith("data:")), None)
        self._end_line()
        absolute = urljoin(self.url, source.strip()) if source else None
        self.pictures.append(Picture(len(self.lines), absolute, repair(alt) or None, self.box))

    def _end_line(self) -> None:
        if not self.parts:
            return
        raw = "".join(self.parts)
        text = tidy(repair(_SPACE_IN_SOURCE.sub(" ", raw)))
        if text:
            lead = len(raw) - len(raw.lstrip())
            strong = len(tidy(raw[lead : max(self.strong, lead)])) if self.strong else 0
            self.lines.append(
                Line(
                    text=text,
                    kind=self.kinds[-1],
                    block=self.block,
                    place=self.box,
                    strong=strong,
                    linked=self.linked >= self.length,
                    aside=tuple(self.aside),
                )
            )
        self.parts = []
        self.strong = self.length = self.linked = 0
        self.strong_open = True


# In HTML a line break of the source is a space like any other (CSS Text 3, 4.1.1).
_SPACE_IN_SOURCE = re.compile(r"[ \t\n\r\f]+")


def _metadata(tree: LexborHTMLParser, url: str) -> dict[str, Any]:
    """Return the fields of Page that stand in the head, in JSON-LD and on <html>."""
    named: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        given = node.attributes
        name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
        if name and given.get("content"):
            named.setdefault(name, repair(tidy(given["content"] or "")))
    translations = tuple(
        (hreflang.lower()[:2], urljoin(url, href))
        for node in tree.css("link[hreflang]")
        if (hreflang := node.attributes.get("hreflang"))
        and hreflang != "x-default"  # names no language
        and (href := node.attributes.get("href"))
    )
    article = next(_articles(tree), {})
    title = tree.css_first("title")
    html = tree.css_first("html")
    lang = html.attributes.get("lang") if html is not None else None
    titles = (article.get("headline"), named.get("og:title"), title and title.text_content)
    dates = (
        article.get("datePublished"),
        named.get("article:published_time"),
        named.get("datepublished"),
        named.get("date"),
        named.get("dc.date"),
    )
    return {
        "titles": tuple(repair(tidy(t)) for t in titles if isinstance(t, str) and t.strip()),
        "dates": tuple(d for d in dates if isinstance(d, str)),
        "lang": lang.lower()[:2] if lang else None,
        "section": _first_text(article.get("articleSection")) or named.get("article:section"),
        "description": named.get("og:description") or named.get("description"),
        "site_name": named.get("og:site_name"),
        "translations": translations,
    }


def _first_text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return tidy(value) if isinstance(value, str) and value.strip() else None


def _articles(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD nodes that are articles, then those that only are pages."""
    pages = []
    for script in tree.css('script[type="application/ld+json"]'):
        try:
            data = json.loads(script.text_content or "", strict=False)
        except (ValueError, RecursionError):
            continue  # broken JSON-LD is common and tells nothing
        queue = data if isinstance(data, list) else [data]
        for node in queue:
            if not isinstance(node, dict):
                continue
            queue.extend(n for n in _as_list(node.get("@graph")) if isinstance(n, dict))
            kinds = {str(kind) for kind in _as_list(node.get("@type"))}
            if any(kind.endswith(("Article", "Posting")) for kind in kinds):
                yield node
            elif "WebPage" in kinds:
                pages.append(node)
    yield from pages


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
