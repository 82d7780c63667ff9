"""Answers side by side: all to one question, and what a search finds.

Rule: SQL and its rows. What there is of each kind is counted in one pass; only the answers that a
page shows are read, whatever their number, and of each as much as can be shown beside others.
"""

import json
import sqlite3
from collections.abc import Mapping

from markupsafe import escape

from scraper.site import kinds, suggest
from scraper.site.archive import Row, State, asked, row, rows, single, window
from scraper.site.bounds import was_interrupted
from scraper.site.kinds import Kind
from scraper.site.search import beginnings, cut_off, mark, match, match_names, passage, terms

PER_PAGE = {"search": 20, "question": 30}
# An answer may be as long as a page that was crawled, 16 MB. Beside others its beginning is read, some
# ten times as long as people's longest; and of that as much is shown as keeps a page under 150 kB.
MOST_READ = 50_000  # characters
MOST_SHOWN = 3_500  # bytes of HTML
NARROWED_BY = ("studio", "year", "lang", "question")
_TABLES = """
JOIN posts ON posts.id = answers.post_id
JOIN interviews ON interviews.id = posts.interview_id
JOIN people ON people.id = interviews.person_id
"""
_ANSWER = """
SELECT answers.id, answers.question_id, answers.question, substr(answers.answer, 1, :most) AS answer,
       length(answers.answer) AS letters, answers.position, answers.lang, answers.word_count,
       interviews.id AS interview_id, people.id AS person_id,
       people.name, interviews.studio, coalesce(posts.published, interviews.published) AS published,
       coalesce(posts.role, interviews.role) AS role
"""
_OF_QUESTION = """
SELECT id, studio, year, lang, question_id AS question, answers AS n
FROM answers_fts_kinds WHERE question_id = :id
"""
_FOUND = """
SELECT id, studio, year, lang, question_id AS question, n FROM (
    SELECT kind, count(*) AS n FROM answers_fts
    CROSS JOIN answers_fts_kind ON answers_fts_kind.answer = answers_fts.rowid
    WHERE answers_fts MATCH :match GROUP BY kind
) JOIN answers_fts_kinds ON answers_fts_kinds.id = kind
"""
_CHOSEN = "kind IN (SELECT value FROM json_each(:kinds))"
# A name weighs more than an answer, an answer far more than the question everybody was asked.
_WEIGHTS = "0.2, 4.0, 8.0, 1.0, 0.1"
_BEST = """
SELECT answers_fts.rowid AS answer, bm25(answers_fts, {weights}) AS place
FROM answers_fts {kinds} WHERE answers_fts MATCH :match AND {chosen}
ORDER BY place, answers_fts.rowid LIMIT :limit OFFSET :offset
"""
_BEST_OF_ALL = _BEST.format(weights=_WEIGHTS, kinds="", chosen="1")
_BEST_OF_KINDS = _BEST.format(
    weights=_WEIGHTS,
    kinds="CROSS JOIN answers_fts_kind ON answers_fts_kind.answer = answers_fts.rowid",
    chosen=_CHOSEN,
)
_NEWEST = f"""
SELECT answers.rowid AS answer
FROM answers JOIN answers_fts_kind ON answers_fts_kind.answer = answers.rowid {_TABLES}
WHERE answers.question_id = :id AND {_CHOSEN}
ORDER BY interviews.published DESC, interviews.id, answers.lang, answers.position
LIMIT :limit OFFSET :offset
"""  # noqa: S608 - constants
_NAMED = """
SELECT people.id, people.name, people.studio, people.role,
       (SELECT max(id) FROM interviews WHERE person_id = people.id) AS interview_id
FROM people_fts JOIN people ON people.rowid = people_fts.rowid
WHERE people_fts MATCH :match ORDER BY bm25(people_fts), people.name LIMIT 12
"""
_ANY = "SELECT rowid FROM answers_fts WHERE answers_fts MATCH :match LIMIT 1"
_WORDS_BEGUN = """
SELECT word FROM answers_fts_words WHERE folded >= :start AND folded < :end
ORDER BY answers DESC, word LIMIT 100
"""
_WORDS_LONG = """
SELECT word, folded FROM answers_fts_words WHERE length(folded) BETWEEN :least AND :most
ORDER BY answers DESC, word
"""


def question(state: State, args: Mapping[str, str], id: str) -> Row:  # noqa: A002 - the route's own word
    """Return the answers to one question that a visitor's filters leave, newest first."""
    found = single(state, "question", "SELECT * FROM questions WHERE id = :id", id=id)
    chosen = asked(args, "studio", "year", "lang")
    every = rows(state, _OF_QUESTION, id=id)
    some = kinds.left(every, chosen)
    page = window(args, kinds.total(some), PER_PAGE["question"])
    return {
        "question": found,
        "questions": rows(state, "SELECT id, text_en FROM questions ORDER BY position"),
        "answers": _shown(state, _NEWEST, some, page, id=id),
        "chosen": chosen,
        "facets": kinds.facets(every, chosen, ("studio", "year", "lang")),
        "page": page,
    }


