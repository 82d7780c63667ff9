"""Documents that list posts: sitemap, listing page, feed, REST posts, and the links of a post.

Rule: bytes in, links out, bounded in size and number; what cannot be read raises BadInput.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError  # names only; defused parses

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from selectolax.lexbor import LexborHTMLParser

from scraper.errors import BadInput, TooLarge, WrongUsage
from scraper.reading.links import absolute
from scraper.urls import canonical, is_post

MAX_BYTES = 50 * 1024 * 1024  # the sitemap protocol's own limit, uncompressed
MAX_LINKS = 50_000  # likewise

# Where sitemaps stand when robots.txt names none: WordPress core and the usual plugins.
SITEMAP_PLACES = ("/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap.xml", "/sitemap.xml.gz")
FEED_PLACES = ("/en/news/feed/", "/fr/news/feed/", "/feed/")
LISTING_PLACES = ("/en/news/", "/fr/news/")

# A page that was saved by a browser says where it came from.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)
# The pages of a list: /en/news/page/2/, ?paged=2, ?query-0-page=2 (block editor), ?e-page-1a=2 …
_OF_LIST = re.compile(r"/(?:en|fr)/news/(?:(?:category|categorie|tag)/[^/]+/)?(page/\d+/?)?")
_NUMBER_OF_PAGE = re.compile(
    r"(?:^|&)(?:query-\d*-?page|e-page-\w+|paged?|pagenum|pg|_page)=\d+(?:&|$)"
)
_W3C = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that a document lists, canonical, and when it says that the page changed last."""

    url: str
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap: its posts; or, of an index, the sitemaps it names (URLs as written)."""

    posts: tuple[Link, ...]
    sitemaps: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists posts, and the pages that go on with the list."""

    posts: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestPost:
    """A post as the WordPress REST API gives it; `source` is its JSON object, as bytes."""

    url: str
    changed: datetime | None
    source: bytes


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What a post links to: itself, its translations as (language, URL), other posts."""

    canonical: str | None
    translations: tuple[tuple[str, str], ...]
    posts: tuple[str, ...]


def robots_sitemaps(body: bytes, base: str) -> tuple[str, ...]:
    """Return the sitemaps that a robots.txt names, in its order (sitemaps.org protocol)."""
    lines = body[:MAX_BYTES].decode("utf-8-sig", "replace").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if _names_sitemap(line))
    return tuple(dict.fromkeys(_joined(base, url) for url in named if url))


def sitemap(body: bytes, base: str) -> Sitemap:
    """Read a sitemap or a sitemap index, gzip or plain, XML or one URL a line.

    Raises BadInput where it is none (an entity bomb is none), TooLarge past MAX_BYTES or MAX_LINKS.
    """
    text = _plain(body)
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Sitemap(_posts(Link(url) for url in _text_urls(text, base)), ())
    posts: list[Link] = []
    sitemaps: list[Link] = []
    for number, (name, element) in enumerate(_elements(text, base, {"url", "sitemap"})):
        if number >= MAX_LINKS:
            raise TooLarge(f"{base}: expected at most {MAX_LINKS} entries in a sitemap")
        changed = parse_time(_child(element, "lastmod"))
        place = _child(element, "loc")
        if name == "sitemap" and place:
            sitemaps.append(Link(_joined(base, place), changed))
        elif place:
            posts += [Link(_joined(base, place), changed)]
            posts += [Link(_joined(base, url)) for url in _alternates(element)]
        element.clear()
    return Sitemap(_posts(iter(posts)), tuple(sitemaps))


def feed(body: bytes, base: str) -> tuple[Link, ...]:
    """Return the posts of an RSS or Atom feed. Raises BadInput, TooLarge."""
    found = []
    for _, element in _elements(_plain(body), base, {"item", "entry"}):
        place = _child(element, "link") or _atom_link(element)
        # RSS says when a post was published, not when it changed: only Atom's date is of use.
        if place:
            found.append(Link(_joined(base, place), parse_time(_child(element, "updated"))))
    return _posts(iter(found))


def listing(body: bytes, base: str) -> Listing:
    """Return the posts that a page lists, and the pages of the same list."""
    links = list(_hrefs(LexborHTMLParser(_bounded(body, base)), base))
    onward = [
        url
        for _, given, url in links
        if _goes_on(url) or "next" in (given.get("rel") or "").split()
    ]
    own = canonical(base)
    pages = tuple(sorted({url for url in onward if not is_post(url) and url != own}))
    return Listing(tuple(dict.fromkeys(url for _, _, url in links if is_post(url))), pages)


def rest_posts(body: bytes, base: str) -> tuple[RestPost, ...]:
    """Return the posts of a WordPress REST list (`/wp-json/wp/v2/posts`). Raises BadInput."""
    try:
        content = json.loads(_bounded(body, base))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{base}: expected a JSON list of posts: {error}") from None
    if not isinstance(content, list):
        raise BadInput(f"{base}: expected a JSON list of posts, found {type(content).__name__}")
    return tuple(post for item in content if (post := _rest_post(item, base)))


def _goes_on(url: str) -> bool:
    """Tell whether a URL is another page of a list of posts."""
    parts = urlsplit(url)
    path = _OF_LIST.fullmatch(parts.path)
    return bool(path and (path[1] or _NUMBER_OF_PAGE.search(parts.query)))


def page_links(body: bytes, base: str) -> PageLinks:
    """Return what a post's head and body link to. Links are canonical, in order of the page."""
    tree = LexborHTMLParser(_bounded(body, base))
    own = None
    translations = []
    posts = []
    for tag, given, url in _hrefs(tree, base):
        rel = (given.get("rel") or "").lower().split()
        if "canonical" in rel and tag == "link":
            own = own or url
        elif "alternate" in rel and (lang := given.get("hreflang")):
            translations.append((lang.lower(), url))
        elif is_post(url):
            posts.append(url)
    return PageLinks(own, tuple(dict.fromkeys(translations)), tuple(dict.fromkeys(posts)))


