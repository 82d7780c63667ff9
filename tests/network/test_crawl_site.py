"""The live site: what is asked for, what is kept, and what is let be."""

import gzip
import zlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from scraper.archive import Archive
from scraper.fetch import Limits
from scraper.models import Exchange
from tests.network.conftest import Crawl
from tests.network.servers import START, Answer, Asked, Heard, News, Server, Time, page

ANNA, BRUNO, OTHER = "/en/news/anna/", "/fr/news/bruno/", "/en/news/party/"


@pytest.fixture
def three(news: News) -> News:
    """Give a site with two posts of the series and one other."""
    news.write(ANNA, "Anna under the loupe")
    news.write(BRUNO, "Bruno, loupe")
    news.write(OTHER, "a party")
    return news


def kept(archive: Archive, path: str) -> list[tuple[str, int | None]]:
    """Return kind and status of what is kept of a path."""
    return [(c.kind, c.http_status) for c in archive.captures() if c.url.endswith(path)]


def test_the_first_night_brings_every_post_of_the_series(
    three: News, night: Crawl, archive: Archive
) -> None:
    """What the REST API tells to be of another series is not even asked for."""
    run = night()
    assert (run.fetched, run.failed) == (2, 0)
    assert OTHER not in three.server.paths()
    bodies = {c.url: archive.read(c) for c in archive.captures() if "/news/" in c.url}
    assert bodies == {
        f"{three.server.url}{ANNA}": page("Anna under the loupe"),
        f"{three.server.url}{BRUNO}": page("Bruno, loupe"),
    }
    assert list(archive.verify()) == []


def test_a_night_on_which_nothing_changed_costs_at_most_five_requests(
    three: News, night: Crawl, archive: Archive
) -> None:
    """Counted at the server, and no post among them."""
    night()
    run = night()
    assert len(three.server.asked) <= 5
    assert not [path for path in three.server.paths() if path in three.posts]
    assert (run.fetched, run.unchanged, run.failed) == (0, 0, 0)


def test_ten_thousand_posts_cost_no_more_when_nothing_changed(news: News, night: Crawl) -> None:
    """The dates say it all, and REST gives the latest change first."""
    for number in range(10_000):
        news.posts[f"/en/news/p{number}/"] = ("a party", START - timedelta(minutes=number + 1))
    news.posts[ANNA] = ("loupe", START - timedelta(days=900))
    news.publish()
    assert night().fetched == 1
    night()
    assert len(news.server.asked) <= 5


def test_a_changed_post_is_asked_for_and_a_new_one_too(
    three: News, night: Crawl, archive: Archive, time: Time
) -> None:
    """And nothing else."""
    night()
    three.write(ANNA, "Anna under another loupe", time.now())
    three.write("/en/news/carl/", "Carl, loupe", time.now())
    assert night().fetched == 2
    assert kept(archive, ANNA) == [("response", 200), ("response", 200)]
    assert BRUNO not in three.server.paths()


def test_a_page_that_only_claims_to_have_changed_is_a_revisit(
    three: News, night: Crawl, archive: Archive, time: Time
) -> None:
    """304 keeps the answer and repeats nothing; the content reads as before."""
    night()
    three.write(ANNA, "Anna under the loupe", time.now())
    assert night().unchanged == 1
    *_, last = (c for c in archive.captures() if c.url.endswith(ANNA))
    assert (last.kind, last.http_status) == ("revisit", 304)
    assert archive.read(last) == page("Anna under the loupe")


def test_the_same_bytes_without_an_etag_are_a_revisit_too(
    three: News, night: Crawl, archive: Archive, time: Time
) -> None:
    """Of the kind that says: identical payload."""
    three.etags = False
    night()
    three.write(ANNA, "Anna under the loupe", time.now())
    night()
    assert kept(archive, ANNA) == [("response", 200), ("revisit", 200)]


def test_without_rest_each_post_is_fetched_once_and_judged(
    three: News, night: Crawl, archive: Archive
) -> None:
    """The other post is kept, remembered, and not asked for again."""
    three.rest = False
    three.publish()
    night()
    assert OTHER in three.server.paths()
    night()
    assert OTHER not in three.server.paths()
    assert archive.memory()[f"{three.server.url}{OTHER}"]["of_series"] is False


