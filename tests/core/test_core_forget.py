"""What is forgotten is gone: from archive, database and exports, and it does not come back."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.build import build, make, read_series
from scraper.errors import ExpectationFailed
from scraper.export import export
from scraper.folder import DataFolder
from scraper.sample import Site, Studio
from scraper.verify import verify
from tests.core.program import laid_bare, rows, tree, within

STUDIO = Studio.sample()
NOOR = "Noor Abidelle"
SLUG = "under-the-mikroscope-noor-abidelle"


def _said_by(person: str) -> list[str]:
    """Return the answers of a person's posts, without line breaks: nobody else said them."""
    return [
        paragraph
        for reading in STUDIO.readings("http://x")
        if reading["person"] == person
        for answer in reading["answers"]
        for paragraph in answer["answer"].split("\n\n")
        if len(paragraph) > 40
    ]


def _as_kept(text: str) -> list[bytes]:
    """Return the forms in which files may hold a text: plain, escaped for HTML, for JSON."""
    forms = {text, text.replace("’", "&rsquo;"), text.replace("’", "&#8217;"), text[:40]}
    return [form.encode() for form in forms]


@pytest.fixture
def published(folder: DataFolder) -> DataFolder:
    """Return a data folder with exports, too."""
    export(folder.database, folder.exports)
    return folder


@pytest.mark.parametrize("way", ["name", "spelling", "id", "url"])
def test_no_byte_of_it_stays(way: str, published: DataFolder, site: Site) -> None:
    """By name in any spelling, by id, or by URL: no file of the data folder holds a sentence."""
    said = _said_by(NOOR)
    assert len(said) > 4
    bare = laid_bare(published.root)
    assert all(any(form in bare for form in _as_kept(text)) for text in said)
    pages = laid_bare(published.archive)
    assert all(any(form in pages for form in _as_kept(text)) for text in said)
    ((url,),) = rows(published.database, "SELECT url FROM posts WHERE url LIKE ?", f"%/{SLUG}/")
    others = rows(published.database, "SELECT count(*) FROM posts")
    what = {"name": NOOR, "spelling": "ABIDELLE noor", "id": "noor-abidelle", "url": url[:-1]}[way]

    assert "forgotten: 1 posts" in within("forget", what, "--data", published.root)[0]

    bare = laid_bare(published.root)
    for text in said:
        for form in _as_kept(text):
            assert form not in bare
    assert rows(published.database, "SELECT count(*) FROM posts") == [(others[0][0] - 1,)]
    assert rows(published.database, "SELECT * FROM captures WHERE url = ?", url) == []
    assert len(tree(published.exports)) > 24
    assert list(verify(published, read_series, make)) == []


def test_the_person_is_in_no_table(published: DataFolder) -> None:
    """Nor as the nominee of somebody else's post; what others wrote stays theirs."""
    within("forget", NOOR, "--data", published.root)
    for table in ("people", "interviews", "posts", "nominations", "captures", "versions"):
        for row in rows(published.database, f"SELECT * FROM {table}"):
            assert "abidelle" not in " ".join(map(str, row)).lower()


def test_it_is_not_fetched_again(published: DataFolder, site: Site) -> None:
    """A later crawl of everything asks for every other post and not for this one."""
    within("forget", NOOR, "--data", published.root)
    site.requests.clear()
    within("crawl", "--data", published.root, "--site", site.url, "--delay", 0, "--full")
    asked = site.paths()
    assert len([path for path in asked if "/news/" in path]) > 20
    assert not [path for path in asked if SLUG in path]
    build(published)
    said = _said_by(NOOR)
    assert not [text for text in said if text.encode() in laid_bare(published.root)]


def test_it_is_not_imported_again(published: DataFolder, site: Site, tmp_path: Path) -> None:
    """Neither as a page with its URL nor inside a WARC."""
    (segment,) = published.archive.glob("*.warc.gz")
    kept = tmp_path / "kept.warc.gz"
    kept.write_bytes(segment.read_bytes())
    page = tmp_path / "page.html"
    page.write_text("<html><h1>Under the Mikroscope Noor Abidelle</h1></html>")
    ((url,),) = rows(published.database, "SELECT url FROM posts WHERE url LIKE ?", f"%/{SLUG}/")
    within("forget", url, "--data", published.root)
    _, said = within("import", page, "--url", url, "--data", published.root, status=1)
    assert "was forgotten" in said
    within("import", kept, "--data", published.root)
    build(published)
    assert rows(published.database, "SELECT count(*) FROM posts WHERE url = ?", url) == [(0,)]
    bare = laid_bare(published.archive)
    assert not [text for text in _said_by(NOOR) if text.encode() in bare]


