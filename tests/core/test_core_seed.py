"""A text that somebody saved, by import or by parse: its facts in the tables, and found by search."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

from scraper.build import build
from scraper.folder import DataFolder, default_file
from scraper.site.search import match
from tests.core.program import ROOT, mikroscope, rows

FIXTURES = ROOT / "tests" / "reading" / "fixtures"
CORPUS = ROOT.parent / "shared" / "corpus"
SEED = CORPUS / "axel-gilet.seed.json"


def _texts() -> dict[str, tuple[Path, str, dict[str, Any]]]:
    """Return each invented text: file, URL, and what a person reads in it."""
    pages = yaml.safe_load((FIXTURES / "pages.yml").read_text("utf-8"))
    return {
        name: (
            FIXTURES / name,
            page["url"],
            json.loads((FIXTURES / name).with_suffix(".expected.json").read_text("utf-8")),
        )
        for name, page in pages.items()
        if name.endswith(".txt")
    }


TEXTS = _texts()


@pytest.fixture(params=[*TEXTS, "seed"])
def text(request: pytest.FixtureRequest) -> tuple[Path, str, dict[str, Any]]:
    """Return an invented text, or the real one where it is at hand."""
    if request.param != "seed":
        return TEXTS[request.param]
    if not SEED.exists() and not os.environ.get("CI"):
        pytest.skip("the shared corpus is not here")
    page = json.loads(SEED.read_text("utf-8"))
    return CORPUS / page["file"], page["url"], page["expected"]


def test_parse_prints_what_a_person_reads(text: tuple[Path, str, dict[str, Any]]) -> None:
    """Every key that is expected has its value, and nothing is stored."""
    file, url, expected = text
    printed = json.loads(mikroscope("parse", file, "--url", url).stdout)
    answers = [
        {key: got[key] for key in wanted}
        for got, wanted in zip(printed["answers"], expected["answers"], strict=True)
    ]
    assert answers == expected["answers"]
    rest = {key: value for key, value in expected.items() if key != "answers"}
    assert {key: printed[key] for key in rest} == rest


def test_import_and_build_bring_it_to_the_tables(
    text: tuple[Path, str, dict[str, Any]], tmp_path: Path
) -> None:
    """Answers, person, role and both ends of the baton; found by its words, accents or none."""
    file, url, expected = text
    data = tmp_path / "data"
    mikroscope("import", file, "--url", url, "--data", data)
    mikroscope("build", "--data", data)
    database = data / "mikroscope.db"
    answers = rows(database, "SELECT question_id, question, answer FROM answers ORDER BY position")
    assert answers == [(a["question_id"], a["question"], a["answer"]) for a in expected["answers"]]
    assert rows(
        database,
        "SELECT name, interviews.role, published FROM interviews"
        " JOIN people ON people.id = person_id",
    ) == [(expected["person"], expected["role"], expected["published"])]
    for column, end in (("nominator_id", "nominee"), ("nominee_id", "nominator")):
        named = rows(
            database,
            f"SELECT name FROM nominations JOIN people ON people.id = {column}"
            " JOIN evidence ON nomination_id = nominations.id"
            ' WHERE "end" = ? ORDER BY name',
            end,
        )
        wanted = expected["nominators"] if end == "nominee" else expected["nominees"]
        assert [name for (name,) in named] == sorted(wanted)


# A word of an answer as it is typed, and whether it is found in the invented French text.
TYPED = [
    ("héron", True),
    ("heron", True),
    ("HERON", True),
    ("évidemment", True),
    ("evidemment", True),
    ("lampes", True),  # lampe
    ("Mabire", True),
    ("jean-loup", True),
    ("giraffe", False),
]


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database of the invented French text."""
    file, url, _ = TEXTS["jean-loup-mabire.txt"]
    data = tmp_path_factory.mktemp("french") / "data"
    mikroscope("import", file, "--url", url, "--data", data)
    build(DataFolder(data))
    return data / "mikroscope.db"


@pytest.mark.parametrize(("word", "found"), TYPED)
def test_search_finds_it_accents_or_none(french: Path, word: str, *, found: bool) -> None:
    """By the index itself, asked as the site asks it."""
    sql = "SELECT count(*) FROM answers_fts WHERE answers_fts MATCH ?"
    assert (rows(french, sql, match(word)) > [(0,)]) is found


def _page(database: Path, address: str) -> str:
    """Return a page of the site over a database."""
    metadata = yaml.safe_load(default_file("metadata.yml").read_text("utf-8"))
    site = Datasette([str(database)], metadata=metadata)

    async def ask() -> str:
        response = await site.client.get(address)
        assert response.status_code == 200, response.text
        return str(response.text)

    return asyncio.run(ask())


@pytest.mark.parametrize("word", ["héron", "heron"])
def test_the_site_finds_it(french: Path, word: str) -> None:
    """A reader who types it in the search field is shown the answer."""
    assert "<mark>héron</mark>" in _page(french, f"/search?q={word}")


def test_the_seed_is_found(tmp_path: Path) -> None:
    """Plain FTS5 and the site's search agree on the real text, accents or none."""
    if not SEED.exists() and not os.environ.get("CI"):
        pytest.skip("the shared corpus is not here")
    page = json.loads(SEED.read_text("utf-8"))
    data = tmp_path / "data"
    mikroscope("import", CORPUS / page["file"], "--url", page["url"], "--data", data)
    build(DataFolder(data))
    database = data / "mikroscope.db"
    plain = "SELECT count(*) FROM answers_fts WHERE answers_fts MATCH ?"
    for word in ("Obélix", "Obelix", "obelix", "Gilet", "passionate"):
        assert rows(database, plain, f'"{word}"') > [(0,)], word
        assert rows(database, plain, match(word)) > [(0,)], word
        assert "Axel Gilet" in _page(database, f"/search?q={word}"), word
