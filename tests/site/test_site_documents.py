"""Feeds, sitemap, robots.txt, llms.txt and favicon are what their readers expect, with whole addresses."""

import asyncio
import re
import sqlite3
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import httpx
import pytest
from datasette.app import Datasette
from protego import Protego

from scraper.site import sitemap

Get = Callable[..., httpx.Response]
Make = Callable[..., Path]
Serving = Callable[[Path], Get]
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ALTERNATE = "{http://www.w3.org/1999/xhtml}link"


def test_the_atom_feed_is_read_by_a_feed_reader(get: Get) -> None:
    """Well formed, complete (RFC 4287 §4.1), newest first, each entry leading to a page there is."""
    answer = get("/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert feed.feed.title == "Under the Mikroscope: interviews"
    assert [link.href for link in feed.feed.links if link.rel == "self"] == ["http://localhost/feed.atom"]  # fmt: skip
    assert len(feed.entries) == 7
    assert feed.entries[0].author == "Nadia Quelle"
    assert feed.entries[-1].author == '<b onclick="alert(3)">Bob</b>'  # no date; text stays text
    for entry in feed.entries:
        assert entry.updated_parsed
        assert entry.summary
        assert get(entry.link.removeprefix("http://localhost")).status_code == 200
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == 7
    assert all(uuid.UUID(one.removeprefix("urn:uuid:")) for one in ids)
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    for element in (root, *root.findall(f"{ATOM}entry")):
        for needed in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{needed}")) == 1


def test_the_json_feed_says_the_same(get: Get) -> None:
    """JSON Feed 1.1: what must be there is, and dates are RFC 3339."""
    answer = get("/feed.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://localhost/feed.json"
    atom = feedparser.parse(get("/feed.atom").content)
    assert [item["id"] for item in feed["items"]] == [entry.id for entry in atom.entries]
    for item in feed["items"]:
        assert {"id", "url", "title", "content_text"} <= set(item)
        assert datetime.fromisoformat(item["date_modified"]).tzinfo
        assert None not in item.values()


def test_an_archive_that_moves_keeps_its_ids(archive: Path, get: Get) -> None:
    """At another address nobody's reader shows everything again."""
    elsewhere = Datasette([str(archive)], settings={"base_url": "/m/"})
    moved = asyncio.run(elsewhere.client.get("/feed.atom")).content
    ids = re.compile(rb"<id>[^<]+</id>")
    assert ids.findall(moved) == ids.findall(get("/feed.atom").content)


def test_marks_that_xml_cannot_say_spoil_nothing(
    tmp_path: Path, make_database: Make, serving: Serving
) -> None:
    """Control characters, half surrogates' neighbours and markup in a name."""
    path = make_database(tmp_path / "mikroscope.db")
    connection = sqlite3.connect(path)
    connection.execute(
        "UPDATE people SET name = ? WHERE id = 'meera-k'",
        ("Me\x00\x08era ]]> & <x>\ufffe\U0001f50d",),
    )
    connection.commit()
    connection.close()
    feed = feedparser.parse(serving(path)("/feed.atom").content)
    assert not feed.bozo
    assert "Meera ]]> & <x>\U0001f50d" in [entry.author for entry in feed.entries]


def test_an_empty_archive_has_valid_documents(
    tmp_path: Path, make_database: Make, serving: Serving
) -> None:
    """A feed with no entry, a sitemap of the standing pages."""
    get = serving(make_database(tmp_path / "mikroscope.db", empty=True))
    feed = feedparser.parse(get("/feed.atom").content)
    assert (feed.bozo, feed.entries) == (False, [])
    assert feed.feed.updated
    assert get("/feed.json").json()["items"] == []
    assert len(ET.fromstring(get("/sitemap.xml").content)) == 6  # noqa: S314 - our own
    assert get("/llms.txt").status_code == 200


def test_the_sitemap_has_every_page_and_follows_the_rules(get: Get) -> None:
    """sitemaps.org: namespace, whole addresses of one host, W3C dates, at most 50 000; all answer."""
    answer = get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    assert root.tag == f"{MAP}urlset"
    places = [one.findtext(f"{MAP}loc") or "" for one in root]
    known = (f"{MAP}loc", f"{MAP}lastmod", ALTERNATE)
    assert all(child.tag in known for one in root for child in one)
    assert len(places) == len(set(places)) == 6 + 7 + 2 + 9 + 17
    assert len(places) <= 50_000
    assert len(answer.content) <= 52_428_800
    for day in root.iter(f"{MAP}lastmod"):
        assert datetime.fromisoformat(day.text or "")
    for place in places:
        assert len(place) < 2048
        assert place.startswith("http://localhost/")
        assert get(place.removeprefix("http://localhost")).status_code == 200


def test_each_language_of_an_interview_is_in_the_sitemap(get: Get) -> None:
    """Both addresses, each with both and the one for any other reader (hreflang)."""
    root = ET.fromstring(get("/sitemap.xml").content)  # noqa: S314 - our own
    here = "http://localhost/spotlights/ines-vauclair-talk"
    both = [url for url in root if (url.findtext(f"{MAP}loc") or "").partition("?")[0] == here]
    assert [url.findtext(f"{MAP}loc") for url in both] == [here, f"{here}?lang=fr"]
    for url in both:
        told = {one.get("hreflang"): one.get("href") for one in url.iter(ALTERNATE)}
        assert told == {"en": here, "fr": f"{here}?lang=fr", "x-default": here}


def test_a_large_archive_has_several_sitemaps(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of files at the same place, which together have every page once, and no more files."""
    assert 2 * sitemap.ROWS_OF_ONE + len(sitemap.LISTS) <= 50_000  # addresses (sitemaps.org)
    whole = _places(get("/sitemap.xml").content)
    monkeypatch.setattr(sitemap, "ROWS_OF_ONE", 10)
    files = _places(get("/sitemap.xml?again").content)
    assert files == [f"http://localhost/sitemap-{n}.xml" for n in range(1, 5)]
    parts = [
        place
        for file in files
        for place in _places(get(file.removeprefix("http://localhost")).content)
    ]
    assert parts == whole
    for beyond in ("/sitemap-5.xml", "/sitemap-0.xml", "/sitemap-x.xml"):
        assert get(beyond).status_code == 404


def _places(content: bytes) -> list[str]:
    root = ET.fromstring(content)  # noqa: S314 - our own
    return [one.findtext(f"{MAP}loc") or "" for one in root]


def test_robots_are_let_in_but_not_into_endless_lists(get: Get) -> None:
    """Pages may be read; searches, filters and SQL go on for ever (RFC 9309)."""
    text = get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in text
    assert "Disallow: /mikroscope/*?" in text
    robots = Protego.parse(text)
    for path in (
        "/",
        "/spotlights",
        "/spotlights/ines-vauclair-talk?lang=fr",
        "/mikroscope/people",
    ):
        assert robots.can_fetch(f"http://localhost{path}", "any"), path
    for path in ("/search?q=a", "/spotlights?year=2023", "/questions/baton?lang=fr", "/mikroscope?sql=select+1", "/mikroscope/people?studio=Paris"):  # fmt: skip
        assert not robots.can_fetch(f"http://localhost{path}", "any"), path


def test_language_models_are_told_where_what_is(get: Get) -> None:
    """llms.txt: a title, a summary, lists of links; every link answers; names are no markup."""
    text = get("/llms.txt").text
    assert text.startswith("# Under the Mikroscope\n\n> ")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Pages", "## Tables", "## Queries", "## Interviews",
    ]  # fmt: skip
    links = re.findall(r"^- \[.*?\]\((http://localhost/[^)]+)\)", text, re.MULTILINE)
    assert len(links) > 30
    for link in links:
        assert get(link.removeprefix("http://localhost")).status_code == 200, link
    assert "<b onclick" not in text.replace("\\<b onclick", "")


def test_the_favicon_is_the_lens(get: Get) -> None:
    """A PNG under the old name, for who asks without reading the page."""
    answer = get("/favicon.ico")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert "datasette" not in get("/").text.split("</head>")[0]


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.json", "/sitemap.xml", "/robots.txt", "/llms.txt", "/spotlights/ines-vauclair-talk"])  # fmt: skip
def test_addresses_are_right_behind_a_proxy(archive: Path, path: str) -> None:
    """The prefix from base_url, scheme and host from the metadata, whatever the request says."""
    site = Datasette(
        [str(archive)],
        metadata={"plugins": {"mikroscope": {"url": "https://archive.example/mik/"}}},
        settings={"base_url": "/mik/"},
    )
    text = asyncio.run(site.client.get(path, headers={"host": "evil.example"})).text
    assert "https://archive.example/mik/" in text
    assert "evil.example" not in text
    assert not re.search(r"""(?:href|src)=["']/(?!mik/)""", text)


def test_without_a_setting_the_request_tells_the_address(archive: Path) -> None:
    """As the proxy hands it on; force_https_urls counts."""
    site = Datasette([str(archive)], settings={"base_url": "/mik/", "force_https_urls": True})
    text = asyncio.run(site.client.get("/sitemap.xml", headers={"host": "a.example"})).text
    assert "<loc>https://a.example/mik/spotlights</loc>" in text
