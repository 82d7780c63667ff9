"""Single facts, each in a table: titles, dates, languages, studios, who named whom, pictures.

Rule: one line of a table is one way that a post was, or may be, written.
"""

from dataclasses import replace
from itertools import product
from typing import Any
from urllib.parse import urljoin

import pytest

from scraper.reading import as_contract, read_page
from tests.reading.forms import FORMS
from tests.reading.markups import MARKUPS
from tests.reading.pages import Block, Page

URL = "https://www.ombrelle.example/en/news/under-the-mikroscope-somebody/"
ASKED = (
    ("What is the best part of your job?", "The mornings, before the rain."),
    ("Who inspires you?", "My aunt, who repaired clocks."),
    ("What would be your superpower?", "To wait."),
)
DEMANDE = (
    ("Quel est le meilleur aspect de votre travail ?", "Les matins, avant la pluie."),
    ("Qu’est-ce qui vous inspire ou qui vous inspire ?", "Ma tante, qui réparait des horloges."),
    ("Quel serait votre super-pouvoir ?", "Attendre."),
)
BATON = {
    "en": "It’s your turn to name someone from Ombrelle Animation Paris, to answer these 8 questions!",
    "fr": "À vous de nommer quelqu’un d’Ombrelle Animation Paris pour répondre à ces 8 questions !",
}
PLAIN = Page(
    url=URL,
    lang="en",
    category="Talent Spotlights",
    title="Under the Mikroscope 🔍 Ines Valdor – Layout Artist",
    standfirst="",
    date="4 May 2023",
    blocks=(
        Block("p", ("Today we spotlight Ines Valdor, Layout Artist, who talks about rain.",)),
        *(Block("p", pair) for pair in ASKED),
    ),
    questions=frozenset([*(question for question, _ in (*ASKED, *DEMANDE)), *BATON.values()]),
)
FRENCH = replace(
    PLAIN,
    url=URL.replace("/en/", "/fr/"),
    lang="fr",
    category="Focus Talents",
    blocks=(
        Block("p", ("Aujourd’hui, c’est Ines Valdor – Layout Artist qui parle de pluie :",)),
        *(Block("p", pair) for pair in DEMANDE),
    ),
)
WAYS = ("block-theme", "page-builder", "definitions", "blank-lines")


def read(page: Page, way: str = "block-theme") -> dict[str, Any]:
    """Return what the parser reads of a page in a markup or a form of text."""
    markup = MARKUPS.get(way)
    body = (markup or FORMS[way]).render(page)
    media_type = markup.media_type if markup else "text/plain"
    return as_contract(read_page(body, page.url, media_type=media_type))


