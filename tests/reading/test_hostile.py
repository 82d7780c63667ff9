"""Bytes as the network has them: wrong charsets, broken HTML, and pages made to hurt.

Rule: a page is read, or refused with one of our errors, in a time that grows with its size.
"""

import time
from dataclasses import replace
from typing import Any

import pytest

from scraper.errors import BadInput, MikroscopeError, NotOfTheSeries, TooLarge
from scraper.reading import as_contract, read_page
from tests.reading.forms import blank_between_all
from tests.reading.markups import MARKUPS
from tests.reading.pages import Block, Page

URL = "https://www.ombrelle.example/fr/news/under-the-mikroscope-solene-de-kerouan/"
PAIRS = (
    ("Quel est le meilleur aspect de votre travail ?", "L’été, à Orléans : où ça ?"),
    ("Qu’est-ce qui vous inspire ou qui vous inspire ?", "Les goélands, çà et là."),
    ("Votre plus grande réussite jusqu’à présent ?", "Avoir fini « Marée basse »."),
    ("Quel serait votre super-pouvoir ?", "Être à l’heure !"),
)
PAGE = Page(
    url=URL,
    lang="fr",
    category="Focus Talents",
    title="Under the Mikroscope – Solène de Kerouan – Monteuse chez Ombrelle Animation Paris",
    standfirst="",
    date="14 June 2023",
    blocks=(
        Block(
            "p", ("Aujourd’hui, c’est Solène de Kerouan – Monteuse qui nous parle de ciseaux :",)
        ),
        *(Block("p", pair) for pair in PAIRS),
    ),
    questions=frozenset(question for question, _ in PAIRS),
)
SIMPLE = (
    "<html lang=fr><head>{meta}<title>{title}</title></head><body><h1>{title}</h1>"
    "<p>14 June 2023</p><p>{intro}</p>{pairs}</body></html>"
)


def html(meta: str = "", pair: str = "<p><b>{0}</b></p><p>{1}</p>") -> str:
    """Return a small page of the series, with a meta element and a pattern for each pair."""
    pairs = "".join(pair.format(*one) for one in PAIRS)
    return SIMPLE.format(meta=meta, title=PAGE.title, intro=PAGE.blocks[0].lines[0], pairs=pairs)


def read(body: bytes, media_type: str | None = "text/html") -> dict[str, Any]:
    """Return what the parser reads of bytes."""
    return as_contract(read_page(body, URL, media_type=media_type))


