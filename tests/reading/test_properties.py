"""Random posts in random markups: what was put in is read back, and no word is lost or doubled.

Rule: examples are bounded and, in CI, always the same.
"""

import os
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.errors import MikroscopeError
from scraper.reading import as_contract, check_page, read_page
from tests.reading.forms import FORMS
from tests.reading.markups import MARKUPS
from tests.reading.pages import ANSWER_KEYS, Page
from tests.reading.strategies import Post, posts

BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Reading back is what the parser is for, and its traps are rare: more examples.
WIDE = settings(BOUNDED, max_examples=200)
# Markups that show which lines ask: by bold type, heading, list, button or term.
MARKED = sorted(set(MARKUPS) - {"flat"})
TITLED = sorted(name for name, form in FORMS.items() if form.titled)
MOJIBAKE = [name for name in TITLED if name.startswith(("cp", "iso"))]
SOUND = [name for name in TITLED if name not in MOJIBAKE]


def read(body: bytes, page: Page, media_type: str) -> dict[str, Any]:
    """Return the contract that the parser reads."""
    return as_contract(read_page(body, page.url, media_type=media_type))


def spaced(text: str) -> str:
    """Return text with no-break spaces as spaces."""
    return re.sub("[\u00a0\u202f]", " ", text)


def shown(contract: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """Return the fields that a post of the strategies knows."""
    known = {key: contract[key] for key in keys}
    known["answers"] = [
        {key: one[key] and spaced(one[key]) for key in ANSWER_KEYS} for one in contract["answers"]
    ]
    return {key: spaced(one) if isinstance(one, str) else one for key, one in known.items()}


def words(parts: list[str | None]) -> Counter[str]:
    """Count the words of texts."""
    return Counter(word for part in parts if part for word in re.findall(r"\w+", part))


def words_put_in(page: Page) -> Counter[str]:
    """Count the words of the article; the date comes out as a date and is left out."""
    lines = [line for block in page.blocks for line in (*block.lines, block.caption)]
    return words([page.title, page.category, page.standfirst, *lines])


def words_read(contract: dict[str, Any]) -> Counter[str]:
    """Count the words of all fields together."""
    parts = [contract[key] for key in ("title", "category", "standfirst", "intro")]
    parts += [part for one in contract["answers"] for part in (one["question"], one["answer"])]
    parts += [one["caption"] for one in contract["images"]]
    return words([*parts, contract["call_to_action"], *contract["left_over"]])


@given(post=posts(), way=st.sampled_from(MARKED))
@WIDE
def test_what_was_put_into_a_page_is_read_back(post: Post, way: str) -> None:
    """Whatever the order, layout, wording, names and traps, every field comes out as it went in."""
    markup = MARKUPS[way]
    contract = read(markup.render(post.page), post.page, markup.media_type)
    assert shown(contract, set(post.expected)) == post.expected


@given(post=posts(marked=False), way=st.sampled_from(["flat", *SOUND]))
@WIDE
def test_what_was_put_into_bare_text_is_read_back(post: Post, way: str) -> None:
    """Where nothing shows what asks, the wording does."""
    markup = MARKUPS.get(way)
    body = (markup or FORMS[way]).render(post.page)
    contract = read(body, post.page, "text/html" if markup else "text/plain")
    assert shown(contract, set(post.expected)) == post.expected


@given(post=posts(marked=False), way=st.sampled_from(MOJIBAKE))
@WIDE
def test_mojibake_reads_as_sound_text_does(post: Post, way: str) -> None:
    """Text that was read in the wrong charset, wholly or in some lines, tells the same."""
    contract = read(FORMS[way].render(post.page), post.page, "text/plain")
    assert shown(contract, set(post.expected)) == post.expected


@given(post=posts(), way=st.sampled_from([*MARKED, "flat", *SOUND]))
@WIDE
def test_no_word_is_lost_or_doubled(post: Post, way: str) -> None:
    """The words of all fields together are the words of the article, and no more."""
    markup = MARKUPS.get(way)
    body = (markup or FORMS[way]).render(post.page)
    contract = read(body, post.page, markup.media_type if markup else "text/plain")
    if markup and not markup.categorised:
        contract["category"] = post.page.category
    got, put = words_read(contract), words_put_in(post.page)
    assert (put - got, got - put) == (Counter(), Counter())


@given(post=posts(), way=st.sampled_from(MARKED), note=st.integers(0, 2))
@BOUNDED
def test_reading_twice_reads_the_same(post: Post, way: str, note: int) -> None:
    """Nothing is remembered between pages."""
    markup = MARKUPS[way]
    body = markup.render(post.page)
    for _ in range(note):
        read(body, post.page, markup.media_type)
    first = read_page(body, post.page.url, media_type=markup.media_type)
    assert first == read_page(bytes(body), post.page.url, media_type=markup.media_type)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Draw a page that was cut, doubled, overwritten or shuffled on its way."""
    post, way = draw(posts()), draw(st.sampled_from(sorted([*MARKUPS, *FORMS])))
    body = (MARKUPS.get(way) or FORMS[way]).render(post.page)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 400)))
        put = draw(
            st.sampled_from((b"", b"\0", b"<", b"</div>", b"\xff\xfe", b"<p", body[start:end] * 2))
        )
        body = body[:start] + put + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


MEDIA_TYPES = st.sampled_from(
    [
        None,
        "text/html",
        "text/html; charset=utf-16",
        "text/plain",
        "application/json",
        "image/png",
        "",
    ]
)
URL = "https://www.ombrelle.example/en/news/under-the-mikroscope-somebody/"


def only_our_errors(body: bytes, media_type: str | None) -> None:
    """Read bytes; whatever they are, an Interview or one of our errors comes of it."""
    try:
        message = as_contract(read_page(body, URL, media_type=media_type))["series"]
    except MikroscopeError as error:
        message = str(error)
    assert message
    assert "\n" not in message


@given(body=st.binary(max_size=2000), media_type=MEDIA_TYPES)
@BOUNDED
def test_random_bytes_end_in_our_errors_only(body: bytes, media_type: str | None) -> None:
    """Noise is refused in one clear line, never with a traceback."""
    only_our_errors(body, media_type)


@given(
    body=st.text(max_size=2000).map(lambda text: text.encode("utf-8", "surrogatepass")),
    media_type=MEDIA_TYPES,
)
@BOUNDED
def test_random_text_ends_in_our_errors_only(body: bytes, media_type: str | None) -> None:
    """So is text that means nothing, lone surrogates and control characters included."""
    only_our_errors(body, media_type)


@given(body=spoiled(), media_type=MEDIA_TYPES)
@BOUNDED
def test_spoiled_pages_end_in_our_errors_only(body: bytes, media_type: str | None) -> None:
    """Cut, doubled or overwritten pages are read or refused."""
    only_our_errors(body, media_type)


def refusal(door: Callable[..., object], body: bytes, media_type: str | None) -> str | None:
    """Return what a door of the reader says of a page that it refuses."""
    try:
        door(body, URL, media_type=media_type)
    except MikroscopeError as error:
        return f"{type(error).__name__}: {error}"
    return None


@given(body=spoiled(), media_type=MEDIA_TYPES)
@BOUNDED
def test_a_page_is_refused_unread_for_what_it_would_be_refused_for(
    body: bytes, media_type: str | None
) -> None:
    """The crawl's judgement of a page is that of the build."""
    assert refusal(check_page, body, media_type) == refusal(read_page, body, media_type)