def own_url(body: bytes) -> str | None:
    """Return the URL that a saved page gives as its own; None where it gives none.

    Its canonical link, else og:url, else the comment of the browser that saved it.
    """
    tree = LexborHTMLParser(_bounded(body, "the page"))
    saved = _SAVED_FROM.search(body[:4096])
    said = [
        *(node.attributes.get("href") for node in tree.css('link[rel~="canonical" i]')),
        *(node.attributes.get("content") for node in tree.css('meta[property="og:url" i]')),
        saved[1].decode("utf-8", "replace") if saved else None,
    ]
    return next((url for text in said if text and (url := _canonical(text, ""))), None)


def parse_time(text: str | None) -> datetime | None:
    """Read a W3C date or time, or one of RFC 9110; in UTC, None where there is none to be read."""
    said = (text or "").strip()
    try:
        if found := _W3C.fullmatch(said):
            year, month, day = (int(part or 1) for part in found.groups())
            return datetime(year, month, day, tzinfo=UTC)
        at = datetime.fromisoformat(said) if said[:4].isdigit() else parsedate_to_datetime(said)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _joined(base: str, url: str) -> str:
    """Return a link of a document as an absolute URL; one that cannot be joined stays as it is."""
    try:
        return urljoin(base, url)
    except ValueError:  # such as a bracket that is never closed
        return url


def _names_sitemap(line: str) -> bool:
    return line.partition(":")[0].strip().lower() in {"sitemap", "site-map"}


def _bounded(body: bytes, base: str) -> bytes:
    if len(body) > MAX_BYTES:
        raise TooLarge(f"{base}: expected at most {MAX_BYTES} bytes")
    return body


def _plain(body: bytes) -> bytes:
    """Undo gzip within MAX_BYTES. Raises BadInput, TooLarge."""
    if not body.startswith(b"\x1f\x8b"):
        return _bounded(body, "the document")
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    try:
        text = inflater.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise BadInput(f"expected a gzip file: {error}") from None
    return _bounded(text, "the document, uncompressed,")


def _elements(text: bytes, base: str, names: set[str]) -> Iterator[tuple[str, Element]]:
    """Yield the elements of these local names. Raises BadInput."""
    try:
        for _, element in iterparse(BytesIO(text), forbid_dtd=False):
            name = str(element.tag).rpartition("}")[2]
            if name in names:
                yield name, element
    except ParseError as error:
        raise BadInput(f"{base}: expected XML: {error}") from None
    except DefusedXmlException as error:
        raise BadInput(f"{base}: expected XML without entities: {type(error).__name__}") from None


def _child(element: Element, name: str) -> str:
    """Return the text of the first child of this local name that has any, else nothing."""
    named = (child for child in element if str(child.tag).rpartition("}")[2] == name)
    return next((text for child in named if (text := (child.text or "").strip())), "")


def _alternates(element: Element) -> list[str]:
    """Return the translations that a sitemap entry names (xhtml:link)."""
    links = [child for child in element if str(child.tag).rpartition("}")[2] == "link"]
    return [link.get("href", "") for link in links if link.get("hreflang") and link.get("href")]


def _atom_link(element: Element) -> str:
    for child in element:
        wanted = child.get("rel", "alternate") == "alternate"
        if str(child.tag).rpartition("}")[2] == "link" and wanted:
            return child.get("href", "")
    return ""


def _text_urls(text: bytes, base: str) -> list[str]:
    """Return the lines of a text sitemap, which are URLs and nothing else. Raises BadInput."""
    lines = text.decode("utf-8-sig", "replace").split()
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines):
        raise BadInput(f"{base}: expected a sitemap, found neither XML nor a list of URLs")
    if len(lines) > MAX_LINKS:
        raise TooLarge(f"{base}: expected at most {MAX_LINKS} lines in a sitemap")
    return lines


def _posts(links: Iterator[Link]) -> tuple[Link, ...]:
    """Return the links to posts, canonical, each once; one that says when it changed wins."""
    found: dict[str, Link] = {}
    for link in links:
        url = _canonical(link.url, "")
        if url and is_post(url) and (url not in found or found[url].changed is None):
            found[url] = Link(url, link.changed)
    return tuple(found.values())


def _rest_post(item: Any, base: str) -> RestPost | None:
    """Return one REST object as a post; None if it is none."""
    if not isinstance(item, dict) or not isinstance(item.get("link"), str):
        return None
    url = _canonical(item["link"], base)
    if not url or not is_post(url):
        return None
    said = item.get("modified_gmt") or item.get("modified")
    source = json.dumps(item, ensure_ascii=False).encode()
    return RestPost(url, parse_time(said if isinstance(said, str) else None), source)


def _hrefs(
    tree: LexborHTMLParser, base: str
) -> Iterator[tuple[str | None, dict[str, str | None], str]]:
    """Yield the tag and the attributes of what links somewhere, with the canonical URL."""
    first = tree.css_first("base[href]")
    place = _joined(base, (first.attributes.get("href") or "") if first else "")
    for node in tree.css("a[href], link[href]"):
        given = node.attributes
        if url := _canonical(given.get("href") or "", place):
            yield node.tag, given, url


def _canonical(url: str, base: str) -> str | None:
    """Return the canonical URL of a link, None where it leads to no web page."""
    whole = absolute(base, url)
    try:
        return None if whole is None else canonical(whole)
    except (WrongUsage, ValueError):
        return None
