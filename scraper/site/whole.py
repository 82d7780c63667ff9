"""A CSV that streams has every row of its table, once.

Rule: it comes in the order of the table's ids. Datasette 0.65 sorts its first page by the chosen
column alone and the next ones by column and key: where values are equal, rows are lost or doubled
between pages. By the key, every page agrees.
"""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils import tilde_decode

from scraper.site.safety import App

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

_TABLE = re.compile(r"/([^/]+)/([^/]+)\.csv")
KEY = "id"


def whole(app: App, datasette: "Datasette") -> App:
    """Wrap `app` so that tables stream in the order of their ids."""
    base = datasette.setting("base_url").rstrip("/")

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        found = _TABLE.fullmatch(str(scope.get("path", "")).removeprefix(base))
        if found and "_stream" in dict(query):
            described = datasette.table_metadata(*map(tilde_decode, found.groups()))
            if KEY in described.get("columns", {}):
                kept = [pair for pair in query if pair[0] not in {"_sort", "_sort_desc"}]
                asked = urlencode([*kept, ("_sort", KEY)])
                scope = {**scope, "query_string": asked.encode()}
        await app(scope, receive, send)

    return wrapped
