"""The studio's site over HTTP: every endpoint, in one table, as WordPress would answer it.

Rule: an answer depends on the request and on the studio as it stands at that moment, never on
what was asked before. Validators follow RFC 9110 §8.8 and §13.1.
"""

import gzip
import hashlib
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scraper.sample import pages, rest
from scraper.sample.content import Article
from scraper.sample.documents import HTML, Document, Visit
from scraper.sample.studio import LANGUAGES, Studio

XML = "text/xml; charset=UTF-8"
RSS = "application/rss+xml; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"
FEED_ITEMS = 10
SMALL = 500  # bytes that are not worth compressing
NEWS = {"en": "News", "fr": "Actus"}
STYLE = """body{font:17px/1.6 Georgia,serif;max-width:44rem;margin:0 auto;padding:1rem;color:#2b2622}
img{max-width:100%;height:auto}.site-footer,.cookie-bar,.newsletter{font-size:.8rem;opacity:.8}
.main-menu ul{list-style:none;display:flex;gap:1rem;padding:0}a{color:#b0413e}
.card{margin:0 0 2.5rem}.screen-reader-text:not(:focus){position:absolute;left:-99rem}
"""


Endpoint = Callable[[Visit], Document]


def application(current: Callable[[], Studio]) -> Starlette:
    """Return the site as an ASGI application; `current` is asked for the studio each time."""

    def served(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            base = f"http://{request.headers.get('host', '127.0.0.1')}"
            return _deliver(request, endpoint(Visit(current(), base, request)))

        return answer

    routes = [
        Route(path, served(endpoint), methods=["GET", "HEAD"]) for path, endpoint in ENDPOINTS
    ]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return app


def _deliver(request: Request, document: Document) -> Response:
    """Return the response: 304 where the client has it already, gzip where it asks for it."""
    headers = {"Content-Type": document.media_type, "Vary": "Accept-Encoding", **document.headers}
    body, suffix = document.body, ""
    compressible = document.media_type != "application/gzip" and len(body) > SMALL
    if compressible and "gzip" in request.headers.get("accept-encoding", ""):
        body, suffix = gzip.compress(body, mtime=0), "-gzip"
        headers["Content-Encoding"] = "gzip"
    if document.status == 200:
        digest = hashlib.sha256(document.body).hexdigest()[:32]
        headers["ETag"] = f'"{digest}{suffix}"'
        if document.modified:
            headers["Last-Modified"] = format_datetime(document.modified, usegmt=True)
        if _has_it(request, digest, document.modified):
            kept: dict[str, str] = {
                key: headers[key] for key in ("ETag", "Vary", "Last-Modified") if key in headers
            }
            return Response(status_code=304, headers=kept)
    return Response(body, document.status, headers)


def _has_it(request: Request, digest: str, modified: datetime | None) -> bool:
    """Return whether the client's copy is current; If-None-Match wins (RFC 9110 §13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {
            tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip")
            for tag in tags.split(",")
        }
        return digest in known or "*" in known
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False  # a date that is none is ignored (RFC 9110 §13.1.3)


def _robots(visit: Visit) -> Document:
    delay = visit.studio.crawl_delay
    lines = [
        "User-agent: *",
        "Disallow: /wp-admin/",
        "Allow: /wp-admin/admin-ajax.php",
        "Disallow: /en/internal/",
        *([f"Crawl-delay: {delay:g}"] if delay is not None else []),
        "",
        f"Sitemap: {visit.base}/sitemap_index.xml",
        "",
    ]
    return Document("\n".join(lines).encode(), PLAIN)


def _sitemaps(studio: Studio) -> dict[str, tuple[Article, ...]]:
    """Return the paths of the post sitemaps, and the articles each lists, oldest first."""
    size = studio.sitemap_size
    chunks = [studio.articles[at : at + size] for at in range(0, len(studio.articles), size)]
    return {
        f"/post-sitemap{number if number > 1 else ''}.xml": chunk
        for number, chunk in enumerate(chunks, 1)
    }


def _sitemap_index(visit: Visit) -> Document:
    latest: list[tuple[str, datetime | None]] = [
        (path, max(a.modified for a in chunk)) for path, chunk in _sitemaps(visit.studio).items()
    ]
    text = pages.machine_page(
        "sitemap_index.xml", base=visit.base, sitemaps=[*latest, ("/page-sitemap.xml", None)]
    )
    return _zipped(visit, text)


def _post_sitemap(visit: Visit) -> Document:
    path = f"/post-sitemap{visit.part('number')}.xml"
    chunk = _sitemaps(visit.studio).get(path)
    if chunk is None:
        return _missing(visit)
    entries = [(article.path, article.modified) for article in chunk]
    return _zipped(visit, pages.machine_page("sitemap.xml", base=visit.base, entries=entries))


def _page_sitemap(visit: Visit) -> Document:
    entries = [
        (path, None)
        for path in ("/en/", "/fr/", "/en/about/", "/fr/a-propos/", "/en/news/", "/fr/news/")
    ]
    return _zipped(visit, pages.machine_page("sitemap.xml", base=visit.base, entries=entries))


def _zipped(visit: Visit, text: str) -> Document:
    """Return XML, as a gzip file where the path ends in .gz (sitemaps.org, not Content-Encoding)."""
    if visit.path.endswith(".gz"):
        return Document(gzip.compress(text.encode(), mtime=0), "application/gzip")
    return Document(text.encode(), XML)


def _home(visit: Visit) -> Document:
    lang = visit.lang
    return Document(pages.plain_page(visit.studio, "home", lang, visit.base, f"/{lang}/").encode())


def _front_door(visit: Visit) -> Document:
    return _moved(f"{visit.base}/en/")


def _about(visit: Visit) -> Document:
    return Document(
        pages.plain_page(visit.studio, "about", visit.lang, visit.base, visit.path).encode()
    )


def _press_kit(visit: Visit) -> Document:
    return Document(pages.plain_page(visit.studio, "kit", "en", visit.base, visit.path).encode())


def _style(_: Visit) -> Document:
    return Document(STYLE.encode(), "text/css; charset=UTF-8")


def _listing(visit: Visit) -> Document:
    lang = visit.lang
    return _listed(visit, lang, visit.studio.newest(lang), f"/{lang}/news/", NEWS[lang])


def _category(visit: Visit) -> Document:
    lang, slug = visit.lang, visit.part("category")
    name = pages.CATEGORY_SLUGS.get(slug)
    shown = tuple(article for article in visit.studio.newest(lang) if article.category == name)
    if not name or not shown:
        return _missing(visit)
    return _listed(visit, lang, shown, f"/{lang}/category/{slug}/", name)


def _listed(
    visit: Visit, lang: str, shown: tuple[Article, ...], path: str, heading: str
) -> Document:
    size, number = visit.studio.listing_size, int(visit.part("number") or 1)
    last = max(1, math.ceil(len(shown) / size))
    if not 1 <= number <= last:
        return _missing(visit)
    part = shown[(number - 1) * size : number * size]
    listing = pages.Listing(lang, path, heading, part, number, last)
    text = pages.listing_page(visit.studio, listing, visit.base)
    return Document(text.encode(), modified=max((a.modified for a in part), default=None))


def _article(visit: Visit) -> Document:
    article = visit.studio.article(visit.lang, visit.part("slug"))
    if article is None:
        return _missing(visit)
    text = pages.article_page(visit.studio, article, visit.base)
    return Document(text.encode(), modified=article.modified)


def _upload(visit: Visit) -> Document:
    path = visit.path
    if path not in visit.studio.uploads:
        return _missing(visit)
    year, month = (int(part) for part in path.split("/")[3:5])
    made = datetime(year, month, 1, tzinfo=UTC)
    return Document(pages.picture_svg(path).encode(), "image/svg+xml", modified=made)


def _feed(visit: Visit) -> Document:
    lang = visit.lang
    newest = visit.studio.newest(lang)[:FEED_ITEMS]
    items = [
        (a, format_datetime(a.published, usegmt=True), pages.article_body(a, visit.base))
        for a in newest
    ]
    text = pages.machine_page("feed.xml", base=visit.base, lang=lang, items=items)
    return Document(text.encode(), RSS, modified=max((a.modified for a in newest), default=None))


def _moved(url: str) -> Document:
    return Document(b"", HTML, 301, headers={"Location": url})


def _missing(visit: Visit) -> Document:
    """Answer 404, or what a withdrawn post answers; 301 where only the closing slash lacks."""
    path = visit.path
    lang = visit.lang
    news, _, slug = path.removeprefix(f"/{lang}/").partition("/")
    if not path.endswith("/") and (
        path[1:] in {*LANGUAGES, "en/news", "fr/news", "en/about", "fr/a-propos"}
        or (news == "news" and visit.studio.article(lang, slug))
    ):
        return _moved(f"{visit.base}{visit.request.scope['raw_path'].decode()}/")
    status = visit.studio.gone.get((lang, slug.strip("/")), 404)
    text = pages.plain_page(visit.studio, "missing", lang, visit.base, path)
    return Document(text.encode(), status=status)


ENDPOINTS: tuple[tuple[str, Endpoint], ...] = (
    ("/", _front_door),
    ("/robots.txt", _robots),
    ("/sitemap_index.xml", _sitemap_index),
    ("/sitemap_index.xml.gz", _sitemap_index),
    ("/page-sitemap.xml", _page_sitemap),
    ("/page-sitemap.xml.gz", _page_sitemap),
    ("/post-sitemap.xml", _post_sitemap),
    ("/post-sitemap.xml.gz", _post_sitemap),
    ("/post-sitemap{number:int}.xml", _post_sitemap),
    ("/post-sitemap{number:int}.xml.gz", _post_sitemap),
    ("/wp-json/", rest.root),
    ("/wp-json/wp/v2/posts", rest.posts),
    ("/wp-json/wp/v2/posts/{id:int}", rest.post),
    ("/app/uploads/{rest:path}", _upload),
    ("/app/themes/ombrelle/style.css", _style),
    ("/en/about/", _about),
    ("/fr/a-propos/", _about),
    ("/en/internal/press-kit/", _press_kit),
    *(
        (f"/{lang}/{path}", endpoint)
        for lang in LANGUAGES
        for path, endpoint in (
            ("", _home),
            ("feed/", _feed),
            ("news/", _listing),
            ("news/page/{number:int}/", _listing),
            ("news/{slug}/", _article),
            ("category/{category}/", _category),
            ("category/{category}/page/{number:int}/", _category),
        )
    ),
    ("/{anything:path}", _missing),
)
