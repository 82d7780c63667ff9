"""What the renderers of markups share: escaping, emphasis, links, and the data search engines get.

Rule: the words of a page come out of here as they went in; only tags are added.
"""

import json
from collections.abc import Iterable
from html import escape

from tests.reading.pages import FURNITURE, Block, Furniture, Page


def esc(text: str) -> str:
    """Return text as HTML text."""
    return escape(text, quote=False)


def dressed(text: str, tag: str = "em") -> str:
    """Return text as HTML, with one word in the middle set off, as authors do."""
    words = text.split(" ")
    if len(words) < 8:
        return esc(text)
    middle = len(words) // 2
    marked = [esc(word) for word in words]
    marked[middle] = f"<{tag}>{marked[middle]}</{tag}>"
    return " ".join(marked)


def linked(text: str) -> str:
    """Return a call to action whose last word leads to a form, as it does on the site."""
    head, _, last = text.rpartition(" ")
    return f'{esc(head)} <a href="https://example.org/careers">{esc(last)}</a>'


def lines_of(block: Block, page: Page, strong: str = "strong", newline: str = "<br>") -> str:
    """Return the lines of a block with line breaks between, the question set in bold."""
    return newline.join(
        f"<{strong}>{esc(line)}</{strong}>" if line in page.questions else dressed(line)
        for line in block.lines
    )


def source(page: Page) -> str:
    """Return a picture's address on the page's host."""
    return f"/app/uploads/{page.iso[:4]}/still.jpg"


def attribute(text: str) -> str:
    """Return text as the value of an attribute in double quotes."""
    return escape(text, quote=True)


def joined(parts: Iterable[str]) -> str:
    """Return the parts, one a line."""
    return "\n".join(parts)


def furniture(page: Page) -> Furniture:
    """Return what the site puts around an article in the page's language."""
    return FURNITURE[page.lang]


def graph(page: Page) -> str:
    """Return the JSON-LD that search engine plugins write: article, site, trail and a video."""
    day = f"{page.iso}T09:30:00+00:00"
    nodes = [
        {"@type": "WebPage", "@id": page.url, "name": page.title, "dateModified": "2024-08-01"},
        {"@type": "Article", "headline": page.title, "datePublished": day, "inLanguage": page.lang},
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": "News"}]},
        {"@type": "Organization", "name": "Mikros Animation", "foundingDate": "1985-01-01"},
    ]
    text = json.dumps({"@context": "https://schema.org", "@graph": nodes}, ensure_ascii=False)
    return f'<script type="application/ld+json">{text}</script>'


def standing(page: Page, tag: str = "p") -> str:
    """Return the standfirst in a tag; nothing where there is none."""
    return f"<{tag}>{esc(page.standfirst)}</{tag}>" if page.standfirst else ""
