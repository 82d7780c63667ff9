"""The folder explains itself: a valid data package, digests that hold, a page for a reader."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from frictionless import Package, system

from scraper import database
from scraper.export import FORMATS, Choice, export
from tests.core.program import rows

CHOICES = {
    "all of it": Choice(),
    "French": Choice(lang="fr"),
    "since a day": Choice(since=date(2024, 6, 1)),
    "both": Choice(since=date(2024, 3, 1), lang="en"),
    "nothing is left": Choice(since=date(2099, 1, 1)),
    "two tables": Choice(only=("answers", "people")),
    "a view": Choice(only=("answers_in_full",)),
    "views since a day": Choice(
        only=("answers_side_by_side", "baton", "chains", "waiting"), since=date(2024, 6, 1)
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_data_package_is_valid(made: Path, tmp_path: Path, name: str) -> None:
    """To frictionless: every type, key, foreign key and choice of every CSV file holds."""
    formats = ("csv",) if CHOICES[name].only else ()
    export(made, tmp_path / "exports", formats, CHOICES[name])
    with system.use_context(trusted=True):
        report = Package(str(tmp_path / "exports" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:5]
    assert len(report.tasks) >= (1 if CHOICES[name].only else len(database.table_names()))


def test_a_wrong_cell_is_found(exported: Path, tmp_path: Path) -> None:
    """The description holds the data to something: an unknown studio, a key that leads nowhere."""
    shutil.copytree(exported, tmp_path / "exports")
    path = tmp_path / "exports" / "csv" / "interviews.csv"
    text = path.read_bytes().decode()
    path.write_bytes(
        text.replace("Paris", "Atlantis", 1).replace(",person-000003,", ",nobody,", 1).encode()
    )
    with system.use_context(trusted=True):
        report = Package(str(tmp_path / "exports" / "datapackage.json")).validate()
    assert {"constraint-error", "foreign-key"} <= {row[0] for row in report.flatten(["type"])}


def test_every_column_is_described(exported: Path) -> None:
    """With type and words; the schema's keys are the package's."""
    package = json.loads((exported / "datapackage.json").read_text("utf-8"))
    tables = {
        each["name"]: each for each in package["resources"] if each["path"].startswith("csv/")
    }
    assert set(tables) == set(database.table_names())
    for table in tables.values():
        for field in table["schema"]["fields"]:
            assert field["type"]
            assert len(field["description"].split()) > 2
        assert table["schema"]["primaryKey"] == ["id"]
    leads = {
        (name, key["fields"][0], key["reference"]["resource"])
        for name, table in tables.items()
        for key in table["schema"].get("foreignKeys", [])
    }
    assert ("answers", "question_id", "questions") in leads
    assert len(leads) == database.schema().count("REFERENCES")
    fields = {field["name"]: field for field in tables["posts"]["schema"]["fields"]}
    kinds = [fields[name]["type"] for name in ("published", "first_seen", "found_by", "title")]
    assert kinds == ["date", "datetime", "array", "string"]
    assert fields["lang"]["constraints"]["enum"] == ["en", "fr"]
    assert fields["url"]["constraints"] == {"required": True, "unique": True}
    (aside,) = (each for each in package["resources"] if each["name"] == "answers_side_by_side")
    assert aside["description"].startswith("One row a post")
    assert all(field["description"] for field in aside["schema"]["fields"])
    assert package["licenses"]
    assert package["sources"]
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"


def test_digests_hold(exported: Path) -> None:
    """`sha256sum --check` finds every file of the folder as it is told."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=exported, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    files = {str(p.relative_to(exported)) for p in exported.rglob("*") if p.is_file()}
    assert {line.split(": ")[0] for line in done.stdout.splitlines()} == files - {"SHA256SUMS"}


@pytest.mark.parametrize("name", FORMATS)
def test_the_readme_says_what_each_file_is(made: Path, tmp_path: Path, name: str) -> None:
    """Each file that is there, and none that is not."""
    export(made, tmp_path / "exports", [name])
    folder = tmp_path / "exports"
    table = (folder / "README.md").read_text("utf-8").split("## Tables")[0]
    named = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    there = {_kind(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert sorted(named) == sorted(there)


def _kind(path: Path) -> str:
    if path.parent.name == "text":
        return "text/ID.LANG.md"
    return f"{path.parent}/TABLE{path.suffix}" if path.parent.name else path.name


@pytest.mark.parametrize("name", ["French", "since a day", "both"])
def test_what_was_chosen_is_there_and_nothing_else(made: Path, tmp_path: Path, name: str) -> None:
    """Posts, answers and all that belongs to them; the page and the package say so."""
    choice = CHOICES[name]
    export(made, tmp_path / "exports", ("json", "spotlights", "text"), choice)
    folder = tmp_path / "exports"
    posts = (
        rows(
            made,
            "SELECT id FROM posts WHERE published >= ? AND lang IN (?, ?) ORDER BY id",
            choice.since.isoformat() if choice.since else "",
            *((choice.lang, choice.lang) if choice.lang else ("en", "fr")),
        )
        if choice.since
        else rows(made, "SELECT id FROM posts WHERE lang = ? ORDER BY id", choice.lang)
    )
    kept = {each["id"] for each in _json(folder, "posts")}
    assert kept == {post for (post,) in posts}
    assert 0 < len(kept) < len(rows(made, "SELECT id FROM posts"))
    for table in ("answers", "evidence", "images", "versions", "findings"):
        found = {row["post_id"] for row in _json(folder, table)}
        wanted = {post for (post,) in rows(made, f"SELECT DISTINCT post_id FROM {table}")}
        assert found == wanted & kept
    spotlights = json.loads((folder / "spotlights.json").read_text("utf-8"))
    assert {post["id"] for each in spotlights for post in each["posts"]} == kept
    assert len(list((folder / "text").iterdir())) == len(kept)
    for told in ("README.md", "datapackage.json"):
        assert "Only posts" in (folder / told).read_text("utf-8")


def _json(folder: Path, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        (folder / "json" / f"{table}.json").read_text("utf-8")
    )
    return found
