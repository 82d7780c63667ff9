"""The state of the make-believe studio: which articles stand, which are gone, what was changed.

Rule: a state is a value. To change the studio makes another one; nothing here knows of HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self
from urllib.parse import unquote

from scraper.errors import WrongUsage
from scraper.sample import expected
from scraper.sample.content import Article, Exchange, sample_articles
from scraper.sample.grow import grown_articles

LANGUAGES = ("en", "fr")
AFTERTHOUGHT = {
    "en": "Since then I have changed my mind, and changed it back.",
    "fr": "Depuis, j’ai changé d’avis, puis j’en ai changé encore.",
}


@dataclass(frozen=True)
class Studio:
    """Everything the site shows at one moment.

    `gone` maps (language, unquoted slug) to the status a withdrawn page answers with. `sitemap_size`
    and `listing_size` are articles a sitemap and a listing page hold; `crawl_delay` is in seconds,
    None where robots.txt asks for none.
    """

    articles: tuple[Article, ...]
    gone: Mapping[tuple[str, str], int] = field(default_factory=dict)
    footers: int = 0
    sitemap_size: int = 20
    listing_size: int = 6
    crawl_delay: float | None = None

    @classmethod
    def sample(cls) -> Self:
        """Return the studio as it was written by hand: 18 people's interviews and their company."""
        return cls(sample_articles())

    @classmethod
    def grown(cls, n: int, seed: int = 0) -> Self:
        """Return a studio of `n` articles: the sample, then generated ones, newest last.

        The same (n, seed) gives the same bytes, and a larger n only adds articles. Raises
        WrongUsage for fewer articles than the sample has.
        """
        base = sample_articles()
        if n < len(base):
            raise WrongUsage(f"the sample studio has {len(base)} posts and cannot have only {n}")
        more = grown_articles(n - len(base), seed)
        return cls(base + more, sitemap_size=1000, listing_size=12)

    def changed(self, slug: str, at: datetime | None = None, lang: str | None = None) -> Self:
        """Return the studio after somebody edited an answer of the post(s) with this slug.

        `at` is when (UTC; by default a month after it was last modified); `lang` keeps it to one
        language where two share a slug. Raises WrongUsage where there is no such post.
        """
        edited = {a.id: _edited(a, at) for a in self._meant(slug, lang)}
        return replace(self, articles=tuple(edited.get(a.id, a) for a in self.articles))

    def withdrawn(self, slug: str, status: int = 404, lang: str | None = None) -> Self:
        """Return the studio without the post(s): listed nowhere, and answered with `status`."""
        leaving = self._meant(slug, lang)
        ids = {a.id for a in leaving}
        gone = {**self.gone, **{(a.lang, unquote(a.slug)): status for a in leaving}}
        return replace(self, articles=tuple(a for a in self.articles if a.id not in ids), gone=gone)

    def footer_changed(self) -> Self:
        """Return the studio with another footer on every page; no date of any post changes."""
        return replace(self, footers=self.footers + 1)

    def article(self, lang: str, slug: str) -> Article | None:
        """Return the article at a language and slug, percent-encoded or not."""
        return self._by_slug.get((lang, unquote(slug)))

    def newest(self, lang: str) -> tuple[Article, ...]:
        """Return a language's articles, newest first, as listings, feeds and REST show them."""
        return self._newest[lang]

    def translations(self, article: Article) -> tuple[Article, ...]:
        """Return the article's pages in every language it has, itself included."""
        return self._by_pair[article.pair]

    def related(self, article: Article) -> tuple[Article, ...]:
        """Return the three articles published before this one; the first ones meet the last."""
        shelf = self._newest[article.lang]
        place = self._place[article.id]
        around = [shelf[(place + step) % len(shelf)] for step in (1, 2, 3)]
        return tuple(dict.fromkeys(other for other in around if other.id != article.id))

    def interviews(self) -> tuple[expected.ExpectedInterview, ...]:
        """Return what an archive of the series must hold: one entry a person's turn."""
        return expected.interviews(self.articles)

    def nominations(self) -> tuple[expected.ExpectedNomination, ...]:
        """Return who named whom, and at which ends the posts say so."""
        return expected.nominations(self.articles)

    def readings(self, base: str) -> tuple[dict[str, Any], ...]:
        """Return what `parse` must read out of each post of the series, served at `base`."""
        return tuple(
            expected.reading(article, base.rstrip("/"))
            for article in self.articles
            if article.kind == "interview"
        )

    @cached_property
    def uploads(self) -> frozenset[str]:
        """The paths of all pictures."""
        shown = {a.uploads + p.file for a in self.articles for p in a.pictures}
        return frozenset(shown | {portrait(a) for a in self.articles})

    @cached_property
    def _by_slug(self) -> dict[tuple[str, str], Article]:
        return {(a.lang, unquote(a.slug)): a for a in self.articles}

    @cached_property
    def _by_pair(self) -> dict[str, tuple[Article, ...]]:
        found: dict[str, tuple[Article, ...]] = {}
        for article in self.articles:
            found[article.pair] = (*found.get(article.pair, ()), article)
        return found

    @cached_property
    def _newest(self) -> dict[str, tuple[Article, ...]]:
        ordered = sorted(self.articles, key=lambda a: (a.published, a.id), reverse=True)
        return {lang: tuple(a for a in ordered if a.lang == lang) for lang in LANGUAGES}

    @cached_property
    def _place(self) -> dict[int, int]:
        return {a.id: place for shelf in self._newest.values() for place, a in enumerate(shelf)}

    def _meant(self, slug: str, lang: str | None) -> tuple[Article, ...]:
        found = [self.article(each, slug) for each in ((lang,) if lang else LANGUAGES)]
        meant = tuple(article for article in found if article)
        if not meant:
            raise WrongUsage(f"the sample studio has no post {slug!r} to change")
        return meant


def portrait(article: Article) -> str:
    """Return the path of the picture that social networks are shown for an article."""
    return f"{article.uploads}share-{article.pair}.svg"


def _edited(article: Article, at: datetime | None) -> Article:
    thought = AFTERTHOUGHT[article.lang]
    modified = at or article.modified + timedelta(days=30)
    spoken = [n for n, exchange in enumerate(article.exchanges) if exchange.key != "baton"]
    if not spoken:
        return replace(article, intro=(*article.intro, thought), modified=modified)
    place = spoken[-1]
    old = article.exchanges[place]
    new = Exchange(old.key, old.question, (*old.paragraphs[:-1], f"{old.paragraphs[-1]} {thought}"))
    exchanges = (*article.exchanges[:place], new, *article.exchanges[place + 1 :])
    return replace(article, exchanges=exchanges, modified=modified)
