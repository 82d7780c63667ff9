"""The command line: the composition root, and the only clock.

Rule: a command puts parts together and tells what came of it; what it does stands elsewhere.
"""

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import click

from scraper import __version__
from scraper import nightly as night
from scraper.archive import Archive
from scraper.build import build as build_database
from scraper.build import make, read_all, read_series
from scraper.crawl import crawl as run_crawl
from scraper.crawl import hosts_of, import_paths, interfaces_of
from scraper.database import opened
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
from scraper.fetch import Clock, Fetcher, Limits
from scraper.folder import DataFolder, default_file
from scraper.models import Run
from scraper.reading import as_contract, read_page
from scraper.reading.html import MAX_BYTES
from scraper.report import Json, reporter
from scraper.sources.work import STUDIO, Plan, Report
from scraper.tombstones import Tombstones
from scraper.urls import canonical, origin_of
from scraper.verify import verify as faults

CONTACT = "no contact given"
SAMPLE_NOTICE = (
    "This is the sample that ships with Mikroscope: the studio and everyone in it are made up."
)
CLOCK = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=time.sleep)
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


@dataclass(frozen=True, slots=True)
class Context:
    """What every command is given: the data folder and how to report."""

    folder: DataFolder
    machines: bool

    @contextmanager
    def report(self) -> Iterator[Report]:
        """Report on stderr while work goes on."""
        report = reporter(sys.stderr, machines=self.machines, now=CLOCK.now)
        try:
            yield report
        finally:
            report.close()

    def failed(self, error: MikroscopeError) -> NoReturn:
        """End the program with an error: one line, for a machine as JSON like the rest."""
        if not self.machines:
            raise error
        Json(sys.stderr, CLOCK.now).fail(str(error))
        sys.exit(error.exit_status)


class _Group(click.Group):
    """Commands whose errors are one clear line and the exit status of the design."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and end the program; nothing else ends it."""
        extra |= {"standalone_mode": False, "prog_name": "mikroscope"}
        try:
            sys.exit(super().main(*args, **extra) or 0)
        except MikroscopeError as error:
            _fail(str(error), error.exit_status)
        except click.UsageError as error:
            hint = error.ctx.command_path if error.ctx else "mikroscope"
            _fail(f"{error.format_message()} (see `{hint} --help`)", WrongUsage.exit_status)
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except (click.Abort, KeyboardInterrupt):
            _fail("interrupted; what was finished is kept", INTERRUPTED)
        except click.ClickException as error:
            _fail(error.format_message(), 1)
        except BrokenPipeError:
            # The reader of our output has gone; there is nobody to tell.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _fail(f"{where}{error.strerror or error}", MikroscopeError.exit_status)


