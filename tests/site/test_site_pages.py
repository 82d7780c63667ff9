"""Every page answers, as HTML and as JSON, says what the database says, and nothing gets out of it."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from html import escape, unescape
from pathlib import Path

import httpx
import pytest
from datasette.app import Datasette
from datasette.utils import parse_metadata

from scraper.site.safety import HEADERS

ROOT = Path(__file__).parent.parent.parent
Get = Callable[..., httpx.Response]
Make = Callable[..., Path]
Serving = Callable[[Path], Get]

PATHS = [
    "/",
    "/spotlights",
    "/spotlights?studio=Paris&year=2023&lang=fr&sort=name",
    "/spotlights/ines-vauclair-talk",
    "/spotlights/ines-vauclair-talk?lang=fr",
    "/spotlights/bob-script-talk",
    "/people",
    "/people/ines-vauclair",
    "/people/samir-waiting",
    "/questions",
    "/questions/best-part",
    "/search",
    "/search?q=films",
    "/search?q=zzz+films",
    "/search?q=lighthuose",
    "/search?q=project&in=questions",
    "/baton",
    "/about",
]
DATASETTE = [
    "/mikroscope",
    "/mikroscope/answers",
    "/mikroscope/answers?_search=film&_facet=lang",
    "/mikroscope/people/ines-vauclair",
    "/mikroscope/answers_in_full",
    "/mikroscope?sql=select+*+from+people",
    "/mikroscope/search_answers?q=film",
]


@pytest.mark.parametrize("path", PATHS + DATASETTE)
def test_every_page_answers_in_our_dress(get: Get, path: str) -> None:
    """Ours and Datasette's: same header, no inline script or style, all security headers."""
    response = get(path)
    assert response.status_code == 200
    assert 'class="brand"' in response.text
    # A block of data is no script: nothing in it runs.
    assert not re.search(
        r"<script(?! type=\"application/ld)(?![^>]*\bsrc=)|<style|<[a-z][^<>]* style=",
        response.text,
    )
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_data_too(get: Get, path: str) -> None:
    """The same address with .json gives what the page shows."""
    stem, mark, query = path.partition("?")
    response = get(f"{stem}.json{mark}{query}")
    assert response.status_code == 200
    assert response.json()


def test_the_home_page_counts(get: Get) -> None:
    """The numbers are the database's own."""
    numbers = get("/.json").json()["numbers"]
    assert (numbers["people"], numbers["interviews"], numbers["posts"]) == (7, 7, 9)
    assert (numbers["languages"], numbers["studios"]) == (2, 3)
    assert (numbers["first"], numbers["last"]) == ("2023-02-20", "2024-06-11")


def test_an_interview_reads_in_both_languages(get: Get) -> None:
    """English first; French where asked for, and marked as French."""
    english, french = (
        get(f"/spotlights/ines-vauclair-talk{lang}").text for lang in ("", "?lang=fr")
    )
    assert "picture wakes up" in english
    assert "une image s’éveille" in french
    assert '<div class="column" lang="fr">' in french
    assert get("/spotlights/ines-vauclair-talk?lang=xx").text == english


def test_the_baton_goes_both_ways(get: Get) -> None:
    """Who named and who is named stand beside the title, with the sentence behind it."""
    page = get("/spotlights/obelix-tran-talk")
    data = get("/spotlights/obelix-tran-talk.json").json()
    assert [one["person_id"] for one in data["named_by"]] == ["ines-vauclair"]
    assert [one["person_id"] for one in data["names"]] == ["meera-k"]
    assert 'href="/spotlights/ines-vauclair-talk"' in page.text
    assert "I name Meera K, who knows why." in page.text


def test_who_waits_is_shown_as_waiting(get: Get) -> None:
    """A person who never answered has a page that says so, and is on the baton page."""
    assert "has no interview" in get("/people/samir-waiting").text
    assert "samir-waiting" in {one["person_id"] for one in get("/baton.json").json()["waiting"]}


def test_a_post_that_is_gone_says_so(get: Get) -> None:
    """The reader learns that the studio no longer has it, and since when we do."""
    text = get("/spotlights/theo-brisebois-talk").text
    assert "no longer online at the studio; archived on" in text
    assert "20 November 2026" in text


