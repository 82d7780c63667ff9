"""Verify finds what was changed, in the archive and in the database, and names it."""

import gzip
import hashlib
import json
import random
import sqlite3
import zlib
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.build import build, make, read_series
from scraper.folder import DataFolder
from scraper.verify import verify
from tests.core.conftest import Crawled
from tests.core.program import mikroscope, rows, tree, within

POST = (
    "Under the Mikroscope 🔍 {name} – Rigger at Ombrelle Animation Paris\n\n27 March 2023\n\n"
    "What is the best part of your job?\n\nThe hinges.\n\nWhat would be your superpower?\n\nPatience.\n"
)


def test_what_is_sound_is_said_to_be_and_left_alone(folder: DataFolder) -> None:
    """Nothing is found, and no file is written."""
    before = tree(folder.root)
    assert mikroscope("verify", "--data", folder.root).stdout == "all is well\n"
    assert tree(folder.root) == before


def test_a_flipped_byte_is_found_and_named(folder: DataFolder) -> None:
    """The program names file and offset of the record, and exits with 1."""
    (segment,) = folder.archive.glob("*.warc.gz")
    ((offset,),) = rows(
        folder.database, 'SELECT min("offset") FROM captures WHERE url LIKE ?', "%/news/%"
    )
    content = bytearray(segment.read_bytes())
    content[offset + 200] ^= 0x01
    segment.write_bytes(content)
    done = mikroscope("verify", "--data", folder.root, status=1)
    assert f"{segment.name}, offset {offset}:" in done.stdout
    assert done.stderr.startswith("mikroscope: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE answers SET answer = answer || '!' WHERE rowid = 7", "table answers"),
        ("UPDATE people SET role = NULL WHERE rowid = 3", "table people"),
        ("DELETE FROM evidence WHERE rowid = 1", "table evidence"),
        (
            "INSERT INTO runs VALUES ('zz', 'site', '2026-01-01T00:00:00Z', NULL, 0, 0, 0, 0, 0, 0, 0, 0)",
            "table runs",
        ),
        ("DROP TABLE findings", "table findings"),
        ("CREATE TABLE mine (id TEXT)", "the schema"),
        ("DELETE FROM answers_fts WHERE rowid = 5", "the search index"),
        ("UPDATE answers_fts_kinds SET answers = answers + 1 WHERE id = 2", "the kinds of answers"),
        ("DELETE FROM answers_fts_kind WHERE answer = 5", "the kind of each answer"),
        ("DELETE FROM answers_fts_words WHERE id = 3", "the words that a search offers"),
    ],
)
def test_a_changed_row_is_found_and_its_table_named(
    folder: DataFolder, sql: str, named: str
) -> None:
    """In any table, the schema or the search index; building again mends it."""
    with closing(sqlite3.connect(folder.database)) as other, other:
        other.execute(sql)
    faults = list(verify(folder, read_series, make))
    assert [fault for fault in faults if named in fault]
    assert len(faults) <= 2  # a table that is gone is another schema, too
    build(folder)
    assert list(verify(folder, read_series, make)) == []


def test_the_program_says_which_table_differs(folder: DataFolder) -> None:
    """On stdout, with the way out, and one line on stderr; exit status 1."""
    with closing(sqlite3.connect(folder.database)) as other, other:
        other.execute("UPDATE people SET name = 'Somebody Else' WHERE rowid = 1")
    done = mikroscope("verify", "--data", folder.root, status=1)
    assert "table people differs" in done.stdout
    assert "build again" in done.stdout
    assert done.stderr.count("\n") == 1


def test_the_sample_is_sound(crawled: Crawled) -> None:
    """A crawl and a build leave nothing to find."""
    assert list(Archive(crawled.root / "archive").verify()) == []


# --- the archive


