"""JSON: a table is a list of objects, one a line, keys in the order of the columns.

Rule: text stays readable (UTF-8, not escaped); null is a value that is not known. A comma has a
line of its own, so that a new object, wherever it comes, adds lines and changes none.
"""

import json
from collections.abc import Iterable
from typing import IO, Any

_encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


def write_json(columns: Iterable[str], rows: Iterable[Iterable[object]], file: IO[str]) -> None:
    """Write the rows to `file` as a JSON array, an object a line."""
    names = tuple(columns)
    write_encoded((_encode(dict(zip(names, row, strict=True))) for row in rows), file)


def write_lines(objects: Iterable[Any], file: IO[str]) -> None:
    """Write objects to `file` as newline-delimited JSON, one a line."""
    file.writelines(f"{_encode(each)}\n" for each in objects)


def write_encoded(objects: Iterable[str], file: IO[str]) -> None:
    """Write objects, encoded already and without line breaks, to `file` as a JSON array."""
    separator = "[\n"
    for each in objects:
        file.write(f"{separator}{each}\n")
        separator = ",\n"
    file.write("[\n]\n" if separator == "[\n" else "]\n")
