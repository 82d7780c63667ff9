"""Whose turn it is: our pages wait for no statement of a visitor, and those wait in a short line.

Rule: Datasette runs everything in a few threads, and a statement without an end keeps one until the time
limit. So our pages are read in threads of their own, and of the statements that visitors write some
run, some wait, and who comes after those is told to come back.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

from datasette import Response

from scraper.site.safety import SERVICES, App, Message

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.database import Database

T = TypeVar("T")
RUNNING = 2  # statements of visitors at once: half of the threads that `serve` gives Datasette
WAITING = 8  # in line behind them: the last waits for some four times the time limit
_WRITTEN = {"sql", "_where"}  # the parameters in which a visitor writes SQL
_FULL = "Many are asking SQL just now. Try again in a moment, or download the database."
_AGAIN = {"retry-after": "5"}  # seconds (RFC 9110 §10.2.3)


class Threads:
    """As many threads as Datasette has, each with a connection of its own, for our pages alone."""

    def __init__(self, source: "Database", number: int) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(number, "mikroscope")
        self._of_thread = threading.local()

    async def run(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `ask` reads in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._asked, ask)

    def _asked(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._source.connect()
            # As Datasette prepares its own: functions, bounds, settings.
            self._source.ds._prepare_connection(connection, self._source.name)  # noqa: SLF001
            self._of_thread.connection = connection
        return ask(connection)


@lru_cache(maxsize=8)
def _threads(source: "Database") -> Threads:
    return Threads(source, source.ds.setting("num_sql_threads"))


async def in_turn(source: "Database", ask: Callable[[sqlite3.Connection], T]) -> T:
    """Return what `ask` reads, beside all that Datasette reads; in one line where it has no threads."""
    alone = source.ds.executor is None
    found: T = await (source.execute_fn(ask) if alone else _threads(source).run(ask))
    return found


def bounded(app: App) -> App:
    """Wrap `app` so that few statements of visitors run at once; 503 where too many wait already."""
    line = _Line()

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if not _has_statement(scope):
            await app(scope, receive, send)
            return
        if line.is_full():
            await _full(str(scope["path"])).asgi_send(send)
            return
        leave = await line.enter()

        async def answering(message: Message) -> None:
            leave()  # when the answer begins: who takes a long one slowly holds up nobody
            await send(message)

        try:
            await app(scope, receive, answering)
        finally:
            leave()

    return wrapped


class _Line:
    """Those whose statements run, and those who wait behind them."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(RUNNING)
        self._inside = 0

    def is_full(self) -> bool:
        """Tell whether one more is too many."""
        return self._inside >= RUNNING + WAITING

    async def enter(self) -> Callable[[], None]:
        """Wait for a turn; return what ends it, which may be called again."""
        self._inside += 1
        try:
            await self._turn.acquire()
        except BaseException:  # nobody waits for the answer any more
            self._inside -= 1
            raise
        inside = True

        def leave() -> None:
            nonlocal inside
            if inside:
                inside = False
                self._inside -= 1
                self._turn.release()

        return leave


def _has_statement(scope: Any) -> bool:
    """Tell whether a request brings SQL of a visitor: in its address, or sent to a plugin."""
    if scope["type"] != "http":
        return False
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
    sent = scope["method"] == "POST" and SERVICES in scope["path"]
    return sent or any(name in _WRITTEN for name, _ in query)


def _full(path: str) -> Response:
    """Return what is answered to who cannot even wait."""
    if path.endswith(".json"):
        told = {"ok": False, "error": _FULL, "status": 503, "title": None}
        return Response.json(told, status=503, headers=_AGAIN)
    return Response.text(f"{_FULL}\n", status=503, headers=_AGAIN)
