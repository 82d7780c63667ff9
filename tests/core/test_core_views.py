"""Each view says what a researcher would write down by hand from a few rows."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import database

AT = "2026-11-20T08:00:00Z"
Rows = list[tuple[object, ...]]


class Small:
    """A database in memory, filled a fact at a time; ids are the names in lower case."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(database.schema())
        self.connection.execute("PRAGMA foreign_keys = ON")
        for position, question in enumerate(("best-part", "superpower", "baton"), start=1):
            self.add("questions", question, position, question, question)

    def add(self, table: str, *values: object) -> None:
        """Add a row."""
        marks = ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)

    def person(self, name: str, published: str | None = None, studio: str | None = None) -> None:
        """Add a person, with an interview where a day is given; `?` is an interview without one."""
        key = name.lower()
        self.add("people", key, name, studio, None)
        if published:
            day = None if published == "?" else published
            self.add("interviews", key, "series", key, "Artist", studio, day, "[]")

    def post(self, name: str, lang: str, day: str | None, *said: tuple[str | None, str]) -> None:
        """Add a post in a language, with its answers as pairs of question and answer."""
        person, post = name.lower(), f"{name.lower()}-{lang}"
        url = f"https://studio.example/{lang}/{person}"
        self.add("captures", post, url, AT, "site", "response", 200, "", "sha256:0", "f", 0)
        self.add(
            "posts", post, person, url, lang, None, None, None, day, None, None, None, None,
            "live", AT, AT, post, "[]",
        )  # fmt: skip
        for at, (question, answer) in enumerate(said, start=1):
            self.add(
                "answers", f"{post}-{at}", post, person, question, at, lang, "Asked?", answer, 2
            )

    def named(self, *edges: str) -> None:
        """Add nominations, each written `nominator nominee`."""
        for edge in edges:
            one, other = edge.lower().split()
            self.add("nominations", f"{one}--{other}", one, other, "both ends")

    def rows(self, sql: str) -> Rows:
        """Return a query's rows."""
        return self.connection.execute(sql).fetchall()


@pytest.fixture
def small() -> Iterator[Small]:
    """Return an empty database."""
    made = Small()
    with closing(made.connection):
        yield made


def test_answers_in_full_tell_who_where_when_and_what(small: Small) -> None:
    """A row an answer, by day of publication; a post without a day comes first."""
    small.person("Ines", "2023-02-01", "Paris")
    small.person("Zoe", "?")
    small.post("Ines", "fr", "2023-02-08", ("superpower", "Voler."))
    small.post("Ines", "en", "2023-02-01", ("best-part", "Light."), (None, "A cat."))
    small.post("Zoe", "en", None, ("best-part", "Lunch."))
    small.person("Mute", "2023-01-01")
    sql = (
        "SELECT person, role, studio, published, lang, question_id, question, answer, url"
        " FROM answers_in_full"
    )
    en, fr = "https://studio.example/en/", "https://studio.example/fr/"
    assert small.rows(sql) == [
        ("Zoe", "Artist", None, None, "en", "best-part", "Asked?", "Lunch.", f"{en}zoe"),
        ("Ines", "Artist", "Paris", "2023-02-01", "en", "best-part", "Asked?", "Light.", f"{en}ines"),
        ("Ines", "Artist", "Paris", "2023-02-01", "en", None, "Asked?", "A cat.", f"{en}ines"),
        ("Ines", "Artist", "Paris", "2023-02-08", "fr", "superpower", "Asked?", "Voler.", f"{fr}ines"),
    ]  # fmt: skip


