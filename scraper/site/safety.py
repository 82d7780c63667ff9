"""What keeps the site safe on the internet: headers on every answer, errors that tell no secrets.

Rule: one policy for every page, Datasette's own too; no inline script or style is ever allowed,
so text that slips through a template still cannot run.
"""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from datasette import Response
from datasette.utils import MultiParams
from datasette.utils.asgi import Base400, Request

from scraper.site.bounds import was_interrupted

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

Headers = list[tuple[bytes, bytes]]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
SERVICES = "/-/"  # where plugins take POST, as reconciliation and MCP do; no page of ours is there
_WRONG = "One of these is not as this page takes it: {}."
_TOO_LONG = "The query took longer than this server allows. Ask for less, or download the database."
# What Python and SQLite raise at a value they cannot take. Datasette 0.65 checks few of its parameters.
_OF_VALUES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NameError, RecursionError, TypeError, ValueError,
    sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
)  # fmt: skip
# A statement that is none. The second is what a connection says of its first, before it read the schema.
_OF_SQL = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA)
_log = logging.getLogger(__name__)


def guarded(app: App) -> App:
    """Return the ASGI application with HEADERS on every answer (Fetch, CSP 3, RFC 7034)."""

    async def with_headers(scope: Any, receive: Any, send: Send) -> None:
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _safe(message.get("headers", []))}
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            # Not even the page of an error could be made.
            _log.exception("failed at %s", scope["path"])
            await Response.text("The fault is ours.\n", status=500).asgi_send(send_with_headers)

    return with_headers


def _safe(headers: Headers) -> Headers:
    """Return headers with ours; what nobody said for how long to keep is asked for each time."""
    said = {name.decode("latin-1").lower() for name, _ in headers}
    theirs = [pair for pair in headers if pair[0].decode("latin-1").lower() not in HEADERS]
    ours = HEADERS if "cache-control" in said else {**HEADERS, "cache-control": "no-cache"}
    return [*theirs, *((name.encode(), value.encode()) for name, value in ours.items())]


async def error_page(datasette: "Datasette", request: Request, exception: Exception) -> Response:
    """Return the page, or the JSON, of an error; only what was meant for visitors is told."""
    status, title, told = _said(exception)
    if status >= 500 and _is_asked_wrongly(request, exception):
        said = (request.path, _named(request), repr(exception))
        _log.warning("%.200s could not take %.200r: %.200s", *said)
        status, title, told = 400, "A parameter is not right", _WRONG.format(_named(request))
    elif status >= 500:
        _log.error("failed at %s", request.path, exc_info=exception)
    if request.path.endswith(".json"):
        body = {"ok": False, "error": told, "status": status, "title": title}
        return Response.json(body, status=status)
    html = await datasette.render_template(
        "error.html", {"status": status, "title": title, "error": told}, request=request
    )
    return Response.html(html, status=status)


def _said(exception: Exception) -> tuple[int, str | None, str]:
    """Return status, title and text of an error as a visitor may read it."""
    from datasette.database import QueryInterrupted  # noqa: PLC0415 - see above
    from datasette.views.base import DatasetteError  # noqa: PLC0415 - see above

    if isinstance(exception, DatasetteError):
        told = _TOO_LONG if exception.message_is_html else str(exception.message)
        # Datasette's status where it says none is 500, also for what a visitor got wrong.
        return 400 if exception.status == 500 else exception.status, exception.title, told
    if isinstance(exception, QueryInterrupted):  # a CSV's, which Datasette lets through
        return 400, "SQL Interrupted", _TOO_LONG
    if isinstance(exception, Base400):
        return exception.status, None, str(exception.args[0] if exception.args else "")
    if was_interrupted(exception):
        return 400, "That takes too long", _TOO_LONG
    return 500, None, ""


def _is_asked_wrongly(request: Request, exception: Exception) -> bool:
    """Tell whether Datasette or a plugin, not a page of ours, failed at what a visitor sent.

    Without parameters the same table, row or query needs no value, and its faults are ours.
    """
    code = getattr(exception, "sqlite_errorcode", None)
    of_value = isinstance(exception, _OF_VALUES) or code in _OF_SQL
    sent = "database" in request.url_vars and bool(request.query_string)
    return of_value and (sent or SERVICES in request.path)


def _named(request: Request) -> str:
    """Return the names of a request's parameters, as far as they fit a line."""
    return ", ".join(name[:40] for name in list(request.args)[:8]) or "what was sent"


def arguments(args: MultiParams) -> dict[str, str]:
    """Return the first value of each parameter of a request."""
    return {name: args.get(name) or "" for name in args}
