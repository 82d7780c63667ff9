"""An archive, its database and its rows: what the rows `build` and `export` begin with.

Rule: made once for a row, by this program, before anything is measured; contenders only read it.
"""

import json
import marshal
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import growth
from scraper import database
from scraper.folder import DataFolder

PROGRAM = (sys.executable, "-m", "scraper")
_STEMMED = (
    "SELECT rowid, question, answer, person, stems, question_stems FROM answers_fts ORDER BY rowid"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A data folder that was built; `dump` puts its rows, ready-made, into files beside it."""

    folder: Path

    @property
    def archive(self) -> Path:
        """The folder of WARC segments."""
        return DataFolder(self.folder).archive

    @property
    def database(self) -> Path:
        """The published database."""
        return DataFolder(self.folder).database

    @property
    def rows(self) -> Path:
        """The rows of all tables as Python values: (table, columns, rows) in portions."""
        return self.folder / "rows.marshal"

    def lines(self, table: str) -> Path:
        """Return where the rows of a table stand as JSON, one a line."""
        return self.folder / f"{table}.ndjson"


def prepare(folder: Path, count: int) -> Prepared:
    """Write the archive of a studio of `count` posts into an empty folder, and build it."""
    prepared = Prepared(folder)
    growth.fill(prepared.archive, count)
    subprocess.run([*PROGRAM, "build", "--data", folder], check=True, stdout=subprocess.DEVNULL)
    return prepared


def dump(prepared: Prepared) -> None:
    """Write the rows of every table, and of the search index as it is filled, to files."""
    with (
        closing(database.opened(prepared.database)) as connection,
        prepared.rows.open("wb") as values,
    ):
        for table in database.table_names():
            cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid')  # noqa: S608 - names of our own schema
            names = tuple(column[0] for column in cursor.description)
            with prepared.lines(table).open("w", encoding="utf-8") as lines:
                while some := list(map(tuple, cursor.fetchmany(database.BATCH))):
                    marshal.dump((table, names, some), values)
                    for row in some:
                        said = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
                        lines.write(f"{said}\n")
        cursor = connection.execute(_STEMMED)
        names = tuple(column[0] for column in cursor.description)
        while some := list(map(tuple, cursor.fetchmany(database.BATCH))):
            marshal.dump(("answers_fts", names, some), values)


def answers_in(path: Path) -> int:
    """Return how many answers a database holds."""
    with closing(database.opened(path)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM answers").fetchone()
        return int(number)
