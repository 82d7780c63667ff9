"""The same archive gives the same database and the same files, on any day and any machine."""

import shutil
from pathlib import Path

from scraper.build import build
from scraper.folder import DataFolder
from tests.core.conftest import Crawled
from tests.core.program import dump, environment, mikroscope, tree


def _built(archive: Path, root: Path, seed: str) -> DataFolder:
    folder = DataFolder(root)
    shutil.copytree(archive, folder.archive)
    for command in ("build", "export"):
        mikroscope(command, "--data", root, env=environment(PYTHONHASHSEED=seed, TZ="Asia/Kolkata"))
    return folder


def test_two_builds_are_one(crawled: Crawled, tmp_path: Path) -> None:
    """Dump and exports are equal, whatever order sets and dicts have, wherever the clock is."""
    one = _built(crawled.root / "archive", tmp_path / "one", "1")
    two = _built(crawled.root / "archive", tmp_path / "two", "2")
    assert len(dump(one.database)) > 500
    assert dump(one.database) == dump(two.database) == dump(crawled.root / "mikroscope.db")
    assert tree(one.exports) == tree(two.exports)
    assert len(tree(one.exports)) > 24 + 24  # a file a table in two formats, a text a post


def test_it_matters_not_what_is_known_of_segments(folder: DataFolder) -> None:
    """Without the derived indexes, and with segments touched in another order, it is the same."""
    before = dump(folder.database)
    for index in folder.archive.glob("*.index.json"):
        index.unlink()
    for segment in folder.archive.glob("*.warc.gz"):
        segment.touch()
    folder.database.unlink()
    build(folder)
    assert dump(folder.database) == before


def test_a_spoilt_index_is_not_believed(folder: DataFolder) -> None:
    """A digit that changed in it leads nobody astray: it is made again out of the segment."""
    before = dump(folder.database)
    (index,) = folder.archive.glob("*.index.json")
    whole = index.read_bytes()
    at = whole.index(b", 200, ")
    spoilt = whole[: at + 2] + b"404" + whole[at + 5 :]
    index.write_bytes(spoilt)
    build(folder)
    assert index.read_bytes() != spoilt
    assert dump(folder.database) == before
