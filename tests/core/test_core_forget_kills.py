"""A request to forget that is killed is finished by asking again, whenever that was.

A warm process forks the real program for each kill. It is killed before each of its file operations,
one after another, as Python's audit events tell of them (PEP 578), and at random moments.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.build import build, make, read_series
from scraper.export import export
from scraper.folder import DataFolder
from scraper.verify import verify
from tests.core.program import laid_bare, rows, tree, within

NURSERY = """
import gc, json, os, signal, sys, time
import sqlite_utils
from scraper.cli import main
# What changes a file or a folder; what an export writes is told by its beginning and its end.
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree",
           "sqlite3.connect"}
gc.freeze()
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        left = order["step"]
        def hear(event, arguments):
            global left
            writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            export = str(arguments[0]).endswith((".csv", ".json")) and ".warc" not in str(arguments[0])
            idle = event == "os.remove" and not os.path.exists(arguments[0]) or (
                event == "os.mkdir" and os.path.exists(arguments[0]))
            if left is not None and (event in CHANGES or writes) and not (export or idle):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        sys.addaudithook(hear)
        try:
            main(order["arguments"])
        except SystemExit as stop:
            os._exit(stop.code or 0)
    if order["after"] is not None:
        time.sleep(order["after"])
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
NAMES = ("Alda Quill", "Bertil Quill")
SAID = {name: f"I oil every hinge, says {name}, and then I listen to it." for name in NAMES}
Forget = Callable[..., int]


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """Give the process that forks runs."""
    program = [sys.executable, "-c", NURSERY]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Return a published archive of two people, each in a segment of their own, and both in a third."""
    root = tmp_path_factory.mktemp("kills") / "data"
    folder = tmp_path_factory.mktemp("pages")
    for number, names in enumerate((NAMES[:1], NAMES[1:], NAMES)):
        for name in names:
            place = folder / str(number) / f"{name}.html"
            place.parent.mkdir(exist_ok=True)
            url = f"https://www.mikrosanimation.com/en/news/{name.split()[0].lower()}/"
            place.write_text(
                f'<html><link rel="canonical" href="{url}"><h1>Under the Mikroscope 🔍 {name} – Rigger'
                f" at Ombrelle Animation Paris</h1><p>27 March 2023</p><p>What is the best part of"
                f" your job?</p><p>{SAID[name]}</p><p>What would be your superpower?</p>"
                f"<p>Patience, {number}.</p></html>"
            )
        within("import", folder / str(number), "--data", root)
    data = DataFolder(root)
    (root / "known_urls.txt").write_text("https://www.mikrosanimation.com/en/news/alda/\n")
    build(data)
    export(data.database, data.exports)
    return data


@pytest.fixture
def data(whole: DataFolder, tmp_path: Path) -> DataFolder:
    """Return where a copy of it stands."""
    return DataFolder(tmp_path / "data")


@pytest.fixture
def forget(nursery: subprocess.Popen[str], whole: DataFolder, data: DataFolder) -> Forget:
    """Give one request in a new copy, killed before a step, or after so many seconds."""

    def ask(step: int | None = None, after: float | None = None) -> int:
        shutil.rmtree(data.root, ignore_errors=True)
        shutil.copytree(whole.root, data.root)
        arguments = ["forget", NAMES[0], "--data", str(data.root)]
        assert nursery.stdin
        assert nursery.stdout
        print(
            json.dumps({"arguments": arguments, "step": step, "after": after}),
            file=nursery.stdin,
            flush=True,
        )
        return int(nursery.stdout.readline())

    return ask


def _finished(data: DataFolder) -> None:
    """Ask again, and hold the folder to what a request that was not killed leaves."""
    assert list(Archive(data.archive).verify()) == []
    within("forget", NAMES[0], "--data", data.root)
    bare = laid_bare(data.root)
    for trace in (SAID[NAMES[0]], "Alda", "alda"):
        assert trace.encode() not in bare
    assert SAID[NAMES[1]].encode() in bare
    assert rows(data.database, "SELECT name FROM people") == [(NAMES[1],)]
    assert not list(data.root.rglob("*.part"))
    assert not list(data.root.glob(".*"))


def test_killed_before_each_file_operation_it_is_finished_by_asking_again(
    forget: Forget, data: DataFolder
) -> None:
    """Between any two of them, from the first to the last."""
    step = 0
    while forget(step) == -signal.SIGKILL:
        _finished(data)
        step += 1
    assert step > 25
    _finished(data)
    assert list(verify(data, read_series, make)) == []


def test_killed_at_random_moments_it_is_finished_by_asking_again(
    forget: Forget, data: DataFolder
) -> None:
    """Also amid writing."""
    chance = random.Random(3)  # noqa: S311 - chance, not secrecy
    killed = 0
    for _ in range(10):
        killed += forget(after=chance.uniform(0.0, 0.25)) == -signal.SIGKILL
        _finished(data)
    assert killed > 4


def test_what_was_being_forgotten_is_not_published_meanwhile(
    forget: Forget, data: DataFolder
) -> None:
    """Once its tombstone stands, a build publishes no more of it, however much is still there."""
    step, seen = 0, 0
    while forget(step) == -signal.SIGKILL:
        if data.tombstones.exists():
            seen += 1
            build(data)
            assert rows(data.database, "SELECT name FROM people") == [(NAMES[1],)]
        step += 6
    assert seen > 3


def test_a_night_that_follows_finishes_what_is_published(forget: Forget, data: DataFolder) -> None:
    """Without being asked again the archive may still hold it; database and exports do not."""
    step = 0
    while not data.tombstones.exists():
        assert forget(step) == -signal.SIGKILL
        step += 1
    build(data)
    export(data.database, data.exports)
    bare = b"".join(content for name, content in tree(data.root).items() if ".warc" not in name)
    assert SAID[NAMES[0]].encode() not in bare
