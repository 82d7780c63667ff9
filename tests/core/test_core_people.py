"""One person or two, one interview or two, one nominator or two: what is settled and what is asked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise, permutations
from time import perf_counter
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scraper import names
from scraper.build import build
from scraper.folder import DataFolder
from scraper.models import Evidence, Finding, Interview, Nomination
from scraper.resolve import read_overrides
from scraper.resolve.batons import batons, rings
from scraper.resolve.close import NEIGHBOURS, alike, candidates
from scraper.resolve.doubts import entry
from scraper.sample import Site, Studio
from tests.core.posts import SITE, Together, codes, naming, of, post, resolve, seen
from tests.core.program import rows, within

LATER = timedelta(days=14)


def found(told: Together, code: str) -> list[Finding]:
    """Return the findings of a code."""
    return [finding for finding in told.findings if finding.code == code]


def pasted(message: str) -> Iterator[Any]:
    """Yield the entries that a finding offers, read as overrides.yml is."""
    for offered in re.findall(r"- \{.*?reason: [^}]*\}", message):
        yield from yaml.safe_load(offered)


# -- one person under many spellings ---------------------------------------------------------------

SPELLINGS = [
    ("Inès Valdor", "Ines  VALDOR"),
    ("Inès Valdor", "VALDOR Inès"),
    ("Inès Valdor", "Valdor, Inès"),
    ("Inès Valdor", "Ine\u0300s Valdor"),
    ("Jean-Loup Mabire", "Jean Loup Mabire"),
    ("Jean-Loup Mabire", "JEAN‑LOUP MABIRE"),
    ("Jean-Loup Mabire", "Jean-\u00adLoup Mabire"),
    ("Odile d’Amberac", "odile d'amberac"),
    ("Odile d’Amberac", "Odile dʼAmberac"),
    ("Odile d’Amberac", "ODILE D`AMBERAC"),
    ("Paz de la Roca", "Paz De La Roca"),
    ("Paz de la Roca", "PAZ DE LA ROCA"),
    ("Kiran V", "V Kiran"),
    ("Kiran V", "Kiran V."),
    ("K. R. Priyamala", "K R Priyamala"),
    ("K. R. Priyamala", "K.R. Priyamala"),
    ("K. R. Priyamala", "PRIYAMALA K.R."),
    ("Anouk Bœuvrard", "Anouk Boeuvrard"),
    ("Anouk Bœuvrard", "ANOUK BŒUVRARD"),
    ("Lutz Straßner", "Lutz Strassner"),
    ("Lutz Straßner", "LUTZ STRAẞNER"),
    ("Łucja Wątroba", "Lucja Watroba"),
    ("Işıl Kırmak", "Isil Kirmak"),
    ("Işıl Kırmak", "IŞIL KIRMAK"),
    ("İpek Kırmak", "Ipek Kirmak"),
    ("Nguyễn Thị Đào", "Nguyen Thi Dao"),
    ("Nguyễn Thị Đào", "Đào Nguyễn Thị"),
    ("Søren Ærøby", "Soren Aeroby"),
    ("Þóra Eiðs", "Thora Eids"),
    ("Ada Maria Byrne", "ADA MARIA BYRNE"),
    ("Inès Valdor", "Dr Inès Valdor"),
    ("Inès Valdor", "Dr. Inès Valdor"),
    ("Inès Valdor", "Mme Inès Valdor"),
    ("Inès Valdor", "🔍 Inès Valdor 😉"),
    ("Inès Valdor", "Inès\u00a0Valdor"),
    ("Иван Петляков", "ПЕТЛЯКОВ Иван"),
]


@pytest.mark.parametrize(("written", "elsewhere"), SPELLINGS)
def test_a_spelling_makes_no_other_person(written: str, elsewhere: str) -> None:
    """As author, as nominee and as nominator; the own post's spelling is shown, nothing is asked."""
    told = of(
        post(written, "a"),
        post("Oriane Tessel", "b", nominees=naming(elsewhere), published=None),
        post("Theo Marchal", "c", nominators=naming(elsewhere)),
    )
    assert {person.name for person in told.people} == {written, "Oriane Tessel", "Theo Marchal"}
    (person,) = (person for person in told.people if person.name == written)
    assert {n.id for n in told.nominations} == {
        f"oriane-tessel--{person.id}",
        f"{person.id}--theo-marchal",
    }
    assert codes(told) == []


NOT_CERTAIN = [
    ("Jane Dovell", "Dovell J", "initial"),
    ("Kiran V", "Kiran Varmaji", "initial"),
    ("K R Priyamala", "Kavi R Priyamala", "initial"),
    ("K R Priyamala", "KR Priyamala", "parted"),
    ("K R Priyamala", "K Priyamala", "more"),
    ("Ada Maria Byrne", "Ada Byrne", "more"),
    ("Paz de la Roca", "Paz Roca", "more"),
    ("Annemarie Colbert", "Anne-Marie Colbert", "parted"),
    ("Anne-Marie Le Colbert", "Annemarie Lecolbert", "parted"),
    ("Sean O’Malden", "Sean Omalden", "parted"),
    ("Jürgen Müllner", "Jürgen Muellner", "one letter"),
    ("Inès Valdor", "Inès Valdro", "one letter"),
    ("Inès Valdor", "Valdro INÈS", "one letter"),
    ("Katrine Valdor", "Catrine Valdor", "one letter"),
    ("Théodora Valdorin", "Teodora Valdorrin", "sound"),
]


