"""Rows: the page of an interview and the home page, against Datasette's page of the same row.

The floor is a file of the size of our page, sent by Datasette's own server. Interviews are asked
for once each, so that none comes from pages that were kept; the home page is the same each time, and
is shown besides as it is without that, by addresses that differ.
"""

import gzip
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.asking import Answerer, ask_all, database_of, datasette, mikroscope
from benchmarks.row import Measured, Row

Address = Callable[[str], str]  # of an interview
Measure = Callable[[int, int, int], Measured]
SMALL, LARGE = 300, 12_000  # posts of a studio
WARM = 3  # pages that are asked for first of each new server, and not measured
NOTE = (
    "One reader on one connection, who never pauses: requests a second are 1,000 by the wall ms."
    " A page is kept until the next publication: no interview comes from there here, and each home page"
    " but the first; who is ahead is settled by the pages as visitors get them. Datasette has no plugin"
    " and suggests no facets, which is its own advice for speed; a database that is published anew each"
    " night cannot be opened as immutable. The file is sent by a plain Datasette. CPU and memory are"
    " the server's."
)


def _row_of(interview: str) -> str:
    return f"/mikroscope/interviews/{interview}"


def interviews(database: Path, count: int) -> list[str]:
    """Return the ids of `count` interviews, from all over the archive, each once if there are as many."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            "SELECT id FROM interviews ORDER BY rowid * 7919 % 104729, rowid LIMIT ?", (count,)
        ).fetchall()
    ids = [one for (one,) in found]
    return (ids * (count // len(ids) + 1))[:count]


def _whole(answer: bytes) -> int:
    """Return 1 for an answer that came whole: a page to its end, or the file that stands for one."""
    body = gzip.decompress(answer) if answer[:2] == b"\x1f\x8b" else answer
    return int(b"</html>" in body[-20:])


def _measure(ways: Mapping[str, Address], posts: int, count: int, rounds: int) -> Measured:
    """Ask for the pages of `count` interviews, by the addresses that our `ways` have for them."""
    database = database_of(posts)
    before, asked = (ids := interviews(database, count + WARM))[:WARM], ids[WARM:]
    with TemporaryDirectory(prefix="mikroscope-page-") as folder:
        with mikroscope(database) as server:
            page = server.ask(ways["mikroscope"](asked[0]))
        whole = gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page
        (Path(folder) / "page.html").write_bytes(whole)
        answerers = (
            *(
                Answerer(name, address, partial(mikroscope, database), _whole)
                for name, address in ways.items()
            ),
            Answerer("Datasette, page of the row", _row_of, partial(datasette, database), _whole),
            Answerer(
                "a file of that size",
                lambda _: "/files/page.html",
                partial(datasette, database, "{}", Path(folder)),
                _whole,
            ),
        )
        return ask_all(answerers, before, asked, rounds)


def measure_interviews(count: int, rounds: int, posts: int = SMALL) -> Measured:
    """Ask for `count` interviews."""
    return _measure({"mikroscope": lambda one: f"/spotlights/{one}"}, posts, count, rounds)


def measure_home(count: int, rounds: int, posts: int = SMALL) -> Measured:
    """Ask `count` times for the home page, and as often for a row."""
    ways: dict[str, Address] = {
        "mikroscope": lambda _: "/",
        "mikroscope, never from what was kept": lambda one: f"/?{one}",
    }
    return _measure(ways, posts, count, rounds)


def _row(name: str, title: str, measure: Measure, posts: int, ours: int = 1) -> Row:
    return Row(
        name=name,
        title=f"{title}, {posts:,} posts",
        unit="page",
        fact="whole pages",
        count=200,
        measure=lambda count, rounds: measure(count, rounds, posts),
        ours=ours,
        as_peers=0,
        note=NOTE,
    )


ROWS = (
    _row("interview", "page of an interview", measure_interviews, SMALL),
    _row("interview-large", "page of an interview", measure_interviews, LARGE),
    _row("home", "home page", measure_home, SMALL, ours=2),
    _row("home-large", "home page", measure_home, LARGE, ours=2),
)
