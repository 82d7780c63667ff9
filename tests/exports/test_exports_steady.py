"""The same database gives the same bytes; a new post adds its lines; memory stays as it is."""

import difflib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tracemalloc
from html import unescape
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from scraper.export import FORMATS, export
from scraper.folder import DataFolder
from scraper.sample import Site, Studio
from tests.core.program import PATIENCE, environment, tree, within
from tests.exports.made import make, person_id

BINARY = (".xlsx", ".parquet")
NEW = "under-the-mikroscope-noor-abidelle"


def test_anywhere_and_at_any_time_it_is_the_same(made: Path, tmp_path: Path) -> None:
    """Every byte of every format, whatever the time zone, the hash seed, the umask and the locale."""
    code = (
        "import os, sys; os.umask(int(sys.argv[3], 8)); from pathlib import Path;"
        "from scraper.export import FORMATS, export; export(*map(Path, sys.argv[1:3]), FORMATS)"
    )
    for name, zone, seed, mask, locale in (
        ("one", "Asia/Kolkata", "1", "022", "C.UTF-8"),
        ("two", "America/St_Johns", "2", "077", "C"),
    ):
        subprocess.run(
            [sys.executable, "-c", code, str(made), str(tmp_path / name), mask],
            env=environment(TZ=zone, PYTHONHASHSEED=seed, LC_ALL=locale), check=True,
            timeout=PATIENCE,
        )  # fmt: skip
    one = tree(tmp_path / "one")
    assert one == tree(tmp_path / "two")
    assert any(name.endswith(".parquet") for name in one)
    assert not any(str(tmp_path).encode() in content for content in one.values())


def test_the_order_of_formats_on_the_command_line_is_nothing(made: Path, tmp_path: Path) -> None:
    """Every byte is the same, also of the page and the digests."""
    export(made, tmp_path / "one", ("csv", "bib", "text"))
    export(made, tmp_path / "two", ("text", "csv", "bib", "csv"))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def _changes(before: dict[str, bytes], after: dict[str, bytes]) -> tuple[list[str], list[str]]:
    """Return the lines that went and the lines that came, of all text files."""
    went, came = [], []
    for name in sorted(before.keys() | after.keys()):
        if name.endswith(BINARY) or name == "SHA256SUMS":
            continue
        old, new = (side.get(name, b"").decode().split("\n") for side in (before, after))
        for line in (
            difflib.ndiff(old, new) if len(old) < 50 else difflib.unified_diff(old, new, n=0)
        ):
            if line.startswith("-") and not line.startswith("---"):
                went.append(f"{name}: {line}")
            elif line.startswith("+") and not line.startswith("+++"):
                came.append(f"{name}: {line}")
    return went, came


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_new_interview_changes_no_other_line(tmp_path: Path, place: str) -> None:
    """Wherever it comes in the order, lines are added and none goes."""
    make(tmp_path / "made.db", 12)
    person = person_id({"first": 0, "middle": 5, "last": 11}[place])
    export(tmp_path / "made.db", tmp_path / "with")
    with sqlite3.connect(tmp_path / "made.db") as connection:
        for sql in (
            "DELETE FROM evidence WHERE instr(nomination_id, ?1) OR instr(post_id, ?1)",
            "DELETE FROM nominations WHERE instr(id, ?1)",
            *(
                f"DELETE FROM {table} WHERE instr(post_id, ?1)"
                for table in ("answers", "images", "versions", "findings")
            ),
            "DELETE FROM captures WHERE instr(url, ?1)",
            "DELETE FROM posts WHERE interview_id = ?1",
            "DELETE FROM interviews WHERE id = ?1",
            "DELETE FROM people WHERE id = ?1",
        ):
            connection.execute(sql, (person,))
    connection.close()
    export(tmp_path / "made.db", tmp_path / "without")
    went, came = _changes(tree(tmp_path / "without"), tree(tmp_path / "with"))
    # Whoever is named by the new one, or names them, has that in their own line, and nothing else.
    assert [line for line in went if not line.startswith("spotlights.")] == []
    told = [line for line in came if line.startswith("spotlights.") and line[-1] == "}"]
    assert len(told) == len(went) + 2
    assert all(person in line for line in told)
    assert {line.split(": ")[0] for line in came} >= {
        "csv/answers.csv", "json/answers.json", "spotlights.json", "spotlights.ndjson",
        "baton.graphml", "baton.gexf", "interviews.bib", "answers_side_by_side.csv",
        f"text/{person}.en.md",
    }  # fmt: skip


