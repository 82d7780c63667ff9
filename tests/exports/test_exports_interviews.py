"""Interviews as objects, as rows side by side, as a graph, as references and as texts."""

import csv
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import pytest
import yaml
from bibtexparser.entrypoint import parse_file
from defusedxml import ElementTree

from scraper.export import export
from tests.core.program import rows
from tests.exports.made import QUESTIONS, make, person_id


@pytest.fixture(scope="module")
def spotlights(exported: Path) -> list[dict[str, Any]]:
    """Return the interviews as spotlights.json has them."""
    found: list[dict[str, Any]] = json.loads((exported / "spotlights.json").read_text("utf-8"))
    return found


def test_an_interview_is_whole(made: Path, spotlights: list[dict[str, Any]]) -> None:
    """Person, posts, every answer, the baton with its sentences, and where it was read from."""
    assert [each["id"] for each in spotlights] == [
        turn for (turn,) in rows(made, "SELECT id FROM interviews ORDER BY id")
    ]
    answers = {
        (post["id"], question): told["answer"]
        for each in spotlights
        for post in each["posts"]
        for question, told in [
            *post["answers"].items(),
            *((None, other) for other in post["other_answers"]),
        ]
    }
    kept = rows(made, "SELECT post_id, question_id, answer FROM answers")
    assert answers == {(post, question): answer for post, question, answer in kept}
    tenth = spotlights[10]
    assert tenth["person"]["name"] == "Person Number-10"
    assert [post["lang"] for post in tenth["posts"]] == ["en", "fr"]
    assert tenth["languages"] == ["en", "fr"]
    assert [each["person_id"] for each in tenth["nominated_by"]] == [person_id(9)]
    assert [each["person_id"] for each in tenth["nominees"]] == [person_id(11)]
    assert len(tenth["nominees"][0]["evidence"]) == 2
    source = tenth["posts"][0]["source"]
    assert (source["file"], source["offset"]) == ("made.warc.gz", 10)


def test_lines_are_the_array(exported: Path, spotlights: list[dict[str, Any]]) -> None:
    """spotlights.ndjson has the same objects, one a line."""
    lines = (exported / "spotlights.ndjson").read_text("utf-8").rstrip("\n").split("\n")
    assert [json.loads(line) for line in lines] == spotlights


