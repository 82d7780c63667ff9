"""How the make-believe site can misbehave: a table of named faults, each a small pure function.

Rule: a fault is asked what to put on the wire and never touches it. It answers with steps (bytes,
pauses, a reset), which may be endless, or with None: this time the true page is served. Bytes are
raw HTTP (RFC 9112), so that a fault can say what no HTTP library would let it say.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as a fault sees it; `times` counts how often this fault was asked, from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    times: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next step."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Drop the connection at once (TCP RST), whatever was said so far."""


Step = bytes | Pause | Reset
Fault = Callable[[Heard], Iterable[Step] | None]

PAGE = b"<!DOCTYPE html><html lang='en'><head><title>%s</title></head><body><p>%s</p></body></html>"
CHUNK = b"<p>" + b"and it rained, " * 4000 + b"</p>\n"  # about 60 kB
HTML = {"Content-Type": "text/html; charset=UTF-8"}
XML = {"Content-Type": "text/xml; charset=UTF-8"}


def head(status: int, headers: Mapping[str, str], version: str = "1.1") -> bytes:
    """Return a status line and headers; every answer of a fault closes its connection."""
    lines = [f"HTTP/{version} {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in {**headers, "Connection": "close"}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(
    heard: Heard, status: int, body: bytes = b"", headers: Mapping[str, str] = HTML
) -> tuple[bytes, ...]:
    """Return a whole and correct answer; a HEAD request gets no body."""
    start = head(status, {**headers, "Content-Length": str(len(body))})
    return (start,) if heard.method == "HEAD" else (start, body)


def page(title: str, text: str) -> bytes:
    """Return a small HTML page."""
    return PAGE % (title.encode(), text.encode())


# --- statuses and redirects


def status(code: int, retry_after: str | int | None = None) -> Fault:
    """Answer with a status; `retry_after` is seconds or an HTTP date (RFC 9110 §10.2.3)."""
    extra = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = page(str(code), "Out without an umbrella.")
    return lambda heard: answer(heard, code, body, {**HTML, **extra})


def first(times: int, fault: Fault) -> Fault:
    """Misbehave the first `times` times, then serve the true page."""
    return lambda heard: fault(heard) if heard.times <= times else None


def redirect(url: str, code: int = 301) -> Fault:
    """Redirect to a URL or path, on this host or another."""
    return lambda heard: answer(heard, code, b"", {**HTML, "Location": url})


def redirect_loop(heard: Heard) -> Iterable[Step]:
    """Redirect to the very same place."""
    return answer(heard, 302, b"", {**HTML, "Location": heard.target})


def redirect_chain(length: int) -> Fault:
    """Redirect `length` times, each time to another query of the path, then serve the true page."""

    def chain(heard: Heard) -> Iterable[Step] | None:
        path, _, query = heard.target.partition("?hop=")
        hop = int(query or 0)
        if hop >= length:
            return None
        return answer(heard, 302, b"", {**HTML, "Location": f"{path}?hop={hop + 1}"})

    return chain


# --- bodies and their headers


def content_type(value: str | None, body: bytes = b"%PDF-1.4 not a page\n") -> Fault:
    """Answer 200 with another media type, or with none at all."""
    headers = {} if value is None else {"Content-Type": value}
    return lambda heard: answer(heard, 200, body, headers)


def wrong_length(off_by: int) -> Fault:
    """Announce `off_by` bytes more (or, if negative, fewer) than are sent."""
    body = page("Length", "This page is as long as it is.")
    return lambda _: (head(200, {**HTML, "Content-Length": str(len(body) + off_by)}), body)