def test_with_listing_pages_alone_everything_is_found(three: News, night: Crawl) -> None:
    """Page after page; the next night asks under condition."""
    three.rest = three.sitemap = False
    three.publish()
    three.server.table["/en/news/"] = Answer(body=b'<a rel="next" href="/en/news/page/2/">2</a>')
    three.server.table["/en/news/page/2/"] = Answer(body=f'<a href="{ANNA}">A</a>'.encode())
    assert night().fetched == 2
    assert night().unchanged == 2


def test_each_url_remembers_what_found_it(three: News, night: Crawl, archive: Archive) -> None:
    """A union of sources, counted in the run's result."""
    night((f"{three.server.url}{ANNA}?utm_source=x",))
    found_by = archive.memory()[f"{three.server.url}{ANNA}"]["found_by"]
    assert found_by == ["known_urls", "listing", "rest", "sitemap"]
    assert dict(list(archive.runs())[-1].found)["known_urls"] == 1


def test_a_translation_is_followed(three: News, night: Crawl, archive: Archive) -> None:
    """Though no list names it."""
    head = '<link rel="alternate" hreflang="fr" href="/fr/news/anne/">'
    three.server.table[ANNA] = Answer(body=page("loupe", head))
    three.server.table["/fr/news/anne/"] = Answer(body=page("la loupe"))
    night()
    assert kept(archive, "/fr/news/anne/") == [("response", 200)]


def test_a_post_that_went_is_gone_after_two_nights(
    three: News, night: Crawl, archive: Archive
) -> None:
    """404 twice, each kept; then it is asked for no more. What was archived stays."""
    night()
    three.posts.pop(ANNA)
    three.publish()
    assert night(full=True).gone == 0
    assert night().gone == 1
    night()
    assert ANNA not in three.server.paths()
    assert kept(archive, ANNA) == [("response", 200), ("response", 404), ("response", 404)]


def test_a_post_that_was_away_for_one_night_is_not_gone(
    three: News, night: Crawl, archive: Archive
) -> None:
    """404 once, then back."""
    night()
    held = three.posts.pop(ANNA)
    three.publish()
    night(full=True)
    three.posts[ANNA] = held
    three.publish()
    assert night().gone == 0
    assert kept(archive, ANNA)[-1] in {("revisit", 200), ("revisit", 304)}


def test_the_weekly_sweep_notices_what_no_list_names(three: News, night: Crawl, time: Time) -> None:
    """Without --full."""
    night()
    three.posts.pop(ANNA)
    three.publish()
    time.passed += 8 * 86_400
    night()
    assert ANNA in three.server.paths()


def test_a_post_that_failed_is_asked_for_the_next_night(
    three: News, night: Crawl, archive: Archive
) -> None:
    """Though its date has not changed since."""
    good = three.server.table[ANNA]
    three.server.table[ANNA] = Answer(500)
    run = night()
    assert (run.fetched, run.failed) == (1, 1)
    assert "500" in list(archive.results())[-1]["failures"][f"{three.server.url}{ANNA}"]
    three.server.table[ANNA] = good
    assert night().fetched == 1


def test_a_run_that_reached_its_limit_is_gone_on_with(three: News, night: Crawl) -> None:
    """It says so, and the next night brings what was left."""
    run = night(limits=Limits(max_requests=9))
    assert any("limit of 9 requests" in note for note in run.notes)
    assert len(three.server.asked) == 9
    assert run.fetched + night().fetched == 2


def test_a_moved_post_is_kept_under_both_urls(three: News, night: Crawl, archive: Archive) -> None:
    """The redirect as what the old one answered, the page as what the new one did."""
    three.server.table["/en/news/old/"] = Answer(301, headers={"Location": "/en/news/anne/"})
    three.server.table["/en/news/anne/"] = Answer(body=page("loupe"))
    night((f"{three.server.url}/en/news/old/",))
    assert kept(archive, "/en/news/old/") == [("response", 301)]
    assert kept(archive, "/en/news/anne/") == [("response", 200)]


def test_robots_that_forbid_end_the_run_at_once(three: News, night: Crawl, heard: Heard) -> None:
    """Nothing but robots.txt is asked for."""
    three.robots = "User-agent: mikroscope\nDisallow: /\n"
    three.publish()
    run = night()
    assert set(three.server.paths()) == {"/robots.txt"}
    assert run.failed == 1
    assert any("robots.txt forbids" in note for note in heard.notes)


