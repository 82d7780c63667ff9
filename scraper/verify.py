"""Checking what is kept: every record's digest, and whether the database is what the archive says.

Rule: nothing that is kept is written; every fault is named with file and offset, or with the table
that differs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from scraper import database
from scraper.archive import Archive
from scraper.folder import DataFolder
from scraper.models import Series

AGAIN = ".mikroscope.verifying.db"  # the database that is compared with the published one


def verify(
    folder: DataFolder,
    read_series: Callable[[DataFolder], Series],
    make: Callable[[Series, Path], None],
) -> Iterator[str]:
    """Yield one line for each fault of archive and database; none means that all is well.

    The folder is the caller's to lock: a run under way is no fault.
    """
    damaged = False
    for fault in Archive(folder.archive).verify():
        damaged = True
        yield f"{fault.file}, offset {fault.offset}: {fault.message}"
    if damaged or not folder.database.exists():
        return
    again = folder.root / AGAIN
    try:
        make(read_series(folder), again)
        for what in database.differences(folder.database, again):
            yield f"{folder.database}: {what} differs from what the archive says; build again"
    finally:
        database.remove(again)