def cut_off(heard: Heard) -> Iterable[Step]:
    """Send half of the announced body and close."""
    body = page("Half", "This sentence will not be " + "long " * 200)
    del heard
    return (head(200, {**HTML, "Content-Length": str(len(body))}), body[: len(body) // 2])


def cut_off_chunked(heard: Heard) -> Iterable[Step]:
    """Send one chunk of a chunked body, and close without the last chunk (RFC 9112 §7.1)."""
    del heard
    return (head(200, {**HTML, "Transfer-Encoding": "chunked"}), b"10\r\n<p>It was a dar\r\n")


def reset(heard: Heard) -> Iterable[Step]:
    """Drop the connection before a word is said."""
    del heard
    return (Reset(),)


def reset_midway(heard: Heard) -> Iterable[Step]:
    """Drop the connection in the middle of the body."""
    del heard
    return (head(200, {**HTML, "Content-Length": "100000"}), CHUNK, Pause(0.05), Reset())


def silence(seconds: float) -> Fault:
    """Take the request and say nothing for a while, then close."""
    return lambda _: (Pause(seconds),)


def drip(seconds: float, text: bytes = b"drip, drop. " * 50) -> Fault:
    """Send one byte every `seconds`."""

    def drops(_: Heard) -> Iterator[Step]:
        yield head(200, {**HTML, "Content-Length": str(len(text))})
        for byte in text:
            yield bytes([byte])
            yield Pause(seconds)

    return drops


def endless(heard: Heard) -> Iterator[Step]:
    """Send a body without announced length that never ends."""
    del heard
    yield head(200, HTML)
    while True:
        yield CHUNK


def endless_headers(heard: Heard) -> Iterator[Step]:
    """Send headers that never end."""
    del heard
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Rain: " + b"drop " * 1000 + b"\r\n"


def huge(size: int) -> Fault:
    """Send a correct page of about `size` bytes."""

    def send(_: Heard) -> Iterator[Step]:
        count = size // len(CHUNK) + 1
        yield head(200, {**HTML, "Content-Length": str(count * len(CHUNK))})
        for _number in range(count):
            yield CHUNK

    return send


def gzip_bomb(size: int) -> Fault:
    """Send a small gzip body that unpacks to `size` bytes."""

    def send(heard: Heard) -> Iterable[Step]:
        return answer(heard, 200, _packed_zeros(size), {**HTML, "Content-Encoding": "gzip"})

    return send


@cache
def _packed_zeros(size: int) -> bytes:
    return gzip.compress(bytes(size), mtime=0)


def broken_gzip(heard: Heard) -> Iterable[Step]:
    """Say gzip and send something else."""
    return answer(heard, 200, page("Gzip", "Plain."), {**HTML, "Content-Encoding": "gzip"})


def http_1_0(heard: Heard) -> Iterable[Step]:
    """Answer in HTTP/1.0, with no length: the body ends where the connection does."""
    body = b"" if heard.method == "HEAD" else page("Old", "A page from the last century.")
    return (head(200, HTML, version="1.0"), body)


def not_http(heard: Heard) -> Iterable[Step]:
    """Answer in no language that HTTP knows."""
    del heard
    return (b"220 ombrelle.invalid ready, please wipe your feet\r\n",)


# --- sitemaps and robots.txt


def entity_bomb(heard: Heard) -> Iterable[Step]:
    """Send a sitemap whose entities unfold to three billion words."""
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "rain">' for n in range(10)
    )
    text = f'<?xml version="1.0"?><!DOCTYPE urlset [{levels}]><urlset><url><loc>&l9;</loc></url></urlset>'
    return answer(heard, 200, text.encode(), XML)


def sitemap_of(*urls: str) -> Fault:
    """Send a sitemap of just these URLs, such as URLs of other hosts."""
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    text = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    return lambda heard: answer(heard, 200, text.encode(), XML)


def robots(text: str) -> Fault:
    """Send this robots.txt."""
    return lambda heard: answer(heard, 200, text.encode(), {"Content-Type": "text/plain"})


def huge_robots(size: int) -> Fault:
    """Send a robots.txt of about `size` bytes; its last line forbids everything (RFC 9309 §2.5)."""
    filling = "# it rained\n" * (size // 12)
    return robots(f"User-agent: *\nDisallow: /en/internal/\n{filling}Disallow: /\n")


# --- pages that are not what they seem


def cookie_required(heard: Heard) -> Iterable[Step] | None:
    """Redirect to itself with a cookie until the cookie comes back, then serve the true page."""
    if "umbrella=open" in heard.headers.get("cookie", ""):
        return None
    extra = {"Set-Cookie": "umbrella=open; Path=/", "Location": heard.target}
    return answer(heard, 302, b"", {**HTML, **extra})


def soft_404(heard: Heard) -> Iterable[Step]:
    """Say 200 and mean 404."""
    return answer(heard, 200, page("Page not found", "Sorry, this page does not exist."))


def login_wall(heard: Heard) -> Iterable[Step]:
    """Say 200 and ask for a password."""
    form = '<form method="post"><input type="password" name="pwd"><button>Log in</button></form>'
    return answer(heard, 200, page("Log in", form))


FAULTS: Mapping[str, Fault] = {
    "not found": status(404),
    "gone": status(410),
    "forbidden": status(403),
    "too many, wait 1 s": status(429, 1),
    "too many, wait until a date": status(429, "Fri, 01 Jan 2100 00:00:00 GMT"),
    "server error": status(500),
    "unavailable": status(503, 1),
    "unavailable, no word when": status(503),
    "not found once": first(1, status(404)),
    "unavailable once": first(1, status(503, 0)),
    "redirect loop": redirect_loop,
    "redirect chain": redirect_chain(3),
    "redirect chain, long": redirect_chain(50),
    "redirect to another host": redirect("http://elsewhere.invalid/"),
    "redirect to another scheme": redirect("file:///etc/hostname"),
    "wrong content type": content_type("application/pdf"),
    "no content type": content_type(None, page("Typeless", "A page without a type.")),
    "length too long": wrong_length(50),
    "length too short": wrong_length(-20),
    "cut off": cut_off,
    "cut off, chunked": cut_off_chunked,
    "reset": reset,
    "reset midway": reset_midway,
    "reset once": first(1, reset),
    "silence": silence(30),
    "slow drip": drip(0.05),
    "endless body": endless,
    "endless headers": endless_headers,
    "huge page": huge(64_000_000),
    "gzip bomb": gzip_bomb(100_000_000),
    "broken gzip": broken_gzip,
    "HTTP/1.0": http_1_0,
    "not HTTP": not_http,
    "entity bomb": entity_bomb,
    "sitemap with other hosts": sitemap_of(
        "http://elsewhere.invalid/en/news/under-the-mikroscope-x/"
    ),
    "huge robots.txt": huge_robots(2_000_000),
    "cookie required": cookie_required,
    "soft 404": soft_404,
    "login wall": login_wall,
}
