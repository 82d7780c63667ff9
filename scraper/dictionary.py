"""The data dictionary: every table, view and column in words, as one Markdown page.

Rule: pure but for reading its two sources, schema.sql and metadata.yml; the same sources give the
same page. `python -m scraper.dictionary > docs/data-dictionary.md` writes it; check.py says when
it is stale.
"""

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import yaml

from scraper import database
from scraper.folder import default_file

_HEAD = """\
<!-- Made by `python -m scraper.dictionary > docs/data-dictionary.md`; change metadata.yml or
scraper/schema.sql instead. -->

# Data dictionary

What stands in `mikroscope.db` and in the exports. Ids are readable and the same in every build.
Days are ISO 8601; times are ISO 8601 in UTC with a Z. An empty cell is a value that is not known.
Any SQLite from 3.28 (2019) on reads the file; the search index needs its FTS5.
"""


def dictionary(schema: str, metadata: Mapping[str, Any]) -> str:
    """Return the page, from the SQL of the schema and what metadata.yml says of it."""
    said = metadata["databases"]["mikroscope"]
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(schema)
        kinds = dict(made.execute("SELECT name, type FROM sqlite_master"))
        parts = [_HEAD]
        for kind, title in (("table", "Tables"), ("view", "Views")):
            parts.append(f"## {title}\n")
            for name, table in said["tables"].items():
                if kinds[name] == kind:
                    parts.append(f"### {name}\n\n{table['description']}\n")
                    parts.append("\n".join(_columns(made, name, table["columns"])) + "\n")
    parts.append("## Queries to begin with\n\n" + "\n".join(_queries(said["queries"])))
    return "\n".join(parts) + "\n"


def _columns(made: sqlite3.Connection, name: str, columns: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of one table's Markdown table; the columns of a view are shown without type."""
    types = _types(made, name)
    yield "| column | type | means |" if any(types.values()) else "| column | means |"
    yield "| --- | --- | --- |" if any(types.values()) else "| --- | --- |"
    for column, text in columns.items():
        kind = f" {types[column]} |" if any(types.values()) else ""
        meaning = text.replace("|", r"\|")
        yield f"| `{column}` |{kind} {meaning} |"


def _types(made: sqlite3.Connection, name: str) -> dict[str, str]:
    """Return each column's type, whether it is required, and where it leads; nothing for a view."""
    leads = {
        row[3]: f" → [{row[2]}](#{row[2]})"
        for row in made.execute(f'PRAGMA foreign_key_list("{name}")')
    }
    types = {}
    for _, column, kind, required, _, key in made.execute(f'PRAGMA table_info("{name}")'):
        must = ", key" if key else ", required" if required else ""
        types[column] = f"{kind.lower()}{must}{leads.get(column, '')}"
    return types if _is_table(made, name) else dict.fromkeys(types, "")


def _is_table(made: sqlite3.Connection, name: str) -> bool:
    sql = "SELECT type = 'table' FROM sqlite_master WHERE name = ?"
    return bool(made.execute(sql, (name,)).fetchone()[0])


def _queries(queries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each canned query."""
    for name, query in queries.items():
        yield f"- `{name}`: **{query['title']}.** {query['description']}"


def current() -> str:
    """Return the page of this program's own schema and metadata."""
    metadata = yaml.safe_load(default_file("metadata.yml").read_text("utf-8"))
    return dictionary(database.schema(), metadata)


if __name__ == "__main__":
    sys.stdout.write(current())
