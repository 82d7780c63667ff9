"""What looks into the archive, and what takes something out of it."""

import click

from scraper import original as originals
from scraper.build import build as build_database
from scraper.build import make, read_all, read_series
from scraper.cli.crawling import forgotten_in
from scraper.erase import Forgotten
from scraper.erase import forget as erase
from scraper.errors import ArchiveError, DataFolderError, MikroscopeError, WrongUsage
from scraper.export import export as export_files
from scraper.export import sweep
from scraper.folder import DataFolder
from scraper.shell import Context, common
from scraper.verify import verify as faults


@click.command()
@common
def verify(context: Context) -> None:
    """Read every record, check digests, rebuild and compare with the published database."""
    if not context.folder.archive.is_dir():
        raise DataFolderError(f"no archive in {context.folder.root}")
    number = 0
    with context.folder.locked():
        for fault in faults(context.folder, read_series, make):
            click.echo(fault)
            number += 1
    if number:
        raise MikroscopeError(f"{number} faults in {context.folder.root}")
    click.echo("all is well")


@click.command()
@common
@click.argument("what", metavar="CAPTURE")
@click.argument("offset", required=False, type=click.IntRange(min=0), metavar="[OFFSET]")
@click.option("--headers", is_flag=True, help="Print the WARC and HTTP headers before it.")
def original(context: Context, what: str, offset: int | None, headers: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Print the bytes that were received, to the letter.

    CAPTURE is a capture's id, FILE@OFFSET or FILE OFFSET, a URL, or the id of a post, version,
    answer or quote. Of a URL or a post the newest capture is printed.
    """
    folder = context.folder
    capture = originals.find(what, offset, folder, forgotten_in(folder))
    body = originals.payload(capture, folder)
    heads = originals.records(capture, folder) if headers else []
    click.echo(b"".join((*heads, body)), nl=False)


@click.command()
@common
@click.argument("what", metavar="URL|PERSON")
def forget(context: Context, what: str) -> None:
    """Erase a post or a person from archive, database and exports, and never fetch it again."""
    folder = context.folder
    if not folder.archive.is_dir():
        raise DataFolderError(f"no archive in {folder.root}")
    with folder.locked():
        forgotten = erase(what, folder, read_all)
        folder.findings.unlink(missing_ok=True)  # they may quote what is to be forgotten
        sweep(folder.exports)  # a killed export may have left what is to go
        left = None
        if folder.database.exists():
            # What was forgotten goes, even where too little is left for expectations.yml.
            build_database(folder, whatever_is_expected=True)
            left = _export_without(folder) if folder.exports.exists() else None
    _tell_forgotten(forgotten)
    if left:
        raise MikroscopeError(f"the exports still tell of it, take them away by hand: {left}")


def _export_without(folder: DataFolder) -> str | None:
    """Write the exports again; return why they could not be, which undoes nothing else."""
    try:
        export_files(folder.database, folder.exports)
    except WrongUsage as error:
        return str(error)
    return None


def _tell_forgotten(forgotten: Forgotten) -> None:
    """Say what was erased, and what a person has to see to."""
    pages = f" and {forgotten.pages} other pages" if forgotten.pages else ""
    where = f"out of {len(forgotten.segments)} segments"
    click.echo(f"forgotten: {forgotten.posts} posts{pages}, {where}")
    for url in forgotten.told_by:
        click.echo(f"others name them in their own words, which stay: {url}")
    for line in forgotten.mentions:
        click.echo(f"yours to change, it still names them: {line}")
    if forgotten.damage:
        damage = "; ".join(forgotten.damage)
        raise ArchiveError(
            f"what is damaged could not be looked into and may still hold it: {damage}"
        )
