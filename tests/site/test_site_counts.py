"""What a page costs, counted: queries, rows read in whole, bytes; never the clock.

Each page is asked for over archives of two sizes: what it reads may not grow with the archive.
"""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from markupsafe import escape

from scraper.site import answers, lists, reading, roles, spotlights
from scraper.site.archive import State, rows
from scraper.site.roles import says
from scraper.site.safety import _said
from tests.site.growing import grow, index

Make = Callable[..., Path]
Serving = Callable[[Path], Callable[..., httpx.Response]]
TALK = {"id": "ines-vauclair-talk"}
# A page's rows, its arguments and id, and the most queries it may ask.
PAGES: dict[str, tuple[Callable[..., Any], dict[str, str], dict[str, str], int]] = {
    "home": (lists.home, {}, {}, 4),
    "interviews": (spotlights.spotlights, {}, {}, 9),
    "interviews, narrowed": (spotlights.spotlights, {"studio": "Paris", "question": "advice"}, {}, 9),
    "interview": (reading.interview, {}, TALK, 9),
    "person": (reading.person, {}, {"id": "meera-k"}, 5),
    "questions": (lists.questions, {}, {}, 2),
    "question": (answers.question, {}, {"id": "best-part"}, 5),
    "search": (answers.search, {"q": "films"}, {}, 6),
    "search, narrowed": (answers.search, {"q": "films", "lang": "fr"}, {}, 6),
    "search, loosened": (answers.search, {"q": "lighthouse snail"}, {}, 9),
    "search, mistyped": (answers.search, {"q": "lighthuose"}, {}, 8),
    "search, nothing": (answers.search, {}, {}, 1),
    "baton": (lists.baton, {}, {}, 4),
    "about": (lists.about, {}, {}, 5),
}  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, make_database: Make) -> Path:
    """Return the invented archive with MORE people in it."""
    path = make_database(tmp_path_factory.mktemp("large") / "mikroscope.db")
    with closing(sqlite3.connect(path)) as connection:
        grow(connection)
        connection.execute("ANALYZE")
        connection.commit()
    return path