def test_side_by_side_is_a_row_an_interview(small: Small) -> None:
    """English before French and never mixed, both answers to what was asked twice, nobody lost."""
    small.person("Ines", "2023-02-01", "Paris")
    small.post("Ines", "fr", "2023-02-08", ("best-part", "La lumière."), ("superpower", "Voler."))
    small.post("Ines", "en", "2023-02-01", ("best-part", "Light."))
    small.person("Noe", "2023-03-01")
    small.post("Noe", "fr", "2023-03-01", ("superpower", "Oui."), (None, "Un chat."))
    small.person("Twice", "2023-04-01")
    small.post(
        "Twice", "en", "2023-04-01", ("baton", "Ines."), ("best-part", ""), ("baton", "Noe.")
    )
    small.person("Nopost", "2023-05-01")
    small.person("Silent")
    sql = (
        "SELECT person, studio, published, lang, best_part, superpower, baton, advice, url"
        " FROM answers_side_by_side"
    )
    en, fr = "https://studio.example/en/", "https://studio.example/fr/"
    assert small.rows(sql) == [
        ("Ines", "Paris", "2023-02-01", "en", "Light.", None, None, None, f"{en}ines"),
        ("Noe", None, "2023-03-01", "fr", None, "Oui.", None, None, f"{fr}noe"),
        ("Twice", None, "2023-04-01", "en", "", None, "Ines.\n\nNoe.", None, f"{en}twice"),
        ("Nopost", None, "2023-05-01", None, None, None, None, None, None),
    ]


def test_side_by_side_has_a_column_for_each_question(small: Small) -> None:
    """As the program knows them, in their order, named by their ids."""
    from scraper.reading.vocabulary import QUESTIONS  # noqa: PLC0415 - no other test reads pages

    columns = [row[1] for row in small.rows("PRAGMA table_info(answers_side_by_side)")]
    asked = [question.id.replace("-", "_") for question in QUESTIONS]
    assert columns[5 : 5 + len(asked)] == asked


def test_baton_tells_the_days_between(small: Small) -> None:
    """Counted from first interview to first interview; unknown where a day is not known."""
    small.person("Ann", "2023-02-27", "Paris")
    small.person("Bob", "2023-03-02", "Bangalore")
    small.add("interviews", "bob-2", "series", "bob", None, None, "2024-01-01", "[]")
    small.person("Cleo", "?")
    small.person("Dan")
    small.named("Ann Bob", "Bob Ann", "Bob Cleo", "Cleo Dan", "Ann Ann")
    sql = (
        "SELECT nominator, nominee, nominator_published, nominee_published, days_between,"
        " nominator_studio, nominee_studio FROM baton"
    )
    assert small.rows(sql) == [
        ("Cleo", "Dan", None, None, None, None, None),
        ("Ann", "Ann", "2023-02-27", "2023-02-27", 0, "Paris", "Paris"),
        ("Ann", "Bob", "2023-02-27", "2023-03-02", 3, "Paris", "Bangalore"),
        ("Bob", "Ann", "2023-03-02", "2023-02-27", -3, "Bangalore", "Paris"),
        ("Bob", "Cleo", "2023-03-02", None, None, "Bangalore", None),
    ]


def test_waiting_are_those_who_were_named_and_never_answered(small: Small) -> None:
    """With everybody who named them, by name, and the last day somebody did."""
    for name, day in (("Zed", "2023-05-01"), ("Ann", "2023-02-01"), ("Out", None)):
        small.person(name, day)
    for name in ("Will", "Wait", "Nobodys"):
        small.person(name)
    small.named("Zed Will", "Ann Will", "Out Wait", "Ann Zed", "Wait Wait")
    assert small.rows("SELECT person_id, name, named_by, named_on FROM waiting") == [
        ("wait", "Wait", "Out, Wait", None),
        ("will", "Will", "Ann, Zed", "2023-05-01"),
    ]


CHAIN = "SELECT chain_id, branch_id, position, person, nominator, also_named_by FROM chains"


def test_nobody_named_is_no_chain(small: Small) -> None:
    """People who neither named nor were named stand in none."""
    small.person("Ann", "2023-02-01")
    small.person("Bob")
    assert small.rows("SELECT * FROM chains") == []


def test_a_chain_is_in_order(small: Small) -> None:
    """From who was named by nobody to who waits, with days, and how long it is."""
    small.person("Bob", "2023-02-15")
    small.person("Ann", "2023-02-01")
    small.person("Cleo", "2023-02-16")
    small.person("Dan")
    small.named("Cleo Dan", "Ann Bob", "Bob Cleo")
    sql = (
        "SELECT chain_id, position, person, published, nominator, nominator_published,"
        " days_between, length, people, person_id, nominator_id FROM chains"
    )
    assert small.rows(sql) == [
        ("ann", 1, "Ann", "2023-02-01", None, None, None, 4, 4, "ann", None),
        ("ann", 2, "Bob", "2023-02-15", "Ann", "2023-02-01", 14, 4, 4, "bob", "ann"),
        ("ann", 3, "Cleo", "2023-02-16", "Bob", "2023-02-15", 1, 4, 4, "cleo", "bob"),
        ("ann", 4, "Dan", None, "Cleo", "2023-02-16", None, 4, 4, "dan", "cleo"),
    ]