def test_filters_narrow_and_count(get: Get) -> None:
    """A filter leaves what it says; each value tells how many it would leave."""
    data = get("/search.json?q=films&lang=fr").json()
    assert {one["lang"] for one in data["results"]} == {"fr"}
    counts = {value["value"]: value["n"] for value in data["facets"]["lang"]}
    assert counts["fr"] == data["total"]
    assert counts["en"] == get("/search.json?q=films&lang=en").json()["total"]


def test_the_answer_outranks_the_question_everybody_was_asked(get: Get) -> None:
    """A word of the questions finds first those who say it."""
    first = get("/search.json?q=inspirent").json()["results"][0]
    assert "inspirent" in first["answer"]


@pytest.mark.parametrize("query", ["Samir Ouadah", "ouadah", "OUADAH*"])
def test_somebody_who_was_only_named_is_found(get: Get, query: str) -> None:
    """A person without answers of their own is found by name, and leads to their page."""
    found = get(f"/search.json?q={query}").json()
    assert [one["name"] for one in found["people"]] == ["Samir Ouadah"]
    assert "/people/samir-waiting" in get(f"/search?q={query}").text
    rows = get("/mikroscope/people.json?_shape=array&_search=ouadah").json()
    assert [row["id"] for row in rows] == ["samir-waiting"]


def test_words_that_never_meet_still_find_something(get: Get) -> None:
    """No answer has both words: those that have one are shown, and said to be so."""
    data = get("/search.json?q=lighthouse+snail").json()
    assert data["loosened"]
    assert data["total"] > 0


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "x", "²", ""])
def test_any_page_number_is_answered(get: Get, page: str) -> None:
    """A page there is not becomes one there is."""
    assert get(f"/search?q=films&page={page}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/nope", "/spotlights/nope", "/people/~00", "/questions/nope", "/mikroscope/nope"]
)
def test_what_is_not_there_is_said_kindly(get: Get, path: str) -> None:
    """A page not found wears our dress, keeps the headers, and has a JSON form."""
    response = get(path)
    assert response.status_code == 404
    assert "Nothing under this lens" in response.text
    assert response.headers["content-security-policy"]
    assert get("/people/nope.json").json()["status"] == 404


