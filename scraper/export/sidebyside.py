"""Answers side by side: one row a post, one column a question of the series.

Rule: columns are named by the questions' ids, with underscores. A question that was asked twice
has both answers, parted by a blank line; questions of a post's own stand in `answers`.
"""

from collections.abc import Iterator

from scraper.export.content import Content

BEFORE = ("person", "role", "studio", "published", "lang")
SIDE_BY_SIDE = (
    "One row a post, one column a question: an interview in two languages has two rows. The view of the"
    " same name has one row an interview."
)
AFTER = ("url", "interview_id")


def side_by_side(content: Content) -> tuple[tuple[str, ...], Iterator[tuple[object, ...]]]:
    """Return the columns, and the rows in the order of interview and language."""
    questions = [row["id"] for row in content.query("SELECT id FROM questions ORDER BY position")]
    columns = (*BEFORE, *(name.replace("-", "_") for name in questions), *AFTER)
    return columns, _rows(content, questions)


def _rows(content: Content, questions: list[str]) -> Iterator[tuple[object, ...]]:
    for post in content.query(
        "SELECT posts.id, people.name AS person, interviews.role, interviews.studio,"
        " posts.published, posts.lang, posts.url, interviews.id AS interview_id"
        " FROM posts JOIN interviews ON interviews.id = posts.interview_id"
        " JOIN people ON people.id = interviews.person_id ORDER BY posts.id"
    ):
        said: dict[str, str] = {}
        for row in content.query(
            "SELECT question_id, answer FROM answers WHERE post_id = ? ORDER BY position",
            post["id"],
        ):
            name = row["question_id"]
            said[name] = f"{said[name]}\n\n{row['answer']}" if name in said else row["answer"]
        yield (
            *(post[name] for name in BEFORE),
            *(said.get(name) for name in questions),
            *(post[name] for name in AFTER),
        )
