"""Exports that are killed, each at another file operation, until one comes to its end.

    python killed.py NEW.db TARGET

Rule: nothing of the program is replaced. Python tells of each file operation before it is done
(PEP 578), and the process kills itself as the kernel would. Prints a line for each attempt: whether
TARGET then holds the old export, the new one, or something else.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from scraper.export import export

FORMATS = ("csv", "text")  # files in folders; the steps are those of every format
TOLD = ("open", "os.", "shutil.", "ctypes.dlsym")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def killed(database: Path, target: Path, last: int) -> bool:
    """Export in a process of its own that dies before file operation `last`; tell whether it did."""
    child = os.fork()
    if child == 0:
        left = last

        def watch(event: str, _: tuple[object, ...]) -> None:
            nonlocal left
            left -= event.startswith(TOLD)
            if left == 0:  # to kill is told, too
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        export(database, target, FORMATS)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"the export failed by itself before operation {last}")
    return os.WIFSIGNALED(status)


def main() -> None:
    """Kill before each operation in turn, from the old export every time."""
    database, target = Path(sys.argv[1]), Path(sys.argv[2])
    old = tree(target)
    kept = target.with_name("kept")
    shutil.copytree(target, kept)
    export(database, target, FORMATS)
    new = tree(target)
    names = {tuple(sorted(old.items())): "old", tuple(sorted(new.items())): "new"}
    for last in range(1, 10_000):
        shutil.rmtree(target)
        shutil.copytree(kept, target)
        died = killed(database, target, last)
        found = tuple(sorted(tree(target).items()))
        # What a killed one leaves beside is there for the next, as it would be.
        print(names.get(found, "half"), flush=True)  # noqa: T201 - it is asked by a test
        if not died:
            break


if __name__ == "__main__":
    main()
