"""The table of faults: what a server can do to a run, and what the run does about it.

Each case runs a whole crawl against the sample studio on loopback, with real sockets and a clock
that does not wait. After it the site gets well, and the next night must hold everything.
"""

import re
import time as real_time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from scraper.archive import Archive
from scraper.cli.crawling import is_of_series
from scraper.crawl import crawl, hosts_of
from scraper.fetch import Clock, Fetcher, Limits
from scraper.models import Run
from scraper.sample import FAULTS, Fault, Site, Studio, serve
from scraper.sample.content import Article
from scraper.sample.faults import (
    HTML,
    XML,
    answer,
    gzip_bomb,
    head,
    huge,
    huge_robots,
    redirect,
    robots,
    silence,
    sitemap_of,
    status,
)
from scraper.sample.faults import (
    Heard as Asked,
)
from scraper.sample.pages import article_page
from scraper.sources.work import Plan
from tests.network.servers import Heard, Time

WHOLE = Studio.sample()
SERIES = [article for article in WHOLE.articles if article.kind == "interview"]
SMALL = replace(WHOLE, articles=(*SERIES[:3], WHOLE.articles[-1]))
TARGET = SERIES[0]
LIMITS = Limits(max_body=300_000, stall=0.25, deadline=0.3, attempts=2, backoff=2)


@dataclass(frozen=True)
class Case:
    """A fault, where it strikes, and what is said of it.

    `said` must be found in the run's failures and notes, None where nothing is to be said. `kept`
    are the statuses of what is stored of the post that night, `waits` what must be among the waits.
    """

    fault: Fault
    said: str | None
    at: str = TARGET.path
    kept: tuple[int, ...] = ()
    waits: tuple[float, ...] = ()
    stops: bool = False  # whether the run leaves the site alone for the night


def true_page(version: str = "1.1", extra: bytes = b"", length: int | None = None) -> Fault:
    """Serve the true page in an odd way."""
    body = article_page(SMALL, TARGET, "http://127.0.0.1").encode()
    start = head(200, HTML if length is None else {**HTML, "Content-Length": str(length)}, version)
    return lambda _: (start[:-2] + extra + b"\r\n", body)


def as_type(value: str | None) -> Fault:
    """Serve the true page under another media type, or under none."""
    body = article_page(SMALL, TARGET, "http://127.0.0.1").encode()
    return lambda heard: answer(heard, 200, body, {} if value is None else {"Content-Type": value})


def text_sitemap(count: int) -> Fault:
    """Serve a sitemap of so many URLs."""
    rows = "".join(f"<url><loc>/en/news/p{n}/</loc></url>" for n in range(count))
    return lambda heard: answer(heard, 200, f"<urlset>{rows}</urlset>".encode(), XML)


