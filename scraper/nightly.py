"""What cron calls: crawl, build, export, under one lock, with one line to tell.

Rule: a step that fails ends the night; what the steps before it made stays.
"""

from collections.abc import Callable

from scraper.build import Built, build
from scraper.export import export
from scraper.folder import DataFolder
from scraper.models import Run


def nightly(folder: DataFolder, crawl: Callable[[], Run]) -> str:
    """Run one night in a data folder; return its summary line.

    `crawl` brings the archive up to date. Raises Busy where another run holds the folder, and what
    the steps raise.
    """
    with folder.locked():
        run = crawl()
        built = build(folder)
        files = export(folder.database, folder.exports)
    return f"{of_run(run)}; {of_build(built)}; {files} files exported"


def of_run(run: Run) -> str:
    """Return one line on a crawl or an import."""
    seconds = (run.finished - run.started).total_seconds() if run.finished else 0
    return (
        f"{run.source}: {run.fetched} fetched ({run.new} new, {run.changed} changed),"
        f" {run.unchanged} unchanged, {run.gone} gone,"
        f" {run.failed} failed; {run.requests} requests, {run.bytes} bytes, {seconds:.0f} s"
    )


def of_build(built: Built) -> str:
    """Return one line on a build."""
    return (
        f"{built.posts} posts of {built.interviews} interviews, {built.people} people,"
        f" {built.answers} answers, {built.nominations} nominations, {len(built.findings)} findings"
    )