def test_answers_stand_side_by_side(made: Path, exported: Path) -> None:
    """A row a post, a column a question, its answer in it."""
    with (exported / "answers_side_by_side.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    kept = rows(made, "SELECT interview_id, lang, id FROM posts ORDER BY id")
    assert [(row["interview_id"], row["lang"]) for row in found] == [row[:2] for row in kept]
    for row, (_, _, post) in zip(found, kept, strict=True):
        said = rows(made, "SELECT question_id, answer FROM answers WHERE post_id = ?", post)
        for question, answer in said:
            if question:
                assert row[question.replace("-", "_")].removeprefix("'") == answer
    named = [name.replace("-", "_") for name in QUESTIONS]
    assert [name for name in found[0] if name in named] == named


@pytest.mark.parametrize(
    ("name", "read"), [("baton.graphml", nx.read_graphml), ("baton.gexf", nx.read_gexf)]
)
def test_the_baton_is_a_graph(made: Path, exported: Path, name: str, read: Any) -> None:
    """As networkx reads it: people with studio and role, edges with date, status, quote."""
    graph = read(exported / name)
    assert graph.is_directed()
    people = rows(made, "SELECT id, name, studio, role FROM people")
    assert {
        (key, told["name"], told.get("studio"), told.get("role"))
        for key, told in graph.nodes(data=True)
    } == set(people)
    edges = rows(
        made,
        "SELECT nominator_id, nominee_id, nominations.status, min(published),"
        " max(quote) FILTER (WHERE \"end\" = 'nominator') FROM nominations"
        " JOIN evidence ON nomination_id = nominations.id JOIN posts ON posts.id = post_id GROUP BY 1, 2",
    )
    assert {
        (one, other, told["status"], told.get("date"), told["quote"])
        for one, other, told in graph.edges(data=True)
    } == set(edges)


def test_any_text_is_well_formed_xml(tmp_path: Path) -> None:
    """Characters that XML has no place for are marked, and markup in a name is text."""
    make(tmp_path / "made.db", 3)
    name = 'A\x0bB <b>&amp; "C" \r\ufffe'
    with sqlite3.connect(tmp_path / "made.db") as connection:
        connection.execute("UPDATE people SET name = ? WHERE id = ?", (name, person_id(1)))
    connection.close()
    export(tmp_path / "made.db", tmp_path / "exports", ["graphml", "gexf", "xlsx"])
    for file in ("baton.graphml", "baton.gexf"):
        text = (tmp_path / "exports" / file).read_text("utf-8")
        ElementTree.fromstring(text)
        assert "A\ufffdB &lt;b&gt;&amp;amp;" in text
    sheet = openpyxl.load_workbook(tmp_path / "exports" / "spotlights.xlsx")["people"]
    assert sheet["B3"].value.startswith('A\ufffdB <b>&amp; "C"')


def test_every_post_is_a_reference(made: Path, exported: Path) -> None:
    """A BibTeX parser reads author, title, date and address of each."""
    library = parse_file(str(exported / "interviews.bib"))
    assert not library.failed_blocks
    kept = rows(
        made,
        "SELECT posts.id, posts.url, posts.published, people.name FROM posts"
        " JOIN interviews ON interviews.id = interview_id JOIN people ON people.id = person_id"
        " ORDER BY posts.id",
    )
    found = [
        (
            entry.key,
            entry["url"],
            entry.fields_dict["date"].value if "date" in entry.fields_dict else None,
            entry["author"],
        )
        for entry in library.entries
    ]
    assert found == kept
    assert all(entry.entry_type == "online" for entry in library.entries)
    assert library.entries[3]["title"] == r"{\# 2}"


def test_every_post_is_a_text(made: Path, exported: Path) -> None:
    """The front matter is YAML; headings are title and questions; the words are the post's."""
    posts = rows(made, "SELECT id, interview_id, lang, url, title, published FROM posts")
    for post, interview, lang, url, title, published in posts:
        text = (exported / "text" / f"{interview}.{lang}.md").read_text("utf-8")
        _, head, body = text.split("---\n", 2)
        told = yaml.safe_load(head)
        assert (told["id"], told["lang"], told["url"], told["title"]) == (post, lang, url, title)
        assert (str(told["published"]) if published else told.get("published")) == published
        answers = rows(
            made, "SELECT question, answer FROM answers WHERE post_id = ? ORDER BY position", post
        )
        headings = re.findall(r"^#+ .*$", body, re.MULTILINE)
        assert headings == [f"# \\{title}", *(f"## {question}" for question, _ in answers)]
        for _, answer in answers:
            assert answer in body.replace("\\", "")


@pytest.mark.parametrize(
    "said",
    ["# not a heading", "Title\n===", "Title\n---", "a <b>bold</b> word", "<!-- hidden -->",
     'x: "y" \\ \x85 \u2028 \x7f {z}', "--- \n- a"],
)  # fmt: skip
def test_no_answer_breaks_a_text(tmp_path: Path, said: str) -> None:
    """Whatever is said stays text: no heading, no HTML, and a front matter that can be read."""
    make(tmp_path / "made.db", 1)
    with sqlite3.connect(tmp_path / "made.db") as connection:
        connection.execute("UPDATE answers SET answer = ? WHERE position = 2", (said,))
        connection.execute("UPDATE posts SET title = ?", (said,))
    connection.close()
    export(tmp_path / "made.db", tmp_path / "exports", ["text", "bib"])
    text = (tmp_path / "exports" / "text" / f"{person_id(0)}.en.md").read_bytes().decode()
    head, body = re.fullmatch(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    assert yaml.safe_load(head)["title"] == said
    assert len(re.findall(r"^#", body, re.MULTILINE)) == 11
    assert not re.search(r"(?<!\\)<\w|(?<!\\)<!", body)
    assert not re.search(r"^[=-]+\s*$", body, re.MULTILINE)
    assert said in body.replace("\\", "") or "\\" in said
    library = parse_file(str(tmp_path / "exports" / "interviews.bib"))
    assert not library.failed_blocks
    assert len(library.entries) == 2
