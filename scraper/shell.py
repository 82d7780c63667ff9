"""What every command has in common: the data folder, reports, and how the program ends.

Rule: an error is one clear line on stderr and the exit status of its kind; this is the only clock.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NoReturn, cast

import click

from scraper.errors import MikroscopeError, WrongUsage
from scraper.fetch import Clock
from scraper.folder import DataFolder
from scraper.report import Json, reporter
from scraper.sources.work import Report

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


class Group(click.Group):
    """Commands whose errors are one clear line and the exit status of the design.

    `places` says where each stands, as `module:name`; it is loaded when it is asked for.
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._places = places

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(self._places)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Return a command, None where there is none of that name."""
        place = self._places.get(name)
        return cast("click.Command", resolve_name(place)) if place else None

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


def common(command: Callable[..., Any]) -> Callable[..., Any]:
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
