"""What shows the archive in a browser, or the sample."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from scraper import nightly as night
from scraper.build import build as build_database
from scraper.cli.crawling import crawl_within
from scraper.crawl import line_of
from scraper.folder import DataFolder, default_file
from scraper.shell import Context, common

SAMPLE_NOTICE = (
    "This is the sample that ships with Mikroscope: the studio and everyone in it are made up."
)
SAMPLE_SOURCE = "the make-believe studio of the sample"


@click.command()
@common
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
@click.option("--url", metavar="URL", help="Where visitors find the site, behind a proxy.")
@click.option("--contact", help="Whom to ask for removal: an e-mail address or a page.")
def serve(context: Context, host: str, port: int, url: str | None, contact: str | None) -> None:
    """Show the archive in a browser: Datasette with metadata, plugin and safe settings."""
    _serve(context.folder, host, port, url=url, contact=contact)


def _ports(host: str, port: int) -> None:
    from scraper.serve import try_port  # noqa: PLC0415 - as below

    try_port(host, port)


def _serve(folder: DataFolder, host: str, port: int, **told: str | None) -> None:
    from scraper.serve import Told  # noqa: PLC0415 - Datasette is slow to load, and only this needs it
    from scraper.serve import serve as site  # noqa: PLC0415 - as above

    site(folder.database, default_file("metadata.yml"), host, port, click.echo, Told(**told))


@click.command()
@common
@click.option("--no-serve", is_flag=True, help="Stop after the build.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
def demo(context: Context, no_serve: bool, host: str, port: int) -> None:  # noqa: FBT001 - click passes flags by name
    """Crawl a make-believe studio over real HTTP, build, and serve what came of it.

    All of it stands in a temporary folder; the data folder is left alone.
    """
    # Only this needs the sample, and it is slow to load.
    from scraper.sample import Studio  # noqa: PLC0415 - as the comment says
    from scraper.sample import serve as serve_sample  # noqa: PLC0415 - as above

    if not no_serve:
        _ports(host, port)  # before all the work
    with TemporaryDirectory(prefix="mikroscope-demo-") as root:
        context = Context(DataFolder(Path(root)), context.machines)
        with context.folder.locked(), serve_sample(Studio.sample()) as site:
            click.echo(f"The sample studio (all invented) answers at {site.url}")
            options: dict[str, Any] = {
                "site": site.url,
                "source": "site",
                "endpoint": None,
                "full": False,
            }
            with context.report() as report:
                run = crawl_within(
                    context, report, max_requests=None, contact="demo", delay=0.0, **options
                )
        click.echo(line_of(run))
        click.echo(night.of_build(build_database(context.folder)))
        if no_serve:
            click.echo(
                "Done; nothing is kept. Without --no-serve the archive is shown in a browser."
            )
            return
        _serve(context.folder, host, port, notice=SAMPLE_NOTICE, source=SAMPLE_SOURCE)
