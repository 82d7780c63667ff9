"""What is read by programs: feeds, sitemap, robots.txt, llms.txt, and an interview to cite.

Rule: a table of path, media type and the function that writes the text; addresses in them are whole.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from datasette import Response
from datasette.utils.asgi import NotFound, Request

from scraper.site import feeds, reading, sitemap
from scraper.site.addresses import Link, links, local
from scraper.site.archive import Row, State, at_once, count, permitted, rows
from scraper.site.safety import arguments
from scraper.site.wording import json_text

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.database import Database

LIBRARY = "/-/static-mikroscope/d3.js"
_D3 = [
    "dispatch",
    "selection",
    "drag",
    "color",
    "interpolate",
    "timer",
    "ease",
    "transition",
    "zoom",
    "quadtree",
    "force",
]
_LISTED = """
SELECT interviews.id, people.name, coalesce(interviews.role, people.role) AS role,
       interviews.studio, interviews.published
FROM interviews JOIN people ON people.id = interviews.person_id
ORDER BY interviews.published DESC, interviews.id LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a document is written from: the archive and its server, the request, what makes addresses."""

    datasette: "Datasette"
    source: "Database"
    args: Mapping[str, str]
    link: Link
    id: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document: the pattern of its path, its media type, and what writes it."""

    pattern: str
    media_type: str
    text: Callable[[Asked], Awaitable[str]]


async def _atom(asked: Asked) -> str:
    return feeds.atom(await at_once(asked.source, rows, feeds.ROWS), asked.link)


async def _json_feed(asked: Asked) -> str:
    found = await at_once(asked.source, rows, feeds.ROWS)
    return json_text(feeds.json_feed(found, asked.link))


async def _sitemap(asked: Asked) -> str:
    """Return the sitemap, or the list of its files where one cannot hold all."""
    files, found = await at_once(asked.source, _of_sitemap)
    return sitemap.index(files, asked.link) if files > 1 else sitemap.urlset(found, asked.link)


async def _one_of_sitemaps(asked: Asked) -> str:
    """Return one file of the sitemap, by its number."""
    number = int(asked.id)
    found = await at_once(asked.source, _file_of_sitemap, number)
    if not found and number > 1:
        raise NotFound("The sitemap has no file of that number.")
    return sitemap.urlset(found, asked.link, lists=number == 1)


