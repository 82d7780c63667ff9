"""A database of as many interviews as one likes, filled with invented rows by SQL alone.

Rule: only what schema.sql names is used; the shape is that of a real archive: a French post for
every fourth interview, nine answers a post, batons in long chains, a few versions and findings.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from scraper import database
from scraper.database.search import fill_index

QUESTIONS = (
    "best-part", "first-project", "background", "inspiration", "character", "achievement",
    "superpower", "advice", "baton",
)  # fmt: skip
TURNS = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :turns)"
AT = "'2026-11-20T08:00:00Z'"
FILL = (
    f"""INSERT INTO people {TURNS} SELECT 'person-' || n, 'Person ' || n,
        CASE n % 3 WHEN 0 THEN 'Paris' WHEN 1 THEN 'Bangalore' ELSE 'Montréal' END, 'Artist'
        FROM n""",
    """INSERT INTO interviews SELECT id, 'under-the-mikroscope', id, role, studio,
        date('2015-01-01', '+' || (rowid / 3) || ' days'), '["en"]' FROM people
        WHERE rowid % 50 > 0""",
    f"""INSERT INTO captures SELECT lang || interviews.rowid, 'https://studio.example/' || lang ||
        '/' || id, {AT}, 'site', 'response', 200, 'text/html', 'sha256:0', 'a.warc.gz',
        interviews.rowid FROM interviews
        JOIN (SELECT 'en' AS lang, 1 AS each UNION ALL SELECT 'fr', 4)
        WHERE interviews.rowid % each = 0""",
    f"""INSERT INTO posts SELECT interviews.id || '-' || substr(captures.id, 1, 2), interviews.id,
        url, substr(captures.id, 1, 2), 'Under', NULL, NULL, published, role, NULL, NULL, NULL,
        CASE captures."offset" % 100 WHEN 0 THEN 'gone' ELSE 'live' END, {AT}, {AT}, captures.id,
        '[]' FROM captures JOIN interviews ON interviews.rowid = captures."offset" """,
    """INSERT INTO answers SELECT posts.id || '-' || questions.id, posts.id, interview_id,
        questions.id, questions.position, lang, text_en, 'I answer about film number ' ||
        posts.rowid, 5 + posts.rowid * 7 % 300 FROM posts JOIN questions""",
    """INSERT INTO nominations SELECT one.id || '--' || other.id, one.id, other.id,
        'nominator only' FROM people AS one JOIN people AS other ON other.rowid = one.rowid + 3
        WHERE one.rowid % 10 > 0""",
    """INSERT INTO evidence SELECT nominations.id || '--1', nominations.id, posts.id, 'nominator',
        'I name them.' FROM nominations JOIN posts ON interview_id = nominator_id
        WHERE lang = 'en'""",
    "INSERT INTO images SELECT id || '-1', id, 1, url || '.jpg', NULL, NULL FROM posts",
    f"""INSERT INTO versions SELECT posts.id || '-v' || number, posts.id, number, capture_id, {AT},
        '[]' FROM posts JOIN (SELECT 1 AS number UNION ALL SELECT 2)
        WHERE number = 1 OR posts.rowid % 10 = 0""",
    """INSERT INTO findings SELECT 'f' || posts.rowid, 'note', 'no-' || (posts.rowid % 12), id,
        'message', NULL FROM posts WHERE posts.rowid % 3 = 0""",
    f"INSERT INTO runs VALUES ('r', 'site', {AT}, {AT}, 1, 1, 1, 1, 1, 1, 1, 1)",
)


def fill(path: Path, turns: int) -> Path:
    """Write a database of `turns` people, nearly all interviewed, to `path`; return the path."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA synchronous = OFF;" + database.schema())
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executemany(
            "INSERT INTO questions VALUES (?, ?, ?, ?)",
            ((name, at, name, name) for at, name in enumerate(QUESTIONS, start=1)),
        )
        for statement in FILL:
            connection.execute(statement, {"turns": turns})
        fill_index(connection)
        connection.execute("ANALYZE")
        connection.commit()
    return path
