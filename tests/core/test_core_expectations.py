"""What must be true before anything is published, and how the operator hears that it is not."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scraper.build import build, read_series
from scraper.errors import ExpectationFailed
from scraper.folder import DataFolder
from scraper.sample import FAULTS, Site, Studio
from scraper.sample.faults import HTML, Fault, answer
from tests.core.program import dump, mikroscope, rows, tree, within

NOOR = "under-the-mikroscope-noor-abidelle"
SHELL: Fault = lambda heard: answer(  # noqa: E731 - a fault is a function of what was heard
    heard, 200, b"<!DOCTYPE html><div id=app></div><script src=/app.js></script>", HTML
)


def _findings(folder: DataFolder) -> list[dict[str, Any]]:
    return list(json.loads(folder.findings.read_text("utf-8")))


def _night(folder: DataFolder, site: Site, status: int = 0) -> str:
    done = mikroscope(
        "nightly", "--data", folder.root, "--site", site.url, "--delay", 0, status=status
    )
    return done.stderr


def test_a_redesign_is_heard_of_the_same_night(folder: DataFolder, site: Site) -> None:
    """One post is new to the night, and shows that no post is what it was: nothing is published.

    What the pages are now is in the archive, so that a later reader can read them.
    """
    before = dump(folder.database)
    site.studio = Studio.sample().changed(NOOR)
    site.faults["/??/news/*-*"] = SHELL
    said = _night(folder, site, status=3)
    line = said.splitlines()[-1]
    assert line.startswith("mikroscope: nothing published: share of live posts that can be read")
    assert ": 0, expected at least 0.8" in line
    assert "findings.json" in line
    assert dump(folder.database) == before
    (first, *others) = _findings(folder)
    assert first["code"] == "expectation"
    unreadable = [finding for finding in others if finding["code"] == "unreadable"]
    assert len(unreadable) == 24
    assert all(site.url in finding["message"] for finding in unreadable)
    (_, latest) = sorted(folder.archive.glob("*.warc.gz"))
    kept = gzip.decompress(latest.read_bytes())
    assert kept.count(b"<div id=app>") == 24

    site.faults.clear()
    _night(folder, site)
    assert not folder.findings.exists()
    assert rows(folder.database, "SELECT count(*) FROM posts WHERE status = 'live'") == [(24,)]


def test_one_odd_page_is_no_redesign(folder: DataFolder, site: Site) -> None:
    """A few others are looked at and are what they were; the finding is published with the rest."""
    site.studio = Studio.sample().changed(NOOR)
    site.faults[f"/en/news/{NOOR}/"] = FAULTS["login wall"]
    _night(folder, site)
    assert len([path for path in site.paths() if "/news/under-the" in path]) < 6
    assert rows(folder.database, "SELECT count(*) FROM findings WHERE code = 'unreadable'") == [
        (1,)
    ]
    assert rows(folder.database, "SELECT count(*) FROM posts") == [(24,)]


def test_findings_that_were_told_are_forgotten_too(folder: DataFolder) -> None:
    """They quote posts, and stand beside the database."""
    (folder.root / "expectations.yml").write_text("counts: {posts: {min: 99}}")
    within("build", "--data", folder.root, status=3)
    assert folder.findings.exists()
    folder.database.unlink()
    within("forget", "Noor Abidelle", "--data", folder.root)
    assert not folder.findings.exists()


@pytest.fixture
def fewer(folder: DataFolder) -> DataFolder:
    """Return a data folder whose archive has lost half of its segment, and says so."""
    (segment,) = folder.archive.glob("*.warc.gz")
    content = segment.read_bytes()
    segment.write_bytes(content[: len(content) // 2])
    return folder


def test_damage_that_costs_posts_publishes_nothing(fewer: DataFolder) -> None:
    """Whatever is expected otherwise; the line says how many, and one of them."""
    (fewer.root / "expectations.yml").write_text("{}")
    before = dump(fewer.database)
    _, said = within("build", "--data", fewer.root, status=3)
    assert "the archive is damaged, which has cost " in said
    assert "such as http://127.0.0.1" in said
    assert dump(fewer.database) == before
    assert {"lost", "damaged"} <= {finding["code"] for finding in _findings(fewer)}


def test_damage_that_costs_no_post_is_a_finding(folder: DataFolder) -> None:
    """As here, where robots.txt can be read no more."""
    (segment,) = folder.archive.glob("*.warc.gz")
    ((at,),) = rows(
        folder.database, "SELECT \"offset\" FROM captures WHERE url LIKE '%/robots.txt'"
    )
    content = bytearray(segment.read_bytes())
    content[at + 60] ^= 0x10
    segment.write_bytes(content)
    build(folder)
    assert rows(folder.database, "SELECT count(*) FROM findings WHERE code = 'damaged'") == [(1,)]
    assert rows(folder.database, "SELECT count(*) FROM posts") == [(24,)]


def test_a_fall_since_the_last_publication_publishes_nothing(
    folder: DataFolder, tmp_path: Path
) -> None:
    """An archive only grows: a segment that is gone is heard of, until somebody decides so."""
    other = "https://www.ombrelle.example/en/news"
    for name in ("Ada", "Bea", "Cleo"):
        page = tmp_path / f"{name}.txt"
        page.write_text(
            f"Under the Mikroscope 🔍 {name} Quill – Rigger at Ombrelle Animation Paris\n\n"
            "27 March 2023\n\nWhat is the best part of your job?\n\nThe hinges.\n\n"
            "What would be your superpower?\n\nPatience.\n",
            "utf-8",
        )
        within("import", page, "--url", f"{other}/{name.lower()}/", "--data", folder.root)
    build(folder)
    for segment in folder.archive.glob("*-files.warc.gz*"):
        segment.unlink()
    with pytest.raises(ExpectationFailed, match=r"fall of posts .*\(27 to 24\): 0.111"):
        build(folder)
    assert rows(folder.database, "SELECT count(*) FROM posts") == [(27,)]
    (folder.root / "expectations.yml").write_text("fall: {posts: {max: 0.2}}")
    build(folder)
    assert rows(folder.database, "SELECT count(*) FROM posts") == [(24,)]


def test_what_is_found_is_counted_as_it_is_published(folder: DataFolder) -> None:
    """The numbers that decide are those of the database."""
    numbers = read_series(folder).numbers
    for table, number in numbers.counts.items():
        assert rows(folder.database, f"SELECT count(*) FROM {table}") == [(number,)]
    codes = dict(rows(folder.database, "SELECT code, count(*) FROM findings GROUP BY code"))
    assert codes == numbers.findings
    for fact in ("title", "published", "role", "intro"):
        ((share,),) = rows(folder.database, f"SELECT avg({fact} IS NOT NULL) FROM posts")
        assert numbers.shares[fact] == share


def test_a_build_leaves_nothing_beside_what_it_makes(folder: DataFolder) -> None:
    """The shelf has no name once it is open, whatever ends the build."""
    before = set(tree(folder.root))
    series = read_series(folder)
    assert set(tree(folder.root)) == before
    assert series.reading(next(iter(series.posts)).url).answers
    shutil.rmtree(folder.archive)
    with pytest.raises(ExpectationFailed):
        build(folder)
    assert set(tree(folder.root)) - before == {"findings.json"}
