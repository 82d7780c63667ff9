"""Every table comes back as it is in the database, through the tools that researchers use."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from scraper import database
from scraper.export.columns import TIMES
from tests.core.program import ROOT, environment, rows

TABLES = database.table_names()
RSCRIPT = shutil.which("Rscript")
Rows = list[tuple[Any, ...]]


def _kept(made: Path, table: str) -> Rows:
    return rows(made, f'SELECT * FROM "{table}" ORDER BY id')


def _snippet(folder: Path, language: str) -> str:
    """Return what the folder's README tells a reader to type."""
    text = (folder / "README.md").read_text("utf-8")
    found = re.search(rf"```{language}\n(.+?)```", text, re.DOTALL)
    assert found
    return found[1]


def _as_text(kept: Rows) -> Rows:
    return [tuple("" if cell is None else str(cell) for cell in row) for row in kept]


def test_the_database_holds_what_readers_trip_over(made: Path) -> None:
    """Formulas, apostrophes, what pandas takes for missing, empty text beside what is not known."""
    said = [answer for (answer,) in rows(made, "SELECT answer FROM answers")]
    for opening in ("=1+1", "'quoted'", "NA", 'null, "said"', "Ça, c’est 🔍", "007"):
        assert any(answer.startswith(opening) for answer in said)
    assert "" in said
    assert rows(made, "SELECT count(*) FROM captures WHERE http_status IS NULL") > [(0,)]


@pytest.mark.parametrize("table", TABLES)
def test_pandas_reads_the_rows_as_the_readme_shows(made: Path, exported: Path, table: str) -> None:
    """Its function gives the database's rows: text to the letter, numbers, nothing for nothing."""
    script = _snippet(exported, "python").replace("csv/{table}", f"{exported}/csv/{{table}}")
    shown: dict[str, Any] = {}
    exec(script, shown)  # noqa: S102 - it is our own README
    frame: pd.DataFrame = shown["read"](table)
    found = [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in frame.itertuples(index=False)
    ]
    # pandas cannot tell empty text from what is not known; numbers with gaps are floats.
    kept = [tuple(None if cell == "" else cell for cell in row) for row in _kept(made, table)]
    assert list(frame.columns) == [row[1] for row in rows(made, f'PRAGMA table_info("{table}")')]
    assert found == kept


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_utils_takes_the_json_back(
    made: Path, exported: Path, tmp_path: Path, table: str
) -> None:
    """`sqlite-utils insert` gives the database's rows again, nulls and types among them."""
    again = tmp_path / "again.db"
    if not _kept(made, table):
        assert json.loads((exported / "json" / f"{table}.json").read_text("utf-8")) == []
        return
    _insert(again, table, exported / "json" / f"{table}.json", "--pk", "id")
    assert _kept(again, table) == _kept(made, table)


@pytest.mark.parametrize("table", ["answers", "captures", "posts", "images"])
def test_sqlite_utils_takes_the_csv_back(
    made: Path, exported: Path, tmp_path: Path, table: str
) -> None:
    """As text, an apostrophe before what a spreadsheet would run; nothing else differs."""
    again = tmp_path / "again.db"
    _insert(again, table, exported / "csv" / f"{table}.csv", "--csv", "--no-detect-types")
    found = [tuple(str(cell).removeprefix("'") for cell in row) for row in _kept(again, table)]
    assert found == _as_text(_kept(made, table))


def _insert(path: Path, table: str, file: Path, *options: str) -> None:
    command = [Path(sys.executable).parent / "sqlite-utils", "insert", path, table, file, *options]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def test_duckdb_reads_csv_and_parquet_alike(made: Path, exported: Path) -> None:
    """The README's query, and the same of the Parquet file, count what the database counts."""
    query = _snippet(exported, "sql")
    wanted = rows(
        made,
        "SELECT question_id, count(*), round(avg(word_count), 1) FROM answers"
        " GROUP BY 1 ORDER BY question_id NULLS LAST",
    )
    for source in (
        f"read_csv('{exported}/csv/answers.csv'",
        f"read_parquet('{exported}/parquet/answers.parquet'",
    ):
        asked = query.replace("read_csv('csv/answers.csv'", source)
        if "parquet" in source:
            asked = asked.replace(", header = true", "")
        assert duckdb.execute(asked).fetchall() == wanted


@pytest.mark.parametrize("table", TABLES)
def test_parquet_has_rows_with_types(made: Path, exported: Path, table: str) -> None:
    """Days are dates, times are UTC, lists are lists; every column is described."""
    read = pq.read_table(exported / "parquet" / f"{table}.parquet")
    found = [tuple(_as_sqlite(cell) for cell in row.values()) for row in read.to_pylist()]
    assert found == _kept(made, table)
    assert all(field.metadata[b"description"] for field in read.schema)
    kinds = {field.name: str(field.type) for field in read.schema}
    assert all(kinds[name] == "timestamp[ms, tz=UTC]" for name in TIMES & kinds.keys())
    assert kinds.get("published", "date32[day]") == "date32[day]"


def _as_sqlite(cell: Any) -> Any:
    if isinstance(cell, list):
        return json.dumps(cell)
    if hasattr(cell, "tzinfo"):
        return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def test_excel_has_a_sheet_a_table(made: Path, exported: Path) -> None:
    """As openpyxl reads it: the same rows, numbers as numbers, and no formula."""
    book = openpyxl.load_workbook(exported / "spotlights.xlsx")
    assert book.sheetnames == [*TABLES, "answers_side_by_side"]
    for table in TABLES:
        header, *found = book[table].iter_rows()
        assert [cell.value for cell in header] == [
            row[1] for row in rows(made, f'PRAGMA table_info("{table}")')
        ]
        kept = [tuple(None if cell == "" else cell for cell in row) for row in _kept(made, table)]
        assert [tuple(cell.value for cell in row) for row in found] == kept
        assert not [cell for row in found for cell in row if cell.data_type == "f"]


@pytest.mark.skipif(RSCRIPT is None and "CI" not in os.environ, reason="R is not installed")
def test_r_reads_the_rows_as_the_readme_shows(made: Path, exported: Path, tmp_path: Path) -> None:
    """Its function, run by R in the folder, gives the answers to the letter."""
    script = tmp_path / "read.R"
    out = tmp_path / "out.csv"
    write = f'write.csv(answers, "{out}", row.names = FALSE, na = "", fileEncoding = "UTF-8")'
    script.write_text(f"{_snippet(exported, 'r')}\n{write}\n", "utf-8")
    done = subprocess.run(
        [str(RSCRIPT), "--vanilla", str(script)],
        cwd=exported, env=environment(LC_ALL="C.UTF-8"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(out, dtype=str, keep_default_na=False)
    found = list(frame.itertuples(index=False, name=None))
    assert found == _as_text(_kept(made, "answers"))


def test_what_is_a_time_is_what_is_described_as_one() -> None:
    """The columns that metadata.yml calls UTC, and no other."""
    described = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
    tables = described["databases"]["mikroscope"]["tables"]
    told = {
        column
        for table in TABLES
        for column, text in tables[table]["columns"].items()
        if "UTC" in text
    }
    assert told == TIMES
