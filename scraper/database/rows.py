"""What a series tells, as the rows of each table.

Rule: pure; ids are readable, made of names, languages and dates, and the same in every build.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from scraper.models import SERIES, Capture, Finding, Post, Series
from scraper.text import count_words

Row = dict[str, Any]


def tables(series: Series, questions: Iterable[Row]) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield each table's name and rows, parents before children."""
    loaded = {post.id for post in series.posts}
    yield (
        "people",
        ({"id": p.id, "name": p.name, "studio": p.studio, "role": p.role} for p in series.people),
    )
    yield (
        "interviews",
        (
            {
                "id": turn.id,
                "series": SERIES,
                "person_id": turn.person_id,
                "role": turn.role,
                "studio": turn.studio,
                "published": turn.published.isoformat() if turn.published else None,
                "languages": json.dumps(turn.languages),
            }
            for turn in series.turns
        ),
    )
    yield "captures", (_capture_row(capture) for capture in series.captures)
    yield "posts", (_post_row(post) for post in series.posts)
    yield "questions", iter(questions)
    yield "answers", (row for post in series.posts for row in _answer_rows(post))
    yield (
        "nominations",
        (
            {
                "id": n.id,
                "nominator_id": n.nominator_id,
                "nominee_id": n.nominee_id,
                "status": n.status,
            }
            for n in series.nominations
        ),
    )
    yield (
        "evidence",
        (
            {
                "id": f"{n.id}--{number}",
                "nomination_id": n.id,
                "post_id": e.post_id,
                "end": e.end,
                "quote": e.quote,
            }
            for n in series.nominations
            for number, e in enumerate(n.evidence, start=1)
        ),
    )
    yield (
        "images",
        (
            {
                "id": f"{post.id}-{number}",
                "post_id": post.id,
                "position": number,
                "url": i.url,
                "alt": i.alt,
                "caption": i.caption,
            }
            for post in series.posts
            for number, i in enumerate(post.versions[-1].reading.images, start=1)
        ),
    )
    yield (
        "versions",
        (
            {
                "id": f"{post.id}-v{version.number}",
                "post_id": post.id,
                "number": version.number,
                "capture_id": capture_id(version.capture),
                "captured_at": utc(version.capture.captured_at),
                "changed": json.dumps(version.changed),
            }
            for post in series.posts
            for version in post.versions
        ),
    )
    yield "findings", _finding_rows(series.findings, loaded)
    yield (
        "runs",
        (
            {
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
            for run in series.runs
        ),
    )


def utc(at: datetime) -> str:
    """Return a time as the database writes it: ISO 8601, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def capture_id(capture: Capture) -> str:
    """Return the id of a capture: its time, its segment's place, so that it is unique and sorts."""
    return f"{capture.file.removesuffix('.warc.gz')}@{capture.offset}"


def _capture_row(capture: Capture) -> Row:
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


def _post_row(post: Post) -> Row:
    now = post.versions[-1]
    reading = now.reading
    return {
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
        "capture_id": capture_id(now.capture),
        "found_by": json.dumps(post.found_by),
    }


def _answer_rows(post: Post) -> Iterator[Row]:
    reading = post.versions[-1].reading
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


def _finding_rows(findings: Iterable[Finding], loaded: set[str]) -> Iterator[Row]:
    """Yield findings; the id is made of code and post, so that others coming or going change none."""
    taken: Counter[str] = Counter()
    for finding in findings:
        post = finding.post if finding.post in loaded else None
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


def question_rows(questions: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    """Yield the rows of the questions table, from id → (English, French) in the order of asking."""
    for position, (question_id, (en, fr)) in enumerate(questions.items(), start=1):
        yield {"id": question_id, "position": position, "text_en": en, "text_fr": fr}
