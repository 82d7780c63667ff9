"""Extracted text → Page, and a WordPress REST post object → Page.

Rule: a line of the text is a line of the page; blank lines part blocks where there are any.
"""

import html
import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from scraper.errors import BadInput
from scraper.mojibake import repair
from scraper.reading.html import read_html
from scraper.reading.page import Boxes, Line, Page, Picture
from scraper.reading.shortcodes import as_markup
from scraper.text import tidy

_BULLET = re.compile(r"^\s*(?:[•‣◦▪●○·*–—-]|(?:â€¢|ā€¢|â\x80¢))\s+(?=\S)")
# Marks of Markdown, as some extractors leave them: `# Title`, `**question**`, `[text](address)`.
_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(?=\S)")
_MARKDOWN_PICTURE = re.compile(r"^!\[([^\[\]]*)\]\(([^\s()]+)(?: [^()]*)?\)$")
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]+\)")
_MARKDOWN_STRONG = re.compile(r"^(\*\*|__)(\S.*\S)\1$")
# A text is filled to a width if it has lines as wide as these, and enough breaks at the width.
_NARROWEST, _WIDEST = 50, 120  # characters
_WRAPPED = 8
# U+0085 is left out: in these texts it is half of a broken character, not the end of a line.
_LINE_ENDS = re.compile(r"\r\n|[\n\r\x0b\x0c\u2028\u2029]")


def read_text(text: str) -> Page:
    """Return the page that extracted text (a WET record, a saved copy) is of."""
    lines: list[Line] = []
    pictures: list[Picture] = []
    block = 0
    for raw in _unwrapped(_LINE_ENDS.split(text)):
        fixed = tidy(repair(raw))
        if not fixed:
            block += 1
            continue
        if "](" in fixed:
            if picture := _MARKDOWN_PICTURE.match(fixed):
                pictures.append(Picture(len(lines), picture[2], picture[1] or None, 0))
                continue
            fixed = _MARKDOWN_LINK.sub(r"\1", fixed)
        bullet = _BULLET.match(fixed)
        heading = _MARKDOWN_HEADING.match(fixed)
        mark = bullet or heading
        kind = "item" if bullet else "heading" if heading else "text"
        bare = fixed[mark.end() :] if mark else fixed
        strong = _MARKDOWN_STRONG.match(bare)
        bare = strong[2] if strong else bare
        block += bool(mark)
        lines.append(Line(bare, kind=kind, block=block, strong=len(bare) if strong else 0))
        block += bool(mark)
    boxes = Boxes(ends=(len(lines),))
    return Page(lines=tuple(lines), pictures=tuple(pictures), boxes=boxes, plain=True)


def _unwrapped(lines: list[str]) -> list[str]:
    """Return the lines of a text without the breaks that only a narrow page made.

    A break is one of those if the first word of the next line had no room left (as `fmt`, mail and
    text browsers fill lines). Texts whose longest line is a paragraph's are as they were.
    """
    lines = [line.strip() for line in lines]
    width = max(map(len, lines), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return lines
    soft = [
        bool(line and following)
        and len(line) + len(following.split(None, 1)[0]) >= width
        and not _BULLET.match(following)
        for line, following in pairwise(lines)
    ]
    breaks = sum(bool(line and following) for line, following in pairwise(lines))
    if sum(soft) < max(_WRAPPED, breaks // 3):
        return lines
    joined = lines[:1]
    for line, goes_on in zip(lines[1:], soft, strict=True):
        if goes_on:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def read_rest(body: str, url: str) -> Page:
    """Return the page of a REST post object (developer.wordpress.org/rest-api/reference/posts).

    Raises BadInput where it is not one.
    """
    try:
        post = json.loads(body, strict=False)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{url}: not JSON ({str(error).splitlines()[0]})") from error
    if isinstance(post, list) and len(post) == 1:
        post = post[0]  # what the route answers when asked by slug
    content = _rendered(post, "content")
    if content is None:
        raise BadInput(f"{url}: JSON, but no WordPress post (it has no content.rendered)")
    title = _plain(_rendered(post, "title") or "")
    excerpt = _rendered(post, "excerpt") or ""
    markup = f"<body><h1>{html.escape(title)}</h1>{as_markup(content)}</body>"
    page = read_html(markup.encode("utf-8", "replace"), url)
    date = post.get("date")
    return replace(
        page,
        bare=True,
        titles=(title,) if title else (),
        dates=(date,) if isinstance(date, str) else (),
        section=_category(post),
        description=_plain(excerpt) or None,
    )


def _category(post: dict[str, Any]) -> str | None:
    """Return the name of the first category that was sent along (`_embed`)."""
    embedded = post.get("_embedded")
    groups = embedded.get("wp:term") if isinstance(embedded, dict) else None
    for group in groups if isinstance(groups, list) else []:
        for term in group if isinstance(group, list) else []:
            if isinstance(term, dict) and term.get("taxonomy") == "category":
                return _plain(str(term.get("name", ""))) or None
    return None


def _rendered(post: Any, field: str) -> str | None:
    value = post.get(field) if isinstance(post, dict) else None
    if isinstance(value, dict):
        value = value.get("rendered")
    return value if isinstance(value, str) else None


def _plain(markup: str) -> str:
    """Return the text of a short piece of HTML."""
    page = read_html(f"<body>{markup}</body>".encode("utf-8", "replace"), "")
    return " ".join(line.text for line in page.lines)