@pytest.mark.parametrize(("written", "elsewhere", "why"), NOT_CERTAIN)
def test_names_that_are_only_close_are_asked_about(written: str, elsewhere: str, why: str) -> None:
    """They stay two; one finding names both, the posts, why, and two entries to choose from."""
    posts = [
        post(written, "a"),
        post("Oriane Tessel", "b", nominees=naming(elsewhere), published=None),
    ]
    told = of(*posts)
    assert len(told.people) == 3
    (finding,) = found(told, "close-names")
    assert codes(told) == ["close-names"]
    a = told.posts[[p.url for p in told.posts].index(posts[0].url)]
    for part in (written, elsewhere, a.id, "oriane-tessel-en", why):
        assert part in finding.message
    assert (finding.severity, finding.post) == ("warning", "oriane-tessel-en")
    assert finding.quote == f"I name {elsewhere}."
    together, apart = pasted(finding.message)
    joined = of(*posts, overrides=read_overrides([together]))
    assert (codes(joined), len(joined.people)) == ([], 2)
    assert next(p.name for p in joined.people if p.name != "Oriane Tessel") == written
    quiet = of(*posts, overrides=read_overrides([apart]))
    assert (codes(quiet), len(quiet.people)) == ([], 3)


def test_two_who_have_posts_of_their_own_are_rather_two() -> None:
    """One letter between them is worth a note, two are not; where one has no post, both are asked."""
    told = of(post("Inès Valdoria", "a"), post("Inès Valdora", "b"), post("Inès Vadlorai", "c"))
    (note,) = told.findings
    assert (note.code, note.severity) == ("close-names", "note")
    told = of(post("Inès Valdoria", "a", nominees=naming("Inès Vadlorai")))
    assert [(f.code, f.severity) for f in told.findings] == [("close-names", "warning")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kiran V", "Kiran M"),
        ("Inès Valdor", "Inès Maroux"),
        ("Inès Maroux", "Inès Merour"),
        ("Inès Valdor", "Paul Valdor"),
        ("Ada Byrne", "Ida Byrne"),
        ("J D", "Jane Dovell"),
        ("Ana Li", "Ana Lo"),
        ("Ilse Norvin", "Otto Kestrel"),
    ],
)
def test_names_of_two_are_not_asked_about(one: str, other: str) -> None:
    """One initial for another, a first or last name in common, or short words make no doubt."""
    assert codes(of(post(one, "a"), post("Oriane Tessel", "b", nominees=naming(other)))) == []


def test_initials_in_capitals_are_no_title() -> None:
    """«MS Ilavarasan» is M. S.; «Ms Ilavarasan» alone is a surname with a title, and stays so."""
    assert names.key("Ms Devi Ilavarasan") == names.key("Devi Ilavarasan")
    assert names.key("MS Devi Ilavarasan") != names.key("Devi Ilavarasan")
    assert names.key("Dr Ilavarasan") != names.key("Ilavarasan")


LETTERS = st.text("abcdeéèïñçłßœızк", min_size=2, max_size=7).map(str.capitalize)
NAMES = st.lists(LETTERS, min_size=2, max_size=4).map(" ".join)


@given(NAMES, st.randoms(use_true_random=False))
def test_the_key_is_blind_to_dress(name: str, dice: Any) -> None:
    """Any mixture of case, order, hyphens, spaces and emoji around a name has the name's key."""
    said = name.split()
    dice.shuffle(said)
    dressed = dice.choice([" ", "  ", "-", "\u00a0", " - "]).join(
        dice.choice([str.upper, str.lower, str.title, str])(word) for word in said
    )
    dressed = dice.choice(["{}", "🔍 {} 😉", " {}, ", "“{}”"]).format(dressed)
    assert names.key(dressed) == names.key(name)
    assert names.slug(name)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8))
def test_any_text_is_a_name_to_be_borne(texts: list[str]) -> None:
    """Whatever is read as a name makes people with ids of their own, and findings of one line."""
    readings = [post(text, f"p{n}") for n, text in enumerate(texts)]
    readings.append(post("Oriane Tessel", "z", nominees=naming(*texts)))
    told = of(*readings)
    assert len({person.id for person in told.people}) == len(told.people)
    assert len({turn.id for turn in told.turns}) == len(told.turns)
    assert len({each.id for each in told.posts}) == len(told.posts)
    ids = {person.id for person in told.people}
    assert {n.nominator_id for n in told.nominations} | {
        n.nominee_id for n in told.nominations
    } <= ids


def test_letters_of_other_scripts_tell_people_apart() -> None:
    """What has no Latin letter is no reason to be one person, whole or in part."""
    told = of(
        post("Иван Петляков", "a"),
        post("Пётр Иванцев", "b"),
        post("Ada 李", "c"),
        post("Ada 王", "d"),
    )
    assert len({person.id for person in told.people}) == 4
    assert [person.id for person in told.people] == sorted(p.id for p in told.people)


def test_a_number_at_the_end_is_not_taken_for_a_second_turn() -> None:
    """«Ada Byrne 2» has another id than Ada Byrne's second interview."""
    told = of(
        post("Ada Byrne", "a"),
        post("Ada Byrne", "b", published=date(2026, 5, 4)),
        post("Ada Byrne 2", "c"),
    )
    assert len({turn.id for turn in told.turns}) == 3
    assert len({each.id for each in told.posts}) == 3


# -- comparing is cheap ----------------------------------------------------------------------------


