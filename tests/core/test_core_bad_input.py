"""What cannot be done is said in one line, with the right exit status, and nothing is half-written."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from tests.core.conftest import Crawled
from tests.core.program import mikroscope, tree, within

URL = "https://www.ombrelle.example/en/news/under-the-mikroscope-ines-valdor/"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 40


def _nothing(_place: Path) -> None:
    """Leave the data folder as it is."""


def _write(name: str, content: bytes) -> Callable[[Path], None]:
    """Return what writes a file."""

    def write(place: Path) -> None:
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(content)

    return write


def _two_texts(place: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (place / name).write_bytes(b"some text")


def _without_database(place: Path) -> None:
    (place / "data" / "mikroscope.db").unlink()


# name: command (in a folder that holds `data`), exit status, what the line says, what comes before
CASES: dict[str, tuple[str, int, str, Callable[[Path], None]]] = {
    "import of no file": (f"import gone.txt --url {URL}", 1, "gone.txt", _nothing),
    "import of an empty file": (f"import a.txt --url {URL}", 1, "empty", _write("a.txt", b"")),
    "import of blanks": (f"import a.txt --url {URL}", 1, "empty", _write("a.txt", b" \n \n")),
    "import of a picture": (f"import a.png --url {URL}", 1, "binary", _write("a.png", PNG)),
    "import at no URL": ("import a.txt --url nonsense", 2, "URL", _write("a.txt", b"text")),
    "import at ftp": ("import a.txt --url ftp://a.example/", 2, "http", _write("a.txt", b"text")),
    "import of text without URL": ("import a.txt", 2, "--url", _write("a.txt", b"some text")),
    "import of nothing": ("import", 2, "PATH", _nothing),
    "import of an empty folder": ("import none", 1, "none", lambda p: (p / "none").mkdir()),
    "parse of no file": (f"parse gone.html --url {URL}", 1, "gone.html", _nothing),
    "parse of a folder": (f"parse data --url {URL}", 1, "data", _nothing),
    "parse of an empty file": (f"parse a.html --url {URL}", 1, "empty", _write("a.html", b"")),
    "parse of a picture": (f"parse a.png --url {URL}", 1, "", _write("a.png", PNG)),
    "parse at no URL": ("parse a.txt --url nonsense", 2, "URL", _write("a.txt", b"text")),
    "parse without URL": ("parse a.txt", 2, "--url", _write("a.txt", b"text")),
    "parse of another page": (
        f"parse a.html --url {URL}",
        3,
        "",
        _write("a.html", b"<html><body><h1>Careers</h1><p>Join us in Paris.</p></body></html>"),
    ),
    "no command": ("", 2, "command", _nothing),
    "an unknown command": ("fetch", 2, "fetch", _nothing),
    "a host that does not answer": (
        "nightly --site http://127.0.0.1:1/ --delay 0",
        1,
        "http://127.0.0.1:1/: no answer",
        _nothing,
    ),
    "an unknown option": ("build --fast", 2, "--fast", _nothing),
    "an unknown source": ("crawl --from moon", 2, "moon", _nothing),
    "a delay that is no number": ("crawl --delay nan", 2, "seconds", _nothing),
    "a crawl of no URL": ("crawl --site nonsense", 2, "URL", _nothing),
    "a folder below a file": ("build --data a.txt/data", 1, "a.txt", _write("a.txt", b"text")),
    "a folder that is a file": ("crawl --data a.txt", 1, "a.txt", _write("a.txt", b"text")),
    "an import below a file": (
        f"import b.txt --url {URL} --data a.txt/data",
        1,
        "a.txt",
        _two_texts,
    ),
    "export before build": ("export", 1, "mikroscope build", _without_database),
    "export of nowhere": ("export --data misspelt", 1, "mikroscope build", _nothing),
    "serve before build": ("serve --port 0", 1, "mikroscope build", _without_database),
    "export in an unknown format": ("export --format docx", 2, "docx", _nothing),
    "export over strangers": ("export mine", 2, "mine", _write("mine/letter.txt", b"Dear")),
    "export over a file": ("export a.txt", 2, "a.txt", _write("a.txt", b"text")),
    "export of what is no database": (
        "export",
        1,
        "cannot read",
        _write("data/mikroscope.db", b"not SQLite at all" * 100),
    ),
    "broken overrides": (
        "build",
        1,
        "overrides.yml",
        _write("data/overrides.yml", b"- same: [A, B\n"),
    ),
    "overrides without reason": (
        "build",
        1,
        "no reason",
        _write("data/overrides.yml", b"- same: [A, B]\n"),
    ),
    "broken expectations": (
        "build",
        1,
        "expectations.yml",
        _write("data/expectations.yml", b"counts: {posts: {min: lots}}"),
    ),
    "binary expectations": (
        "build",
        1,
        "expectations.yml",
        _write("data/expectations.yml", b"\xff\xfe\x00"),
    ),
    "an expectation that fails": (
        "build",
        3,
        "expected at least 900",
        _write("data/expectations.yml", b"counts: {posts: {min: 900}}"),
    ),
    "forget of an unknown URL": (f"forget {URL}", 1, "not in the archive", _nothing),
    "forget of an unknown person": ("forget Nobody-Atall", 1, "nobody of that name", _nothing),
    "forget in no archive": ("forget somebody --data misspelt", 1, "no archive", _nothing),
    "verify of no archive": ("verify --data misspelt", 1, "no archive", _nothing),
    "broken tombstones": ("build", 1, "tombstones", _write("data/tombstones.json", b"{}")),
}


SLOW = "a host that does not answer"


class Outcome(NamedTuple):
    """What a command said, and the files before and after it."""

    done: subprocess.CompletedProcess[str]
    before: dict[str, bytes]
    after: dict[str, bytes]


def _outcome(place: Path, crawled: Crawled, name: str) -> Outcome:
    command, status, _, prepare = CASES[name]
    shutil.copytree(crawled.root, place / "data")
    prepare(place)
    before = tree(place)
    done = mikroscope(*command.split(), status=status, cwd=place)
    return Outcome(done, before, tree(place))


@pytest.fixture(scope="module")
def outcomes(
    crawled: Crawled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Outcome]]]:
    """Return what becomes of every case; a few run at a time, since each starts the program."""
    with ThreadPoolExecutor(3) as pool:
        yield {
            name: pool.submit(_outcome, tmp_path_factory.mktemp("case"), crawled, name)
            for name in dict.fromkeys([SLOW, *CASES])  # the slow one waits while others are at work
        }


@pytest.mark.parametrize("name", [*(name for name in CASES if name != SLOW), SLOW])
def test_one_clear_line_and_nothing_half_written(
    name: str, outcomes: dict[str, Future[Outcome]]
) -> None:
    """No traceback, the design's exit status, and every file as it was before."""
    done, before, after = outcomes[name].result()
    *waiting, line = done.stderr.splitlines()
    assert line.startswith("mikroscope: ")
    assert CASES[name][2] in line
    assert done.stdout == ""
    if "127.0.0.1:1/" in CASES[name][0]:
        # The run is remembered with its failure, and progress was told; all else is as it was.
        assert not [line for line in waiting if line.startswith("mikroscope: ")]
        assert {file: after[file] for file in before} == before
        assert all(file.startswith("data/archive/") for file in set(after) - set(before))
    else:
        assert waiting == []
        made = (
            {"data/findings.json"} if done.returncode == 3 and "build" in CASES[name][0] else set()
        )
        assert {file: after[file] for file in set(after) - made} == before


def test_a_port_that_is_taken_is_said(crawled: Crawled) -> None:
    """The line names the port and the option that helps."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = mikroscope("serve", "--data", crawled.root, "--port", port, status=1)
    assert done.stderr.startswith(f"mikroscope: port {port} is in use")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["crawl", "build", "nightly", "verify", "export", "forget X"])
def test_two_runs_never_meet(crawled: Crawled, tmp_path: Path, command: str) -> None:
    """While one holds the folder the other says so, at once, and touches nothing."""
    shutil.copytree(crawled.root, tmp_path / "data")
    before = tree(tmp_path)
    with FileLock(tmp_path / "data" / "mikroscope.lock"):
        _, said = within(*command.split(), "--data", tmp_path / "data", status=1)
    (line,) = said.splitlines()
    assert line.startswith("mikroscope: another run is at work")
    assert tree(tmp_path) == before
