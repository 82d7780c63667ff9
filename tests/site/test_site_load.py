"""Many readers at once get their pages, all of them."""

import asyncio
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks import load

Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], str]]]


def test_fifty_readers_at_once_meet_no_error(archive: Path, running: Running) -> None:
    """Each asks for eight pages, as fast as it can; a minute of it is `python -m benchmarks.load`."""
    known = [page for page in load.PAGES if "odilon" not in page]
    assert len(known) > 8
    with running(archive) as (program, address):
        made = asyncio.run(load.visits(address, 50, each=8, pages=known))
        assert program.poll() is None
    assert len(made) == 400
    assert {visit.page for visit in made} == set(known)
    assert [visit.fault for visit in made if visit.fault] == []