def _crowds(many: int = 3_000) -> dict[str, list[tuple[str, ...]]]:
    letters = "bcdfghjklm"
    numbers = ["".join(letters[int(figure)] for figure in f"{n:04}") for n in range(many)]
    return {
        "all of one first name": [("ada", f"z{word}") for word in numbers],
        "all of one surname": [(word, "byrne") for word in numbers],
        "all of one sound": [("ada", "b" + "aeiouy"[n % 6] * (n // 6 + 1)) for n in range(1_000)],
        "long names": [(*(["ada"] * 3), *(f"m{word}" for word in numbers[n : n + 9])) for n in range(900)],
        "a real mixture": [(f"{a}ada", f"{word}ner") for a, word in zip(numbers[::-1], numbers, strict=True)],
    }  # fmt: skip


@pytest.mark.parametrize("crowd", _crowds())
def test_comparing_grows_with_people_and_not_with_their_square(crowd: str) -> None:
    """Thousands of whatever names: a bounded number of comparisons each."""
    people = _crowds()[crowd]
    blocks = 2 + 30  # of sound and letters; of up to six words with each other's first letters
    per_person = blocks if crowd == "long names" else 4
    compared = len(list(candidates(people)))
    assert compared <= len(people) * NEIGHBOURS * per_person
    assert compared < len(people) ** 2 / 20 or len(people) < 1_001


def test_ten_thousand_people_are_compared_in_seconds() -> None:
    """Slips are found in a crowd that shares one first name."""
    people = [
        *_crowds(10_000)["all of one first name"],
        ("ada", "valdoriana"),
        ("ada", "valdorinaa"),
    ]
    start = perf_counter()
    pairs = [pair for pair in candidates(people) if alike(people[pair[0]], people[pair[1]])]
    assert (10_000, 10_001) in pairs
    assert perf_counter() - start < 20  # seconds; measured: below 2


@given(
    st.lists(
        st.lists(st.text("abm", min_size=1, max_size=4), min_size=1, max_size=3).map(tuple),
        max_size=12,
    )
)
def test_no_pair_is_asked_about_twice(people: list[tuple[str, ...]]) -> None:
    """And closeness is mutual."""
    pairs = list(candidates(people))
    assert len(pairs) == len(set(pairs))
    assert all(one < other for one, other in pairs)
    for one, other in combinations(people, 2):
        assert (alike(one, other) is None) == (alike(other, one) is None)


# -- first names -----------------------------------------------------------------------------------

GIVER = post("Kiran V", "a", nominees=naming("Fanny"))


def test_a_first_name_is_who_answers_it() -> None:
    """«Fanny» is the one whose own post says that she was named by this post's person."""
    told = of(
        GIVER,
        post("Fanny Dorval", "b", nominators=naming("Kiran V")),
        post("Fanny Morvel", "c"),
        post("Oriane Tessel", "d", nominees=naming("Fanny Morvel")),
    )
    edges = {nomination.id: nomination for nomination in told.nominations}
    assert set(edges) == {"kiran-v--fanny-dorval", "oriane-tessel--fanny-morvel"}
    assert edges["kiran-v--fanny-dorval"].status == "both ends"
    assert {e.quote for e in edges["kiran-v--fanny-dorval"].evidence} == {
        "I name Fanny.", "I name Kiran V.",
    }  # fmt: skip
    assert codes(told) == []
    # The first name is not hers alone: who forgets her must not forget every Fanny.
    assert next(p.spellings for p in told.people if p.id == "fanny-dorval") == ("Fanny Dorval",)


def test_a_first_name_is_whom_the_other_language_names() -> None:
    """The English post says Fanny, the French one Fanny Dorval."""
    told = of(
        GIVER,
        post("Kiran V", "a", "fr", nominees=naming("Fanny Dorval")),
        post("Fanny Dorval", "b"),
    )
    assert [nomination.id for nomination in told.nominations] == ["kiran-v--fanny-dorval"]
    assert codes(told) == []


def test_a_nominator_by_first_name_is_who_names_back() -> None:
    """«Nominated by Kiran» is the Kiran whose post names this post's person."""
    told = of(
        post("Kiran V", "a", nominees=naming("Fanny Dorval")),
        post("Kiran Morvel", "c"),
        post("Fanny Dorval", "b", nominators=naming("Kiran")),
    )
    assert [(n.id, n.status) for n in told.nominations] == [("kiran-v--fanny-dorval", "both ends")]


@pytest.mark.parametrize("brief", ["F. Dorval", "DORVAL F", "F. Dorval 🙂"])
def test_initials_are_who_answers_them(brief: str) -> None:
    """Both ends say so, as of a first name; whose they are stays one person, asked for by them too."""
    told = of(
        post("Kiran V", "a", nominees=naming(brief)),
        post("Fanny Dorval", "b", nominators=naming("Kiran V")),
    )
    assert [(n.id, n.status) for n in told.nominations] == [("kiran-v--fanny-dorval", "both ends")]
    assert {person.name for person in told.people} == {"Kiran V", "Fanny Dorval"}
    assert codes(told) == []
    assert brief in next(p.spellings for p in told.people if p.id == "fanny-dorval")


@pytest.mark.parametrize("brief", ["J. Dovell", "J Dovell", "J. DOVELL", "J.-M. Dovell"])
def test_initials_that_fit_one_person_are_theirs(brief: str) -> None:
    """Where nobody else of that surname and initial is known; a note says so, and how to part them."""
    name = "Jane-Marie Dovell" if "M" in brief else "Jane Dovell"
    posts = [post("Kiran V", "a", nominees=naming(brief)), post(name, "b")]
    told = of(*posts)
    assert {person.name for person in told.people} == {"Kiran V", name}
    assert codes(told) == ["one-by-initials"]
    (finding,) = found(told, "one-by-initials")
    (apart,) = pasted(finding.message)
    assert len(of(*posts, overrides=read_overrides([apart])).people) == 3


def test_initials_that_fit_two_are_nobody_s() -> None:
    """John or Jane: the posts do not say."""
    told = of(
        post("Kiran V", "a", nominees=naming("J. Dovell")),
        post("Jane Dovell", "b"),
        post("John Dovell", "c"),
    )
    assert len(told.people) == 4
    assert "close-names" in codes(told)


@pytest.mark.parametrize(
    "others",
    [
        [post("Fanny Dorval", "b", nominators=naming("Kiran V")), post("Flore Dorval", "c", nominators=naming("Kiran V"))],
        [post("Fanny Dorval", "b", nominators=naming("Kiran V")), post("F Dorval", "c", nominators=naming("Kiran V"))],
    ],
)  # fmt: skip
def test_initials_that_may_be_anothers_are_asked_about(others: list[Interview]) -> None:
    """Two answer them, or somebody is called so."""
    told = of(post("Kiran V", "a", nominees=naming("F. Dorval")), *others)
    assert "kiran-v--f-dorval" in {nomination.id for nomination in told.nominations}
    assert "close-names" in codes(told)


@pytest.mark.parametrize(
    ("others", "severity", "said"),
    [
        ([], "note", "known of that name: nobody"),
        ([post("Fanny Dorval", "b")], "warning", "known of that name: Fanny Dorval."),
        (
            [post("Fanny Dorval", "b"), post("Fanny Morvel", "c", published=None)],
            "warning", "Fanny Dorval, Fanny Morvel.",
        ),
        (
            [post("Fanny Dorval", "b", nominators=naming("Kiran V")), post("Fanny Morvel", "c", nominators=naming("Kiran V"))],
            "warning", "Fanny Dorval, Fanny Morvel.",
        ),
    ],
)  # fmt: skip
def test_a_first_name_that_nobody_answers_is_asked_about(
    others: list[Interview], severity: str, said: str
) -> None:
    """One of that name is likely and not certain; two are a question."""
    told = of(GIVER, *others)
    (finding,) = found(told, "first-name")
    assert (finding.severity, finding.post, finding.quote) == (
        severity,
        "kiran-v-en",
        "I name Fanny.",
    )
    assert said in finding.message
    assert "kiran-v--fanny" in {n.id for n in told.nominations}


def test_one_post_alone_settles_no_first_name() -> None:
    """«Fanny Dorval and Fanny» in one post may be two: what answers must stand in another."""
    told = of(post("Kiran V", "a", nominees=naming("Fanny Dorval", "Fanny")))
    assert codes(told) == ["first-name"]
    assert len(told.nominations) == 2


def test_what_was_decided_about_a_first_name_stands() -> None:
    """Held apart, she is not the one whose post answers it."""
    posts = [GIVER, post("Fanny Dorval", "b", nominators=naming("Kiran V"))]
    apart = [{"apart": ["Fanny", "Fanny Dorval"], "reason": "Another Fanny; Kiran told us."}]
    told = of(*posts, overrides=read_overrides(apart))
    assert {n.id for n in told.nominations} == {"kiran-v--fanny", "kiran-v--fanny-dorval"}
    assert "override-unused" not in codes(told)


def test_the_entry_for_a_first_name_settles_it() -> None:
    """As it is offered."""
    posts = [GIVER, post("Fanny Dorval", "b")]
    (finding,) = found(of(*posts), "first-name")
    told = of(*posts, overrides=read_overrides(list(pasted(finding.message))))
    assert [n.id for n in told.nominations] == ["kiran-v--fanny-dorval"]
    assert codes(told) == []


def test_nobody_is_thought_to_name_themselves() -> None:
    """Fanny Dorval's «Fanny» is another Fanny."""
    (finding,) = of(post("Fanny Dorval", "a", nominees=naming("Fanny"))).findings
    assert (finding.code, finding.severity) == ("first-name", "note")
    assert "known of that name: nobody" in finding.message


def test_whose_whole_name_is_one_word_is_no_question() -> None:
    """A person with a post of that one word, and nobody else of it."""
    assert codes(of(GIVER, post("Fanny", "b"))) == []


# -- two people of one name ------------------------------------------------------------------------

FX = "Kiran V (FX)"


def _differ(slug: str, lang: str = "en") -> dict[str, Any]:
    at = {"post": f"{SITE}/{lang}/news/{slug}", "name": "Kiran V", "as": FX}
    return {"differ": at, "reason": "Two people; the studio told us."}


def test_two_of_one_name_each_with_a_post_are_held_apart() -> None:
    """As author, nominee and nominator, in any spelling; nobody asks whether they are one."""
    posts = [
        post("Kiran V", "rig"),
        post("V. KIRAN", "fx", studio="Bangalore", nominees=naming("Theo Marchal")),
        post("Oriane Tessel", "b", nominees=naming("Kiran V")),
        post("Theo Marchal", "c", nominators=naming("kiran v")),
    ]
    decided = read_overrides([_differ("fx"), _differ("c")])
    told = of(*posts, overrides=decided)
    assert {p.id for p in told.people} == {"kiran-v", "kiran-v-fx", "oriane-tessel", "theo-marchal"}
    assert {(p.url, p.id) for p in told.posts if p.person_id.startswith("kiran")} == {
        (f"{SITE}/en/news/rig/", "kiran-v-en"),
        (f"{SITE}/en/news/fx/", "kiran-v-fx-en"),
    }
    assert {(n.id, n.status) for n in told.nominations} == {
        ("oriane-tessel--kiran-v", "nominator only"),
        ("kiran-v-fx--theo-marchal", "both ends"),
    }
    assert codes(told) == []
    for order in permutations(posts):
        again = resolve([seen(each) for each in order], decided)
        assert [p.id for p in again.posts] == [p.id for p in told.posts]


def test_of_two_of_one_name_only_the_named_post_is_decided() -> None:
    """The ids of the other stay what they were without the entry, whoever comes first."""
    before = of(post("Kiran V", "rig"))
    after = of(
        post("Kiran V", "rig"), post("Kiran V", "a"), overrides=read_overrides([_differ("a")])
    )
    assert [p.id for p in before.posts] == ["kiran-v-en"]
    assert {p.url: p.id for p in after.posts}[before.posts[0].url] == "kiran-v-en"


def test_one_brought_together_can_be_told_apart_elsewhere() -> None:
    """`same` joins two spellings, `differ` takes one post out of them again."""
    same = {"same": ["Kiran V", "Kiran Varmaji"], "reason": "His own post says so."}
    told = of(
        post("Kiran Varmaji", "rig"),
        post("Kiran V", "fx"),
        overrides=read_overrides([same, _differ("fx")]),
    )
    assert {p.id for p in told.people} == {"kiran-v", "kiran-v-fx"}
    assert codes(told) == []


def test_two_posts_of_one_name_and_language_are_asked_about() -> None:
    """Two people of one name, not yet told apart, show as two posts of one interview."""
    told = of(post("Kiran V", "rig"), post("Kiran V", "fx"))
    (finding,) = found(told, "two-posts")
    assert (finding.severity, finding.post) == ("warning", "kiran-v-en-2")
    assert f"{SITE}/en/news/rig/" in finding.message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([{"apart": ["A Byrne"], "reason": "r"}], "entry 1 is neither"),
        ([{"apart": ["A Byrne", ""], "reason": "r"}], "entry 1 is neither"),
        ([{"apart": ["A Byrne", "B Byrne"]}], "entry 1 has no reason"),
        ([{"apart": ["A Byrne", "Byrne A"], "reason": "r"}], "spellings of one name"),
        (
            [
                {"apart": ["A Byrne", "B Byrne"], "reason": "r"},
                {"same": ["B Byrne", "A Byrne"], "reason": "r"},
            ],
            "the same and apart",
        ),
        (
            [
                {"apart": ["A Byrne", "B Byrne"], "reason": "r"},
                {"apart": ["C Byrne", "b byrne", "a byrne"], "reason": "r"},
            ],
            "decided about 2 times",
        ),
        ([{"same": ["A B", "C D"], "apart": ["A B", "E F"], "reason": "r"}], "entry 1 is neither"),
        ([{"differ": {"post": SITE, "name": "A B", "as": "b a"}, "reason": "r"}], "another spelling"),
    ],
)  # fmt: skip
def test_a_decision_about_two_that_cannot_be_meant_is_refused(data: object, said: str) -> None:
    """With what is wrong in it."""
    with pytest.raises(ValueError, match=said):
        read_overrides(data)


def test_a_decision_about_two_that_nobody_would_confuse_is_a_finding() -> None:
    """Both are there and nothing asks; or one of them is not there."""
    apart = [{"apart": ["Inès Valdor", "Theo Marchal"], "reason": "r"}]
    for readings in (
        [post("Inès Valdor", "a"), post("Theo Marchal", "b")],
        [post("Inès Valdor", "a")],
    ):
        told = of(*readings, overrides=read_overrides(apart))
        assert codes(told) == ["override-unused"]
        assert "Theo Marchal" in told.findings[0].message


def test_a_decision_about_who_was_forgotten_names_nobody() -> None:
    """It asks to be taken out."""
    told = resolve(
        [seen(post("Inès Valdor", "a"))],
        read_overrides([{"apart": ["Inès Valdor", "Noor Abel"], "reason": "r"}]),
        lambda name: name == "Noor Abel",
    )
    assert [f.message for f in told.findings] == [
        "overrides.yml: an entry is about somebody who was forgotten; take it out"
    ]


@given(st.lists(st.text(min_size=1, max_size=20).filter(str.strip), min_size=2, max_size=3))
def test_an_entry_reads_back_as_it_was_meant(some: list[str]) -> None:
    """Whatever the names hold: quotes, colons, braces, other scripts."""
    said = entry(apart=some)
    assert "\n" not in said
    ((read,),) = [yaml.safe_load(said)]
    assert read["apart"] == some


# -- posts of one interview ------------------------------------------------------------------------


def _turns(*readings: Interview) -> list[set[str]]:
    """Return the slugs and languages of each turn's posts, in the turns' order."""
    told = of(*readings)
    slugs: dict[str, set[str]] = {turn.id: set() for turn in told.turns}
    for each in told.posts:
        _, _, _, lang, _, slug, _ = each.url.split("/")
        slugs[each.interview_id].add(f"{slug}.{lang}")
    return list(slugs.values())


def _ines(
    slug: str, lang: str = "en", on: date | None = date(2023, 5, 4), **more: Any
) -> Interview:
    return post("Inès Valdor", slug, lang, published=on, **more)


SPRING, AUTUMN, YEARS_ON = date(2023, 5, 4), date(2023, 11, 20), date(2026, 5, 4)


@pytest.mark.parametrize(
    ("readings", "turns"),
    [
        ([_ines("a"), _ines("a", "fr")], [{"a.en", "a.fr"}]),
        ([_ines("a"), _ines("b", "fr", SPRING + LATER)], [{"a.en", "b.fr"}]),
        # Years apart in one language, or in two: two turns.
        ([_ines("a"), _ines("b", on=YEARS_ON)], [{"a.en"}, {"b.en"}]),
        ([_ines("a"), _ines("b", "fr", YEARS_ON)], [{"a.en"}, {"b.fr"}]),
        ([_ines("a"), _ines("a", "fr"), _ines("b", on=YEARS_ON), _ines("b", "fr", YEARS_ON)],
         [{"a.en", "a.fr"}, {"b.en", "b.fr"}]),
        # Months later: a translation, if the other language was lacking and the studio agrees.
        ([_ines("a"), _ines("b", "fr", AUTUMN)], [{"a.en", "b.fr"}]),
        ([_ines("a"), _ines("b", "fr", AUTUMN, studio="Montréal")], [{"a.en"}, {"b.fr"}]),
        ([_ines("a"), _ines("b", on=AUTUMN)], [{"a.en"}, {"b.en"}]),
        ([_ines("a"), _ines("a", "fr"), _ines("b", "fr", AUTUMN)], [{"a.en", "a.fr"}, {"b.fr"}]),
        # A French post a little before its English one is not the last turn's translation.
        ([_ines("a"), _ines("b", "fr", AUTUMN), _ines("b", on=AUTUMN + LATER)], [{"a.en"}, {"b.fr", "b.en"}]),
        # Without a date: the turn that lacks the language, or the only one.
        ([_ines("a"), _ines("b", "fr", None)], [{"a.en", "b.fr"}]),
        ([_ines("a", on=None), _ines("b", "fr", None)], [{"a.en", "b.fr"}]),
        ([_ines("a"), _ines("a", "fr"), _ines("b", on=YEARS_ON), _ines("c", "fr", None)],
         [{"a.en", "a.fr"}, {"b.en", "c.fr"}]),
        # Three posts.
        ([_ines("a"), _ines("b", "fr"), _ines("c", on=SPRING + LATER)], [{"a.en", "b.fr", "c.en"}]),
        ([_ines("a"), _ines("b", "fr", AUTUMN), _ines("c", on=YEARS_ON)], [{"a.en", "b.fr"}, {"c.en"}]),
        # What pages say of each other counts before dates.
        ([_ines("a"), _ines("b", on=YEARS_ON), _ines("c", "fr", None, translations=(("en", f"{SITE}/en/news/b"),))],
         [{"a.en"}, {"b.en", "c.fr"}]),
        ([_ines("a"), _ines("b", "fr", YEARS_ON, translations=(("en", f"{SITE}/en/news/a/"), ("x", "mailto:x")))],
         [{"a.en", "b.fr"}]),
    ],
)  # fmt: skip
def test_posts_of_one_interview_are_joined(
    readings: list[Interview], turns: list[set[str]]
) -> None:
    """By the link between them, else by person and date; whatever the order they come in."""
    for order in permutations(readings):
        assert _turns(*order) == turns


def test_a_chain_of_links_does_not_join_whom_people_hold_apart() -> None:
    """Two who are apart stay so, although a third spelling is linked to both."""
    english, other = f"{SITE}/en/news/a/", f"{SITE}/en/news/c/"
    posts = [
        post("Inès Valdor", "a"),
        post("Inès Valdorr", "b", "fr", translations=(("en", english), ("en", other))),
        post("Inès Valdorra", "c"),
    ]
    assert len(of(*posts).people) == 1
    apart = [{"apart": ["Inès Valdor", "Inès Valdorra"], "reason": "Cousins."}]
    told = of(*posts, overrides=read_overrides(apart))
    assert len(told.people) == 2
    assert "override-unused" not in codes(told)


def test_a_link_within_a_language_is_no_translation() -> None:
    """Two close names in two English posts that link to each other are asked about, not joined."""
    told = of(
        post("Inès Valdor", "a"),
        post("Inès Vador", "b", translations=(("en", f"{SITE}/en/news/a/"),)),
    )
    assert len(told.people) == 2
    assert codes(told) == ["close-names"]


@pytest.mark.parametrize("spelling", ["Inès Valdor", "Inès Vador"])
def test_a_decision_holds_for_every_spelling_of_a_person(spelling: str) -> None:
    """Whichever of two joined spellings is held apart from a third, nobody asks again."""
    posts = [
        post("Inès Valdor", "a", nominees=naming("Inès Vaudor")),
        post("Inès Vador", "b", "fr", translations=(("en", f"{SITE}/en/news/a/"),)),
    ]
    assert "close-names" in codes(of(*posts))
    apart = [{"apart": [spelling, "Inès Vaudor"], "reason": "Cousins."}]
    assert codes(of(*posts, overrides=read_overrides(apart))) == ["one-by-translation"]


def test_a_late_translation_is_told() -> None:
    """It was joined without a word of the pages: a note says so."""
    told = of(_ines("a"), _ines("b", "fr", AUTUMN))
    assert [(f.code, f.severity, f.post) for f in told.findings] == [
        ("late-translation", "note", "ines-valdor-fr")
    ]
    assert "200 days apart" in told.findings[0].message


def test_a_post_without_date_among_several_turns_is_told() -> None:
    """Nothing says where it belongs, unless a link does."""
    two = [_ines("a"), _ines("b", on=YEARS_ON)]
    assert "turn-unclear" in codes(of(*two, _ines("c", "fr", None)))
    link = (("en", f"{SITE}/en/news/b/"),)
    assert "turn-unclear" not in codes(of(*two, _ines("c", "fr", None, translations=link)))


@pytest.mark.parametrize(
    ("more", "code", "severity", "said"),
    [
        ({"studio": "Montréal"}, "translations-differ", "warning", "Paris and Montréal"),
        ({"role": "Monteuse Son"}, "translations-differ", "note", "Layout Artist; Monteuse Son"),
        ({"published": SPRING + LATER}, "translations-differ", "note", "14 days apart"),
        ({"nominees": naming("Noor Abel")}, "contradiction", "warning", "I name Noor Abel."),
        (
            {"nominees": naming("Theo Marchal", "Noor Abel")},
            "translations-differ", "note", "Noor Abel, Theo Marchal",
        ),
        ({"nominators": naming("Noor Abel")}, "contradiction", "warning", "nominators: Kiran V"),
    ],
)  # fmt: skip
def test_what_two_languages_say_otherwise_is_told(
    more: dict[str, Any], code: str, severity: str, said: str
) -> None:
    """Studio, role, date, and both ends of the baton; each by itself, with both posts."""
    both: dict[str, Any] = {"nominees": naming("Theo Marchal"), "nominators": naming("Kiran V")}
    told = of(_ines("a", **both), replace(_ines("a", "fr", **both), **more))
    (finding,) = (f for f in told.findings if f.code in ("translations-differ", "contradiction"))
    assert (finding.code, finding.severity, finding.post) == (code, severity, "ines-valdor-fr")
    assert said in finding.message
    assert "ines-valdor-en" in finding.message
    assert finding.quote or "published" in more


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("Layout Supervisor", "Superviseur Layout"),
        ("Production Editor", "Monteur de Production"),
        ("Production Editor", "éditeur de production"),
        ("Head of Productions, Episodic & Shorts", "Directrice des Productions, Séries & Courts"),
        ("Lighting Lead", "Cheffe éclairagiste"),
        ("Editor", "Monteuse"),
        ("HR Manager", "Responsable RH"),
        ("Animator", "Animatrice"),
        ("Matte Painter", "Peintre"),
    ],
)
def test_a_role_in_french_is_the_same_role(english: str, french: str) -> None:
    """A translated role is no contradiction."""
    assert codes(of(_ines("a", role=english), _ines("a", "fr", role=french))) == []


