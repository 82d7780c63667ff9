"""The Wayback Machine and Common Crawl as sources of equal rank."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from scraper.archive import Archive
from tests.network.archives import CommonCrawl, Wayback, foreign
from tests.network.conftest import Crawl
from tests.network.servers import Answer, Asked, Heard, Rule, Server, Time, page

SITE = "http://news.example"
ANNA, PARTY = f"{SITE}/en/news/anna", f"{SITE}/en/news/party/"
ONE, TWO = page("loupe one"), page("loupe two")


def once(first: Answer, then: Rule) -> Rule:
    """Answer one way, and ever after another."""
    left = [first]

    def answer(asked: Asked) -> Answer:
        if left:
            return left.pop()
        return then(asked) if callable(then) else then

    return answer


def wrong(asked: Asked, *, cut: int = 0, url: str = ANNA, flip: bool = False) -> Answer:
    """Return a range of the right length with the wrong record: cut off, of another page, damaged."""
    first, last = (int(number) for number in asked.headers["range"][6:].split("-"))
    member = bytearray(gzip.compress(foreign(url, "2023-03-27T08:09:10Z", ONE)))
    if flip:
        member[20] ^= 0xFF
    return Answer(
        206, bytes(member[: len(member) - cut]).ljust(last + 1 - first, b"\0")[: last + 1 - first]
    )


@pytest.fixture
def wayback(server: Server) -> Wayback:
    """Give a Wayback Machine with captures of a post, of another page, and of a failure."""
    made = Wayback(server)
    made.captures = {
        (ANNA, "20230327080910"): ("200", ONE),
        (ANNA, "20230401000000"): ("200", ONE),
        (f"{ANNA}/", "20240101000000"): ("200", TWO),
        (f"{SITE}:80/fr/news/anne/", "20230327080911"): ("200", ONE + b"fr"),
        (PARTY, "20230327080912"): ("200", page("a party")),
        (PARTY, "20230327080913"): ("200", page("another party")),
        (f"{SITE}/en/news/gone/", "20230327080914"): ("404", b""),
        (f"{SITE}/en/news/", "20230327080915"): ("200", b"list"),
    }
    made.publish()
    return made


@pytest.fixture
def common(server: Server) -> CommonCrawl:
    """Give a Common Crawl of three crawls, one of them without the site."""
    made = CommonCrawl(server)
    made.crawls = {
        "CC-MAIN-2019-30": [(ANNA, "20190101000000", ONE)],
        "CC-MAIN-2023-14": [(ANNA, "20230327080910", ONE), (PARTY, "20230327080911", b"party")],
        "CC-MAIN-2023-23": [],
        "CC-MAIN-2024-10": [(f"{ANNA}/", "20240101000000", TWO)],
    }
    made.publish()
    return made


def times(archive: Archive) -> list[str]:
    """Return kind and day of what is kept."""
    return [f"{c.kind} {c.captured_at:%Y-%m-%d}" for c in archive.captures()]


def test_every_capture_comes_with_its_own_time(
    wayback: Wayback, night: Crawl, archive: Archive, server: Server
) -> None:
    """Whatever the resume key parts; the same digest is a revisit that is not fetched."""
    run = night(source="wayback", endpoint=server.url, site=SITE)
    assert times(archive) == [
        "response 2023-03-27",
        "revisit 2023-04-01",
        "response 2024-01-01",
        "response 2023-03-27",
    ]
    assert (run.fetched, run.unchanged, run.failed) == (3, 1, 0)
    captures = list(archive.captures())
    assert {c.url for c in captures} == {f"{ANNA}/", f"{SITE}/fr/news/anne/"}
    assert {c.source for c in captures} == {"wayback"}
    assert captures[0].captured_at == datetime(2023, 3, 27, 8, 9, 10, tzinfo=UTC)
    assert [archive.read(c) for c in captures] == [ONE, ONE, TWO, ONE + b"fr"]
    assert sum("20230401" in path for path in server.paths()) == 0
    assert list(archive.verify()) == []


def test_a_capture_has_the_headers_that_the_site_once_sent(
    wayback: Wayback, night: Crawl, archive: Archive, server: Server
) -> None:
    """Not those of the transfer to us; and says where it was got."""
    night(source="wayback", endpoint=server.url, site=SITE)
    record = archive.original(next(archive.captures()))
    assert b"Server: old-server" in record
    assert b"Content-Type: text/html; charset=utf-8" in record
    assert b"Content-Encoding" not in record
    assert f"WARC-Source-URI: {server.url}/web/20230327080910id_/{ANNA}".encode() in record
    assert f"WARC-Target-URI: {ANNA}\r\n".encode() in record


def test_the_next_run_asks_for_the_lists_only(
    wayback: Wayback, night: Crawl, archive: Archive, server: Server
) -> None:
    """What is held or not of the series is not fetched again."""
    night(source="wayback", endpoint=server.url, site=SITE)
    before = times(archive)
    night(source="wayback", endpoint=server.url, site=SITE)
    assert {path.partition("?")[0] for path in server.paths()} == {"/cdx/search/cdx"}
    assert times(archive) == before


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/cdx/search/cdx", Answer(200, b"<html>Blocked Site Error")),
        ("/cdx/search/cdx", Answer(403, b"org.archive.util.io.RuntimeIOException")),
        ("/cdx/search/cdx", Answer(200, b'{"a": 1}')),
        (f"/web/20230327080910id_/{ANNA}", Answer(404, b"not in archive")),
        (
            f"/web/20230327080910id_/{ANNA}",
            Answer(302, headers={"Location": "http://other.example/"}),
        ),
    ],
)
def test_what_the_wayback_machine_refuses_is_named(  # fixtures
    path: str, answer: Answer, wayback: Wayback, night: Crawl, server: Server, heard: Heard
) -> None:
    """And ends nothing else."""
    server.table[path] = answer
    run = night(source="wayback", endpoint=server.url, site=SITE)
    assert run.failed >= 1
    assert any(note.startswith("failed: ") for note in heard.notes)


@pytest.mark.parametrize("status", [429, 503])
def test_the_wayback_machine_is_waited_for(
    status: int, wayback: Wayback, night: Crawl, server: Server, time: Time
) -> None:
    """As long as it says, for lists and captures; then everything comes."""
    for path in ("/cdx/search/cdx", f"/web/20230327080910id_/{ANNA}"):
        server.table[path] = once(Answer(status, headers={"Retry-After": "17"}), server.table[path])
    run = night(source="wayback", endpoint=server.url, site=SITE)
    assert (run.fetched, run.unchanged, run.failed) == (3, 1, 0)
    assert time.slept.count(17.0) == 2


def test_a_list_of_nothing_is_no_failure(night: Crawl, server: Server, archive: Archive) -> None:
    """`[]`, and an empty answer, are how the CDX server says that it holds nothing."""
    for body in (b"[]", b"[]\n", b"", b"\n"):
        server.table["/cdx/search/cdx"] = Answer(200, body)
        run = night(source="wayback", endpoint=server.url, site=SITE)
        assert (run.fetched, run.failed, run.notes) == (0, 0, ())
    assert list(archive.captures()) == []


def test_what_was_listed_before_a_list_broke_off_is_fetched(
    wayback: Wayback, night: Crawl, server: Server, archive: Archive
) -> None:
    """The second answer is cut off in the middle of a row; the next night brings the rest."""
    whole = server.table["/cdx/search/cdx"]
    assert callable(whole)

    def cut(asked: Asked) -> Answer:
        full = whole(asked)
        if "resumeKey" not in asked.query:
            return full
        return Answer(200, gzip.decompress(full.body)[:-20])

    server.table["/cdx/search/cdx"] = cut
    run = night(source="wayback", endpoint=server.url, site=SITE)
    assert run.failed == 1
    assert 0 < run.fetched < 3
    server.table["/cdx/search/cdx"] = whole
    assert night(source="wayback", endpoint=server.url, site=SITE).failed == 0
    assert len(times(archive)) == 4


def test_a_resume_key_that_leads_in_circles_is_left(night: Crawl, server: Server) -> None:
    """The same key twice is the end."""
    table = [["timestamp", "original", "mimetype", "statuscode", "digest"], [], ["again"]]
    server.table["/cdx/search/cdx"] = Answer(200, json.dumps(table).encode())
    assert night(source="wayback", endpoint=server.url, site=SITE).failed == 0
    assert len(server.asked) == 4  # two of each language


def test_a_capture_whose_gzip_is_broken_is_named_and_the_others_come(
    wayback: Wayback, night: Crawl, server: Server, archive: Archive
) -> None:
    """And it is asked for again the next time."""
    path = f"/web/20230327080910id_/{ANNA}"
    good, broken = server.table[path], gzip.compress(ONE)[:-9]
    server.table[path] = Answer(200, broken, {"Content-Encoding": "gzip"})
    assert night(source="wayback", endpoint=server.url, site=SITE).failed == 1
    server.table[path] = good
    assert night(source="wayback", endpoint=server.url, site=SITE).failed == 0
    assert "2023-03-27" in " ".join(times(archive))
    assert list(archive.verify()) == []


def test_being_led_to_a_near_capture_gives_that_ones_time(
    wayback: Wayback, night: Crawl, archive: Archive, server: Server
) -> None:
    """Never a time at which the page was not seen so."""
    near = {"Location": f"/web/20230328000000id_/{ANNA}"}
    server.table[f"/web/20230327080910id_/{ANNA}"] = Answer(302, headers=near)
    server.table[f"/web/20230328000000id_/{ANNA}"] = Answer(200, ONE)
    night(source="wayback", endpoint=server.url, site=SITE)
    assert "response 2023-03-28" in times(archive)
    assert "response 2023-03-27" in times(archive)[-1]
    assert len(times(archive)) == 4


def test_common_crawl_records_keep_their_date_and_headers(
    common: CommonCrawl, night: Crawl, archive: Archive, server: Server
) -> None:
    """Of the crawls since the series began; what is not of it is left out."""
    run = night(source="commoncrawl", endpoint=server.url, site=SITE)
    assert (run.fetched, run.failed) == (2, 0)
    assert times(archive) == ["response 2023-03-27", "response 2024-01-01"]
    assert [archive.read(c) for c in archive.captures()] == [ONE, TWO]
    assert b"X-Theirs: 1" in archive.original(next(archive.captures()))
    assert not [path for path in server.paths() if "2019" in path]


def test_a_crawl_that_holds_nothing_is_not_asked_again(
    common: CommonCrawl, night: Crawl, server: Server
) -> None:
    """And no record twice."""
    night(source="commoncrawl", endpoint=server.url, site=SITE)
    run = night(source="commoncrawl", endpoint=server.url, site=SITE)
    assert run.fetched == 0
    assert not [path for path in server.paths() if "2023-23" in path or "warc" in path]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/CC-MAIN-2023-14-index", Answer(503, b"SlowDown")),
        ("/CC-MAIN-2023-14-index", Answer(400, b'{"message": "Bad Request"}')),
        ("/CC-MAIN-2023-14-index", Answer(200, b'{"url": "http')),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", Answer(416)),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", lambda asked: wrong(asked, cut=6)),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", lambda asked: wrong(asked, url=PARTY)),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", lambda asked: wrong(asked, flip=True)),
        ("/CC-MAIN-2023-14-index", Answer(200, b"<html>")),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", Answer(403, b"denied")),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", Answer(200, b"the whole file")),
        ("/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz", lambda _: Answer(206, bytes(400))),
    ],
)
def test_what_common_crawl_refuses_is_named(
    path: str, answer: Answer, common: CommonCrawl, night: Crawl, server: Server
) -> None:
    """The other crawl's record comes all the same."""
    server.table[path] = answer
    run = night(source="commoncrawl", endpoint=server.url, site=SITE)
    assert run.failed >= 1
    assert run.fetched == 1


