"""The client that asks. The only user of httpx.

Rule: what robots.txt forbids is not asked (RFC 9309), the delay is counted from the end of the last
response, a server that says wait is waited for, and nothing a server does can hang a run.
"""

import random
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from socket import SHUT_RDWR
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urldefrag, urljoin

import httpx

from scraper import __version__
from scraper.errors import FetchError, GaveUp, Refused, TooLarge, WrongUsage
from scraper.fetch.deadline import Deadline
from scraper.fetch.limits import PASSING, USUAL, Clock, Limits, header_of, retry_after
from scraper.fetch.robots import AGENT, Robots, allowing, forbidding, read_robots
from scraper.models import Exchange
from scraper.urls import authority_of, canonical, origin_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Fetcher:
    """Asks the hosts of one run, politely. A context manager; leaving it closes the connections.

    `contact` is an e-mail address or URL for the user agent, `delay` the seconds between the end of
    one response and the next request, `hosts` each `host:port` that may be asked. `interfaces` are
    those of them that are asked through an interface documented for programs, to which robots.txt
    does not speak. `waiting` hears of each wait: seconds and why. `forgotten` tells of a canonical
    URL that it must never be asked for.
    """

    def __init__(  # noqa: PLR0913  # what a client depends on, each by name
        self,
        *,
        contact: str,
        delay: float,
        hosts: Iterable[str],
        clock: Clock,
        limits: Limits = USUAL,
        interfaces: Iterable[str] = (),
        waiting: Callable[[float, str], None] | None = None,
        chance: Callable[[], float] = random.random,
        forgotten: Callable[[str], bool] | None = None,
    ) -> None:
        if delay < 0:
            raise WrongUsage(f"expected a delay of 0 seconds or more, got {delay}")
        self.agent = f"{AGENT}/{__version__} (+{_header_safe(contact)})"
        self.delay = delay
        self.hosts = frozenset(hosts)
        self.clock = clock
        self.limits = limits
        self.requests = 0
        self.bytes = 0
        self._interfaces = frozenset(interfaces)
        self._waiting = waiting or (lambda _seconds, _why: None)
        self._chance = chance
        self._forgotten = forgotten or (lambda _url: False)
        self._robots: dict[str, Robots] = {}
        self._failures: dict[str, int] = {}
        self._ended: float | None = None
        self._began = clock.monotonic()
        self._socket: Any = None
        self._deadline = Deadline(limits.deadline, self._hang_up)
        # Without httpx's client around it, which sees to redirects, cookies and passwords: we follow
        # redirects ourselves, and want none of the others.
        self._transport = httpx.HTTPTransport(
            trust_env=False,
            verify=_authorities(),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
        self._headers = {
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
            "User-Agent": self.agent,
        }
        self._extensions = {
            "timeout": httpx.Timeout(limits.stall).as_dict(),
            "trace": self._trace,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._deadline.close()
        self._transport.close()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Ask for a URL and return what answered, after redirects; any status but a passing one.

        `etag` and `last_modified` make the request conditional (RFC 9110 §13). Raises Refused for
        what may not be asked, GaveUp for a host that failed too often or the run's limit, FetchError
        for one request that came to nothing, TooLarge.
        """
        asked = dict(headers or {})
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        asked |= {name: said for name, said in conditions.items() if said and _can_be_sent(said)}
        return self._follow(url, asked, self.limits.max_body, obey=True)

    def robots(self, site: str) -> Exchange | None:
        """Return the exchange that read a site's robots.txt; None where none came about."""
        return self._robots_of(site).exchange

    def permit(self, url: str) -> None:
        """Raise Refused unless a URL may be asked: a configured host, and robots.txt allows it."""
        self._permit_host(url, "not asked:")
        if self._forgotten(canonical(url)):
            # A redirect may lead there; the reason is archived, and must not say where.
            raise Refused("not asked: it was forgotten on request")
        if authority_of(url) in self._interfaces:
            return
        if reason := self._robots_of(url).refusal(url):
            raise Refused(f"not asked: {url}: {reason}")

    def _follow(self, url: str, asked: dict[str, str], limit: int, *, obey: bool) -> Exchange:
        """Ask, and follow redirects by hand, each within the configured hosts."""
        hops: list[Exchange] = []
        place = urldefrag(url).url
        while True:
            if obey:
                self.permit(place)
            exchange = self._persist(place, asked, limit)
            target = header_of(exchange, "location")
            if exchange.status not in REDIRECTS or not target:
                return replace(exchange, url=url, hops=tuple(hops))
            hops.append(exchange)
            place = urldefrag(_joined(place, target)).url
            if place in {hop.final_url for hop in hops} or len(hops) > self.limits.max_redirects:
                raise FetchError(f"{url}: redirected in a circle or too often, last to {place}")
            self._permit_host(place, f"{url} redirects to")

    def _permit_host(self, url: str, why: str) -> None:
        try:
            authority = authority_of(url)
        except WrongUsage as error:
            raise Refused(f"{why} {url}: {error}") from None
        if authority not in self.hosts:
            raise Refused(f"{why} {url}: {authority} is none of the configured hosts")

    def _robots_of(self, url: str) -> Robots:
        """Return a host's robots.txt, read again when it is a day old."""
        origin = origin_of(url)
        now = self.clock.now()
        held = self._robots.get(origin)
        # A clock set back makes a reading seem to be of the future; it is read again, too.
        if held and timedelta(0) <= now - held.read_at < self.limits.robots_age:
            return held
        robots = self._read_robots(f"{origin}/robots.txt", now)
        self._robots[origin] = robots
        return robots

    def _read_robots(self, url: str, now: datetime) -> Robots:
        """Ask for robots.txt and read what answers, if anything does (RFC 9309 §2.3.1)."""
        try:
            exchange = self._follow(url, {"Accept-Encoding": "identity"}, 0, obey=False)
        except Refused:
            return allowing(now)  # led off the site: as if there were none
        except GaveUp:
            raise
        except FetchError as error:
            return forbidding(now, str(error))
        return read_robots(exchange, now, self.limits.max_robots)

    def delay_for(self, url: str) -> float:
        """Return the seconds between requests: robots.txt's crawl-delay wins if longer."""
        robots = self._robots.get(origin_of(url))
        asked = robots.delay if robots else 0.0
        return max(self.delay, min(asked, self.limits.longest_wait))

    def _persist(self, url: str, asked: dict[str, str], limit: int) -> Exchange:
        """Ask until something that will last answers; wait as told or ever longer between."""
        host = authority_of(url)
        if self._failures.get(host, 0) >= self.limits.failures:
            raise GaveUp(f"{host} failed {self.limits.failures} times in a row and is left alone")
        problem = ""
        for attempt in range(1, self.limits.attempts + 1):
            told = None
            try:
                exchange = self._once(url, asked, limit)
            except _Failed as error:
                problem = str(error)
            else:
                if exchange.status not in PASSING:
                    self._failures[host] = 0
                    return exchange
                problem = f"answered {exchange.status}"
                told = retry_after(exchange, self.clock.now())
            if attempt < self.limits.attempts:
                self._wait_out(host, problem, attempt, told)
        self._failures[host] = self._failures.get(host, 0) + 1
        raise FetchError(f"{url}: {problem}, {self.limits.attempts} times")

    def _wait_out(self, host: str, problem: str, attempt: int, told: float | None) -> None:
        """Wait before the next try: as long as the server says, else doubling, with jitter."""
        if told is not None and told > self.limits.longest_wait:
            self._failures[host] = self.limits.failures
            raise GaveUp(f"{host} {problem} and asks to wait {told:.0f} s; it is left alone")
        backoff: float = self.limits.backoff * 2 ** (attempt - 1)
        jittered = backoff * (0.5 + self._chance() / 2)
        self._sleep(jittered if told is None else told, f"{host} {problem}")

    def _once(self, url: str, asked: dict[str, str], limit: int) -> Exchange:
        """Make one request, after the delay. Raises _Failed for what a later try may better."""
        if self.limits.max_requests is not None and self.requests >= self.limits.max_requests:
            raise GaveUp(f"the limit of {self.limits.max_requests} requests was reached")
        self._keep_distance(url)
        self._permit_time(0)
        self.requests += 1
        started = self.clock.now().astimezone(UTC)
        try:
            headers = self._headers | asked
            request = httpx.Request("GET", url, headers=headers, extensions=self._extensions)
            with self._watched(), closing(self._transport.handle_request(request)) as response:
                body, whole = self._body(response, url, limit)
                return _exchange(request, response, body, started, truncated=not whole)
        except _Failed:
            raise
        except (httpx.TransportError, httpx.StreamError, OSError, ValueError) as error:
            raise _Failed(_reason(error)) from error
        except httpx.InvalidURL as error:
            raise FetchError(f"{url}: {error}") from error
        finally:
            self._ended = self.clock.monotonic()

    def _keep_distance(self, url: str) -> None:
        """Wait until the delay since the end of the last response has passed."""
        if self._ended is None:
            return
        left = self.delay_for(url) - (self.clock.monotonic() - self._ended)
        if left > 0:
            self._sleep(left, "")

    def _permit_time(self, seconds: float) -> None:
        """Raise GaveUp where the time for the whole run will be over in so many seconds."""
        limit = self.limits.run
        if limit is not None and self.clock.monotonic() - self._began + seconds >= limit:
            raise GaveUp(f"the time of the run, {limit:g} s, allows no more")

    def _sleep(self, seconds: float, why: str) -> None:
        self._permit_time(seconds)
        self._waiting(seconds, why)
        self.clock.sleep(seconds)

    def _body(self, response: httpx.Response, url: str, limit: int) -> tuple[bytes, bool]:
        """Read the body as transferred, and whether that is all of it.

        A limit of 0 is that of robots.txt, which is cut there.
        """
        whole = bytearray()
        most = limit or self.limits.max_robots
        for piece in cast("httpx.SyncByteStream", response.stream):
            whole += piece
            self.bytes += len(piece)
            if len(whole) > most:
                if limit:
                    raise TooLarge(f"{url}: expected at most {limit} bytes")
                return bytes(whole[:most]), False
        return bytes(whole), True

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Remember the connection, so that the deadline can end it."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = info["return_value"].get_extra_info("socket")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """End the connection when the deadline passes, wherever the response has got to.

        httpx limits the time between two bytes only: a server that drips could hold it for ever.
        """
        try:
            with self._deadline:
                yield
        except (httpx.TransportError, OSError, ValueError) as error:
            if self._deadline.passed:
                raise _Failed(f"took longer than {self.limits.deadline:g} s") from error
            raise
        if self._deadline.passed:
            raise _Failed(f"took longer than {self.limits.deadline:g} s")

    def _hang_up(self) -> None:
        with suppress(OSError, AttributeError):  # closed already, or not yet open
            self._socket.shutdown(SHUT_RDWR)


class _Failed(Exception):  # noqa: N818  # never leaves this module
    """One try that came to nothing, and that a later try may better."""


@cache
def _authorities() -> ssl.SSLContext:
    """Return the certificates that are trusted; they are slow to load, and the same for all."""
    return httpx.create_ssl_context(trust_env=False)


def _exchange(
    request: httpx.Request,
    response: httpx.Response,
    body: bytes,
    started: datetime,
    *,
    truncated: bool,
) -> Exchange:
    url = str(request.url)
    version = response.extensions.get("http_version", b"HTTP/1.1")
    reason = response.extensions.get("reason_phrase", b"")
    return Exchange(
        url=url,
        final_url=url,
        status=response.status_code,
        reason=reason.decode("latin-1"),
        http_version=version.decode("latin-1"),
        request_headers=_pairs(request.headers),
        headers=_pairs(response.headers),
        body=body,
        started_at=started,
        truncated=truncated,
    )


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")[:200]


def _can_be_sent(validator: str) -> bool:
    """Return whether a validator may stand in a header of ours; some servers send what may not."""
    return validator.isascii() and validator.isprintable()


def _joined(base: str, target: str) -> str:
    """Return where a Location leads: bytes past ASCII are a path in UTF-8, sent as it is.

    Headers are read as Latin-1 (RFC 9110 §5.5), so that the bytes are all there. What is no URL at
    all stays as it is, to be refused by name.
    """
    with suppress(UnicodeError):
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _header_safe(contact: str) -> str:
    """Return a contact that can stand in a header. Raises WrongUsage."""
    if not contact.strip() or not contact.isascii() or not contact.isprintable():
        raise WrongUsage(f"expected an e-mail address or URL as contact, got {contact!r}")
    return contact.strip()