def test_linked_posts_of_one_person_under_two_spellings_are_one_interview() -> None:
    """A slip in the French title: the link and the likeness together settle it, and a note tells."""
    link = (("en", f"{SITE}/en/news/a/"),)
    posts = [
        post("Inès Valdor", "a", nominees=naming("Theo Marchal")),
        post("Inès Vador", "b", "fr", translations=link),
        post("Kiran V", "c", nominees=naming("Inès Vador", "Inès Valdor")),
    ]
    told = of(*posts)
    assert {p.id for p in told.people} == {"ines-valdor", "kiran-v", "theo-marchal"}
    assert [t.languages for t in told.turns] == [("en", "fr"), ("en",)]
    assert "kiran-v--ines-valdor" in {n.id for n in told.nominations}
    (finding,) = told.findings
    assert (finding.code, finding.severity) == ("one-by-translation", "note")
    (apart,) = pasted(finding.message)
    two = of(*posts, overrides=read_overrides([apart]))
    assert {p.id for p in two.people} >= {"ines-valdor", "ines-vador"}
    # Whose translation it says to be is still odd.
    assert codes(two) == ["translations-differ"]


def test_a_linked_post_that_says_the_first_name_only_is_the_same_persons() -> None:
    """«Fanny» in English and «Fanny Dorval» in French, linked; no other Fanny is touched by it."""
    told = of(
        post("Fanny", "a", translations=(("fr", f"{SITE}/fr/news/a/"),)),
        post("Fanny Dorval", "a", "fr"),
        post("Kiran V", "c", nominees=naming("Fanny")),
    )
    assert [t.person_id for t in told.turns] == ["fanny-dorval", "kiran-v"]
    assert codes(told) == ["first-name"]