@pytest.fixture
def small(tmp_path: Path) -> DataFolder:
    """Return an archive of two runs, each of a text and its result, and their database."""
    root = tmp_path / "small"
    for name in ("Alda Quill", "Bertil Quill"):
        page = tmp_path / "page.txt"
        page.write_text(POST.format(name=name), "utf-8")
        url = f"https://www.mikrosanimation.com/en/news/{name.split()[0].lower()}/"
        within("import", page, "--url", url, "--data", root)
    build(DataFolder(root))
    return DataFolder(root)


def _faults(folder: DataFolder) -> list[str]:
    """Return what is wrong with the archive alone, as `file@offset message`."""
    return [f"{d.file}@{d.offset} {d.message}" for d in Archive(folder.archive).verify()]


def _members(path: Path) -> list[int]:
    """Return where each record begins, and the end; read with nothing of the program."""
    rest, places = path.read_bytes(), [0]
    while rest:
        inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
        inflater.decompress(rest)
        places.append(places[-1] + len(rest) - len(inflater.unused_data))
        rest = inflater.unused_data
    return places


def test_each_single_byte_of_a_segment_counts(small: DataFolder) -> None:
    """Every byte of it, one after another, flipped in one bit: found, and the record is named."""
    path = min(small.archive.glob("*.warc.gz"))
    whole, places = path.read_bytes(), _members(path)
    chance = random.Random(5)  # noqa: S311 - chance, not secrecy
    index = path.with_name(f"{path.name}.index.json")
    index.unlink()  # nothing helps but the segment itself
    for place in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        record = max(start for start in places if start <= place)
        assert any(f.startswith(f"{path.name}@{record} ") for f in _faults(small)), place
        index.unlink(missing_ok=True)
    path.write_bytes(whole)
    assert _faults(small) == []


def test_each_byte_counts_where_something_was_erased(small: DataFolder) -> None:
    """Also in what stands in the place of what is gone; no checksum covers its filling."""
    within("forget", "Alda Quill", "--data", small.root)
    path = min(small.archive.glob("*.warc.gz"))
    whole = path.read_bytes()
    assert _faults(small) == []
    for place in range(0, len(whole), 5):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0x10
        path.write_bytes(spoilt)
        assert _faults(small), place


@pytest.mark.parametrize("seed", range(2))
def test_chance_finds_no_byte_that_does_not_count(folder: DataFolder, seed: int) -> None:
    """Fifty bytes of a crawl's segment with other values, one at a time."""
    (path,) = folder.archive.glob("*.warc.gz")
    whole, chance = path.read_bytes(), random.Random(seed)  # noqa: S311 - as above
    for place in chance.sample(range(len(whole)), 50):
        spoilt = bytearray(whole)
        spoilt[place] = chance.choice([value for value in range(256) if value != whole[place]])
        path.write_bytes(spoilt)
        assert _faults(folder), place


def test_wherever_a_segment_is_cut_it_is_noticed(small: DataFolder) -> None:
    """At each border of two records, and in the middle of each; the index beside it remembers.

    Without the index a cut at a border leaves what a run that was stopped leaves: then the published
    database tells, if what is missing was published.
    """
    path = min(small.archive.glob("*.warc.gz"))
    whole, places = path.read_bytes(), _members(path)
    index = path.with_name(f"{path.name}.index.json")
    kept = index.read_bytes()
    for start, end in pairwise(places):
        for size in (start, start + 1, (start + end) // 2, end - 1):
            path.write_bytes(whole[:size])
            index.write_bytes(kept)
            assert any(f.startswith(f"{path.name}@{size} its end is") for f in _faults(small)), size
            assert index.read_bytes() == kept  # to look does not make it forget
            index.unlink()
            assert bool(_faults(small)) is (size not in places), size
            if size < places[-2]:
                assert any(path.name in f or "alda" in f for f in verify(small, read_series, make))


@pytest.mark.parametrize("junk", [b"\n", bytes(600), b"junk" * 99, gzip.compress(b"more", mtime=0)])
def test_what_is_appended_is_noticed(small: DataFolder, junk: bytes) -> None:
    """White space, zeros, noise, and a gzip member that is no record."""
    path = min(small.archive.glob("*.warc.gz"))
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + junk)
    assert any(fault.startswith(f"{path.name}@{size} ") for fault in _faults(small))


