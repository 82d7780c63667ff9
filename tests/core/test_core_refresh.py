"""A night without news adds its run; a night with any, or after anybody's hand, builds.

Rule: whichever it was, database and exports are those that a build from nothing makes.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper import build as building
from scraper import database, nightly, refresh
from scraper.archive import Archive, Record, warc_date
from scraper.errors import DatabaseError
from scraper.export import export, renew
from scraper.folder import DataFolder
from scraper.reading import read_page
from scraper.sample import FAULTS, Site, Studio
from scraper.tombstones import Tombstones
from scraper.urls import canonical
from tests.core.conftest import Crawled
from tests.core.program import dump, rows, tree, within

SLUG = "under-the-mikroscope-noor-abidelle"
RUNS = "SELECT count(*) FROM runs"
_OF_ROBOTS = "SELECT id, kind, http_status FROM captures WHERE url LIKE '%/robots.txt'"


@pytest.fixture(scope="module")
def kept(crawled: Crawled, running: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder after its first night; tests copy it."""
    root = tmp_path_factory.mktemp("nights") / "data"
    shutil.copytree(crawled.root, root)
    running.reopen(Studio.sample())
    _night(root, running)
    return root


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> DataFolder:
    """Return a copy of the data folder after its first night."""
    shutil.copytree(kept, tmp_path / "data")
    return DataFolder(tmp_path / "data")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the URLs of the pages that builds have read since."""
    urls: list[str] = []
    real = read_page

    def counting(body: bytes, url: str, **more: Any) -> object:
        urls.append(url)
        return real(body, url, **more)

    monkeypatch.setattr(building, "read_page", counting)
    return urls


def _night(root: Path, site: Site, status: int = 0) -> tuple[str, str]:
    return within("nightly", "--data", root, "--site", site.url, "--delay", 0, status=status)


def _read_at_night(folder: DataFolder, site: Site, read: list[str], status: int = 0) -> int:
    """Spend a night; return how many pages were read."""
    read.clear()
    _night(folder.root, site, status)
    return len(read)


def _is_as_built(folder: DataFolder, elsewhere: Path) -> None:
    """Hold database and exports to those of a build from nothing, row by row and byte by byte."""
    assert within("verify", "--data", folder.root)[0] == "all is well\n"
    other = DataFolder(elsewhere)
    shutil.copytree(folder.root, other.root, ignore=shutil.ignore_patterns("*.db*", "exports"))
    within("build", "--data", other.root)
    assert sorted(dump(folder.database)) == sorted(dump(other.database))
    export(folder.database, other.root / "again")
    assert tree(folder.exports) == tree(other.root / "again")


# --- a night without news


def test_a_quiet_night_reads_no_page(
    folder: DataFolder, site: Site, read: list[str], tmp_path: Path
) -> None:
    """It adds its run, says what a build would say, and leaves nothing else behind."""
    before = set(tree(folder.root))
    ((runs,),) = rows(folder.database, RUNS)
    for night in (1, 2, 3):
        said, _ = _night(folder.root, site)
        assert read == []
        assert rows(folder.database, RUNS) == [(runs + night,)]
        assert "24 posts of 18 interviews" in said
        assert f"{len(tree(folder.exports))} files exported" in said
    added = {name for name in set(tree(folder.root)) - before if not name.startswith("archive/")}
    assert added == set()
    _is_as_built(folder, tmp_path / "other")
    assert within("build", "--data", folder.root)[0].strip() in said


def test_captures_of_no_post_are_added(
    folder: DataFolder, site: Site, read: list[str], tmp_path: Path
) -> None:
    """Of robots.txt, which each night asks for: as it was, changed, and gone."""
    kinds: list[tuple[str, str, int]] = []
    for fault in (None, "huge robots.txt", "not found"):
        if fault:
            site.faults["/robots.txt"] = FAULTS[fault]
        before = set(rows(folder.database, _OF_ROBOTS))
        _night(folder.root, site)
        kinds += set(rows(folder.database, _OF_ROBOTS)) - before
    assert [kind for _, kind, _ in kinds] == ["revisit", "response"]
    assert read == []
    _is_as_built(folder, tmp_path / "other")


def test_a_quiet_night_writes_only_what_tells_of_runs(folder: DataFolder, site: Site) -> None:
    """All other exported files are those of the night before, not written again."""
    before = {path: path.stat() for path in folder.exports.rglob("*.*") if path.is_file()}
    _night(folder.root, site)
    written = {
        str(path.relative_to(folder.exports))
        for path, old in before.items()
        if path.stat().st_mtime_ns != old.st_mtime_ns
    }
    assert written == {
        "csv/captures.csv",
        "csv/runs.csv",
        "json/captures.json",
        "json/runs.json",
        "spotlights.xlsx",
    }


def test_readers_see_the_run_at_once(folder: DataFolder, site: Site) -> None:
    """One who has the database open from before sees it whole, without opening it again."""
    with closing(sqlite3.connect(f"{folder.database.as_uri()}?mode=ro", uri=True)) as reader:
        ((before,),) = reader.execute(RUNS)
        _night(folder.root, site)
        assert reader.execute(RUNS).fetchall() == [(before + 1,)]
        assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_reader_who_stays_is_told_of(folder: DataFolder) -> None:
    """The rows are there for everybody else; the file alone would lack them, which is an error."""
    run = dict(zip(("id", "started", "source"), ("r", "2026-01-01T00:00:00Z", "site"), strict=True))
    columns = rows(folder.database, "SELECT name FROM pragma_table_info('runs') WHERE \"notnull\"")
    run |= {name: 0 for (name,) in columns if name not in run}
    ((before,),) = rows(folder.database, RUNS)
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute(RUNS).fetchall()
        with pytest.raises(DatabaseError, match=r"is published, but a reader of the old one"):
            database.add(folder.database, [("runs", [run])], patience=0.2)
        assert reader.execute(RUNS).fetchall() == [(before,)]
    assert rows(folder.database, RUNS) == [(before + 1,)]


def test_what_cannot_be_added_adds_nothing(folder: DataFolder) -> None:
    """Rows of all tables come together or not at all."""
    before = dump(folder.database)
    columns = [
        name for (name,) in rows(folder.database, "SELECT name FROM pragma_table_info('runs')")
    ]
    (row,) = rows(folder.database, "SELECT * FROM runs LIMIT 1")
    again = dict(zip(columns, row, strict=True))
    with pytest.raises(DatabaseError, match="cannot publish"):
        database.add(folder.database, [("runs", [{**again, "id": "new"}, again])])
    assert dump(folder.database) == before


def test_a_night_after_forgetting_is_quiet_too(
    folder: DataFolder, site: Site, read: list[str], tmp_path: Path
) -> None:
    """The first after it builds; nothing of the forgotten comes back on those that follow."""
    within("forget", "Noor Abidelle", "--data", folder.root)
    _night(folder.root, site)
    assert _read_at_night(folder, site, read) == 0
    assert rows(folder.database, "SELECT count(*) FROM captures WHERE url LIKE ?", f"%{SLUG}%") == [
        (0,)
    ]
    _is_as_built(folder, tmp_path / "other")


# --- what makes it build

Change = Callable[[DataFolder, Site, pytest.MonkeyPatch], None]


def _write(name: str, text: str) -> Change:
    return lambda folder, *_: _put(folder.root / name, text)


def _put(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _edited(folder: DataFolder, *_: object) -> None:
    with closing(sqlite3.connect(folder.database)) as connection, connection:
        connection.execute("UPDATE posts SET title = 'somebody was here'")


def _of_another_program(_folder: DataFolder, _site: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(nightly, "program", lambda: "another")


def _changed(_folder: DataFolder, site: Site, _: object) -> None:
    site.studio = Studio.sample().changed(SLUG)


def _new(folder: DataFolder, *_: object) -> None:
    page = folder.root / "by-hand.html"
    page.write_text(
        f"<title>Under the Mikroscope</title><h1>Under the Mikroscope: Ada Quill</h1>{_QA}"
    )
    within("import", page, "--url", "http://ombrelle.example/ada", "--data", folder.root)


_QA = (
    "<p><strong>What is the best part of your job?</strong></p><p>The morning light.</p>"
    "<p><strong>Who do you pass the baton to?</strong></p><p>Noor Abidelle.</p>"
)


def _segment_touched(folder: DataFolder, *_: object) -> None:
    next(folder.archive.rglob("*.warc.gz")).touch()


def _segment_cut(folder: DataFolder, *_: object) -> None:
    """Cut the end of what holds a list and its 304, so that no post is lost."""
    last = max(folder.archive.rglob("*.warc.gz"))
    last.write_bytes(last.read_bytes()[:-20])


def _export_gone(folder: DataFolder, *_: object) -> None:
    (folder.exports / "csv" / "posts.csv").unlink()


def _export_edited(folder: DataFolder, *_: object) -> None:
    with (folder.exports / "csv" / "posts.csv").open("a") as file:
        file.write("x")


def _aged(days: int) -> Change:
    def change(folder: DataFolder, *_: object) -> None:
        stamp = json.loads(folder.stamp.read_text())
        read_at = datetime.fromisoformat(stamp["read_at"]) + timedelta(days=days)
        _put(folder.stamp, json.dumps({**stamp, "read_at": read_at.isoformat()}))

    return change


def _remembered(folder: DataFolder, *_: object) -> None:
    """Let a run say of a post where it was found, and nothing else."""
    ((url,),) = rows(folder.database, "SELECT url FROM posts LIMIT 1")
    with Archive(folder.archive).begin("wayback", {}, datetime.now(UTC)) as segment:
        segment.remember({url: {"found_by": ["wayback"]}}, datetime.now(UTC))


def _key_changed(folder: DataFolder, *_: object) -> None:
    folder.root.joinpath("tombstones.key").write_text("another")


CHANGES: dict[str, Change] = {
    "overrides": _write("overrides.yml", "[]\n"),
    "expectations": _write("expectations.yml", "counts: {posts: {min: 1}}\n"),
    "the database": _edited,
    "the program": _of_another_program,
    "no stamp": lambda folder, *_: folder.stamp.unlink(),
    "a stamp that is none": _write(".mikroscope.stamp.json", "[]"),
    "a stamp of a week ago": _aged(-7),
    "a stamp of tomorrow": _aged(+1),
    "a stamp cut off": _write(".mikroscope.stamp.json", '{"program": "'),
    "a stamp of other fields": _write(".mikroscope.stamp.json", '{"segments": 1}'),
    "what a build could not publish": _write("findings.json", "[]"),
    "a post that has changed": _changed,
    "a post brought by hand": _new,
    "a word of a post": _remembered,
    "a key": _key_changed,
    "a segment touched": _segment_touched,
    "a segment cut": _segment_cut,
    "an exported file gone": _export_gone,
    "an exported file edited": _export_edited,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_has_changed_is_built(
    change: str,
    folder: DataFolder,
    site: Site,
    read: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """All pages are read again, what was amiss is mended, and the night after is quiet again."""
    CHANGES[change](folder, site, monkeypatch)
    assert _read_at_night(folder, site, read) >= 24
    if change != "a segment cut":  # damage is looked at each night
        assert _read_at_night(folder, site, read) == 0
        _is_as_built(folder, tmp_path / "other")


def test_what_waits_beside_the_database_counts(
    folder: DataFolder, site: Site, read: list[str]
) -> None:
    """Somebody's change stands in the WAL as long as a reader holds it there."""
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as reader:
        reader.execute(RUNS).fetchall()
        before = folder.database.stat()
        _edited(folder)
        after = folder.database.stat()
        assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        _night(folder.root, site)
    assert len(read) >= 24
    assert rows(folder.database, "SELECT 1 FROM posts WHERE title LIKE 'somebody%'") == []


