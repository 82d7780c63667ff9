"""What a page says of itself for machines: meta elements, JSON-LD, <title>, hreflang, lang.

Rule: only read, never believed over the text; broken metadata tells nothing and breaks nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.mojibake import repair
from scraper.reading.links import absolute
from scraper.text import tidy, words

_LONGEST = 1000  # characters of a title
# The meta elements that are read.
_NAMES = frozenset(
    words(
        "og:title og:description og:site_name article:published_time article:section description"
        " date datepublished dc.date"
    )
)
_LENIENT = json.JSONDecoder(strict=False)


Marked = tuple[LexborNode, dict[str, str | None]]  # an element that a search found: its attributes


def read_metadata(
    tree: LexborHTMLParser, marked: Mapping[str, Sequence[Marked]], url: str
) -> dict[str, Any]:
    """Return the fields of Page that metadata fills.

    `marked` are, by tag, the elements of metadata of `tree`, in its order.
    """
    named = _named(marked.get("meta", ()))
    article = next(_articles(marked.get("script", ())), {})
    title = next((node.text() for node, _ in marked.get("title", ())), None)
    titles = (article.get("headline"), named.get("og:title"), title)
    dates = (
        article.get("datePublished"),
        named.get("article:published_time"),
        named.get("datepublished"),
        named.get("date"),
        named.get("dc.date"),
    )
    lang = tree.root.attributes.get("lang") if tree.root is not None else None
    return {
        "titles": tuple(
            repair(tidy(t))
            for t in titles
            if isinstance(t, str) and t.strip() and len(t) < _LONGEST
        ),
        "dates": tuple(d for d in dates if isinstance(d, str)),
        "lang": lang.lower()[:2] if lang else None,
        "section": _first_text(article.get("articleSection")) or named.get("article:section"),
        "description": named.get("og:description") or named.get("description"),
        "site_name": named.get("og:site_name"),
        "translations": _translations(marked.get("link", ()), url),
    }


def _named(metas: Iterable[Marked]) -> dict[str, str]:
    """Return the contents of the meta elements that are read, by name; the first one counts."""
    named: dict[str, str] = {}
    for _, given in metas:
        name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
        if name in _NAMES and name not in named and (content := given.get("content")):
            named[name] = repair(tidy(content))
    return named


def _translations(links: Iterable[Marked], url: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (hreflang.lower()[:2], address)
        for _, given in links
        if (hreflang := given.get("hreflang"))
        and hreflang != "x-default"  # names no language
        and (href := given.get("href"))
        and (address := absolute(url, href))
    )


def _first_text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return tidy(value) if isinstance(value, str) and value.strip() else None


def _articles(scripts: Iterable[Marked]) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD nodes that are articles, then those that only are pages."""
    pages = []
    for script, given in scripts:
        if (given.get("type") or "").lower() != "application/ld+json":
            continue
        for node in _nodes(script.text()):
            kinds = {str(kind) for kind in _as_list(node.get("@type"))}
            if any(kind.endswith(("Article", "Posting")) for kind in kinds):
                yield node
            elif "WebPage" in kinds:
                pages.append(node)
    yield from pages


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD script and of the graphs in it."""
    try:
        queue = _as_list(_LENIENT.decode(script))
    except (ValueError, RecursionError):
        return  # broken JSON-LD is common and tells nothing
    for node in queue:
        if isinstance(node, dict):
            queue.extend(n for n in _as_list(node.get("@graph")) if isinstance(n, dict))
            yield node


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