def test_chains_branch_where_one_names_several(small: Small) -> None:
    """The first of them goes on in the main line, each other opens a branch; earlier chains first."""
    for name, day in (
        ("Ann", "2023-03-01"), ("Early", "2023-04-01"), ("Late", "2023-05-01"),
        ("Leaf", "2023-06-01"), ("Twig", "2023-06-02"), ("Next", "2023-06-03"),
        ("Old", "2023-01-01"), ("New", "2023-02-01"),
    ):  # fmt: skip
        small.person(name, day)
    small.named("Ann Late", "Ann Early", "Late Twig", "Late Leaf", "Early Next", "Old New")
    assert small.rows(CHAIN) == [
        ("old", "old", 1, "Old", None, None),
        ("old", "old", 2, "New", "Old", None),
        ("ann", "ann", 1, "Ann", None, None),
        ("ann", "ann", 2, "Early", "Ann", None),
        ("ann", "ann", 3, "Next", "Early", None),
        ("ann", "late", 2, "Late", "Ann", None),
        ("ann", "late", 3, "Leaf", "Late", None),
        ("ann", "twig", 3, "Twig", "Late", None),
    ]
    assert small.rows("SELECT DISTINCT chain_id, length, people FROM chains") == [
        ("old", 2, 2),
        ("ann", 3, 6),
    ]


def test_who_is_named_twice_stands_behind_the_first(small: Small) -> None:
    """Once in all chains; the others who named them are told beside."""
    for name, day in (("Ann", "2023-02-01"), ("Bob", "2023-03-01"), ("Cleo", "2023-04-01")):
        small.person(name, day)
    small.person("Nix", "?")
    small.named("Bob Cleo", "Ann Cleo", "Nix Cleo", "Cleo Cleo")
    assert small.rows(CHAIN) == [
        ("ann", "ann", 1, "Ann", None, None),
        ("ann", "ann", 2, "Cleo", "Ann", "Bob, Cleo, Nix"),
        ("bob", "bob", 1, "Bob", None, None),
        ("nix", "nix", 1, "Nix", None, None),
    ]


def test_a_ring_begins_with_who_published_first(small: Small) -> None:
    """It ends there too; what hangs on it follows as a branch."""
    for name, day in (
        ("Cleo", "2023-01-03"), ("Ann", "2023-01-01"), ("Bob", "2023-01-02"),
        ("Twig", "2023-06-01"), ("Self", "2023-07-01"),
    ):  # fmt: skip
        small.person(name, day)
    small.named("Ann Bob", "Bob Cleo", "Cleo Ann", "Bob Twig", "Self Self")
    assert small.rows(CHAIN) == [
        ("ann", "ann", 1, "Ann", None, "Cleo"),
        ("ann", "ann", 2, "Bob", "Ann", None),
        ("ann", "ann", 3, "Cleo", "Bob", None),
        ("ann", "twig", 3, "Twig", "Bob", None),
        ("self", "self", 1, "Self", None, "Self"),
    ]


def test_two_who_name_each_other_begin_with_the_first(small: Small) -> None:
    """Without any day, the id decides."""
    small.person("Bob")
    small.person("Ann")
    small.named("Bob Ann", "Ann Bob")
    assert small.rows(CHAIN) == [
        ("ann", "ann", 1, "Ann", None, "Bob"),
        ("ann", "ann", 2, "Bob", "Ann", None),
    ]


def _with(days: Sequence[date | None], edges: set[tuple[int, int]]) -> Small:
    """Return a database of numbered people, with who named whom."""
    small = Small()
    for number, day in enumerate(days):
        small.person(f"P{number:05}", day.isoformat() if day else None)
    small.connection.executemany(
        "INSERT INTO nominations VALUES (?, ?, ?, 'both ends')",
        ((f"{one}-{other}", f"p{one:05}", f"p{other:05}") for one, other in edges),
    )
    return small