def test_tombstones_hold_no_personal_data(published: DataFolder) -> None:
    """Digests under a key that stands elsewhere, for the owner only, and nothing to read."""
    within("forget", NOOR, "--data", published.root)
    kept = json.loads(published.tombstones.read_text("utf-8"))
    assert set(kept) == {"digest", "urls", "people"}
    assert kept["urls"]
    assert kept["people"]
    for digest in [*kept["urls"], *kept["people"]]:
        int(digest, 16)
    assert not [n for n in ("noor", "abidelle", "news") if n in json.dumps(kept).lower()]


def test_asking_twice_is_no_error(published: DataFolder) -> None:
    """A run that was killed in between is finished by asking again."""
    within("forget", NOOR, "--data", published.root)
    again, _ = within("forget", NOOR, "--data", published.root)
    assert again.startswith("forgotten: 0 posts, out of 0 segments\n")


def test_everything_else_stays_byte_for_byte(published: DataFolder) -> None:
    """In the archive, where each record stays at its offset; in the database, each row of others."""
    (segment,) = published.archive.glob("*.warc.gz")
    old, size = dict(_records(segment)), segment.stat().st_size
    rows_before = _rows(published)
    within("forget", NOOR, "--data", published.root)
    new = dict(_records(segment))
    assert segment.stat().st_size == size
    changed = {place for place, member in old.items() if new.get(place) != member}
    assert set(new) == set(old)
    for place in changed:
        assert SLUG.encode() in gzip.decompress(old[place])
        assert b"urn:mikroscope:" in gzip.decompress(new[place])
    rows_after = _rows(published)
    gone = {row for rows_of in rows_before.values() for row in rows_of} - {
        row for rows_of in rows_after.values() for row in rows_of
    }
    added = {(t, row) for t, rows_of in rows_after.items() for row in rows_of - rows_before[t]}
    assert added == set()
    assert all("abidelle" in str(row).lower() for row in gone)


def _records(segment: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each gzip member of a segment by its offset; read with nothing of the program."""
    rest, place = segment.read_bytes(), 0
    while rest:
        inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
        inflater.decompress(rest)
        size = len(rest) - len(inflater.unused_data)
        yield place, rest[:size]
        rest, place = rest[size:], place + size


def _rows(folder: DataFolder) -> dict[str, set[tuple[object, ...]]]:
    """Return the rows of each table that says something of people and posts."""
    tables = (
        "people",
        "interviews",
        "posts",
        "answers",
        "nominations",
        "evidence",
        "captures",
        "versions",
        "runs",
    )
    return {table: set(rows(folder.database, f"SELECT * FROM {table}")) for table in tables}


def test_what_is_expected_does_not_keep_what_is_forgotten(published: DataFolder) -> None:
    """Where too little is left for expectations.yml it is published all the same."""
    posts = len(STUDIO.readings("http://x"))
    expectations = published.root / "expectations.yml"
    expectations.write_text(f"counts: {{posts: {{min: {posts}}}}}")
    within("forget", NOOR, "--data", published.root)
    assert rows(published.database, "SELECT count(*) FROM posts") == [(posts - 1,)]
    with pytest.raises(ExpectationFailed):
        build(published)


def test_what_cannot_be_looked_into_is_said(published: DataFolder) -> None:
    """A damaged record may hold what was to go: exit status 1, and where it is."""
    (segment,) = published.archive.glob("*.warc.gz")
    ((offset,),) = rows(published.database, 'SELECT max("offset") FROM captures')
    content = bytearray(segment.read_bytes())
    content[offset + 60] ^= 0xFF
    segment.write_bytes(content)
    _, said = within("forget", NOOR, "--data", published.root, status=1)
    assert "damaged" in said
    assert said.startswith("mikroscope: ")
