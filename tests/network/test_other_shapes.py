"""Sites of other shapes than the sample's: what WordPress and its plugins make of lists and dates."""

import gzip
import json
from datetime import timedelta

import pytest

from scraper.archive import Archive
from tests.network.conftest import Crawl
from tests.network.servers import START, Answer, Asked, Heard, News, Server, Time, page

ANNA, BRUNO = "/en/news/anna/", "/fr/news/bruno/"
EMOJI = "/en/news/%F0%9F%94%8D-under/"
REST = "/wp-json/wp/v2/posts"


def statuses(archive: Archive, path: str) -> list[int | None]:
    """Return what is kept of a path, by status."""
    return [c.http_status for c in archive.captures() if c.url.endswith(path)]


@pytest.fixture
def rest_only(news: News) -> News:
    """Give a site with 250 posts and a REST API, and no other list."""
    news.sitemap = False
    for number in range(250):
        news.posts[f"/en/news/p{number:03}/"] = ("loupe", START - timedelta(days=number + 1))
    news.publish()
    news.server.table["/en/news/"] = Answer(404)
    return news


def test_a_rest_page_with_another_kind_of_post_is_not_taken_for_the_last(
    rest_only: News, night: Crawl
) -> None:
    """Ninety-nine posts of ours and a project are a full page."""
    rest_only.write("/en/project/film/", "a film", START)
    rest_only.server.table["/en/news/"] = Answer(404)
    assert night().new == 250


def test_a_rest_api_that_gives_less_than_was_asked_for_is_read_to_its_end(
    rest_only: News, night: Crawl
) -> None:
    """Some hosts allow twenty posts a page."""
    whole = rest_only.server.table[REST]
    assert callable(whole)
    rest_only.server.table[REST] = lambda asked: whole(
        Asked(asked.path.replace("per_page=100", "per_page=20"), asked.headers)
    )
    assert night().new == 250


def test_a_rest_api_that_gives_the_same_page_for_ever_is_left(
    rest_only: News, night: Crawl
) -> None:
    """After the second."""
    whole = rest_only.server.table[REST]
    assert callable(whole)
    rest_only.server.table[REST] = lambda asked: whole(
        Asked(asked.path.replace("&page=", "&page=1&x="), asked.headers)
    )
    assert night().new == 100
    assert sum(path.startswith(REST) for path in rest_only.server.paths()) == 2


@pytest.mark.parametrize("said", ["1", "99999", "many", ""])
def test_a_wrong_number_of_pages_is_not_believed(said: str, rest_only: News, night: Crawl) -> None:
    """A full page is followed by another try."""
    whole = rest_only.server.table[REST]
    assert callable(whole)

    def answer(asked: Asked) -> Answer:
        given = whole(asked)
        return Answer(given.status, given.body, {"X-WP-TotalPages": said})

    rest_only.server.table[REST] = answer
    assert night().new == 250


@pytest.mark.parametrize("rendered", ["", "<p>&nbsp;</p>", None])
def test_a_rest_post_without_content_is_judged_by_its_page(
    rendered: str | None, news: News, night: Crawl
) -> None:
    """Builders of pages keep the words elsewhere."""
    news.write(ANNA, "loupe")
    content = {} if rendered is None else {"content": {"rendered": rendered}}
    rows = [{"link": f"{news.server.url}{ANNA}", "modified_gmt": "2026-01-01T00:00:00", **content}]
    news.server.table[REST] = Answer(body=json.dumps(rows).encode())
    assert night().new == 1


def test_a_rest_post_whose_address_names_the_series_is_judged_by_its_page(
    news: News, night: Crawl
) -> None:
    """What the API shows may be half of it."""
    path = "/en/news/under-the-mikroscope-anna/"
    news.write(path, "loupe")
    rows = [
        {
            "link": f"{news.server.url}{path}",
            "modified_gmt": "2026-01-01T00:00:00",
            "content": {"rendered": "<p>Read more</p>"},
        }
    ]
    news.server.table[REST] = Answer(body=json.dumps(rows).encode())
    assert night().new == 1


def test_a_validator_that_no_header_may_hold_is_not_sent_back(
    news: News, night: Crawl, time: Time
) -> None:
    """The post is asked for without it."""
    odd = Answer(200, page("loupe"), {"ETag": '"caf\xe9"'})
    news.write(ANNA, "loupe")
    news.server.table[ANNA] = odd
    night()
    news.write(ANNA, "loupe", time.now())
    news.server.table[ANNA] = odd
    run = night()
    assert (run.unchanged, run.failed) == (1, 0)


def test_a_redirect_may_be_written_in_plain_utf_8(
    news: News, night: Crawl, archive: Archive
) -> None:
    """A magnifying glass in Location, as bytes."""
    news.rest = False
    news.write(EMOJI, "loupe")
    there = "/en/news/🔍-under/".encode().decode("latin-1")
    news.server.table[ANNA] = Answer(301, headers={"Location": there})
    assert night((f"{news.server.url}{ANNA}",)).failed == 0
    assert statuses(archive, EMOJI)[0] == 200