_DAYS = st.lists(
    st.none() | st.dates(date(2023, 1, 1), date(2023, 1, 6)), min_size=1, max_size=9
)  # fmt: skip


@given(days=_DAYS, data=st.data())
@settings(max_examples=150, deadline=None)
def test_everybody_stands_in_one_chain_once_whatever_names_whom(
    days: list[date | None], data: st.DataObject
) -> None:
    """Rings, branches and selves: nobody is lost or told twice, and nobody jumps the queue."""
    place = st.integers(0, len(days) - 1)
    edges = data.draw(st.sets(st.tuples(place, place), max_size=30))
    with closing(_with(days, edges).connection) as connection:
        found = connection.execute(
            "SELECT chain_id, position, person_id, nominator_id, branch_id FROM chains"
        ).fetchall()
    assert sorted(row[2] for row in found) == sorted({f"p{n:05}" for e in edges for n in e})
    at = {person: (chain, position, branch) for chain, position, person, _, branch in found}
    first_of = _first_nominators(days, edges)
    for chain, position, person, nominator, branch in found:
        if nominator is None:
            assert (chain, position, branch) == (person, 1, person)
            assert person not in first_of or _earliest_of_ring(person, first_of, days)
        else:
            assert nominator == first_of[person]
            assert at[nominator][:2] == (chain, position - 1)
            assert branch in (person, at[nominator][2])
    lines = [(chain, branch, position) for chain, position, _, _, branch in found]
    assert len(set(lines)) == len(lines)


def _since(person: str, days: list[date | None]) -> tuple[str, str]:
    day = days[int(person[1:])]
    return (day.isoformat() if day else "9999", person)


def _first_nominators(days: list[date | None], edges: set[tuple[int, int]]) -> dict[str, str]:
    """Return who was the first to name each person."""
    found: dict[str, str] = {}
    for nominator, nominee in edges:
        one, other = f"p{nominator:05}", f"p{nominee:05}"
        if one != other and (other not in found or _since(one, days) < _since(found[other], days)):
            found[other] = one
    return found


def _earliest_of_ring(person: str, first_of: dict[str, str], days: list[date | None]) -> bool:
    """Tell whether following the baton back leads to the person again, past nobody earlier."""
    now = first_of[person]
    while now != person:
        if now not in first_of or _since(now, days) < _since(person, days):
            return False
        now = first_of[now]
    return True


_MANY = 10_000
_SHUFFLED = random.Random(5).sample(range(_MANY), _MANY)  # noqa: S311 - repeatable, not secret
SHAPES: dict[str, tuple[int, set[tuple[int, int]]]] = {
    "one chain": (_MANY, {(n, n + 1) for n in range(_MANY - 1)}),
    "one chain against the days": (_MANY, {(n + 1, n) for n in range(_MANY - 1)}),
    "one ring": (_MANY, {(n, (n + 1) % _MANY) for n in range(_MANY)}),
    "one ring against the days": (_MANY, {((n + 1) % _MANY, n) for n in range(_MANY)}),
    "one ring in any order": (_MANY, {(_SHUFFLED[n - 1], _SHUFFLED[n]) for n in range(_MANY)}),
    "one who names all": (_MANY, {(0, n) for n in range(1, _MANY)}),
    "all name one": (_MANY, {(n, 0) for n in range(1, _MANY)}),
    "everybody names everybody": (300, {(n, m) for n in range(300) for m in range(300)}),
    "each names the next ten": (5000, {(n, n + s) for n in range(4990) for s in range(1, 11)}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_chains_stay_quick(shape: str) -> None:
    """Ten thousand people in whatever order, and dense graphs: a row a person, in seconds at most.

    Measured 0.2 to 0.7 s; what grows with the square of the people takes minutes here.
    """
    people, edges = SHAPES[shape]
    days = [date(2000, 1, 1) + timedelta(days=n) for n in range(people)]
    with closing(_with(days, edges).connection) as connection:
        began = perf_counter()
        found = connection.execute("SELECT person_id FROM chains").fetchall()
        took = perf_counter() - began
    assert len(found) == len({n for edge in edges for n in edge})
    assert took < 10
