"""The run without a network: archive → database. It reads as the list of its steps.

Rule: the same archive and the same decisions give the same database; what is published is whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml

from scraper import database
from scraper.archive import Archive
from scraper.checks import EXPECTATION, check, read_expectations
from scraper.errors import (
    ArchiveError,
    BadInput,
    ExpectationFailed,
    NotOfTheSeries,
)
from scraper.folder import DataFolder
from scraper.models import Capture, Finding, Interview, Post, Series
from scraper.reading import read_page
from scraper.reading.vocabulary import QUESTIONS
from scraper.resolve import Sighting, read_overrides, resolve
from scraper.tombstones import Tombstones
from scraper.urls import is_post

T = TypeVar("T")
_OK = 200
_GONE = frozenset({404, 410})
MAKING = ".mikroscope.making.db"  # the database that a build makes, before it is published


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: numbers to tell, and what the checks found."""

    people: int
    interviews: int
    posts: int
    answers: int
    nominations: int
    findings: tuple[Finding, ...]


def build(folder: DataFolder, *, whatever_is_expected: bool = False) -> Built:
    """Read the archive, resolve, check and publish; return what was made.

    Raises ExpectationFailed where a check of expectations.yml fails: the last publication stays,
    unless it must not, since something was forgotten (`whatever_is_expected`).
    """
    making = folder.root / MAKING
    try:
        series = read_series(folder)
        failed = [f.message for f in series.findings if f.code == EXPECTATION]
        if failed and not whatever_is_expected:
            raise ExpectationFailed(f"nothing published: {'; '.join(failed)}")
        make(series, making)
        database.publish(making, folder.database)
    finally:
        database.remove(making)
    return _built(series)


def make(series: Series, path: Path) -> None:
    """Write the database of a series at `path`, without publishing it."""
    wordings = {q.id: (q.text_en, q.text_fr) for q in QUESTIONS}
    database.create(path, series, database.question_rows(wordings))


def read_series(folder: DataFolder) -> Series:
    """Return everything that the archive tells, with the findings of the checks.

    Nothing is written. Raises BadInput where a file of decisions cannot be read as such.
    """
    return _read(folder, Tombstones.load(folder.tombstones))


def read_all(folder: DataFolder) -> Series:
    """Return the same with what was forgotten and is in the archive nevertheless: to erase it."""
    return _read(folder, Tombstones())


def _read(folder: DataFolder, tombstones: Tombstones) -> Series:
    expectations = _decided(folder, "expectations.yml", read_expectations)
    overrides = _decided(folder, "overrides.yml", read_overrides)
    archive = Archive(folder.archive)
    reader = _Reader(archive, tombstones)
    resolved = resolve(reader.sightings(), overrides, tombstones.has_person)
    series = Series(
        people=resolved.people,
        turns=resolved.turns,
        posts=_found(resolved.posts, archive.memory()),
        nominations=resolved.nominations,
        captures=tuple(c for c in reader.captures if c.url not in resolved.hidden),
        runs=tuple(archive.runs()),
        findings=(*_damage(archive), *reader.findings, *resolved.findings),
    )
    return replace(series, findings=(*series.findings, *check(series, expectations)))


def _damage(archive: Archive) -> Iterator[Finding]:
    """Yield a finding for each record of the archive that cannot be read."""
    for fault in archive.damage():
        where = f"{fault.file}, offset {fault.offset}"
        yield Finding("error", "damaged", f"a record cannot be read: {fault.message} ({where})")


class _Reader:
    """Reads the posts among an archive's captures, each payload once."""

    def __init__(self, archive: Archive, tombstones: Tombstones) -> None:
        self.archive = archive
        self.tombstones = tombstones
        self.captures: list[Capture] = []
        self.findings: list[Finding] = []
        self._readings: dict[tuple[str, str], Interview | None] = {}
        self._of_series: set[str] = set()

    def sightings(self) -> Iterator[Sighting]:
        """Yield what each capture of a post shows, oldest first."""
        captures = sorted(self.archive.captures(), key=lambda c: (c.captured_at, c.file, c.offset))
        for capture in captures:
            url = capture.url
            if self.tombstones.has_url(url):
                continue
            self.captures.append(capture)
            if capture.http_status in _GONE:
                yield Sighting(url, capture, None)
            elif capture.http_status in (_OK, None, 304) and self._may_be_post(capture, url):
                reading = self._reading(capture, url)
                if reading is not None:
                    self._of_series.add(url)
                    yield Sighting(url, capture, reading)

    def _may_be_post(self, capture: Capture, url: str) -> bool:
        # What a person imported by hand may have any address.
        return is_post(url) or capture.source == "files"

    def _reading(self, capture: Capture, url: str) -> Interview | None:
        known = (url, capture.digest)
        if known not in self._readings:
            try:
                body = self.archive.read(capture)
                self._readings[known] = read_page(body, url, media_type=capture.media_type)
            except (NotOfTheSeries, BadInput) as error:
                self._readings[known] = None
                if url in self._of_series:
                    # It was read before: the site has changed, and someone should look.
                    self._report("error", "unreadable", capture, error)
                elif capture.source == "files" and capture.kind != "response":
                    # Somebody said that it is one.
                    self._report("warning", "not-of-series", capture, error)
            except ArchiveError as error:
                self._readings[known] = None
                self._report("error", "damaged", capture, error)
        return self._readings[known]

    def _report(self, severity: str, code: str, capture: Capture, error: Exception) -> None:
        where = f"{capture.file}, offset {capture.offset}"
        self.findings.append(Finding(severity, code, f"{error} ({where})"))


def _decided(folder: DataFolder, name: str, read: Callable[[Any], T]) -> T:
    """Return what a YAML file of decisions says; raise BadInput naming what is wrong in it."""
    path = folder.decided(name)
    try:
        return read(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"{path}: {' '.join(str(error).split())}") from error


def _found(posts: Iterable[Post], memory: Mapping[str, Mapping[str, Any]]) -> tuple[Post, ...]:
    """Return posts with what named their URLs, as the runs remember it."""
    return tuple(
        replace(post, found_by=tuple(sorted(memory.get(post.url, {}).get("found_by", ()))))
        for post in posts
    )


def _built(series: Series) -> Built:
    return Built(
        people=len(series.people),
        interviews=len(series.turns),
        posts=len(series.posts),
        answers=sum(len(p.versions[-1].reading.answers) for p in series.posts),
        nominations=len(series.nominations),
        findings=series.findings,
    )
