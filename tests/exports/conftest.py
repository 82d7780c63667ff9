"""An invented database, its whole export, and the sample studio for what only a crawl shows."""

from pathlib import Path

import pytest

from scraper.export import FORMATS, export
from tests.core.conftest import crawled, folder, running, site
from tests.core.program import tree
from tests.exports.made import make

__all__ = ["crawled", "folder", "running", "site"]  # fixtures of tests/core, for these tests too

INTERVIEWS = 40


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that holds what readers of exports trip over."""
    path = tmp_path_factory.mktemp("made") / "made.db"
    make(path, INTERVIEWS)
    return path


@pytest.fixture(scope="session")
def exported(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of its export in every format."""
    target = tmp_path_factory.mktemp("exported") / "exports"
    files = export(made, target, FORMATS)
    assert files == len(tree(target))
    return target