def test_a_post_that_is_gone_is_built(folder: DataFolder, site: Site, read: list[str]) -> None:
    """Asked for twice and not there, it is marked as gone, as a build says."""
    site.studio = Studio.sample().withdrawn(SLUG, 410)
    _night(folder.root, site)
    assert len(read) >= 24
    gone = rows(folder.database, "SELECT url FROM posts WHERE status = 'gone'")
    assert gone
    assert all(SLUG in url for (url,) in gone)


def test_what_is_not_met_is_told_each_night(
    folder: DataFolder, site: Site, read: list[str]
) -> None:
    """A night that ends badly leaves no stamp, so the next one looks again."""
    (folder.root / "expectations.yml").write_text("counts: {posts: {min: 99}}\n")
    for _ in range(2):
        assert _read_at_night(folder, site, read, status=3) >= 24
        assert not folder.stamp.exists()
    (folder.root / "expectations.yml").unlink()
    _night(folder.root, site)
    assert _read_at_night(folder, site, read) == 0


def test_a_stranger_among_the_exports_is_refused_as_ever(folder: DataFolder, site: Site) -> None:
    """Nothing that is not ours is deleted, on a quiet night neither."""
    (folder.exports / "mine.txt").write_text("years of work")
    _, said = _night(folder.root, site, status=2)
    assert "mine.txt" in said
    assert (folder.exports / "mine.txt").read_text() == "years of work"


