"""Each way to misbehave does what its name says, on the wire."""

import gzip
import socket
from itertools import islice
from time import perf_counter
from urllib.parse import urlsplit

import httpx
import pytest
from defusedxml import EntitiesForbidden
from defusedxml.ElementTree import fromstring

from scraper.sample import FAULTS, Site, Studio, serve
from scraper.sample.faults import Heard, Pause, Reset, drip, huge, redirect_chain, silence

PAGE = "/en/news/under-the-mikroscope-farhan-qadirbhai-junior-artist-rigging/"
STATUSES = {
    "not found": 404,
    "gone": 410,
    "forbidden": 403,
    "too many, wait 1 s": 429,
    "too many, wait until a date": 429,
    "server error": 500,
    "unavailable": 503,
    "unavailable, no word when": 503,
}
BROKEN = {
    "length too long": httpx.RemoteProtocolError,
    "cut off": httpx.RemoteProtocolError,
    "cut off, chunked": httpx.RemoteProtocolError,
    "reset": httpx.ReadError,
    "reset midway": httpx.ReadError,
    "endless headers": httpx.RemoteProtocolError,
    "broken gzip": httpx.DecodingError,
    "not HTTP": httpx.RemoteProtocolError,
}
TESTED_ALONE = {
    "not found once", "unavailable once", "reset once", "redirect loop", "redirect chain",
    "redirect chain, long", "redirect to another host", "redirect to another scheme",
    "wrong content type", "no content type", "length too short", "silence", "slow drip",
    "endless body", "huge page", "gzip bomb", "HTTP/1.0", "entity bomb",
    "sitemap with other hosts", "huge robots.txt", "cookie required", "soft 404", "login wall",
}  # fmt: skip


def break_with(site: Site, name: str, pattern: str = PAGE) -> None:
    """Let the site misbehave at a path."""
    site.faults[pattern] = FAULTS[name]


def spoken(site: Site, path: str = PAGE) -> bytes:
    """Return everything the site says to a plain request, until it closes."""
    place = urlsplit(site.url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_no_fault_goes_untested() -> None:
    """The table and these tests name the same faults."""
    assert FAULTS.keys() == STATUSES.keys() | BROKEN.keys() | TESTED_ALONE


@pytest.mark.parametrize("name", STATUSES)
def test_statuses(site: Site, client: httpx.Client, name: str) -> None:
    """The status comes with a page, and other paths are served as ever."""
    break_with(site, name)
    answer = client.get(PAGE)
    assert answer.status_code == STATUSES[name]
    assert ("wait" in name or name == "unavailable") == ("Retry-After" in answer.headers)
    assert client.get("/en/").status_code == 200


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answers_break_the_client(site: Site, client: httpx.Client, name: str) -> None:
    """A client that reads the whole answer fails as the fault's name says."""
    break_with(site, name)
    with pytest.raises(BROKEN[name]):
        client.get(PAGE)
    assert client.get("/en/").status_code == 200
    assert site.paths() == [PAGE, "/en/"]


@pytest.mark.parametrize(("name", "status"), [("not found once", 404), ("unavailable once", 503)])
def test_once_is_once(site: Site, client: httpx.Client, name: str, status: int) -> None:
    """The second time, the true page is there."""
    break_with(site, name)
    assert [client.get(PAGE).status_code for _ in range(3)] == [status, 200, 200]


def test_a_reset_once_is_once(site: Site, client: httpx.Client) -> None:
    """The connection fails, then holds."""
    break_with(site, "reset once")
    with pytest.raises(httpx.ReadError):
        client.get(PAGE)
    assert "Farhan" in client.get(PAGE).text


def test_redirects_loop(site: Site, client: httpx.Client) -> None:
    """The way leads to where it came from."""
    break_with(site, "redirect loop")
    with pytest.raises(httpx.TooManyRedirects):
        client.get(PAGE, follow_redirects=True)


@pytest.mark.parametrize("length", [1, 3])
def test_a_chain_of_redirects_ends_at_the_page(
    site: Site, client: httpx.Client, length: int
) -> None:
    """After so many hops the true page is served."""
    site.faults[PAGE] = redirect_chain(length)
    answer = client.get(PAGE, follow_redirects=True)
    assert len(answer.history) == length
    assert "Farhan" in answer.text


def test_the_long_chain_is_longer_than_patience(site: Site, client: httpx.Client) -> None:
    """Fifty hops are too many for a usual client."""
    break_with(site, "redirect chain, long")
    with pytest.raises(httpx.TooManyRedirects):
        client.get(PAGE, follow_redirects=True)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("redirect to another host", "http"), ("redirect to another scheme", "file")],
)
def test_redirects_lead_away(site: Site, client: httpx.Client, name: str, scheme: str) -> None:
    """Another host, or no HTTP at all."""
    break_with(site, name)
    place = urlsplit(client.get(PAGE).headers["Location"])
    assert place.scheme == scheme
    assert place.netloc != urlsplit(site.url).netloc


def test_types_can_be_wrong_or_missing(site: Site, client: httpx.Client) -> None:
    """A PDF where a page was, or no word of what it is."""
    break_with(site, "wrong content type")
    assert client.get(PAGE).headers["Content-Type"] == "application/pdf"
    break_with(site, "no content type")
    assert "Content-Type" not in client.get(PAGE).headers


