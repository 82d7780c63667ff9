"""The make-believe site on loopback: a real HTTP server in a thread, and what it heard.

Rule: what a library would refuse to say is said by the protocol itself, on the same port, so that
tests ask one server for good pages and bad ones alike.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from scraper.sample.app import application
from scraper.sample.faults import Fault, Heard, Pause, Reset, Step
from scraper.sample.studio import Studio

HOST = "127.0.0.1"
BACKLOG = 128
FULL = 1_000_000  # bytes waiting to be read by the client before a fault waits too
BREATH = 0.01  # seconds


class Asked(NamedTuple):
    """One request the site heard; `path` is the target as it was sent, query included."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Site:
    """The running site. Set `studio` to change it between two crawls; fill `faults` to break it.

    `faults` maps a path pattern (`fnmatch`, without the query, as it is sent) to a fault; the first
    that fits is used. `requests` is every request in the order heard.
    """

    studio: Studio
    url: str = ""
    requests: list[Asked] = field(default_factory=list)
    faults: MutableMapping[str, Fault] = field(default_factory=dict)
    asked_of: dict[str, int] = field(default_factory=dict)

    def hear(self, asked: Asked) -> Iterable[Step] | None:
        """Note a request; return a fault's steps if one is to answer it."""
        self.requests.append(asked)
        path = asked.path.partition("?")[0]
        for pattern, fault in list(self.faults.items()):
            if fnmatchcase(path, pattern):
                times = self.asked_of[pattern] = self.asked_of.get(pattern, 0) + 1
                return fault(Heard(asked.method, asked.path, asked.headers, times))
        return None

    def reopen(self, studio: Studio) -> None:
        """Show another studio and forget what was: requests, faults and their counts."""
        self.studio = studio
        self.requests.clear()
        self.faults.clear()
        self.asked_of.clear()

    def paths(self, method: str = "GET") -> list[str]:
        """Return the targets asked for with a method, in order."""
        return [asked.path for asked in self.requests if asked.method == method]


@contextmanager
def serve(studio: Studio, port: int = 0) -> Iterator[Site]:
    """Serve the studio on 127.0.0.1 while the context lasts; port 0 takes a free one."""
    site = Site(studio)
    with socket.create_server((HOST, port), backlog=BACKLOG) as door:
        # An answer in two writes must not wait for an acknowledgement; asyncio sees to that only
        # where the socket names its protocol.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        site.url = f"http://{HOST}:{door.getsockname()[1]}/"
        server = uvicorn.Server(_config(site))
        thread = threading.Thread(
            target=server.run, args=([door],), name="sample studio", daemon=True
        )
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield site
        finally:
            server.should_exit = True
            server.force_exit = True  # a drip or an endless body is not waited for
            thread.join()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    while thread.is_alive() and not server.started:
        pause.wait(BREATH)


def _config(site: Site) -> uvicorn.Config:
    def protocol(*args: Any, **kwargs: Any) -> asyncio.Protocol:
        return _Door(site, *args, **kwargs)

    return uvicorn.Config(
        application(lambda: site.studio),
        http=protocol,  # type: ignore[arg-type] # any maker of protocols will do
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
    )


class _Door(H11Protocol):
    """uvicorn's protocol with an ear: it notes each request, and lets faults answer their own."""

    def __init__(self, site: Site, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site = site
        self._waiting = b""
        self._misbehaving: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        """Take a whole request head, note it, and hand it to a fault or to uvicorn."""
        if self._misbehaving:
            return
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            raw, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            steps = self._site.hear(_read(raw))
            if steps is not None:
                self._misbehaving = self.loop.create_task(self._play(steps))
                return
            super().data_received(raw + b"\r\n\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop misbehaving when nobody is there any more."""
        if self._misbehaving:
            self._misbehaving.cancel()
        super().connection_lost(exc)

    async def _play(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if isinstance(step, Reset):
                self._reset()
                return
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                continue
            self.transport.write(step)
            while self.transport.get_write_buffer_size() > FULL:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(BREATH)
            await asyncio.sleep(0)
        self.transport.close()

    def _reset(self) -> None:
        """Close with RST: lingering for no time at all drops what is not sent (SO_LINGER)."""
        line: socket.socket = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def _read(raw: bytes) -> Asked:
    """Return a request head as it was sent; its bytes are latin-1 (RFC 9112 §2.2)."""
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Asked(method, rest.rpartition(" ")[0], headers)