@pytest.mark.parametrize("step", ["_with_runs", "renew"])
def test_a_night_that_dies_is_made_good_by_the_next(
    step: str,
    folder: DataFolder,
    site: Site,
    read: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Before or after the run was added: the next night builds all."""

    def dies(*_: object) -> None:
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(refresh, step, dies)
        _night(folder.root, site, status=1)
    assert read == []
    _night(folder.root, site)
    assert len(read) >= 24
    _is_as_built(folder, tmp_path / "other")


def test_a_stamp_holds_digests_alone(folder: DataFolder) -> None:
    """So nothing that is to be forgotten can stand in it."""
    stamp = json.loads(folder.stamp.read_text())
    assert isinstance(stamp.pop("segments"), int)
    assert datetime.fromisoformat(stamp.pop("read_at")).tzinfo
    digests = [stamp.pop("sources"), *stamp.pop("made")]
    assert all(len(value) == 64 and int(value, 16) >= 0 for value in digests)
    assert stamp == {}


# --- what changes in the middle of a night

MEANWHILE: dict[str, Change] = {
    "overrides": CHANGES["overrides"],
    "the database": _edited,
    "a word of a post": _remembered,
}


@pytest.mark.parametrize("change", MEANWHILE)
@pytest.mark.parametrize("last", ["quiet", "built"])
def test_what_is_changed_while_it_is_exported_is_seen_the_next_night(
    change: str,
    last: str,
    folder: DataFolder,
    site: Site,
    read: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A stamp tells of what was read, not of what stood there when all was done."""
    name = "renew" if last == "quiet" else "export"
    real = getattr(refresh, name)

    def meanwhile(source: Path, target: Path) -> int:
        files: int = real(source, target)
        MEANWHILE[change](folder, site, monkeypatch)
        return files

    if last == "built":
        folder.stamp.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(refresh, name, meanwhile)
        _night(folder.root, site)
    assert _read_at_night(folder, site, read) >= 24
    _is_as_built(folder, tmp_path / "other")


def test_a_program_that_is_renewed_while_it_crawls_is_another_the_next_night(
    folder: DataFolder, site: Site, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was at work is what was loaded when the night began."""
    real = refresh.program
    said = iter(["old", "old", "new"])
    monkeypatch.setattr(nightly, "program", lambda: next(said))
    _night(folder.root, site)
    assert _read_at_night(folder, site, read) == 0
    _night(folder.root, site)
    assert len(read) >= 24
    assert real() == real()


def test_a_program_is_all_that_is_installed_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code, its templates, its texts and tables, and the packages it stands on."""
    before = refresh.program()
    here = Path(refresh.__file__).parent
    for name in ("export/reading.md", "schema.sql", "checks.py"):
        assert (here / name).is_file()
        with monkeypatch.context() as patch:
            real = Path.read_bytes
            patch.setattr(
                Path, "read_bytes", lambda p, n=name, r=real: r(p) + b"x" * (p == here / n)
            )
            assert refresh.program() != before
    with monkeypatch.context() as patch:
        metadata = tmp_path / "metadata.yml"
        metadata.write_text("title: another")
        patch.setattr(refresh, "default_file", lambda _: metadata)
        assert refresh.program() != before
    with monkeypatch.context() as patch:
        (tmp_path / "selectolax-99.dist-info").mkdir()
        patch.syspath_prepend(tmp_path)
        assert refresh.program() != before
    assert refresh.program() == before


# --- nights that are never trusted


def test_damage_is_looked_at_each_night(folder: DataFolder, site: Site, read: list[str]) -> None:
    """It may end without any segment being another: an index alone is damage, and can be deleted."""
    alone = folder.archive / "20200101000000000-site.warc.gz.index.json"
    alone.write_text("{}")
    for _ in range(2):
        assert _read_at_night(folder, site, read) >= 24
        assert not folder.stamp.exists()
    assert rows(folder.database, "SELECT code FROM findings WHERE code = 'damaged'")
    alone.unlink()
    _night(folder.root, site)
    assert rows(folder.database, "SELECT code FROM findings WHERE code = 'damaged'") == []
    assert folder.stamp.exists()


def test_what_was_published_whatever_is_expected_is_not_trusted(
    folder: DataFolder, site: Site
) -> None:
    """Where `forget` was killed before its build, the night builds for it; the next one expects again."""
    (folder.root / "expectations.yml").write_text("counts: {posts: {min: 24}}\n")
    urls = [
        url
        for (url,) in rows(folder.database, "SELECT url FROM posts WHERE url LIKE ?", f"%{SLUG}%")
    ]
    Tombstones.load(folder.tombstones).with_these(urls, []).save(folder.tombstones)
    _night(folder.root, site)
    assert not folder.stamp.exists()
    _night(folder.root, site, status=3)


def test_a_capture_of_what_was_forgotten_is_no_news_to_add(
    folder: DataFolder, site: Site, read: list[str]
) -> None:
    """Whatever its address is, and whoever brought it: a build keeps it out."""
    url = canonical("http://ombrelle.example/ada")
    tombstones = Tombstones.load(folder.tombstones).with_these([url], [])
    tombstones.save(folder.tombstones)
    _night(folder.root, site)
    at = datetime.now(UTC)
    record = Record("response", url, warc_date(at), (), 200, "OK", "HTTP/1.1", (), b"x")
    with Archive(folder.archive).begin("site", {}, at) as segment:
        segment.add_record(record)
        segment.finish(replace(segment.run, finished=at))
    assert _read_at_night(folder, site, read) >= 24
    assert rows(folder.database, "SELECT 1 FROM captures WHERE url = ?", url) == []


def test_a_database_that_cannot_be_read_is_built_anew(
    folder: DataFolder, site: Site, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that tells of no post is not what a quiet night could add to."""
    with monkeypatch.context() as patch:
        patch.setattr(database, "urls_of_posts", lambda _: [])
        _night(folder.root, site)
    assert len(read) >= 24


def test_nothing_of_somebody_else_is_deleted_though_a_stamp_tells_of_it(
    folder: DataFolder, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put there between the exchange of the folder and the stamp."""
    real = renew

    def meanwhile(source: Path, target: Path) -> int:
        files = real(source, target)
        (folder.exports / "mine.txt").write_text("years of work")
        return files

    with monkeypatch.context() as patch:
        patch.setattr(refresh, "renew", meanwhile)
        _night(folder.root, site)
    assert folder.stamp.exists()
    _night(folder.root, site, status=2)
    assert (folder.exports / "mine.txt").read_text() == "years of work"


def test_names_that_are_no_text_end_no_night(folder: DataFolder, site: Site) -> None:
    """A file may be called by any bytes; what is wrong with one is said in one line."""
    (folder.exports / os.fsdecode(b"caf\xe9.txt")).write_text("mine")
    _, said = _night(folder.root, site, status=2)
    assert said.splitlines()[-1].startswith("mikroscope: ")


def test_where_there_are_no_links_files_are_copied(
    folder: DataFolder, site: Site, read: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As on some memory sticks and shares."""

    def none(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", none)
    for _ in range(2):
        _night(folder.root, site)
    assert read == []
    _is_as_built(folder, tmp_path / "other")
