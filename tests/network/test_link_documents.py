"""Sitemaps, listings, feeds, REST lists and pages: which links are read out of them."""

import gzip
import json
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import BadInput, TooLarge, WrongUsage
from scraper.reading.index import (
    Link,
    feed,
    listing,
    own_url,
    page_links,
    parse_time,
    rest_posts,
    robots_sitemaps,
    sitemap,
)
from scraper.urls import canonical

SITE = "https://news.example"
DAY = datetime(2023, 3, 27, tzinfo=UTC)
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


def entry(path: str, more: str = "") -> str:
    """Return a sitemap entry."""
    return f"<url><loc>{SITE}{path}</loc>{more}</url>"


def test_a_sitemap_gives_posts_with_their_dates() -> None:
    """And leaves all other pages out."""
    text = URLSET.format(
        entry("/en/news/anna", "<lastmod>2023-03-27</lastmod>") + entry("/en/about/") + entry("/")
    )
    assert sitemap(text.encode(), SITE).posts == (Link(f"{SITE}/en/news/anna/", DAY),)


def test_a_gzip_sitemap_reads_the_same() -> None:
    """Whatever its name and type say."""
    text = URLSET.format(entry("/en/news/anna/")).encode()
    assert sitemap(gzip.compress(text), SITE) == sitemap(text, SITE)


def test_an_index_names_sitemaps() -> None:
    """With the dates that let us leave some of them unread."""
    text = "<sitemapindex><sitemap><loc>/s1.xml</loc><lastmod>2023-03-27</lastmod></sitemap></sitemapindex>"
    assert sitemap(text.encode(), SITE).sitemaps == (Link(f"{SITE}/s1.xml", DAY),)


def test_translations_in_a_sitemap_are_posts_too() -> None:
    """Named by xhtml:link."""
    link = f'<x:link xmlns:x="http://www.w3.org/1999/xhtml" hreflang="fr" href="{SITE}/fr/news/anne/"/>'
    posts = sitemap(URLSET.format(entry("/en/news/anna/", link)).encode(), SITE).posts
    assert [post.url for post in posts] == [f"{SITE}/en/news/anna/", f"{SITE}/fr/news/anne/"]


def test_a_text_sitemap_is_one_url_a_line() -> None:
    """Another form that the protocol allows."""
    assert len(sitemap(f"{SITE}/en/news/a/\n{SITE}/en/news/b/\n".encode(), SITE).posts) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<urlset><url>",
        b'<!DOCTYPE x [<!ENTITY a "a">]><urlset>&a;</urlset>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset>&a;</urlset>',
        b"\x1f\x8b\x08broken",
    ],
)
def test_what_is_no_sitemap_is_bad_input(body: bytes) -> None:
    """An entity bomb among it."""
    with pytest.raises(BadInput):
        sitemap(body, SITE)


def test_a_sitemap_of_more_than_the_protocol_allows_is_too_large() -> None:
    """Fifty thousand entries."""
    with pytest.raises(TooLarge):
        sitemap(URLSET.format("<url/>" * 50_001).encode(), SITE)


def test_a_sitemap_bomb_is_too_large() -> None:
    """A gigabyte in a megabyte is not unpacked."""
    with pytest.raises(TooLarge):
        sitemap(gzip.compress(b"<urlset>" + bytes(60_000_000)), SITE)


def test_a_listing_gives_posts_and_the_pages_that_go_on() -> None:
    """Relative links, and each once."""
    body = b"""<a href="/en/news/anna/?utm_source=x">A</a><a href="../news/anna/#top">A</a>
    <a href="/en/news/page/3/">3</a><a href="/en/news/?paged=2">2</a><a href="/en/jobs/">J</a>
    <a rel="next" href="/en/news/list-2/more/">on</a><a href="mailto:x@y.z">m</a><a href="http://[">x</a>"""
    read = listing(body, f"{SITE}/en/news/")
    assert read.posts == (f"{SITE}/en/news/anna/",)
    assert read.pages == tuple(
        f"{SITE}/en/news/{rest}" for rest in ("?paged=2", "list-2/more/", "page/3/")
    )


@pytest.mark.parametrize(
    "onward",
    [
        "page/2/",
        "?paged=2",
        "?query-0-page=2",
        "?pg=2",
        "?lang=en&paged=2",
        "?e-page-1a2b=2",
        "page/2/?lang=en",
        "category/talent-spotlights/?page=3",
    ],
)
def test_a_list_goes_on_in_the_ways_of_wordpress(onward: str) -> None:
    """Path, query of themes, of the block editor and of page builders."""
    body = f'<a href="/en/news/{onward}">2</a><a href="/en/news/?lang=en">EN</a>'.encode()
    pages = listing(body, f"{SITE}/en/news/").pages
    assert len(pages) == 1
    assert "lang=en" not in pages[0] or "page" in pages[0]


