"""A publication is there at once and whole, for everybody who reads, whatever happens to it."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from scraper import database
from scraper.build import MAKING, build, make, read_series
from scraper.errors import DatabaseError
from scraper.folder import DataFolder
from tests.core.program import PATIENCE, dump, mikroscope, rows, tree, within

# What tells a publication from another, and a mixture from both: counts and marks of two tables.
STATE = (
    "SELECT (SELECT count(*) FROM findings), (SELECT count(DISTINCT message) FROM findings),"
    " (SELECT max(message) FROM findings), (SELECT count(*) FROM people),"
    " (SELECT count(DISTINCT role) FROM people), (SELECT max(role) FROM people)"
)
ONE, TWO = (3000, 1, "one", 1000, 1, "one"), (2000, 1, "two", 1500, 1, "two")
State = tuple[object, ...]

# Publishes two databases in turn until it is killed, at a random moment of some publication, and
# lets a reader look at what each killing left; as root, one who may read and not write.
KILLED = f"""
import os, random, signal, sqlite3, sys, time
from pathlib import Path
from scraper import database
one, two, live = map(Path, sys.argv[1:4])
seed, times = map(int, sys.argv[4:])
dice = random.Random(seed)
began = time.perf_counter()
for made in (two, one):
    database.publish(made, live)
took = (time.perf_counter() - began) / 2

def look():
    if os.getuid() == 0:
        os.setuid(65534)
        try:
            (live.parent / "probe").touch()
        except PermissionError:
            pass
        else:
            sys.exit("the reader could write")
    reader = sqlite3.connect(f"{{live.as_uri()}}?mode=ro", uri=True, timeout=0)
    whole = reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    print(whole, *reader.execute({STATE!r}).fetchone(), flush=True)

killed = hit = 0
# Until some were hit in the middle: how many of so few are is chance.
while killed < times or (hit < 3 and killed < 10 * times):
    killed += 1
    child = os.fork()
    if child == 0:
        while True:
            for made in (two, one):
                database.publish(made, live)
    time.sleep(dice.uniform(0, 3 * took))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left = live.with_name(live.name + "-wal").stat().st_size
    hit += left not in (0, 33)
    print("wal", left, flush=True)
    child = os.fork()
    if child == 0:
        look()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.fixture
def two(folder: DataFolder, tmp_path: Path) -> tuple[Path, Path]:
    """Return two databases that differ in every row of two tables."""
    series = read_series(folder)
    finding, person = next(iter(series.findings)), series.people[0]
    made = []
    for name, findings, people in (("one", ONE[0], ONE[3]), ("two", TWO[0], TWO[3])):
        made.append(tmp_path / f"{name}.db")
        crowd = [replace(each, role=name) for each in series.people]
        crowd += [replace(person, id=f"p{n}", role=name) for n in range(people - len(crowd))]
        found = tuple(replace(finding, message=name, post=None) for _ in range(findings))
        make(replace(series, findings=found, people=tuple(crowd)), made[-1])
    return made[0], made[1]