def test_a_link_to_another_persons_post_joins_nobody() -> None:
    """A page that links to the wrong one is told of, and each stays who they are."""
    link = (("en", f"{SITE}/en/news/b/"),)
    told = of(
        _ines("a"), _ines("a", "fr", translations=link), post("Theo Marchal", "b", studio=None)
    )
    assert len(told.people) == 2
    (finding,) = told.findings
    assert (finding.code, finding.severity) == ("translations-differ", "warning")
    assert (
        "Inès Valdor and Theo Marchal" in finding.message
        or "Theo Marchal and Inès Valdor" in finding.message
    )


# -- who named whom --------------------------------------------------------------------------------


def _names(person: str, *named: str, by: tuple[str, ...] = ()) -> Interview:
    slug = names.slug(person)
    return post(person, slug, nominees=naming(*named), nominators=naming(*by))


def test_two_posts_that_disagree_are_told_and_both_are_kept() -> None:
    """Ada's post names Bo; Bo's says that Cy did. Both sentences, both edges."""
    told = of(_names("Ada Byrne", "Bo Kestrel"), _names("Bo Kestrel", by=("Cy Norvin",)))
    (finding,) = told.findings
    assert (finding.code, finding.severity, finding.post) == (
        "contradiction", "warning", "bo-kestrel-en",
    )  # fmt: skip
    for part in ("I name Bo Kestrel.", "I name Cy Norvin.", "ada-byrne-en", "bo-kestrel-en"):
        assert part in finding.message
    assert {(n.id, n.status) for n in told.nominations} == {
        ("ada-byrne--bo-kestrel", "nominator only"),
        ("cy-norvin--bo-kestrel", "nominee only"),
    }


