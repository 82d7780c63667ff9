"""`export` on the command line: what is asked for is written, and what cannot be is said."""

import csv
import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import networkx as nx
import pytest

from scraper.export import Choice, export
from tests.core.program import PATIENCE, environment, mikroscope, rows, tree
from tests.exports.made import make


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with a database in it."""
    root = tmp_path_factory.mktemp("data")
    make(root / "mikroscope.db", 30)
    return root


def test_one_table_goes_to_standard_output(data: Path) -> None:
    """As CSV, the bytes of the file; as JSON, the rows; a view as well."""
    target = data / "whole"
    mikroscope("export", "--data", data, target, "--format", "csv")
    out = subprocess.run(
        [sys.executable, "-m", "scraper", "export", "--data", str(data), "--only", "answers", "-"],
        capture_output=True, check=True, env=environment(LC_ALL="C", PYTHONIOENCODING="ascii"),
    ).stdout  # fmt: skip
    assert out == (target / "csv" / "answers.csv").read_bytes()
    people = ("--only", "people", "--only", "people")  # said twice, it is one all the same
    said = mikroscope("export", "--data", data, *people, "--format", "json", "-").stdout
    assert len(json.loads(said)) == 30
    view = mikroscope(
        "export", "--data", data, "--only", "baton", "--since", "2024-12-01", "-"
    ).stdout
    told = list(csv.DictReader(StringIO(view)))
    assert 0 < len(told) < 6
    assert not (data / "exports").exists()


def test_a_reader_who_leaves_early_is_no_traceback(data: Path) -> None:
    """As with `| head`."""
    command = [sys.executable, "-m", "scraper", "export", "--data", str(data), "--only", "answers"]
    with subprocess.Popen([*command, "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as some:
        assert some.stdout
        assert some.stderr
        assert some.stdout.read(20)
        some.stdout.close()
        assert b"Traceback" not in some.stderr.read()


def test_only_some_tables(data: Path, tmp_path: Path) -> None:
    """In every format that goes by table, and in no other."""
    mikroscope("export", "--data", data, tmp_path / "x", "--only", "people", "--only", "waiting")
    assert set(tree(tmp_path / "x")) == {
        "csv/people.csv", "csv/waiting.csv", "json/people.json", "json/waiting.json",
        "spotlights.xlsx", "datapackage.json", "README.md", "SHA256SUMS",
    }  # fmt: skip


def test_since_and_language(data: Path, tmp_path: Path) -> None:
    """A day counts itself; posts without a day are left out."""
    options = ("--since", "2024-06-06", "--lang", "en", "--format", "json")
    mikroscope("export", "--data", data, tmp_path / "x", *options)
    posts = json.loads((tmp_path / "x" / "json" / "posts.json").read_text("utf-8"))
    wanted = "SELECT id FROM posts WHERE published >= '2024-06-06' AND lang = 'en' ORDER BY id"
    assert [post["id"] for post in posts] == [
        post for (post,) in rows(data / "mikroscope.db", wanted)
    ]
    assert any(post["published"] == "2024-06-06" for post in posts)


def test_a_choice_says_nothing_that_is_not_so(made: Path, tmp_path: Path) -> None:
    """Who answered before the day waits for nothing; days of the baton are those of the whole."""
    views = ("baton", "chains", "waiting")
    some = Choice(views, since=date(2024, 7, 1))
    export(made, tmp_path / "whole", ("json",), Choice(views))
    export(made, tmp_path / "some", ("json",), some)
    for view in views:
        whole, chosen = (
            json.loads((tmp_path / name / "json" / f"{view}.json").read_text("utf-8"))
            for name in ("whole", "some")
        )
        assert chosen == [row for row in whole if row in chosen]  # the same rows, in their order
        # In this archive nobody waits; of the baton some was chosen and some not.
        assert (0 < len(chosen) < len(whole)) if view != "waiting" else not chosen
    export(made, tmp_path / "graphs", ("gexf",))
    export(made, tmp_path / "fewer", ("gexf",), Choice(since=some.since))
    graph, fewer = (nx.read_gexf(tmp_path / name / "baton.gexf") for name in ("graphs", "fewer"))
    assert 0 < len(fewer.edges) < len(graph.edges)
    assert all(data["date"] == graph.edges[edge]["date"] for edge, data in fewer.edges.items())
    assert all(data == graph.nodes[person] for person, data in fewer.nodes.items())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--only nothing", "nothing"),
        ("--since yesterday", "yesterday"),
        ("--since 2024-13-01", "2024-13-01"),
        ("--lang de", "de"),
        ("--only people --format graphml", "graphml"),
        ("-", "--only"),
        ("- --only people --only posts", "--only"),
        ("- --only people --format xlsx", "xlsx"),
        ("- --only people --format csv --format json", "one format"),
        ("- --only nothing", "nothing"),
    ],
)
def test_what_cannot_be_meant_is_said(data: Path, options: str, said: str) -> None:
    """Exit status 2, one line that names it, nothing written."""
    done = mikroscope("export", "--data", data, *options.split(), status=2)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert not (data / "exports").exists()


def test_without_the_extra_parquet_says_what_to_install(data: Path, tmp_path: Path) -> None:
    """One line with the command, and every other format goes on without it."""
    # An environment without pyarrow, as the plain installation is: none of its modules is found.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['pyarrow', 'openpyxl', 'networkx', 'pandas']))\n"
    )
    env = environment(PYTHONPATH=f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}")
    command = [sys.executable, "-m", "scraper", "export", "--data", str(data), str(tmp_path / "x")]
    done = subprocess.run(
        [*command, "--format", "parquet"],
        env=env, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("mikroscope: Parquet needs pyarrow: pip install 'mikroscope[parquet]'\n")
    assert not (tmp_path / "x").exists()
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=PATIENCE)
    assert (tmp_path / "x" / "spotlights.xlsx").is_file()
