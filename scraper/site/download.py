"""The whole database as one file, also while a build is being published.

Rule: a consistent copy is made on disk and sent in pieces; the server never holds it in memory, and
has one copy of a publication on disk, however many download it slowly.
Datasette itself hands out only databases that cannot change.
"""

import asyncio
import os
import sqlite3
import weakref
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from datasette.utils.asgi import NotFound

from scraper.site.archive import permitted
from scraper.site.keeping import version_of
from scraper.site.safety import Send

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from collections.abc import Callable

    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

_PIECE = 1 << 16  # bytes; each is compressed on the way, and others are served in between


class _Copy:
    """A copy on disk that has no name any more; it goes when nobody reads it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        weakref.finalize(self, file.close)

    def piece(self, start: int) -> bytes:
        """Return the next bytes from `start`; many may read at once."""
        return os.pread(self._file.fileno(), _PIECE, start)


class Download:
    """An answer, as Datasette sends them: a file of known length."""

    def __init__(self, copy: _Copy, name: str) -> None:
        self._copy = copy
        self._name = name

    async def asgi_send(self, send: Send) -> None:
        """Send the file piece by piece (ASGI 3, HTTP)."""
        headers = {
            "content-type": "application/vnd.sqlite3",
            "content-disposition": f'attachment; filename="{self._name}"',
            "content-length": str(self._copy.size),
        }
        told = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        for start in range(0, self._copy.size, _PIECE):
            piece = await asyncio.to_thread(self._copy.piece, start)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Copies:
    """The copy of what is published now: all who download it meanwhile are sent the same."""

    def __init__(self, datasette: "Datasette") -> None:
        self._version = version_of(datasette)
        self._making = asyncio.Lock()
        self._of: int | None = None
        self._copy: Callable[[], _Copy | None] = lambda: None  # a weak reference

    async def current(self, source: "Database") -> _Copy:
        """Return the copy, made if there is none or it is of an earlier publication."""
        async with self._making:
            now = self._version.now()
            copy = self._copy()
            if copy is None or now is None or now != self._of:
                copy = _Copy(await source.execute_fn(_copied))
                self._of, self._copy = now, weakref.ref(copy)
            return copy


@lru_cache(maxsize=8)
def _copies(datasette: "Datasette") -> _Copies:
    return _Copies(datasette)


async def download(datasette: "Datasette", request: "Request") -> Download:
    """Return the answer that is the database.

    Raises NotFound where downloads are not allowed, Forbidden where they are not to this visitor.
    """
    if not datasette.setting("allow_download"):
        raise NotFound("The database cannot be downloaded here.")
    source = await permitted(datasette, request, "view-database-download")
    return Download(await _copies(datasette).current(source), "mikroscope.db")


def _copied(connection: sqlite3.Connection) -> IO[bytes]:
    """Return a copy of the database as an open file that has no name any more."""
    with TemporaryDirectory(prefix="mikroscope-download-") as folder:
        path = Path(folder) / "copy.db"
        with closing(sqlite3.connect(path)) as copy:
            connection.backup(copy)
        file = path.open("r+b")
        # "No WAL" (SQLite file format §1.3.3): what says it has one cannot be opened in memory.
        file.seek(18)
        file.write(b"\1\1")
        file.seek(0)
    return file
