"""README.md of the exported folder: what each file is, and how to read it without surprises.

Rule: it tells of the files that are there, and of nothing that changes from night to night.
"""

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from scraper.export.columns import one_line
from scraper.export.content import Content
from scraper.export.package import chosen


def write_readme(content: Content, holds: Iterable[tuple[str, str]], folder: Path) -> Path:
    """Write README.md in `folder`; `holds` are names of files and what they are; return its path."""
    said = content.metadata
    lines = [
        f"# {said.get('title', 'Under the Mikroscope')}",
        one_line(said.get("description")),
        chosen(content),
        "\n".join(["| file | is |", "| --- | --- |", *(f"| `{n}` | {w} |" for n, w in holds)]),
        _tables(content),
        resources.files(__package__).joinpath("reading.md").read_text("utf-8").strip(),
        "## Rights",
        _rights(said),
    ]
    path = Path("README.md")
    text = "\n\n".join(line for line in lines if line)
    (folder / path).write_text(f"{text}\n", "utf-8", newline="\n")
    return path


def _tables(content: Content) -> str:
    rows = (f"| `{table.name}` | {table.description} |" for table in content.tables)
    return "\n".join(["## Tables", "", "| table | holds |", "| --- | --- |", *rows])


def _rights(said: Mapping[str, Any]) -> str:
    source = f"{one_line(said.get('source'))}, <{said.get('source_url', '')}>"
    return (
        f"{one_line(said.get('license'))}. Source: {source}. Cite an interview by its own address;"
        " `interviews.bib` has them all."
    )
