"""The command line: the composition root.

Rule: a command puts parts together and tells what came of it; what it does stands elsewhere.
"""

import json
import math
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from scraper import __version__
from scraper import nightly as night
from scraper import original as originals
from scraper.archive import Archive
from scraper.build import build as build_database
from scraper.build import make, read_all, read_series
from scraper.crawl import crawl as run_crawl
from scraper.crawl import hosts_of, import_paths, interfaces_of
from scraper.database import opened
from scraper.erase import Forgotten
from scraper.erase import forget as erase
from scraper.errors import (
    ArchiveError,
    BadInput,
    DataFolderError,
    GaveUp,
    MikroscopeError,
    NotOfTheSeries,
    WrongUsage,
)
from scraper.export import FORMATS, Choice, sweep
from scraper.export import export as export_files
from scraper.export import stream as stream_table
from scraper.fetch import Fetcher, Limits
from scraper.folder import DataFolder, default_file
from scraper.models import Run
from scraper.reading import as_contract, check_page, read_page
from scraper.reading.html import MAX_BYTES
from scraper.shell import CLOCK, Context, Group, common
from scraper.sources.files import files_of
from scraper.sources.work import STUDIO, Plan, Report
from scraper.tombstones import Tombstones
from scraper.urls import canonical, origin_of
from scraper.verify import verify as faults

CONTACT = "no contact given"
SAMPLE_NOTICE = (
    "This is the sample that ships with Mikroscope: the studio and everyone in it are made up."
)
SAMPLE_SOURCE = "the make-believe studio of the sample"


@click.group(
    cls=Group, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="mikroscope")
def main() -> None:
    """Fetch, keep, read and publish the interview series "Under the Mikroscope"."""


def _finite(_context: click.Context, option: click.Parameter, value: float) -> float:
    if not math.isfinite(value):  # nan is in every range
        unit = "hours" if option.name == "deadline" else "seconds"
        raise click.BadParameter(f"expected a number of {unit}")
    return value


_CRAWL_OPTIONS = (
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
        callback=_finite,
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


def _crawling(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_CRAWL_OPTIONS):
        command = option(command)
    return command


@main.command()
@common
@_crawling
def crawl(context: Context, **options: Any) -> None:
    """Network → archive."""
    _check(options)
    with context.folder.locked(), context.report() as report:
        run = _crawl(context, report, **options)
    click.echo(night.of_run(run))


def _check(options: dict[str, Any]) -> None:
    """Raise WrongUsage for a plan that cannot be meant, before a data folder is made for it."""
    names = "site", "source", "endpoint"
    hosts_of(Plan(**{name: options[name] for name in names}))


def _crawl(
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
    plan_ = Plan(skip=_forgotten(context.folder), **plan)
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


def _forgotten(folder: DataFolder) -> Callable[[str], bool]:
    return Tombstones.load(folder.tombstones).has_url


@main.command("import")
@common
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--url", metavar="URL", help="The address of a page or text that does not say its own."
)
def import_(context: Context, paths: tuple[str, ...], url: str | None) -> None:
    """WARC, HTML or extracted text (WET, .txt with --url) → archive; `-` reads stdin."""
    address = canonical(url) if url else None
    if address and _forgotten(context.folder)(address):
        raise BadInput(f"{url}: was forgotten on request and is not taken in again")
    files_of(paths, url)  # before a data folder is made for nothing
    with context.folder.locked(), context.report() as report:
        archive = Archive(context.folder.archive)
        skip = _forgotten(context.folder)
        run = import_paths(archive, paths, url, CLOCK.now, sys.stdin.buffer, report, skip)
    click.echo(night.of_run(run))
    if run.failed and not (run.fetched or run.unchanged):
        raise BadInput(f"nothing was taken in: {run.failed} files cannot be read")


@main.command()
@common
def build(context: Context) -> None:
    """Archive → database: parse, resolve, check, publish."""
    with context.folder.locked():
        click.echo(night.of_build(build_database(context.folder)))


@main.command()
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


@main.command()
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


@main.command()
@common
@_crawling
@click.option(
    "--deadline",
    default=6.0,
    show_default=True,
    type=click.FloatRange(0, 24 * 365, min_open=True),
    callback=_finite,
    metavar="HOURS",
    help="End a run that takes longer; the crawl stops at three quarters of it.",
)
def nightly(context: Context, deadline: float, **options: Any) -> None:
    """Crawl, build, export, under a lock; what cron calls."""
    _check(options)
    seconds = deadline * 3600
    options["seconds"] = seconds * night.CRAWL_SHARE
    with night.ended_after(seconds), context.report() as report:
        summary = night.nightly(context.folder, lambda: _crawl(context, report, **options))
    click.echo(summary)


@main.command()
@common
@click.argument("file", metavar="FILE")
@click.option("--url", required=True, metavar="URL", help="The address of the page.")
def parse(_context: Context, file: str, url: str) -> None:
    """One page → JSON on stdout; nothing is stored. `-` reads stdin."""
    canonical(url)  # refuses what is no URL
    body = _bytes_of(file)
    if not body.strip():
        raise BadInput(f"{file}: empty")
    contract = as_contract(read_page(body, url, media_type=_media_type(file)))
    click.echo(json.dumps(contract, ensure_ascii=False, indent=1))


def _bytes_of(file: str) -> bytes:
    """Return what a file or stdin holds, one byte more than a page may have at most."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as page:
            return page.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error


def _media_type(file: str) -> str | None:
    """Return what a file's name says of its content; None where the content has to tell."""
    endings = {".txt": "text/plain", ".wet": "text/plain", ".json": "application/json"}
    return endings.get(Path(file).suffix.lower())


@main.command()
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


@main.command()
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
    capture = originals.find(what, offset, folder, _forgotten(folder))
    body = originals.payload(capture, folder)
    heads = originals.records(capture, folder) if headers else []
    click.echo(b"".join((*heads, body)), nl=False)


@main.command()
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


@main.command()
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
                run = _crawl(
                    context, report, max_requests=None, contact="demo", delay=0.0, **options
                )
        click.echo(night.of_run(run))
        click.echo(night.of_build(build_database(context.folder)))
        if no_serve:
            click.echo(
                "Done; nothing is kept. Without --no-serve the archive is shown in a browser."
            )
            return
        _serve(context.folder, host, port, notice=SAMPLE_NOTICE, source=SAMPLE_SOURCE)
