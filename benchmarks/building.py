"""Row: an archive → a database with its search index, against rows that are ready-made.

What is compared is loading: `database.create`, as a build calls it, is given the rows that the peer
and the floor get. The whole build, which reads HTML out of WARC first, stands beside it.
"""

import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.prepared import PROGRAM, Prepared, answers_in, dump, prepare
from benchmarks.programs import Program, run
from benchmarks.row import Measured, Row
from scraper import database
from scraper.folder import DataFolder

LOADED = "loaded.db"
LOADING = """
import marshal, sys
from pathlib import Path
from scraper import database

def content(file):
    while True:
        try:
            table, names, rows = marshal.load(file)
        except EOFError:
            return
        if table != "answers_fts":  # which `create` fills itself, stems and all
            yield table, (dict(zip(names, row)) for row in rows)

with open(sys.argv[1], "rb") as file:
    database.create(Path(sys.argv[2]), content(file))
"""
FLOOR = """
import marshal, sqlite3, sys

connection = sqlite3.connect(sys.argv[2], isolation_level=None)
connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
# Indexes when the rows are there, the index of words last: so it is cheapest.
before_rows, first, after_rows = open(sys.argv[3], encoding="utf-8").read().partition("CREATE INDEX")
connection.executescript(before_rows)
connection.execute("BEGIN")
with open(sys.argv[1], "rb") as file:
    while True:
        try:
            table, names, rows = marshal.load(file)
        except EOFError:
            break
        if table == "answers_fts" and after_rows:
            connection.execute("COMMIT")
            connection.executescript(first + after_rows)
            connection.execute("BEGIN")
            after_rows = ""
        columns = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
connection.execute("INSERT INTO people_fts (people_fts) VALUES ('rebuild')")
connection.execute("COMMIT")
"""


def _build(prepared: Prepared, folder: Path) -> Sequence[str]:
    DataFolder(folder).archive.symlink_to(prepared.archive)
    return (*PROGRAM, "build", "--data", str(folder))


def _load(prepared: Prepared, _folder: Path) -> Sequence[str]:
    return (sys.executable, "-c", LOADING, str(prepared.rows), LOADED)


def _sqlite_utils(prepared: Prepared, _folder: Path) -> Sequence[str]:
    """Return a shell script with one process a table, and one an index, as a user would write it."""
    program = (sys.executable, "-m", "sqlite_utils")
    lines: list[Sequence[str]] = [
        (*program, "insert", LOADED, table, str(prepared.lines(table)), "--nl", "--pk", "id",
         "--batch-size", str(database.BATCH), "--silent")
        for table in database.table_names()
    ]  # fmt: skip
    lines += [
        (*program, "enable-fts", LOADED, "answers", "question", "answer", "--tokenize", "porter"),
        (*program, "enable-fts", LOADED, "people", "name"),
    ]
    return ("sh", "-ec", "\n".join(map(shlex.join, lines)))


def _executemany(prepared: Prepared, folder: Path) -> Sequence[str]:
    schema = folder / "schema.sql"
    schema.write_text(database.schema(), encoding="utf-8")
    return (sys.executable, "-c", FLOOR, str(prepared.rows), LOADED, str(schema))


def _answers(name: str, folder: Path) -> int:
    return answers_in(folder / name)


def measure(count: int, rounds: int) -> Measured:
    """Build the archive of a studio of `count` posts, and load the rows of its database."""
    with TemporaryDirectory(prefix="mikroscope-bench-build-") as root:
        prepared = prepare(Path(root), count)
        dump(prepared)
        loaded = partial(_answers, LOADED)
        return run(
            (
                Program("mikroscope, loading the rows", partial(_load, prepared), loaded),
                Program(
                    "mikroscope, build from the archive",
                    partial(_build, prepared),
                    partial(_answers, prepared.database.name),
                ),
                Program(
                    "sqlite-utils insert, enable-fts", partial(_sqlite_utils, prepared), loaded
                ),
                Program("sqlite3 executemany", partial(_executemany, prepared), loaded),
            ),
            count,
            rounds,
        )


NOTE = (
    "Peer and floor are given the rows of a finished database; a build has to make them: it reads"
    " HTML out of gzip'd WARC, every tenth post twice, tells people apart, checks and publishes."
    " So the goal is about the line that does as they do, `scraper.database.create` with rows"
    " ready-made. That line has more to do than the others: it holds every foreign key, stems each"
    " answer in its own language, and merges the search index into one segment; the floor is given"
    " the stems. sqlite-utils runs a process a table (`insert --nl`) and an index (`enable-fts`, the"
    " answers with porter): it writes no stems, no constraint, and no index but the keys; it reads"
    " its rows as JSON, the other two from Python's own format, and commits as SQLite does unless told"
    " otherwise, which costs it time of the clock. One round at 100,000 posts, since one takes minutes."
)


def _row(name: str, posts: int, rounds: int | None = None) -> Row:
    return Row(
        name=name,
        title=f"build the database of an archive, {posts:,} posts",
        unit="post",
        fact="answers",
        count=posts,
        measure=measure,
        rounds=rounds,
        most=2,
        ours=2,
        as_peers=0,
        note=NOTE,
    )


ROWS = (_row("build", 10_000), _row("build-large", 100_000, rounds=1))
