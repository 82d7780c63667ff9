"""One interview whole: person, posts with answers by question id, nominations, sources.

Rule: everything the database knows of an interview stands in its one object, in an order that never
changes; one interview is in memory at a time.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scraper.export.content import Content
from scraper.export.json import write_encoded, write_lines

Row = dict[str, Any]


def write_spotlights(content: Content, folder: Path) -> Iterator[Path]:
    """Write `spotlights.json`, an array, and `spotlights.ndjson`, an object a line; yield both."""
    array, lines = Path("spotlights.json"), Path("spotlights.ndjson")
    with (folder / lines).open("w", encoding="utf-8", newline="\n") as file:
        write_lines(spotlights(content), file)
    # The lines of one are those of the other: read again, they need not be asked for again.
    with (
        (folder / array).open("w", encoding="utf-8", newline="\n") as file,
        (folder / lines).open(encoding="utf-8", newline="\n") as again,
    ):
        write_encoded((line.rstrip("\n") for line in again), file)
    yield from (array, lines)


def spotlights(content: Content) -> Iterator[Row]:
    """Yield the chosen interviews in the order of their ids."""
    for row in content.query("SELECT * FROM interviews ORDER BY id"):
        (person,) = content.query("SELECT * FROM people WHERE id = ?", row["person_id"])
        yield {
            "id": row["id"],
            "series": row["series"],
            "person": dict(person),
            "role": row["role"],
            "studio": row["studio"],
            "published": row["published"],
            "languages": json.loads(row["languages"]),
            "posts": [_post(content, post) for post in _posts(content, row["id"])],
            "nominated_by": [*_nominations(content, row["person_id"], "nominee", "nominator")],
            "nominees": [*_nominations(content, row["person_id"], "nominator", "nominee")],
        }


def _posts(content: Content, interview: str) -> Iterable[Any]:
    return content.query("SELECT * FROM posts WHERE interview_id = ? ORDER BY id", interview)


def _post(content: Content, post: Any) -> Row:
    """Return a post with its answers, its pictures and where it was read from."""
    by_question, others = _answers(content, post["id"])
    told = ("id", "url", "lang", "title", "standfirst", "category", "published", "role",
            "role_detail", "intro")  # fmt: skip
    (source,) = content.query("SELECT * FROM captures WHERE id = ?", post["capture_id"])
    return {
        **{name: post[name] for name in told},
        "answers": by_question,
        "other_answers": others,
        "call_to_action": post["call_to_action"],
        "images": _bare(
            content.query("SELECT * FROM images WHERE post_id = ? ORDER BY position", post["id"])
        ),
        "status": post["status"],
        "first_seen": post["first_seen"],
        "last_seen": post["last_seen"],
        "source": dict(source),
        "versions": [
            {**row, "changed": json.loads(row["changed"])}
            for row in _bare(
                content.query(
                    "SELECT * FROM versions WHERE post_id = ? ORDER BY number", post["id"]
                )
            )
        ],
    }


def _answers(content: Content, post: str) -> tuple[dict[str, Row], list[Row]]:
    """Return a post's answers by question id, and those of no question or of one asked twice."""
    by_question: dict[str, Row] = {}
    others: list[Row] = []
    for row in content.query("SELECT * FROM answers WHERE post_id = ? ORDER BY position", post):
        name = row["question_id"]
        told = {key: row[key] for key in ("position", "question", "answer", "word_count")}
        if name and name not in by_question:
            by_question[name] = told
        else:
            others.append({"question_id": name, **told})
    return by_question, others


def _nominations(content: Content, person: str, this: str, other: str) -> Iterator[Row]:
    """Yield whom a person named, or who named the person, with the sentences that say so."""
    for row in content.query(
        f"SELECT nominations.id, status, people.id AS person_id, people.name AS name"  # noqa: S608 - names of our own schema
        f" FROM nominations JOIN people ON people.id = {other}_id WHERE {this}_id = ?"
        f" ORDER BY nominations.id",
        person,
    ):
        sentences = content.query(
            'SELECT post_id, "end", quote FROM evidence WHERE nomination_id = ? ORDER BY id',
            row["id"],
        )
        yield {
            "person_id": row["person_id"],
            "name": row["name"],
            "status": row["status"],
            "evidence": [dict(sentence) for sentence in sentences],
        }


def _bare(rows: Iterable[Any]) -> list[Row]:
    """Return rows without the ids that their place already says."""
    return [{k: v for k, v in dict(row).items() if k not in {"id", "post_id"}} for row in rows]
