"""`python -m benchmarks.growth 1000 10000 100000`: what an archive of so many posts costs.

Rule: what is measured is the program as cron starts it, each command a process of its own; the
archive is written as a crawl would have left it, without HTTP.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.programs import Cost, cost
from benchmarks.report import keep, machine
from scraper.archive import Archive, Record, Segment, warc_date
from scraper.sample import Studio
from scraper.sample.content import Article, sample_articles
from scraper.sample.pages import article_page

TITLE = "an archive that grows"
BASE = "https://www.ombrelle.example"
FIRST_NIGHT = datetime(2032, 1, 1, 3, tzinfo=UTC)  # after the last post of a studio of 100,000
EDITED = 10  # on the second night, every tenth post reads differently
OPENING = """
import sys
from pathlib import Path
from types import SimpleNamespace
from datetime import UTC, datetime
from scraper.archive import Archive
from scraper.sources.past import begin
from scraper.sources.work import Plan
clock = SimpleNamespace(now=lambda: datetime.now(UTC))
work = SimpleNamespace(
    archive=Archive(Path(sys.argv[1]) / "archive"), plan=Plan(site=sys.argv[2]),
    fetcher=SimpleNamespace(clock=clock),
)
begin(work)
"""


def commands(data: str) -> dict[str, list[str]]:
    """Return what is measured, by name, in the order in which it is done."""
    program = [sys.executable, "-m", "scraper"]
    post = BASE + next(one.path for one in sample_articles() if one.kind == "interview")
    return {
        "a crawl opens the archive": [sys.executable, "-c", OPENING, data, BASE],
        "build": [*program, "build", "--data", data],
        "export, CSV and JSON": [
            *program, "export", "--data", data, "--format", "csv", "--format", "json",
        ],
        "export, every usual format": [*program, "export", "--data", data],
        "original": [*program, "original", "--data", data, post],
        "verify": [*program, "verify", "--data", data],
        "forget": [*program, "forget", "--data", data, post],
    }  # fmt: skip


def fill(folder: Path, count: int) -> None:
    """Write the archive of a studio of `count` posts: a first night, and one with some edits."""
    studio = Studio.grown(max(count, len(sample_articles())))
    archive = Archive(folder)
    for night, articles in enumerate((studio.articles[:count], studio.articles[:count:EDITED])):
        at = FIRST_NIGHT + timedelta(days=night)
        with archive.begin("site", {"site": BASE}, at) as segment:
            for number, article in enumerate(articles):
                _store(segment, studio, article, night, at + timedelta(seconds=number))
            segment.finish(replace(segment.run, finished=at, fetched=len(articles)))


def _store(segment: Segment, studio: Studio, article: Article, night: int, at: datetime) -> None:
    page = article_page(studio, article, BASE)
    if night:
        page = page.replace("</h1>", ", again</h1>", 1)
    headers = (("Content-Type", "text/html; charset=UTF-8"), ("ETag", f'"{article.id:032x}"'))
    url = BASE + article.path
    record = Record(
        "response", url, warc_date(at), (), 200, "OK", "HTTP/1.1", headers, page.encode()
    )
    segment.add_record(record)
    said = {"found_by": ["sitemap"], "changed": None, "of_series": article.kind == "interview"}
    segment.remember({url: said}, at)


def table(costs: dict[int, dict[str, Cost]]) -> str:
    """Return the costs of each size as a Markdown section."""
    lines = [
        f"## {TITLE}",
        "",
        f"By `python -m benchmarks.growth`, on {datetime.now(UTC).date()}: {machine()}",
        "",
        "Every tenth post has two versions. Each command is a process of its own, as cron starts it.",
        "",
        "| posts | command | CPU s | wall s | CPU ms a post | peak MB |",
        "| ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {count:,} | {name} | {took.cpu:.1f} | {took.wall:.1f}"
        f" | {took.cpu / count * 1000:.2f} | {took.peak:.0f} |"
        for count, of_size in costs.items()
        for name, took in of_size.items()
    ]
    return "\n".join(lines)


def costs_of(data: Path, count: int) -> Iterator[tuple[str, Cost]]:
    """Yield what each command costs on a studio of `count` posts, its archive made if need be."""
    if not (data / "archive").exists():
        subprocess.run(
            [sys.executable, "-m", "benchmarks.growth", "--fill", data, str(count)], check=True
        )
    for name, command in commands(str(data)).items():
        took = cost(command)
        print(
            f"{count} posts, {name}: {took.cpu:.1f} s CPU, {took.wall:.1f} s, {took.peak:.0f} MB",
            flush=True,
        )
        yield name, took


def main() -> None:
    """Measure and print; with --write, the section of RESULTS.md is replaced."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    options.add_argument("counts", nargs="+", type=int, help="numbers of posts")
    options.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    options.add_argument("--keep", type=Path, metavar="DIR", help="keep the archives here")
    options.add_argument("--fill", type=Path, metavar="DIR", help="only write an archive")
    given = options.parse_args()
    if given.fill:
        fill(given.fill / "archive", given.counts[0])
        return
    with TemporaryDirectory(prefix="mikroscope-growth-") as passing:
        folder = given.keep or Path(passing)
        costs = {count: dict(costs_of(folder / str(count), count)) for count in given.counts}
    text = table(costs)
    print(text)
    if given.write:
        keep(TITLE, text)


if __name__ == "__main__":
    main()
