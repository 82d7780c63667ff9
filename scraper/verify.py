"""Checking what is kept: every byte of the archive, and whether the database is what it says.

Rule: nothing that is kept is written; every fault is named with file and offset, or with table, row
and column. A fault of the one does not keep the other from being looked at.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from scraper import database
from scraper.archive import Archive
from scraper.database import compare
from scraper.errors import DatabaseError
from scraper.folder import DataFolder
from scraper.models import Series

AGAIN = ".mikroscope.verifying.db"  # the database that is compared with the published one


def verify(
    folder: DataFolder,
    read_series: Callable[[DataFolder], Series],
    make: Callable[[Series, Path], None],
) -> Iterator[str]:
    """Yield one line for each fault of archive and database; none means that all is well.

    The folder is the caller's to lock: a run under way is no fault. Where the archive is damaged the
    database is compared all the same: what differs then is what only the database still has.
    """
    damaged = False
    for fault in _of_archive(folder):
        damaged = True
        yield fault
    if not folder.database.exists():
        return
    unreadable = False
    for said in compare.unsound(folder.database):
        unreadable = True
        yield f"{folder.database}: {said}"
    again = folder.root / AGAIN
    way_out = "restore the archive before you build" if damaged else "build again"
    try:
        make(read_series(folder), again)
        for found in compare.differences(folder.database, again):
            rows = "; ".join(found.rows) + (f"; and {found.more} more" if found.more else "")
            where = f"{folder.database}: {found.what}"
            yield f"{where} differs from what the archive says ({way_out}): {rows}"
    except DatabaseError:
        if not unreadable:
            raise
    finally:
        database.remove(again)


def _of_archive(folder: DataFolder) -> Iterator[str]:
    archive = Archive(folder.archive)
    told = set()
    for fault in archive.verify():
        told.add(fault.file)
        yield f"{fault.file}, offset {fault.offset}: {fault.message}"
    if not folder.database.exists():
        return
    held = {path.name for path in archive.segments()} | told
    for file, number in compare.segments_of(folder.database).items():
        if file not in held:
            yield f"{file}: the segment is missing; the published database has {number} captures of it"