def _of_sitemap(state: State) -> tuple[int, list[Row]]:
    """Return how many files the sitemap has, and the rows of it where it is a single one."""
    files = -(-count(state, sitemap.COUNT, {}) // sitemap.ROWS_OF_ONE)
    return files, _file_of_sitemap(state, 1) if files <= 1 else []


def _file_of_sitemap(state: State, number: int) -> list[Row]:
    window = {"limit": sitemap.ROWS_OF_ONE, "offset": (number - 1) * sitemap.ROWS_OF_ONE}
    return rows(state, sitemap.ROWS, **window)


async def _robots(asked: Asked) -> str:
    """Return robots.txt (RFC 9309): everything but endless searches and queries."""
    tables = str(asked.datasette.urls.database(asked.source.name))
    root = local(asked.datasette, "/")
    lists = [f"{root}{path}" for path in ("search", "spotlights?", "questions/*?")]
    closed = [*lists, f"{tables}?", f"{tables}/*?"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return "\n".join([*lines, f"Sitemap: {asked.link('/sitemap.xml')}", ""])


async def _llms(asked: Asked) -> str:
    """Return llms.txt (llmstxt.org): where a language model finds what."""
    source = asked.source
    said = asked.datasette.metadata() or {}
    told = asked.datasette.metadata(database=source.name) or {}
    root = asked.link("").rstrip("/")
    tables = f"{root}/{source.name}"
    lines = [f"# {_line(said.get('title') or feeds.TITLE)}", "",
             f"> {_line(said.get('description') or feeds.ABOUT)}", "",
             f"{_HOW} `{tables}.json?sql=select…`.", "", "## Pages", ""]  # fmt: skip
    lines += [f"- [{name}]({asked.link(path)}): {what}" for path, name, what in _TOLD]
    lines += ["", "## Tables", ""]
    lines += [
        f"- [{name}]({tables}/{name}.json): {_line(one.get('description') or '')}"
        for name, one in (told.get("tables") or {}).items()
        if not one.get("hidden")
    ]
    lines += ["", "## Queries", ""]
    lines += [
        f"- [{_line(one.get('title') or name)}]({tables}/{name}.json): {_line(one.get('description') or '')}"
        for name, one in (told.get("queries") or {}).items()
        if isinstance(one, dict)
    ]
    lines += ["", "## Interviews", ""]
    for one in await at_once(source, rows, _LISTED):
        facts = ", ".join(_line(one[part]) for part in ("role", "studio", "published") if one[part])
        lines.append(f"- [{_line(one['name'])}]({asked.link('/spotlights/' + one['id'] + '.json')}): {facts}")  # fmt: skip
    return "\n".join(lines) + "\n"


_HOW = (
    "Every page is JSON too: put `.json` after its path. Every table is CSV and JSON."
    " SQL can be asked, read only, with limits on time and rows:"
)
_TOLD = (
    ("/spotlights", "Interviews", "all of them, by studio, year, language, role and question"),
    ("/people", "People", "who answered and who was named, by name"),
    ("/questions", "Questions", "every answer to one question side by side"),
    ("/baton", "The baton", "who named whom, and who is still waiting"),
    ("/search", "Search", "full text of all answers, English and French: `?q=`"),
    ("/about", "About", "method, coverage, rights and removal, how to cite"),
)


def _line(text: str) -> str:
    """Return a text as one line of Markdown in which nothing is a link or markup."""
    return "".join(f"\\{mark}" if mark in r"\[]<>`*_" else mark for mark in " ".join(text.split()))


def _citation(form: str) -> Callable[[Asked], Awaitable[str]]:
    """Return what writes the citation of an interview in one form."""

    async def write(asked: Asked) -> str:
        found = await at_once(asked.source, reading.interview, asked.args, asked.id)
        shown = reading.told(found, asked.link)
        if not shown["cite"]:
            raise NotFound("This interview has no post to cite.")
        text: Any = shown["cite"][form]
        return (text if isinstance(text, str) else json_text(text)).rstrip("\n") + "\n"

    return write


_OF_INTERVIEW = r"^/spotlights/(?P<id>[^/]+)\."
DOCUMENTS = (
    Document(r"^/feed\.atom$", "application/atom+xml; charset=utf-8", _atom),
    Document(r"^/feed\.json$", "application/feed+json; charset=utf-8", _json_feed),
    Document(r"^/sitemap\.xml$", "application/xml; charset=utf-8", _sitemap),
    Document(
        r"^/sitemap-(?P<id>[1-9][0-9]{0,3})\.xml$",
        "application/xml; charset=utf-8",
        _one_of_sitemaps,
    ),
    Document(r"^/robots\.txt$", "text/plain; charset=utf-8", _robots),
    Document(r"^/llms\.txt$", "text/plain; charset=utf-8", _llms),
    Document(_OF_INTERVIEW + "txt$", "text/plain; charset=utf-8", _citation("text")),
    Document(_OF_INTERVIEW + "bib$", "application/x-bibtex; charset=utf-8", _citation("bibtex")),
    Document(
        _OF_INTERVIEW + r"csl\.json$",
        "application/vnd.citationstyles.csl+json; charset=utf-8",
        _citation("csl"),
    ),
)


def routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Return Datasette's (pattern, view) pairs for all DOCUMENTS, the favicon and D3."""
    return [
        *((one.pattern, _view(one)) for one in DOCUMENTS),
        (r"^/favicon\.ico$", favicon),
        (rf"^{re.escape(LIBRARY)}$", library),
    ]


def _view(document: Document) -> Callable[..., Awaitable[Response]]:
    """Return the view of one document."""

    async def view(datasette: "Datasette", request: Request) -> Response:
        key = unquote(request.url_vars.get("id", ""))
        source = await permitted(datasette, request)
        asked = Asked(datasette, source, arguments(request.args), links(datasette, request), key)
        return Response(await document.text(asked), content_type=document.media_type)

    return view


async def favicon() -> Response:
    """Return the lens as a small picture, for who asks for it by its old name."""
    picture = (resources.files("scraper.site") / "static" / "lens-32.png").read_bytes()
    return Response(picture, content_type="image/png")


@cache
def d3() -> str:
    """Return the modules of D3, each after those it needs, as one script: one answer, not eleven."""
    folder = resources.files("scraper.site") / "static" / "d3"
    return "\n".join((folder / f"d3-{name}.min.js").read_text("utf-8") for name in _D3)


async def library() -> Response:
    """Return D3 for the page of the baton."""
    return Response(d3(), content_type="text/javascript; charset=utf-8")
