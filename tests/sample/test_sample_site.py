"""The make-believe site's endpoints answer as the real one's would."""

import gzip
import re
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from scraper.sample import Site, Studio

SLUG = "under-the-mikroscope-farhan-qadirbhai-junior-artist-rigging"
PAGE = f"/en/news/{SLUG}/"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LATER = datetime(2024, 9, 1, 10, 30, tzinfo=UTC)


def locations(xml: bytes) -> dict[str, str | None]:
    """Return the URLs of a sitemap or index, with their lastmod."""
    return {
        entry.findtext(f"{SITEMAP}loc", ""): entry.findtext(f"{SITEMAP}lastmod")
        for entry in fromstring(xml)
    }


def test_robots_names_the_sitemap_and_a_forbidden_place(client: httpx.Client, site: Site) -> None:
    """A Disallow that a page links to, and no delay unless the studio asks for one."""
    text = client.get("/robots.txt").text
    assert f"Sitemap: {site.url}sitemap_index.xml" in text
    assert "Disallow: /en/internal/" in text
    assert "Crawl-delay" not in text
    assert "/en/internal/press-kit/" in client.get(PAGE).text
    site.studio = Studio(site.studio.articles, crawl_delay=2.5)
    assert "Crawl-delay: 2.5\n" in client.get("/robots.txt").text


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_the_sitemaps_list_every_post_with_its_date(
    client: httpx.Client, site: Site, ending: str
) -> None:
    """The index leads to all posts; `.gz` is the same, as gzip files."""

    def read(url: str) -> dict[str, str | None]:
        response = client.get(url + ending)
        assert response.status_code == 200
        return locations(gzip.decompress(response.content) if ending else response.content)

    index = read("/sitemap_index.xml")
    assert len(index) == 3
    found = {url: date for sitemap in index for url, date in read(sitemap).items()}
    posts = {site.url.rstrip("/") + a.path: a.modified.isoformat() for a in site.studio.articles}
    assert posts.items() <= found.items()
    assert client.get("/post-sitemap3.xml").status_code == 404


@pytest.mark.parametrize("first", ["/en/news/", "/fr/news/", "/en/category/talent-spotlights/"])
def test_listings_page_through_all_their_posts(
    client: httpx.Client, site: Site, first: str
) -> None:
    """Following `next` meets every post once; the page after the last is a 404."""
    lang, seen, url, count = first[1:3], [], first, 0
    while url:
        html = client.get(url).text
        found = re.findall(r'<h2><a href="([^"]+)"', html)
        seen += [link.removeprefix(site.url.rstrip("/")) for link in found]
        after = re.search(r'rel="next" href="([^"]+)"', html)
        url, count = (after[1] if after else ""), count + 1
    shelf = site.studio.newest(lang)
    shown = [a.path for a in shelf if "category" not in first or a.category == "Talent Spotlights"]
    assert seen == shown
    assert count > 1
    assert client.get(f"{first}page/{count + 1}/").status_code == 404


def test_rest_gives_totals_and_refuses_a_page_too_far(client: httpx.Client) -> None:
    """X-WP-Total, X-WP-TotalPages, and WordPress's own error past the end."""
    answer = client.get("/wp-json/wp/v2/posts", params={"per_page": 7, "page": 2, "lang": "en"})
    assert answer.headers["X-WP-Total"] == "22"
    assert answer.headers["X-WP-TotalPages"] == "4"
    assert len(answer.json()) == 7
    beyond = client.get("/wp-json/wp/v2/posts", params={"per_page": 7, "page": 5, "lang": "en"})
    assert beyond.status_code == 400
    assert beyond.json()["code"] == "rest_post_invalid_page_number"
    assert client.get("/wp-json/wp/v2/posts?per_page=101").json()["code"] == "rest_invalid_param"


def test_rest_posts_hold_what_pages_hold(client: httpx.Client, site: Site) -> None:
    """Title, link, dates and the body, as rendered in the page."""
    posts = client.get("/wp-json/wp/v2/posts", params={"per_page": 100}).json()
    assert len(posts) == len(site.studio.articles)
    (post,) = [p for p in posts if p["slug"] == SLUG]
    html = client.get(post["link"]).text
    assert post["modified_gmt"] == "2023-07-24T09:00:00"
    assert post["content"]["rendered"] in html
    assert post["title"]["rendered"] in html
    assert client.get(f"/wp-json/wp/v2/posts/{post['id']}").json() == post
    assert client.get("/wp-json/wp/v2/posts/1").status_code == 404


