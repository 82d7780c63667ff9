"""Row: a night on which nothing is new, on a site that was brought home the night before.

Rule: the first night is a real one, made once for each contender and copied for each round; what the
server was asked is counted there, for all alike.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.crawling import archived, cached, crawl, floor, mirrored, scrapy, wget
from benchmarks.programs import Program, cost, run
from benchmarks.row import Measured, Row
from benchmarks.studio import Served, served
from scraper.folder import DataFolder

RFC2616 = "HTTPCACHE_POLICY=scrapy.extensions.httpcache.RFC2616Policy"


class FirstNights:
    """The folders as the first night of each contender left them; made when they are wanted first."""

    def __init__(self, folder: Path, site: Served) -> None:
        self._folder = folder
        self._site = site

    def copied(self, name: str, command: Sequence[str], kept: Callable[[Path], int]) -> Path:
        """Return the folder that a command left, once it is sure that all posts are in it."""
        made = self._folder / name
        if not made.exists():
            made.mkdir()
            cost(command, made)
            if kept(made) < (posts := len(self._site.posts())):
                raise RuntimeError(f"{name}: expected all {posts} posts, found {kept(made)}")
        return made


def _programs(site: Served, nights: FirstNights) -> tuple[Program, ...]:
    def again(
        name: str,
        first: Callable[[], Sequence[str]],
        kept: Callable[[Path], int],
        second: Callable[[], Sequence[str]] | None = None,
    ) -> Callable[[Path], Sequence[str]]:
        """Return what prepares the second night after the `first`: the same command, or another."""

        def ready(folder: Path) -> Sequence[str]:
            before = nights.copied(name, first(), kept)
            shutil.copytree(before, folder, dirs_exist_ok=True)  # with the times of the files
            site.asked()
            return (second or first)()

        return ready

    def asked(_: Path) -> int:
        return site.asked()

    def quiet(folder: Path) -> int:
        """Return what was asked, once it is sure that the night had nothing to build."""
        first, second = (
            json.loads(DataFolder(data / "data").stamp.read_text("utf-8"))["read_at"]
            for data in (nights.copied("ours", nightly(), archived), folder)
        )
        if first != second:
            raise RuntimeError("the second night was not quiet: it has read all pages again")
        return site.asked()

    def nightly() -> list[str]:
        return crawl(site.url, "nightly")

    def one(folder: Path) -> Sequence[str]:
        site.asked()
        return floor(folder, site.posts()[:1])

    def heads() -> list[str]:
        return wget(site.url, "--no-if-modified-since")

    return (
        Program(
            "mikroscope, crawl only",
            again("ours", nightly, archived, lambda: crawl(site.url)),
            asked,
        ),
        Program("mikroscope nightly", again("ours", nightly, archived), quiet),
        Program(
            "Scrapy, HTTP cache by RFC 2616",
            again("scrapy", lambda: scrapy(site.url, RFC2616), cached),
            asked,
        ),
        Program("wget -N", again("wget", lambda: wget(site.url), mirrored), asked),
        Program(
            "wget -N --no-if-modified-since",
            again("wget", lambda: wget(site.url), mirrored, heads),
            asked,
        ),
        Program("httpx, one request", one, asked),
    )


def measure(count: int, rounds: int) -> Measured:
    """Spend a night with each contender on a site of `count` posts that they have; per night."""
    with served(count) as site, TemporaryDirectory(prefix="mikroscope-nights-") as kept:
        return run(_programs(site, FirstNights(Path(kept), site)), 1, rounds)


ROW = Row(
    name="night",
    title="a night with nothing new",
    unit="night",
    counted="post",
    fact="requests",
    count=10_000,
    measure=measure,
    ours=2,
    beside={"wget -N": 0, "wget -N --no-if-modified-since": 0},
    note=(
        "The first line asks whether there is news; the second is what cron calls, which adds the run"
        " to database and exports, too, and writes anew what tells of runs, the workbook of all"
        " tables among it. Both read what the archive lists. Scrapy asks for no page either, since"
        " the policy takes pages to be fresh for a tenth of their age, but reads each of them out of"
        " its cache again. wget -N by itself asks for the first page of both lists of posts and goes"
        " no further where these are as they were; told to look at each file it asks for every page."
        " wget is held against our crawl alone, since it reads nothing either. The floor is a single"
        " request."
    ),
)