def test_hostile_text_stays_text(get: Get) -> None:
    """Scripts, handlers, template syntax and javascript: links of a post come out as letters."""
    pages = ["/", "/spotlights", "/spotlights/bob-script-talk", "/people/bob-script", "/baton",
             "/questions/best-part", "/search?q=script", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%20onload=x"]  # fmt: skip
    for path in pages:
        text = get(path).text
        assert not re.search(r"<script>|<img src=x|<svg onload|<b onclick", text), path
        assert not re.search(r"""href=["']?\s*javascript:""", text), path
    assert "{{ 7*7 }}" in get("/spotlights/bob-script-talk").text


def test_only_reading_is_allowed(get: Get) -> None:
    """SQL that would write is refused, and a query that never ends is stopped, in words."""
    assert get("/mikroscope.json?sql=delete+from+people").status_code == 400
    endless = (
        "with recursive c(n) as (select 1 union all select n%2B1 from c) select count(*) from c"
    )
    stopped = get(f"/mikroscope?sql={endless}")
    assert stopped.status_code == 400
    assert "took longer" in stopped.text


def test_canned_queries_take_any_text(get: Get) -> None:
    """The search a researcher starts from cannot be broken by what is typed."""
    assert get('/mikroscope/search_answers.json?q=fil"m AND (').status_code == 200
    rows = get("/mikroscope/search_answers.json?q=chanter&_shape=array").json()
    assert {row["lang"] for row in rows} == {"fr"}


def test_the_whole_database_can_be_taken_home(get: Get, tmp_path: Path) -> None:
    """The download is a sound SQLite file with everything in it."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(get("/mikroscope.db").content)
    connection = sqlite3.connect(copy)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM people").fetchone() == (17,)
    connection.close()


def test_an_unchanged_page_is_not_sent_again_and_a_new_build_is(
    tmp_path: Path, make_database: Make, serving: Serving
) -> None:
    """The ETag holds until a publication, made by backup into the live file, changes the page."""
    path = make_database(tmp_path / "mikroscope.db", empty=True)
    get = serving(path)
    tag = get("/").headers["etag"]
    assert get("/", headers={"if-none-match": tag}).status_code == 304
    source, live = sqlite3.connect(make_database(tmp_path / "new.db")), sqlite3.connect(path)
    source.backup(live)
    source.close()
    live.close()
    fresh = get("/", headers={"if-none-match": tag})
    assert fresh.status_code == 200
    assert "Nadia Quelle" in fresh.text


@pytest.mark.parametrize(
    "path", ["/", "/spotlights", "/people", "/questions", "/baton", "/about", "/search?q=a"]
)
def test_an_empty_archive_has_designed_pages(
    tmp_path: Path, make_database: Make, serving: Serving, path: str
) -> None:
    """Nothing crawled yet is a state, not an error."""
    assert serving(make_database(tmp_path / "mikroscope.db", empty=True))(path).status_code == 200


def test_pages_are_light(get: Get, archive: Path) -> None:
    """A page with its stylesheet, scripts and Latin fonts weighs under 150 kB; the CSS under 30 kB."""
    static = "/-/static-plugins/mikroscope/"
    page = get("/spotlights/ines-vauclair-talk")
    files = ["site.css", "site.js", "dress.js", "fonts/fraunces-latin.woff2",
             "fonts/instrument-sans-latin.woff2"]  # fmt: skip
    weights = {name: len(get(static + name).content) for name in files}
    assert weights["site.css"] < 30_000
    assert len(page.content) + sum(weights.values()) < 150_000


def test_what_was_only_asked_is_one_move_away(get: Get, archive: Path) -> None:
    """The page says how many more there are, shows them when asked, and leads back."""
    with closing(sqlite3.connect(archive)) as connection:
        answers = dict(
            connection.execute(
                "SELECT lang, count(*) FROM answers WHERE question_id = 'inspiration' GROUP BY 1"
            )
        )
    # In French they say what inspires them, in English they were only asked.
    data = get("/search.json?q=inspirer").json()
    assert (data["total"], data["asked_only"]) == (answers["fr"], answers["en"])
    assert {one["lang"] for one in data["results"]} == {"fr"}
    more = "/search?q=inspirer&amp;in=questions"
    assert f'<a href="{more}">{answers["en"]} more' in get("/search?q=inspirer").text
    data = get("/search.json?q=inspirer&in=questions").json()
    assert (data["in_questions"], data["total"]) == (True, answers["fr"] + answers["en"])
    assert '<a href="/search?q=inspirer">only what was answered' in get(unescape(more)).text
    data = get("/search.json?q=inspirer&lang=en").json()  # nobody says it: what was asked is shown
    assert (data["in_questions"], data["total"]) == (True, answers["en"])


def test_a_mistyped_word_leads_to_the_right_one(get: Get) -> None:
    """Where nothing is found, the page leads to the query as the archive spells it."""
    assert 'Did you mean <a href="/search?q=lighthouse"><b>lighthouse</b></a>?' in get("/search?q=lighthuose").text  # fmt: skip
    assert "Did you mean" not in get("/search?q=lighthouse").text


def test_everybody_stands_in_the_list_of_people(get: Get, archive: Path) -> None:
    """By name without accents, who waits told apart."""
    people = get("/people.json").json()["people"]
    with closing(sqlite3.connect(archive)) as connection:
        ids = [one for (one,) in connection.execute("SELECT id FROM people ORDER BY id")]
    assert [one["id"] for one in people] == ids
    text = get("/people").text
    assert 'href="/people/samir-waiting"' in text
    assert 'href="/spotlights/ines-vauclair-talk"' in text


@pytest.mark.parametrize("path", ["/", "/spotlights?year=2023", "/people", "/questions", "/questions/best-part", "/about", "/baton"])  # fmt: skip
def test_every_page_says_what_it_is_to_machines(get: Get, path: str) -> None:
    """A title, a description and the address that stands for all its filters."""
    text = get(path).text
    canonical = f"http://localhost{path.partition('?')[0]}"
    assert f'<link rel="canonical" href="{canonical}">' in text
    assert f'<meta property="og:url" content="{canonical}">' in text
    for name in ("description", "og:description", "og:title"):
        assert re.search(rf'<meta (?:name|property)="{name}" content="[^"]{{10,}}">', text), name


def test_roles_in_french_are_marked_as_french(
    tmp_path: Path, make_database: Make, serving: Serving
) -> None:
    """A role of somebody who can be read in French only, in lists and at the interview."""
    path = make_database(tmp_path / "mikroscope.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE interviews SET languages = '[\"fr\"]', role = 'Animatrice' WHERE person_id = 'meera-k'"
        )
        connection.execute(
            "UPDATE posts SET lang = 'fr', role = 'Animatrice' WHERE id = 'meera-k-en'"
        )
        connection.commit()
    get = serving(path)
    assert '<span class="role" lang="fr">Animatrice</span>' in get("/spotlights").text
    assert '<p class="role" lang="fr">Animatrice</p>' in get("/spotlights/meera-k-talk").text
    assert '<span class="role" lang="fr">' not in get("/people").text


def test_a_query_that_was_made_for_others_has_its_title(get: Get) -> None:
    """Not its SQL, and it is nobody's custom query."""
    text = get("/mikroscope/who_is_waiting").text
    assert "<title>Who was named and has no interview</title>" in text
    assert "<h2>10 rows</h2>" in text
    assert re.search(r"<details><summary>The SQL</summary><pre[^>]*>select name, named_by", text)
    assert "Custom SQL query" not in text
    assert "<h2>No rows" in get("/mikroscope/search_answers?q=zzz").text
    assert "Custom SQL query" in get("/mikroscope?sql=select+1").text


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("archive@studio.example", "mailto:archive@studio.example"),
        ("https://studio.example/contact", "https://studio.example/contact"),
        ("javascript:alert(1)", None),
        ("http://studio.example/", None),
        ("ask Nadia <script>", None),
    ],
)
def test_who_wishes_to_be_removed_is_told_whom_to_ask(
    archive: Path, contact: str, link: str | None
) -> None:
    """The contact of the metadata, on every page; as a link only where it can be followed safely."""
    metadata = parse_metadata((ROOT / "metadata.yml").read_text("utf-8"))
    datasette = Datasette(
        [str(archive)], metadata={**metadata, "plugins": {"mikroscope": {"contact": contact}}}
    )
    for path in ("/about", "/mikroscope/people"):
        text = asyncio.run(datasette.client.get(path)).text
        assert (f'<a href="{link}"' in text) == bool(link)
        assert escape(contact) in text or link