def test_rest_can_be_asked_for_less(client: httpx.Client, site: Site) -> None:
    """`_fields`, `modified_after` and `slug` narrow the answer."""
    site.studio = site.studio.changed(SLUG, at=LATER)
    asked = {"_fields": "id,title.rendered", "modified_after": "2024-07-01T00:00:00"}
    (post,) = client.get("/wp-json/wp/v2/posts", params=asked).json()
    assert post.keys() == {"id", "title"}
    (same,) = client.get("/wp-json/wp/v2/posts", params={"slug": SLUG}).json()
    assert same["id"] == post["id"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_feeds_are_rss_of_the_newest(client: httpx.Client, site: Site, lang: str) -> None:
    """Ten items at most, newest first, linked."""
    answer = client.get(f"/{lang}/feed/")
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    links = [item.findtext("link") for item in fromstring(answer.content).iter("item")]
    newest = [site.url.rstrip("/") + a.path for a in site.studio.newest(lang)]
    assert links == newest[:10]


def test_pages_name_their_translations(client: httpx.Client) -> None:
    """Canonical and hreflang links, both ways."""
    english = "/en/news/under-the-mikroscope-berenice-oullette/"
    french = "/fr/news/under-the-mikroscope-berenice-oullette-line-producer/"
    for path in (english, french):
        html = client.get(path).text
        assert re.search(rf'rel="canonical" href="[^"]+{path}"', html)
        assert re.search(rf'hreflang="fr" href="[^"]+{french}"', html)
        assert re.search(rf'hreflang="en" href="[^"]+{english}"', html)
        assert '"datePublished": "2024-02-29T09:00:00+00:00"' in html
        assert "29 February 2024" in html


def test_what_is_not_there_is_a_real_404(client: httpx.Client) -> None:
    """An honest status, and a redirect where only the closing slash lacks."""
    assert client.get("/en/news/nobody/").status_code == 404
    assert client.get("/nowhere").status_code == 404
    moved = client.get(PAGE.rstrip("/"))
    assert moved.status_code == 301
    assert moved.headers["Location"].endswith(PAGE)
    assert client.get("/").headers["Location"].endswith("/en/")


@pytest.mark.parametrize("emoji", ["%F0%9F%94%8D", "%f0%9f%94%8d"])
def test_an_emoji_in_an_address_is_found_in_either_case(client: httpx.Client, emoji: str) -> None:
    """Percent-encoding has no case (RFC 3986 §6.2.2.1)."""
    answer = client.get(f"/en/news/under-the-mikroscope-{emoji}-roshni-thekkumkal-lead-fx/")
    assert answer.status_code == 200
    assert "%F0%9F%94%8D-roshni" in answer.text


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_validators_save_the_second_request(client: httpx.Client, coding: str) -> None:
    """ETag and Last-Modified both give 304 with no body, compressed or not."""
    plain = {"Accept-Encoding": coding}
    first = client.get(PAGE, headers=plain)
    assert first.headers.get("Content-Encoding", "identity") == coding
    assert not first.headers["ETag"].startswith("W/")
    for header, source in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        again = client.get(PAGE, headers={**plain, header: first.headers[source]})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == first.headers["ETag"]


def test_an_entity_tag_outranks_a_date(client: httpx.Client, site: Site) -> None:
    """A new footer with an old date is still a new page (RFC 9110 §13.2.2)."""
    first = client.get(PAGE)
    site.studio = site.studio.footer_changed()
    held = {
        "If-None-Match": first.headers["ETag"],
        "If-Modified-Since": first.headers["Last-Modified"],
    }
    assert client.get(PAGE, headers=held).status_code == 200
    del held["If-None-Match"]
    assert client.get(PAGE, headers=held).status_code == 304


def test_a_change_is_seen_by_everything(client: httpx.Client, site: Site) -> None:
    """ETag, Last-Modified and the sitemap's date all move."""
    before = client.get(PAGE)
    site.studio = site.studio.changed(SLUG, at=LATER)
    after = client.get(PAGE, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["Last-Modified"] == "Sun, 01 Sep 2024 10:30:00 GMT"
    listed = locations(client.get("/post-sitemap.xml").content)
    assert listed[site.url.rstrip("/") + PAGE] == LATER.isoformat()


@pytest.mark.parametrize("status", [404, 410])
def test_a_withdrawn_post_answers_as_told(client: httpx.Client, site: Site, status: int) -> None:
    """404 or 410, and no listing of any kind shows it."""
    site.studio = site.studio.withdrawn(SLUG, status)
    assert client.get(PAGE).status_code == status
    assert SLUG not in client.get("/post-sitemap.xml").text
    assert SLUG not in client.get("/wp-json/wp/v2/posts?per_page=100").text


def test_head_has_the_headers_and_no_body(client: httpx.Client) -> None:
    """HEAD says what GET would (RFC 9110 §9.3.2)."""
    got, headed = client.get(PAGE), client.head(PAGE)
    assert headed.content == b""
    for name in ("ETag", "Last-Modified", "Content-Length", "Content-Type"):
        assert headed.headers[name] == got.headers[name]


def test_pictures_are_pictures(client: httpx.Client, site: Site) -> None:
    """Every picture a page shows is served; one that no page shows is a 404."""
    html = client.get("/en/news/under-the-mikroscope-noor-abidelle/").text
    (picture,) = re.findall(r'<img src="([^"]+)"', html)
    assert client.get(picture).headers["Content-Type"] == "image/svg+xml"
    assert client.get("/app/uploads/2023/02/nothing.svg").status_code == 404


def test_the_site_remembers_what_it_was_asked(client: httpx.Client, site: Site) -> None:
    """Method, path with its query as sent, and headers, in order."""
    client.get(f"{PAGE}?a=%C3%A9", headers={"X-Hello": "there"})
    client.head("/robots.txt")
    assert [(r.method, r.path) for r in site.requests] == [
        ("GET", f"{PAGE}?a=%C3%A9"),
        ("HEAD", "/robots.txt"),
    ]
    assert site.requests[0].headers["x-hello"] == "there"
    assert site.paths("HEAD") == ["/robots.txt"]


def test_it_can_be_started_for_a_look() -> None:
    """`python -m scraper.sample` says what is wrong in one line."""
    ran = subprocess.run(
        [sys.executable, "-m", "scraper.sample", "--posts", "3"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 2
    assert ran.stderr == "Error: the sample studio has 30 posts and cannot have only 3\n"