@pytest.mark.parametrize(
    ("title", "person", "role", "studio"),
    [
        (
            "Under the Mikroscope 🔍 Ines Valdor – Head of Productions, Shorts & Specials at Ombrelle Animation Paris",
            "Ines Valdor",
            "Head of Productions, Shorts & Specials",
            "Paris",
        ),
        (
            "Under the Mikroscope 🔍 Kiran V, FX Lead at Ombrelle Animation Bengaluru",
            "Kiran V",
            "FX Lead",
            "Bangalore",
        ),
        (
            "Under The Mikroscope 🔍 Zoë van der Linde, 2D/3D Artist",
            "Zoë van der Linde",
            "2D/3D Artist",
            None,
        ),
        (
            "Under the Mikroscope 🔍 Tomas P Arlen – Lead – Modelling / Rigging at Mikros Animation Paris",
            "Tomas P Arlen",
            "Lead – Modelling / Rigging",
            "Paris",
        ),
        (
            "Under the Mikroscope 🔍 Jean-Loup d’Ollero – Artist at Large, FX at Ombrelle Animation Montreal",
            "Jean-Loup d’Ollero",
            "Artist at Large, FX",
            "Montréal",
        ),
        (
            "Under the Mikroscope 🔍 Åsa O’Brannagh-Sy - Responsable Layout & Préviz chez Ombrelle Animation à Paris",
            "Åsa O’Brannagh-Sy",
            "Responsable Layout & Préviz",
            "Paris",
        ),
        (
            "Under The Mikroscope 🔍 Ma. Odile T. Quint – Assistante de Production à Mikros Animation Montréal",
            "Ma. Odile T. Quint",
            "Assistante de Production",
            "Montréal",
        ),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_title_gives_person_role_and_studio(
    title: str, person: str, role: str, studio: str | None, way: str
) -> None:
    """The role is the titled one without the studio, whatever marks it holds."""
    intro = Block("p", (f"Today we spotlight {person}, who talks about rain.",))
    contract = read(replace(PLAIN, title=title, blocks=(intro, *PLAIN.blocks[1:])), way)
    found = tuple(contract[key] for key in ("title", "person", "role", "studio"))
    assert found == (title, person, role, studio)


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("27 March 2023", "2023-03-27"),
        ("1 August 2023", "2023-08-01"),
        ("3 avril 2024", "2024-04-03"),
        ("1er mars 2024", "2024-03-01"),
        ("15 août 2023", "2023-08-15"),
        ("5 Février 2024", "2024-02-05"),
        ("24 décembre 2023", "2023-12-24"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_printed_date_is_read_in_both_languages(printed: str, day: str, lang: str) -> None:
    """The site prints English dates on French pages; either may stand on either."""
    page = replace(PLAIN if lang == "en" else FRENCH, date="1 January 2000")
    body = FORMS["blank-lines"].render(page).replace(b"1 January 2000", printed.encode())
    contract = as_contract(read_page(body, page.url, media_type="text/plain"))
    assert (contract["published"], contract["left_over"]) == (day, [])


def test_a_day_that_never_was_is_no_date() -> None:
    """An impossible date is not guessed at, and ends in no error."""
    body = FORMS["blank-lines"].render(PLAIN).replace(b"4 May 2023", b"31 February 2023")
    assert as_contract(read_page(body, URL, media_type="text/plain"))["published"] is None


def test_the_pages_data_beat_what_is_printed() -> None:
    """JSON-LD says when a post was published; a date in an answer says nothing of it."""
    body = MARKUPS["block-theme"].render(PLAIN)
    printed = body.replace(b">4 May 2023<", b">6 May 2023<")
    assert as_contract(read_page(printed, URL))["published"] == "2023-05-04"


@pytest.mark.parametrize("way", WAYS)
def test_a_related_posts_date_is_not_the_posts(way: str) -> None:
    """A page that prints no date of its own has none, whatever its neighbours print."""
    markup = MARKUPS.get(way)
    body = (markup or FORMS[way]).render(replace(PLAIN, date="1 January 2000")).decode()
    for own in ("1 January 2000", "2000-01-01T09:30:00+00:00", "2000-01-01"):
        body = body.replace(own, "")
    media_type = markup.media_type if markup else "text/plain"
    contract = as_contract(read_page(body.encode(), URL, media_type=media_type))
    assert contract["published"] is None


@pytest.mark.parametrize(("page", "lang"), [(PLAIN, "en"), (FRENCH, "fr")])
@pytest.mark.parametrize("way", ["flat", "page-builder", "blank-lines", "no-blank-lines"])
def test_the_text_tells_its_language_where_the_url_does_not(
    page: Page, lang: str, way: str
) -> None:
    """Neither URL nor markup says it; the questions do."""
    assert read(replace(page, url="https://www.ombrelle.example/?p=12"), way)["lang"] == lang


@pytest.mark.parametrize("way", WAYS)
def test_a_studio_in_an_answer_is_not_the_persons(way: str) -> None:
    """Where somebody has lived is no studio; what the page does not say is absent."""
    answer = "I moved from Ombrelle Animation Montréal to Bangalore, and then to Paris."
    blocks = (PLAIN.blocks[0], Block("p", (ASKED[0][0], answer)), *PLAIN.blocks[2:])
    assert read(replace(PLAIN, blocks=blocks), way)["studio"] is None


@pytest.mark.parametrize(
    ("intro", "nominators"),
    [
        ("Nominated by Kofi Mensah-Roux, it’s Ines Valdor’s turn!", ["Kofi Mensah-Roux"]),
        (
            "Nominated by her colleague Jean-Loup d’Ollero, it’s now the turn of Ines Valdor, Layout Artist to answer our questions.",
            ["Jean-Loup d’Ollero"],
        ),
        (
            "Nominated by Zoë van der Linde and Kiran V, it’s now the turn of Ines Valdor to answer our questions.",
            ["Zoë van der Linde", "Kiran V"],
        ),
        (
            "Today we spotlight Ines Valdor, who was nominated by her colleague Tomas P Arlen last month.",
            ["Tomas P Arlen"],
        ),
        *(
            (f"Nominated by {name}, it’s Ines Valdor’s turn!", [name])
            for name in ("J. Mensah", "A. Mensah", "J.-L. Mensah", "J.L. Mensah", "Jean-L. Mensah")
        ),
        ("So do I. Kofi Mensah-Roux nominated her, and here is Ines Valdor.", ["Kofi Mensah-Roux"]),
        ("Today we spotlight Ines Valdor, who was nominated for a prize in Lyon.", []),
        (
            "Nominated for the Golden Gull last year, Ines Valdor answers our questions today.",
            [],
        ),
        ("We start with Ines Valdor, Layout Artist:", []),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_an_intro_tells_who_nominated(intro: str, nominators: list[str], way: str) -> None:
    """Names come out whole; a prize nominates nobody."""
    contract = read(replace(PLAIN, blocks=(Block("p", (intro,)), *PLAIN.blocks[1:])), way)
    assert (contract["nominators"], contract["intro"]) == (nominators, intro)


@pytest.mark.parametrize(
    ("intro", "nominators"),
    [
        (
            "Nommée par sa collègue Solène de Kerouan, c’est au tour d’Ines Valdor de répondre à nos questions :",
            ["Solène de Kerouan"],
        ),
        ("Désignée par Kofi Mensah-Roux, Ines Valdor se prête au jeu !", ["Kofi Mensah-Roux"]),
        ("Aujourd’hui, c’est Ines Valdor, nommée pour un prix à Lyon, qui nous répond :", []),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_french_intro_tells_who_nominated(intro: str, nominators: list[str], way: str) -> None:
    """As in English."""
    contract = read(replace(FRENCH, blocks=(Block("p", (intro,)), *FRENCH.blocks[1:])), way)
    assert (contract["nominators"], contract["intro"]) == (nominators, intro)


@pytest.mark.parametrize(
    ("lang", "said", "nominees"),
    [
        ("en", "Kiran V", ["Kiran V"]),
        ("en", "P. J. Ollero !", ["P. J. Ollero"]),
        ("en", "Jean-Loup d’Ollero, obviously 😄", ["Jean-Loup d’Ollero"]),
        ("en", "Zoë van der Linde ! Your turn 😉", ["Zoë van der Linde"]),
        (
            "en",
            "Ines Tessel, Kofi Mensah-Roux & Wanda Ferrel",
            ["Ines Tessel", "Kofi Mensah-Roux", "Wanda Ferrel"],
        ),
        (
            "en",
            "Wanda Ferrel (FX) or Kofi Mensah-Roux (Layout)",
            ["Wanda Ferrel", "Kofi Mensah-Roux"],
        ),
        ("en", "I nominate Wanda Ferrel from the Lighting team!", ["Wanda Ferrel"]),
        ("en", "My office neighbour, Zoë van der Linde: she knows why.", ["Zoë van der Linde"]),
        ("en", "I pass the baton to the whole Lighting Department!", []),
        ("en", "Everyone in Paris deserves it.", []),
        ("en", "It’s a secret 🤫", []),
        ("fr", "À Solène de Kerouan, bien sûr !", ["Solène de Kerouan"]),
        ("fr", "Je nomme Jean-Loup d’Ollero : à toi !", ["Jean-Loup d’Ollero"]),
        ("fr", "Kofi Mensah-Roux et Åsa Le Quint 💜", ["Kofi Mensah-Roux", "Åsa Le Quint"]),
        ("fr", "Personne, ils sont tous en vacances.", []),
    ],
)
@pytest.mark.parametrize("way", [*WAYS, "no-blank-lines"])
def test_a_baton_tells_who_is_nominated(
    lang: str, said: str, nominees: list[str], way: str
) -> None:
    """Bare names, several, names among other words; none where none is named."""
    page = PLAIN if lang == "en" else FRENCH
    contract = read(replace(page, blocks=(*page.blocks, Block("p", (BATON[lang], said)))), way)
    assert contract["nominees"] == nominees
    assert contract["answers"][-1]["answer"] == said


@pytest.mark.parametrize("way", sorted(MARKUPS))
def test_figures_come_out_with_address_alt_and_caption(way: str) -> None:
    """A picture's address is absolute; no caption becomes part of an answer."""
    figures = (
        Block("figure", alt="A gull on a lamp", caption="The gull of Low Tide"),
        Block("figure", alt="A harbour", caption=""),
    )
    blocks = (*PLAIN.blocks[:2], figures[0], PLAIN.blocks[2], figures[1], *PLAIN.blocks[3:])
    contract = read(replace(PLAIN, blocks=blocks), way)
    address = urljoin(URL, "/app/uploads/2023/still.jpg")
    assert contract["images"] == [
        {"url": address, "alt": "A gull on a lamp", "caption": "The gull of Low Tide"},
        {"url": address, "alt": "A harbour", "caption": None},
    ]
    assert [(one["question"], one["answer"]) for one in contract["answers"]] == list(ASKED)


@pytest.mark.parametrize("way", sorted([*MARKUPS, *FORMS]))
def test_the_contract_has_every_key_and_counts_from_one(way: str) -> None:
    """The keys of the design, the URL as given, the answers numbered in order."""
    contract = read(PLAIN, way)
    keys = (
        "series url lang title standfirst category published person role role_detail studio intro"
    )
    keys += " nominators nominees answers images call_to_action left_over quotes"
    assert list(contract) == keys.split()
    assert contract["url"] == URL
    assert [one["position"] for one in contract["answers"]] == [1, 2, 3]


@pytest.mark.parametrize("spelt", [b"hreflang", b"HREFLANG"])
def test_translations_are_where_the_page_says(spelt: bytes) -> None:
    """`hreflang` links another language's page, in letters of any size; x-default is no language."""
    links = "".join(
        f'<link rel="alternate" hreflang="{lang}" href="{address}">'
        for lang, address in (("en", URL), ("fr", FRENCH.url), ("x-default", URL))
    )
    body = MARKUPS["block-theme"].render(PLAIN).replace(b"<style>", links.encode() + b"<style>", 1)
    body = body.replace(b"hreflang", spelt)
    assert set(read_page(body, URL).translations) - {("en", URL)} == {("fr", FRENCH.url)}


@pytest.mark.parametrize("way", [*MARKUPS, "blank-lines", "no-blank-lines", "chrome"])
def test_a_block_that_has_no_place_is_left_over_whole(way: str) -> None:
    """What stands after the call to action and is no furniture is reported, never dropped."""
    note = "Editor’s note: this conversation took place before the move to the new building."
    blocks = (
        *PLAIN.blocks,
        Block("p", ("Do you want to join our Parisian teams? Apply here!",)),
        Block("p", (note,)),
    )
    contract = read(replace(PLAIN, blocks=blocks, closing=2), way)
    assert contract["left_over"] == [note]
    assert contract["answers"][-1]["answer"] == ASKED[-1][1]


@pytest.mark.parametrize("stands", ["own", "item", "shared"])
@pytest.mark.parametrize("way", ["amp", "hand-written", "page-builder"])
def test_an_unknown_question_is_found_by_how_it_stands(stands: str, way: str) -> None:
    """In bold type like its neighbours it asks, also where it has a bullet that they lack."""
    unknown = ("What do you listen to while you work?", "Trains, mostly.")
    pairs = [ASKED[0], unknown, *ASKED[1:]]
    missed = []
    for others in product(("own", "item", "shared"), repeat=3):
        layouts = [others[0], stands, *others[1:]]
        blocks = [PLAIN.blocks[0]]
        for layout, (question, answer) in zip(layouts, pairs, strict=True):
            kind = "li" if layout == "item" else "p"
            own = (Block(kind, (question,)), Block("p", (answer,)))
            blocks += [Block("p", (question, answer))] if layout == "shared" else own
        questions = PLAIN.questions | {unknown[0]}
        contract = read(replace(PLAIN, blocks=tuple(blocks), questions=questions), way)
        if [(one["question"], one["answer"]) for one in contract["answers"]] != pairs:
            missed.append(others)
    assert missed == []


@pytest.mark.parametrize(
    "ending",
    ["and then it stopped.", "and soup 😊", "so “wait until it dries.”", "(or did we?)", "…"],
)
@pytest.mark.parametrize("way", ["blank-lines", "no-blank-lines", "paragraphs"])
def test_a_caption_line_in_text_is_no_part_of_an_answer(ending: str, way: str) -> None:
    """A line with no full stop, right before a question, is what a picture left behind."""
    said = f"We drew the harbour eleven times, {ending}"
    blocks = (
        PLAIN.blocks[0],
        Block("p", (ASKED[0][0], said)),
        Block("figure", alt="", caption="The gull of Low Tide"),
        *PLAIN.blocks[2:],
    )
    contract = read(replace(PLAIN, blocks=blocks), way)
    assert contract["answers"][0]["answer"] == said
    assert contract["images"] == [{"url": None, "alt": None, "caption": "The gull of Low Tide"}]