def test_common_crawl_is_waited_for(
    common: CommonCrawl, night: Crawl, server: Server, time: Time
) -> None:
    """It says SlowDown with 503, for the index and for the data."""
    for path in ("/CC-MAIN-2023-14-index", "/crawl-data/CC-MAIN-2023-14/warc/1.warc.gz"):
        slow = Answer(503, b"SlowDown", {"Retry-After": "23"})
        server.table[path] = once(slow, server.table[path])
    assert night(source="commoncrawl", endpoint=server.url, site=SITE).fetched == 2
    assert time.slept.count(23.0) == 2


def test_a_crawl_whose_index_failed_is_asked_again(
    common: CommonCrawl, night: Crawl, server: Server
) -> None:
    """It is not taken for one that holds nothing."""
    good = server.table["/CC-MAIN-2023-14-index"]
    server.table["/CC-MAIN-2023-14-index"] = Answer(400)
    assert night(source="commoncrawl", endpoint=server.url, site=SITE).failed == 1
    server.table["/CC-MAIN-2023-14-index"] = good
    assert night(source="commoncrawl", endpoint=server.url, site=SITE).fetched == 1


def test_a_list_of_crawls_that_cannot_be_had_fails_the_run(
    night: Crawl, server: Server, heard: Heard
) -> None:
    """With its reason, in the result."""
    server.table["/collinfo.json"] = Answer(500)
    assert night(source="commoncrawl", endpoint=server.url, site=SITE).failed == 1
    assert any("500" in note for note in heard.notes)


