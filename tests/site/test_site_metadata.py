"""metadata.yml describes what schema.sql makes: everything, and nothing else."""

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


def test_every_description_is_a_sentence() -> None:
    """It begins with a capital or a literal value and ends with a full stop."""
    for name, table in ARCHIVE["tables"].items():
        for text in [table["description"], *table["columns"].values()]:
            assert text.endswith("."), (name, text)
            assert len(text) > 10, (name, text)


@pytest.mark.parametrize("name", ARCHIVE["queries"])
def test_every_canned_query_runs(schema: sqlite3.Connection, name: str) -> None:
    """Titled, described, and SQL that the schema takes."""
    query = ARCHIVE["queries"][name]
    assert query["title"]
    assert query["description"]
    schema.execute(query["sql"], dict.fromkeys(query.get("params", []), "x")).fetchall()


@pytest.mark.parametrize("name", ARCHIVE["tables"])
def test_facets_sorts_and_labels_name_columns(name: str) -> None:
    """What Datasette is told to sort, label and count by is a column of that table."""
    table = ARCHIVE["tables"][name]
    told = [
        *table.get("facets", []),
        *(table[key] for key in ("sort", "sort_desc", "label_column") if key in table),
    ]
    assert set(told) <= set(table["columns"])
