"""What the invented texts promise to whoever tests with them."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from scraper.sample import Studio
from scraper.sample.content import Article, fold, name_parts
from scraper.sample.pages import article_page

BASE = "http://127.0.0.1:1"
KNOWN_URLS = Path(__file__).parents[2] / "data" / "known_urls.txt"
READINGS = Studio.sample().readings(BASE)
EDGES = {(e.nominator, e.nominee): e for e in Studio.sample().nominations()}


def test_there_are_interviews_enough_from_three_houses_in_two_languages() -> None:
    """18 people, 24 posts; six in both languages, one only in French."""
    interviews = Studio.sample().interviews()
    languages = Counter(tuple(lang for lang, _ in turn.paths) for turn in interviews)
    assert languages == {("en",): 11, ("en", "fr"): 6, ("fr",): 1}
    assert Counter(turn.studio for turn in interviews) == {
        "Paris": 8,
        "Bangalore": 5,
        "Montréal": 5,
    }
    assert len({turn.person for turn in interviews}) == 18
    assert interviews[0].published.isoformat() == "2023-02-06"
    assert interviews[-1].published.isoformat() == "2024-06-13"


def test_the_first_chain_branches_and_meets_again() -> None:
    """Odilon → Perrine → two people; one branch ends, the other goes on to the same nobody."""
    assert {b for a, b in EDGES if a == "Perrine Castagnoux"} == {
        "Théodule Amblard",
        "Maud Le Quellenec",
    }
    long_branch = [
        "Odilon Brévaux",
        "Perrine Castagnoux",
        "Maud Le Quellenec",
        "Balthazar Okonjo-Ruiz",
        "Clémence Tourbillon-Faye",
        "Anatole Grivet",
        "Corentin Vasseliau",
    ]
    assert set(pairwise(long_branch)) <= EDGES.keys()


def test_the_second_chain_shares_nobody_with_the_first() -> None:
    """The Bangalore chain, which branches to Montréal, and the Montréal pair are threads of their own."""
    joined: list[set[str]] = []
    for edge in EDGES:
        touching = [group for group in joined if group & set(edge)]
        joined = [g for g in joined if g not in touching] + [set(edge).union(*touching)]
    assert sorted(len(group) for group in joined) == [2, 6, 9]


def test_every_kind_of_nomination_is_there() -> None:
    """Said at both ends, only by the nominator, and only by the nominee."""
    assert Counter(edge.status for edge in EDGES.values()) == {
        "both ends": 8,
        "nominator only": 6,
        "nominee only": 1,
    }
    assert EDGES["Roshni Thekkumkal", "Farhan Qadirbhai"].status == "nominee only"
    # The one baton that leaves its studio: from Bangalore to Montréal.
    assert EDGES["Ilamaran T", "Gwenaëlle Sirois-Lachance"].status == "nominator only"
    # Noor's post spells Lubin without his accent: one person all the same.
    assert EDGES["Lubin Desrosières-Roy", "Noor Abidelle"].status == "both ends"


def test_one_nominee_never_published() -> None:
    """Corentin Vasseliau is named twice and answers nowhere."""
    silent = {(a, b) for (a, b), edge in EDGES.items() if not edge.published}
    assert silent == {
        ("Isaure d’Hautefaye", "Corentin Vasseliau"),
        ("Anatole Grivet", "Corentin Vasseliau"),
    }


def test_some_posts_have_no_baton_or_name_nobody_with_it() -> None:
    """Roshni's post asks no closing question; Farhan's asks, and names nobody."""
    turns = {turn.person: turn for turn in Studio.sample().interviews()}
    assert "baton" not in turns["Roshni Thekkumkal"].question_ids
    assert "baton" in turns["Farhan Qadirbhai"].question_ids
    assert not [edge for edge in EDGES if edge[0] == "Farhan Qadirbhai"]


def test_neighbours_and_news_stand_between_the_interviews() -> None:
    """A neighbour series shares a person with the series; news mention both it and a nomination."""
    articles = Studio.sample().articles
    neighbours = [a for a in articles if a.kind == "neighbour"]
    news = {a.pair: a for a in articles if a.kind == "news"}
    people = {turn.person for turn in Studio.sample().interviews()}
    assert len(neighbours) == 2
    assert len([a for a in neighbours if a.person in people]) == 1
    assert len(news) == 3
    mention = " ".join(news["41-news-drawings"].intro)
    assert "under the Mikroscope" in mention
    assert "nominated" in mention


def test_titles_intros_and_markups_vary() -> None:
    """Every form of question in every theme's own dress, and titles with and without a studio."""
    series = [a for a in Studio.sample().articles if a.kind == "interview"]
    assert {a.shape for a in series} == {"own", "shared", "list", "heading", "mixed"}
    assert {a.theme for a in series} == {"gutenberg", "classic", "elementor"}
    assert any("Ombrelle" not in a.title for a in series)
    assert any(a.title.startswith("The Mikroscope") for a in series)
    assert any("mikroscope" not in a.slug for a in series)
    assert any("%F0%9F%94%8D" in a.slug for a in series)
    assert any(not a.intro for a in series)
    assert any(a.standfirst for a in series)
    assert any(x.question_id is None for a in series for x in a.exchanges)