def test_a_nominator_whose_post_names_another_is_told() -> None:
    """Bo's post says that Ada named them; Ada's names Cy."""
    told = of(_names("Ada Byrne", "Cy Norvin"), _names("Bo Kestrel", by=("Ada Byrne",)))
    (finding,) = told.findings
    assert (finding.code, finding.post) == ("contradiction", "bo-kestrel-en")
    assert "I name Cy Norvin." in finding.message


def test_a_post_that_names_nobody_contradicts_nobody() -> None:
    """Whose baton is not read may have named anybody."""
    assert codes(of(_names("Ada Byrne"), _names("Bo Kestrel", by=("Ada Byrne",)))) == []


def test_naming_several_is_no_fault() -> None:
    """Each of them may say so, or not."""
    told = of(
        _names("Ada Byrne", "Bo Kestrel", "Cy Norvin"), _names("Cy Norvin", by=("Ada Byrne",))
    )
    assert codes(told) == []
    assert [n.status for n in told.nominations] == ["nominator only", "both ends"]


def test_a_baton_handed_twice_is_told() -> None:
    """Two name one person, who says that one of them did: no contradiction, and worth a note."""
    told = of(
        _names("Ada Byrne", "Bo Kestrel"),
        _names("Cy Norvin", "Bo Kestrel"),
        _names("Bo Kestrel", by=("Cy Norvin",)),
    )
    (finding,) = told.findings
    assert (finding.code, finding.severity) == ("named-twice", "note")
    for part in ("named by 2", "Ada Byrne", "Cy Norvin", "ada-byrne-en", "I name Bo Kestrel."):
        assert part in finding.message


