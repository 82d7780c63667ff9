"""The pages there are: a table of path, template and the function that asks for its rows.

Rule: each page is data first. The same dictionary is the JSON at the path with `.json` and what
the template shows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from datasette import Response
from datasette.utils.asgi import Request

from scraper.site import answers, documents, lists, reading, spotlights
from scraper.site.addresses import Link, links
from scraper.site.archive import Row, at_once, permitted
from scraper.site.download import download
from scraper.site.safety import arguments

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

View = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the path without `.json` (`ID` stands for an id), its template and its rows."""

    path: str
    template: str
    rows: Callable[..., Row]
    kept: bool = True  # until the next publication
    told: Callable[[Row, Link], Row] = lambda shown, _: shown  # what whole addresses are needed for

    @property
    def pattern(self) -> str:
        """The regular expression that Datasette's router takes."""
        stem = self.path.replace("/ID", r"/(?P<id>[^/]+?)")
        return rf"^{stem}(?P<json>\.json)?$"


PAGES = (
    Page("/", "home.html", lists.home),
    Page("/spotlights", "spotlights.html", spotlights.spotlights),
    Page("/spotlights/ID", "interview.html", reading.interview, told=reading.told),
    Page("/people", "people.html", lists.people),
    Page("/people/ID", "person.html", reading.person),
    Page("/questions", "questions.html", lists.questions),
    Page("/questions/ID", "question.html", answers.question),
    Page("/search", "search.html", answers.search, kept=False),
    Page("/baton", "baton.html", lists.baton),
    Page("/about", "about.html", lists.about),
)


def routes() -> list[tuple[str, View]]:
    """Return Datasette's (pattern, view) pairs for all PAGES, documents and the download."""
    # A document first: its ending is no part of an id.
    pages = ((page.pattern, _view(page)) for page in PAGES)
    return [*documents.routes(), *pages, (r"^/mikroscope\.db$", download)]


def patterns_to_keep() -> list[str]:
    """Return the patterns of pages and documents that stay as they are until the next publication."""
    return [
        *(one.pattern for one in documents.DOCUMENTS),
        *(page.pattern for page in PAGES if page.kept),
    ]


def _view(page: Page) -> View:
    """Return the view of one page."""

    async def view(datasette: "Datasette", request: Request) -> Response:
        found = request.url_vars
        ids = {"id": unquote(found["id"])} if "id" in found else {}
        source = await permitted(datasette, request)
        link = links(datasette, request)
        data = page.told(await at_once(source, page.rows, arguments(request.args), **ids), link)
        if found.get("json"):
            response = Response.json(data)
        else:
            shown = {**data, "whole": link}
            html = await datasette.render_template(page.template, shown, request=request)
            response = Response.html(html)
        return response

    return view
