"""One post, one URL; and in which order what is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import WrongUsage
from scraper.frontier import ARCHIVE, RETRY, Frontier, Known
from scraper.urls import authorities_of, canonical, is_post, language_of, slug_of

STUDIO = "https://www.mikrosanimation.com"
SLUG = "under-the-mikroscope-%F0%9F%94%8D-anna"


@pytest.mark.parametrize(
    "url",
    [
        f"{STUDIO}/en/news/{SLUG}/",
        f"http://mikrosanimation.com/en/news/{SLUG}",
        f"HTTPS://WWW.MikrosAnimation.COM:443/en/news/{SLUG.lower()}",
        "http://www.mikrosanimation.com:80/en/news/under-the-mikroscope-🔍-anna/?utm_source=x#top",
        f"  {STUDIO}/en/./x/../news/{SLUG}/?fbclid=1&replytocom=7 ",
        f"{STUDIO}/en/news/under%2Dthe%2dmikroscope-%F0%9f%94%8d-%61nna",
    ],
)
def test_one_post_is_one_url(url: str) -> None:
    """However it was written."""
    assert canonical(url) == f"{STUDIO}/en/news/{SLUG}/"
    assert slug_of(url) == SLUG
    assert language_of(url) == "en"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8001/en/news", "http://127.0.0.1:8001/en/news/"),
        ("https://x.org", "https://x.org/"),
        ("https://x.org/sitemap.xml?utm_id=1", "https://x.org/sitemap.xml"),
        ("https://x.org/?b=1&gclid=2&a=é", "https://x.org/?b=1&a=%C3%A9"),
        ("https://user:pass@x.org./a%2Fb", "https://x.org/a%2Fb/"),
        ("https://x.org/100%/a b", "https://x.org/100%25/a%20b/"),
        ("https://exämple.org/", "https://xn--exmple-cua.org/"),
        ("http://[::1]:80/", "http://[::1]/"),
    ],
)
def test_other_urls_are_brought_into_one_form_too(url: str, expected: str) -> None:
    """RFC 3986 §6.2.2."""
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/en/news/a/", "ftp://x.org/", "mailto:a@b.c", "http://", "http:///x"),
        *("javascript:0", "http://x:0/", "http://x:99999/", "http://[::1/", "http://a b/"),
        *("http://x\x00/", "http://x/a\nb/"),
    ],
)
def test_what_is_no_url_is_wrong_usage_on_one_line(url: str) -> None:
    """And says what was expected."""
    with pytest.raises(WrongUsage, match="expected") as caught:
        canonical(url)
    assert "\n" not in str(caught.value)
    assert not is_post(url)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_canonical_url_is_its_own(text: str) -> None:
    """Whatever stands in it."""
    try:
        once = canonical(f"https://x.org/{text}")
    except WrongUsage:
        return
    assert canonical(once) == once
    assert once.isascii()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/en/news/a/", True),
        ("/fr/news/a", True),
        ("/en/news/", False),
        ("/en/news/page/2/", False),
        ("/en/news/category/", False),
        ("/en/news/feed/", False),
        ("/en/news/a/b/", False),
        ("/de/news/a/", False),
        ("/en/films/a/", False),
        ("/news/a/", False),
    ],
)
def test_a_post_is_told_by_its_path(path: str, expected: bool) -> None:  # noqa: FBT001  # a column
    """On any host."""
    assert is_post(f"http://127.0.0.1:1{path}") is expected


def test_a_site_answers_under_its_aliases_and_a_port_of_its_own_only_there() -> None:
    """What a client may ask."""
    assert authorities_of("http://127.0.0.1:8001/x") == {"127.0.0.1:8001"}
    assert "mikrosanimation.com:80" in authorities_of(STUDIO)


DAY = datetime(2026, 3, 1, tzinfo=UTC)
HELD = Known(captured_at=DAY, status=200, of_series=True)


@pytest.mark.parametrize(
    ("known", "by", "changed", "due"),
    [
        (Known(), "sitemap", None, True),
        (HELD, "listing", None, True),
        (HELD, "sitemap", DAY - timedelta(1), False),
        (HELD, "sitemap", DAY + timedelta(1), True),
        (Known(DAY, 200, changed=DAY - timedelta(9)), "rest", DAY - timedelta(9), False),
        (Known(DAY, 200, changed=DAY - timedelta(9)), "rest", DAY - timedelta(8), True),
        (Known(DAY, 200, changed=DAY), "rest", DAY - timedelta(8), False),
        (Known(DAY, 200, changed=DAY), "known_urls", None, False),
        (Known(DAY, 200, changed=DAY), ARCHIVE, None, True),
        (Known(DAY, 200, changed=DAY), RETRY, None, True),
        (Known(of_series=False), "listing", None, False),
        (Known(of_series=False, changed=DAY), "rest", DAY + timedelta(1), True),
        (Known(DAY, 404, misses=1, changed=DAY), "listing", None, True),
        (Known(DAY, 404, misses=2), "listing", None, False),
        (Known(DAY, 410), ARCHIVE, None, False),
        (Known(DAY, 404, misses=2), "sitemap", DAY + timedelta(1), True),
    ],
)
def test_what_is_due(
    known: Known,
    by: str,
    changed: datetime | None,
    due: bool,  # noqa: FBT001  # a case's column
) -> None:
    """A table of cases."""
    frontier = Frontier({"u": known})
    frontier.found("u", by, changed)
    assert (frontier.next() == "u") is due
    assert Frontier({"u": known}, full=True).rank("u") is not None


@given(st.permutations([("a", "x", None), ("b", "x", DAY), ("b", "y", None), ("c", "y", None)]))
def test_the_order_does_not_depend_on_the_order_of_finding(
    finds: list[tuple[str, str, datetime | None]],
) -> None:
    """New ones first, then by URL; each once, with all that found it."""
    frontier = Frontier({"a": Known(DAY, 200), "b": Known(DAY - timedelta(1), 200)})
    for find in finds:
        frontier.found(*find)
    assert frontier.due() == ["c", "b", "a"]
    assert frontier.found_by("b") == ("x", "y")
    assert [frontier.next() for _ in range(4)] == ["c", "b", "a", None]
    assert frontier.left() == 0
    assert frontier.tally() == {"x": 2, "y": 2}
