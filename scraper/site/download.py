"""The whole database as one file, also while a build is being published.

Rule: a consistent copy is made on disk and sent in pieces; the server never holds it in memory.
Datasette itself hands out only databases that cannot change.
"""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from datasette.utils.asgi import NotFound

from scraper.site.archive import permitted
from scraper.site.safety import Send

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

_PIECE = 1 << 16  # bytes; each is compressed on the way, and others are served in between


class Download:
    """An answer, as Datasette sends them: a file of known length, closed when it has been sent."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name

    async def asgi_send(self, send: Send) -> None:
        """Send the file piece by piece (ASGI 3, HTTP)."""
        with self._file as file:
            size = os.fstat(file.fileno()).st_size
            headers = {
                "content-type": "application/vnd.sqlite3",
                "content-disposition": f'attachment; filename="{self._name}"',
                "content-length": str(size),
            }
            told = [(name.encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": 200, "headers": told})
            for _ in range(0, size, _PIECE):
                piece = await asyncio.to_thread(file.read, _PIECE)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def download(datasette: "Datasette", request: "Request") -> Download:
    """Return the answer that is the database.

    Raises NotFound where downloads are not allowed, Forbidden where they are not to this visitor.
    """
    if not datasette.setting("allow_download"):
        raise NotFound("The database cannot be downloaded here.")
    source = await permitted(datasette, request, "view-database-download")
    return Download(await source.execute_fn(_copied), "mikroscope.db")


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
