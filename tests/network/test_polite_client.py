"""Manners and faults: what the client asks, how long it waits, and what no server can do to it."""

import gzip
import socket
import time as real_time
from collections.abc import Callable
from contextlib import suppress
from email.utils import format_datetime
from typing import Any

import pytest

from scraper.errors import FetchError, GaveUp, Refused, TooLarge, WrongUsage
from scraper.fetch import Fetcher, Limits
from tests.network.servers import START, Answer, Asked, Handler, Server, Time, serving

Make = Callable[..., Fetcher]


@pytest.fixture
def client(server: Server, time: Time) -> Make:
    """Give a maker of clients that may ask the server."""

    def make(**options: Any) -> Fetcher:
        said: dict[str, Any] = {
            "contact": "ops@example.org",
            "delay": 1,
            "hosts": [server.host],
        } | options
        limits = said.pop("limits", Limits(stall=2, deadline=2, attempts=2))
        return Fetcher(clock=time.clock(), limits=limits, chance=lambda: 1.0, **said)

    return make


def header(asked: Asked, name: str) -> str | None:
    """Return a request's header."""
    return asked.headers.get(name)


def test_it_says_who_it_is_and_how_to_reach_us(server: Server, fetcher: Fetcher) -> None:
    """In every request, robots.txt included; no cookie, no proxy of the environment."""
    server.table["/a"] = Answer(headers={"Set-Cookie": "session=1"})
    fetcher.get(f"{server.url}/a")
    fetcher.get(f"{server.url}/a")
    agents = {header(asked, "user-agent") for asked in server.asked}
    assert agents == {"Mikroscope/0.1.0 (+ops@example.org)"}
    assert not any(header(asked, "cookie") for asked in server.asked)


def test_robots_is_asked_first_and_once_a_day(server: Server, fetcher: Fetcher, time: Time) -> None:
    """RFC 9309 §2.4."""
    for _ in range(3):
        fetcher.get(f"{server.url}/a")
    time.passed += 86_401
    fetcher.get(f"{server.url}/a")
    assert server.paths() == ["/robots.txt", "/a", "/a", "/a", "/robots.txt", "/a"]


def test_what_robots_forbids_is_not_asked(server: Server, fetcher: Fetcher) -> None:
    """The group of our own name wins over that of everybody."""
    server.table["/robots.txt"] = Answer(
        body=b"User-agent: *\nDisallow: /\n\nUser-agent: mikroscope\nDisallow: /no\nAllow: /\n"
    )
    assert fetcher.get(f"{server.url}/yes").status == 404
    with pytest.raises(Refused, match="robots"):
        fetcher.get(f"{server.url}/no/1")
    assert "/no/1" not in server.paths()


def test_a_robots_that_comes_zipped_unasked_is_obeyed(server: Server, fetcher: Fetcher) -> None:
    """Though it was asked for as it is."""
    rules = gzip.compress(b"User-agent: *\nDisallow: /no\n")
    server.table["/robots.txt"] = Answer(200, rules, {"Content-Encoding": "gzip"})
    with pytest.raises(Refused, match="forbids"):
        fetcher.get(f"{server.url}/no")


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (401, True), (500, False)]
)
def test_a_missing_robots_allows_and_a_failing_one_forbids(
    status: int,
    allowed: bool,  # noqa: FBT001  # a case's column
    server: Server,
    client: Make,
) -> None:
    """RFC 9309 §2.3.1.3 and §2.3.1.4."""
    server.table["/robots.txt"] = Answer(status)
    with client() as fetcher:
        if allowed:
            assert fetcher.get(f"{server.url}/a").status == 404
        else:
            with pytest.raises(Refused, match=r"robots\.txt"):
                fetcher.get(f"{server.url}/a")


def test_a_huge_robots_is_read_to_its_limit(server: Server, fetcher: Fetcher) -> None:
    """Five megabytes: the first 500 KiB count."""
    rules = b"User-agent: *\nDisallow: /no\n" + b"# filler\n" * 600_000
    server.table["/robots.txt"] = Answer(body=rules)
    assert fetcher.get(f"{server.url}/a").status == 404
    with pytest.raises(Refused):
        fetcher.get(f"{server.url}/no")


def test_the_delay_is_counted_from_the_end_of_the_last_response(
    server: Server, fetcher: Fetcher, time: Time
) -> None:
    """Time that passed meanwhile counts; robots.txt's crawl-delay wins if longer."""
    fetcher.get(f"{server.url}/a")
    time.passed += 0.4
    fetcher.get(f"{server.url}/a")
    assert time.slept == [1.0, pytest.approx(0.6)]


def test_a_longer_crawl_delay_wins(server: Server, fetcher: Fetcher, time: Time) -> None:
    """And a shorter one does not."""
    server.table["/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 7\n")
    fetcher.get(f"{server.url}/a")
    assert time.slept == [7.0]