def test_segments_and_records_in_other_places_are_noticed(small: DataFolder) -> None:
    """Swapped, copied, a record twice, one moved, one taken out cleanly."""
    one, two = sorted(small.archive.glob("*.warc.gz"))
    first, second = one.read_bytes(), two.read_bytes()
    places = _members(one)
    records = [first[start:end] for start, end in pairwise(places)]
    for content, other, said in (
        (second, first, "expected the beginning of"),
        (second, second, "stands in the archive already"),
        (b"".join((*records[:2], *records[1:])), second, "stands in the archive already"),
        (b"".join((*records[:-2], records[-1], records[-2])), second, "behind the result"),
        (b"".join(records[1:]), second, "expected the beginning of"),
    ):
        one.write_bytes(content)
        two.write_bytes(other)
        assert any(said in fault for fault in _faults(small)), said
    one.write_bytes(b"".join((records[0], *records[2:])))
    two.write_bytes(second)
    (told,) = [f for f in verify(small, read_series, make) if "table captures" in f]
    assert f"{one.name.removesuffix('.warc.gz')}@{places[1]} is too much" in told


def test_a_request_without_its_response_is_noticed(folder: DataFolder) -> None:
    """A response that was taken out with a steady hand leaves the request that asked for it."""
    (path,) = folder.archive.glob("*.warc.gz")
    whole, places = path.read_bytes(), _members(path)
    path.write_bytes(whole[: places[1]] + whole[places[2] :])
    path.with_name(f"{path.name}.index.json").unlink()
    assert any("does not stand before it" in fault for fault in _faults(folder))


def test_a_segment_that_is_missing_is_noticed(small: DataFolder) -> None:
    """By the index beside it; by the published database where that is gone, too."""
    path = max(small.archive.glob("*.warc.gz"))
    path.unlink()
    assert any("the segment is missing" in fault for fault in _faults(small))
    build(small, whatever_is_expected=True)
    sql = "SELECT severity FROM findings WHERE code = 'damaged' AND message LIKE '%is missing%'"
    assert rows(small.database, sql) == [("error",)]


def test_the_database_tells_of_a_segment_that_is_missing(small: DataFolder) -> None:
    """Where its index has gone with it, by name and with how much is lost."""
    path = max(small.archive.glob("*.warc.gz"))
    path.unlink()
    path.with_name(f"{path.name}.index.json").unlink()
    done = mikroscope("verify", "--data", small.root, status=1)
    assert f"{path.name}: the segment is missing" in done.stdout
    assert "has 1 captures of it" in done.stdout
    assert "restore the archive before you build" in done.stdout


def test_an_index_that_lies_is_noticed(small: DataFolder) -> None:
    """It fits its segment's size and time, and says another thing."""
    index = min(small.archive.glob("*.index.json"))
    lines = index.read_bytes().replace(b"/news/alda/", b"/news/olga/").splitlines(keepends=True)
    digest = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    index.write_bytes(b"".join(lines[:-1]) + json.dumps(digest).encode())
    (told,) = _faults(small)
    assert told.startswith(f"{index.name}@0 not what its segment says")


def test_damage_and_differences_are_both_told(folder: DataFolder) -> None:
    """A damaged page is named, and that the publication still has it, with the way out."""
    (segment,) = folder.archive.glob("*.warc.gz")
    ((post, offset),) = rows(
        folder.database,
        'SELECT posts.id, "offset" FROM posts JOIN captures ON captures.id = capture_id LIMIT 1',
    )
    content = bytearray(segment.read_bytes())
    content[offset + 300] ^= 0x20
    segment.write_bytes(content)
    faults = list(verify(folder, read_series, make))
    (damage,) = [fault for fault in faults if fault.startswith(segment.name)]
    assert f"offset {offset}:" in damage  # its request, behind it, is not to blame
    (told,) = [fault for fault in faults if "table posts" in fault]
    assert f"{post} is too much" in told
    assert "restore the archive before you build" in told