def test_a_nominee_without_a_post_is_a_person_with_no_interview() -> None:
    """And nothing is wrong with it."""
    told = of(_names("Ada Byrne", "Bo Kestrel"))
    assert {p.id: (p.role, p.studio) for p in told.people}["bo-kestrel"] == (None, None)
    assert [t.person_id for t in told.turns] == ["ada-byrne"]
    assert codes(told) == []


@pytest.mark.parametrize("long", [2, 3, 12])
def test_a_baton_that_comes_back_is_told_once(long: int) -> None:
    """From the first of the ring by id, all the way round; a tail that leads into it is no part."""
    people = [f"P{'abcdefghijkl'[n]} Quorn{'abcdefghijkl'[n] * 4}" for n in range(long)]
    posts = [_names(one, other) for one, other in pairwise([*people, people[0]])]
    told = of(_names("Zed Tail", people[0]), *posts)
    (finding,) = found(told, "cycle")
    assert finding.severity == "warning"
    assert f"after {long} people" in finding.message
    assert "Zed Tail" not in finding.message
    assert finding.message.count(people[0]) == 2
    assert finding.quote == f"I name {people[1 % long]}."
    assert ("more" in finding.message) == (long > 10)


def test_naming_oneself_is_no_ring_and_no_second_baton() -> None:
    """It has a finding of its own."""
    told = of(_names("Ada Byrne", "Ada Byrne"), _names("Bo Kestrel", "Ada Byrne"))
    assert codes(told) == ["self-nomination"]


