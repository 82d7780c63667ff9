"""Exports hold what the database holds, safe to open, and replace one another whole."""

import csv
import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import database
from scraper.errors import WrongUsage
from scraper.export import FORMATS, export
from scraper.export.csv import safe, write_csv
from scraper.folder import DataFolder
from tests.core.conftest import Crawled
from tests.core.program import mikroscope, rows, tree

# What a spreadsheet would run, and what looks like it.
DANGEROUS = [
    "=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'quoted'", "'=1", "'",
]  # fmt: skip


# What every export has beside its formats.
ABOUT = {"datapackage.json", "README.md", "SHA256SUMS"}


def _undone(cell: object) -> object:
    """Take the apostrophe off, as the module's rule says."""
    text = cell if isinstance(cell, str) else ""
    return text[1:] if text.startswith("'") else cell


@pytest.fixture(scope="module")
def exported(crawled: Crawled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the exports of the sample."""
    target = tmp_path_factory.mktemp("exports") / "exports"
    files = export(crawled.root / "mikroscope.db", target)
    assert files == len(tree(target))
    return target


@pytest.mark.parametrize("table", database.table_names())
def test_every_table_comes_back_from_csv(crawled: Crawled, exported: Path, table: str) -> None:
    """Pandas reads the database's rows, once the apostrophe is undone as documented."""
    frame = pd.read_csv(exported / "csv" / f"{table}.csv", dtype=str, keep_default_na=False)
    path = crawled.root / "mikroscope.db"
    kept = rows(path, f'SELECT * FROM "{table}" ORDER BY id')
    assert list(frame.columns) == [row[1] for row in rows(path, f'PRAGMA table_info("{table}")')]
    found = [tuple(_undone(cell) for cell in row) for row in frame.itertuples(index=False)]
    assert found == [tuple("" if cell is None else str(cell) for cell in row) for row in kept]


@pytest.mark.parametrize("table", database.table_names())
def test_every_table_comes_back_from_json(crawled: Crawled, exported: Path, table: str) -> None:
    """Values, nulls and numbers as they are, an object a line, readable text."""
    text = (exported / "json" / f"{table}.json").read_text("utf-8")
    kept = rows(crawled.root / "mikroscope.db", f'SELECT * FROM "{table}" ORDER BY id')
    assert [tuple(row.values()) for row in json.loads(text)] == kept
    lines = text.split("\n")
    assert [json.loads(line) for line in lines if line.startswith("{")] == json.loads(text)
    assert {line for line in lines if not line.startswith("{")} <= {"[", ",", "]", ""}
    assert "\\u" not in text.replace("\\u202f", "")


def test_csv_is_rfc_4180(exported: Path) -> None:
    """CRLF ends each record, quotation marks are doubled, and no record is longer than another."""
    raw = (exported / "csv" / "answers.csv").read_bytes().decode("utf-8")
    assert raw.endswith("\r\n")
    assert "\n\n" in raw  # paragraphs stay paragraphs
    records = list(csv.reader(StringIO(raw, newline=""), strict=True))
    assert len({len(record) for record in records}) == 1


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet would run begins with an apostrophe, and comes back exactly."""
    assert safe(text) == f"'{text}"
    assert _undone(safe(text)) == text


@given(st.text(max_size=20) | st.sampled_from(DANGEROUS) | st.none() | st.integers())
def test_undoing_is_exact(cell: object) -> None:
    """Whatever a cell holds, reading it back by the rule gives it again."""
    file = StringIO(newline="")
    write_csv(["a", "b"], iter([(cell, "x")]), file)
    (_, (read, _)) = csv.reader(StringIO(file.getvalue(), newline=""))
    assert _undone(read) == ("" if cell is None else str(cell))
    assert not read.startswith(("=", "+", "@", "\t", "\r")) or isinstance(cell, int)


def test_a_folder_is_replaced_whole(folder: DataFolder) -> None:
    """Files of formats that are not asked for any more go; nothing is left beside."""
    export(folder.database, folder.exports)
    named = {name.split("/")[0] for name in tree(folder.exports)}
    usual = {name.split("/")[0] for f in FORMATS.values() if f.usual for name, _ in f.files}
    assert named == usual | ABOUT
    (folder.root / ".exports.making").mkdir()  # as a killed export leaves it
    (folder.root / ".exports.making" / "half.csv").touch()
    mikroscope("export", "--data", folder.root, "--format", "json")
    assert {Path(name).parts[0] for name in tree(folder.exports)} == {"json"} | ABOUT
    assert not list(folder.root.glob(".exports*"))


def test_what_no_export_wrote_is_not_deleted(folder: DataFolder, tmp_path: Path) -> None:
    """A folder with a stranger in it is refused, and stays as it is."""
    mine = tmp_path / "mine"
    (mine / "csv").mkdir(parents=True)
    (mine / "thesis.docx").touch()
    with pytest.raises(WrongUsage, match="thesis"):
        export(folder.database, mine)
    assert (mine / "thesis.docx").exists()


def test_an_export_is_of_one_state(folder: DataFolder, tmp_path: Path) -> None:
    """A publication in the middle does not mix the old tables with the new."""
    with closing(database.opened(folder.database)) as reader:
        before = [tuple(row) for row in database.rows_of(reader, "people")]
        with closing(sqlite3.connect(folder.database)) as writer, writer:
            writer.execute("UPDATE people SET name = 'Somebody Else'")
        assert [tuple(row) for row in database.rows_of(reader, "people")] == before
