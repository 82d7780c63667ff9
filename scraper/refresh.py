"""Bringing database and exports up to date: a night without news adds its run, any other builds.

Rule: what is added is what a build from nothing would add, to the row; where that is not certain, it
is built. What they were made of stands in a small file beside them, a stamp, as build tools keep one:
deleting it costs one build.
"""

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from scraper import database
from scraper.archive import Archive
from scraper.build import Built, build, may_be_post
from scraper.checks import COUNTED
from scraper.export import export, renew
from scraper.folder import DataFolder
from scraper.tombstones import Tombstones

DECISIONS = ("overrides.yml", "expectations.yml")
_SOURCES = ("*.py", "*.sql")  # what of the program decides what is in a database
_PACKAGES = "*.dist-info"  # named after a package and its version


def refresh(folder: DataFolder) -> tuple[Built, int]:
    """Bring database and exports up to date with the archive; return what is in them.

    That is what the database holds, and the number of exported files. Raises what `build` and
    `export` raise.
    """
    archive = Archive(folder.archive)
    made = _Stamp.kept(folder.stamp)
    quiet = (
        made
        and made == _Stamp.now(folder, archive, made.segments)
        and _is_quiet(folder, archive, made.segments)
    )
    folder.stamp.unlink(missing_ok=True)  # only what ends well is stamped again
    if made and quiet:
        built = _with_runs(folder, archive, made.segments)
        files = renew(folder.database, folder.exports)
    else:
        built = build(folder)
        files = export(folder.database, folder.exports)
    if now := _Stamp.now(folder, archive, len(archive.segments())):
        now.keep(folder.stamp)
    return built, files


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What database and exports were made of, and what they were then, as digests."""

    program: str
    decisions: str
    segments: int  # how many of the archive's, in their order
    archive: str
    database: str
    exports: str

    @classmethod
    def now(cls, folder: DataFolder, archive: Archive, segments: int) -> "_Stamp | None":
        """Return the stamp of things as they are, the first `segments` of the archive among them.

        None where something cannot be read: what is amiss, a build will say.
        """
        try:
            return cls(
                _digest(_program()),
                _digest(_decisions(folder)),
                segments,
                _digest(_states(archive.segments()[:segments])),
                # What somebody else wrote into it stands in the file, or waits beside it.
                _digest(_states([folder.database, *database.waiting(folder.database)])),
                _digest(_states(sorted(folder.exports.rglob("*")))),
            )
        except OSError:
            return None

    @classmethod
    def kept(cls, path: Path) -> "_Stamp | None":
        """Return the stamp that was kept, None where there is none or it is none."""
        try:
            stamp = cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return stamp if isinstance(stamp.segments, int) else None

    def keep(self, path: Path) -> None:
        """Keep this stamp; where it cannot be written it is not needed."""
        with suppress(OSError):
            path.write_text(json.dumps(asdict(self), indent=1), "utf-8")


def _is_quiet(folder: DataFolder, archive: Archive, since: int) -> bool:
    """Tell whether the segments behind the first `since` say nothing of any post."""
    if folder.findings.exists() or next(archive.damage(), None):
        return False  # something is amiss, and to be told
    captures, remembered = archive.captures(since), archive.remembered(since)
    if any(map(may_be_post, captures)):
        return False
    urls = {capture.url for capture in archive.captures(since)} | {url for url, _ in remembered}
    return urls.isdisjoint(database.urls_of_posts(folder.database))


def _with_runs(folder: DataFolder, archive: Archive, since: int) -> Built:
    """Add what the segments behind the first `since` hold: runs, and captures of no post."""
    forgotten = Tombstones.load(folder.tombstones)
    captures = (each for each in archive.captures(since) if not forgotten.has_url(each.url))
    database.add(folder.database, database.of_runs(captures, archive.runs(since)))
    return Built(**database.counts(folder.database, (*COUNTED, "findings")), notes=())


def _program() -> Iterator[bytes]:
    """Yield everything about the program that could make other rows of the same archive."""
    yield f"{sys.version} {sqlite3.sqlite_version}".encode()
    installed = chain.from_iterable(Path(place or ".").glob(_PACKAGES) for place in sys.path)
    yield from sorted(package.name.encode() for package in installed)
    here = Path(__file__).parent
    for kind in _SOURCES:
        for path in sorted(here.rglob(kind)):
            yield path.read_bytes()


def _decisions(folder: DataFolder) -> Iterator[bytes]:
    for path in (*map(folder.decided, DECISIONS), folder.tombstones):
        yield path.read_bytes() if path.exists() else b""


def _states(paths: list[Path]) -> Iterator[bytes]:
    """Yield of each file its name, size and time of change: a copy that keeps these is the same."""
    for path in paths:
        stat = path.stat()
        yield f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode()


def _digest(parts: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part) + part)  # so that no two lists look alike
    return digest.hexdigest()