def test_a_night_with_one_new_post_changes_only_its_lines(folder: DataFolder, site: Site) -> None:
    """Crawled, built and exported for real: each line that comes or goes is of that post."""
    site.studio = Studio.sample().withdrawn(NEW)
    # A folder of its own: the night before, the post was not there.
    root = folder.root.parent / "night"
    night = ("nightly", "--data", root, "--site", site.url, "--delay", 0)
    within(*night)
    before = tree(root / "exports")
    site.studio = Studio.sample()
    within(*night)
    went, came = _changes(before, tree(root / "exports"))
    assert came
    theirs = _words_of(root / "exports")
    for line in (*went, *came):
        name, text = line.split(": ", 1)
        if name.endswith(("runs.csv", "runs.json")):
            continue  # a night is a run
        if "/robots.txt" in text:
            continue  # and asks what it may
        if name == "interviews.bib" and line in came:
            continue  # an entry of several lines; none of another entry went
        assert "noor-abidelle" in name or _is_of(text[1:], theirs), line


def _words_of(exports: Path) -> str:
    """Return all that the exports say of the new interview, as plain text."""
    text = (exports / "text" / "noor-abidelle.en.md").read_text("utf-8")
    spotlights = json.loads((exports / "spotlights.json").read_text("utf-8"))
    (own,) = [each for each in spotlights if each["id"] == "noor-abidelle"]
    return f"{text}\n{own}"


def _is_of(line: str, words: str) -> bool:
    """Tell whether a line names the new one, is made of their words, or says nothing."""
    bare = line.strip("\r")
    if "noor" in bare.lower() or bare in {"", ",", "}"}:
        return True
    if bare.startswith("<"):  # tags between which the new one's facts stand
        told = [a or b for a, b in re.findall(r">([^<]+)<|value=\"([^\"]*)\"", bare)]
        # That they were named is now said at both ends.
        return all(unescape(each) in words or each == "nominator only" for each in told)
    if "@" in bare:  # a capture of theirs
        return any(part in words for part in re.findall(r"[\w-]+@\d+", bare))
    pieces = re.split(r'"?,"?|""', bare)  # cells of a record that goes over several lines
    return all(piece.strip('"') in words or piece.isdigit() for piece in pieces)


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Four times the interviews, and the most that is held at once is the same, in each format."""
    make(tmp_path / "small.db", 100)
    make(tmp_path / "large.db", 400)
    usual = [name for name in FORMATS if name != "parquet"]  # Arrow's memory is not Python's
    for name in usual:
        peaks = [
            _peak(tmp_path / f"{size}.db", tmp_path / "exports", name)
            for size in ("small", "small", "large")  # once to warm up
        ]
        assert peaks[2] < peaks[1] + 120_000, (name, peaks)


def _peak(database: Path, target: Path, name: str) -> int:
    """Return the bytes of Python objects that an export holds at most."""
    tracemalloc.start()
    try:
        export(database, target, [name])
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_parquet_is_written_in_groups(tmp_path: Path) -> None:
    """No group has more rows than are held at once."""
    make(tmp_path / "made.db", 600)
    export(tmp_path / "made.db", tmp_path / "exports", ["parquet"])
    told = pq.ParquetFile(tmp_path / "exports" / "parquet" / "answers.parquet").metadata
    groups = [told.row_group(n).num_rows for n in range(told.num_row_groups)]
    assert sum(groups) == 6600
    assert max(groups) == 5000


def test_git_shows_what_a_night_brought(tmp_path: Path) -> None:
    """A history is kept beside the folder, as the README shows, and a new post only adds."""
    make(tmp_path / "made.db", 3)
    export(tmp_path / "made.db", tmp_path / "exports")
    git = ["git", "--git-dir", "exports.git", "--work-tree", "exports"]
    who = ["-c", "user.name=A Reader", "-c", "user.email=reader@example.org"]
    _run(tmp_path, *git, "init", "--quiet")
    for number in (3, 4):
        make(tmp_path / "made.db", number)
        export(tmp_path / "made.db", tmp_path / "exports")
        _run(tmp_path, *git, "add", "--all")
        _run(tmp_path, *git, *who, "commit", "--quiet", "--message", f"{number} interviews")
    shown = _run(tmp_path, *git, "diff", "--numstat", "HEAD~1", "--", ":!SHA256SUMS")
    counted = [line.split("\t") for line in shown.splitlines()]
    assert len(counted) > 15
    # The one who names the new one has that in the interview's own line.
    changed = {name: went for _, went, name in counted if went not in {"0", "-"}}
    assert changed == {"spotlights.json": "1", "spotlights.ndjson": "1"}


def _run(where: Path, *command: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        command, cwd=where, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