def test_retry_after_is_waited_for_in_both_forms(server: Server, client: Make, time: Time) -> None:
    """Seconds, and a date."""
    told = iter(["30", format_datetime(START.replace(minute=5), usegmt=True)])

    def busy(_asked: Asked) -> Answer:
        wait = next(told, None)
        return Answer(429, headers={"Retry-After": wait}) if wait else Answer(200, b"at last")

    server.table["/a"] = busy
    with client(delay=0, limits=Limits(attempts=3)) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"at last"
    assert time.slept[0] == 30
    assert time.passed == pytest.approx(300)


def test_backoff_doubles(server: Server, client: Make, time: Time) -> None:
    """With jitter, here at its most."""
    server.table["/a"] = Answer(503)
    with (
        client(delay=0, limits=Limits(attempts=4)) as fetcher,
        pytest.raises(FetchError, match="503"),
    ):
        fetcher.get(f"{server.url}/a")
    assert time.slept == [2, 4, 8]


def test_a_host_that_asks_for_an_hour_is_left_alone(server: Server, fetcher: Fetcher) -> None:
    """For the rest of the run, without another request."""
    server.table["/a"] = Answer(503, headers={"Retry-After": "3600"})
    with pytest.raises(GaveUp, match="3600"):
        fetcher.get(f"{server.url}/a")
    with pytest.raises(GaveUp):
        fetcher.get(f"{server.url}/b")
    assert "/b" not in server.paths()


def test_a_host_that_keeps_failing_is_given_up(server: Server, client: Make) -> None:
    """After so many requests in a row that came to nothing."""
    server.table["/a"] = Answer(500)
    with client(delay=0, limits=Limits(attempts=2, failures=3)) as fetcher:
        for _ in range(3):
            with pytest.raises(FetchError):
                fetcher.get(f"{server.url}/a")
        before = len(server.asked)
        with pytest.raises(GaveUp, match="3 times in a row"):
            fetcher.get(f"{server.url}/a")
    assert len(server.asked) == before


def test_the_limit_of_requests_holds_for_all_of_them(server: Server, client: Make) -> None:
    """Robots.txt, redirects and second tries count."""
    server.table["/a"] = Answer(302, headers={"Location": "/b"})
    with (
        client(limits=Limits(max_requests=2)) as fetcher,
        pytest.raises(GaveUp, match="limit of 2"),
    ):
        fetcher.get(f"{server.url}/a")
    assert len(server.asked) == 2


def test_a_conditional_request_carries_what_it_was_given(server: Server, fetcher: Fetcher) -> None:
    """ETag and Last-Modified as they came."""
    server.table["/a"] = Answer(304)
    got = fetcher.get(
        f"{server.url}/a", etag='W/"1"', last_modified="Mon, 27 Mar 2023 08:00:00 GMT"
    )
    assert got.status == 304
    assert header(server.asked[-1], "if-none-match") == 'W/"1"'
    assert header(server.asked[-1], "if-modified-since") == "Mon, 27 Mar 2023 08:00:00 GMT"


def test_a_body_is_kept_as_it_was_transferred(server: Server, fetcher: Fetcher) -> None:
    """Gzip stays gzip, chunks are put together."""
    body = gzip.compress(b"hello")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:5], body[5:], b""))
    server.table["/a"] = Answer(
        200, chunks, {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    )
    got = fetcher.get(f"{server.url}/a")
    assert got.body == body
    assert ("Content-Encoding", "gzip") in got.headers


def test_redirects_are_followed_and_remembered(server: Server, fetcher: Fetcher) -> None:
    """Each hop is an exchange of its own."""
    server.table["/a"] = Answer(301, headers={"Location": "/b#part"})
    server.table["/b"] = Answer(302, headers={"Location": f"{server.url}/c"})
    server.table["/c"] = Answer(200, b"here")
    got = fetcher.get(f"{server.url}/a")
    assert (got.url, got.final_url) == (f"{server.url}/a", f"{server.url}/c")
    assert [hop.status for hop in got.hops] == [301, 302]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://[::1]/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/x",
        "http://user@example.org/",
    ],
)
def test_a_redirect_to_another_host_is_refused(
    target: str, server: Server, fetcher: Fetcher
) -> None:
    """Whatever it is; nothing is asked there."""
    server.table["/a"] = Answer(302, headers={"Location": target})
    with pytest.raises(Refused):
        fetcher.get(f"{server.url}/a")


