"""Telling people how long work goes on: a bar on a terminal, plain lines for cron, JSON for machines.

Rule: progress goes to stderr, so that stdout stays what a command prints.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

EVERY = 100  # steps between two plain lines
_ORIGIN = re.compile(r"https?://[^/\s]+(?=/)")  # of a URL; the bar has no room for it


class Plain:
    """Lines for a log: each note, and every hundredth step."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def step(self, text: str, done: int, total: int | None) -> None:
        """Tell of a step now and then."""
        if done and done % EVERY == 0:
            self.note(f"{text} ({done} of {total})" if total else f"{text} ({done})")

    def wait(self, seconds: float, why: str) -> None:
        """Tell of a wait and its reason; the usual delay has none that needs to be told."""
        if why:
            self.note(_waiting(seconds, why))

    def note(self, text: str) -> None:
        """Write a line."""
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is open."""


class Json:
    """One JSON object a line: when, what, how far."""

    def __init__(self, stream: TextIO, now: Callable[[], datetime]) -> None:
        self._stream = stream
        self._now = now

    def step(self, text: str, done: int, total: int | None) -> None:
        """Write an object for a step."""
        self._write({"event": "step", "text": text, "done": done, "total": total})

    def wait(self, seconds: float, why: str) -> None:
        """Write an object for a wait, but for the usual delay."""
        if why:
            self.note(_waiting(seconds, why))

    def note(self, text: str) -> None:
        """Write an object for a line."""
        self._write({"event": "note", "text": text})

    def fail(self, text: str) -> None:
        """Write an object for the error that ends the program."""
        self._write({"event": "error", "text": text})

    def close(self) -> None:
        """Nothing is open."""

    def _write(self, event: dict[str, object]) -> None:
        line = {"at": self._now().isoformat(timespec="seconds"), **event}
        print(json.dumps(line, ensure_ascii=False), file=self._stream, flush=True)


class Bar:
    """A progress bar on a terminal, notes above it: how far, how many are left, why it waits, what.

    What is done gives way where the terminal is narrow; all else stays.
    """

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 - as for Console
        from rich.table import Column  # noqa: PLC0415 - as for Console

        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=16),
            TextColumn("{task.fields[count]}", markup=False, table_column=Column(no_wrap=True)),
            TextColumn("{task.fields[why]}", markup=False, table_column=Column(no_wrap=True)),
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = self._progress.add_task("", total=None, count="", why="")
        self._progress.start()

    def step(self, text: str, done: int, total: int | None) -> None:
        """Move the bar."""
        count = f"{done} done, {total - done} left" if total is not None else f"{done} done"
        what = _ORIGIN.sub("", text)
        self._progress.update(
            self._task, description=what, completed=done, total=total, count=count, why=""
        )

    def wait(self, seconds: float, why: str) -> None:
        """Show that it waits, and for long waits print why above the bar."""
        reason = "waits: see above" if why else "between requests"
        self._progress.update(self._task, why=f"({seconds:.1f} s {reason})")
        if why:
            self.note(_waiting(seconds, why))

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def _waiting(seconds: float, why: str) -> str:
    return f"waiting {seconds:.0f} s: {why}"


def reporter(stream: TextIO, *, machines: bool, now: Callable[[], datetime]) -> Plain | Json | Bar:
    """Return the report that fits a stream: JSON if asked for, a bar on a terminal, else lines."""
    if machines:
        return Json(stream, now)
    if stream.isatty():
        from rich.console import Console  # noqa: PLC0415 - rich is slow to load, and only a bar needs it

        return Bar(Console(file=stream))
    return Plain(stream)
