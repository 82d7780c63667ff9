"""The data folder: where everything that is made and everything a person decides has its place.

Rule: one place knows the names of files; nothing here reads what is in them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from filelock import FileLock, Timeout

from scraper.errors import Busy, DataFolderError


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths below `--data DIR`."""

    root: Path

    @property
    def archive(self) -> Path:
        """Folder of WARC segments: the truth."""
        return self.root / "archive"

    @property
    def database(self) -> Path:
        """The published SQLite file."""
        return self.root / "mikroscope.db"

    @property
    def exports(self) -> Path:
        """Where `export` writes unless told otherwise."""
        return self.root / "exports"

    @property
    def findings(self) -> Path:
        """What a build found that published nothing; while there is none, there is no such file."""
        return self.root / "findings.json"

    @property
    def tombstones(self) -> Path:
        """What was forgotten, as digests only."""
        return self.root / "tombstones.json"

    @property
    def stamp(self) -> Path:
        """What database and exports were made of, as digests; derived, and costs a build where it is missing."""
        return self.root / ".mikroscope.stamp.json"

    def decided(self, name: str) -> Path:
        """Return a file that people decide by (`overrides.yml`, …): the folder's own, else ours."""
        own = self.root / name
        return own if own.exists() else default_file(name)

    def known_urls(self) -> list[str]:
        """Return the addresses of `known_urls.txt`, one a line; `#` begins a comment."""
        path = self.decided("known_urls.txt")
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataFolderError(f"{path}: cannot be read: {error}") from error
        return [url for line in lines if (url := line.split("#")[0].strip())]

    def prepare(self) -> None:
        """Make the folder; raise DataFolderError where it cannot be written."""
        try:
            self.archive.mkdir(parents=True, exist_ok=True)
            probe = self.root / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise DataFolderError(
                f"cannot write the data folder {self.root}: {error.strerror}"
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against other runs; raise Busy at once if one holds it.

        The lock is the operating system's (flock), so that a killed run leaves none behind.
        """
        self.prepare()
        lock = FileLock(self.root / "mikroscope.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Busy(f"another run is at work in {self.root}; this one leaves it alone") from None
        try:
            yield
        finally:
            lock.release()


def default_file(name: str) -> Path:
    """Return the path of a file that ships with the program, installed or in a checkout."""
    packaged = Path(str(resources.files("scraper"))) / "defaults" / name
    if packaged.exists():
        return packaged
    checkout = Path(__file__).parent.parent
    return checkout / name if name == "metadata.yml" else checkout / "data" / name


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
