"""Pages that are kept: who asks for one again, before the next publication, is given the same bytes.

Rule: what is kept was read from the very content that is published now, whoever published it and
however; SQLite's own counter of changes says so at every request. Kept are our own pages, to who
shows no sign of being somebody, and never a search: what people type has no end.
"""

import re
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound

from scraper.site.archive import database
from scraper.site.safety import App, Message, Send

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

MOST = 32_000_000  # bytes of all pages that are kept
LARGEST = 4_000_000  # bytes of one
_OF_SOMEBODY = {b"cookie", b"authorization"}
Key = tuple[bytes, ...]
Page = tuple[Message, Message]


def kept(app: App, datasette: "Datasette", patterns: Iterable[str]) -> App:
    """Wrap `app` so that the pages whose paths match one of `patterns` are kept."""
    pages = _Kept()
    version = version_of(datasette)
    ours = [re.compile(pattern) for pattern in patterns]

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        path = str(scope.get("path", ""))
        if not (_is_for_anybody(scope) and any(pattern.match(path) for pattern in ours)):
            await app(scope, receive, send)
            return
        now = version.now()
        key = _key(scope)
        page = pages.of(now, key)
        if page is None:
            noted = _Noting(send)
            await app(scope, receive, noted.send)
            if now is not None and noted.page:
                pages.keep(now, key, noted.page)
        else:
            for message in page:
                await send({**message})

    return wrapped


def _is_for_anybody(scope: MutableMapping[str, Any]) -> bool:
    """Tell whether a request is one to look at something, from nobody in particular."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope.get("actor")
        and not any(name in _OF_SOMEBODY for name, _ in scope["headers"])
    )


def _key(scope: MutableMapping[str, Any]) -> Key:
    """Return all of a request that a page of ours depends on: whole addresses name scheme and host."""
    hosts = (value for name, value in scope["headers"] if name == b"host")
    path = scope.get("raw_path") or scope["path"].encode()
    return (scope["scheme"].encode(), path, scope.get("query_string", b""), *hosts)


class Version:
    """What SQLite says of the published content: a number that each publication changes."""

    def __init__(self, datasette: "Datasette") -> None:
        self._datasette = datasette
        self._connection: sqlite3.Connection | None = None

    def now(self) -> int | None:
        """Return the number, None where it cannot be had: then nothing is kept.

        It is read from memory that SQLite shares between processes, so nobody waits for it.
        """
        try:
            if self._connection is None:
                self._connection = database(self._datasette).connect()
                self._connection.execute("PRAGMA busy_timeout = 0")
            ((number,),) = self._connection.execute("PRAGMA data_version").fetchall()
        except (sqlite3.Error, NotFound):
            return None
        return int(number)


@lru_cache(maxsize=8)
def version_of(datasette: "Datasette") -> Version:
    """Return the one counter of a site: a connection each would be one too many."""
    return Version(datasette)


class _Kept:
    """The pages of one version, those asked for longest ago leaving first."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._size = 0

    def of(self, version: int | None, key: Key) -> Page | None:
        """Return the page that is kept of a version, if there is one."""
        if version != self._version:
            self._version, self._size = version, 0
            self._pages.clear()
        page = self._pages.get(key)
        if page:
            self._pages.move_to_end(key)
        return page

    def keep(self, version: int, key: Key, page: Page) -> None:
        """Keep a page that was read after `version` was."""
        if version == self._version and key not in self._pages:
            self._pages[key] = page
            self._size += len(page[1]["body"])
            while self._size > MOST:
                _, (_, gone) = self._pages.popitem(last=False)
                self._size -= len(gone["body"])


class _Noting:
    """An answer on its way: sent on as it comes, and noted if it is a whole page."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self.page: Page | None = None

    async def send(self, message: Message) -> None:
        """Send a message on, having noted it."""
        if message["type"] == "http.response.start":
            of_somebody = any(name.lower() == b"set-cookie" for name, _ in message["headers"])
            self._start = {**message} if message["status"] == 200 and not of_somebody else None
        elif self._start and not message.get("more_body"):
            body = message.get("body", b"")
            self.page = (self._start, {**message}) if 0 < len(body) <= LARGEST else None
        else:
            self._start = None  # it comes in pieces
        await self._send(message)
