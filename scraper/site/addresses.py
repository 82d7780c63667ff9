"""Whole addresses of our pages, for feeds, sitemaps and citations that are read elsewhere.

Rule: scheme and host come from `plugins: mikroscope: url` of the metadata where it is said (doors.py
puts it into every request), else from the request as the proxy hands it on; the path always carries
Datasette's `base_url`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

Link = Callable[..., str]


def local(datasette: "Datasette", path: str, **query: Any) -> str:
    """Return the link to one of our pages; parameters that are empty are left out."""
    asked = {name: value for name, value in query.items() if value}
    return str(datasette.urls.path(quote(path))) + (f"?{urlencode(asked)}" if asked else "")


def origin(datasette: "Datasette") -> tuple[str, str] | None:
    """Return scheme and host of the site as the metadata says them, None where it does not."""
    said = (datasette.plugin_config("mikroscope") or {}).get("url") or ""
    parts = urlsplit(str(said))
    known = parts.scheme in ("http", "https") and parts.netloc
    return (parts.scheme, parts.netloc) if known else None


def links(datasette: "Datasette", request: "Request") -> Link:
    """Return what makes whole addresses: `link("/spotlights/x", lang="fr")`."""

    def link(path: str, **query: Any) -> str:
        return str(datasette.absolute_url(request, local(datasette, path, **query)))

    return link


def in_language(link: Link, path: str, lang: str) -> str:
    """Return the whole address of one language of an interview; English needs no mark."""
    return str(link(path, lang="" if lang == "en" else lang))