@pytest.fixture
def open_place() -> Iterator[Path]:
    """Return a folder that everybody may enter and read; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="mikroscope-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _state(path: Path) -> State:
    """Return what a researcher who opens the file now finds, and hold it to be sound."""
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    return rows(path, STATE)[0]


def _wal(path: Path) -> int:
    """Return the size of what SQLite keeps beside the file, bytes."""
    beside = path.with_name(f"{path.name}-wal")
    return beside.stat().st_size if beside.exists() else 0


@contextmanager
def _serving(folder: DataFolder) -> Iterator[Callable[[str], tuple[int, bytes]]]:
    """Run `mikroscope serve`; yield what gets a path on a connection of each thread's own."""
    command = [sys.executable, "-u", "-m", "scraper", "serve", "--port", "0", "--data"]
    with subprocess.Popen([*command, folder.root], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        address = urlsplit(program.stdout.readline().removeprefix("Serving at ").strip())
        mine = threading.local()
        lines: list[HTTPConnection] = []

        def get(path: str) -> tuple[int, bytes]:
            if not hasattr(mine, "line"):
                mine.line = HTTPConnection(address.hostname or "", address.port, timeout=30)
                lines.append(mine.line)
            mine.line.request("GET", path)
            answer = mine.line.getresponse()
            return answer.status, answer.read()

        try:
            yield get
        finally:
            for line in lines:
                line.close()
            program.terminate()


def test_a_running_server_never_shows_an_error_or_a_mixture(
    folder: DataFolder, two: tuple[Path, Path]
) -> None:
    """Visitors read on without pause while fifty publications happen, each there at once."""
    database.publish(two[0], folder.database)
    query = f"/mikroscope.json?_shape=arrays&sql={quote(STATE)}"
    over = threading.Event()
    told: list[tuple[int, object]] = []

    with _serving(folder) as get:

        def ask() -> tuple[int, object]:
            status, body = get(query)
            return status, tuple(json.loads(body)["rows"][0]) if status == 200 else body

        def read() -> None:
            while not over.is_set():
                told.append(ask())

        def look() -> None:
            while not over.is_set():
                for page in ("/", "/baton", "/search?q=film", "/mikroscope/findings.json"):
                    status, body = get(page)
                    told.append((status, ONE if status == 200 else body))

        readers = [threading.Thread(target=each) for each in (read, read, look)]
        for reader in readers:
            reader.start()
        for number in range(50):
            database.publish(two[number % 2], folder.database)
            assert ask() == (200, (ONE, TWO)[number % 2])
        over.set()
        for reader in readers:
            reader.join()
    assert len(told) > 100
    assert set(told) == {(200, ONE), (200, TWO)}


def test_readers_who_wait_for_nobody_never_have_to(
    folder: DataFolder, two: tuple[Path, Path]
) -> None:
    """Two readers who wait for an instant only, and keep their connections, see no lock and no mixture.

    The instant is far shorter than a publication. Without one SQLite may say BUSY even in WAL mode,
    when a connection comes while another resets the log (sqlite.org/wal.html, section 8).
    """
    database.publish(two[0], folder.database)
    over = threading.Event()
    told: list[object] = []

    def read() -> None:
        place = f"{folder.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=0.05)) as reader:
            while not over.is_set():
                try:
                    told.append(reader.execute(STATE).fetchone())
                except sqlite3.Error as error:
                    told.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    grown = set()
    for number in range(50):
        database.publish(two[number % 2], folder.database)
        grown.add(_wal(folder.database))
    over.set()
    for reader in readers:
        reader.join()
    assert len(told) > 30
    assert set(told) == {ONE, TWO}
    assert grown == {0}  # nothing is left beside the file, fifty times


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_publisher_leaves_one_whole(
    two: tuple[Path, Path], open_place: Path, seed: int
) -> None:
    """SIGKILL at any moment: who may only read finds the old content or the new; the next one works."""
    live = open_place / "mikroscope.db"
    shutil.copyfile(two[0], live)  # to publish where nothing is would use up what was made
    times = 15
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, (*two, live, seed, times))],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    seen = [line for line in lines if not line.startswith("wal")]
    assert len(seen) >= times
    assert set(seen) <= {" ".join(map(str, (True, *state))) for state in (ONE, TWO)}
    # Some were hit in the middle, or this test would say nothing.
    assert sum(line not in ("wal 0", "wal 33") for line in lines if line.startswith("wal")) >= 3
    for made, state in ((two[1], TWO), (two[0], ONE)):
        assert database.publish(made, live) is None
        assert _state(live) == state
        assert _wal(live) == 0


def test_who_may_only_read_can(two: tuple[Path, Path], open_place: Path) -> None:
    """With nobody else at work: SQLite needs a file beside the database that it cannot make there."""
    if os.getuid():
        pytest.skip("only root can become somebody who may not write")
    live = open_place / "mikroscope.db"
    first = shutil.copyfile(two[0], open_place / "made.db")
    program = (
        "import os, sqlite3, sys; os.setuid(65534); "
        f"print(*sqlite3.connect(sys.argv[1], uri=True).execute({STATE!r}).fetchone())"
    )
    for made, state in ((first, ONE), (two[1], TWO)):  # where nothing is, and over it
        database.publish(made, live)
        for place in (f"{live.as_uri()}?mode=ro", str(live)):
            done = subprocess.run(
                [sys.executable, "-c", program, place], capture_output=True, text=True, check=False
            )
            assert done.stdout.split() == [str(each) for each in state], done.stderr


def test_the_file_alone_is_complete(
    folder: DataFolder, two: tuple[Path, Path], tmp_path: Path
) -> None:
    """A plain copy without what SQLite keeps beside it has everything, also under a reader."""
    place = f"{folder.database.as_uri()}?mode=ro"
    for number in range(4):
        with closing(sqlite3.connect(place, uri=True)) as reader:
            reader.execute(STATE).fetchone()
            database.publish(two[number % 2], folder.database)
            copy = tmp_path / f"copy{number}.db"
            shutil.copyfile(folder.database, copy)
        assert _state(copy) == (ONE, TWO)[number % 2]
        assert dump(copy) == dump(two[number % 2])


def test_a_download_opens_anywhere(folder: DataFolder, two: tuple[Path, Path]) -> None:
    """Also in memory and in browsers, which cannot open a file that says it has a WAL."""
    database.publish(two[0], folder.database)
    with _serving(folder) as get, closing(sqlite3.connect(":memory:")) as memory:
        status, content = get("/mikroscope.db")
        assert status == 200
        memory.deserialize(content)
        assert memory.execute(STATE).fetchone() == ONE


