"""Pages that are no post of the series, however much they look or talk like one.

Rule: the reason is told, in one line; status 3 is the command line's word for it.
"""

import json
from dataclasses import replace

import pytest

from scraper.errors import BadInput, NotOfTheSeries
from scraper.reading import as_contract, read_page
from tests.reading.forms import FORMS
from tests.reading.markups import MARKUPS
from tests.reading.pages import Block, Page

SITE = "https://www.ombrelle.example"
ANSWERS = (
    "Mostly rain, and the time between two rains.",
    "A crowd, a harbour and a gull that would not land.",
    "People, soup, and a good pencil.",
)


def page(slug: str, title: str, lines: tuple[str, ...], asked: tuple[str, ...] = ()) -> Page:
    """Return a page of the site: an intro, then questions as list items with their answers."""
    blocks = [Block("p", (line,)) for line in lines]
    for number, question in enumerate(asked):
        blocks += [Block("li", (question,)), Block("p", (ANSWERS[number % len(ANSWERS)],))]
    return Page(
        url=f"{SITE}/en/news/{slug}/",
        lang="en",
        category="Talent Spotlights",
        title=title,
        standfirst="",
        date="4 September 2023",
        blocks=tuple(blocks),
        questions=frozenset(asked),
    )


NEIGHBOUR = page(
    "lantern-talks-wanda-ferrel",
    "Lantern Talks 🏮 Wanda Ferrel, Lead FX at Ombrelle Animation Paris",
    ("Our Lantern Talks interview series goes on with Wanda Ferrel, Lead FX:",),
    (
        "Can you introduce yourself?",
        "What was your role on the film?",
        "What was the biggest challenge?",
        "How was the collaboration between the teams?",
    ),
)
# One question that both series ask does not make one of the other.
NEIGHBOUR_THAT_SHARES = page(
    "behind-the-lantern-kofi-mensah-roux",
    "Behind The Lantern ✨ Kofi Mensah-Roux – Layout Lead",
    ("After going under the Mikroscope last year, Kofi Mensah-Roux is back.",),
    (
        "Can you introduce yourself and elaborate on your role?",
        "What was the first project you worked on when you joined Ombrelle Animation?",
        "What was the hardest sequence of the film?",
        "A word for those who have not seen it yet?",
    ),
)
NEWS = page(
    "the-series-turns-one",
    "Our interviews turn one 🎂",
    (
        "A year ago the first of our colleagues went under the Mikroscope.",
        "Since then, twenty people have been asked “What is the best part of your job?” and “What would be your superpower?”, and nominated by their colleagues.",
        "Ines Valdor was nominated for a prize in Lyon. We are proud of her!",
    ),
)
JOBS = page(
    "we-are-hiring",
    "We are hiring!",
    ("What inspires you or who inspires you?", "Come and tell us: apply here!"),
)
OTHERS = {
    "neighbour": NEIGHBOUR,
    "neighbour-that-shares-a-question": NEIGHBOUR_THAT_SHARES,
    "news-that-quotes-questions": NEWS,
    "advert-that-asks": JOBS,
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("way", [*MARKUPS, *(name for name in FORMS if FORMS[name].titled)])
def test_neighbours_and_news_are_refused_with_the_reason(name: str, way: str) -> None:
    """Whatever markup they come in, and though the page around names the series."""
    markup = MARKUPS.get(way)
    body = (markup or FORMS[way]).render(OTHERS[name])
    media_type = markup.media_type if markup else "text/plain"
    with pytest.raises(NotOfTheSeries, match=r"^[^\n]+$"):
        read_page(body, OTHERS[name].url, media_type=media_type)


def document(title: str, body: str) -> bytes:
    """Return a whole HTML page."""
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f'<!DOCTYPE html><html lang="en">{head}<body>{body}</body></html>'.encode()


LISTING = document(
    "News - Ombrelle Animation",
    "<h1>News</h1><ul><li>Talent Spotlights</li><li>Awards</li></ul>"
    + "".join(
        f'<article><time datetime="2023-0{number}-04">4 May 2023</time>'
        f'<h2><a href="/en/news/{number}/">Under the Mikroscope 🔍 {name}</a></h2>'
        "<p>What is the best part of your job? Eight questions, so that you can get to know them.</p>"
        '<a href="#">Read more</a></article>'
        for number, name in enumerate(
            ("Ines Valdor – Layout Artist", "Tomas P Arlen, Head of Rigging", "Kiran V, FX Lead"), 1
        )
    )
    + '<nav><a href="/en/news/page/2/">2</a> <a href="/en/news/page/3/">3</a></nav>',
)
TAG = document(
    "Under the Mikroscope Archives - Ombrelle Animation",
    "<h1>Under the Mikroscope</h1>"
    + "".join(
        f"<h2><a href='/x/'>Under the Mikroscope 🔍 {name}</a></h2><p>4 May 2023</p>"
        for name in ("Ines Valdor – Layout Artist", "Kiran V, FX Lead")
    ),
)
NOT_FOUND = document(
    "Page not found - Ombrelle Animation",
    "<h1>404</h1><p>Oops! That page can’t be found.</p><h2>You may also like</h2>"
    "<ul><li><a href='/a/'>Under the Mikroscope 🔍 Ines Valdor – Layout Artist</a></li>"
    "<li><a href='/b/'>Under the Mikroscope 🔍 Kiran V, FX Lead</a></li></ul>",
)
LOGIN = document(
    "Log In ‹ Ombrelle Animation — WordPress",
    "<h1>Log in</h1><form><label>Username or email address<input></label><label>Password"
    "<input type=password></label><button>Log In</button></form><p>Lost your password?</p>",
)
# The worst of them: what was asked for is a post, its title is in the head, and nothing is there.
WALL = document(
    "Under the Mikroscope 🔍 Ines Valdor – Layout Artist at Ombrelle Animation Paris",
    "<h1>Under the Mikroscope 🔍 Ines Valdor – Layout Artist at Ombrelle Animation Paris</h1>"
    "<p>This content is password protected. To view it please enter your password below:</p>"
    "<form><input type=password><button>Enter</button></form>",
)
CHALLENGE = document(
    "Just a moment...", "<h1>Checking your browser</h1><p>Please enable cookies and wait.</p>"
)
POST = f"{SITE}/en/news/under-the-mikroscope-ines-valdor-layout-artist/"


@pytest.mark.parametrize(
    ("body", "url"),
    [
        pytest.param(LISTING, f"{SITE}/en/news/", id="listing"),
        pytest.param(TAG, f"{SITE}/en/tag/under-the-mikroscope/", id="tag-page"),
        pytest.param(NOT_FOUND, POST, id="404-served-as-200"),
        pytest.param(LOGIN, POST, id="login-wall"),
        pytest.param(WALL, POST, id="password-wall"),
        pytest.param(CHALLENGE, POST, id="challenge"),
        pytest.param(document("", ""), POST, id="blank-page"),
        pytest.param(
            document("Home", "<h1>Ombrelle Animation</h1><p>We make films.</p>"),
            f"{SITE}/",
            id="home",
        ),
    ],
)
def test_pages_of_other_kinds_are_refused_with_the_reason(body: bytes, url: str) -> None:
    """Listings, error pages and walls are no posts, though the URL or a heading may say so."""
    with pytest.raises(NotOfTheSeries, match=r"^[^\n]+$"):
        read_page(body, url, media_type="text/html")


def test_a_neighbours_rest_object_is_refused() -> None:
    """A REST object is judged by what it says, not by its form."""
    body = MARKUPS["rest"].render(NEIGHBOUR)
    assert json.loads(body)["title"]["rendered"].startswith("Lantern Talks")
    with pytest.raises(NotOfTheSeries):
        read_page(body, NEIGHBOUR.url, media_type="application/json")


def test_an_error_of_the_rest_route_is_refused() -> None:
    """What WordPress says of a post that is not there is no post."""
    body = b'{"code":"rest_post_invalid_id","message":"Invalid post ID.","data":{"status":404}}'
    with pytest.raises((NotOfTheSeries, BadInput), match=r"^[^\n]+$"):
        read_page(body, POST, media_type="application/json")


def test_the_same_questions_under_the_series_title_are_read() -> None:
    """The tests above refuse by what the pages are: with title and questions of the series, it is one."""
    asked = (
        "What is the best part of your job?",
        "What inspires you or who inspires you?",
        "What would be your superpower?",
    )
    own = page("x", "", ("Today we spotlight Wanda Ferrel, Lead FX, who talks about fog.",), asked)
    own = replace(own, title="Under the Mikroscope 🔍 Wanda Ferrel, Lead FX", url=POST)
    read = as_contract(read_page(MARKUPS["block-theme"].render(own), POST, media_type="text/html"))
    assert read["person"] == "Wanda Ferrel"
    assert [one["question"] for one in read["answers"]] == list(asked)
