"""What passes between the endpoints of the make-believe site and its door: visits and documents.

Rule: a visit carries the studio of its moment; a document knows nothing of the request.
"""

from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from scraper.sample.studio import Studio

HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Document:
    """What an endpoint answers with, before validators and compression."""

    body: bytes
    media_type: str = HTML
    status: int = 200
    modified: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as endpoints see it: the studio of the moment, and the site's own address."""

    studio: Studio
    base: str
    request: Request

    def part(self, name: str) -> str:
        """Return a part of the path that the route names; empty where it has none."""
        return str(self.request.path_params.get(name, ""))

    @property
    def path(self) -> str:
        """The path asked for, percent-decoded."""
        return str(self.request.url.path)

    @property
    def lang(self) -> str:
        """The language that the path begins with; English where it names none."""
        return "fr" if self.path.startswith("/fr/") else "en"