def test_one_odd_capture_does_not_hide_the_others_of_its_post(
    wayback: Wayback, night: Crawl, archive: Archive
) -> None:
    """A page of maintenance came first, and another owner's last."""
    wayback.captures = {
        (ANNA, "20230301000000"): ("200", page("be right back")),
        (ANNA, "20230327080910"): ("200", ONE),
        (ANNA, "20250101000000"): ("200", page("buy this domain")),
    }
    wayback.publish()
    run = night(site=SITE, source="wayback", endpoint=wayback.server.url)
    assert (run.fetched, run.failed) == (1, 0)
    assert [archive.read(capture) for capture in archive.captures()] == [ONE]
    night(site=SITE, source="wayback", endpoint=wayback.server.url)
    assert not [path for path in wayback.server.paths() if path.startswith("/web/")]


def test_a_page_that_was_never_of_the_series_is_let_be_after_some_captures(
    wayback: Wayback, night: Crawl
) -> None:
    """Three that differ are enough."""
    wayback.captures = {
        (PARTY, f"202303{day}000000"): ("200", page(f"party {day}")) for day in range(10, 30)
    }
    wayback.publish()
    night(site=SITE, source="wayback", endpoint=wayback.server.url)
    assert sum(path.startswith("/web/") for path in wayback.server.paths()) == 3


