"""The pages one reads: an interview, a person, and who handed the baton to whom.

Rule: SQL and its rows, nothing read out of texts; what the database does not say is not shown.
"""

import json
from collections.abc import Mapping
from typing import Any

from scraper.site.addresses import Link, in_language
from scraper.site.archive import Row, State, row, rows, single
from scraper.site.cite import as_bibtex, as_csl, as_linked_data, as_text, cited

_INTERVIEW = """
SELECT interviews.id, interviews.series, interviews.person_id, people.name,
       coalesce(interviews.role, people.role) AS role, interviews.studio, interviews.published,
       interviews.languages
FROM interviews JOIN people ON people.id = interviews.person_id
"""
_POSTS = """
SELECT posts.*, captures.captured_at, captures.source, captures.url AS captured_url,
       captures.digest, captures.file, captures."offset"
FROM posts JOIN captures ON captures.id = posts.capture_id
WHERE posts.interview_id = :id ORDER BY posts.lang, posts.id
"""
_VERSIONS = """
SELECT versions.number, versions.captured_at, versions.changed, versions.capture_id,
       captures.source, captures.url AS captured_url, captures.file, captures."offset"
FROM versions JOIN captures ON captures.id = versions.capture_id
WHERE versions.post_id = :post ORDER BY versions.number DESC
"""
_ANSWERS = """
SELECT id, position, question_id, question, answer, word_count, lang
FROM answers WHERE post_id = :post ORDER BY position
"""
# Who stands at the other end of a nomination, with their interview if they gave one.
_OTHERS = """
SELECT nominations.id, nominations.status, people.id AS person_id, people.name, people.studio,
       people.role,
       (SELECT id FROM interviews WHERE person_id = people.id
        ORDER BY published DESC, id LIMIT 1) AS interview_id
FROM nominations JOIN people ON people.id = nominations.{other}
WHERE nominations.{own} = :person
ORDER BY interview_id IS NULL, people.name
"""
_NAMED_BY = _OTHERS.format(other="nominator_id", own="nominee_id")
_NAMES = _OTHERS.format(other="nominee_id", own="nominator_id")
_QUOTES = """
SELECT evidence.nomination_id, evidence."end", evidence.quote, posts.lang, posts.url,
       posts.interview_id
FROM evidence
JOIN nominations ON nominations.id = evidence.nomination_id
JOIN posts ON posts.id = evidence.post_id
WHERE nominations.nominator_id = :person OR nominations.nominee_id = :person
ORDER BY evidence."end" DESC, posts.lang, evidence.id
"""


def interview(state: State, args: Mapping[str, str], id: str) -> Row:  # noqa: A002 - the route's own word
    """Return everything the page of one interview shows, in the language asked for."""
    found = single(state, "interview", f"{_INTERVIEW} WHERE interviews.id = :id", id=id)
    found["languages"] = json.loads(found["languages"])
    posts = rows(state, _POSTS, id=id)
    post = _chosen(posts, args.get("lang"))
    held = {"post": post["id"] if post else None}
    return {
        "interview": found,
        "post": post,
        "posts": [{key: one[key] for key in ("id", "lang", "url", "title")} for one in posts],
        "answers": rows(state, _ANSWERS, **held),
        **_baton(state, found["person_id"]),
        "images": rows(
            state,
            "SELECT position, url, alt, caption FROM images WHERE post_id = :post ORDER BY position",
            **held,
        ),
        "versions": [
            {**version, "changed": json.loads(version["changed"])}
            for version in rows(state, _VERSIONS, **held)
        ],
        "last_seen": row(state, "SELECT max(last_seen) AS at FROM posts"),
    }


def person(state: State, args: Mapping[str, str], id: str) -> Row:  # noqa: A002, ARG001 - the route's own word; every page is called alike
    """Return everything the page of one person shows: interviews, and both ends of the baton."""
    found = single(
        state, "person", "SELECT id, name, studio, role FROM people WHERE id = :id", id=id
    )
    given = rows(
        state,
        f"{_INTERVIEW} WHERE interviews.person_id = :id ORDER BY interviews.published, interviews.id",
        id=id,
    )
    return {
        "person": found,
        "interviews": [{**one, "languages": json.loads(one["languages"])} for one in given],
        **_baton(state, id),
    }


def told(shown: Row, link: Link) -> Row:
    """Return what `interview` shows with the ways to cite it, and what it tells machines.

    An address without a language stands for the English post, or the only one.
    """
    post = shown["post"]
    if post is None:
        return {**shown, "cite": None, "linked_data": None}
    lang = post["lang"] if len(shown["posts"]) > 1 else "en"
    address = in_language(link, f"/spotlights/{shown['interview']['id']}", lang)
    one = cited(shown["interview"], post, address)
    return {
        **shown,
        "cite": {"text": as_text(one), "bibtex": as_bibtex(one), "csl": as_csl(one)},
        "linked_data": as_linked_data(one, shown, link),
    }


def _chosen(posts: list[Row], lang: str | None) -> Row | None:
    """Return the post in the language asked for; else the English one, else whichever there is."""
    by_language = {post["lang"]: post for post in reversed(posts)}
    return by_language.get(lang or "") or by_language.get("en") or next(iter(posts), None)


def _baton(state: State, person_id: str) -> dict[str, Any]:
    """Return who named a person and whom they name, each with the sentences that say so."""
    quotes: dict[str, list[Row]] = {}
    for quote in rows(state, _QUOTES, person=person_id):
        quotes.setdefault(quote["nomination_id"], []).append(quote)
    ends = {"named_by": _NAMED_BY, "names": _NAMES}
    return {
        end: [
            {**other, "quotes": quotes.get(other["id"], [])}
            for other in rows(state, sql, person=person_id)
        ]
        for end, sql in ends.items()
    }
