"""Parquet: a typed file a table, for DuckDB, Arrow, pandas and R (`arrow`). An extra.

Rule: types are the columns' own: days are dates, times are UTC, lists are lists of text. Rows are
written in groups, so that memory does not grow with the table.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from scraper.errors import MikroscopeError
from scraper.export.columns import Column, Kind, Table
from scraper.export.content import Content

GROUP = 5000  # rows in a group

_VALUE: dict[Kind, Callable[[Any], Any]] = {
    "text": str,
    "integer": int,
    "date": date.fromisoformat,
    "time": datetime.fromisoformat,
    "list": json.loads,
}


def needed() -> None:
    """Raise MikroscopeError, with the way out, where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise MikroscopeError("Parquet needs pyarrow: pip install 'mikroscope[parquet]'")


def write_parquet(content: Content, folder: Path) -> Iterator[Path]:
    """Write `parquet/TABLE.parquet` for each table below `folder`; yield their paths in it."""
    # An extra, slow to load.
    import pyarrow as pa  # noqa: PLC0415 - as the comment says
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    pa.set_cpu_count(1)  # many small groups are not faster by more threads, and these hold memory
    (folder / "parquet").mkdir()
    for table in content.tables:
        path = Path("parquet") / f"{table.name}.parquet"
        schema = _schema(pa, table)
        with pq.ParquetWriter(folder / path, schema, compression="zstd") as writer:
            for rows in _groups(content.rows(table)):
                columns = zip(table.columns, zip(*rows, strict=True), strict=True)
                values = [_values(column, cells) for column, cells in columns]
                writer.write_table(pa.table(values, schema=schema), row_group_size=GROUP)
        yield path


def _schema(pa: Any, table: Table) -> Any:
    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "date": pa.date32(),
        "time": pa.timestamp("ms", tz="UTC"),  # Parquet has no seconds
        "list": pa.list_(pa.string()),
    }
    return pa.schema(
        [
            pa.field(
                column.name,
                types[column.kind],
                nullable=not column.required,
                metadata={"description": column.description},
            )
            for column in table.columns
        ],
        metadata={"description": table.description},
    )


def _values(column: Column, cells: tuple[Any, ...]) -> list[Any]:
    value = _VALUE[column.kind]
    return [None if cell is None else value(cell) for cell in cells]


def _groups(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while group := list(islice(rows, GROUP)):
        yield group
