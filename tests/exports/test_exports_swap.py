"""The folder is replaced in one step: whoever looks, whenever and whatever is killed, it is whole."""

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from scraper.errors import Busy, WrongUsage
from scraper.export import export, sweep
from scraper.export.folder import replaced
from scraper.folder import DataFolder
from tests.core.program import PATIENCE, environment, mikroscope, tree, within
from tests.exports.made import make

DRIVER = Path(__file__).with_name("killed.py")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a small database and one with an interview more."""
    folder = tmp_path_factory.mktemp("two")
    make(folder / "old.db", 2)
    make(folder / "new.db", 3)
    return folder / "old.db", folder / "new.db"


def test_killed_before_any_file_operation_it_is_the_old_or_the_new(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    """Never half a folder; and the next export ends well and leaves nothing beside."""
    target = tmp_path / "exports"
    export(two[0], target, ("csv", "text"))
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(two[1]), str(target)],
        env=environment(), capture_output=True, text=True, check=False, timeout=PATIENCE * 3,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = done.stdout.split()
    assert len(found) > 60  # operations of one export
    assert "half" not in found
    turn = found.index("new")
    assert found == ["old"] * turn + ["new"] * (len(found) - turn)
    assert len(found) - turn > 5  # killed after the exchange, too: while the old one is removed
    assert not list(tmp_path.glob(".exports*"))


def test_killed_at_any_time_it_is_the_old_or_the_new(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    """By the kernel, from outside, after a random while, as a power cut would."""
    root = tmp_path / "exports"
    export(two[1], root)
    new = tree(root)
    export(two[0], root)
    old = tree(root)
    dice = random.Random(7)  # noqa: S311 - repeatable, not secret
    code = (
        "import sys; from pathlib import Path; from scraper.export import export;"
        "print('ready', flush=True); one, other, target = map(Path, sys.argv[1:])\n"
        "while True: export(one, target); export(other, target)"
    )
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", code, *map(str, two), str(root)], stdout=subprocess.PIPE
        ) as running:
            assert running.stdout
            running.stdout.readline()
            time.sleep(dice.uniform(0, 0.7))
            running.kill()
        assert tree(root) in (old, new)
    export(two[1], root)
    assert tree(root) == new
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]


def test_a_reader_meets_a_whole_folder(two: tuple[Path, Path], tmp_path: Path) -> None:
    """One who opens the folder again and again finds it there, with all its files, each time."""
    target = tmp_path / "exports"
    export(two[0], target)
    code = (
        "import sys; from pathlib import Path; from scraper.export import export\n"
        "one, other, target = map(Path, sys.argv[1:])\n"
        "for _ in range(5): export(other, target); export(one, target)"
    )
    seen = set()
    with subprocess.Popen([sys.executable, "-c", code, *map(str, two), str(target)]) as running:
        while running.poll() is None:
            for _ in range(5000):
                target.stat()  # it is there, at every single moment
            folder = os.open(target, os.O_RDONLY)  # the folder itself, whatever its name is then
            try:
                sums = _read(folder, "SHA256SUMS")
                lines = [line.split("  ") for line in sums.decode().splitlines()]
                for digest, name in lines:
                    assert hashlib.sha256(_read(folder, name)).hexdigest() == digest
                seen.add(len(lines))
            except FileNotFoundError:
                # It was replaced while it was read; then the one that has its name is another.
                assert os.fstat(folder).st_ino != target.stat().st_ino
            finally:
                os.close(folder)
    assert running.returncode == 0
    assert seen  # it has 2 or 3 interviews, and so many texts more


def _read(folder: int, name: str) -> bytes:
    with open(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:  # noqa: PTH123 - within a descriptor
        return file.read()


def test_where_folders_cannot_be_exchanged_a_crash_is_undone(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    """The old folder, put aside and never replaced, comes back before anything else is done."""
    target = tmp_path / "exports"
    export(two[0], target)
    old = tree(target)
    target.rename(tmp_path / ".exports.old")
    (tmp_path / ".exports.making").mkdir()
    sweep(target)
    assert tree(target) == old
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]


def test_what_is_replaced_keeps_its_rights(two: tuple[Path, Path], tmp_path: Path) -> None:
    """A folder that only its owner may read stays so."""
    target = tmp_path / "exports"
    export(two[0], target)
    target.chmod(0o700)
    export(two[1], target)
    assert target.stat().st_mode & 0o777 == 0o700


def test_a_link_stays_a_link(two: tuple[Path, Path], tmp_path: Path) -> None:
    """What it leads to is replaced."""
    (tmp_path / "far").mkdir()
    (tmp_path / "exports").symlink_to(tmp_path / "far")
    export(two[0], tmp_path / "exports")
    assert (tmp_path / "exports").is_symlink()
    assert (tmp_path / "far" / "README.md").is_file()


def test_two_exports_do_not_meet(two: tuple[Path, Path], tmp_path: Path) -> None:
    """While one writes, another next to it says so and leaves."""
    with replaced(tmp_path / "one"), pytest.raises(Busy, match="another export"):
        export(two[0], tmp_path / "other")
    export(two[0], tmp_path / "other")


def test_an_edited_folder_is_ours_one_with_more_in_it_is_not(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    """A stranger deep inside is refused; what desktops and open spreadsheets leave is not."""
    target = tmp_path / "exports"
    export(two[0], target)
    (target / "csv" / ".DS_Store").touch()
    (target / "csv" / ".~lock.answers.csv#").touch()
    export(two[0], target)
    (target / "csv" / "my-notes.csv").touch()
    with pytest.raises(WrongUsage, match=r"csv/my-notes\.csv"):
        export(two[0], target)
    assert (target / "csv" / "my-notes.csv").exists()


@pytest.mark.parametrize("theirs", ["README.md", "text/thesis.md", "csv/data.csv", "SHA256SUMS/x"])
def test_what_no_export_wrote_is_kept_whatever_its_name(
    two: tuple[Path, Path], tmp_path: Path, theirs: str
) -> None:
    """A project's own README.md, a folder `text` of one's own: refused, and every byte stays."""
    path = tmp_path / "mine" / theirs
    path.parent.mkdir(parents=True)
    path.write_text("years of work", "utf-8")
    with pytest.raises(WrongUsage, match=theirs.rpartition("/")[2]):
        export(two[0], tmp_path / "mine")
    assert tree(tmp_path) == {f"mine/{theirs}": b"years of work"}


def test_a_link_in_the_folder_is_somebodys(two: tuple[Path, Path], tmp_path: Path) -> None:
    """Also one that leads nowhere today, or to a folder."""
    target = tmp_path / "exports"
    for leads_to in ("nowhere", ""):
        export(two[0], target)
        (target / "text" / "link").symlink_to(tmp_path / leads_to)
        with pytest.raises(WrongUsage, match="text/link"):
            export(two[0], target)
        (target / "text" / "link").unlink()


@pytest.mark.parametrize("before", ["exports", "a killed export", "both"])
def test_who_is_forgotten_is_in_no_file(folder: DataFolder, before: str) -> None:
    """Neither in an export, in whatever format, nor in what a killed one left beside it."""
    if before != "a killed export":
        export(folder.database, folder.exports)
        assert b"noor-abidelle" in _laid_out(folder.exports)
    if before != "exports":
        (folder.root / ".exports.making" / "text").mkdir(parents=True)
        (folder.root / ".exports.making" / "text" / "noor-abidelle.en.md").write_text("Noor")
    within("forget", "Noor Abidelle", "--data", folder.root)
    assert not list(folder.root.glob(".exports*"))
    assert folder.exports.exists() == (before != "a killed export")
    assert b"noor-abidelle" not in _laid_out(folder.root / "exports")


def _laid_out(exports: Path) -> bytes:
    """Return names and bytes of all files, the workbook's parts unpacked."""
    pieces = [name.encode() + content for name, content in tree(exports).items()]
    for path in exports.glob("*.xlsx"):
        with ZipFile(path) as book:
            pieces += [book.read(name) for name in book.namelist()]
    return b"\n".join(pieces)


def test_a_full_disk_leaves_the_old_one(two: tuple[Path, Path], tmp_path: Path) -> None:
    """A file that cannot be written is one clear line, and nothing is left beside."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "mikroscope.db").write_bytes(two[0].read_bytes())
    mikroscope("export", "--data", data, "--format", "csv")
    old = tree(data / "exports")
    limit = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)); sys.argv[0] = 'mikroscope';"
    limit += "runpy.run_module('scraper', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", limit, "export", "--data", str(data)],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("mikroscope: cannot write")
    assert done.stderr.count("\n") == 1
    assert tree(data / "exports") == old
    assert not list(data.glob(".exports*"))
