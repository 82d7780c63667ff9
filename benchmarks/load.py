"""`python -m benchmarks.load`: many readers at once, and how long they wait.

Rule: a real crawl and build of the sample studio, `mikroscope serve` as a program of its own, and
readers on the same machine over loopback HTTP; it stops by itself, and counts every error.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import httpx

from benchmarks.report import keep, machine
from scraper.sample import Studio
from scraper.sample import serve as serve_studio

TITLE = "fifty readers at once"
ARTICLES = 300  # of the studio that is crawled
# What a reader asks for, one after another; each begins at another place.
PAGES = (
    "", "spotlights", "spotlights/odilon-brevaux", "search?q=films", "questions/best-part",
    "baton", "spotlights?studio=Paris", "search?q=light*", "about", "mikroscope/answers",
    "spotlights/odilon-brevaux.json", "feed.atom", "mikroscope/length_of_answers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One answered request: its page, seconds until the last byte, and what went wrong, if anything."""

    page: str
    seconds: float
    fault: str | None


async def visits(
    address: str,
    readers: int,
    *,
    seconds: float = 600,
    each: int | None = None,
    pages: Sequence[str] = PAGES,
) -> list[Visit]:
    """Return the visits of `readers` at once, who never pause: for `seconds`, or `each` so many."""
    until = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=readers, max_keepalive_connections=readers)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        rounds = (
            _reader(client, [*pages[begin % len(pages) :], *pages], until, each)
            for begin in range(readers)
        )
        return list(itertools.chain.from_iterable(await asyncio.gather(*rounds)))


async def _reader(
    client: httpx.AsyncClient, pages: Sequence[str], until: float, each: int | None
) -> list[Visit]:
    made: list[Visit] = []
    for page in itertools.cycle(pages):
        if time.monotonic() >= until or (each is not None and len(made) >= each):
            break
        began = time.monotonic()
        try:
            answer = await client.get(page)
            fault = None if answer.status_code == 200 else f"{page}: {answer.status_code}"
        except httpx.HTTPError as error:
            fault = f"{page}: {error!r}"
        made.append(Visit(page, time.monotonic() - began, fault))
    return made


def table(made: list[Visit]) -> str:
    """Return the waits by page as a table of Markdown, milliseconds."""
    lines = ["| page | answers | errors | median ms | 95 % ms | 99 % ms | longest ms |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for page in (*PAGES, None):
        own = [visit for visit in made if page in (None, visit.page)]
        if len(own) > 1:
            waits = statistics.quantiles((visit.seconds * 1000 for visit in own), n=100)
            errors = sum(visit.fault is not None for visit in own)
            longest = max(visit.seconds for visit in own) * 1000
            name = "all" if page is None else f"`/{page}`"
            lines.append(
                f"| {name} | {len(own)} | {errors} | {waits[49]:.0f} | {waits[94]:.0f} |"
                f" {waits[98]:.0f} | {longest:.0f} |"
            )
    return "\n".join(lines)


@contextmanager
def serving() -> Iterator[str]:
    """Crawl and build the sample studio, serve it, and yield the address."""
    with TemporaryDirectory(prefix="mikroscope-load-") as root:

        def command(*words: str) -> list[str]:
            return [sys.executable, "-u", "-m", "scraper", *words, "--data", root]

        with serve_studio(Studio.grown(ARTICLES)) as site:
            crawl = command("crawl", "--site", site.url, "--delay", "0", "--contact", "a@b.example")
            subprocess.run(crawl, check=True, capture_output=True)
        subprocess.run(command("build"), check=True, capture_output=True)
        with subprocess.Popen(command("serve", "--port", "0"), stdout=subprocess.PIPE, text=True) as program:  # fmt: skip
            try:
                assert program.stdout  # noqa: S101 - it was asked for
                yield program.stdout.readline().removeprefix("Serving at ").strip()
            finally:
                program.terminate()


def main() -> int:
    """Measure and print; with --write, the section of RESULTS.md is replaced. Errors fail."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    options.add_argument("--readers", type=int, default=50, help="readers at once (default 50)")
    options.add_argument("--seconds", type=float, default=60, help="for how long (default 60)")
    options.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    given = options.parse_args()
    with serving() as address:
        made = asyncio.run(visits(address, given.readers, seconds=given.seconds))
    faults = [visit.fault for visit in made if visit.fault]
    told = (
        f"{given.readers} readers at once for {given.seconds:g} seconds, none of whom ever pauses,"
        f" over a studio of {ARTICLES} articles; they and the server share the machine. {len(made)}"
        f" answers, {len(made) / given.seconds:.0f} a second, {len(faults)} errors."
    )
    load = f"The load of the machine was {os.getloadavg()[1]:.0f}, other work and this together."
    when = f"By `python -m benchmarks.load`, on {datetime.now(UTC).date()}: {machine()}"
    text = "\n\n".join((f"## {TITLE}", f"{told} {load}", table(made), when))
    print(text)
    print("\n".join(faults[:20]), file=sys.stderr)
    if given.write:
        keep(TITLE, text)
    return len(faults)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
