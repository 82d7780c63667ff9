"""A CSV is the whole of what was asked for, or says that it is not.

Rules: a table that streams comes in the order of its ids. Datasette 0.65 sorts its first page by the
chosen column alone and the next ones by column and key: where values are equal, rows are lost or
doubled between pages. By the key, every page agrees. And a statement that failed, which Datasette
answers with 200 and a line without columns, is answered with 400.
"""

import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils import tilde_decode

from scraper.site.safety import App, Message, Send

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

_TABLE = re.compile(r"/([^/]+)/([^/]+)\.csv")
KEY = "id"
NO_COLUMNS = b"\r\n"  # what csv.writer makes of no columns; one without a name is `""`
FAILED = b"The statement could not be run. The same address with .json in place of .csv says why.\n"


def whole(app: App, datasette: "Datasette") -> App:
    """Wrap `app` so that tables stream in the order of their ids, and failures are told."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        found = _TABLE.fullmatch(str(scope.get("path", "")))
        if found and "_stream" in dict(query):
            described = datasette.table_metadata(*map(tilde_decode, found.groups()))
            if KEY in described.get("columns", {}):
                kept = [pair for pair in query if pair[0] not in {"_sort", "_sort_desc"}]
                asked = urlencode([*kept, ("_sort", KEY)])
                scope = {**scope, "query_string": asked.encode()}
        await app(scope, receive, _telling(send) if _is_csv(scope) else send)

    return wrapped


def _is_csv(scope: MutableMapping[str, Any]) -> bool:
    return scope["type"] == "http" and str(scope["path"]).endswith(".csv")


def _telling(send: Send) -> Send:
    """Return `send` for a CSV: its start waits for its first line, which shows whether it failed."""
    start: Message | None = None
    failed = False

    async def told(message: Message) -> None:
        nonlocal start, failed
        if message["type"] == "http.response.start":
            start = message
            return
        if start is not None:
            failed = start["status"] == 200 and message.get("body") == NO_COLUMNS
            await send({**start, "status": 400} if failed else start)
            message = {**message, "body": FAILED} if failed else message
            start = None
        await send(message)

    return told
