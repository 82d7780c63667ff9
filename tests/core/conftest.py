"""A data folder of the make-believe studio, crawled over real HTTP by the real program."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from scraper.build import build
from scraper.folder import DataFolder
from scraper.sample import Site, Studio, serve
from tests.core.program import mikroscope


class Crawled(NamedTuple):
    """A data folder, and the address of the site that it was filled from."""

    root: Path
    url: str


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    """Return one server for all tests."""
    with serve(Studio.sample()) as site:
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    """Return the site as if it had just been opened."""
    running.reopen(Studio.sample())
    return running


@pytest.fixture(scope="session")
def crawled(running: Site, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Return a data folder that was crawled and built once; tests read it and leave it as it is."""
    root = tmp_path_factory.mktemp("core") / "data"
    running.reopen(Studio.sample())
    mikroscope("crawl", "--data", root, "--site", running.url, "--delay", 0)
    build(DataFolder(root))
    return Crawled(root, running.url.rstrip("/"))


@pytest.fixture
def folder(crawled: Crawled, tmp_path: Path) -> DataFolder:
    """Return a copy of the data folder, to do with as a test likes."""
    shutil.copytree(crawled.root, tmp_path / "data")
    return DataFolder(tmp_path / "data")
