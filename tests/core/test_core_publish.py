"""A publication is there at once and whole, for everybody who reads, whatever happens to it."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scraper import database
from scraper.build import MAKING, build, make, read_series
from scraper.errors import DatabaseError
from scraper.folder import DataFolder
from tests.core.program import PATIENCE, rows, tree

# Publishes two databases in turn until it is killed, and looks at what each killing left.
KILLED = """
import os, random, signal, sqlite3, sys, time
from pathlib import Path
from scraper import database
one, two, live = map(Path, sys.argv[1:])
random.seed(7)
for killing in range(25):
    child = os.fork()
    if child == 0:
        while True:
            for made in (one, two):
                database.publish(made, live)
    time.sleep(random.uniform(0.005, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    reader = sqlite3.connect(f"{live.as_uri()}?mode=ro", uri=True)
    assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    print(*reader.execute("SELECT count(*), count(DISTINCT message) FROM findings").fetchone())
    reader.close()
"""


@pytest.fixture
def two(folder: DataFolder, tmp_path: Path) -> tuple[Path, Path]:
    """Return two databases that differ in every row of a large table."""
    series = read_series(folder)
    (first, *_) = series.findings
    made = []
    for name, count in (("one", 3000), ("two", 2000)):
        found = tuple(replace(first, message=name, post=None) for _ in range(count))
        made.append(tmp_path / f"{name}.db")
        make(replace(series, findings=found), made[-1])
    return made[0], made[1]


def _state(connection: sqlite3.Connection) -> tuple[int, int, str]:
    sql = "SELECT count(*), count(DISTINCT message), max(message) FROM findings"
    number, kinds, name = connection.execute(sql).fetchone()
    return number, kinds, name


def test_an_open_reader_sees_the_new_rows(folder: DataFolder, two: tuple[Path, Path]) -> None:
    """A connection from before the publication answers with what was published."""
    with closing(sqlite3.connect(f"{folder.database.as_uri()}?mode=ro", uri=True)) as reader:
        assert _state(reader)[0] < 100
        database.publish(two[0], folder.database)
        assert _state(reader) == (3000, 1, "one")
        database.publish(two[1], folder.database)
        assert _state(reader) == (2000, 1, "two")


def test_readers_never_meet_an_error_or_a_mixture(
    folder: DataFolder, two: tuple[Path, Path]
) -> None:
    """Two readers that wait for nobody read on while thirty publications happen."""
    database.publish(two[0], folder.database)
    over = threading.Event()
    told: list[object] = []

    def read() -> None:
        place = f"{folder.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=0)) as reader:
            while not over.is_set():
                try:
                    told.append(_state(reader))
                except sqlite3.Error as error:
                    told.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(30):
        database.publish(two[number % 2], folder.database)
    over.set()
    for reader in readers:
        reader.join()
    assert len(told) > 30
    assert set(told) == {(3000, 1, "one"), (2000, 1, "two")}


def test_a_killed_publisher_leaves_one_whole(folder: DataFolder, two: tuple[Path, Path]) -> None:
    """A read-only reader after SIGKILL at any moment finds the old content or the new."""
    database.publish(two[0], folder.database)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, two), str(folder.database)],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = done.stdout.splitlines()
    assert len(seen) == 25
    assert set(seen) == {"3000 1", "2000 1"}
    database.publish(two[1], folder.database)
    with closing(sqlite3.connect(folder.database)) as reader:
        assert _state(reader) == (2000, 1, "two")


def test_what_a_killed_build_left_is_cleared_by_the_next(folder: DataFolder) -> None:
    """A half-made database, and what SQLite keeps beside it, do no harm and do not stay."""
    before = set(tree(folder.root))
    for ending in ("", "-journal", "-wal", "-shm"):
        (folder.root / f"{MAKING}{ending}").write_bytes(b"half of something")
    build(folder)
    assert set(tree(folder.root)) == before
    assert rows(folder.database, "SELECT count(*) > 0 FROM posts") == [(1,)]


def test_a_writer_in_the_way_is_an_error_and_no_wait_for_ever(
    folder: DataFolder, two: tuple[Path, Path]
) -> None:
    """Somebody holds the published file to write: the publisher says so."""
    database.publish(two[0], folder.database)
    with closing(sqlite3.connect(folder.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="cannot publish"):
            database.publish(two[1], folder.database, patience=0.2)
    assert rows(folder.database, "SELECT count(*) FROM findings") == [(3000,)]


def test_a_reader_of_the_old_content_is_named(folder: DataFolder, two: tuple[Path, Path]) -> None:
    """It keeps the old bytes in the file, which matters where something was to be forgotten."""
    database.publish(two[0], folder.database)
    with closing(database.opened(folder.database)) as reader:
        reader.execute("SELECT count(*) FROM findings").fetchone()
        with pytest.raises(DatabaseError, match="a reader of the old one"):
            database.publish(two[1], folder.database, patience=0.2)
    database.publish(two[1], folder.database)


def test_what_is_no_database_is_not_overwritten(folder: DataFolder) -> None:
    """A file of that name which is something else is an error; it stays."""
    folder.database.write_bytes(b"my holiday pictures" * 1000)
    with pytest.raises(DatabaseError, match="cannot publish"):
        build(folder)
    assert folder.database.read_bytes().startswith(b"my holiday pictures")
