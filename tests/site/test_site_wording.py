"""Dates, initials, paragraphs and links are worded as a reader expects, whatever is stored."""

import json
import re

import pytest

from scraper.site.mending import mended
from scraper.site.wording import (
    data_block,
    day,
    initials,
    month,
    paragraphs,
    span,
    thousands,
    wayback,
    web_link,
)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("2023-03-27", "27 March 2023"),
        ("2026-11-22T16:40:00Z", "22 November 2026"),
        ("2023-02-01", "1 February 2023"),
        ("not a date", "not a date"),
        (None, ""),
    ],
)
def test_dates_read_like_dates(stored: str | None, shown: str) -> None:
    """`27 March 2023`, in English wherever the server stands."""
    assert day(stored) == shown


def test_months_read_like_months() -> None:
    """The span of the series is told by months."""
    assert month("2024-06-11") == "June 2024"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Inès Vauclair", "IV"),
        ("Meera K", "MK"),
        ("Jean-Luc de la Tour", "JT"),
        ("E\u0301lodie Noir", "ÉN"),
        ("Babu", "B"),
        ("42 <>", "?"),
        ("", "?"),
    ],
)
def test_a_lens_holds_first_and_last_initial(name: str, letters: str) -> None:
    """Particles between do not count; a name of one word has one letter."""
    assert initials(name) == letters


def test_a_blank_line_parts_paragraphs() -> None:
    """Also one with white space on it; single breaks stay inside."""
    assert paragraphs("one\ntwo\n \nthree\n\n\n") == ["one\ntwo", "three"]
    assert paragraphs(None) == []


@pytest.mark.parametrize(
    "address",
    ["http://studio.example/", "javascript:alert(1)", " JavaScript:x", "data:text/html,x", "//host/x", "http://", "http://[", "", None],
)  # fmt: skip
def test_only_web_addresses_become_links(address: str | None) -> None:
    """What a browser could run, or lead elsewhere by trick, is none."""
    assert web_link(address) is None


def test_web_addresses_stay_as_stored() -> None:
    """Percent signs and all."""
    address = "https://studio.example/en/news/%F0%9F%94%8D-under/"
    assert web_link(address) == address


def test_numbers_have_thin_spaces() -> None:
    """So that long ones can be read."""
    assert thousands(1234567) == "1\u202f234\u202f567"
    assert thousands(None) == "0"


def test_only_real_style_attributes_are_taken_out() -> None:
    """Text that speaks of style was escaped before and stays."""
    assert mended('<h1 style="color: red" id="a">x</h1>') == '<h1 id="a">x</h1>'
    assert mended("<td>a style=&#34;b&#34;</td>") == "<td>a style=&#34;b&#34;</td>"


def test_fields_tables_and_headings_of_datasette_have_names() -> None:
    """What a screen reader says of them; a later filter row has a number in its name."""
    assert 'aria-label="Column"' in mended('<select name="_filter_column_2">')
    assert 'aria-label="Value"' in mended('<input type="text" name="_filter_value" class="f">')
    assert 'aria-label="SQL"' in mended('<textarea id="sql-editor" name="sql">')
    assert 'tabindex="0"' in mended('<div class="table-wrapper">')
    assert mended("<h3>7 rows</h3>") == "<h2>7 rows</h2>"
    assert mended("&lt;h3&gt; name=&#34;sql&#34;") == "&lt;h3&gt; name=&#34;sql&#34;"


@pytest.mark.parametrize(
    ("source", "url", "at", "address"),
    [
        ("wayback", "https://studio.example/a/", "2023-04-01T12:00:00Z", "https://web.archive.org/web/20230401120000/https://studio.example/a/"),
        ("site", "https://studio.example/a/", "2023-04-01T12:00:00Z", None),
        ("wayback", "javascript:alert(1)", "2023-04-01T12:00:00Z", None),
        ("wayback", "https://studio.example/a/", "", None),
    ],
)  # fmt: skip
def test_only_what_the_wayback_machine_gave_leads_there(
    source: str, url: str, at: str, address: str | None
) -> None:
    """The address is made of the capture's time and URL; other captures have none."""
    assert wayback(source, url, at) == address


def test_data_in_a_page_cannot_end_its_element() -> None:
    """No character of markup is left, and a reader of JSON gets the same back."""
    told = {"name": "</script><script>alert(1)</script>&\u2028"}
    block = str(data_block(told))
    assert not re.search(r"[<>&\u2028]", block)
    assert json.loads(block) == told


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        ("2023-03", "March 2023"),
        ("2023", "2023"),
        ("2023-99", "2023-99"),
        ("<b>", "<b>"),
        (None, ""),
    ],
)
def test_spans_of_time_read_like_them(when: str | None, shown: str) -> None:
    """A month has its name; what is none stays as it was typed."""
    assert span(when) == shown
