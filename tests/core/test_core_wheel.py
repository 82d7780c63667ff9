"""The installed program, away from its checkout, is the same program."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.core.program import PATIENCE, ROOT, environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that the checkout makes, built with what is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("mikroscope-*.whl")
    return built


def _pip(command: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, "--no-deps", "--no-index", "--quiet", *arguments],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_what_is_no_code(wheel: Path) -> None:
    """Descriptions, decisions, schema, pages, pictures, sample texts, and the mark of types."""
    held = set(zipfile.ZipFile(wheel).namelist())
    for name in ("metadata.yml", "known_urls.txt", "overrides.yml", "expectations.yml"):
        assert f"scraper/defaults/{name}" in held
    folders = ("scraper/site/templates", "scraper/site/static", "scraper/sample")
    wanted = {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {*wanted, "scraper/schema.sql", "scraper/py.typed"} <= held
    assert all(name.startswith(("scraper/", "mikroscope-")) for name in held)


def test_the_demo_runs_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Crawl and build over real HTTP, from the wheel alone; nothing is left behind."""
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    _pip("install", "--target", str(installed), str(wheel))
    where = "import scraper.cli; print(scraper.cli.__file__)"
    env = environment(PYTHONPATH=str(installed))
    said = subprocess.run(
        [sys.executable, "-c", where],
        cwd=empty,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.startswith(str(installed))
    done = subprocess.run(
        [sys.executable, str(installed / "bin" / "mikroscope"), "demo", "--no-serve"],
        cwd=empty, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "24 posts of 18 interviews" in done.stdout
    assert "invented" in done.stdout
    assert list(empty.iterdir()) == []
