"""What a series tells, as the rows of each table.

Rule: pure; ids are readable, made of names, languages and dates, and the same in every build.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, groupby, islice, starmap
from typing import Any

from scraper.models import (
    SERIES,
    Capture,
    Finding,
    Interview,
    Nomination,
    Person,
    Place,
    Post,
    Run,
    Series,
    Turn,
)
from scraper.text import count_words

Row = dict[str, Any]
SOME = 200  # posts whose readings are held at a time
OF_RUNS = ("captures", "runs")  # the tables that a run adds to which finds no post


def tables(series: Series, questions: Iterable[Row]) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield tables' names and rows, parents before children; those of posts in some portions."""
    yield "people", map(_person, series.people)
    yield "interviews", map(_turn, series.turns)
    yield "captures", map(_capture, series.captures)
    yield "questions", iter(questions)
    posts = iter(series.posts)
    while some := [(post, series.reading(post.url)) for post in islice(posts, SOME)]:
        for table, rows_of in OF_A_POST.items():
            yield table, chain.from_iterable(starmap(rows_of, some))
    yield "nominations", map(_nomination, series.nominations)
    yield "evidence", chain.from_iterable(map(_evidence, series.nominations))
    yield "findings", _findings(series.findings)
    yield "runs", map(_run, series.runs)


def of_runs(
    captures: Iterable[Capture], runs: Iterable[Run]
) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the tables that tell of runs which found no post, and their rows."""
    yield from zip(OF_RUNS, (map(_capture, captures), map(_run, runs)), strict=True)


def utc(at: datetime) -> str:
    """Return a time as the database writes it: ISO 8601, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def capture_id(capture: Capture | Place) -> str:
    """Return the id of a capture: its time, its segment's place, so that it is unique and sorts."""
    return f"{capture.file.removesuffix('.warc.gz')}@{capture.offset}"


def _person(person: Person) -> Row:
    return {"id": person.id, "name": person.name, "studio": person.studio, "role": person.role}


def _turn(turn: Turn) -> Row:
    return {
        "id": turn.id,
        "series": SERIES,
        "person_id": turn.person_id,
        "role": turn.role,
        "studio": turn.studio,
        "published": turn.published.isoformat() if turn.published else None,
        "languages": json.dumps(turn.languages),
    }


def _capture(capture: Capture) -> Row:
    return {
        "id": capture_id(capture),
        "url": capture.url,
        "captured_at": utc(capture.captured_at),
        "source": capture.source,
        "kind": capture.kind,
        "http_status": capture.http_status,
        "media_type": capture.media_type,
        "digest": capture.digest,
        "file": capture.file,
        "offset": capture.offset,
    }


def _post(post: Post, reading: Interview) -> Iterator[Row]:
    yield {
        "id": post.id,
        "interview_id": post.interview_id,
        "url": post.url,
        "lang": reading.lang,
        "title": reading.title,
        "standfirst": reading.standfirst,
        "category": reading.category,
        "published": reading.published.isoformat() if reading.published else None,
        "role": reading.role,
        "role_detail": reading.role_detail,
        "intro": reading.intro,
        "call_to_action": reading.call_to_action,
        "status": post.status,
        "first_seen": utc(post.first_seen),
        "last_seen": utc(post.last_seen),
        "capture_id": capture_id(post.shown.capture),
        "found_by": json.dumps(post.found_by),
    }


def _answers(post: Post, reading: Interview) -> Iterator[Row]:
    asked: set[str] = set()
    for answer in reading.answers:
        name = answer.question_id or "other"
        if name in asked:
            name = f"{name}-{answer.position}"
        asked.add(name)
        yield {
            "id": f"{post.id}-{name}",
            "post_id": post.id,
            "person_id": post.person_id,
            "question_id": answer.question_id,
            "position": answer.position,
            "lang": reading.lang,
            "question": answer.question,
            "answer": answer.answer,
            "word_count": count_words(answer.answer),
        }


def _images(post: Post, reading: Interview) -> Iterator[Row]:
    for number, image in enumerate(reading.images, start=1):
        yield {
            "id": f"{post.id}-{number}",
            "post_id": post.id,
            "position": number,
            "url": image.url,
            "alt": image.alt,
            "caption": image.caption,
        }


def _versions(post: Post, _reading: Interview) -> Iterator[Row]:
    for version in post.versions:
        yield {
            "id": f"{post.id}-v{version.number}",
            "post_id": post.id,
            "number": version.number,
            "capture_id": capture_id(version.capture),
            "captured_at": utc(version.capture.captured_at),
            "changed": json.dumps(version.changed),
        }


# Tables whose rows are told by a post and what it shows, parents before children.
OF_A_POST: dict[str, Callable[[Post, Interview], Iterator[Row]]] = {
    "posts": _post,
    "answers": _answers,
    "images": _images,
    "versions": _versions,
}


def _nomination(nomination: Nomination) -> Row:
    return {
        "id": nomination.id,
        "nominator_id": nomination.nominator_id,
        "nominee_id": nomination.nominee_id,
        "status": nomination.status,
    }


def _evidence(nomination: Nomination) -> Iterator[Row]:
    for number, evidence in enumerate(nomination.evidence, start=1):
        yield {
            "id": f"{nomination.id}--{number}",
            "nomination_id": nomination.id,
            "post_id": evidence.post_id,
            "end": evidence.end,
            "quote": evidence.quote,
        }


def _findings(findings: Iterable[Finding]) -> Iterator[Row]:
    """Yield findings; the id is made of post and code, so that others coming or going change none."""
    for post, of_post in groupby(findings, key=lambda finding: finding.post):
        taken: Counter[str] = Counter()
        for finding in of_post:
            name = f"{post or 'archive'}-{finding.code}"
            taken[name] += 1
            yield {
                "id": name if taken[name] == 1 else f"{name}-{taken[name]}",
                "severity": finding.severity,
                "code": finding.code,
                "post_id": post,
                "message": finding.message,
                "quote": finding.quote,
            }


def _run(run: Run) -> Row:
    return {
        "id": run.id,
        "source": run.source,
        "started": utc(run.started),
        "finished": utc(run.finished) if run.finished else None,
        "requests": run.requests,
        "bytes": run.bytes,
        "fetched": run.fetched,
        "unchanged": run.unchanged,
        "gone": run.gone,
        "failed": run.failed,
        "new": run.new,
        "changed": run.changed,
    }


def question_rows(questions: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    """Yield the rows of the questions table, from id → (English, French) in the order of asking."""
    for position, (question_id, (en, fr)) in enumerate(questions.items(), start=1):
        yield {"id": question_id, "position": position, "text_en": en, "text_fr": fr}