def search(state: State, args: Mapping[str, str]) -> Row:
    """Return what is found, or nothing and `too_much` where that would take longer than it may."""
    try:
        return _searched(state, args)
    except sqlite3.OperationalError as error:
        if not was_interrupted(error):
            raise
    return {**_searched(state, {}), "q": _typed(args), "too_much": True}


def _typed(args: Mapping[str, str]) -> str:
    return (args.get("q") or "")[:1000]


def _searched(state: State, args: Mapping[str, str]) -> Row:
    """Return the ranked answers to a visitor's query, with marked passages and counts.

    Everybody was asked the same, so an answer of which only the question has the words is counted
    apart, in `asked_only`, and shown where the visitor wants it (`in=questions`) or nothing else is
    found. Where no answer has all the words, those that have any of them are shown. `suggestions`
    are queries of the archive's own spelling.
    """
    query = _typed(args)
    chosen = asked(args, *NARROWED_BY)
    sought = terms(query)
    begun = {start: _begun(state, start) for start in beginnings(query)}
    ways = _ways(query, begun, widely=args.get("in") == "questions") if sought else {}
    way, every = _first(state, ways, chosen)
    some = kinds.left(every, chosen)
    page = window(args, kinds.total(some), PER_PAGE["search"])
    best = _BEST_OF_KINDS if chosen else _BEST_OF_ALL
    more = rows(state, _FOUND, match=ways["asked"]) if way == "said" and some else []
    return {
        "q": query,
        "too_much": False,
        "people": rows(state, _NAMED, match=match_names(query)) if sought else [],
        "total": page["total"],
        "in_questions": bool(some) and way == "asked",
        "asked_only": max(0, kinds.total(kinds.left(more, chosen)) - page["total"]),
        "loosened": bool(some) and way == "any",
        "suggestions": _suggested(state, query) if way == "any" or not some else [],
        "results": [
            {
                **one,
                "passage": passage(one["answer"], query, one["lang"]),
                "asked": mark(one["question"], query, one["lang"]),
                "named": mark(one["name"], query, one["lang"]),
            }
            for one in _shown(state, best, some, page, match=ways.get(way, ""))
        ],
        "chosen": chosen,
        "facets": kinds.facets(every, chosen, NARROWED_BY) if sought else {},
        "questions": rows(state, "SELECT id, text_en FROM questions ORDER BY position"),
        "page": page,
    }


def _ways(query: str, begun: Mapping[str, list[str]], *, widely: bool) -> dict[str, str]:
    """Return the FTS5 expressions to try, one after another until one finds something, by name."""
    ways = {} if widely else {"said": match(query, begun=begun)}
    ways["asked"] = match(query, begun=begun, asked=True)
    if len(terms(query)) > 1:  # any of one is all of it
        ways["any"] = match(query, begun=begun, every=False)
    return ways


def _first(
    state: State, ways: Mapping[str, str], chosen: Mapping[str, str]
) -> tuple[str, list[Row]]:
    """Return the first of `ways` that finds something, and what of each kind; else the last."""
    name = ""
    every: list[Row] = []
    for name in ways:
        every = rows(state, _FOUND, match=ways[name])
        if kinds.left(every, chosen):
            break
    return name, every


def _begun(state: State, start: str) -> list[str]:
    """Return words that begin like this and whose stems do not."""
    found = rows(state, _WORDS_BEGUN, start=start, end=start + "\U0010ffff")
    return cut_off(start, (one["word"] for one in found))


def _suggested(state: State, query: str) -> list[str]:
    """Return the query as the archive spells its words, where it has one of them otherwise only."""
    unknown = [
        word
        for word in suggest.words_of(query)
        if row(state, _ANY, match=match(word, asked=True)) is None
    ]
    better = {}
    for word in unknown:
        reach = {"least": len(word) - suggest.REACH, "most": len(word) + suggest.REACH}
        known: dict[str, str] = {}
        for one in rows(state, _WORDS_LONG, **reach):
            known.setdefault(one["folded"], one["word"])
        if found := suggest.near(word, known):
            better[word] = found
    return [suggest.respelt(query, better)] if better else []


def _shown(state: State, numbers: str, some: list[Kind], page: Row, **bound: str) -> list[Row]:
    """Return the answers of a page, in the order of the query `numbers` for their rowids."""
    if not some:
        return []
    of_kinds = json.dumps([kind["id"] for kind in some])
    found = rows(state, numbers, kinds=of_kinds, **bound, **page["window"])
    places = json.dumps([one["answer"] for one in found])
    return rows(
        state,
        f"{_ANSWER} FROM json_each(:places) AS shown"
        f" CROSS JOIN answers ON answers.rowid = shown.value {_TABLES} ORDER BY shown.key",
        places=places,
        most=MOST_READ,
    )


def beginning(text: str) -> str:
    """Return as much of an answer as is shown beside others, to the end of a word."""
    shown = text[:MOST_SHOWN]
    while (weight := len(escape(shown).encode()) + 8 * shown.count("\n")) > MOST_SHOWN:
        shown = shown[: len(shown) * MOST_SHOWN // weight]
    if len(shown) < len(text):
        shown = shown[: max(shown.rfind(" ", len(shown) - 60), 0) or len(shown)]
    return shown