def test_what_the_live_site_shows_now_hides_nothing_that_was_saved(
    wayback: Wayback, night: Crawl, archive: Archive, time: Time
) -> None:
    """Another owner's page, judged and set aside; the old captures are fetched all the same."""
    with archive.begin("site", {}, time.now()) as segment:
        segment.remember({f"{ANNA}/": {"of_series": False, "found_by": ["sitemap"]}}, time.now())
    night(site=SITE, source="wayback", endpoint=wayback.server.url)
    assert ONE in [archive.read(capture) for capture in archive.captures()]
    assert archive.memory()[f"{ANNA}/"]["found_by"] == ["sitemap", "wayback"]


def test_what_was_saved_once_does_not_keep_the_live_post_from_being_fetched(
    wayback: Wayback, night: Crawl, archive: Archive
) -> None:
    """A judgement of an old capture is of that capture."""
    server = wayback.server
    site = server.url
    wayback.captures = {(f"{site}/en/news/anna/", "20230301000000"): ("200", page("soon"))}
    wayback.publish()
    night(source="wayback", endpoint=site)
    server.table["/robots.txt"] = Answer(404)
    server.table["/en/news/"] = Answer(body=b'<a href="/en/news/anna/">A</a>')
    server.table["/en/news/anna/"] = Answer(body=ONE)
    assert night().new == 1


def test_common_crawl_judges_capture_by_capture_too(
    common: CommonCrawl, night: Crawl, archive: Archive
) -> None:
    """As the Wayback Machine does."""
    common.crawls["CC-MAIN-2023-14"] = [(ANNA, "20230327080910", b"be right back")]
    common.publish()
    night(site=SITE, source="commoncrawl", endpoint=common.server.url)
    assert [archive.read(capture) for capture in archive.captures()] == [TWO]
    assert archive.memory()[f"{ANNA}/"]["found_by"] == ["commoncrawl"]
