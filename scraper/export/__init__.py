"""Database → files: each format of FORMATS, the same bytes for the same database.

Rule: one module a format, and a table of them here. The folder is written beside and swapped in, so
that a reader never meets half of it; rows are written as they are read, never held.

content: what was chosen · columns: types and words · folder: swapping in · package, readme: what
the files are.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import yaml

from scraper import database
from scraper.errors import DatabaseError, DataFolderError, WrongUsage
from scraper.export.bib import write_bib
from scraper.export.content import Choice, Content
from scraper.export.csv import write_csv
from scraper.export.folder import SUMS, Sums, refuse_strangers, replaced, sums_of, sweep
from scraper.export.graph import write_gexf, write_graphml
from scraper.export.json import write_json
from scraper.export.package import is_described, write_package
from scraper.export.parquet import needed as parquet_needed
from scraper.export.parquet import write_parquet
from scraper.export.readme import write_readme
from scraper.export.sidebyside import side_by_side
from scraper.export.spotlights import write_spotlights
from scraper.export.text import write_texts
from scraper.export.xlsx import write_xlsx
from scraper.folder import default_file

__all__ = ["FORMATS", "STREAMED", "Choice", "export", "renew", "stream", "sweep"]

WriteTable = Callable[[Iterable[str], Iterable[Iterable[object]], IO[str]], None]
WriteFile = Callable[[Content, IO[str]], None]
Write = Callable[[Content, Path], Iterator[Path]]

# What can be written for a single table as it is read.
STREAMED: dict[str, WriteTable] = {"csv": write_csv, "json": write_json}


class Format(NamedTuple):
    """One way to write what was chosen: how, which files it makes, and what they are.

    `by_table`: it writes table by table, and so can be asked for some of them. `usual`: it is
    written unless formats were named. `needed` raises where something is not installed.
    """

    write: Write
    files: tuple[tuple[str, str], ...]
    by_table: bool = False
    usual: bool = True
    needed: Callable[[], None] = lambda: None

    @property
    def file_a_table(self) -> bool:
        """Whether each table has a file of its own."""
        return all("TABLE" in name for name, _ in self.files)


def _tables(ending: str, content: Content, folder: Path) -> Iterator[Path]:
    """Write `ENDING/TABLE.ENDING` for each table."""
    (folder / ending).mkdir()
    for table in content.tables:
        path = Path(ending) / f"{table.name}.{ending}"
        with (
            (folder / path).open("w", encoding="utf-8", newline="") as file,
            closing(content.rows(table)) as rows,
        ):
            STREAMED[ending](table.names, rows, file)
        yield path


def _file(name: str, write: WriteFile, content: Content, folder: Path) -> Iterator[Path]:
    """Write one file."""
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        write(content, file)
    yield Path(name)


def _side_by_side(content: Content, file: IO[str]) -> None:
    write_csv(*side_by_side(content), file)


FORMATS: dict[str, Format] = {
    "csv": Format(
        partial(_tables, "csv"),
        (("csv/TABLE.csv", "every table, RFC 4180"),),
        by_table=True,
    ),
    "json": Format(
        partial(_tables, "json"),
        (("json/TABLE.json", "every table to the letter, an object a line"),),
        by_table=True,
    ),
    "spotlights": Format(
        write_spotlights,
        (
            ("spotlights.json", "every interview whole: person, posts, answers, baton, sources"),
            ("spotlights.ndjson", "the same, an interview a line"),
        ),
    ),
    "side-by-side": Format(
        partial(_file, "answers_side_by_side.csv", _side_by_side),
        (("answers_side_by_side.csv", "one row a post, one column a question"),),
    ),
    "graphml": Format(
        partial(_file, "baton.graphml", write_graphml),
        (("baton.graphml", "who named whom, as a graph for networkx, igraph, yEd"),),
    ),
    "gexf": Format(
        partial(_file, "baton.gexf", write_gexf),
        (("baton.gexf", "the same graph for Gephi"),),
    ),
    "xlsx": Format(
        write_xlsx,
        (("spotlights.xlsx", "every table as a sheet"),),
        by_table=True,
    ),
    "parquet": Format(
        write_parquet,
        (("parquet/TABLE.parquet", "every table with its types, for DuckDB and Arrow"),),
        by_table=True,
        usual=False,
        needed=parquet_needed,
    ),
    "bib": Format(
        partial(_file, "interviews.bib", write_bib),
        (("interviews.bib", "every post as a reference, for Zotero, JabRef and BibLaTeX"),),
    ),
    "text": Format(
        write_texts,
        (("text/ID.LANG.md", "every post as plain Markdown, for corpus tools"),),
    ),
}
# What stands in every folder.
_ABOUT = (
    ("datapackage.json", "every table and column described, with types and keys (Data Package v2)"),
    (SUMS, "a digest of every file"),
    ("README.md", "this page"),
)
_TOP = {name.split("/")[0] for f in FORMATS.values() for name, _ in f.files} | dict(_ABOUT).keys()


def export(
    source: Path, target: Path, formats: Iterable[str] = (), choice: Choice | None = None
) -> int:
    """Write what was chosen of the database `source` to the folder `target`; count the files.

    `formats` are names of FORMATS, all usual ones by default; of a choice of tables, those that go
    by table. What stood at `target` is replaced in one go when everything is written. Raises
    DatabaseError where there is no database, WrongUsage for a format or a table that is none or
    formats that do not fit the choice, MikroscopeError where an extra is not installed, Busy where
    another export is writing there, DataFolderError where the folder cannot be written.
    """
    choice = choice or Choice()
    wanted = _wanted(tuple(formats), choice)
    real = target.resolve()  # what a link leads to is replaced, not the link
    with _opened(source, choice) as content:
        refuse_strangers(real, _TOP)
        try:
            with replaced(real) as folder, Sums(folder) as sums:
                data = [
                    path
                    for name in wanted
                    for path in FORMATS[name].write(content, folder)
                    if sums.add(path) and is_described(path)  # there can be very many texts
                ]
                sums.add(write_package(content, data, folder))
                holds = [each for name in wanted for each in FORMATS[name].files]
                sums.add(write_readme(content, (*holds, *_ABOUT), folder))
        except OSError as error:
            raise DataFolderError(f"cannot write {target}: {error.strerror}") from error
    return sums.count + 1


def renew(source: Path, target: Path) -> int:
    """Bring an export of all usual formats up to date with runs that were added; count the files.

    `target` is as `export` left it, and nothing but runs, and captures of no post, is new in
    `source`. The bytes are those of `export`; files that tell of no run are the old ones, linked.
    Raises as `export` does.
    """
    real = target.resolve()
    with _opened(source, Choice()) as content, _opened(source, Choice(database.OF_RUNS)) as told:
        refuse_strangers(real, _TOP)
        before = sums_of(real)
        try:
            with replaced(real) as folder, Sums(folder) as sums:
                written = {
                    path
                    for each in FORMATS.values()
                    if each.usual and each.by_table
                    for path in each.write(told if each.file_a_table else content, folder)
                }
                for path, digest in before.items():
                    if path in written:
                        sums.add(path)
                    else:
                        sums.keep(path, digest, real)
        except OSError as error:
            raise DataFolderError(f"cannot write {target}: {error.strerror}") from error
    return sums.count + 1


def stream(source: Path, choice: Choice, name: str, file: IO[str]) -> None:
    """Write the one table that was chosen to `file`, in a format of STREAMED.

    `file` is open for UTF-8 with newline="". Raises as `export` does.
    """
    if len(set(choice.only)) != 1:
        raise WrongUsage("standard output takes one table: name it with --only TABLE")
    if name not in STREAMED:
        raise WrongUsage(f"standard output takes {' or '.join(STREAMED)}, not {name}")
    with _opened(source, choice) as content:
        (table,) = content.tables
        # Closed before the database is, also where the reader of our output has gone.
        with closing(content.rows(table)) as rows:
            STREAMED[name](table.names, rows, file)


def _wanted(formats: tuple[str, ...], choice: Choice) -> tuple[str, ...]:
    """Return the formats to write, and see that they can be."""
    for name in formats:
        if name not in FORMATS:
            raise WrongUsage(f"expected a format of {', '.join(FORMATS)}, got {name!r}")
        if choice.only and not FORMATS[name].by_table:
            able = ", ".join(key for key, each in FORMATS.items() if each.by_table)
            raise WrongUsage(f"{name} is of all tables; --only goes with {able}")
        FORMATS[name].needed()
    # In the order of FORMATS, however they were named: the same choice gives the same bytes.
    return tuple(
        key
        for key, each in FORMATS.items()
        if (key in formats if formats else each.usual and (each.by_table or not choice.only))
    )


@contextmanager
def _opened(source: Path, choice: Choice) -> Iterator[Content]:
    """Give what was chosen of one state of the database."""
    metadata: Any = yaml.safe_load(default_file("metadata.yml").read_text("utf-8"))
    with closing(database.opened(source)) as connection:
        try:
            yield Content(connection, choice, metadata)
        except sqlite3.Error as error:
            raise DatabaseError(f"cannot read {source}: {error}") from error
