"""The run without a network: archive → database. It reads as the list of its steps.

Rule: the same archive and the same decisions give the same database; what is published is whole.
Texts are held for one post at a time: what is needed of all of them stands on a shelf on disk.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any, TypeVar

import yaml

from scraper import database
from scraper.archive import Archive
from scraper.checks import COUNTED, Tally, check, expected, read_expectations
from scraper.database.shelf import Shelf
from scraper.errors import (
    ArchiveError,
    BadInput,
    ExpectationFailed,
    NotOfTheSeries,
)
from scraper.folder import DataFolder
from scraper.models import SERIES, Capture, Finding, Interview, Series
from scraper.reading import read_page
from scraper.reading.vocabulary import QUESTIONS
from scraper.resolve import History, Sighting, histories, read_overrides, resolve, whole
from scraper.tombstones import Tombstones
from scraper.urls import is_post

T = TypeVar("T")
_OK = 200
_GONE = frozenset({404, 410})
MAKING = ".mikroscope.making.db"  # the database that a build makes, before it is published
_DAMAGED = "damaged"
_NOTHING: tuple[tuple[str, ...], bool] = (), False  # what is remembered of a URL nobody told of


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: numbers to tell."""

    people: int
    interviews: int
    posts: int
    answers: int
    nominations: int
    findings: int
    notes: tuple[str, ...] = ()  # what a person should hear of the publication
    as_expected: bool = True  # False where it was published whatever was expected


def build(folder: DataFolder, *, whatever_is_expected: bool = False) -> Built:
    """Read the archive, resolve, check and publish; return what was made.

    Raises ExpectationFailed where expectations.yml is not met or damage has cost a post: the last
    publication stays, and `folder.findings` says all that was found. It must not stay where
    something in it was forgotten, nor where `whatever_is_expected` says so.
    """
    expectations = _decided(folder, "expectations.yml", read_expectations)
    series = read_series(folder)
    published = database.urls_of_posts(folder.database)
    # Where `forget` was killed, something stands published still that must go.
    forgetting = any(map(Tombstones.load(folder.tombstones).has_url, published))
    as_expected = not (whatever_is_expected or forgetting)
    if as_expected:
        before = database.counts(folder.database, COUNTED)
        missed = [*expected(series.numbers, before, expectations), *_lost(series, published)]
        if missed:
            _tell(missed, series, folder)
            why = "; ".join(finding.message for finding in missed)
            raise ExpectationFailed(f"nothing published: {why} (see {folder.findings})")
    making = folder.root / MAKING
    try:
        make(series, making)
        note = database.publish(making, folder.database)
    finally:
        database.remove(making)
    folder.findings.unlink(missing_ok=True)  # the database tells them
    return Built(
        **series.numbers.counts,
        findings=sum(series.numbers.findings.values()),
        notes=(note,) if note else (),
        as_expected=as_expected,
    )


def make(series: Series, path: Path) -> None:
    """Write the database of a series at `path`, without publishing it."""
    wordings = {q.id: (q.text_en, q.text_fr) for q in QUESTIONS}
    database.create(path, database.tables(series, database.question_rows(wordings)))


def read_series(folder: DataFolder) -> Series:
    """Return everything that the archive tells, with the findings of the checks.

    Nothing is written that stays. Raises BadInput where a file of decisions cannot be read as such.
    """
    return _read(folder, Tombstones.load(folder.tombstones))


def read_all(folder: DataFolder) -> Series:
    """Return the same with what was forgotten and is in the archive nevertheless: to erase it."""
    return _read(folder, Tombstones())


def _read(folder: DataFolder, tombstones: Tombstones) -> Series:
    overrides = _decided(folder, "overrides.yml", read_overrides)
    archive = Archive(folder.archive)
    shelf = Shelf(folder.root, (*_Reader.BOARDS, "findings"))
    findings = _Findings(shelf)
    reader = _Reader(archive, tombstones, shelf, findings.add)
    resolved = resolve(reader.histories(), overrides, tombstones.has_person)
    series = Series(
        people=resolved.people,
        turns=resolved.turns,
        posts=_Again(lambda: (whole(p, shelf.get("histories", p.url)) for p in resolved.posts)),
        nominations=resolved.nominations,
        captures=_Again(
            lambda: (c for c in shelf.values("captures") if c.url not in resolved.hidden)
        ),
        runs=tuple(archive.runs()),
        findings=findings,
        reading=partial(shelf.get, "readings"),
    )
    tally = Tally()
    for finding in chain(_damage(archive), resolved.findings, check(series, tally)):
        findings.add(finding)
    return replace(series, numbers=replace(tally.numbers(series), findings=findings.codes))


def _damage(archive: Archive) -> Iterator[Finding]:
    """Yield a finding for each record of the archive that cannot be read."""
    for fault in archive.damage():
        where = f"{fault.file}, offset {fault.offset}"
        yield Finding("error", _DAMAGED, f"a record cannot be read: {fault.message} ({where})")