def test_a_listing_that_moved_is_read_where_it_is(news: News, night: Crawl) -> None:
    """Its links are relative to its new place."""
    news.rest = news.sitemap = False
    news.publish()
    table = news.server.table
    table["/en/news/"] = Answer(301, headers={"Location": "/en/newsroom/all/"})
    table["/en/newsroom/all/"] = Answer(body=b'<a href="../../news/anna/">A</a>')
    table[ANNA] = Answer(body=page("loupe"))
    assert night().new == 1


def test_robots_that_forbid_one_language_leave_the_other(news: News, night: Crawl) -> None:
    """The run goes on, and asks for nothing below what is forbidden."""
    news.robots = "User-agent: *\nDisallow: /en/\n"
    news.write(ANNA, "loupe")
    news.write(BRUNO, "loupe")
    run = night()
    assert run.new == 1
    assert not [path for path in news.server.paths() if path.startswith("/en/")]


@pytest.mark.parametrize("rest", [True, False])
def test_a_post_that_no_list_names_any_more_is_missed_the_same_night(
    rest: bool,  # noqa: FBT001  # a case
    news: News,
    night: Crawl,
    archive: Archive,
) -> None:
    """404 in two nights: gone. Listed again: back, though its date is the old one."""
    news.rest = rest
    for path in (ANNA, BRUNO):
        news.write(path, "loupe")
    night()
    away = news.posts.pop(ANNA)
    news.publish()
    assert [night().gone, night().gone, night().gone] == [0, 1, 0]
    assert ANNA not in news.server.paths()
    news.posts[ANNA] = away
    news.publish()
    assert night().unchanged == 1
    assert statuses(archive, ANNA) == [200, 404, 404, 304]
    night()
    assert ANNA not in news.server.paths()


def test_a_post_that_left_the_lists_and_stands_where_it_stood_is_asked_for_once(
    news: News, night: Crawl
) -> None:
    """Not every night; and when it is listed again, its next leaving is noticed."""
    for path in (ANNA, BRUNO):
        news.write(path, "loupe")
    night()
    away, good = news.posts.pop(ANNA), news.server.table[ANNA]
    news.publish()
    news.server.table[ANNA] = good
    news.posts = {BRUNO: news.posts[BRUNO]}
    hidden = Answer(304)
    news.server.table[ANNA] = hidden
    asked = []
    for _ in range(3):
        night()
        asked.append(ANNA in news.server.paths())
    assert asked == [True, False, False]
    news.posts[ANNA] = away
    news.publish()
    night()
    news.posts.pop(ANNA)
    news.publish()
    night()
    assert ANNA in news.server.paths()


def test_a_gone_post_that_a_stale_list_still_names_is_tried_in_the_sweep_only(
    news: News, night: Crawl, time: Time, heard: Heard
) -> None:
    """And counted as gone once."""
    news.write(ANNA, "loupe")
    news.write(BRUNO, "loupe")
    good = news.server.table[ANNA]
    news.server.table[ANNA] = Answer(410)
    assert night().gone == 1
    night()
    assert ANNA not in news.server.paths()
    time.passed += 8 * 86_400
    assert night().gone == 0
    assert [note for note in heard.notes if note.startswith("still gone: ")]
    news.server.table[ANNA] = good
    time.passed += 8 * 86_400
    assert night().new == 1


@pytest.mark.parametrize("status", [301, 308])
def test_a_post_that_leads_to_the_front_page_for_good_is_gone_after_two_nights(
    status: int, news: News, night: Crawl, archive: Archive
) -> None:
    """As if it were not found: plugins answer so instead of 404."""
    news.write(ANNA, "loupe")
    night()
    news.server.table["/en/"] = Answer(body=page("home"))
    news.server.table[ANNA] = Answer(status, headers={"Location": "/en/"})
    first = night(full=True)
    assert (first.gone, first.failed) == (0, 0)
    assert night().gone == 1
    night()
    assert ANNA not in news.server.paths()
    assert archive.memory()[f"{news.server.url}{ANNA}"]["gone"] is True
    assert statuses(archive, ANNA) == [200, status, status]


def test_a_post_that_leads_to_a_page_not_found_is_not_found(
    news: News, night: Crawl, heard: Heard
) -> None:
    """However it leads there."""
    news.write(ANNA, "loupe")
    news.server.table[ANNA] = Answer(302, headers={"Location": "/en/news/bygone/"})
    assert night().failed == 0
    assert any(note.startswith("not found: ") for note in heard.notes)
    assert night().gone == 1


def test_a_post_that_is_led_away_night_after_night_is_gone_in_the_end(
    news: News, night: Crawl
) -> None:
    """After five nights of what might have been maintenance."""
    news.write(ANNA, "loupe")
    news.server.table["/en/"] = Answer(body=page("be right back"))
    news.server.table[ANNA] = Answer(302, headers={"Location": "/en/"})
    runs = [night() for _ in range(7)]
    assert [run.failed for run in runs] == [1, 1, 1, 1, 1, 0, 0]
    assert [run.gone for run in runs] == [0, 0, 0, 0, 0, 1, 0]