NOT_A_POST = "expected a post of the series, found another page"
ANY_MAP, ROBOTS, REST = "/post-sitemap*.xml", "/robots.txt", "/wp-json/*"
CASES: dict[str, Case] = {
    # --- every fault of the sample, on a post (or where its name says)
    "not found": Case(FAULTS["not found"], "not found: ", kept=(404,)),
    "gone": Case(FAULTS["gone"], "gone: ", kept=(410,)),
    "forbidden": Case(FAULTS["forbidden"], "answered 403"),
    "too many, wait 1 s": Case(FAULTS["too many, wait 1 s"], "429", waits=(1.0,)),
    "too many, wait until a date": Case(
        FAULTS["too many, wait until a date"], "asks to wait", stops=True
    ),
    "server error": Case(FAULTS["server error"], "answered 500, 2 times", waits=(2.0,)),
    "unavailable": Case(FAULTS["unavailable"], "answered 503, 2 times", waits=(1.0,)),
    "unavailable, no word when": Case(FAULTS["unavailable, no word when"], "503", waits=(2.0,)),
    "not found once": Case(FAULTS["not found once"], "not found: ", kept=(404,)),
    "unavailable once": Case(FAULTS["unavailable once"], None, kept=(200,), waits=(0.0,)),
    "redirect loop": Case(FAULTS["redirect loop"], "circle"),
    "redirect chain": Case(FAULTS["redirect chain"], None, kept=(302, 302, 302, 200)),
    "redirect chain, long": Case(FAULTS["redirect chain, long"], "too often"),
    "redirect to another host": Case(
        FAULTS["redirect to another host"], "none of the configured hosts"
    ),
    "redirect to another scheme": Case(FAULTS["redirect to another scheme"], "expected an http"),
    "wrong content type": Case(FAULTS["wrong content type"], NOT_A_POST, kept=(200,)),
    "no content type": Case(FAULTS["no content type"], NOT_A_POST, kept=(200,)),
    "length too long": Case(FAULTS["length too long"], "RemoteProtocolError"),
    "length too short": Case(FAULTS["length too short"], NOT_A_POST, kept=(200,)),
    "cut off": Case(FAULTS["cut off"], "RemoteProtocolError"),
    "cut off, chunked": Case(FAULTS["cut off, chunked"], "RemoteProtocolError"),
    "reset": Case(FAULTS["reset"], "ReadError", waits=(2.0,)),
    "reset midway": Case(FAULTS["reset midway"], "ReadError"),
    "reset once": Case(FAULTS["reset once"], None, kept=(200,), waits=(2.0,)),
    "silence": Case(FAULTS["silence"], "ReadTimeout|took longer"),
    "slow drip": Case(FAULTS["slow drip"], "took longer than 0.3 s"),
    "endless body": Case(FAULTS["endless body"], "at most 300000 bytes"),
    "endless headers": Case(FAULTS["endless headers"], "RemoteProtocolError|took longer"),
    "huge page": Case(FAULTS["huge page"], "at most 300000 bytes"),
    "gzip bomb": Case(FAULTS["gzip bomb"], "at most"),
    "broken gzip": Case(FAULTS["broken gzip"], NOT_A_POST, kept=(200,)),
    "HTTP/1.0": Case(FAULTS["HTTP/1.0"], NOT_A_POST, kept=(200,)),
    "not HTTP": Case(FAULTS["not HTTP"], "RemoteProtocolError"),
    "entity bomb": Case(FAULTS["entity bomb"], "without entities", ANY_MAP, kept=(200,)),
    "sitemap with other hosts": Case(
        FAULTS["sitemap with other hosts"], None, ANY_MAP, kept=(200,)
    ),
    "huge robots.txt": Case(FAULTS["huge robots.txt"], None, ROBOTS, kept=(200,)),
    "cookie required": Case(FAULTS["cookie required"], "circle"),
    "soft 404": Case(FAULTS["soft 404"], NOT_A_POST, kept=(200,)),
    "login wall": Case(FAULTS["login wall"], NOT_A_POST, kept=(200,)),
    # --- statuses by kind
    **{f"{code}": Case(status(code), f"answered {code}") for code in (400, 401, 405, 418, 451)},
    **{f"{code}": Case(status(code), f"{code}, 2 times") for code in (408, 425, 502, 504)},
    "501": Case(status(501), "answered 501"),
    "wait half a minute": Case(status(503, 30), "503", waits=(30.0,)),
    "wait, in no known form": Case(status(429, "a while"), "429", waits=(2.0,)),
    # --- where redirects lead
    **{
        f"redirect to {host}": Case(redirect(f"http://{host}/"), "none of the configured hosts")
        for host in ("169.254.169.254", "10.0.0.1", "192.168.1.1", "[::1]", "localhost", "0.0.0.0")  # noqa: S104 - led there, not bound to
    },
    "redirect to the front page": Case(redirect("/en/", 302), "was led to", kept=(302,)),
    "redirect without a place": Case(redirect(""), "answered 301"),
    # --- true pages in odd clothes
    "the page as HTTP/1.0": Case(true_page("1.0"), None, kept=(200,)),
    "the page with headers of no UTF-8": Case(
        true_page(extra=b"X-Cafe: cr\xe8me \xff\xfe\r\n"),
        None,
        kept=(200,),
    ),
    "the page without a type": Case(as_type(None), None, kept=(200,)),
    "the page as octets": Case(as_type("application/octet-stream"), NOT_A_POST, kept=(200,)),
    "a page of 100 MB": Case(huge(100_000_000), "at most 300000 bytes"),
    # --- sitemaps
    "a sitemap of a million URLs": Case(
        text_sitemap(60_000), "at most", ANY_MAP, kept=(200,)
    ),  # cut by its size long before it is counted
    "a sitemap that is a bomb": Case(gzip_bomb(100_000_000), "at most", ANY_MAP, kept=(200,)),
    "a sitemap of private hosts": Case(
        sitemap_of("http://10.0.0.1/en/news/x/", "file:///etc/hostname", "http://[::1/"),
        None,
        ANY_MAP,
        kept=(200,),
    ),
    "a sitemap that is not there": Case(status(404), None, "/*sitemap*.xml", kept=(200,)),
    "a sitemap that fails": Case(status(500), "answered 500", ANY_MAP, kept=(200,)),
    # --- robots.txt
    "robots.txt of 5 MB": Case(huge_robots(5_000_000), None, ROBOTS, kept=(200,)),
    "robots.txt that is not there": Case(status(404), None, ROBOTS, kept=(200,)),
    "robots.txt that is forbidden": Case(status(403), None, ROBOTS, kept=(200,)),
    "robots.txt that fails": Case(status(500), "robots.txt", ROBOTS, stops=True),
    "robots.txt that says nothing": Case(silence(9), "robots.txt", ROBOTS, stops=True),
    "robots.txt that was moved away": Case(
        FAULTS["redirect to another host"], None, ROBOTS, kept=(200,)
    ),
    "robots.txt that is a page": Case(FAULTS["login wall"], None, ROBOTS, kept=(200,)),
    "robots.txt that forbids": Case(
        robots("User-agent: *\nDisallow: /\n"), "robots.txt forbids", ROBOTS, stops=True
    ),
    # --- the REST API
    "REST that fails": Case(status(500), "answered 500", REST, kept=(200,)),
    "REST that is closed": Case(status(401), None, REST, kept=(200,)),
    "REST that is a page": Case(FAULTS["login wall"], "expected a JSON list", REST, kept=(200,)),
    "REST that is cut off": Case(FAULTS["cut off"], "RemoteProtocolError", REST, kept=(200,)),
}


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    """Return one server for the whole table; its bomb is packed before anybody waits for it."""
    FAULTS["gzip bomb"](Asked("GET", "/", {}))
    with serve(SMALL) as site:
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    """Return the site as if it had just been opened."""
    running.reopen(SMALL)
    return running


