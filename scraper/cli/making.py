"""What is made of the archive: the database, the exports, and both every night."""

import sys
from contextlib import nullcontext
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from scraper import nightly as night
from scraper.build import build as build_database
from scraper.cli.crawling import check, crawl_within, crawling_options, finite
from scraper.database import opened
from scraper.errors import WrongUsage
from scraper.export import FORMATS, Choice
from scraper.export import export as export_files
from scraper.export import stream as stream_table
from scraper.shell import Context, common


@click.command()
@common
def build(context: Context) -> None:
    """Archive → database: parse, resolve, check, publish."""
    with context.folder.locked():
        click.echo(night.of_build(build_database(context.folder)))


@click.command()
@common
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="Only this format; may be repeated.",
)
@click.option(
    "--only", multiple=True, metavar="TABLE", help="Only this table or view; may be repeated."
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only posts published on that day or later (YYYY-MM-DD).",
)
@click.option("--lang", type=click.Choice(["en", "fr"]), help="Only posts in this language.")
def export(
    context: Context,
    target: Path | None,
    formats: tuple[str, ...],
    only: tuple[str, ...],
    since: datetime | None,
    lang: str | None,
) -> None:
    """Database → files (default DATA/exports); `-` writes a single table to standard output."""
    choice = Choice(only, since.date() if since else None, lang)
    if target == Path("-"):
        _to_stdout(context, choice, formats or ("csv",))
        return
    where = target or context.folder.exports
    opened(context.folder.database).close()  # before a folder is made that may be misspelt
    # A folder of one's own may be written while another run is at work in the data folder.
    with nullcontext() if target else context.folder.locked():
        files = export_files(context.folder.database, where, formats, choice)
    click.echo(f"{files} files in {where}")


def _to_stdout(context: Context, choice: Choice, formats: tuple[str, ...]) -> None:
    """Write one table to standard output, as UTF-8 wherever it goes."""
    if len(formats) != 1:
        raise WrongUsage("standard output takes one format")
    file = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    stream_table(context.folder.database, choice, formats[0], file)
    file.detach()  # writes what is left; standard output itself stays open


@click.command()
@common
@crawling_options
@click.option(
    "--deadline",
    default=6.0,
    show_default=True,
    type=click.FloatRange(0, 24 * 365, min_open=True),
    callback=finite,
    metavar="HOURS",
    help="End a run that takes longer; the crawl stops at three quarters of it.",
)
def nightly(context: Context, deadline: float, **options: Any) -> None:
    """Crawl, build, export, under a lock; what cron calls."""
    check(options)
    seconds = deadline * 3600
    options["seconds"] = seconds * night.CRAWL_SHARE
    with night.ended_after(seconds), context.report() as report:
        summary = night.nightly(context.folder, lambda: crawl_within(context, report, **options))
    click.echo(summary)
