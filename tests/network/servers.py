"""Servers of our own on loopback, clocks that do not wait, and a make-believe news site.

Rule: real sockets, real HTTP; every answer is decided by a table, every request is remembered.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scraper.fetch import Clock

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@dataclass
class Answer:
    """What a path answers: a whole response, or bytes straight onto the socket."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[["Handler"], None] | None = None


Rule = Answer | Callable[["Asked"], Answer]


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The query's first values."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


class Handler(BaseHTTPRequestHandler):
    """Answers from its server's table."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer in two writes must not wait for an acknowledgement
    server: "Server"

    def do_GET(self) -> None:  # the standard library's name
        """Answer one request."""
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.server.asked.append(asked)
        rule = self.server.table.get(self.path) or self.server.table.get(urlsplit(self.path).path)
        answer = rule(asked) if callable(rule) else rule or Answer(404, b"nothing here")
        if answer.raw is not None:
            self.close_connection = True
            answer.raw(self)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        body = b"" if answer.status == 304 else answer.body
        if "Transfer-Encoding" not in answer.headers and answer.status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server on a port of its own, with a table of answers and a list of what was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.table: dict[str, Rule] = {}
        self.asked: list[Asked] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The origin."""
        return f"http://{self.host}"

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away."""


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the block ends."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Time:
    """A clock whose sleep returns at once, having moved the time."""

    at: datetime = START
    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        """Return it as the program takes it."""
        return Clock(now=self.now, monotonic=lambda: self.passed, sleep=self.sleep)

    def now(self) -> datetime:
        """Return the time."""
        return self.at + timedelta(seconds=self.passed)

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept.append(seconds)
        self.passed += seconds


class Heard:
    """A report that remembers."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.steps: list[str] = []

    def step(self, text: str, done: int, total: int | None) -> None:
        """Hear a step."""
        del done, total
        self.steps.append(text)

    def wait(self, seconds: float, why: str) -> None:
        """Hear of a wait."""
        del seconds, why

    def note(self, text: str) -> None:
        """Hear a note."""
        self.notes.append(text)


@dataclass
class News:
    """A news site: posts by path, each with its words and its date of change."""

    server: Server
    posts: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    robots: str = "User-agent: *\nDisallow: /private/\n"
    rest: bool = True
    sitemap: bool = True
    dated: bool = True
    etags: bool = True
    _ordered: list[tuple[str, tuple[str, datetime]]] = field(default_factory=list)

    def write(self, path: str, words: str, changed: datetime = START - timedelta(days=30)) -> None:
        """Publish or change a post."""
        self.posts[path] = (words, changed)
        self.publish()

    def publish(self) -> None:
        """Put everything into the server's table."""
        table = self.server.table
        table.clear()
        table["/robots.txt"] = Answer(body=self.robots.encode())
        for path in self.posts:
            table[path] = lambda asked, path=path: self._page(asked, path)  # type: ignore[misc]
        if self.sitemap:
            table["/sitemap.xml"] = Answer(body=self._sitemap())
        if self.rest:
            self._ordered = sorted(self.posts.items(), key=lambda item: item[1][1], reverse=True)
            table["/wp-json/wp/v2/posts"] = self._rest
        for lang in ("en", "fr"):
            table[f"/{lang}/news/"] = Answer(body=self._listing(lang))

    def _page(self, asked: Asked, path: str) -> Answer:
        words, _ = self.posts[path]
        etag = f'"{abs(hash(words))}"'
        headers = {"Content-Type": "text/html; charset=utf-8"} | (
            {"ETag": etag} if self.etags else {}
        )
        if self.etags and asked.headers.get("if-none-match") == etag:
            return Answer(304, headers=headers)
        return Answer(200, page(words), headers)

    def _sitemap(self) -> bytes:
        rows = "".join(
            f"<url><loc>{self.server.url}{path}</loc>"
            + (f"<lastmod>{changed.isoformat()}</lastmod>" if self.dated else "")
            + "</url>"
            for path, (_, changed) in self.posts.items()
        )
        return (
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()
        )

    def _rest(self, asked: Asked) -> Answer:
        size, number = int(asked.query["per_page"]), int(asked.query["page"])
        wanted = self._ordered[(number - 1) * size : number * size]
        if not wanted and number > 1:
            return Answer(400, b'{"code":"rest_post_invalid_page_number"}')
        rows: list[dict[str, Any]] = [
            {
                "link": f"{self.server.url}{path}",
                "modified_gmt": changed.replace(tzinfo=None).isoformat(),
                "content": {"rendered": words},
            }
            for path, (words, changed) in wanted
        ]
        return Answer(200, json.dumps(rows).encode(), {"Content-Type": "application/json"})

    def _listing(self, lang: str) -> bytes:
        links = "".join(
            f'<a href="{path}">x</a>' for path in self.posts if path.startswith(f"/{lang}/")
        )
        return f"<html><body>{links}</body></html>".encode()


def page(words: str, head: str = "") -> bytes:
    """Return a page with these words."""
    return f"<!DOCTYPE html><html><head>{head}</head><body><p>{words}</p></body></html>".encode()


def of_series(body: bytes, _url: str, _media_type: str | None) -> bool:
    """Judge by a word, as a stand-in for the parser."""
    return b"loupe" in body
