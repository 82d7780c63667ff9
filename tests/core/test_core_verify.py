"""Verify finds what was changed, in the archive and in the database, and names it."""

import random
import sqlite3
from contextlib import closing

import pytest

from scraper.archive import Archive
from scraper.build import build, make, read_series
from scraper.folder import DataFolder
from scraper.verify import verify
from tests.core.conftest import Crawled
from tests.core.program import mikroscope, rows, tree


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


def test_any_flipped_byte_is_found(folder: DataFolder) -> None:
    """Wherever it is: in a header, a page, a checksum, at either end."""
    (segment,) = folder.archive.glob("*.warc.gz")
    whole = segment.read_bytes()
    chance = random.Random(11)  # noqa: S311 - chance, not secrecy
    # No checksum covers the first ten bytes of a member.
    places = [*range(11), len(whole) - 1, len(whole) - 5]
    for place in [*places, *chance.sample(range(len(whole)), 12)]:
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << chance.randrange(8)
        segment.write_bytes(spoilt)
        assert list(Archive(folder.archive).verify()), f"byte {place} of {len(whole)}"


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