def test_two_languages_of_an_answer_stand_together(get: Get) -> None:
    """Once by name, the translation folded beneath it and marked as what it is."""
    text = get("/questions/superpower").text
    both = [one["interview_id"] for one in get("/questions/superpower.json").json()["answers"]]
    assert both.count("ines-vauclair-talk") == 2
    (item,) = re.findall(
        r"<li><a class=\"hit\" href=\"/spotlights/ines-vauclair-talk.*?</li>", text, re.DOTALL
    )
    assert re.search(
        r'<div class="answer" lang="en"><p>Yes.*<summary>In French.*<div class="answer" lang="fr"><p>Oui',
        item,
        re.DOTALL,
    )
    assert text.count("<b>Inès Vauclair</b>") == 1
    french = get("/questions/superpower?lang=fr").text
    assert french.count("<b>Inès Vauclair</b>") == 1
    assert "<summary>In French" not in french


def test_one_of_each_is_told_as_one(tmp_path: Path, make_database: Make, serving: Serving) -> None:
    """An archive of a single interview; and of none, where no check can have found anything."""
    path = make_database(tmp_path / "mikroscope.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for table in ("interviews", "posts"):
            connection.execute(f"DELETE FROM {table} WHERE id NOT LIKE 'meera-k%'")
        connection.execute("DELETE FROM answers WHERE id <> 'meera-k-en-1'")
        connection.commit()
    get = serving(path)
    home, about = (
        " ".join(re.sub("<[^>]*>", " ", get(one).text).split()) for one in ("/", "/about")
    )
    for told in (
        "person who answers 1",
        "interview 1",
        "answer 1",
        "language 1",
        "studio 1",
        "Published in June 2023",
    ):
        assert told in home
    assert "All 1" not in home
    assert "1 interview with 1 person, in 1 post, published in June 2023." in about
    text = get("/spotlights/meera-k-talk").text
    assert re.search(r'class="facts">[^\n]*English', text)
    empty = serving(make_database(tmp_path / "empty.db", empty=True))("/about").text
    assert "Nothing to report" not in empty
    assert "Nothing yet." in empty
