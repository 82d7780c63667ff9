"""metadata.yml describes what schema.sql makes: everything, and nothing else."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
SCHEMA = ROOT / "scraper" / "schema.sql"
METADATA = ROOT / "metadata.yml"
DESCRIBED: dict[str, Any] = yaml.safe_load(METADATA.read_text(encoding="utf-8"))
ARCHIVE = DESCRIBED["databases"]["mikroscope"]


@pytest.fixture(scope="module")
def schema() -> sqlite3.Connection:
    """Make the schema in memory."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA.read_text(encoding="utf-8"))
    # The queries of metadata.yml call what the plugin gives to SQL.
    connection.create_function("mikroscope_match", 1, lambda _: '"x"')
    return connection


def test_every_table_view_and_column_is_described(schema: sqlite3.Connection) -> None:
    """None is missing, none is described that is not there, in the schema's order."""
    names = [
        name
        for (name,) in schema.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        )
        if "_fts_" not in name
    ]
    made = {
        name: [row[0] for row in schema.execute("SELECT name FROM pragma_table_info(?)", (name,))]
        for name in names
    }
    described = {name: list(table["columns"]) for name, table in ARCHIVE["tables"].items()}
    assert described == made


# A column's description says what its values are like: by one of these.
SAYS = (
    r"for example \S",  # an example
    r": [^.;]+(, | or )[^.;]+ or [^.;]+[.;]|: \S+ or \S+[.;]|: \S+, or \S+ ",  # all there are
    r"\bin (words|days|bytes)\b",  # a unit
    r"^Number of ",  # a count
    r"\bcounted from [01]\b",  # a place
)
COLUMNS = [
    (name, column, text)
    for name, table in ARCHIVE["tables"].items()
    for column, text in table["columns"].items()
]


def test_every_description_is_a_sentence() -> None:
    """It begins with a capital, ends with a full stop or as its example does, and is one line."""
    described = [(name, "", table["description"]) for name, table in ARCHIVE["tables"].items()]
    for name, column, text in (*described, *COLUMNS):
        assert re.fullmatch(r"[A-Z][^\n]{10,}[.?!]", text), (name, column, text)


def test_every_column_has_a_unit_a_set_or_an_example() -> None:
    """Nobody has to look at rows to know what values are like."""
    for name, column, text in COLUMNS:
        assert any(re.search(way, text) for way in SAYS), (name, column, text)


def test_every_value_a_column_may_have_is_named(schema: sqlite3.Connection) -> None:
    """What the schema allows by a list, the description lists."""
    checked = 0
    for name, sql in schema.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        for column, values in re.findall(r"CHECK \(\"?(\w+)\"? IN \(([^)]*)\)\)", sql):
            text = ARCHIVE["tables"][name]["columns"][column]
            named = set(re.split(r", | or |[:;.]", text.replace(": ", ":")))
            assert set(re.findall(r"'([^']*)'", values)) <= named, (name, column)
            checked += 1
    assert checked > 8


def test_columns_of_one_meaning_are_described_alike(schema: sqlite3.Connection) -> None:
    """Days say ISO 8601, times say UTC, lists say JSON, as the schema holds them."""
    held = {"+0 days": "ISO 8601", "%dT%H": "UTC", "json_valid": "JSON list"}
    checked = 0
    for name, sql in schema.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        for line in sql.splitlines():
            for sign, word in held.items():
                if sign in line:
                    column = line.split()[0]
                    assert word in ARCHIVE["tables"][name]["columns"][column], (name, column)
                    checked += 1
    assert checked >= 11


@pytest.mark.parametrize("name", ARCHIVE["queries"])
def test_every_canned_query_runs(schema: sqlite3.Connection, name: str) -> None:
    """Titled, described, and SQL that the schema takes."""
    query = ARCHIVE["queries"][name]
    assert query["title"]
    assert query["description"]
    schema.execute(query["sql"], dict.fromkeys(query.get("params", []), "x")).fetchall()


@pytest.mark.parametrize("name", ARCHIVE["tables"])
def test_facets_sorts_and_labels_name_columns(name: str) -> None:
    """What Datasette is told to sort, label, count and measure by is a column of that table."""
    table = ARCHIVE["tables"][name]
    told = [
        *table.get("facets", []),
        *table.get("units", {}),
        *(table[key] for key in ("sort", "sort_desc", "label_column") if key in table),
    ]
    assert set(told) <= set(table["columns"])


def test_what_others_point_at_has_a_label(schema: sqlite3.Connection) -> None:
    """A row that is named in another table is named by more than a number."""
    tables = schema.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    pointed = {
        row[2] for (name,) in tables for row in schema.execute(f'PRAGMA foreign_key_list("{name}")')
    }
    assert len(pointed) >= 5
    assert all("label_column" in ARCHIVE["tables"][name] for name in pointed)
