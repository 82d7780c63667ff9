"""What a person types finds what it should, never fails, and marks what it found."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.database.search import stems, words_of
from scraper.site import answers, suggest
from scraper.site.archive import State
from scraper.site.search import LONGEST_WORD, Term, fold, mark, match, passage, terms

Get = Callable[..., httpx.Response]
SCHEMA = Path(__file__).parent.parent.parent / "scraper" / "schema.sql"


@pytest.fixture(scope="module")
def index(archive: Path) -> sqlite3.Connection:
    """Open the index of the invented archive; one connection for many queries."""
    return sqlite3.connect(archive, check_same_thread=False)


def _found(index: sqlite3.Connection, query: str) -> set[str]:
    """Return the ids of the answers that a query finds."""
    sql = (
        "SELECT answers.id FROM answers_fts JOIN answers ON answers.rowid = answers_fts.rowid"
        " WHERE answers_fts MATCH ?"
    )
    return {row[0] for row in index.execute(sql, (match(query),))}


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("photograph", "ines-vauclair-en-4"),  # English inflection
        ("films", "ines-vauclair-en-2"),
        ("chanter", "ines-vauclair-fr-4"),  # French inflection: chantait
        ("inspirer", "ines-vauclair-fr-4"),  # m’inspirent
        ("metro", "ines-vauclair-en-4"),  # accents left out
        ("rever", "ines-vauclair-en-8"),
        ("RÊVER", "ines-vauclair-en-8"),
        ("l’image", "ines-vauclair-fr-1"),  # the little word is not asked for
        ("obelix", "obelix-tran-en-1"),  # a person's name
        ('"far too much fog"', "ines-vauclair-en-2"),
        ("«\u202fbeaucoup trop de brume\u202f»", "ines-vauclair-fr-2"),
        ("lightho*", "ines-vauclair-en-2"),
    ],
)
def test_a_word_finds_its_other_forms(index: sqlite3.Connection, query: str, answer: str) -> None:
    """Accents, endings in both languages, phrases and beginnings."""
    assert answer in _found(index, query)


@pytest.mark.parametrize(
    "query", ['"fog much too far"', "lighthouse snail", "zzz", "", '"', "*", "()"]
)
def test_what_is_not_there_is_not_found(index: sqlite3.Connection, query: str) -> None:
    """All words must be in one answer, a phrase in its order; no word finds nothing."""
    assert _found(index, query) == set()


@given(st.text(max_size=120) | st.text(alphabet="\"*():^-+{}' NEARANDOR\x00ab", max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_is_an_error(index: sqlite3.Connection, query: str) -> None:
    """Whatever is typed, SQLite takes it, also as “any of the words”."""
    for every in (True, False):
        index.execute(
            "SELECT count(*) FROM answers_fts WHERE answers_fts MATCH ?",
            (match(query, every=every),),
        ).fetchone()


@given(st.text(max_size=300), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_marking_changes_no_word(text: str, query: str) -> None:
    """Take the marks away and the text is the same; nothing of it became HTML."""
    marked = mark(text, query, "en")
    assert (
        marked.replace("<mark>", "").replace("</mark>", "").unescape()
        == mark(text, "", "en").unescape()
    )
    assert "<" not in marked.replace("<mark>", "").replace("</mark>", "")


def test_a_passage_shows_the_word_where_it_stands() -> None:
    """A long answer is cut to about the found word, at whole words, and says that it is cut."""
    text = "before " * 200 + "the chickens breathe " + "after " * 200
    shown = passage(text, "chicken", "en", length=100)
    assert "<mark>chickens</mark>" in shown
    assert shown.startswith("… before")
    assert shown.endswith("after …")
    assert len(shown) < 140


def test_a_phrase_is_marked_as_one() -> None:
    """Single words of a phrase stay unmarked where the phrase is not."""
    assert mark("fog, far too much fog", '"much fog"', "en") == "fog, far too <mark>much fog</mark>"


def test_hostile_text_is_shown_as_text() -> None:
    """What was published is escaped before it is marked."""
    assert mark("<script>film</script>", "film script", "en") == (
        "&lt;<mark>script</mark>&gt;<mark>film</mark>&lt;/<mark>script</mark>&gt;"
    )


def test_a_megabyte_is_searched_in_time() -> None:
    """An answer of a million letters does not hold up a page, and its end is found too."""
    text = "The studio lights were brighter than anybody said. " * 20_000
    started = time.perf_counter()
    assert "<mark>chickens</mark>" in passage(f"{text} chickens", "chicken", "en", length=100)
    assert time.perf_counter() - started < 5  # seconds, on a slow machine


def test_words_are_read_one_by_one() -> None:
    """Quotation marks make a phrase, a star a beginning; what is too long is cut."""
    assert terms('far* "too much" fog') == (
        Term(("far",), begins=True), Term(("too", "much")), Term(("fog",)),
    )  # fmt: skip
    assert terms("w" * 500) == (Term(("w" * LONGEST_WORD,)),)


def _searched(index: sqlite3.Connection, **args: str) -> dict[str, Any]:
    """Return what the page of a search tells."""
    index.row_factory = sqlite3.Row
    return answers.search(State(index, 10_000), args)


def test_what_was_only_asked_is_counted_apart(index: sqlite3.Connection) -> None:
    """A word of the question alone is no answer, unless the visitor wants it or there is no other."""
    told = _searched(index, q="project")
    everywhere = (
        "SELECT count(*) FROM answers WHERE question LIKE '%project%' OR answer LIKE '%project%'"
    )
    asked = index.execute(everywhere).fetchone()[0]
    assert asked > 3
    assert (told["in_questions"], told["total"], told["asked_only"]) == (True, asked, 0)


def test_a_word_may_stand_in_the_question_and_another_in_the_answer(
    index: sqlite3.Connection,
) -> None:
    """What was asked narrows what was said: a superpower that is a plain yes."""
    told = _searched(index, q="superpower yes")
    assert {one["question_id"] for one in told["results"]} == {"superpower"}
    assert not told["in_questions"]
    assert not told["loosened"]


def test_every_hit_shows_why_it_is_one(index: sqlite3.Connection) -> None:
    """Whatever word of the archive is sought, each answer found has a mark somewhere."""
    words = [word for (word,) in index.execute("SELECT word FROM answers_fts_words")]
    assert len(words) > 200
    bare = {
        (word, one["id"])
        for word in words
        for one in _searched(index, q=word)["results"]
        if "<mark>" not in one["passage"] + one["asked"] + one["named"]
    }
    assert bare == set()


@pytest.mark.parametrize("begun", ["photogra*", "morni*", "s*", "grandmother*", "reve*", "Rêv*"])
def test_a_beginning_finds_words_whose_stem_is_shorter(
    index: sqlite3.Connection, begun: str
) -> None:
    """The index holds stems: what begins like the word as it is written is found all the same."""
    told = _searched(index, q=begun)
    assert told["total"] > 0
    assert all("<mark>" in one["passage"] + one["named"] for one in told["results"])


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lighthuose", "lighthouse"),  # swapped
        ("chikens", "chickens"),  # left out
        ("Obelx", "obélix"),  # a name, as it is written
        ("the lighthousse with fog", "the lighthouse with fog"),  # the rest stays
        ("samirr", "samir"),  # somebody who was named only
        ("\u201cfar to much fogg\u201d", "\u201cfar to much fog\u201d"),  # in a phrase
    ],
)
def test_what_is_mistyped_is_offered_as_the_archive_spells_it(
    index: sqlite3.Connection, typed: str, offered: str
) -> None:
    """Where nothing is found, the nearest word there is, in the place of the unknown one."""
    assert _searched(index, q=typed)["suggestions"] == [offered]


@pytest.mark.parametrize("typed", ["film", "zzzzzzzz", "xy", "", '"', "lighthouse snail", "q*"])
def test_nothing_is_offered_without_a_reason(index: sqlite3.Connection, typed: str) -> None:
    """A word that is known stays; one that nothing is near to has no better spelling."""
    assert _searched(index, q=typed)["suggestions"] == []


def test_the_nearest_is_taken() -> None:
    """Fewest wrong letters first; then one that begins alike, then the commonest."""
    known = {"fight": "fight", "light": "light", "lights": "lights", "night": "night"}
    assert suggest.near("ligth", known) == "light"
    assert suggest.near("ltght", known) == "light"
    assert suggest.near("xight", known) == "fight"
    assert suggest.near("abcde", known) is None


def test_too_much_at_once_is_said_and_no_error(
    index: sqlite3.Connection, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query that takes longer than the server allows is answered with a page that says so."""
    endless = (
        "WITH RECURSIVE t (n) AS (SELECT :match UNION ALL SELECT n FROM t) SELECT count(*) FROM t"
    )
    monkeypatch.setattr(answers, "_FOUND", endless)
    told = answers.search(State(index, 50), {"q": "a* b* c*"})
    assert (told["too_much"], told["q"], told["total"]) == (True, "a* b* c*", 0)
    answer = get("/search?q=a*+b*+c*")
    assert answer.status_code == 200
    assert "too much to look for at once" in answer.text
    assert 'value="a* b* c*"' in answer.text