def _asked(path: Path, page: str) -> tuple[dict[str, Any], list[str]]:
    """Return what a page tells, and the queries it asks, with their values."""
    ask, args, ids, _ = PAGES[page]
    queries: list[str] = []
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        connection.create_function("mikroscope_says", 2, says)
        connection.set_trace_callback(queries.append)
        told = ask(State(connection, 10_000), args, **ids)
    # Without those that SQLite's full-text index asks itself.
    return told, [sql for sql in queries if not re.match(r"--|.*'main'\.", sql, re.DOTALL)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_few_queries_whatever_the_size(archive: Path, large: Path, page: str) -> None:
    """As many as are written down here, and the same number over a large archive."""
    for path in (archive, large):
        assert 0 < len(_asked(path, page)[1]) <= PAGES[page][3]


# What is read whole: numbers of all, and what is small: kinds of answers, questions, findings, runs.
WHOLE = {
    "home": {"interviews", "posts", "answers", "runs"},
    "interview": set(),
    "person": set(),
    "questions": {"questions"},
    "search": {"questions", "answers_fts_kinds"},
    "search, narrowed": {"questions", "answers_fts_kinds"},
    "baton": {"interviews"},
}  # fmt: skip


@pytest.mark.parametrize("page", WHOLE)
def test_a_page_reads_no_table_whole(large: Path, page: str) -> None:
    """But for what it counts; SQLite says so itself, before it does it."""
    _, queries = _asked(large, page)
    with closing(sqlite3.connect(large)) as connection:
        plans = {
            step[3] for sql in queries for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
        }
    scanned = {found[1] for plan in plans if (found := re.match(r"SCAN (\w+)", plan))}
    tables = {"json_each", "shown", "turns", "found", "answers_fts", "people_fts", "CONSTANT"}
    assert scanned - tables - WHOLE[page] == set()


@pytest.mark.parametrize("page", ["home", "interview", "search", "question", "baton"])
def test_what_a_page_tells_is_bounded(large: Path, page: str) -> None:
    """Its lists are as long as a page, not as the archive."""
    told, _ = _asked(large, page)
    lengths = {name: len(part) for name, part in told.items() if isinstance(part, list)}
    assert max(lengths.values()) <= 2 * max(lists.OF_THE_THREAD.values())


@pytest.mark.parametrize("path", ["/", "/spotlights", "/baton", "/search?q=films", "/questions/best-part", "/about"])  # fmt: skip
def test_a_page_of_a_large_archive_is_light(large: Path, serving: Serving, path: str) -> None:
    """Under 150 kB as it is, and a fourth of it as it is sent."""
    page = serving(large)(path, headers={"accept-encoding": "gzip"})
    assert page.status_code == 200
    assert len(page.content) < 150_000
    assert int(page.headers["content-length"]) < 30_000


WEIGHTY = (
    "films " + "<" * 1_100_000,
    "films " + "\n\n&" * 370_000,
    "films " + "é" * 1_100_000,
    "films, word " * 100_000,
)


@pytest.fixture(scope="module")
def weighty(tmp_path_factory: pytest.TempPathFactory, make_database: Make) -> Path:
    """Return the invented archive, forty of whose people say more than a million letters each."""
    path = make_database(tmp_path_factory.mktemp("weighty") / "mikroscope.db")
    with closing(sqlite3.connect(path)) as connection:
        grow(connection)
        for n in range(40):
            said = WEIGHTY[n % 4 if n % 8 else 3]
            connection.execute(
                "UPDATE interviews SET published = '2030-01-01' WHERE id = ?", (f"more-{n}-talk",)
            )
            connection.execute(
                "UPDATE posts SET published = '2030-01-01' WHERE id = ?", (f"more-{n}-en",)
            )
            connection.execute(
                "UPDATE answers SET answer = ? WHERE post_id = ? AND (question_id = 'best-part' OR position = 1)",
                (said, f"more-{n}-en"),
            )
        index(connection)
        connection.commit()
    return path


@pytest.mark.parametrize("path", ["/questions/best-part", "/questions/best-part?page=2", "/search?q=films", "/search?q=films&question=best-part", "/spotlights", "/people/more-1", "/feed.atom", "/feed.json", "/"])  # fmt: skip
def test_a_page_of_endless_answers_is_light(weighty: Path, serving: Serving, path: str) -> None:
    """Of each as much as fits beside the others; more than 32 MB were an error, and 20 MB a page."""
    page = serving(weighty)(path)
    assert page.status_code == 200
    assert len(page.content) < 150_000


def test_of_an_endless_answer_the_way_leads_to_the_whole(weighty: Path, serving: Serving) -> None:
    """Where one was cut, and only there; data says how long it is, and no more is searched for a passage."""
    get = serving(weighty)
    text = get("/questions/best-part").text
    assert text.count(">The whole answer<") == 30
    assert re.search(r'href="/spotlights/more-\d+-talk\?lang=en#answer-\d">The whole answer', text)
    assert "The whole answer" not in get("/questions/advice").text
    for path, part in (("/questions/best-part.json", "answers"), ("/search.json?q=films&question=best-part", "results")):  # fmt: skip
        told = get(path).json()[part]
        assert {len(one["answer"]) for one in told if one["letters"] > 1_000_000} == {
            answers.MOST_READ
        }
        assert all(len(one["answer"]) == one["letters"] for one in told if one["letters"] < 1000)
    whole = get("/spotlights/more-1-talk.json").json()["answers"]
    assert max(len(one["answer"]) for one in whole) > 1_000_000


@pytest.mark.parametrize(
    "text",
    [*WEIGHTY, "", "short", "\n" * 9000, "x" * 3499 + " y", "💥" * 9000, "<" * 1750 + "x" * 9000],
)
def test_a_beginning_is_bounded_in_bytes(text: str) -> None:
    """As HTML, with its paragraphs; it ends with a word where there is one, and what is short stays."""
    shown = answers.beginning(text)
    assert text.startswith(shown)
    assert len(str(escape(shown)).encode()) + 8 * shown.count("\n") <= answers.MOST_SHOWN
    assert len(shown) > 300 or shown == text
    assert shown == text if len(text) < 100 else shown != text
    assert not text.startswith("films, word") or shown.endswith(("films,", "word"))


def test_a_role_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many posts have it, and however often a narrowed list asks for it."""
    asked: list[str] = []

    def stem_of(word: str) -> str:
        asked.append(word)
        return word.lower()

    monkeypatch.setattr(roles, "stem_of", stem_of)
    role = "Head of Something That Nobody Else Is"
    for _ in range(50):
        assert says(role, "something")
        assert len(roles.words_of(role)) == 6
    assert len(asked) <= 3 * len(role.split())
    for cached in (roles.words_of, roles._stems):
        assert cached.cache_info().maxsize == 1024  # what visitors send to SQL is kept as well
        cached.cache_clear()


def test_the_thread_is_paged_and_nobody_is_lost(large: Path, serving: Serving) -> None:
    """Page after page names everybody of the thread; home shows the newest of it."""
    get = serving(large)
    pages = [get(f"/baton.json?page={n}").json() for n in (1, 2, 3)]
    assert [page["page"]["number"] for page in pages] == [1, 2, 3]
    named = {(edge["nominator_id"], edge["nominee_id"]) for page in pages for edge in page["nominations"]}  # fmt: skip
    with closing(sqlite3.connect(large)) as connection:
        every = set(connection.execute("SELECT nominator_id, nominee_id FROM nominations"))
    assert named == every
    assert 'rel="next"' in get("/baton").text
    assert "Page 2 of 3" in get("/baton?page=2").text


def test_a_query_that_takes_too_long_ends_and_says_so(archive: Path) -> None:
    """It is the visitor's to ask for less, and no fault that is written down."""
    endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT count(*) FROM c"
    with (
        closing(sqlite3.connect(archive)) as connection,
        pytest.raises(sqlite3.OperationalError) as stopped,
    ):
        rows(State(connection, 20), endless)
    assert _said(stopped.value)[0] == 400
    assert "longer than this server allows" in _said(stopped.value)[2]
    assert _said(sqlite3.OperationalError("no such table"))[0] == 500
