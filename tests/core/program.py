"""The real program as its own process, and what it leaves in a folder.

Rule: tests meet the program as cron and people do; nothing of it is replaced.
"""

import gzip
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.cli import main

ROOT = Path(__file__).parents[2]
# What says nothing: the lock, and what SQLite keeps while somebody reads.
NOTHING = frozenset({"mikroscope.lock", "mikroscope.db-wal", "mikroscope.db-shm"})
PATIENCE = 120  # seconds


def mikroscope(
    *arguments: object, status: int = 0, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run `python -m scraper` and hold it to its exit status."""
    command = [sys.executable, "-m", "scraper", *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, **options
    )
    assert done.returncode == status, f"{done.returncode}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


def within(*arguments: object, status: int = 0) -> tuple[str, str]:
    """Run a command in this process, which saves its start; return its stdout and stderr."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main.main([*map(str, arguments)])
    assert ended.value.code == status, out.getvalue() + err.getvalue()
    return out.getvalue(), err.getvalue()


def printed(*arguments: object) -> bytes:
    """Run a command in this process and return what it prints, as bytes."""
    out = TextIOWrapper(BytesIO())
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main.main([*map(str, arguments)])
    out.flush()
    assert ended.value.code == 0
    return out.buffer.getvalue()


def modules_of(*arguments: object) -> tuple[str, set[str]]:
    """Run a command as its own process; return what it printed and the modules it has loaded."""
    program = (
        "import sys; from scraper.cli import main; from contextlib import suppress\n"
        "with suppress(SystemExit): main(sys.argv[1:])\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    *said, loaded = done.stdout.splitlines()
    return "\n".join(said), set(loaded.split())


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment with something added."""
    return {**os.environ, **more}


def rows(database: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Return a query's rows, read as a researcher would: without the right to write."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def dump(database: Path) -> list[str]:
    """Return the whole content of a database as SQL."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes; what says nothing left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in NOTHING
    }


def laid_bare(folder: Path) -> bytes:
    """Return the bytes of every file below a folder, and every WARC record's content decoded."""
    pieces = list(tree(folder).values())
    for segment in folder.rglob("*.warc.gz"):
        pieces.append(gzip.decompress(segment.read_bytes()))
        with segment.open("rb") as file:
            pieces += [record.content_stream().read() for record in ArchiveIterator(file)]
    return b"\n".join(pieces)
