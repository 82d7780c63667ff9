"""The pages one looks through: home, all interviews, questions, search, the baton, about.

Rule: SQL and its rows; what a visitor chose narrows every list by the same table of filters.
"""

from collections.abc import Mapping

from scraper.site.archive import (
    Row,
    State,
    asked,
    count,
    facets,
    narrowed,
    row,
    rows,
    single,
    window,
)
from scraper.site.search import mark, match, match_names, passage, terms
from scraper.site.spotlights import SORTS, TURN, with_languages

PER_PAGE = {"search": 20, "question": 30}
NARROWED_BY = ("studio", "year", "lang", "question")
_NUMBERS = """
SELECT (SELECT count(DISTINCT person_id) FROM interviews) AS people,
       (SELECT count(*) FROM interviews)                  AS interviews,
       (SELECT count(*) FROM posts)                       AS posts,
       (SELECT count(*) FROM answers)                     AS answers,
       (SELECT count(DISTINCT lang) FROM posts)           AS languages,
       (SELECT count(DISTINCT studio) FROM interviews)    AS studios,
       (SELECT min(published) FROM interviews)            AS first,
       (SELECT max(published) FROM interviews)            AS last,
       coalesce((SELECT max(finished) FROM runs), (SELECT max(last_seen) FROM posts)) AS updated
"""
_ANSWERS = """
FROM answers
JOIN posts ON posts.id = answers.post_id
JOIN interviews ON interviews.id = posts.interview_id
JOIN people ON people.id = interviews.person_id
"""
_ANSWER = """
SELECT answers.id, answers.question_id, answers.question, answers.answer, answers.position,
       answers.lang, answers.word_count, interviews.id AS interview_id, people.id AS person_id,
       people.name, interviews.studio, coalesce(posts.published, interviews.published) AS published,
       coalesce(posts.role, interviews.role) AS role
"""
_FOUND = f"{_ANSWERS} JOIN answers_fts ON answers_fts.rowid = answers.rowid"
# A name weighs more than an answer, an answer far more than the question everybody was asked.
_RANK = "bm25(answers_fts, 0.2, 4.0, 8.0, 1.0)"
_PEOPLE = """
SELECT people.id, people.name, people.studio, people.role,
       min(interviews.published) AS published, max(interviews.id) AS interview_id
FROM people LEFT JOIN interviews ON interviews.person_id = people.id
GROUP BY people.id
ORDER BY published IS NULL, published, people.name
"""
_NAMED = """
SELECT people.id, people.name, people.studio, people.role,
       (SELECT max(id) FROM interviews WHERE person_id = people.id) AS interview_id
FROM people_fts JOIN people ON people.rowid = people_fts.rowid
WHERE people_fts MATCH :match ORDER BY bm25(people_fts), people.name LIMIT 12
"""
_EDGES = "SELECT nominator_id, nominee_id, status FROM nominations ORDER BY id"
_QUESTIONS = """
SELECT questions.*, count(answers.question_id) AS answers,
       count(CASE WHEN answers.lang = 'en' THEN 1 END) AS in_english,
       count(CASE WHEN answers.lang = 'fr' THEN 1 END) AS in_french,
       round(avg(answers.word_count)) AS words
FROM questions LEFT JOIN answers ON answers.question_id = questions.id
GROUP BY questions.id ORDER BY questions.position
"""


def home(state: State, args: Mapping[str, str]) -> Row:  # noqa: ARG001 - every page is called alike
    """Return what the home page shows: numbers, the newest interviews, the baton."""
    newest = rows(
        state,
        f"{TURN} FROM interviews JOIN people ON people.id = interviews.person_id"
        f" ORDER BY {SORTS['newest']} LIMIT 6",
    )
    return {
        "numbers": row(state, _NUMBERS),
        "newest": with_languages(newest),
        **_thread(state),
    }


def questions(state: State, args: Mapping[str, str]) -> Row:  # noqa: ARG001 - every page is called alike
    """Return the questions of the series with how often each was answered."""
    unknown = "SELECT count(*) AS n FROM answers WHERE question_id IS NULL"
    return {
        "questions": rows(state, _QUESTIONS),
        "others": count(state, unknown, {}),
    }