def told(contract: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the pairs of question and answer, no-break spaces as spaces."""
    return [
        (one["question"].replace("\u00a0", " "), one["answer"].replace("\u00a0", " "))
        for one in contract["answers"]
    ]


UTF8_META = '<meta charset="utf-8">'
CP1252_META = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'
LATIN1_META = "<meta charset=iso-8859-1>"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(html().encode(), "text/html; charset=utf-8", id="header"),
        pytest.param(html(UTF8_META).encode(), "text/html", id="meta"),
        pytest.param(html().encode(), "text/html", id="nothing-said"),
        pytest.param(b"\xef\xbb\xbf" + html().encode(), "text/html", id="bom"),
        pytest.param(html(CP1252_META).encode("cp1252"), "text/html", id="cp1252-meta"),
        pytest.param(
            html().encode("cp1252"), "text/html; charset=windows-1252", id="cp1252-header"
        ),
        pytest.param(html(LATIN1_META).encode("cp1252"), "text/html", id="cp1252-called-latin1"),
        pytest.param(html().encode("cp1252"), "text/html", id="cp1252-nothing-said"),
        pytest.param(html(UTF8_META).encode("cp1252"), "text/html", id="cp1252-called-utf8"),
        pytest.param(
            html(LATIN1_META).encode(), "text/html; charset=UTF-8", id="header-beats-meta"
        ),
        pytest.param(html(LATIN1_META).encode(), "text/html", id="utf8-called-latin1"),
        pytest.param(html().encode(), "text/html; charset=iso-8859-1", id="utf8-sent-as-latin1"),
        pytest.param(
            b"\xef\xbb\xbf" + html(CP1252_META).encode(),
            "text/html; charset=latin1",
            id="bom-beats-all",
        ),
        pytest.param(html(UTF8_META).encode("utf-16"), "text/html; charset=utf-8", id="utf16-bom"),
        pytest.param(b"\xfe\xff" + html().encode("utf-16-be"), None, id="utf16-be-bom"),
        pytest.param(html().encode(), "text/html; charset=no-such-thing", id="charset-unheard-of"),
        pytest.param(
            html('<meta charset="x-y">').encode(), "text/html; charset=", id="charset-empty"
        ),
        pytest.param(html().encode(), 'TEXT/HTML;Charset="UTF-8"', id="header-shouted"),
    ],
)
def test_a_page_reads_right_in_whatever_charset_it_comes(body: bytes, media_type: str) -> None:
    """BOM, header, meta and the bytes themselves: where they disagree, what makes sense wins."""
    assert told(read(body, media_type)) == list(PAIRS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_reads_right_in_whatever_charset_it_comes(encoding: str) -> None:
    """So does text, which has no meta to help."""
    body = blank_between_all(PAGE).decode().encode(encoding)
    assert told(read(body, "text/plain")) == list(PAIRS)


def test_a_few_wrong_bytes_do_not_spoil_the_rest() -> None:
    """One bad byte in a UTF-8 page costs that character, not the page's accents."""
    body = html(UTF8_META).encode().replace(b"</p></body>", b" \xff\xfe</p></body>", 1)
    pairs = told(read(body))
    assert pairs[:-1] == list(PAIRS)[:-1]
    assert pairs[-1][1].startswith(PAIRS[-1][1])


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("<p><b>{0}</b><p>{1}", id="paragraphs-left-open"),
        pytest.param("<p><b>{0}</p><p>{1}</b></p>", id="crossed-tags"),
        pytest.param(
            "</div></span><p><strong>{0}</strong></p></td><p>{1}</p>", id="closed-unopened"
        ),
        pytest.param(
            "<p class=\"a><b\" title='>'><b>{0}</b></p><p>{1}</p>", id="quotes-in-attributes"
        ),
        pytest.param("<P><B>{0}</B></P ><P >{1}</P\n>", id="odd-white-space"),
        pytest.param("<p><b>{0}</b></p><!-- <p>Who inspires you?</p> --><p>{1}</p>", id="comments"),
        pytest.param("<p><b>{0}</b></p><p>{1}</p><p></p><p>&nbsp;</p><p><br></p>", id="empty-ones"),
        pytest.param("<p><b>{0}</b></p><p>{1}\0</p>", id="nul-bytes"),
        pytest.param("<p><b><b><b>{0}</b></b></b></p><p>\u200b{1}\u200b</p>", id="zero-width"),
    ],
)
def test_broken_html_reads_as_a_browser_would_show_it(pattern: str) -> None:
    """Tags that nobody closed cost no word and mix no answers."""
    pairs = told(read(html(UTF8_META, pattern).encode()))
    assert [(q, a.strip("\0\ufffd\u200b ")) for q, a in pairs] == list(PAIRS)


def test_an_answer_inside_its_heading_is_not_lost() -> None:
    """Where the markup says that the answer is part of the question, its words still come out."""
    contract = read(html(UTF8_META, "<h3>{0}<p>{1}</p></h3>").encode())
    parts = [part for pair in told(contract) for part in pair] + contract["left_over"]
    shown = " ".join(parts).replace("\u00a0", " ")
    assert [answer for _, answer in PAIRS if answer not in shown] == []


def test_a_page_that_ends_too_early_keeps_what_it_has() -> None:
    """Cut in the middle of the last answer, the answers before are whole."""
    body = html(UTF8_META).encode()
    cut = body[: body.index("l’heure".encode())]
    assert told(read(cut))[:3] == list(PAIRS)[:3]


