"""Ways in which writers differ: names that are words, batons, titles, prompts without a mark.

Rule: one promise a test; the pages are invented, the rest of each page is plain.
"""

import pytest

from scraper.reading import as_contract, read_page
from tests.reading.ways import ASKED, BATON, PLAIN, answers, page

# ── Names that are words, too ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "Art Mendez", "An Tran", "Will Story", "Line Bouchard", "France Gagnon", "Linh Le", "Anh Do",
        "Ana Bravo", "Bo Å. Hansen", "Sunday Okoro",
    ],
)  # fmt: skip
def test_a_common_word_can_be_a_name(name: str) -> None:
    """A job, an article, a month or a greeting is a name where it stands as one."""
    assert page(baton=f"<p>{BATON}</p><p>{name} !</p>")["nominees"] == [name]
    assert page(intro=f"<p>Nominated by {name}, Lena answers.</p>")["nominators"] == [name]


@pytest.mark.parametrize(
    "said",
    ["Art Director Ada Byron", "Ada Byron, an Otter fan", "Bravo Ada Byron", "Line Producer Ada Byron"],
)  # fmt: skip
def test_a_common_word_beside_a_name_is_still_a_word(said: str) -> None:
    """Jobs, articles and greetings next to a name are no part of it."""
    assert page(baton=f"<p>{BATON}</p><p>I nominate: {said}!</p>")["nominees"] == ["Ada Byron"]


def test_an_elided_word_before_a_whole_name_is_no_part_of_it() -> None:
    """«au tour d’Odile N’Diaye-Roux» presents Odile N’Diaye-Roux."""
    text = "C’est au tour d’Odile N’Diaye-Roux, Monteuse, de passer sous le Mikroscope :\n\n"
    text += "\n\n".join(f"{q}\n\n{a}" for q, a in ASKED)
    url = "https://www.ombrelle.example/fr/news/odile-ndiaye-roux/"
    contract = as_contract(read_page(text.encode(), url, media_type="text/plain"))
    assert contract["person"] == "Odile N’Diaye-Roux"


# ── Further ways of naming ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "nominees"),
    [
        ("Mon choix se porte sur Théo Urvoy.", ["Théo Urvoy"]),
        ("My dear Prune, it’s up to you!", ["Prune"]),
        ("Prune, because she never says no to fog", ["Prune"]),
        ("Hard, because they are all great! But it must be Ada Byron.", ["Ada Byron"]),
        ("Hard, because they are all great.", []),
        ("I was nominated for a prize with Ada Byron, but I pass the baton to An Tran.", ["An Tran"]),
    ],
)  # fmt: skip
def test_a_baton_is_handed_in_further_ways(said: str, nominees: list[str]) -> None:
    """A choice that falls on somebody, a reason, a call; a prize is no baton."""
    assert page(baton=f"<p>{BATON}</p><p>{said}</p>")["nominees"] == nominees


@pytest.mark.parametrize(
    ("intro", "nominators"),
    [
        ("Thanks to Hugo Perrin for nominating Lena Vasquez!", ["Hugo Perrin"]),
        ("Hugo Perrin’s nominee is none other than Lena Vasquez.", ["Hugo Perrin"]),
        (
            "Nominée par Hugo Perrin, ainsi que par Ines Lacroix, Lena répond.",
            ["Hugo Perrin", "Ines Lacroix"],
        ),
    ],
)
def test_a_nominator_is_named_in_further_ways(intro: str, nominators: list[str]) -> None:
    """Thanked, possessive, or one of several with a preposition each."""
    assert page(intro=f"<p>{intro}</p>")["nominators"] == nominators


@pytest.mark.parametrize(
    "title",
    [
        "Under the Mikroscope #12 🔍 Lena Vasquez – Lighting Lead",
        "Under the Mikroscope 🔍 Meet Lena Vasquez – Lighting Lead",
        "Under the Mikroscope with Lena Vasquez, Lighting Lead",
        "Under the Mikroscope 🔍 Lena Vasquez (Lighting Lead at Ombrelle Animation Paris)",
        "Lena Vasquez, Lighting Lead – Under the Mikroscope 🔍",
    ],
)
def test_a_title_may_number_lead_in_or_turn_round(title: str) -> None:
    """Numbers and words between series and person are no part of the name."""
    contract = page(title=f"<h1>{title}</h1>")
    assert (contract["person"], contract["role"]) == ("Lena Vasquez", "Lighting Lead")


# ── Prompts with a colon, a full stop, or no mark ─────────────────────────────────────────────────


def test_an_emphasised_label_with_a_colon_is_a_prompt() -> None:
    """«**Best part of the job:** The first coffee.»: the label asks, the rest answers."""
    labels = ("Best part of the job:", "Who inspires you:", "Your superpower:", "Your background:")
    asked = "".join(f"<p><strong>{label}</strong> Fog.</p>" for label in labels)
    contract = page(asked=asked)
    assert answers(contract)[:-1] == [(label, "Fog.") for label in labels]
    assert [a["question_id"] for a in contract["answers"]][:4] == [
        "best-part", "inspiration", "superpower", "background",
    ]  # fmt: skip


def test_an_emphasised_opening_without_a_colon_is_no_prompt() -> None:
    """An answer may stress its first words."""
    said = "<strong>The best part of the job</strong> is the first coffee."
    asked = "".join(
        f"<p><strong>{q}</strong></p><p>{said if a == 'The first coffee.' else a}</p>"
        for q, a in ASKED
    )
    contract = page(asked=asked)
    assert answers(contract)[0] == (ASKED[0][0], "The best part of the job is the first coffee.")
    assert len(contract["answers"]) == len(PLAIN)


@pytest.mark.parametrize(
    ("asked", "question_id"),
    [
        ("Tell us about your first project at Ombrelle Animation.", "first-project"),
        ("Please share your academic and professional journey to becoming a Lead.", "background"),
        ("C’est à toi de nous raconter ton parcours, s’il te plaît.", "background"),
    ],
)
def test_a_plain_prompt_may_end_as_a_statement_does(asked: str, question_id: str) -> None:
    """An invitation needs no mark, and politeness changes nothing."""
    body = f"<p>{asked}</p><p>Boats.</p>" + "".join(f"<p>{q}</p><p>{a}</p>" for q, a in ASKED)
    first = page(asked=body)["answers"][0]
    assert (first["question_id"], first["question"]) == (question_id, asked)
