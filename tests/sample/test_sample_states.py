"""The studio as a value: it grows, changes and forgets without touching what it was."""

from datetime import UTC, datetime
from time import perf_counter

import pytest

from scraper.errors import WrongUsage
from scraper.sample import Studio
from scraper.sample.pages import article_page

BASE = "http://127.0.0.1:1"
SLUG = "under-the-mikroscope-farhan-qadirbhai-junior-artist-rigging"
LATER = datetime(2024, 9, 1, 10, 30, tzinfo=UTC)


def page(studio: Studio, slug: str = SLUG, lang: str = "en") -> str:
    """Return one article's page."""
    article = studio.article(lang, slug)
    assert article is not None
    return article_page(studio, article, BASE)


def test_growing_twice_gives_the_same_bytes() -> None:
    """The same number and seed, the same pages."""
    one, two = Studio.grown(60, seed=3), Studio.grown(60, seed=3)
    assert [page(one, a.slug, a.lang) for a in one.articles] == [
        page(two, a.slug, a.lang) for a in two.articles
    ]


def test_another_seed_gives_other_people() -> None:
    """Seeds do not share their generated people."""
    people = [{a.person for a in Studio.grown(60, seed=s).articles[30:]} for s in (0, 1)]
    assert not people[0] & people[1]


def test_a_larger_studio_only_adds_articles() -> None:
    """Growing between two crawls publishes new posts and changes no old one's text."""
    small, large = Studio.grown(80), Studio.grown(120)
    assert large.articles[:80] == small.articles


def test_ten_thousand_posts_are_quick_and_all_different() -> None:
    """Unique people, addresses and ids, made in seconds."""
    start = perf_counter()
    studio = Studio.grown(10_000)
    assert perf_counter() - start < 10
    assert len(studio.articles) == 10_000
    assert len({a.path for a in studio.articles}) == 10_000
    assert len({a.id for a in studio.articles}) == 10_000
    interviews = studio.interviews()
    assert len({turn.person for turn in interviews}) == len(interviews)
    assert max(a.published for a in studio.articles) < datetime(2026, 1, 1, tzinfo=UTC)


def test_grown_batons_chain() -> None:
    """Most generated people are named by the one before them in their house, some by two ends."""
    edges = Studio.grown(330).nominations()
    grown = edges[len(Studio.sample().nominations()) :]
    assert len(grown) > 200
    assert {edge.status for edge in edges} == {"both ends", "nominator only", "nominee only"}
    assert sum(not edge.published for edge in edges) < 10


def test_a_studio_cannot_be_smaller_than_its_sample() -> None:
    """Fewer posts than were written by hand is a wrong wish."""
    with pytest.raises(WrongUsage, match="has 30 posts"):
        Studio.grown(3)


def test_a_change_edits_one_answer_and_its_dates() -> None:
    """The page differs in an answer and in dateModified; the old state is as it was."""
    before = Studio.sample()
    after = before.changed(SLUG, at=LATER)
    assert page(after) != page(before)
    assert "2024-09-01T10:30:00+00:00" in page(after)
    assert "changed my mind" in page(after)
    assert "changed my mind" not in page(before)
    others = [a for a in after.articles if a.slug != SLUG]
    assert others == [a for a in before.articles if a.slug != SLUG]


def test_a_change_can_keep_to_one_language() -> None:
    """Where two languages share a slug, `lang` says which is meant."""
    slug = "under-the-mikroscope-%F0%9F%94%8D-maxence-trudelle-production-editor"
    after = Studio.sample().changed(slug, lang="fr")
    assert page(after, slug, "fr") != page(Studio.sample(), slug, "fr")
    assert page(after, slug, "en") == page(Studio.sample(), slug, "en")


def test_a_withdrawn_post_is_nowhere() -> None:
    """It leaves the shelf, the expectations and its translation's links."""
    slug = "under-the-mikroscope-berenice-oullette-line-producer"
    after = Studio.sample().withdrawn(slug, 410)
    assert after.article("fr", slug) is None
    assert slug not in page(after, "under-the-mikroscope-berenice-oullette")
    turns = {turn.person: turn for turn in after.interviews()}
    assert [lang for lang, _ in turns["Bérénice Oullette"].paths] == ["en"]


def test_a_footer_changes_every_page_and_no_date() -> None:
    """All bytes differ; what a sitemap says does not."""
    before = Studio.sample()
    after = before.footer_changed()
    assert after.articles == before.articles
    assert all(page(after, a.slug, a.lang) != page(before, a.slug, a.lang) for a in after.articles)


def test_changing_what_is_not_there_is_refused() -> None:
    """A slip in a test's slug is an error, not a studio unchanged."""
    with pytest.raises(WrongUsage, match="no post 'nobody'"):
        Studio.sample().changed("nobody")
