"""All interviews: what narrows them, how they are sorted, and the timeline of the series.

Rule: SQL and its rows; every count is of interviews, under the filters that are chosen.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from scraper.site.archive import ROLES, YEAR, Row, State, asked, count, narrowed, rows, window
from scraper.site.roles import words_of

PER_PAGE = 60
MOST_ROLES = 24  # words of roles that are offered; any other can be typed
CHOICES = ("studio", "year", "month", "lang", "question", "role")
SORTS = {
    "newest": "interviews.published DESC, people.name, interviews.id",
    "oldest": "interviews.published IS NULL, interviews.published, people.name, interviews.id",
    "name": "people.id, interviews.published, interviews.id",
    "studio": "interviews.studio IS NULL, interviews.studio, interviews.published DESC, people.name",
}
TURN = """
SELECT interviews.id, interviews.person_id, people.name,
       coalesce(interviews.role, people.role) AS role, interviews.studio, interviews.published,
       interviews.languages
"""
_TURNS = """
FROM interviews
JOIN people ON people.id = interviews.person_id
LEFT JOIN posts ON posts.interview_id = interviews.id
"""
# The values of each filter, and what more has to be read to count them.
_FACETS = {
    "studio": ("interviews.studio", ""),
    "year": (YEAR, ""),
    "lang": ("posts.lang", ""),
    "question": ("answers.question_id", "CROSS JOIN answers ON answers.post_id = posts.id"),
}
_MONTHS = """
SELECT substr(interviews.published, 1, 7) AS month, interviews.studio,
       count(DISTINCT interviews.id) AS n
"""


def spotlights(state: State, args: Mapping[str, str]) -> Row:
    """Return the interviews a visitor's filters leave, sorted and paged, and their timeline."""
    chosen = asked(args, *CHOICES)
    sort = next((name for name in SORTS if name == args.get("sort")), "newest")
    where = f"{_TURNS} WHERE {narrowed(chosen)}"
    total = count(state, f"SELECT count(DISTINCT interviews.id) AS n {where}", chosen)
    page = window(args, total, PER_PAGE)
    found = rows(
        state,
        f"{TURN} {where} GROUP BY interviews.id ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset",
        **chosen,
        **page["window"],
    )
    return {
        "interviews": with_languages(found),
        "chosen": chosen,
        "sort": sort,
        "facets": {
            **{name: _facet(state, chosen, name) for name in _FACETS},
            "role": _role_words(state, chosen),
        },
        "timeline": rows(
            state,
            f"{_MONTHS} {_TURNS} WHERE {narrowed(chosen, but='month')} GROUP BY 1, 2 ORDER BY 1, 2",
            **chosen,
        ),
        "questions": rows(state, "SELECT id, text_en FROM questions ORDER BY position"),
        "page": page,
    }


def with_languages(found: Iterable[Row]) -> list[Row]:
    """Return the rows with `languages`, stored as JSON, as a list."""
    return [{**one, "languages": json.loads(one["languages"])} for one in found]


def _facet(state: State, chosen: Mapping[str, str], name: str) -> list[Row]:
    """Return the values of a filter and how many interviews each would leave under the others."""
    value, more = _FACETS[name]
    where = f"{_TURNS} {more} WHERE {narrowed(chosen, but=name)} AND {value} IS NOT NULL"
    return rows(
        state,
        f"SELECT {value} AS value, count(DISTINCT interviews.id) AS n {where}"
        " GROUP BY 1 ORDER BY 1",
        **chosen,
    )


def _role_words(state: State, chosen: Mapping[str, str]) -> list[Row]:
    """Return the words of roles with how many interviews each would leave, the commonest first.

    Forms of a word count as one (Animator, Animation) and go by the form most often seen.
    """
    held = rows(
        state,
        f"SELECT DISTINCT interviews.id, {ROLES} AS role {_TURNS}"
        f" WHERE {narrowed(chosen, but='role')}",
        **chosen,
    )
    interviews: dict[str, set[str]] = {}
    forms: dict[str, Counter[str]] = {}
    for one in held:
        for stem, word in words_of(one["role"]):
            interviews.setdefault(stem, set()).add(one["id"])
            forms.setdefault(stem, Counter())[word] += 1
    ranked = sorted(interviews, key=lambda stem: (-len(interviews[stem]), stem))[:MOST_ROLES]
    return [
        {"value": min(forms[stem], key=lambda word: (-forms[stem][word], word)),
         "n": len(interviews[stem])}
        for stem in ranked
    ]  # fmt: skip