def test_a_name_is_not_a_little_word(index: sqlite3.Connection) -> None:
    """SQLite's tokenizer makes “in” of Inès: neither finds the other, nor is marked for it."""
    told = _searched(index, q="Inès")
    assert told["total"] > 0
    assert {one["name"] for one in told["results"]} == {"Inès Vauclair"}
    marks = "".join(one["passage"] + one["asked"] + one["named"] for one in told["results"])
    assert "<mark>in</mark>" not in marks
    assert "<mark>Inès</mark>" in marks
    little = _searched(index, q="in")
    assert all("in" in fold(one["answer"] + one["question"]).split() for one in little["results"])


@pytest.mark.parametrize(("said", "found", "lost"), [("Us two.", "us", "use"), ("They used one.", "use", "us"),
                                                     ("They used one.", "ones", "on"), ("Go on.", "on", "one"),
                                                     ("Ma cousine Inès.", "ines", "in")])  # fmt: skip
def test_what_the_index_cuts_too_short_is_kept_apart(said: str, found: str, lost: str) -> None:
    """Inflected forms are found all the same, and so is what the index is filled with for it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA.read_text("utf-8"))
        lang = "fr" if "cousine" in said else "en"
        row = (1, said, "Somebody", stems(words_of(said), lang))
        connection.execute(
            "INSERT INTO answers_fts (rowid, answer, person, stems) VALUES (?, ?, ?, ?)", row
        )
        asked = "SELECT count(*) FROM answers_fts WHERE answers_fts MATCH ?"
        counts = [connection.execute(asked, (match(one),)).fetchone()[0] for one in (found, lost)]
    assert counts == [1, 0]
    assert "<mark>" in mark(said, found, lang)
    assert "<mark>" not in mark(said, lost, lang)