def test_what_found_a_post_is_remembered_over_the_nights(
    news: News, night: Crawl, archive: Archive, time: Time
) -> None:
    """A later night, in which fewer lists are read, takes nothing away."""
    news.write(ANNA, "loupe")
    night((f"{news.server.url}{ANNA}",))
    news.write(ANNA, "another loupe", time.now())
    night()
    found_by = archive.memory()[f"{news.server.url}{ANNA}"]["found_by"]
    assert found_by == ["known_urls", "listing", "rest", "sitemap"]


def yoast(news: News, size: int, *, etags: bool = False, without: str = "") -> None:
    """Give the site sitemaps of so many posts each, and an index with the dates of each.

    A post that was taken away (`without`) leaves its place in its sitemap and changes no date.
    """
    table, url = news.server.table, news.server.url
    posts = list(news.posts.items())
    listed = ""
    for number, start in enumerate(range(0, len(posts), size), 1):
        part = posts[start : start + size]
        rows = "".join(
            f"<url><loc>{url}{path}</loc><lastmod>{changed.isoformat()}</lastmod></url>"
            for path, (_, changed) in part
            if path != without
        )
        latest = max(changed for _, (_, changed) in part).isoformat()
        name = f"/post-sitemap{number}.xml.gz"
        table[name] = Answer(body=gzip.compress(f"<urlset>{rows}</urlset>".encode()))
        listed += f"<sitemap><loc>{url}{name}</loc><lastmod>{latest}</lastmod></sitemap>"
    index = f"<sitemapindex>{listed}</sitemapindex>".encode()
    tag = f'"{hash(index)}"'

    def conditional(asked: Asked) -> Answer:
        known = asked.headers.get("if-none-match") == tag
        return Answer(304 if known else 200, index, {"ETag": tag})

    table["/sitemap_index.xml"] = conditional if etags else Answer(body=index)


@pytest.mark.parametrize("etags", [True, False])
@pytest.mark.parametrize("rest", [True, False])
def test_a_post_that_left_a_sitemap_whose_date_stands_still_is_missed_within_days(
    rest: bool,  # noqa: FBT001  # a case
    etags: bool,  # noqa: FBT001  # a case
    news: News,
    night: Crawl,
) -> None:
    """A quiet night reads two sitemaps in turn, and never more than five lists in all."""
    news.rest, news.sitemap = rest, False
    for number in range(200):
        news.posts[f"/en/news/p{number:03}/"] = ("loupe", START - timedelta(days=200 - number))
    news.publish()
    yoast(news, 20, etags=etags)
    assert night().new == 200
    bygone = "/en/news/p050/"
    yoast(news, 20, etags=etags, without=bygone)
    news.server.table[bygone] = Answer(404)
    if rest:
        news.server.table[REST] = Answer(
            body=json.dumps(
                [
                    {"link": f"{news.server.url}{path}", "modified_gmt": changed.isoformat()}
                    for path, (_, changed) in list(news.posts.items())[:-101:-1]
                ]
            ).encode()
        )
    gone = 0
    for _ in range(6):
        gone += night().gone
        posts = [path for path in news.server.paths() if path.startswith("/en/news/p")]
        assert len(news.server.asked) - len(posts) <= 5
        assert set(posts) <= {bygone}
    assert gone == 1


def test_the_weekly_sweep_of_ten_thousand_dated_posts_asks_for_little(
    news: News, night: Crawl, time: Time
) -> None:
    """It reads every sitemap, but of listing and REST only what may be new."""
    news.sitemap = False
    for number in range(10_000):
        news.posts[f"/en/news/p{number:04}/"] = ("a party", START - timedelta(minutes=number + 1))
    news.publish()
    yoast(news, 1000)

    def listing(asked: Asked) -> Answer:
        number = int(asked.query.get("paged", "1"))
        shown = list(news.posts)[(number - 1) * 100 : number * 100]
        links = "".join(f'<a href="{path}">x</a>' for path in shown)
        onward = f'<a href="/en/news/?paged={number + 1}">more</a>' if number < 100 else ""
        return Answer(body=f"{links}{onward}".encode())

    news.server.table["/en/news/"] = listing
    night()
    assert len(news.server.asked) > 200
    night()
    assert len(news.server.asked) <= 5
    time.passed += 8 * 86_400
    night()
    assert len(news.server.asked) <= 25


def test_a_list_that_goes_in_circles_ends(server: Server, night: Crawl) -> None:
    """Each page leads to the next for ever, and shows the same."""
    server.table["/robots.txt"] = Answer(404)

    def listing(asked: Asked) -> Answer:
        number = int(asked.query.get("paged", "1"))
        return Answer(body=f'<a href="/en/news/?paged={number + 1}">more</a>'.encode())

    server.table["/en/news/"] = listing
    run = night()
    assert [note for note in run.notes if "more than 500 pages; the others are left out" in note]
