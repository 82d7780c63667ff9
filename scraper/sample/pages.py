"""Articles and listings → HTML, through the templates of a plausible WordPress theme.

Rule: a pure function of studio, page and base URL; the texts are escaped by the templates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scraper.sample.content import Article, Exchange, Picture
from scraper.sample.studio import Studio, portrait

CATEGORY_SLUGS = {
    "talent-spotlights": "Talent Spotlights",
    "focus-talents": "Focus Talents",
    "news": "News",
    "actualites": "Actualités",
}
# How a question stands, by shape; `mixed` takes the three in turn.
KINDS = {"own": "question", "shared": "together", "list": "bullet", "heading": "heading"}
MIXED = ("question", "together", "bullet")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article's body, as the theme's template writes it."""

    kind: str
    lines: tuple[str, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Page `number` of `last` of a listing whose first page is at `path`, newest article first."""

    lang: str
    path: str
    heading: str
    shown: tuple[Article, ...]
    number: int
    last: int

    def at(self, number: int) -> str | None:
        """Return the path of another page of it; None where there is none."""
        if not 1 <= number <= self.last:
            return None
        return self.path if number == 1 else f"{self.path}page/{number}/"


def article_page(studio: Studio, article: Article, base: str) -> str:
    """Return an article's whole page."""
    return _render(
        f"article_{article.theme}.html",
        studio,
        article.lang,
        base,
        article=article,
        path=article.path,
        title=article.title,
        body=Markup(article_body(article, base)),  # noqa: S704 - made by our own escaping template
        related=studio.related(article),
        translations=[(other.lang, other.path) for other in studio.translations(article)],
        picture=portrait(article),
        linked_data=_linked_data(article, base),
    )


def article_body(article: Article, base: str) -> str:
    """Return an article's body alone, as the REST interface gives it."""
    template = _environment().get_template(f"body_{article.theme}.html")
    return template.render(blocks=tuple(blocks(article)), uploads=base + article.uploads)


def blocks(article: Article) -> Iterator[Block]:
    """Yield an article's blocks in the order of its text; its shape says how questions stand."""
    yield from _pictures(article, "date")
    yield from (Block("text", (line,)) for line in article.intro)
    for position, exchange in enumerate(article.exchanges):
        yield from _pictures(article, f"before:{exchange.key}")
        yield from _exchange(article, exchange, position)
        yield from _pictures(article, f"after:{exchange.key}")
    if article.call:
        yield Block("call", (article.call,))


def listing_page(studio: Studio, listing: Listing, base: str) -> str:
    """Return one page of a listing, with links to the pages before and after it."""
    number = listing.number
    return _render(
        "listing.html",
        studio,
        listing.lang,
        base,
        path=listing.at(number),
        title=listing.heading,
        heading=listing.heading,
        shown=listing.shown,
        number=number,
        last=listing.last,
        older=listing.at(number + 1),
        newer=listing.at(number - 1),
        translations=[("en", "/en/news/"), ("fr", "/fr/news/")],
    )


def plain_page(studio: Studio, name: str, lang: str, base: str, path: str) -> str:
    """Return a page that is no article: home, about, press kit, or not found."""
    titles = {
        "home": "Ombrelle Animation",
        "about": "About us",
        "kit": "Press kit",
        "missing": "404",
    }
    return _render(
        f"{name}.html", studio, lang, base, path=path, title=titles[name], translations=[]
    )


def machine_page(name: str, **values: Any) -> str:
    """Return an XML document (sitemap, feed) rendered from its template."""
    return _environment().get_template(name).render(**values)


def picture_svg(path: str) -> str:
    """Return the picture at an upload's path: coloured circles that its name decides."""
    name = path.rsplit("/", 1)[-1].removesuffix(".svg")
    hue = sum(name.encode()) * 37 % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" role="img">'
        f'<rect width="320" height="200" fill="hsl({hue} 40% 88%)"/>'
        f'<circle cx="{90 + len(name) * 3 % 140}" cy="100" r="62" fill="hsl({hue} 45% 55%)"/>'
        f'<circle cx="{200 - hue // 6}" cy="{60 + hue // 5}" r="26" fill="hsl({(hue + 120) % 360} 50% 40%)"/>'
        "</svg>\n"
    )


def _exchange(article: Article, exchange: Exchange, position: int) -> Iterator[Block]:
    kind = MIXED[position % 3] if article.shape == "mixed" else KINDS[article.shape]
    if exchange.key in article.unbulleted:
        kind = "question"
    if kind == "together":
        first, *rest = exchange.paragraphs
        yield Block("together", (exchange.question, first))
    else:
        rest = list(exchange.paragraphs)
        yield Block(kind, (exchange.question,))
    yield from (Block("text", (line,)) for line in rest)


def _pictures(article: Article, place: str) -> Iterator[Block]:
    yield from (
        Block("figure", (), picture) for picture in article.pictures if picture.place == place
    )


def _linked_data(article: Article, base: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "Article",
                "@id": f"{base}{article.path}#article",
                "headline": article.title,
                "datePublished": article.published.isoformat(),
                "dateModified": article.modified.isoformat(),
                "inLanguage": {"en": "en-US", "fr": "fr-FR"}[article.lang],
                "articleSection": [article.category],
                "author": {"@type": "Organization", "name": "Ombrelle Animation"},
                "mainEntityOfPage": {"@id": base + article.path},
            },
            {"@type": "WebSite", "@id": f"{base}/#website", "name": "Ombrelle Animation"},
        ],
    }


def _render(template: str, studio: Studio, lang: str, base: str, **values: Any) -> str:
    found = _environment().get_template(template)
    return found.render(lang=lang, base=base, footers=studio.footers, **values)


def _day(moment: datetime) -> str:
    """Return a date as the site writes it, in English on every page: 27 March 2023."""
    months = "January February March April May June July August September October November December"
    return f"{moment.day} {months.split()[moment.month - 1]} {moment.year}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("scraper.sample"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["day"] = _day
    return made