def test_one_giant_paragraph_is_read_or_refused() -> None:
    """An interview in one paragraph without breaks loses no word, or is refused as a whole."""
    run = " ".join(f"{question} {answer}" for question, answer in PAIRS)
    body = html(UTF8_META, "").replace("</body>", f"<p>{run}</p></body>").encode()
    try:
        contract = read(body)
    except MikroscopeError:
        return
    parts = [contract["intro"] or "", *contract["left_over"]]
    parts += [f"{question} {answer}" for question, answer in told(contract)]
    assert set(run.split()) <= set(" ".join(parts).replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" \r\n\t ", id="white-space"),
        pytest.param(b"\xef\xbb\xbf", id="bom-only"),
        pytest.param(b"\0" * 4096, id="nul-bytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, id="png"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 8, id="pdf"),
        pytest.param(b"\x1f\x8b\x08\0" + bytes(range(256)) * 8, id="gzip"),
    ],
)
@pytest.mark.parametrize("media_type", [None, "text/html", "text/plain", "application/json"])
def test_what_is_no_text_is_bad_input(body: bytes, media_type: str | None) -> None:
    """Empty and binary files are refused as such, whatever they were said to be."""
    with pytest.raises(BadInput, match=r"\w"):
        read(body, media_type)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"title": "a string", "content": 7}', id="other-shapes"),
        pytest.param(b'{"title": {"rendered": null}, "content": {}}', id="nothing-inside"),
        pytest.param(b"[" * 100_000, id="deep-list"),
        pytest.param(b'{"a":' * 100_000, id="deep-object"),
        pytest.param(b'{"n": ' + b"9" * 10_000 + b"}", id="huge-number"),
    ],
)
def test_json_that_is_no_post_is_refused(body: bytes) -> None:
    """JSON of another shape, or none at all, ends in one of our errors."""
    with pytest.raises(MikroscopeError, match=r"\w"):
        read(body, "application/json")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(b" " * 10_000_000, "text/html", id="spaces"),
        pytest.param(b"<p>" * 1_000_000, "text/html", id="open-paragraphs"),
        pytest.param(b"\n" * 10_000_000, "text/plain", id="blank-lines"),
        pytest.param(b"a" * 10_000_000, "text/plain", id="one-word"),
        pytest.param(b"<div>" * 50_000, "text/html", id="deep-divs"),
        pytest.param(
            b"<div>" * 50_000 + b"x" + b"</div>" * 50_000, "text/html", id="deep-and-closed"
        ),
        pytest.param(b"<b><i>" * 25_000 + b"x", "text/html", id="deep-type"),
        pytest.param(b"<ul><li>" * 25_000, "text/html", id="deep-lists"),
        pytest.param(b"<table><tr><td>" * 17_000, "text/html", id="deep-tables"),
        pytest.param(b"<!--" * 100_000, "text/html", id="open-comments"),
        pytest.param(b"&amp" * 500_000, "text/html", id="entities"),
    ],
)
def test_pages_made_to_hurt_are_refused(body: bytes, media_type: str) -> None:
    """Ten megabytes of nothing, or fifty thousand levels of it, is an error like any other."""
    started = time.process_time()
    with pytest.raises(MikroscopeError, match=r"\w"):
        read(body, media_type)
    assert time.process_time() - started < 10  # seconds; a page of this size takes well under one


def test_more_bytes_than_any_page_has_are_too_large() -> None:
    """There is a bound on size, and it is an error of its own."""
    body = html(UTF8_META).encode()
    with pytest.raises(TooLarge):
        read(body + b"<p>more of it</p>" * 6_000_000)


def test_an_interview_under_fifty_thousand_levels_is_read_or_refused() -> None:
    """Depth alone never ends in a traceback."""
    deep = "<div>" * 50_000 + html(UTF8_META) + "</div>" * 50_000
    try:
        contract = read(deep.encode())
    except (TooLarge, NotOfTheSeries):
        return
    assert told(contract) == list(PAIRS)


def grown(times: int, way: str) -> bytes:
    """Return the page with answers of `times` paragraphs each, in a markup or as text."""
    blocks = [PAGE.blocks[0]]
    for question, answer in PAIRS:
        blocks += [Block("p", (question,)), *[Block("p", (answer + " Et encore.",))] * times]
    page = replace(PAGE, blocks=tuple(blocks))
    return blank_between_all(page) if way == "text" else MARKUPS[way].render(page)


def cheapest(body: bytes, media_type: str) -> float:
    """Return the least process time of three readings, in seconds."""
    times = []
    for _ in range(3):
        started = time.process_time()
        read(body, media_type)
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize(
    "way", ["text", "block-theme", "page-builder", "hand-written", "definitions"]
)
def test_time_grows_with_size_and_no_faster(way: str) -> None:
    """Eight times the page costs less than twenty times the time."""
    media_type = "text/plain" if way == "text" else "text/html"
    small, large = grown(40, way), grown(320, way)
    assert cheapest(large, media_type) < 20 * cheapest(small, media_type)


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("Qui ? ", id="questions"),
        pytest.param("Ines Valdor, ", id="names"),
        pytest.param("“", id="quotes"),
        pytest.param("a" * 50, id="one-word"),
        pytest.param("\u00c3\u00a9", id="mojibake"),
        pytest.param(" \t", id="spaces"),
        pytest.param("Nominated by ", id="nominations"),
    ],
)
@pytest.mark.parametrize("place", ["intro", "answer", "baton"])
def test_no_line_can_make_reading_slow(unit: str, place: str) -> None:
    """A line of one thing repeated costs time in proportion, wherever it stands."""

    def page(times: int) -> bytes:
        long = unit * times
        body = html(UTF8_META).replace(
            "</body>", "<p><b>À vous de nommer quelqu’un !</b></p></body>"
        )
        if place == "intro":
            body = body.replace("<p><b>Quel est", f"<p>{long}</p><p><b>Quel est", 1)
        elif place == "answer":
            body = body.replace("Les goélands", f"Les goélands {long}", 1)
        else:
            body = body.replace("</body>", f"<p>{long}</p></body>")
        return body.encode()

    assert cheapest(page(8000), "text/html") < 20 * cheapest(page(1000), "text/html")