def test_a_length_can_be_too_short(site: Site) -> None:
    """More is sent than was announced."""
    break_with(site, "length too short")
    head, _, body = spoken(site).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body) - 20}".encode() in head


def test_silence_and_drips_take_their_time(site: Site, client: httpx.Client) -> None:
    """A client with a time limit runs into it."""
    site.faults[PAGE] = silence(30)
    with pytest.raises(httpx.ReadTimeout):
        client.get(PAGE, timeout=0.1)
    site.faults[PAGE] = drip(0.02, b"drop by drop")
    start = perf_counter()
    assert client.get(PAGE).text == "drop by drop"
    assert perf_counter() - start > 0.2
    steps = list(FAULTS["slow drip"](Heard("GET", PAGE, {})) or ())
    assert steps.count(Pause(0.05)) > 100


def test_an_endless_body_goes_on(site: Site, client: httpx.Client) -> None:
    """Megabytes come, with no length announced, for as long as somebody reads."""
    break_with(site, "endless body")
    with client.stream("GET", PAGE) as answer:
        assert "Content-Length" not in answer.headers
        got = 0
        for part in answer.iter_raw():
            got += len(part)
            if got > 5_000_000:
                break
    assert got > 5_000_000
    assert client.get("/en/").status_code == 200


def test_a_huge_page_is_as_long_as_it_says(site: Site, client: httpx.Client) -> None:
    """Correct, only large."""
    site.faults[PAGE] = huge(3_000_000)
    answer = client.get(PAGE)
    assert len(answer.content) == int(answer.headers["Content-Length"]) >= 3_000_000
    (head,) = islice(FAULTS["huge page"](Heard("GET", PAGE, {})) or (), 1)
    assert isinstance(head, bytes)
    assert b"Content-Length: 64" in head


def test_a_gzip_bomb_is_small_outside(site: Site, client: httpx.Client) -> None:
    """A thousand times larger unpacked."""
    break_with(site, "gzip bomb")
    with client.stream("GET", PAGE) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(raw) < 1_000_000
    assert len(gzip.decompress(raw)) == 100_000_000


def test_old_http_ends_with_its_connection(site: Site, client: httpx.Client) -> None:
    """HTTP/1.0, no length."""
    break_with(site, "HTTP/1.0")
    answer = client.get(PAGE)
    assert answer.http_version == "HTTP/1.0"
    assert "last century" in answer.text
    assert client.head(PAGE).content == b""


def test_sitemaps_can_be_traps(site: Site, client: httpx.Client) -> None:
    """Entities that unfold without end, and hosts that are not ours."""
    break_with(site, "entity bomb", "/post-sitemap*.xml")
    with pytest.raises(EntitiesForbidden):
        fromstring(client.get("/post-sitemap2.xml").content)
    break_with(site, "sitemap with other hosts", "/post-sitemap*.xml")
    assert "http://elsewhere.invalid/en/news/" in client.get("/post-sitemap.xml").text


def test_a_huge_robots_forbids_at_its_very_end(site: Site, client: httpx.Client) -> None:
    """A reader that stops at 500 KiB does not see the last rule (RFC 9309 §2.5)."""
    break_with(site, "huge robots.txt", "/robots.txt")
    text = client.get("/robots.txt").text
    assert len(text) > 500 * 1024
    assert text.endswith("Disallow: /\n")
    assert "Disallow: /\n" not in text[: 500 * 1024]


def test_a_cookie_opens_the_page(site: Site, client: httpx.Client) -> None:
    """Without it the way leads in a circle; a client that keeps cookies gets in."""
    break_with(site, "cookie required")
    assert client.get(PAGE).status_code == 302
    assert "Farhan" in client.get(PAGE).text


@pytest.mark.parametrize(("name", "word"), [("soft 404", "not found"), ("login wall", "password")])
def test_a_200_can_lie(site: Site, client: httpx.Client, name: str, word: str) -> None:
    """The status is fine, the page is not the page."""
    break_with(site, name)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert word in answer.text
    assert "Farhan" not in answer.text


def test_a_fault_that_is_taken_away_is_gone(site: Site, client: httpx.Client) -> None:
    """The site gets well again, on the connections it has."""
    break_with(site, "server error", "/en/*")
    assert client.get(PAGE).status_code == 500
    assert client.get("/fr/").status_code == 200
    site.faults.clear()
    assert client.get(PAGE).status_code == 200


def test_a_site_closes_while_it_misbehaves() -> None:
    """Nobody waits for the end of a silence: not the client, and not the test that serves it."""
    start = perf_counter()
    with serve(Studio.sample()) as site:
        place = urlsplit(site.url)
        site.faults["*"] = silence(30)
        with socket.create_connection((place.hostname, place.port), timeout=5) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            while not site.requests:
                line.settimeout(0.01)
                with pytest.raises(TimeoutError):
                    line.recv(1)
    assert perf_counter() - start < 5


def test_faults_touch_nothing_themselves() -> None:
    """A fault is a value: asked twice the same, it answers the same steps."""
    asked = Heard("GET", PAGE, {})
    for fault in FAULTS.values():
        first, second = (list(islice(fault(asked) or (), 3)) for _ in range(2))
        assert first == second
        assert all(isinstance(step, bytes | Pause | Reset) for step in first)
