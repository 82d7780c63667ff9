"""What cron calls: crawl, build, export, under one lock, with one line to tell.

Rule: a step that fails ends the night; what the steps before it made stays. A night that hangs is
ended by its own deadline, so that the next one finds the folder free.
"""

import faulthandler
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.build import Built
from scraper.crawl import line_of
from scraper.errors import OutOfTime
from scraper.folder import DataFolder
from scraper.models import Run
from scraper.refresh import program, refresh

CRAWL_SHARE = 0.75  # of a night's time: the rest is for build and export
GRACE = 60.0  # seconds after the deadline until a program that hears no signal is ended, too


def nightly(folder: DataFolder, crawl: Callable[[], Run]) -> str:
    """Run one night in a data folder; return its summary line.

    `crawl` brings the archive up to date. Raises Busy where another run holds the folder, and what
    the steps raise.
    """
    with folder.locked():
        at_work = program()  # what is loaded now, whatever is installed before the night is over
        run = crawl()
        built, files = refresh(folder, at_work, run.started)
    return f"{line_of(run)}; {of_build(built)}; {files} files exported"


@contextmanager
def ended_after(seconds: float, grace: float = GRACE) -> Iterator[None]:
    """End what is in the block with OutOfTime when its time is over. For the main thread only.

    A signal raises the error. What does not come back to Python to hear it (SQLite at work) is ended
    with the whole program, status 1, after `grace` more seconds: the operating system then frees the
    lock, and nothing that is half done is published.
    """

    def end(_number: int, _frame: object) -> None:
        raise OutOfTime(f"ended after {seconds:g} s, its deadline; what was finished is kept")

    before = signal.signal(signal.SIGALRM, end)
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(seconds + grace, exit=True, file=nowhere)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            faulthandler.cancel_dump_traceback_later()


def of_build(built: Built) -> str:
    """Return one line on a build."""
    return (
        f"{built.posts} posts of {built.interviews} interviews, {built.people} people,"
        f" {built.answers} answers, {built.nominations} nominations, {built.findings} findings"
        + "".join(f"; {note}" for note in built.notes)
    )