PEOPLE = [f"p{n}" for n in range(7)]


@given(st.dictionaries(st.sampled_from(PEOPLE), st.lists(st.sampled_from(PEOPLE), unique=True)))
def test_every_ring_is_found_and_nothing_else(edges: dict[str, list[str]]) -> None:
    """Each knot of people who reach one another gives one true ring, and only those do."""
    reach = {one: _reached(one, edges) for one in PEOPLE}
    knots = {
        frozenset(other for other in PEOPLE if other in reach[one] and one in reach[other])
        for one in PEOPLE
        if one in reach[one]
    }
    told = list(rings(edges))
    assert len(told) == len([knot for knot in knots if len(knot) > 1])
    for ring in told:
        assert any(set(ring) <= knot for knot in knots)
        assert len(set(ring)) == len(ring) > 1
        assert all(b in edges[a] for a, b in pairwise([*ring, ring[0]]))


def _reached(start: str, edges: dict[str, list[str]]) -> set[str]:
    met: set[str] = set()
    queue = [start]
    while queue:
        for other in edges.get(queue.pop(), ()):
            if other not in met:
                met.add(other)
                queue.append(other)
    return met


@pytest.mark.parametrize("closed", [False, True])
def test_a_chain_may_be_of_any_length(closed: bool) -> None:  # noqa: FBT001 - one of two cases
    """A hundred thousand hand it on: no limit of calls is met, and the time stays short."""
    long = 100_000
    edges = {f"{n:06}": [f"{(n + 1) % long:06}"] for n in range(long if closed else long - 1)}
    start = perf_counter()
    told = list(rings(edges))
    assert [len(ring) for ring in told] == ([long] if closed else [])
    assert perf_counter() - start < 10  # seconds; measured: below 0.5


def test_one_who_is_named_by_all_and_names_all_costs_little() -> None:
    """Ten thousand at one end or the other: findings in seconds, each message in bounds."""
    many = [f"p{n:05}" for n in range(10_000)]
    edges = [_edge(one, "hub", "nominator") for one in many]
    edges += [_edge("hub", one, "nominee") for one in many[:5_000]]
    start = perf_counter()
    told = list(batons({one: one for one in (*many, "hub")}, edges))
    assert perf_counter() - start < 10  # seconds; measured: below 0.5
    assert {f.code for f in told} >= {"cycle", "named-twice"}
    assert all(len(f.message) < 2_000 for f in told)


def _edge(giver: str, taker: str, end: str) -> Nomination:
    where = giver if end == "nominator" else taker
    return Nomination(
        f"{giver}--{taker}", giver, taker, f"{end} only", (Evidence(f"{where}-en", end, "Say."),)
    )


# -- from the network to the table -----------------------------------------------------------------


def _saying(studio: Studio, said: dict[tuple[str, str], str]) -> Studio:
    """Return a studio whose posts, by person and language, answer the baton in other words."""
    articles = []
    for article in studio.articles:
        words = said.get((article.person or "", article.lang))
        if article.kind == "interview" and words:
            exchanges = tuple(
                replace(exchange, paragraphs=(words,)) if exchange.key == "baton" else exchange
                for exchange in article.exchanges
            )
            assert exchanges != article.exchanges
            articles.append(replace(article, exchanges=exchanges))
        else:
            articles.append(article)
    return replace(studio, articles=tuple(articles))


def test_doubts_are_heard_of_and_settled_by_what_they_say(folder: DataFolder, site: Site) -> None:
    """Crawled over HTTP and built: doubts stand in the table; what one offers, pasted, ends it."""
    site.studio = _saying(
        Studio.sample(),
        {
            ("Odilon Brévaux", "fr"): "Théodule Amblard",
            ("Anatole Grivet", "en"): "Corentin Vaseliau",
            ("Lubin Desrosières-Roy", "en"): "Noor!",
            ("Ilamaran T", "en"): "Devaraj P. Kuttan",
        },
    )
    within("crawl", "--data", folder.root, "--site", site.url, "--delay", 0, "--full")
    build(folder)
    people = {"close-names", "contradiction", "cycle", "named-twice", "first-name"}
    told = [row for row in rows(folder.database, DOUBTS) if row[0] in people]
    assert {(code, post) for code, post, _, _ in told} == {
        ("close-names", "anatole-grivet-en"),
        ("contradiction", "odilon-brevaux-fr"),
        ("cycle", "devaraj-p-kuttan-en"),
        ("named-twice", "perrine-castagnoux-en"),
    }
    assert all(quote for *_, quote in told)
    noor = rows(
        folder.database,
        "SELECT nominator_id, status FROM nominations WHERE nominee_id = 'noor-abidelle'",
    )
    assert noor == [("lubin-desrosieres-roy", "both ends")]
    (message,) = (message for code, _, message, _ in told if code == "close-names")
    together, _ = re.findall(r"- \{.*?reason: [^}]*\}", message)
    (folder.root / "overrides.yml").write_text(f"{together}\n", "utf-8")
    build(folder)
    assert "close-names" not in {code for code, *_ in rows(folder.database, DOUBTS)}
    named = rows(folder.database, "SELECT count(*) FROM people WHERE id LIKE 'corentin%'")
    assert named == [(1,)]


DOUBTS = "SELECT code, post_id, message, quote FROM findings ORDER BY id"
