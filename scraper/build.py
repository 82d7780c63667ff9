"""The run without a network: archive → database. It reads as the list of its steps.

Rule: the same archive and the same decisions give the same database; what is published is whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from scraper import database
from scraper.archive import Archive
from scraper.checks import EXPECTATION, check, read_expectations
from scraper.errors import (
    ArchiveError,
    BadInput,
    ExpectationFailed,
    MikroscopeError,
    NotOfTheSeries,
)
from scraper.folder import DataFolder
from scraper.models import Capture, Finding, Interview, Series
from scraper.reading import read_page
from scraper.reading.vocabulary import QUESTIONS
from scraper.resolve import Overrides, Sighting, read_overrides, resolve
from scraper.tombstones import Tombstones
from scraper.urls import canonical, is_post

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


def build(folder: DataFolder) -> Built:
    """Read the archive, resolve, check and publish; return what was made.

    Raises ExpectationFailed where a check of expectations.yml fails: the last publication stays.
    """
    making = folder.root / MAKING
    try:
        series = read_series(folder)
        failed = [f.message for f in series.findings if f.code == EXPECTATION]
        if failed:
            raise ExpectationFailed(f"nothing published: {'; '.join(failed)}")
        make(series, making)
        database.publish(making, folder.database)
    finally:
        making.unlink(missing_ok=True)
    return _built(series)


def make(series: Series, path: Path) -> None:
    """Write the database of a series at `path`, without publishing it."""
    wordings = {q.id: (q.text_en, q.text_fr) for q in QUESTIONS}
    database.create(path, series, database.question_rows(wordings))


def read_series(folder: DataFolder) -> Series:
    """Return everything that the archive tells, with the findings of the checks."""
    expectations = _decided(folder, "expectations.yml", read_expectations)
    overrides = _decided(folder, "overrides.yml", read_overrides)
    archive = Archive(folder.archive)
    archive.repair()
    reader = _Reader(archive, Tombstones.load(folder.tombstones))
    sightings = list(reader.sightings())
    resolved = resolve(sightings, _canonical(overrides))
    series = Series(
        people=resolved.people,
        turns=resolved.turns,
        posts=resolved.posts,
        nominations=resolved.nominations,
        captures=tuple(reader.captures),
        runs=tuple(archive.runs()),
        findings=(*reader.findings, *resolved.findings),
    )
    return replace(series, findings=(*series.findings, *check(series, expectations)))


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
        captures = sorted(
            self.archive.captures(), key=lambda c: (c.captured_at, c.file, c.offset)
        )
        for capture in captures:
            url = canonical(capture.url)
            if self.tombstones.has_url(url):
                continue
            self.captures.append(capture)
            if capture.http_status in _GONE:
                yield Sighting(url, capture, None)
            elif capture.http_status in (_OK, None, 304) and self._may_be_post(capture, url):
                reading = self._reading(capture, url)
                if reading is not None:
                    self._of_series.add(url)
                    yield Sighting(url, capture, self.tombstones.applied(reading))

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
            except ArchiveError as error:
                self._readings[known] = None
                self._report("error", "damaged", capture, error)
        return self._readings[known]

    def _report(self, severity: str, code: str, capture: Capture, error: Exception) -> None:
        where = f"{capture.file}, offset {capture.offset}"
        self.findings.append(Finding(severity, code, f"{error} ({where})"))


def _decided(folder: DataFolder, name: str, read: Any) -> Any:
    """Return what a YAML file of decisions says; raise BadInput naming what is wrong in it."""
    path = folder.decided(name)
    try:
        return read(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: {' '.join(str(error).split())}") from error


def _canonical(overrides: Overrides) -> Overrides:
    """Return overrides with their URLs in the form in which posts are known."""
    try:
        differ = tuple((canonical(url), *rest) for url, *rest in overrides.differ)
    except MikroscopeError as error:
        raise BadInput(f"overrides.yml: {error}") from error
    return replace(overrides, differ=tuple((u, n, i, r) for u, n, i, r in differ))


def _built(series: Series) -> Built:
    return Built(
        people=len(series.people),
        interviews=len(series.turns),
        posts=len(series.posts),
        answers=sum(len(p.versions[-1].reading.answers) for p in series.posts),
        nominations=len(series.nominations),
        findings=series.findings,
    )
