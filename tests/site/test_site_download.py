"""The database is handed out from one copy, however many take it at once."""

import asyncio
import sqlite3
from collections.abc import Callable, MutableMapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pytest
from datasette.app import Datasette
from datasette.utils.asgi import Request

from scraper.site import download

Make = Callable[..., Path]


async def _taken(one: download.Download) -> bytes:
    """Return all that a download sends."""
    pieces: list[bytes] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        pieces.append(message.get("body", b""))
        await asyncio.sleep(0)

    await one.asgi_send(send)
    return b"".join(pieces)


async def _gone(made: list[IO[bytes]]) -> None:
    """Give the threads that read them a moment to let go of the last piece."""
    for _ in range(200):
        if all(one.closed for one in made):
            return
        await asyncio.sleep(0.01)


def test_one_copy_is_made_for_all_who_take_it_at_once(
    tmp_path: Path, make_database: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each publication one, whole for everybody; when nobody reads it any more, its place is free."""
    path = make_database(tmp_path / "mikroscope.db")
    made: list[IO[bytes]] = []
    copied = download._copied

    def counting(connection: sqlite3.Connection) -> IO[bytes]:
        made.append(copied(connection))
        return made[-1]

    monkeypatch.setattr(download, "_copied", counting)

    async def several() -> None:
        site = Datasette([str(path)])
        asked = Request.fake("/mikroscope.db")
        first = await asyncio.gather(*(download.download(site, asked) for _ in range(6)))
        assert len(made) == 1
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE people SET name = 'Somebody Else' WHERE id = 'meera-k'")
            connection.commit()
        later = await asyncio.gather(*(download.download(site, asked) for _ in range(6)))
        assert len(made) == 2
        before = await asyncio.gather(*map(_taken, first))
        after = await asyncio.gather(*map(_taken, later))
        assert (len(set(before)), len(set(after))) == (1, 1)
        assert b"Somebody Else" in after[0]
        assert b"Somebody Else" not in before[0]
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(before[0])
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        del first, later
        await _gone(made)
        assert [one.closed for one in made] == [True, True]
        await _taken(await download.download(site, asked))
        assert len(made) == 3
        await _gone(made)
        assert made[2].closed

    asyncio.run(several())
