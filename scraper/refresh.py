"""Bringing database and exports up to date: a night without news adds its run, any other builds.

Rule: what is added is what a build from nothing would add, to the row; where that is not certain, it
is built, and once a week in any case. What they were made of stands in a small file beside them, a
stamp, as build tools keep one: deleting it costs one build.
"""

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from scraper import database
from scraper.archive import Archive
from scraper.build import Built, build, may_be_post
from scraper.checks import COUNTED
from scraper.export import export, renew
from scraper.folder import DataFolder, default_file
from scraper.tombstones import Tombstones, key_path

DECISIONS = ("overrides.yml", "expectations.yml")
TRUSTED = timedelta(days=7)  # then all is read again: files rot without a word
_PACKAGES = "*.dist-info"  # named after a package and its version


def refresh(folder: DataFolder, program: str, at: datetime) -> tuple[Built, int]:
    """Bring database and exports up to date with the archive; return what is in them.

    That is what the database holds, and the number of exported files. `program` is what `program()`
    said when the night began, `at`. Raises what `build` and `export` raise.
    """
    archive = Archive(folder.archive)
    last = _Stamp.kept(folder.stamp)
    quiet = bool(
        last
        and timedelta(0) <= at - last.read_at < TRUSTED
        and last.sources == _sources(folder, archive, last.segments, program)
        and last.made == (_state_of_database(folder), _state_of_exports(folder))
        and _is_quiet(folder, archive, last.segments)
    )
    folder.stamp.unlink(missing_ok=True)  # only what ends well is stamped again
    # Each is looked at when it is used: what is changed after that, the next night sees.
    segments = len(archive.segments())
    sources = _sources(folder, archive, segments, program)
    if last and quiet:
        built, read_at = _with_runs(folder, archive, last.segments), last.read_at
    else:
        built, read_at = build(folder), at
    made = _state_of_database(folder)
    files = (renew if quiet else export)(folder.database, folder.exports)
    # What is damaged, or was not as expected, is looked at again; a quiet night has just looked.
    if quiet or (built.as_expected and not next(archive.damage(), None)):
        stamp = _Stamp(read_at, segments, sources, (made, _state_of_exports(folder)))
        stamp.keep(folder.stamp)
    return built, files


def program() -> str:
    """Return a digest of everything about the program that could make other files of an archive."""
    here = Path(__file__).parent
    files = (path for path in sorted(here.rglob("*")) if "__pycache__" not in path.parts)
    installed = chain.from_iterable(Path(place or ".").glob(_PACKAGES) for place in sys.path)
    return _digest(
        chain(
            (sys.version.encode(), sqlite3.sqlite_version.encode()),
            sorted(os.fsencode(package.name) for package in installed),
            (path.read_bytes() for path in files if path.is_file()),
            (default_file("metadata.yml").read_bytes(),),
        )
    )


@dataclass(frozen=True, slots=True)
class _Stamp:
    """When all was read last, and what database and exports were made of and are, as digests."""

    read_at: datetime
    segments: int  # how many of the archive's, in their order
    sources: str
    made: tuple[str, str]

    @classmethod
    def kept(cls, path: Path) -> "_Stamp | None":
        """Return the stamp that was kept, None where there is none or it is none."""
        try:
            kept = json.loads(path.read_text("utf-8"))
            read_at = datetime.fromisoformat(kept["read_at"])
            stamp = cls(read_at, int(kept["segments"]), kept["sources"], tuple(kept["made"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return stamp if read_at.tzinfo else None

    def keep(self, path: Path) -> None:
        """Keep this stamp; where it cannot be written it is not needed."""
        with suppress(OSError):
            path.write_text(json.dumps(asdict(self), indent=1, default=datetime.isoformat), "utf-8")


def _is_quiet(folder: DataFolder, archive: Archive, since: int) -> bool:
    """Tell whether the segments behind the first `since` say nothing of any post."""
    published = set(database.urls_of_posts(folder.database))
    forgotten = Tombstones.load(folder.tombstones)
    return not (
        folder.findings.exists()  # a build that was refused is to be tried again
        or next(archive.damage(), None)
        or not published
        or any(
            may_be_post(capture) or capture.url in published or forgotten.has_url(capture.url)
            for capture in archive.captures(since)
        )
        or any(url in published for url, _ in archive.remembered(since))
    )


def _with_runs(folder: DataFolder, archive: Archive, since: int) -> Built:
    """Add what the segments behind the first `since` hold: runs, and captures of no post."""
    added = database.of_runs(archive.captures(since), archive.runs(since))
    database.add(folder.database, added)
    counts = database.counts(folder.database, (*COUNTED, "findings"))
    return Built(**counts, notes=(), as_expected=True)


def _sources(folder: DataFolder, archive: Archive, segments: int, program: str) -> str:
    """Return a digest of all that decides what is in a database: the first `segments` and the rest."""
    decided = (*map(folder.decided, DECISIONS), folder.tombstones, key_path(folder.tombstones))
    return _digest(
        chain(
            (program.encode(),),
            map(_content, decided),
            _states(archive.segments()[:segments]),
        )
    )


def _state_of_database(folder: DataFolder) -> str:
    # What somebody else wrote into it stands in the file, or waits beside it.
    return _digest(_states([folder.database, *database.waiting(folder.database)]))


def _state_of_exports(folder: DataFolder) -> str:
    # Of folders the names tell enough: their sizes are the file system's own business.
    return _digest(_states(sorted(folder.exports.rglob("*"))))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it is not there; what else is amiss, a build will say
        return b""


def _states(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield of each file its name, size and time of change: a copy that keeps these is the same."""
    for path in paths:
        yield os.fsencode(path.name)
        if path.is_file():
            stat = path.stat()
            yield b"%d %d" % (stat.st_size, stat.st_mtime_ns)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part) + part)  # so that no two lists look alike
    return digest.hexdigest()