def visit(
    site: Site, archive: Archive, time: Time, heard: Heard, clock: Clock | None = None
) -> Run:
    """Crawl the site a day later."""
    time.passed += 86_400
    time.slept.clear()
    site.requests.clear()
    plan = Plan(site=site.url)
    with Fetcher(
        contact="ops@example.org",
        delay=0,
        hosts=hosts_of(plan),
        clock=clock or time.clock(),
        limits=LIMITS,
        chance=lambda: 1.0,
    ) as client:
        return crawl(archive, client, plan, (), is_of_series, heard)


def held(archive: Archive, article: Article) -> list[int | None]:
    """Return the statuses of what is stored of a post, in order."""
    return [
        c.http_status for c in archive.captures() if urlsplit(c.url).path.endswith(article.path)
    ]


def test_no_fault_of_the_sample_is_left_out() -> None:
    """Each named fault has its line in the table."""
    assert FAULTS.keys() <= CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_what_is_done_about_it(
    name: str, site: Site, archive: Archive, time: Time, heard: Heard
) -> None:
    """The night ends soon and says it, every other post is kept, and what was missed comes later."""
    case = CASES[name]
    site.faults[case.at] = case.fault
    began = real_time.monotonic()
    run = visit(site, archive, time, heard)
    assert real_time.monotonic() - began < 6
    if case.said is None:
        assert run.failed == 0
    else:
        assert [note for note in heard.notes if re.search(case.said, note)]
    assert tuple(held(archive, TARGET)) == case.kept
    assert set(case.waits) <= set(time.slept)
    others = [held(archive, article) for article in SMALL.articles[1:3]]
    assert case.stops or others == [[200], [200]]
    site.faults.clear()
    assert visit(site, archive, time, heard).failed == 0
    bodies = {c.url: archive.read(c) for c in archive.captures() if c.http_status == 200}
    for article in SMALL.articles[:3]:
        if name != "gone" or article is not TARGET:
            assert is_of_series(
                bodies[site.url.rstrip("/") + article.path], site.url + article.path[1:], None
            )
    assert list(archive.verify()) == []