# --- the database


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE answers SET answer = 'x', lang = 'fr' WHERE id = ?", "{} differs in lang, answer"),
        ("DELETE FROM answers WHERE id = ?", "{} is missing"),
        ("UPDATE answers SET id = 'zz' || id WHERE id = ?", "zz{} is too much"),
    ],
)
def test_rows_and_columns_are_named(folder: DataFolder, sql: str, said: str) -> None:
    """By id; a row that differs, one that is missing, one that is too much."""
    name = "noor-abidelle-en-advice"
    with closing(sqlite3.connect(folder.database)) as other, other:
        other.execute(sql, (name,))
    (told,) = [f for f in verify(folder, read_series, make) if "table answers differs" in f]
    assert said.format(name) in told


def test_of_many_rows_the_first_are_named_and_the_rest_counted(folder: DataFolder) -> None:
    """Five of them, in the order of their ids."""
    with closing(sqlite3.connect(folder.database)) as other, other:
        other.execute("UPDATE answers SET word_count = word_count + 1")
        ids = [name for (name,) in other.execute("SELECT id FROM answers ORDER BY id")]
    (told,) = [f for f in verify(folder, read_series, make) if "table answers differs" in f]
    for name in ids[:5]:
        assert f"{name} differs in word_count" in told
    assert told.endswith(f"; and {len(ids) - 5} more")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DROP VIEW waiting", "view waiting is missing"),
        ("CREATE TABLE mine (id TEXT)", "table mine is too much"),
        ("ALTER TABLE people ADD COLUMN shoe TEXT", "table people differs in sql"),
        ("DROP INDEX captures_url", "index captures_url is missing"),
    ],
)
def test_what_is_not_of_the_schema_is_named(folder: DataFolder, sql: str, said: str) -> None:
    """Tables, views, indexes and columns, missing or too much."""
    with closing(sqlite3.connect(folder.database)) as other, other:
        other.execute(sql)
    told = [f for f in verify(folder, read_series, make) if "the schema differs" in f]
    assert said in told[0]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM answers_fts_data WHERE id > 10",
        "DELETE FROM answers_fts_idx",
        "UPDATE answers_fts_content SET c1 = 'another text' WHERE id = 3",
        "INSERT INTO people_fts (people_fts, rowid, name) SELECT 'delete', rowid, name FROM people",
    ],
)
def test_an_index_that_finds_other_things_is_noticed(folder: DataFolder, sql: str) -> None:
    """Its words and what a search finds are compared, not only the text that stands beside them."""
    with closing(sqlite3.connect(folder.database)) as other, other:
        other.execute(sql)
    told = list(verify(folder, read_series, make))
    assert [f for f in told if "the search index" in f or "the index of names" in f], told


def test_a_database_that_is_broken_is_a_fault_and_no_traceback(folder: DataFolder) -> None:
    """Bytes of it overwritten: SQLite's own check is told, the archive is not blamed."""
    content = bytearray(folder.database.read_bytes())
    content[4096 * 3 : 4096 * 9] = bytes(range(256)) * (4096 * 6 // 256)
    folder.database.write_bytes(content)
    done = mikroscope("verify", "--data", folder.root, status=1)
    assert str(folder.database) in done.stdout
    folder.database.write_bytes(b"no database at all" * 300)
    done = mikroscope("verify", "--data", folder.root, status=1)
    assert "mikroscope.db: cannot read" in done.stdout
    assert done.stderr.count("\n") == 1