def test_french_has_its_spaces_before_double_punctuation() -> None:
    """Narrow no-break, no-break, or none, as the post's data says; never a plain one."""
    french = [a for a in Studio.sample().articles if a.lang == "fr" and a.kind == "interview"]
    found = {m for a in french for x in a.exchanges for m in re.findall(r".(?=\?$)", x.question)}
    assert found >= {"\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"}
    assert not [a.slug for a in french for x in a.exchanges if " ?" in x.question]


def test_nobody_is_real() -> None:
    """No part of a known post's address is a name of the sample, nor of a studio that grows."""
    real = {
        word
        for line in KNOWN_URLS.read_text(encoding="utf-8").splitlines()
        for word in re.findall(r"[a-z]+", unquote(line.rstrip("/").rpartition("/")[2]))
        if len(word) > 2
    }
    sample = Studio.sample()
    people = [turn.person for turn in sample.interviews()]
    people += [edge.nominee for edge in sample.nominations()]
    people += [a.person for a in sample.articles if a.kind == "neighbour" and a.person]
    invented = {word for person in people for word in fold(person).split()}
    assert len(real) > 60
    assert not invented & real
    assert not {fold(first) for first in name_parts()["first"]} & real


@pytest.mark.parametrize(
    "article",
    Studio.sample().articles,
    ids=[f"{a.lang}-{a.pair}" for a in Studio.sample().articles],
)
def test_every_page_says_that_it_is_made_up(article: Article) -> None:
    """The footer is honest on each page, and the real studio's name is on none."""
    html = article_page(Studio.sample(), article, BASE)
    assert ("are made up" if article.lang == "en" else "sont inventés") in html
    assert "Mikros Animation" not in html
    assert "mikrosanimation" not in html


@pytest.mark.parametrize("reading", READINGS, ids=[r["url"][-40:] for r in READINGS])
def test_every_expected_fact_is_on_the_page(reading: dict[str, Any]) -> None:
    """What the data promises, the page shows: questions, paragraphs, names, captions."""
    sample = Studio.sample()
    article = sample.article(reading["lang"], reading["url"].rstrip("/").rpartition("/")[2])
    assert article is not None
    html = article_page(sample, article, BASE).replace("&#39;", "'").replace("&amp;", "&")
    for answer in reading["answers"]:
        assert answer["question"] in html
        assert all(part in html for part in answer["answer"].split("\n\n"))
    for image in reading["images"]:
        assert image["url"] in html
        assert (image["caption"] or "") in html
    shown = [reading["standfirst"] or "", reading["intro"] or ""]
    assert all(name in " ".join(shown) for name in reading["nominators"])
    batons = [a["answer"] for a in reading["answers"] if a["question_id"] == "baton"]
    assert all(name in batons[0] for name in reading["nominees"])
    assert reading["person"] in reading["title"]
    assert reading["role"] in reading["title"]
    assert reading["role_detail"] is None or reading["role_detail"] in reading["intro"]
    assert (reading["call_to_action"] or "") in html