def test_a_reader_who_never_ends_does_not_fill_the_disk(
    folder: DataFolder, two: tuple[Path, Path]
) -> None:
    """Publications go on for a while beside who holds old content, then say so; nothing is lost."""
    database.publish(two[0], folder.database)
    size = two[0].stat().st_size
    said = []
    with closing(database.opened(folder.database)) as reader:
        held = tuple(reader.execute(STATE).fetchone())
        for number in range(50):
            with pytest.raises(DatabaseError) as told:
                database.publish(two[number % 2], folder.database, patience=0.02)
            said.append("nothing is published" in str(told.value))
        assert _wal(folder.database) < 6 * size
        assert tuple(reader.execute(STATE).fetchone()) == held == ONE
    assert said[0] is False
    assert True in said
    assert database.publish(two[1], folder.database) is None
    assert _state(folder.database) == TWO
    assert _wal(folder.database) == 0


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
    assert _state(folder.database) == ONE


def test_a_reader_of_the_old_content_is_named(folder: DataFolder, two: tuple[Path, Path]) -> None:
    """It keeps the old bytes in the file, which matters where something was to be forgotten."""
    database.publish(two[0], folder.database)
    with closing(database.opened(folder.database)) as reader:
        reader.execute("SELECT count(*) FROM findings").fetchone()
        with pytest.raises(DatabaseError, match="a reader of the old one"):
            database.publish(two[1], folder.database, patience=0.2)
    database.publish(two[1], folder.database)


def _rubbish(path: Path) -> None:
    path.write_bytes(b"my holiday pictures" * 1000)


def _shorter(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def _torn(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 1000)


def _headless(path: Path) -> None:
    os.truncate(path, 50)


def _scribbled(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(2000)
        file.write(os.urandom(path.stat().st_size - 2000))


def _other_pages(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA page_size = 512; CREATE TABLE posts (id); CREATE TABLE t (a);")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES = {
    each.__name__: each
    for each in (_rubbish, _shorter, _torn, _headless, _scribbled, _other_pages, _empty)
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_no_database_stops_no_build(folder: DataFolder, damage: str) -> None:
    """All that the file can have held is derived: a build makes it again, and says so."""
    before = dump(folder.database)
    for beside in ("-wal", "-shm"):
        folder.database.with_name(folder.database.name + beside).unlink(missing_ok=True)
    DAMAGES[damage](folder.database)
    said, _ = within("build", "--data", folder.root)
    assert len(said.splitlines()) == 1
    # An empty file is an empty database, and nothing of it is lost.
    assert ("could not be read and was replaced" in said) is (damage != "_empty")
    assert dump(folder.database) == before
    assert rows(folder.database, "PRAGMA integrity_check") == [("ok",)]
    assert "replaced" not in within("build", "--data", folder.root)[0]


def test_what_lay_beside_a_deleted_database_is_not_taken_for_the_new_ones(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    """The file was deleted, its -wal with another content was not: only the new content counts."""
    live, kept = tmp_path / "live.db", tmp_path / "kept"
    shutil.copyfile(two[0], live)
    with closing(database.opened(live)), suppress(DatabaseError):
        database.publish(two[1], live, patience=0.02)
    with closing(database.opened(live)) as reader:  # as a killed server leaves it
        with suppress(DatabaseError):
            database.publish(two[0], live, patience=0.02)
        shutil.copyfile(f"{live}-wal", kept)
        assert reader.execute(STATE).fetchone()
    database.remove(live)
    kept.rename(f"{live}-wal")
    assert _wal(live) > two[0].stat().st_size
    database.publish(two[1], live)
    assert _state(live) == TWO


@pytest.mark.parametrize("room", ["of half a database", "of a database and no more"])
def test_a_full_disk_is_one_clear_line(folder: DataFolder, room: str) -> None:
    """While it is made or while it is published: exit 1, the old content whole, nothing left over."""
    within("build", "--data", folder.root)
    before, size = dump(folder.database), folder.database.stat().st_size
    most = size // 2 if "half" in room else size + 1000  # the -wal needs 24 bytes a page more

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    done = mikroscope("build", "--data", folder.root, status=1, preexec_fn=full)
    assert len(done.stderr.splitlines()) == 1
    assert ("cannot write" if "half" in room else "cannot publish") in done.stderr
    assert _wal(folder.database) == 0  # before anybody opens the file and tidies up
    assert dump(folder.database) == before
    assert not list(folder.root.glob(f"{MAKING}*"))
    within("build", "--data", folder.root)
    assert dump(folder.database) == before
