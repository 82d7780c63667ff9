"""The pages one begins with: home, the questions, the baton, about.

Rule: SQL and its rows.
"""

import json
from collections.abc import Mapping

from scraper.site.archive import Row, State, count, row, rows, window
from scraper.site.spotlights import SORTS, TURN, with_languages

# Interviews whose part of the thread a page draws: a picture of all would grow without an end.
OF_THE_THREAD = {"home": 40, "baton": 120}
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
# Who named or was named by somebody of these interviews, the newest first.
_EDGES = """
WITH turns AS (
    SELECT person_id FROM interviews ORDER BY published DESC, id LIMIT :limit OFFSET :offset
)
SELECT nominator_id, nominee_id, status FROM (
    SELECT nominations.* FROM turns CROSS JOIN nominations ON nominator_id = turns.person_id
    UNION SELECT nominations.* FROM turns CROSS JOIN nominations ON nominee_id = turns.person_id
) ORDER BY id
"""
_PEOPLE = """
SELECT people.id, people.name, people.studio, people.role,
       min(interviews.published) AS published, max(interviews.id) AS interview_id
FROM people LEFT JOIN interviews ON interviews.person_id = people.id
WHERE people.id IN (SELECT value FROM json_each(:ids))
GROUP BY people.id
ORDER BY published IS NULL, published, people.name
"""
PER_PAGE = 200  # people
_EVERYBODY = """
SELECT people.id, people.name, people.studio, people.role,
       (SELECT max(id) FROM interviews WHERE person_id = people.id) AS interview_id
FROM people ORDER BY people.id LIMIT :limit OFFSET :offset
"""
_WAITING = "SELECT * FROM waiting WHERE person_id IN (SELECT value FROM json_each(:ids))"
_QUESTIONS = """
SELECT questions.*, coalesce(sum(kinds.answers), 0) AS answers,
       coalesce(sum(CASE kinds.lang WHEN 'en' THEN kinds.answers END), 0) AS in_english,
       coalesce(sum(CASE kinds.lang WHEN 'fr' THEN kinds.answers END), 0) AS in_french,
       round(1.0 * sum(kinds.words) / sum(kinds.answers)) AS words
FROM questions LEFT JOIN answers_fts_kinds AS kinds ON kinds.question_id = questions.id
GROUP BY questions.id ORDER BY questions.position
"""
_OTHERS = "SELECT coalesce(sum(answers), 0) AS n FROM answers_fts_kinds WHERE question_id IS NULL"


def home(state: State, args: Mapping[str, str]) -> Row:  # noqa: ARG001 - every page is called alike
    """Return what the home page shows: numbers, the newest interviews and their part of the baton."""
    newest = rows(
        state,
        f"{TURN} FROM interviews JOIN people ON people.id = interviews.person_id"
        f" ORDER BY {SORTS['newest']} LIMIT 6",
    )
    return {
        "numbers": row(state, _NUMBERS),
        "newest": with_languages(newest),
        **_thread(state, {"limit": OF_THE_THREAD["home"], "offset": 0}),
    }


def questions(state: State, args: Mapping[str, str]) -> Row:  # noqa: ARG001 - every page is called alike
    """Return the questions of the series with how often each was answered."""
    return {"questions": rows(state, _QUESTIONS), "others": count(state, _OTHERS, {})}


def people(state: State, args: Mapping[str, str]) -> Row:
    """Return everybody who answered or was named, by name; their ids are names without accents."""
    page = window(args, count(state, "SELECT count(*) AS n FROM people", {}), PER_PAGE)
    return {"people": rows(state, _EVERYBODY, **page["window"]), "page": page}


def baton(state: State, args: Mapping[str, str]) -> Row:
    """Return the thread, its newest part first, and who was named in it and has not answered."""
    total = count(state, "SELECT count(*) AS n FROM interviews", {})
    page = window(args, total, OF_THE_THREAD["baton"])
    thread = _thread(state, page["window"])
    without = [one["id"] for one in thread["people"] if one["interview_id"] is None]
    waiting = rows(state, _WAITING, ids=json.dumps(without))
    return {**thread, "waiting": waiting, "page": page}


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


def _thread(state: State, turns: Mapping[str, int]) -> dict[str, list[Row]]:
    """Return who named whom in a window of interviews, and these people by the date they answered."""
    edges = rows(state, _EDGES, **turns)
    ids = sorted({edge[end] for edge in edges for end in ("nominator_id", "nominee_id")})
    return {"people": rows(state, _PEOPLE, ids=json.dumps(ids)), "nominations": edges}