def test_robots_is_archived_once_and_then_revisited(
    three: News, night: Crawl, archive: Archive
) -> None:
    """The leave to crawl is part of the record."""
    night()
    night()
    assert kept(archive, "/robots.txt") == [("response", 200), ("revisit", 200)]


def test_a_sitemap_that_lists_other_hosts_leads_nowhere(
    three: News, night: Crawl, server: Server
) -> None:
    """Only the site's own posts are taken from it."""
    body = b"<urlset><url><loc>http://127.0.0.1:9/en/news/evil/</loc></url></urlset>"
    server.table["/sitemap.xml"] = Answer(body=body)
    assert night().failed == 0


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url>&b;</url></urlset>',
        b"<urlset><url><loc>x</loc>",
        b"\x1f\x8bnot gzip at all",
        b"<html>we are down for maintenance",
    ],
)
def test_a_broken_sitemap_is_named_and_the_rest_goes_on(
    body: bytes, three: News, night: Crawl
) -> None:
    """One failure, every post all the same."""
    three.server.table["/sitemap.xml"] = Answer(body=body)
    run = night()
    assert (run.fetched, run.failed) == (2, 1)


def test_a_run_that_ends_early_does_not_make_the_next_overlook_anything(
    three: News, night: Crawl, server: Server, time: Time
) -> None:
    """What it read of a dated index counts only once the posts were dealt with."""
    three.rest = three.sitemap = False
    three.publish()

    def index(changed: str) -> Answer:
        return Answer(
            body=f"<sitemapindex><sitemap><loc>{server.url}/posts.xml</loc>"
            f"<lastmod>{changed}</lastmod></sitemap></sitemapindex>".encode()
        )

    def posts(changed: str) -> Answer:
        rows = (
            f"<url><loc>{server.url}{path}</loc><lastmod>{changed}</lastmod></url>"
            for path in (ANNA, BRUNO)
        )
        return Answer(body=f"<urlset>{''.join(rows)}</urlset>".encode())

    server.table |= {"/sitemap.xml": index("2026-01-01"), "/posts.xml": posts("2026-01-01")}
    assert night().fetched == 3
    night()
    assert not {ANNA, BRUNO} & set(server.paths())
    day = f"{time.now() + timedelta(days=1):%Y-%m-%d}"
    server.table |= {"/sitemap.xml": index(day), "/posts.xml": posts(day)}
    limited = night(limits=Limits(max_requests=4))
    assert limited.unchanged + night().unchanged >= 2
    assert "/posts.xml" in server.paths()


def test_a_failure_is_remembered_through_a_night_on_which_nothing_worked(
    three: News, night: Crawl, server: Server
) -> None:
    """The site was down in between; the post is asked for all the same."""
    good = dict(server.table)
    server.table[ANNA] = Answer(500)
    night()
    server.table.clear()
    server.table["/robots.txt"] = Answer(503)
    assert night().failed == 1
    server.table |= good
    assert night().fetched == 1


def test_a_later_date_in_the_sitemap_does_not_bring_back_what_rest_set_aside(
    three: News, night: Crawl, server: Server
) -> None:
    """Two plugins that disagree about the hour cost nothing."""
    later = (START - timedelta(days=29)).isoformat()
    rows = "".join(
        f"<url><loc>{server.url}{path}</loc><lastmod>{later}</lastmod></url>"
        for path in three.posts
    )
    server.table["/sitemap.xml"] = Answer(body=f"<urlset>{rows}</urlset>".encode())
    night()
    night()
    assert not [path for path in server.paths() if path in three.posts]
    assert len(server.asked) <= 5


FAULTY_POSTS = {
    "a bomb": Answer(200, gzip.compress(bytes(100_000_000)), {"Content-Encoding": "gzip"}),
    "a coding unknown here": Answer(200, b"x", {"Content-Encoding": "br"}),
    "a body that is cut off": Answer(
        200, gzip.compress(b"x" * 99)[:-9], {"Content-Encoding": "gzip"}
    ),
    "a redirect elsewhere": Answer(302, headers={"Location": "http://169.254.169.254/"}),
    "a circle": Answer(302, headers={"Location": ANNA}),
    "forbidden": Answer(403),
    "for legal reasons": Answer(451),
    "no content": Answer(204),
    "server errors": Answer(502),
    "too large": Answer(200, bytes(17_000_000)),
}


