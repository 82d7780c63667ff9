"""What lets browsers and proxies keep answers: a tag of their content, and 304 to who has it.

Rule: every 200 of known length gets an ETag made of its bytes (RFC 9110 §8.8.3, §13.1.2), so it
changes when a new build is published and not before; our static files are asked for by their
digest and kept for a year. What streams, as CSV does, goes through untouched.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Send], Awaitable[None]]

STATIC = "/-/static"  # of Datasette and of its plugins
ALWAYS_ASK = b"no-cache"  # kept, but asked for again each time
FOR_A_MONTH = b"public, max-age=2592000"  # fonts: their content goes with their name
FOR_GOOD = b"public, max-age=31536000, immutable"
# Datasette tells how long a query took; the answer is the same whether it took one or two.
# Two patterns, since one that begins with a fixed text is looked for ten times as fast.
_OF_THE_MOMENT = (re.compile(rb'query_ms": [\d.e-]+'), re.compile(rb"Queries took [\d.e-]+ms"))
# Two columns of FTS5 that it hides and Datasette shows: one numbers the cursors that a connection has
# had, so that each answer was another; the other ranks what a search finds, and is empty without one.
_INDEX = re.compile(r"/[^/]+/(answers_fts|people_fts)(?:\.\w+)?")
_HIDDEN = ("{}", "rank")
LARGEST = 8_000_000  # bytes of a file sent in pieces that is held to be tagged


def tagged(app: App) -> App:
    """Return the ASGI application with ETag and Cache-Control on what can have them."""

    async def with_tags(scope: Any, receive: Any, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            send = _Tagging(scope, send).send
            # HEAD is answered as GET would be (RFC 9110 §9.3.2); the server sends no body of it.
            scope = {**_without_hidden(scope), "method": "GET"}
        await app(scope, receive, send)

    return with_tags


def _without_hidden(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return a scope that asks for the rows of a search index without what FTS5 hides."""
    index = _INDEX.fullmatch(scope["path"])
    if not index:
        return scope
    said = scope.get("query_string", b"").split(b"&")
    unsaid = (f"_nocol={name.format(index[1])}".encode() for name in _HIDDEN)
    asked = dict.fromkeys([*filter(None, said), *unsaid])
    return {**scope, "query_string": b"&".join(asked)}


class _Tagging:
    """One answer on its way: held until its whole body is there, or let through."""

    def __init__(self, scope: MutableMapping[str, Any], send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._pieces: list[bytes] = []

    async def send(self, message: Message) -> None:
        """Take the next message of the application; the body's last piece lets all of them go."""
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
        if more and not _is_short(self._start):
            await self._let_through(self._start, message)
        elif not more:
            await self._answer(self._start, b"".join(self._pieces))

    async def _let_through(self, start: Message, message: Message) -> None:
        self._start = None
        await self._send(start)
        await self._send(message)

    async def _answer(self, start: Message, body: bytes) -> None:
        # Weak, because a compressed answer is the same content in other bytes.
        tag = f'W/"{_digest(body)}"'.encode()
        headers = _headers(start)
        kept = {b"etag": tag, b"cache-control": headers.get(b"cache-control") or self._keeping()}
        if _has(self._scope, tag):
            # As the 200 would say (RFC 9110 §15.4.5), whose compressed form is another plugin's.
            kept[b"vary"] = b", ".join(filter(None, (headers.get(b"vary"), b"Accept-Encoding")))
            start = {"type": start["type"], "status": 304, "headers": [*kept.items()]}
            body = b""
        else:
            kept[b"content-length"] = str(len(body)).encode()
            start = {**start, "headers": [*(headers | kept).items()]}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _keeping(self) -> bytes:
        """Return for how long the answer may be kept without asking."""
        if not _within_static(self._scope["path"]):
            return ALWAYS_ASK
        if self._scope["path"].endswith(".woff2"):
            return FOR_A_MONTH
        return FOR_GOOD if self._scope.get("query_string") else ALWAYS_ASK


def _digest(body: bytes) -> str:
    """Return a short digest of an answer, whatever the time that its queries took."""
    for pattern in _OF_THE_MOMENT:
        body = pattern.sub(b"", body)
    return hashlib.sha256(body).hexdigest()[:20]


def _headers(start: Message) -> dict[bytes, bytes]:
    """Return the headers of an answer by their names in lower case."""
    return {name.lower(): value for name, value in start.get("headers", [])}


def _within_static(path: str) -> bool:
    return STATIC in path


def _is_short(start: Message) -> bool:
    """Tell whether an answer says its length, and it is one to hold."""
    said = _headers(start).get(b"content-length", b"")
    return said.isdigit() and int(said) <= LARGEST


def _has(scope: MutableMapping[str, Any], tag: bytes) -> bool:
    """Tell whether the visitor says to have the content of `tag` (weak comparison)."""
    said = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    bare = tag.removeprefix(b"W/")
    return said.strip() == b"*" or bare in {
        one.strip().removeprefix(b"W/") for one in said.split(b",")
    }
