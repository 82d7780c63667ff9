"""JSON: a table is a list of objects, one a line, keys in the order of the columns.

Rule: text stays readable (UTF-8, not escaped); null is a value that is not known.
"""

import json
from collections.abc import Iterable
from typing import IO


def write_json(columns: Iterable[str], rows: Iterable[Iterable[object]], file: IO[str]) -> None:
    """Write the rows to `file` as a JSON array, an object a line."""
    names = tuple(columns)
    separator = "[\n"
    for row in rows:
        file.write(separator + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False))
        separator = ",\n"
    file.write("[]\n" if separator == "[\n" else "\n]\n")
