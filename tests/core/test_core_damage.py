"""What is wrong is said: damaged archives, strange files, pages that are no posts."""

import gzip
from pathlib import Path

from tests.core.program import mikroscope, rows
from tests.network.archives import foreign

SITE = "https://www.mikrosanimation.com/en/news"


def test_a_damaged_archive_is_a_finding(tmp_path: Path) -> None:
    """A build says which records it could not read."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(_post(name), "utf-8")
        mikroscope(
            "import",
            tmp_path / f"{name}.txt",
            "--url",
            f"{SITE}/{name}/",
            "--data",
            tmp_path / "d",
        )
    segment = sorted((tmp_path / "d" / "archive").glob("*.warc.gz"))[1]
    content = segment.read_bytes()
    segment.write_bytes(content[: len(content) // 2])
    mikroscope("build", "--data", tmp_path / "d")
    found = rows(
        tmp_path / "d" / "mikroscope.db",
        "SELECT severity, message FROM findings WHERE code = 'damaged'",
    )
    assert [row[0] for row in found] == ["error"]
    assert segment.name in found[0][1]


def test_a_file_of_another_tool_is_left_alone(tmp_path: Path) -> None:
    """What we did not write is neither cut nor removed."""
    foreign = tmp_path / "d" / "archive" / "foreign.warc.gz"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"\x1f\x8b\x08 half a copy")
    (tmp_path / "a.txt").write_text(_post("a"), "utf-8")
    mikroscope("import", tmp_path / "a.txt", "--url", f"{SITE}/a/", "--data", tmp_path / "d")
    assert foreign.read_bytes() == b"\x1f\x8b\x08 half a copy"


def _foreign_archive(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """Return a data folder with an empty archive, and a record of another tool for each of two posts."""
    archive = tmp_path / "d" / "archive"
    archive.mkdir(parents=True)
    pages = [f"<html><body><p>{_post(name).replace(chr(10) * 2, '</p><p>')}" for name in ("a", "b")]
    return archive, [
        foreign(f"{SITE}/{name}/", "2024-01-01T00:00:00Z", page.encode())
        for name, page in zip(("a", "b"), pages, strict=True)
    ]


def test_a_segment_of_another_tool_is_read_where_it_stands(tmp_path: Path) -> None:
    """Its digests are SHA-1, and stay what they are; its originals are printed as ours are."""
    archive, records = _foreign_archive(tmp_path)
    (archive / "theirs.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    mikroscope("build", "--data", tmp_path / "d")
    mikroscope("verify", "--data", tmp_path / "d")
    found = rows(
        tmp_path / "d" / "mikroscope.db",
        "SELECT captures.id, digest FROM posts JOIN captures ON captures.id = capture_id",
    )
    assert len(found) == 2
    for capture, digest in found:
        assert digest.startswith("sha1:")
        assert "The hinges" in mikroscope("original", capture, "--data", tmp_path / "d").stdout


def test_a_segment_that_was_compressed_whole_is_damage_with_a_way_out(tmp_path: Path) -> None:
    """No record of it has a place: none is read, none is erased with another, `import` is named."""
    archive, records = _foreign_archive(tmp_path)
    whole = archive / "whole.warc.gz"
    whole.write_bytes(gzip.compress(b"".join(records)))
    before = whole.read_bytes()
    (tmp_path / "c.txt").write_text(_post("c"), "utf-8")
    mikroscope("import", tmp_path / "c.txt", "--url", f"{SITE}/c/", "--data", tmp_path / "d")
    mikroscope("build", "--data", tmp_path / "d")
    found = rows(tmp_path / "d" / "mikroscope.db", "SELECT code, message FROM findings")
    (said,) = (message for code, message in found if code == "damaged")
    assert "whole.warc.gz" in said
    assert "`import` it" in said
    assert "whole.warc.gz" in mikroscope("verify", "--data", tmp_path / "d", status=1).stdout
    mikroscope("forget", f"{SITE}/c/", "--data", tmp_path / "d", status=1)
    assert whole.read_bytes() == before
    whole.rename(tmp_path / "whole.warc.gz")
    mikroscope("import", tmp_path / "whole.warc.gz", "--data", tmp_path / "d")
    mikroscope("build", "--data", tmp_path / "d")
    assert rows(tmp_path / "d" / "mikroscope.db", "SELECT count(*) FROM posts") == [(2,)]


def test_an_imported_page_that_is_no_post_is_a_finding(tmp_path: Path) -> None:
    """Somebody said it was one; the build says that it is not, and why."""
    (tmp_path / "a.txt").write_text(_post("a"), "utf-8")
    (tmp_path / "b.html").write_text("<html><body><p>Soup of the day.</p></body></html>", "utf-8")
    for file in ("a.txt", "b.html"):
        mikroscope(
            "import", tmp_path / file, "--url", f"{SITE}/{file[0]}/", "--data", tmp_path / "d"
        )
    mikroscope("build", "--data", tmp_path / "d")
    found = rows(
        tmp_path / "d" / "mikroscope.db",
        "SELECT message FROM findings WHERE code = 'not-of-series'",
    )
    assert len(found) == 1
    assert f"{SITE}/b/" in found[0][0]


def test_an_import_of_nothing_has_failed(tmp_path: Path) -> None:
    """A folder of files that cannot be read ends with status 1."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "empty.html").write_bytes(b"")
    (tmp_path / "in" / "noise.html").write_bytes(bytes(range(256)) * 8)
    mikroscope("import", tmp_path / "in", "--data", tmp_path / "d", status=1)


def test_a_list_of_addresses_that_is_no_text_is_one_clear_line(tmp_path: Path) -> None:
    """No traceback for a broken known_urls.txt."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "known_urls.txt").write_bytes(b"\xff\xfe\x00")
    ended = mikroscope("crawl", "--data", tmp_path / "d", "--max-requests", "1", status=1)
    assert len(ended.stderr.splitlines()) == 1
    assert "known_urls.txt" in ended.stderr


def _post(name: str) -> str:
    return (
        f"Under the Mikroscope 🔍 {name.upper()}da Quill – Rigger at Ombrelle Animation Paris\n\n27 March 2023\n\n"
        "What is the best part of your job?\n\nThe hinges.\n\nWhat would be your superpower?\n\nPatience.\n"
    )
