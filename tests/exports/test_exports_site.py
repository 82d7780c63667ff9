"""The same from the site that is served, fetched as the README shows; and the README's readers."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

import pandas as pd
import pytest

from scraper import database
from scraper.export import export
from tests.core.program import ROOT, environment, rows
from tests.exports.made import make, person_id

SHOWN = "http://127.0.0.1:8001"
INTERVIEWS = 1100  # more than the site returns at once
IN_CI = "CI" in os.environ


def _shown(what: str) -> str:
    """Return what the README shows for reading or fetching, as it is typed."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- {what} -->\n```\w+\n(.+?)```", text, re.DOTALL)
    assert found, what
    return found[1]


def _needs(program: str) -> pytest.MarkDecorator:
    missing = shutil.which(program) is None and not IN_CI
    return pytest.mark.skipif(missing, reason=f"{program} is not installed")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose `data` holds a database of many rows."""
    root = tmp_path_factory.mktemp("served")
    (root / "data").mkdir()
    make(root / "data" / "mikroscope.db", INTERVIEWS)
    return root


@pytest.fixture(scope="module")
def url(data: Path) -> Iterator[str]:
    """Serve it as the program does, and return where."""
    command = [
        sys.executable,
        "-m",
        "scraper",
        "serve",
        "--data",
        str(data / "data"),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        try:
            yield served.stdout.readline().split()[-1].rstrip("/")
        finally:
            served.terminate()


@pytest.mark.parametrize("asked", ["", "&_sort=published", "&_sort_desc=published", "&_size=max"])
def test_no_sort_loses_a_row(url: str, asked: str) -> None:
    """Where many rows have one day, or none: each comes, once."""
    with urlopen(f"{url}/mikroscope/interviews.csv?_stream=on{asked}") as answer:  # noqa: S310 - our own server
        found = [row["id"] for row in csv.DictReader(StringIO(answer.read().decode()))]
    assert found == [person_id(number) for number in range(INTERVIEWS)]


def test_a_view_streams_whole(url: str, data: Path) -> None:
    """In the view's own order."""
    with urlopen(f"{url}/mikroscope/answers_in_full.csv?_stream=on") as answer:  # noqa: S310 - our own server
        found = list(csv.DictReader(StringIO(answer.read().decode(), newline="")))
    kept = rows(data / "data" / "mikroscope.db", "SELECT interview_id FROM answers_in_full")
    assert [row["interview_id"] for row in found] == [each for (each,) in kept]


@pytest.mark.parametrize("table", database.table_names())
def test_the_csv_of_each_table_streams_whole(url: str, data: Path, table: str) -> None:
    """Every row, however many, to the letter."""
    with urlopen(f"{url}/mikroscope/{table}.csv?_stream=on") as answer:  # noqa: S310 - our own server
        text = answer.read().decode()
    header, *found = csv.reader(StringIO(text, newline=""))
    kept = rows(data / "data" / "mikroscope.db", f'SELECT * FROM "{table}"')
    as_text = [["" if cell is None else str(cell) for cell in row] for row in kept]
    assert len(found) == len(kept)
    assert sorted(found) == sorted(as_text)
    described = rows(data / "data" / "mikroscope.db", f'PRAGMA table_info("{table}")')
    assert header == [row[1] for row in described]


def test_json_comes_in_the_shape_that_is_asked_for(url: str) -> None:
    """A list of objects; with `_size=max`, a page of a thousand."""
    with urlopen(f"{url}/mikroscope/answers.json?_shape=array&_size=max") as answer:  # noqa: S310 - our own server
        found = json.load(answer)
    assert len(found) == 1000
    assert found[0]["id"]


def test_pandas_fetches_the_whole_in_a_line(url: str, data: Path) -> None:
    """As the README shows it."""
    names: dict[str, object] = {"pd": pd}
    exec(_shown("fetch: pandas").replace(SHOWN, url), names)  # noqa: S102 - it is our own README
    frame = names["df"]
    assert isinstance(frame, pd.DataFrame)
    kept = rows(data / "data" / "mikroscope.db", "SELECT id, answer FROM answers ORDER BY id")
    assert sorted(zip(frame["id"], frame["answer"], strict=True)) == kept


@_needs("Rscript")
def test_r_fetches_the_whole_in_a_line(url: str, data: Path) -> None:
    """As the README shows it."""
    count = 'cat(nrow(answers), sum(answers$word_count), sum(answers$lang == "fr"), "\\n")'
    said = _r(f"{_shown('fetch: r').replace(SHOWN, url)}\n{count}", data)
    kept = "SELECT count(*), sum(word_count), sum(lang = 'fr') FROM answers"
    assert said.split() == [str(n) for n in rows(data / "data" / "mikroscope.db", kept)[0]]


@_needs("jq")
def test_curl_and_jq_fetch_in_a_line(url: str, data: Path) -> None:
    """As the README shows it, in a shell."""
    done = subprocess.run(
        ["sh", "-c", _shown("fetch: sh").replace(SHOWN, url)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [tuple(line.split("\t")) for line in done.stdout.splitlines()]
    kept = rows(data / "data" / "mikroscope.db", "SELECT name, coalesce(studio, '') FROM people")
    assert len(found) == 1000
    assert set(found) <= set(kept)


def test_pandas_reads_the_exports_as_shown(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's lines, in the folder they are typed in, give the text to the letter."""
    export(data / "data" / "mikroscope.db", data / "data" / "exports", ["csv"])
    monkeypatch.chdir(data)
    names: dict[str, object] = {}
    exec(_shown("read: pandas"), names)  # noqa: S102 - it is our own README
    frame = names["answers"]
    assert isinstance(frame, pd.DataFrame)
    kept = rows(data / "data" / "mikroscope.db", "SELECT id, answer FROM answers ORDER BY id")
    assert list(zip(frame["id"], frame["answer"].fillna(""), strict=True)) == kept


@_needs("Rscript")
def test_r_reads_the_exports_as_shown(data: Path, tmp_path: Path) -> None:
    """The README's lines, in the folder they are typed in, give the text to the letter."""
    export(data / "data" / "mikroscope.db", data / "data" / "exports", ["csv"])
    out = tmp_path / "out.txt"
    write = f"answers$answer[is.na(answers$answer)] <- ''; writeLines(answers$answer, '{out}', useBytes = TRUE)"
    _r(f"{_shown('read: r')}\n{write}", data)
    kept = rows(data / "data" / "mikroscope.db", "SELECT answer FROM answers ORDER BY id")
    assert out.read_text("utf-8") == "".join(f"{answer}\n" for (answer,) in kept)


def _r(script: str, where: Path) -> str:
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", script],
        cwd=where, env=environment(LC_ALL="C.UTF-8"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
