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
