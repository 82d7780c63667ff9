"""The folder of exports: made beside, then exchanged for the old one in one step.

Rule: whoever opens the folder, at any moment and after any crash, meets one whole export. What a
killed export left is swept away by the next, before anything else.
"""

import ctypes
import fcntl
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from scraper.errors import Busy, WrongUsage

SUMS = "SHA256SUMS"
# What desktops and open spreadsheets leave in folders; it goes with the old one.
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", ".~lock.", "~$")
_HERE = -100  # AT_FDCWD: paths are relative to where the process is
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2) and RENAME_SWAP of renamex_np(2) alike


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; when it is filled it stands at `target`, whole.

    Where filling fails, `target` stays as it is and nothing is left beside it. Raises Busy where
    another export is writing next to it, and OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target.parent):
        _sweep(target)
        beside = _beside(target)
        beside.mkdir()
        try:
            if target.exists():
                beside.chmod(stat.S_IMODE(target.stat().st_mode))  # who may read it stays
            yield beside
            os.sync()  # all of it lasts before it gets its name; file by file takes minutes
            exchange(beside, target)
        finally:
            _sweep(target)


def sweep(target: Path) -> None:
    """Remove what a killed export left beside `target`. Raises Busy and OSError."""
    if target.parent.is_dir():
        with _alone(target.parent):
            _sweep(target)


def refuse_strangers(target: Path, ours: Iterable[str]) -> None:
    """Raise WrongUsage where a folder holds what no export wrote, so that nothing of it is lost.

    An export is known by its SHA256SUMS: what that does not list is not ours, also under a name of
    `ours`, those that exports give at the top. A folder without it is nobody's but its owner's.
    """
    if target.exists() and not target.is_dir():
        raise WrongUsage(f"{target} is a file; exports are a folder")
    for stranger in _strangers(target, frozenset(ours)):
        raise WrongUsage(f"{target} holds {stranger}, which no export wrote; choose another folder")


class Sums:
    """SHA256SUMS of a folder, as `sha256sum --check` reads it: a line a file, in order of writing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.count = 0

    def __enter__(self) -> Self:
        self._file = (self._folder / SUMS).open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, path: Path) -> int:
        """Add a file that is written; return how many there are."""
        with (self._folder / path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return self._list(path, digest)

    def keep(self, path: Path, digest: str, old: Path) -> int:
        """Take a file with its digest over from an `old` folder; return how many there are.

        It is linked, or copied where the file system has no links.
        """
        here = self._folder / path
        here.parent.mkdir(exist_ok=True)
        try:
            here.hardlink_to(old / path)
        except OSError:
            shutil.copy2(old / path, here)
        return self._list(path, digest)

    def _list(self, path: Path, digest: str) -> int:
        self._file.write(f"{digest}  {path.as_posix()}\n")
        self.count += 1
        return self.count


def sums_of(folder: Path) -> dict[Path, str]:
    """Return the files that a folder's SHA256SUMS lists, in its order, with their digests.

    Where there is no such file, there are none.
    """
    sums = folder / SUMS
    lines = sums.read_text("utf-8", "replace").splitlines() if sums.is_file() else []
    return {Path(line[66:]): line[:64] for line in lines}


def _strangers(target: Path, ours: frozenset[str]) -> Iterator[str]:
    found = [entry for entry in sorted(target.glob("*")) if not _is_litter(entry)]
    yield from (entry.name for entry in found if entry.name not in ours)
    listed = {SUMS, *(path.as_posix() for path in sums_of(target))}
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        # A link is somebody's, whatever it leads to.
        if path.is_dir() and not path.is_symlink():
            continue
        if name not in listed and not _is_litter(path):
            yield name


def _is_litter(path: Path) -> bool:
    return path.name.startswith(_LITTER)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.making")


def _old(target: Path) -> Path:
    """Return where the old folder stands for a moment, where folders cannot be exchanged."""
    return target.with_name(f".{target.name}.old")


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Hold a folder against other exports; the system lets go of it when a process ends."""
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another export is at work in {parent}; this one leaves it alone") from None
        except OSError:
            # Some network file systems lock no folders; then only one may export at a time.
            pass
        yield
    finally:
        os.close(descriptor)


def _sweep(target: Path) -> None:
    """Finish or undo what was killed."""
    old = _old(target)
    if old.exists() and not target.exists():
        old.rename(target)
    for leftover in (_beside(target), old):
        if leftover.exists():
            shutil.rmtree(leftover)


def exchange(beside: Path, target: Path) -> None:
    """Put `beside` in the place of `target`; the old folder, if any, then stands at `beside`."""
    if not target.exists():
        beside.rename(target)
    elif not _exchanged(beside, target):
        # This file system cannot: for an instant there is no folder, and a crash then is undone
        # by the next export.
        target.rename(_old(target))
        beside.rename(target)
    with _descriptor(target.parent) as descriptor:
        os.fsync(descriptor)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system has it; tell whether it was done."""
    call = _system_call()
    if call is None:
        return False
    return call(os.fsencode(one), os.fsencode(other)) == 0


def _system_call() -> Callable[[bytes, bytes], int] | None:
    """Return renameat2 of Linux or renamex_np of macOS with the flag that exchanges, or None."""
    with suppress(AttributeError, OSError):
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            swap = system.renamex_np
            return lambda one, other: int(swap(one, other, _EXCHANGE))
        swap = system.renameat2
        return lambda one, other: int(swap(_HERE, one, _HERE, other, _EXCHANGE))
    return None


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