def test_a_site_in_maintenance_for_a_week_is_believed_in_the_end(
    site: Site, archive: Archive, time: Time, heard: Heard
) -> None:
    """Five nights it is asked again, then no more until its date changes."""
    site.faults[TARGET.path] = FAULTS["soft 404"]
    failed = [visit(site, archive, time, heard).failed for _ in range(7)]
    assert failed == [1, 1, 1, 1, 1, 0, 0]
    assert TARGET.path not in site.paths()
    site.faults.clear()
    site.studio = SMALL.changed(TARGET.slug, time.now())
    assert visit(site, archive, time, heard).new == 1


def test_a_clock_that_jumps_loses_nothing(
    site: Site, archive: Archive, time: Time, heard: Heard
) -> None:
    """Back by years or on by years between two requests: the run goes on, the order of runs stays."""
    jumps = iter([timedelta(days=-3000), timedelta(days=4000), timedelta(hours=-5)] * 200)
    clock = replace(time.clock(), now=lambda: time.now() + next(jumps))
    first = visit(site, archive, time, heard, clock)
    assert (first.fetched, first.failed) == (3, 0)
    site.studio = SMALL.changed(TARGET.slug, time.now() + timedelta(days=5000))
    assert visit(site, archive, time, heard).changed == 1
    assert held(archive, TARGET) == [200, 200]
    assert list(archive.verify()) == []


def test_a_footer_that_changed_is_no_change(
    site: Site, archive: Archive, time: Time, heard: Heard
) -> None:
    """The page is kept as it came, and counted as unchanged, since it reads the same."""
    visit(site, archive, time, heard)
    time.passed += 8 * 86_400
    site.studio = SMALL.footer_changed()
    for article in SMALL.articles[:3]:
        site.studio = replace(
            site.studio,
            articles=tuple(
                replace(a, modified=time.now()) if a.id == article.id else a
                for a in site.studio.articles
            ),
        )
    run = visit(site, archive, time, heard)
    assert (run.new, run.changed, run.unchanged) == (0, 0, 3)


def test_the_end_of_a_run_tells_what_a_person_wants_to_know(
    site: Site, archive: Archive, time: Time, heard: Heard
) -> None:
    """Found by what, fetched, unchanged, new, changed, gone, failed and why, requests, bytes, time."""
    site.faults[TARGET.path] = FAULTS["forbidden"]
    run = visit(site, archive, time, heard)
    found, fetched, asked, failed = heard.notes[-4:]
    assert [by for by, _ in run.found] == ["hreflang", "link", "listing", "rest", "sitemap"]
    assert found == "found: " + ", ".join(f"{count} by {by}" for by, count in run.found)
    assert fetched.startswith("fetched: 2 (2 new, 0 changed, ")
    assert fetched.endswith("unchanged: 0; gone: 0; failed: 1")
    assert asked == f"asked: {run.requests} requests, {run.bytes} bytes, 0 s"
    assert failed == f"failed: {site.url.rstrip('/')}{TARGET.path}: answered 403"
    assert any(step.startswith("fetching http") for step in heard.steps)