@pytest.mark.parametrize("fault", FAULTY_POSTS)
def test_a_post_that_cannot_be_had_is_named_and_the_others_come(
    fault: str, three: News, night: Crawl, archive: Archive
) -> None:
    """Nothing of it is kept, nothing else is lost, and no traceback."""
    three.server.table[ANNA] = FAULTY_POSTS[fault]
    run = night()
    assert (run.fetched, run.failed) == (1, 1)
    (why,) = list(archive.results())[-1]["failures"].values()
    assert f"{three.server.url}{ANNA}" in why
    assert kept(archive, ANNA) == []
    assert list(archive.verify()) == []


def test_410_is_gone_at_once(three: News, night: Crawl, archive: Archive) -> None:
    """And is not asked for again."""
    three.server.table[ANNA] = Answer(410)
    assert night().gone == 1
    night()
    assert ANNA not in three.server.paths()
    assert kept(archive, ANNA) == [("response", 410)]


def test_a_site_that_is_down_is_one_failure(night: Crawl, server: Server, heard: Heard) -> None:
    """And nothing but robots.txt was asked for."""
    server.table["/robots.txt"] = Answer(503)
    run = night()
    assert (run.failed, run.fetched) == (1, 0)
    assert set(server.paths()) == {"/robots.txt"}


def test_what_was_erased_does_not_come_back(three: News, night: Crawl, archive: Archive) -> None:
    """From no list, and it is not even asked for."""
    three.server.table["/en/news/old/"] = Answer(301, headers={"Location": "/en/news/bygone/"})
    three.server.table["/en/news/bygone/"] = Answer(body=page("loupe"))
    known = (f"{three.server.url}/en/news/old/",)
    night(known, skip=lambda url: url.endswith((ANNA, "/bygone/")))
    assert kept(archive, "/en/news/bygone/") == []
    assert ANNA not in three.server.paths()
    assert kept(archive, BRUNO) == [("response", 200)]


def index_of(news: News, size: int, *, dated: bool) -> None:
    """Give the site sitemaps of so many posts each, and an index of them without dates."""
    table, url = news.server.table, news.server.url
    posts = list(news.posts.items())
    parts = [posts[start : start + size] for start in range(0, len(posts), size)]
    names = [f"/wp-sitemap-posts-post-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        rows = "".join(
            f"<url><loc>{url}{path}</loc>"
            + (f"<lastmod>{changed.isoformat()}</lastmod></url>" if dated else "</url>")
            for path, (_, changed) in part
        )
        table[name] = Answer(body=f"<urlset>{rows}</urlset>".encode())
    table["/wp-sitemap-taxonomies-category-1.xml"] = Answer(body=b"<urlset></urlset>")
    listed = "".join(
        f"<sitemap><loc>{url}{name}</loc></sitemap>"
        for name in (*names, "/wp-sitemap-taxonomies-category-1.xml")
    )
    table["/wp-sitemap.xml"] = Answer(body=f"<sitemapindex>{listed}</sitemapindex>".encode())


@pytest.mark.parametrize("rest", [True, False])
def test_sitemaps_whose_index_gives_no_dates_are_read_in_turn(
    rest: bool,  # noqa: FBT001  # a case
    news: News,
    night: Crawl,
    time: Time,
) -> None:
    """As WordPress core has them: five requests a night, and a change is found within days."""
    news.rest, news.sitemap = rest, False
    for number in range(40):
        news.posts[f"/en/news/p{number}/"] = ("a loupe", START - timedelta(days=9))
    news.publish()
    index_of(news, 5, dated=True)
    assert night().fetched == 40
    asked = 0
    for _ in range(3):
        assert night().failed == 0
        asked = max(asked, len(news.server.asked))
    assert asked <= 5
    news.posts["/en/news/p39/"] = ("another loupe", time.now())
    news.posts["/en/news/p7/"] = ("another loupe", time.now())
    news.publish()
    index_of(news, 5, dated=True)
    assert night().changed >= 1  # the last sitemap, where new posts stand, is read each night
    assert len(news.server.asked) <= 5 + 2
    changed = sum(night().changed for _ in range(5))
    assert changed == (0 if rest else 1)


