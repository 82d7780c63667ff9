"""Checking what is kept: every record's digest, and whether the database is what the archive says.

Rule: reads only; every fault is named with file and offset, or with the table that differs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper import database
from scraper.archive import Archive
from scraper.folder import DataFolder
from scraper.models import Series


def verify(
    folder: DataFolder,
    read_series: Callable[[DataFolder], Series],
    make: Callable[[Series, Path], None],
) -> Iterator[str]:
    """Yield one line for each fault of archive and database; none means that all is well."""
    damaged = False
    for fault in Archive(folder.archive).verify():
        damaged = True
        yield f"{fault.file}, offset {fault.offset}: {fault.message}"
    if damaged or not folder.database.exists():
        return
    with TemporaryDirectory(dir=folder.root) as beside:
        again = Path(beside) / "again.db"
        make(read_series(folder), again)
        for table in database.differences(folder.database, again):
            yield f"{folder.database}: table {table} differs from what the archive says; build again"