def test_feeds_of_both_kinds_give_posts() -> None:
    """Atom with the date of change."""
    rss = f"<rss><channel><item><link>{SITE}/en/news/a/</link></item></channel></rss>"
    atom = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{SITE}/en/news/a/"/>'
        "<updated>2023-03-27T00:00:00Z</updated></entry></feed>"
    )
    assert feed(rss.encode(), SITE) == (Link(f"{SITE}/en/news/a/"),)
    assert feed(atom.encode(), SITE) == (Link(f"{SITE}/en/news/a/", DAY),)


def test_rest_posts_come_with_their_whole_object() -> None:
    """So that it can be judged without fetching the page."""
    item = {"link": f"{SITE}/en/news/a/", "modified_gmt": "2023-03-27T00:00:00", "x": "é"}
    odd = [item, {"link": f"{SITE}/en/jobs/1/"}, {"link": None}, 7]
    (post,) = rest_posts(json.dumps(odd).encode(), SITE)
    assert (post.url, post.changed) == (f"{SITE}/en/news/a/", DAY)
    assert json.loads(post.source) == item


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"null", b"[" * 100_000])
def test_what_is_no_rest_list_is_bad_input(body: bytes) -> None:
    """WordPress says errors in an object."""
    with pytest.raises(BadInput):
        rest_posts(body, SITE)


def test_a_page_gives_its_own_url_translations_and_other_posts() -> None:
    """All canonical."""
    body = b"""<link rel="canonical" href="/en/news/anna"><link rel=alternate hreflang=FR href="/fr/news/anne">
    <link rel="alternate" type="application/rss+xml" href="/feed/"><a href="/en/news/bo">B</a>"""
    read = page_links(body, f"{SITE}/en/news/anna/")
    assert read.canonical == f"{SITE}/en/news/anna/"
    assert read.translations == (("fr", f"{SITE}/fr/news/anne/"),)
    assert read.posts == (f"{SITE}/en/news/bo/",)


@pytest.mark.parametrize(
    "link",
    [
        f"{SITE}/en/news/../news/./bo/",
        f"{SITE}:8443/en/news/bo/",
        f"{SITE}:443/en/news/bo",
        f"{SITE}:99999/en/news/bo/",
        f"{SITE}:/en/news/bo/",
        f" {SITE}/en/news/bo/\n",
        f"{SITE}/en/news/b\to/",
        "HTTPS://News.Example/en/news/bo/",
        "http://news.example//en//news/bo/",
        "https:/en/news/bo/",
        f"{SITE}/en/news/bo;/",
        f"{SITE}/en/news/bo/;",
        f"{SITE}/en/news/bo/?#",
        f"{SITE}/en/news/b%6f/",
        "../bo/",
        "//other.example/en/news/bo/",
        "#bo",
        "",
        "http://[",
    ],
)
def test_a_link_is_joined_and_made_canonical(link: str) -> None:
    """However it is written; an address that is whole already is not joined."""
    own = f"{SITE}/en/news/anna/"
    try:
        expected = canonical(urljoin(own, link.strip()))
    except (WrongUsage, ValueError):
        expected = None
    found = page_links(f'<link rel="canonical" href="{link}">'.encode(), own).canonical
    assert found == expected


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="{}">',
        '<meta property="og:url" content="{}">',
        "<!-- saved from url=(0042){} -->",
    ],
)
def test_a_saved_page_says_where_it_came_from(head: str) -> None:
    """In one of three ways."""
    url = f"{SITE}/en/news/anna/"
    assert own_url(f"<!DOCTYPE html>{head.format(url)}<p>x".encode()) == url
    assert own_url(b"<p>nothing of the kind") is None


def test_robots_names_sitemaps() -> None:
    """Relative ones too, each once, with a byte order mark before them."""
    body = b"\xef\xbb\xbfSitemap: /s.xml\nUser-agent: *\nsitemap:https://news.example/s.xml\nSitemap:\n"
    assert robots_sitemaps(body, SITE) == (f"{SITE}/s.xml",)


@pytest.mark.parametrize(
    "text",
    [
        "2023-03-27",
        "2023-03-27T02:00:00+02:00",
        "2023-03-27T00:00:00Z",
        "Mon, 27 Mar 2023 00:00:00 GMT",
    ],
)
def test_times_are_read_in_their_usual_forms(text: str) -> None:
    """As UTC."""
    assert parse_time(text) == DAY


@pytest.mark.parametrize("text", ["", None, "yesterday", "2023-13-45", "0000-00-00T00:00:00"])
def test_what_is_no_time_is_none(text: str | None) -> None:
    """Never guessed."""
    assert parse_time(text) is None


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_a_reader_fail_in_another_way(body: bytes) -> None:
    """Links or BadInput."""
    for read in (sitemap, feed, listing, rest_posts, page_links):
        try:
            read(body, f"{SITE}/en/news/")
        except BadInput:
            continue
    own_url(body)
