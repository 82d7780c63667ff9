"""The rows `build` and `export` are measured: every contender does the work, and finds the same."""

from benchmarks import building, exporting
from benchmarks.__main__ import ROWS
from benchmarks.report import section, summary
from benchmarks.row import Measured, Row

POSTS = 5


def _facts(row: Row) -> tuple[Measured, set[int]]:
    measured = row.measure(POSTS, 1)
    assert not measured.missing
    assert all(one.cpu > 0 and one.wall > 0 and one.peak > 0 for one in measured.results)
    return measured, {one.facts for one in measured.results}


def test_all_load_the_same_answers() -> None:
    """From the archive or from rows that are ready-made."""
    measured, facts = _facts(building.ROWS[0])
    (answers,) = facts
    assert 8 * POSTS <= answers <= 9 * POSTS
    assert [one.name.split(",")[0].split()[0] for one in measured.results] == [
        "mikroscope", "mikroscope", "sqlite-utils", "sqlite3",
    ]  # fmt: skip
    assert building.NOTE in section(building.ROWS[0], measured, POSTS, 1)


def test_all_export_the_same_rows() -> None:
    """Every table, to the last row, whoever writes it."""
    measured, facts = _facts(exporting.ROW)
    (rows,) = facts
    assert rows > 9 * POSTS
    said = summary([exporting.ROW], {exporting.ROW.name: measured})
    assert exporting.ROW.title in said


def test_the_rows_are_named() -> None:
    """`python -m benchmarks` measures them."""
    assert all(row in ROWS for row in (*building.ROWS, exporting.ROW))