@pytest.mark.parametrize("target", ["/a", "/b", "/chain/0"])
def test_redirects_that_never_end_are_a_failure(
    target: str, server: Server, fetcher: Fetcher
) -> None:
    """A circle of one, a circle of two, a chain without end."""
    server.table["/a"] = Answer(302, headers={"Location": target})
    server.table["/b"] = Answer(302, headers={"Location": "/a"})
    for number in range(20):
        onward = Answer(302, headers={"Location": f"/chain/{number + 1}"})
        server.table[f"/chain/{number}"] = onward
    with pytest.raises(FetchError, match="circle"):
        fetcher.get(f"{server.url}/a")


def test_only_the_configured_hosts_are_asked(fetcher: Fetcher) -> None:
    """Another port is another host."""
    with serving() as other, pytest.raises(Refused, match="none of the configured hosts"):
        fetcher.get(f"{other.url}/")
    assert other.asked == []


def test_a_body_past_the_bound_is_refused(server: Server, client: Make) -> None:
    """Before all of it was read."""
    server.table["/a"] = Answer(200, bytes(3_000_000))
    with client(limits=Limits(max_body=100_000)) as fetcher:
        with pytest.raises(TooLarge):
            fetcher.get(f"{server.url}/a")
        assert fetcher.bytes < 1_000_000


def send(*pieces: bytes, pause: float = 0.0, often: int = 1) -> Answer:
    """Return an answer that writes straight onto the socket and then closes it."""

    def write(handler: Handler) -> None:
        with suppress(OSError):
            for _ in range(often):
                for piece in pieces:
                    handler.connection.sendall(piece)
                    real_time.sleep(pause)
            handler.connection.shutdown(socket.SHUT_RDWR)

    return Answer(raw=write)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
FAULTS = {
    "closed without a word": send(),
    "body cut off": send(HEAD + b"Content-Length: 100\r\n\r\nhalf"),
    "chunks cut off": send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhalf"),
    "no HTTP at all": send(b"220 mail.example.org ESMTP\r\n"),
    "a length that is none": send(HEAD + b"Content-Length: many\r\n\r\nx"),
    "headers without end": send(b"X-A: b\r\n" * 1000, often=200),
    "body in drips": send(HEAD + b"\r\n", b"x", b"x", pause=0.05, often=40),
    "headers in drips": send(HEAD, b"X-A: b\r\n", pause=0.05, often=40),
    "silence": send(b"", pause=3),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_hangs_or_breaks_the_client(fault: str, server: Server, client: Make) -> None:
    """Each ends as a FetchError, soon."""
    server.table["/a"] = FAULTS[fault]
    began = real_time.monotonic()
    limits = Limits(stall=0.4, deadline=0.5, attempts=1)
    with client(limits=limits) as fetcher, pytest.raises(FetchError):
        fetcher.get(f"{server.url}/a")
    assert real_time.monotonic() - began < 2


def test_after_a_fault_the_next_request_is_as_good_as_any(server: Server, client: Make) -> None:
    """No connection is left in a bad state."""
    server.table["/a"] = FAULTS["body cut off"]
    server.table["/b"] = Answer(200, b"fine")
    with client() as fetcher:
        with pytest.raises(FetchError):
            fetcher.get(f"{server.url}/a")
        assert fetcher.get(f"{server.url}/b").body == b"fine"


def test_http_1_0_and_odd_headers_are_read(server: Server, fetcher: Fetcher) -> None:
    """A header that is no UTF-8 comes through byte for byte."""
    server.table["/a"] = send(b"HTTP/1.0 200 Fine\r\nX-Odd: caf\xe9\r\n\r\nold")
    got = fetcher.get(f"{server.url}/a")
    assert (got.http_version, got.reason, got.body) == ("HTTP/1.0", "Fine", b"old")
    assert ("X-Odd", "caf\xe9") in got.headers


def test_a_refused_connection_is_a_fetch_error(time: Time) -> None:
    """Nobody listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with (
        Fetcher(contact="x@y.z", delay=0, hosts=[host], clock=time.clock()) as fetcher,
        pytest.raises(Refused, match="ConnectError"),
    ):
        fetcher.get(f"http://{host}/a")


@pytest.mark.parametrize("contact", ["", "  ", "a\r\nX-Evil: 1", "é@example.org"])
def test_a_contact_that_cannot_stand_in_a_header_is_wrong_usage(contact: str, client: Make) -> None:
    """It is said before anything is asked."""
    with pytest.raises(WrongUsage, match="contact"):
        client(contact=contact)


def test_a_robots_that_adds_a_version_to_our_name_means_us(
    server: Server, fetcher: Fetcher
) -> None:
    """The token ends before the slash (RFC 9309 §2.2.1), whoever wrote the file."""
    server.table["/robots.txt"] = Answer(body=b"User-agent: mikroscope/1.0 bot\nDisallow: /a\n")
    with pytest.raises(Refused):
        fetcher.get(f"{server.url}/a")
    assert server.paths() == ["/robots.txt"]