def _fail(message: str, status: int) -> NoReturn:
    click.echo(f"mikroscope: {' '.join(message.split())}", err=True)
    sys.exit(status)


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data` and `--json-logs`, and pass it a Context first."""

    @click.option(
        "--data",
        envvar="MIKROSCOPE_DATA",
        default="data",
        show_default=True,
        type=click.Path(path_type=Path, file_okay=True),
        help="The data folder.",
    )
    @click.option("--json-logs", is_flag=True, help="Report progress as JSON lines.")
    def wrapped(data: Path, json_logs: bool, **options: Any) -> Any:  # noqa: FBT001 - click passes flags by name
        context = Context(DataFolder(data), json_logs)
        try:
            return command(context, **options)
        except MikroscopeError as error:
            context.failed(error)

    wrapped.__doc__ = command.__doc__
    wrapped.__name__ = command.__name__
    inner = getattr(command, "__click_params__", [])  # where click's decorators leave options
    setattr(wrapped, "__click_params__", [*getattr(wrapped, "__click_params__", []), *inner])  # noqa: B010 - no type checker knows click's attribute
    return wrapped


@click.group(
    cls=_Group, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="mikroscope")
def main() -> None:
    """Fetch, keep, read and publish the interview series "Under the Mikroscope"."""


def _finite(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if not math.isfinite(value):  # nan is in every range
        raise click.BadParameter("expected a number of seconds")
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
@_common
@_crawling
def crawl(context: Context, **options: Any) -> None:
    """Network → archive."""
    with context.folder.locked(), context.report() as report:
        run = _crawl(context, report, **options)
    click.echo(night.of_run(run))


def _crawl(
    context: Context,
    report: Report,
    *,
    max_requests: int | None,
    contact: str,
    delay: float,
    **plan: Any,
) -> Run:
    """Bring the archive up to date; options as on the command line."""
    plan_ = Plan(skip=_forgotten(context.folder), **plan)
    known = context.folder.known_urls() if origin_of(plan_.site) == STUDIO else []
    with Fetcher(
        contact=contact,
        delay=delay,
        hosts=hosts_of(plan_),
        interfaces=interfaces_of(plan_),
        clock=CLOCK,
        limits=Limits(max_requests=max_requests),
        waiting=lambda seconds, why: (
            report.note(f"waiting {seconds:.0f} s: {why}") if why else None
        ),  # the usual delay has no reason to be told
    ) as fetcher:
        run = run_crawl(
            Archive(context.folder.archive), fetcher, plan_, known, is_of_series, report
        )
    if run.failed and not run.bytes:
        raise GaveUp(f"{plan_.endpoint or plan_.site}: no answer ({run.failed} failed, see above)")
    return run


def is_of_series(body: bytes, url: str, media_type: str | None) -> bool:
    """Tell whether a page is a post of the series."""
    try:
        read_page(body, url, media_type=media_type)
    except (NotOfTheSeries, BadInput):
        return False
    return True


def _forgotten(folder: DataFolder) -> Callable[[str], bool]:
    return Tombstones.load(folder.tombstones).has_url


@main.command("import")
@_common
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--url", metavar="URL", help="The address of a page or text that does not say its own."
)
def import_(context: Context, paths: tuple[str, ...], url: str | None) -> None:
    """WARC, HTML or extracted text (WET, .txt with --url) → archive; `-` reads stdin."""
    address = canonical(url) if url else None
    if address and _forgotten(context.folder)(address):
        raise BadInput(f"{url}: was forgotten on request and is not taken in again")
    with context.folder.locked(), context.report() as report:
        archive = Archive(context.folder.archive)
        skip = _forgotten(context.folder)
        run = import_paths(archive, paths, url, CLOCK.now, sys.stdin.buffer, report, skip)
    click.echo(night.of_run(run))
    if run.failed and not (run.fetched or run.unchanged):
        raise BadInput(f"nothing was taken in: {run.failed} files cannot be read")


@main.command()
@_common
def build(context: Context) -> None:
    """Archive → database: parse, resolve, check, publish."""
    with context.folder.locked():
        click.echo(night.of_build(build_database(context.folder)))


@main.command()
@_common
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
@_common
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
def serve(context: Context, host: str, port: int) -> None:
    """Show the archive in a browser: Datasette with metadata, plugin and safe settings."""
    _serve(context.folder, host, port)


def _serve(folder: DataFolder, host: str, port: int, notice: str | None = None) -> None:
    from scraper.serve import serve as site  # noqa: PLC0415 - Datasette is slow to load, and only this needs it

    site(folder.database, default_file("metadata.yml"), host, port, click.echo, notice)


@main.command()
@_common
@_crawling
def nightly(context: Context, **options: Any) -> None:
    """Crawl, build, export, under a lock; what cron calls."""
    with context.report() as report:
        summary = night.nightly(context.folder, lambda: _crawl(context, report, **options))
    click.echo(summary)


@main.command()
@_common
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
@_common
def verify(context: Context) -> None:
    """Read every record, check digests, rebuild and compare with the published database."""
    if not context.folder.archive.is_dir():
        raise DataFolderError(f"no archive in {context.folder.root}")
    with context.folder.locked():
        found = list(faults(context.folder, read_series, make))
    for fault in found:
        click.echo(fault)
    if found:
        raise MikroscopeError(f"{len(found)} faults in {context.folder.root}")
    click.echo("all is well")


@main.command()
@_common
@click.argument("what", metavar="URL|PERSON")
def forget(context: Context, what: str) -> None:
    """Erase a post or a person from archive, database and exports, and never fetch it again."""
    folder = context.folder
    if not folder.archive.is_dir():
        raise DataFolderError(f"no archive in {folder.root}")
    with folder.locked():
        forgotten = erase(what, folder, read_all)
        sweep(folder.exports)  # a killed export may have left what is to go
        if folder.database.exists():
            # What was forgotten goes, even where too little is left for expectations.yml.
            build_database(folder, whatever_is_expected=True)
            if folder.exports.exists():
                export_files(folder.database, folder.exports)
    click.echo(f"forgotten: {forgotten.posts} posts, out of {len(forgotten.segments)} segments")
    if forgotten.damage:
        where = "; ".join(forgotten.damage)
        raise ArchiveError(
            f"what is damaged could not be looked into and may still hold it: {where}"
        )


@main.command()
@_common
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

    with TemporaryDirectory(prefix="mikroscope-demo-") as root:
        context = Context(DataFolder(Path(root)), context.machines)
        with context.folder.locked(), serve_sample(Studio.sample()) as site:
            click.echo(f"The sample studio (all invented) answers at {site.url}")
            options = {"site": site.url, "source": "site", "endpoint": None, "full": False}
            with context.report() as report:
                run = _crawl(
                    context, report, max_requests=None, contact=CONTACT, delay=0.0, **options
                )
        click.echo(night.of_run(run))
        click.echo(night.of_build(build_database(context.folder)))
        if no_serve:
            click.echo(
                "Done; nothing is kept. Without --no-serve the archive is shown in a browser."
            )
            return
        _serve(context.folder, host, port, notice=SAMPLE_NOTICE)
