"""How a request comes in: under which path and host, by which method, and which doors are closed.

Rule: what stands behind this sees every request as if the site stood at the root of its own host, so
the links that Datasette makes of a request's path are right whether a proxy passes `base_url` on or
takes it away.
"""

import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from datasette import Response
from datasette.utils.asgi import asgi_send_redirect

from scraper.site.addresses import origin
from scraper.site.safety import SERVICES, App, Send

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

Scope = MutableMapping[str, Any]

READING = ("GET", "HEAD", "OPTIONS")
# Datasette's tools for its administrators: they tell paths and threads, or set cookies.
CLOSED = frozenset(
    f"/-/{name}{ending}"
    for name in ("threads", "databases", "allow-debug", "patterns", "messages", "permissions")
    for ending in ("", ".json")
)
NOWHERE = "/-/closed"
# No address has them (RFC 3986 §2), and a browser takes the last for a slash.
_NO_ADDRESS = re.compile(rb"[^!-~]|\\")


def received(app: App, datasette: "Datasette") -> App:
    """Return the ASGI application that is asked at the root, for reading, by open doors only."""
    base = str(datasette.setting("base_url")).rstrip("/")
    there = origin(datasette)

    async def wrapped(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if _NO_ADDRESS.search(scope.get("raw_path") or b""):
            told = (
                "That is no address: what is no ASCII letter, digit or sign stands in it as %XX.\n"
            )
            await Response.text(told, status=400).asgi_send(send)
            return
        scope = _legible(scope)
        if base and scope["path"] == base:
            await asgi_send_redirect(send, f"{base}/")
            return
        scope = _at(_without(base, scope), *there) if there else _without(base, scope)
        if scope["method"] not in READING and SERVICES not in scope["path"]:
            allow = {"allow": ", ".join(READING)}
            told = f"There is no {scope['method']} here: this site is for reading.\n"
            await Response.text(told, status=405, headers=allow).asgi_send(send)
            return
        if scope["path"].rstrip("/") in CLOSED:
            scope = {**scope, "path": NOWHERE, "raw_path": NOWHERE.encode()}
        await app(scope, receive, send)

    return wrapped


def _legible(scope: Scope) -> Scope:
    """Return a scope without cookies that cannot be read: others on the host may have set them."""
    kept = [
        (name, value) for name, value in scope["headers"] if name != b"cookie" or value.isascii()
    ]
    return {**scope, "headers": kept}


def _without(base: str, scope: Scope) -> Scope:
    """Return a scope whose path begins behind `base`."""
    if not base or not scope["path"].startswith(f"{base}/"):
        return scope
    raw = scope.get("raw_path") or scope["path"].encode()
    return {
        **scope,
        "path": scope["path"].removeprefix(base),
        "raw_path": raw.removeprefix(base.encode()),
    }


def _at(scope: Scope, scheme: str, host: str) -> Scope:
    """Return a scope that says where the site stands, whatever the visitor says."""
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "scheme": scheme, "headers": [(b"host", host.encode("idna")), *others]}
