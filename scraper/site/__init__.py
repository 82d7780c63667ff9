"""The site: a Datasette plugin with pages for readers before Datasette's own for researchers.

Rule: it speaks SQL and nothing else. Loaded by Datasette through the entry point, so that plain
`datasette mikroscope.db -m metadata.yml` gives the same site as `mikroscope serve`.
"""

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable, Generator
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from datasette.utils import tilde_encode
from datasette.utils.asgi import Forbidden
from jinja2 import Environment

from scraper.site import answers, bounds, caching, documents, pages, safety, wording
from scraper.site.addresses import local
from scraper.site.archive import database, served
from scraper.site.doors import received
from scraper.site.keeping import kept
from scraper.site.mending import mended
from scraper.site.roles import says
from scraper.site.search import match, match_names
from scraper.site.tables import Tables
from scraper.site.thread import chains, draw
from scraper.site.timeline import timeline
from scraper.site.turns import bounded
from scraper.site.whole import whole

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

_STATIC = "/-/static-plugins/mikroscope/"


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def register_routes() -> list[tuple[str, pages.View]]:
    """Put our pages before Datasette's."""
    return pages.routes()


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def asgi_wrapper(datasette: "Datasette") -> Callable[[safety.App], safety.App]:
    """Receive requests, in a line those with SQL; keep pages; stream tables whole; tags and safe headers."""
    patterns = pages.patterns_to_keep()

    def wrapped(app: safety.App) -> safety.App:
        tagged = caching.tagged(kept(bounded(app), datasette, patterns))
        return safety.guarded(received(whole(tagged, datasette), datasette))

    return wrapped


@hookimpl(trylast=True)  # type: ignore[untyped-decorator] # Datasette ships no types
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Bound what a statement may take, and give SQL functions that no text can break.

    `mikroscope_match(text)` is an FTS5 expression, `mikroscope_says(role, words)` true or false.
    `escape_fts(text)`, which the search boxes of tables use, is Datasette's name: its own, which this
    comes after, makes no query of a single quotation mark.
    """
    bounds.bound(conn)
    conn.create_function(
        "escape_fts", 1, lambda text: match_names(_words(text)), deterministic=True
    )
    conn.create_function(
        "mikroscope_match", 1, lambda text: match(_words(text)), deterministic=True
    )
    conn.create_function(
        "mikroscope_says",
        2,
        lambda role, words: says(_words(role), _words(words)),
        deterministic=True,
    )


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def prepare_jinja2_environment(env: Environment, datasette: "Datasette") -> None:
    """Give the templates their words and links."""
    env.filters.update(
        day=wording.day,
        month=wording.month,
        span=wording.span,
        initials=wording.initials,
        paragraphs=wording.paragraphs,
        web_link=wording.web_link,
        studio_class=wording.studio_class,
        language=wording.language,
        thousands=wording.thousands,
        mended=mended,
        beginning=answers.beginning,
        data_block=wording.data_block,
        json_text=wording.json_text,
        contact_link=wording.contact_link,
    )

    @cache
    def asset(name: str) -> str:
        return f"{datasette.urls.path(_STATIC + name)}?{_version(name)}"

    @lru_cache(maxsize=4096)
    def page(path: str, **query: Any) -> str:
        return local(datasette, path, **query)

    def table(name: str, form: str | None = None, **wanted: Any) -> str:
        """Return the link to the rows of a table, as a page or as all of its CSV.

        `wanted` are values that columns must have, or begin with (`published__startswith`).
        """
        where = {
            key if "__" in key else f"{key}__exact": wanted[key] for key in wanted if wanted[key]
        }
        if form == "csv":
            where["_stream"] = "on"
        there = datasette.urls.table(database(datasette).name, name, format=form)
        return f"{there}?{urlencode(where)}".rstrip("?")

    def row(name: str, key: str) -> str:
        """Return the link to one row."""
        return str(datasette.urls.row(database(datasette).name, name, tilde_encode(key)))

    tables = Tables(datasette)
    env.globals.update(
        row_counts=tables.counts,
        choices=tables.choices,
        download_url=tables.download,
        site_notice=datasette.metadata("notice"),
        site_source={key: datasette.metadata(key) for key in ("source", "source_url")},
        site_contact=(datasette.plugin_config("mikroscope") or {}).get("contact"),
        asset=asset,
        page_url=page,
        table_url=table,
        row_url=row,
        wayback=wording.wayback,
        d3_url=f"{datasette.urls.path(documents.LIBRARY)}?{_digest(documents.d3().encode())}",
        draw=draw,
        chains=chains,
        draw_timeline=timeline,
    )

    def data() -> str:
        """Return the link to the tables; where no archive is served, to what is."""
        found = served(datasette)
        return str(datasette.urls.database(found.name) if found else datasette.urls.path("-/"))

    env.globals["data_url"] = data


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def forbidden(
    datasette: "Datasette", request: "Request", message: str
) -> Callable[[], Awaitable[Response]]:
    """Answer what an `allow` of the metadata keeps from a visitor as other errors are answered."""

    async def ours() -> Response:
        return await safety.error_page(datasette, request, Forbidden(message))

    return ours


@hookimpl(hookwrapper=True)  # type: ignore[untyped-decorator] # as above
def handle_exception(
    datasette: "Datasette", request: "Request", exception: Exception
) -> Generator[None, Any, None]:
    """Answer errors ourselves: Datasette's way prints a traceback for each page not found."""
    outcome = yield

    async def ours() -> Response:
        return await safety.error_page(datasette, request, exception)

    only: list[Callable[[], Awaitable[Response]]] = [ours]
    outcome.force_result(only)


def _words(value: object) -> str:
    """Return what SQL hands over as words somebody could have typed."""
    return str(value or "")[:1000]


def _version(name: str) -> str:
    """Return a short digest of a static file, so that browsers fetch it when it has changed."""
    return _digest((resources.files(__name__) / "static" / name).read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]