def question(state: State, args: Mapping[str, str], id: str) -> Row:  # noqa: A002 - the route's own word
    """Return the answers to one question that a visitor's filters leave, newest first."""
    found = single(state, "question", "SELECT * FROM questions WHERE id = :id", id=id)
    chosen = asked(args, "studio", "year", "lang")
    bound = {**chosen, "id": id}
    where = f"{_ANSWERS} WHERE answers.question_id = :id AND {narrowed(chosen)}"
    page = window(args, count(state, f"SELECT count(*) AS n {where}", bound), PER_PAGE["question"])
    return {
        "question": found,
        "questions": rows(state, "SELECT id, text_en FROM questions ORDER BY position"),
        "answers": rows(
            state,
            f"{_ANSWER} {where} ORDER BY published DESC, name, answers.lang"
            " LIMIT :limit OFFSET :offset",
            **bound,
            **page["window"],
        ),
        "chosen": chosen,
        "facets": facets(
            state, _ANSWERS, "answers.question_id = :id", bound, ("studio", "year", "lang")
        ),
        "page": page,
    }


def search(state: State, args: Mapping[str, str]) -> Row:
    """Return the ranked answers to a visitor's query, with marked passages and counts.

    Where no answer has all the words, those that have any of them are shown, and said to be so.
    """
    query = (args.get("q") or "")[:1000]
    chosen = asked(args, *NARROWED_BY)
    sought = terms(query)
    bound = {**chosen, "match": match(query)}
    base = "answers_fts MATCH :match"
    counted = f"SELECT count(*) AS n {_FOUND} WHERE {base} AND {narrowed(chosen)}"
    total, loosened = count(state, counted, bound), False
    if not total and len(sought) > 1:
        bound["match"] = match(query, every=False)
        total = count(state, counted, bound)
        loosened = total > 0
    page = window(args, total, PER_PAGE["search"])
    found = rows(
        state,
        f"{_ANSWER} {_FOUND} WHERE {base} AND {narrowed(chosen)}"
        f" ORDER BY {_RANK}, answers.id LIMIT :limit OFFSET :offset",
        **bound,
        **page["window"],
    )
    return {
        "q": query,
        "people": rows(state, _NAMED, match=match_names(query)),
        "total": total,
        "loosened": loosened,
        "results": [
            {**one, "passage": passage(one["answer"], query), "asked": mark(one["question"], query)}
            for one in found
        ],
        "chosen": chosen,
        "facets": facets(state, _FOUND, base, bound, NARROWED_BY) if sought else {},
        "questions": rows(state, "SELECT id, text_en FROM questions ORDER BY position"),
        "page": page,
    }


def baton(state: State, args: Mapping[str, str]) -> Row:  # noqa: ARG001 - every page is called alike
    """Return the whole thread, and who was named and has not answered."""
    return {
        **_thread(state),
        "waiting": rows(state, "SELECT * FROM waiting"),
    }


def about(state: State, args: Mapping[str, str]) -> Row:  # noqa: ARG001 - every page is called alike
    """Return what there is to know of the archive: coverage, findings, sources."""
    return {
        "numbers": row(state, _NUMBERS),
        "questions": rows(state, _QUESTIONS),
        "findings": rows(
            state,
            "SELECT severity, code, count(*) AS n FROM findings GROUP BY severity, code"
            " ORDER BY severity, n DESC, code",
        ),
        "sources": rows(
            state,
            "SELECT source, count(*) AS n, min(captured_at) AS first, max(captured_at) AS last"
            " FROM captures GROUP BY source ORDER BY source",
        ),
        "gone": count(state, "SELECT count(*) AS n FROM posts WHERE status = 'gone'", {}),
    }


def _thread(state: State) -> dict[str, list[Row]]:
    """Return everybody, those who answered first and by date, and who named whom."""
    return {"people": rows(state, _PEOPLE), "nominations": rows(state, _EDGES)}
