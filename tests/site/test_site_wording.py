"""Dates, initials, paragraphs and links are worded as a reader expects, whatever is stored."""

import pytest

from scraper.site.wording import (
    day,
    initials,
    month,
    paragraphs,
    thousands,
    web_link,
    without_inline_style,
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
    ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "//host/x", "http://", "http://[", "", None],
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
    assert without_inline_style('<h1 style="color: red" id="a">x</h1>') == '<h1 id="a">x</h1>'
    assert without_inline_style("<td>a style=&#34;b&#34;</td>") == "<td>a style=&#34;b&#34;</td>"
