"""datapackage.json: what every file and column is, as Data Package v2 says it (datapackage.org).

Rule: what it says follows from schema, metadata.yml and what was chosen, never from the rows: a
night with a new post does not change it.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scraper.export.columns import Column, Table, one_line
from scraper.export.content import Content, described
from scraper.export.sidebyside import SIDE_BY_SIDE, side_by_side

_PROFILES = "https://datapackage.org/profiles/2.0"
_TYPES = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "date": {"type": "date"},
    "time": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%SZ"},
    "list": {"type": "array"},
}
# Files that are described; the others hold the same in forms that validators need more for.
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".graphml": "application/graphml+xml",
    ".gexf": "application/gexf+xml",
    ".bib": "application/x-bibtex",
}
NOTE = (
    "An empty cell of a CSV file is a value that is not known. A cell that begins with an apostrophe"
    " has one too many, so that no spreadsheet takes it for a formula: take the first one off."
)


def is_described(path: Path) -> bool:
    """Tell whether a file is one that the package describes."""
    return path.suffix in _MEDIA_TYPES


def write_package(content: Content, files: Iterable[Path], folder: Path) -> Path:
    """Write datapackage.json in `folder` for its `files` that are described; return its path."""
    said = content.metadata
    package = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "under-the-mikroscope",
        "title": said.get("title"),
        "description": " ".join(
            filter(None, (one_line(said.get("description")), chosen(content), NOTE))
        ),
        "licenses": [{"name": "other-closed", "title": one_line(said.get("license"))}],
        "sources": [{"title": one_line(said.get("source")), "path": said.get("source_url")}],
        "resources": [*_resources(content, sorted(files))],
    }
    path = Path("datapackage.json")
    text = json.dumps({k: v for k, v in package.items() if v}, ensure_ascii=False, indent=1)
    (folder / path).write_text(f"{text}\n", "utf-8", newline="\n")
    return path


def chosen(content: Content) -> str:
    """Return a sentence on what was chosen, empty where all of it was."""
    choice = content.choice
    told = [
        f"published on {choice.since} or later" if choice.since else "",
        f"in the language {choice.lang}" if choice.lang else "",
    ]
    posts = f"Only posts {' and '.join(filter(None, told))}." if any(told) else ""
    tables = f"Only {', '.join(choice.only)}." if choice.only else ""
    return " ".join(filter(None, (posts, tables)))


def _resources(content: Content, files: list[Path]) -> Iterator[dict[str, Any]]:
    tables = {table.name: table for table in content.tables}
    for path in files:
        ending = path.suffix[1:]
        table = tables.get(path.stem) if path.parent.name == ending else None
        name = path.stem.replace("_", "-").lower()
        resource: dict[str, Any] = {
            "name": path.stem if ending == "csv" else f"{name}-{ending}",
            "path": path.as_posix(),
            "format": ending,
            "mediatype": _MEDIA_TYPES[path.suffix],
        }
        if table:
            resource["description"] = table.description
        elif ending == "csv":
            resource["description"] = SIDE_BY_SIDE
        if ending == "csv":
            resource |= {"type": "table", "encoding": "utf-8", "dialect": _DIALECT}
            resource["schema"] = _schema(table, tables) if table else _of_side_by_side(content)
        yield {key: value for key, value in resource.items() if value}


_DIALECT = {
    "$schema": f"{_PROFILES}/tabledialect.json",
    "delimiter": ",",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
}


def _schema(table: Table, tables: dict[str, Table]) -> dict[str, Any]:
    """Return the Table Schema of a table; keys to tables that were not chosen are left out."""
    foreign = [
        {
            "fields": [column.name],
            "reference": {"resource": column.references, "fields": ["id"]},
        }
        for column in table.columns
        if column.references in tables
    ]
    schema = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": [column.name for column in table.columns if column.key],
        "uniqueKeys": [list(group) for group in table.together],
        "foreignKeys": foreign,
    }
    return {key: value for key, value in schema.items() if value}


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {
        "required": column.required,
        "unique": column.unique,
        "enum": list(column.choices),
    }
    field: dict[str, Any] = {
        "name": column.name,
        **_TYPES[column.kind],
        "description": column.description,
        "constraints": {key: value for key, value in constraints.items() if value},
    }
    said = {key: value for key, value in field.items() if value}
    # Empty text is a value here, and does not mean that it is missing.
    return said | ({"missingValues": []} if column.blank else {})


def _of_side_by_side(content: Content) -> dict[str, Any]:
    """Return the Table Schema of the answers side by side, in the words of the view of that name."""
    asked = {
        row["id"].replace("-", "_"): row["text_en"]
        for row in content.query("SELECT id, text_en FROM questions ORDER BY position")
    }
    words = described(content.metadata, "answers_side_by_side").get("columns", {}) | asked
    words["lang"] = "Language of the row's answers: en or fr."
    names, _ = side_by_side(content)
    return {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [
            {
                "name": name,
                "type": "date" if name == "published" else "string",
                **({"description": one_line(words[name])} if name in words else {}),
            }
            for name in names
        ],
        "missingValues": [""],
    }