def _lost(series: Series, published: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding if the archive is damaged and lacks posts of the last publication, by URL."""
    if not series.numbers.findings.get(_DAMAGED):
        return
    here = {post.url for post in series.posts}
    lost = [url for url in published if url not in here]
    if lost:
        said = f"the archive is damaged, which has cost {len(lost)} posts, such as {lost[0]}"
        yield Finding("error", "lost", said)


def _tell(missed: Iterable[Finding], series: Series, folder: DataFolder) -> None:
    """Write all findings to a file, those first for which nothing is published."""
    beside = folder.findings.with_suffix(".part")
    with beside.open("w", encoding="utf-8") as file:
        separator = "[\n"
        for finding in chain(missed, series.findings):
            file.write(separator + json.dumps(asdict(finding), ensure_ascii=False))
            separator = ",\n"
        file.write("\n]\n")
    beside.replace(folder.findings)


@dataclass(frozen=True, slots=True)
class _Again(Iterable[T]):
    """What can be gone through again and again, and is not held."""

    begin: Callable[[], Iterator[T]]

    def __iter__(self) -> Iterator[T]:
        return self.begin()


class _Findings(Iterable[Finding]):
    """Findings on the shelf, those of a post together, in the order in which they came."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.codes: Counter[str] = Counter()

    def add(self, finding: Finding) -> None:
        """Keep a finding."""
        number = self.codes.total()
        self.codes[finding.code] += 1
        self._shelf.put("findings", f"{finding.post or ''} {number:09}", finding)

    def __iter__(self) -> Iterator[Finding]:
        return self._shelf.values("findings")


class _Reader:
    """Reads the posts among an archive's captures: post by post, each payload of it once."""

    BOARDS = "captures", "remembered", "readings", "histories"

    def __init__(
        self,
        archive: Archive,
        tombstones: Tombstones,
        shelf: Shelf,
        report: Callable[[Finding], None],
    ) -> None:
        self._archive = archive
        self._tombstones = tombstones
        self._shelf = shelf
        self._report = report

    def histories(self) -> Iterator[History]:
        """Yield what became of each post, in the order of URLs; it goes on the shelf, and what is shown."""
        for capture in self._archive.captures():
            if not self._tombstones.has_url(capture.url):
                at = capture.captured_at.isoformat(timespec="microseconds")
                key = f"{capture.url} {at} {capture.file} {capture.offset:012}"
                self._shelf.put("captures", key, capture)
        for url, said in self._archive.remembered():
            before, _ = self._shelf.get("remembered", url, _NOTHING)
            found_by = tuple(sorted({*before, *said.get("found_by", ())}))
            self._shelf.put("remembered", url, (found_by, bool(said.get("gone"))))
        for seen, reading in histories(self._sightings()):
            found_by, gone = self._shelf.get("remembered", seen.url, _NOTHING)
            # A redirect to the front page tells it too, which no capture of the post does.
            history = replace(seen, status="gone" if gone else seen.status, found_by=found_by)
            self._shelf.put("readings", history.url, reading)
            self._shelf.put("histories", history.url, history)
            yield history

    def _sightings(self) -> Iterator[Sighting]:
        """Yield what each capture of a post shows, URL by URL, oldest first."""
        captures: Iterator[Capture] = self._shelf.values("captures")
        for url, of_url in groupby(captures, key=lambda capture: capture.url):
            readings: dict[str, Interview | None] = {}
            for capture in of_url:
                if capture.http_status in _GONE:
                    yield Sighting(url, capture, None)
                elif capture.http_status in (_OK, None, 304) and may_be_post(capture):
                    if capture.digest not in readings:
                        before = any(readings.values())
                        readings[capture.digest] = self._reading(capture, was_post=before)
                    yield Sighting(url, capture, readings[capture.digest])

    def _reading(self, capture: Capture, *, was_post: bool) -> Interview | None:
        try:
            body = self._archive.read(capture)
            return read_page(body, capture.url, media_type=capture.media_type)
        except (NotOfTheSeries, BadInput) as error:
            if was_post:
                # The site has changed, and someone should look.
                self._say("error", "unreadable", capture, error)
            elif SERIES in capture.url or (
                capture.source == "files" and capture.kind != "response"
            ):
                # Somebody said that it is one.
                self._say("warning", "not-of-series", capture, error)
        except ArchiveError as error:
            self._say("error", _DAMAGED, capture, error)
        return None

    def _say(self, severity: str, code: str, capture: Capture, error: Exception) -> None:
        where = f"{capture.file}, offset {capture.offset}"
        self._report(Finding(severity, code, f"{error} ({where})"))


def may_be_post(capture: Capture) -> bool:
    """Tell whether a capture can be one of a post."""
    # What a person imported by hand may have any address.
    return is_post(capture.url) or capture.source == "files"


def _decided(folder: DataFolder, name: str, read: Callable[[Any], T]) -> T:
    """Return what a YAML file of decisions says; raise BadInput naming what is wrong in it."""
    path = folder.decided(name)
    try:
        return read(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"{path}: {' '.join(str(error).split())}") from error