def test_sitemaps_without_any_date_are_all_read(news: News, night: Crawl) -> None:
    """There only asking tells."""
    news.rest = news.sitemap = False
    for number in range(10):
        news.posts[f"/en/news/p{number}/"] = ("a loupe", START)
    news.publish()
    index_of(news, 5, dated=False)
    night()
    assert night().unchanged == 10


def test_an_unchanged_sitemap_costs_no_bytes(three: News, night: Crawl, time: Time) -> None:
    """It is asked under condition, where everything in it is dated; a new one is read."""
    three.rest = False
    three.publish()

    def validated(body: bytes) -> Callable[[Asked], Answer]:
        tag = f'"{zlib.crc32(body)}"'

        def answer(asked: Asked) -> Answer:
            if asked.headers.get("if-none-match") == tag:
                return Answer(304, headers={"ETag": tag})
            return Answer(200, body, {"ETag": tag})

        return answer

    def publish() -> None:
        sitemap = three.server.table["/sitemap.xml"]
        assert isinstance(sitemap, Answer)
        three.server.table["/sitemap.xml"] = validated(sitemap.body)

    publish()
    night()
    before = night()
    assert three.server.paths() == ["/robots.txt", "/sitemap.xml"]
    assert before.bytes < 100
    three.write(ANNA, "Anna under another loupe", time.now())
    publish()
    assert night().changed == 1
    assert night().changed == 0


def test_a_page_that_is_not_what_rest_promised_is_asked_for_again(
    three: News, night: Crawl, archive: Archive
) -> None:
    """It is kept as it came, named, and not taken for what the post is."""
    good = three.server.table[ANNA]
    three.server.table[ANNA] = Answer(200, page("be right back"))
    run = night()
    assert (run.new, run.failed) == (1, 1)
    three.server.table[ANNA] = good
    assert night().new == 1
    assert kept(archive, ANNA) == [("response", 200), ("response", 200)]


def test_a_page_that_was_stored_but_not_judged_is_judged_when_it_is_asked_again(
    three: News, night: Crawl, archive: Archive, time: Time
) -> None:
    """A run that was killed in between leaves it so; 304 says nothing of what it is."""
    with archive.begin("site", {}, time.now()) as segment:
        for path in (ANNA, OTHER):
            url = f"{three.server.url}{path}"
            etag = (("ETag", f'"{abs(hash(three.posts[path][0]))}"'),)
            body = page(three.posts[path][0])
            segment.add_exchange(
                Exchange(url, url, 200, "OK", "HTTP/1.1", (), etag, body, time.now())
            )
    run = night(full=True)
    assert (run.unchanged, run.failed) == (2, 0)
    memory = archive.memory()
    assert memory[f"{three.server.url}{ANNA}"]["of_series"] is True
    assert memory[f"{three.server.url}{OTHER}"]["of_series"] is False


def test_a_crawl_delay_is_said_once(three: News, night: Crawl) -> None:
    """So that a person knows why it takes so long."""
    three.robots = "User-agent: *\nCrawl-delay: 7\n"
    three.publish()
    assert night().notes == ("robots.txt asks for 7 s between two requests",)


def test_a_robots_that_was_cut_is_archived_as_such(
    three: News, night: Crawl, archive: Archive
) -> None:
    """WARC-Truncated says that more came (WARC 1.1 §5.13)."""
    three.server.table["/robots.txt"] = Answer(body=b"# rain\n" * 800_000)
    night()
    (robots,) = (c for c in archive.captures() if c.url.endswith("/robots.txt"))
    assert b"WARC-Truncated: length" in archive.original(robots)
    assert len(archive.read(robots)) == 500 * 1024


def test_a_post_that_is_led_away_for_a_night_comes_back(three: News, night: Crawl) -> None:
    """As in a night of maintenance, when everything leads to the front page."""
    three.server.table["/en/"] = Answer(body=page("be right back"))
    good = three.server.table[ANNA]
    three.server.table[ANNA] = Answer(302, headers={"Location": "/en/"})
    run = night()
    assert (run.new, run.failed) == (1, 1)
    three.server.table[ANNA] = good
    assert night().new == 1
