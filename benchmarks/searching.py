"""Row: what people type → a page of what was found, against Datasette's own search.

The peer shows as many rows a page, marks nothing, counts no facets, ranks nothing and knows no stems
of French. The floor is the query of the full-text index alone, ranked as ours is, in
a process of its own without HTTP: a line in, the number of rows out.
"""

import gzip
import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote_plus

from benchmarks.asking import Answerer, ask_all, database_of, datasette, lines, mikroscope
from benchmarks.row import Measured, Row

POSTS = 12_000  # of a studio with some 100,000 answers
SHOWN = 20  # answers on a page
WARM = ("film", "“the light”", "lum*", "Inès")  # asked first of each new server, and not measured
# Datasette does not see by itself that answers_fts holds the words of answers.
TOLD = json.dumps(
    {
        "databases": {
            "mikroscope": {"tables": {"answers": {"fts_table": "answers_fts", "fts_pk": "rowid"}}}
        }
    }
)
BARE = """
import sqlite3, sys
from scraper.site.search import match
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
sql = '''SELECT rowid FROM answers_fts WHERE answers_fts MATCH ?
         ORDER BY bm25(answers_fts, 0.2, 4.0, 8.0, 1.0, 0.1) LIMIT 20'''
for line in sys.stdin:
    print(len(connection.execute(sql, (match(line.strip()),)).fetchall()))
"""
_WORD = re.compile(r"[^\W\d_]{4,}")


def _at(words: Sequence[str], number: int) -> int:
    return number * 7 % (len(words) - 2)


# What people type, made of the words of one answer and the name of who gave it.
KINDS: tuple[Callable[[Sequence[str], str, int], str], ...] = (
    lambda words, _, n: words[_at(words, n)],  # as it stands there, inflected
    lambda words, _, n: " ".join((words[_at(words, n)], words[-1])),
    lambda words, _, n: max(words[n % 3 :], key=len),  # mostly a rare one
    lambda words, _, n: f"{words[_at(words, n)][:4]}*",
    lambda words, _, n: _bare(words[_at(words, n)]),
    lambda _, name, __: name,
    lambda words, _, n: f"{words[0].upper()} {words[_at(words, n) + 1]} {words[-1]}",
    lambda words, name, _: f"{name.split()[0]} {words[1]}",
)


def _bare(word: str) -> str:
    """Return a word without its accents, as many type it."""
    return "".join(
        mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark)
    )


def queries(database: Path, count: int) -> list[str]:
    """Return `count` different queries, always the same of one database; every tenth is a phrase."""
    return list(islice(dict.fromkeys(_typed(database)), count))


def _typed(database: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            "SELECT answer, name FROM answers JOIN people ON people.id = person_id"
            " WHERE length(answer) > 60 ORDER BY answers.rowid * 7919 % 104729, answers.rowid"
        )
        for number, ((answer, name), kind) in enumerate(zip(found, cycle(KINDS), strict=False)):
            words = _WORD.findall(answer)
            start = answer.find(" ") + 1
            phrase = " ".join(answer[start:].split()[:3])
            if len(words) > 4:
                yield f'"{phrase}"' if number % 10 == 9 else kind(words, name, number)


def _shown(mark: bytes, answer: bytes) -> int:
    """Return how often a page, compressed or not, holds a mark: once an answer that it shows."""
    return (gzip.decompress(answer) if answer[:2] == b"\x1f\x8b" else answer).count(mark)


def measure(count: int, rounds: int, posts: int = POSTS) -> Measured:
    """Ask `count` queries of each, over an archive of `posts`."""
    database = database_of(posts)
    answerers = (
        Answerer(
            "mikroscope",
            lambda query: f"/search?q={quote_plus(query)}",
            partial(mikroscope, database),
            partial(_shown, b"#answer-"),
        ),
        Answerer(
            "Datasette, _search",
            lambda query: f"/mikroscope/answers?_size={SHOWN}&_search={quote_plus(query)}",
            partial(datasette, database, TOLD),
            partial(_shown, b'class="col-id '),
        ),
        Answerer(
            "the query of the index alone",
            str,
            partial(lines, ["-c", BARE, str(database)]),
            int,
        ),
    )
    return ask_all(answerers, WARM, queries(database, count), rounds)


ROW = Row(
    name="search",
    title="search 100,000 answers",
    unit="query",
    fact="answers shown",
    count=200,
    measure=measure,
    within=10,
    note=(
        "The goal is a page within 10 ms of the query alone at the median. Datasette's page shows as"
        " many rows, in no order of rank; it takes a star and quotation marks for letters, and"
        " suggests no facets here, which is its own advice for speed. Searches are never answered"
        " from pages that were kept. CPU and memory are the server's."
    ),
)
