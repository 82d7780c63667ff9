"""What brings pages into the archive: from the network, and from files."""

import math
import sys
from collections.abc import Callable
from typing import Any

import click

from scraper.archive import Archive
from scraper.crawl import crawl as run_crawl
from scraper.crawl import hosts_of, import_paths, interfaces_of, line_of
from scraper.errors import BadInput, GaveUp, NotOfTheSeries
from scraper.fetch import Fetcher, Limits
from scraper.folder import DataFolder
from scraper.models import Run
from scraper.reading import check_page
from scraper.shell import CLOCK, Context, common
from scraper.sources.files import files_of
from scraper.sources.work import STUDIO, Plan, Report
from scraper.tombstones import Tombstones
from scraper.urls import canonical, origin_of

CONTACT = "no contact given"


def finite(_context: click.Context, option: click.Parameter, value: float) -> float:
    """Return what an option was given. Raises BadParameter for what is no number."""
    if not math.isfinite(value):  # nan is in every range
        unit = "hours" if option.name == "deadline" else "seconds"
        raise click.BadParameter(f"expected a number of {unit}")
    return value


_OPTIONS = (
    click.option(
        "--site",
        default=STUDIO,
        show_default=True,
        metavar="URL",
        help="The site whose posts are wanted.",
    ),
    click.option(
        "--from",
        "source",
        default="site",
        show_default=True,
        type=click.Choice(["site", "wayback", "commoncrawl"]),
        help="Where to ask for them.",
    ),
    click.option(
        "--endpoint", metavar="URL", help="A stand-in for the Wayback Machine or Common Crawl."
    ),
    click.option(
        "--delay",
        default=1.0,
        show_default=True,
        type=click.FloatRange(0, 3600),
        callback=finite,
        metavar="S",
        help="Seconds between two requests.",
    ),
    click.option(
        "--max-requests",
        type=click.IntRange(min=1),
        metavar="N",
        help="Stop after so many requests.",
    ),
    click.option(
        "--contact",
        default=CONTACT,
        envvar="MIKROSCOPE_CONTACT",
        metavar="WHO",
        help="Address for the user agent.",
    ),
    click.option("--full", is_flag=True, help="Ask again for everything."),
)


def crawling_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a crawl."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@common
@crawling_options
def crawl(context: Context, **options: Any) -> None:
    """Network → archive."""
    check(options)
    with context.folder.locked(), context.report() as report:
        run = crawl_within(context, report, **options)
    click.echo(line_of(run))


def check(options: dict[str, Any]) -> None:
    """Raise WrongUsage for a plan that cannot be meant, before a data folder is made for it."""
    names = "site", "source", "endpoint"
    hosts_of(Plan(**{name: options[name] for name in names}))


def crawl_within(
    context: Context,
    report: Report,
    *,
    max_requests: int | None,
    contact: str,
    delay: float,
    seconds: float | None = None,
    **plan: Any,
) -> Run:
    """Bring the archive up to date, within `seconds` if given; options as on the command line."""
    plan_ = Plan(skip=forgotten_in(context.folder), **plan)
    # Those that ship with the program are of the studio; a folder's own are of whatever is crawled.
    ours = origin_of(plan_.site) == STUDIO or (context.folder.root / "known_urls.txt").exists()
    known = context.folder.known_urls() if ours else []
    with Fetcher(
        contact=contact,
        delay=delay,
        hosts=hosts_of(plan_),
        interfaces=interfaces_of(plan_),
        clock=CLOCK,
        limits=Limits(max_requests=max_requests, run=seconds),
        waiting=report.wait,
        forgotten=plan_.skip,
    ) as fetcher:
        run = run_crawl(
            Archive(context.folder.archive), fetcher, plan_, known, is_of_series, report
        )
    named = any(count for by, count in run.found if by != "known_urls")
    if run.failed and not (named or run.fetched or run.unchanged or run.gone):
        where = plan_.endpoint or plan_.site
        raise GaveUp(f"{where}: no answer of use ({run.failed} failed, see above)")
    if contact == CONTACT:
        report.note(
            "no contact given: set --contact or MIKROSCOPE_CONTACT, so that hosts reach you"
        )
    return run


def is_of_series(body: bytes, url: str, media_type: str | None) -> bool:
    """Tell whether a page is a post of the series."""
    try:
        check_page(body, url, media_type=media_type)
    except (NotOfTheSeries, BadInput):
        return False
    return True


def forgotten_in(folder: DataFolder) -> Callable[[str], bool]:
    """Return what tells of a canonical URL whether it was forgotten on request."""
    return Tombstones.load(folder.tombstones).has_url


@click.command("import")
@common
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--url", metavar="URL", help="The address of a page or text that does not say its own."
)
def import_(context: Context, paths: tuple[str, ...], url: str | None) -> None:
    """WARC, HTML or extracted text (WET, .txt with --url) → archive; `-` reads stdin."""
    address = canonical(url) if url else None
    if address and forgotten_in(context.folder)(address):
        raise BadInput(f"{url}: was forgotten on request and is not taken in again")
    files_of(paths, url)  # before a data folder is made for nothing
    with context.folder.locked(), context.report() as report:
        archive = Archive(context.folder.archive)
        skip = forgotten_in(context.folder)
        run = import_paths(archive, paths, url, CLOCK.now, sys.stdin.buffer, report, skip)
    click.echo(line_of(run))
    if run.failed and not (run.fetched or run.unchanged):
        raise BadInput(f"nothing was taken in: {run.failed} files cannot be read")
