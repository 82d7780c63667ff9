"""Row: a site → an archive, and a database made of it, against what else brings a site home.

Rule: one server, a process of its own, for all; every contender must keep every post of the series,
or the row fails. The floor asks for the same posts and throws away what answers.
"""

import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.programs import Program, needs, needs_package, one_after_another, run
from benchmarks.row import Measured, Row
from benchmarks.studio import Served, served
from scraper.archive import Archive
from scraper.urls import is_post

SPIDER = Path(__file__).with_name("spider.py")
FLOOR = """
import sys
import httpx
with httpx.Client() as client:
    for url in open(sys.argv[1]).read().splitlines():
        client.get(url).raise_for_status().content
"""
Facts = Callable[[Path], int]


def mikroscope(*words: str) -> list[str]:
    """Return a command of this program, on the folder `data`."""
    return [sys.executable, "-m", "scraper", *words, "--data", "data"]


def crawl(url: str, command: str = "crawl") -> list[str]:
    """Return the command that crawls without a delay."""
    return mikroscope(command, "--site", url, "--delay", "0", "--contact", "bench@example.org")


def scrapy(url: str, *settings: str) -> list[str]:
    """Return the command that runs the spider. Raises NotInstalled."""
    needs_package("scrapy")
    stated = [word for setting in settings for word in ("-s", setting)]
    return [sys.executable, "-m", "scrapy", "runspider", str(SPIDER), "-a", f"site={url}", *stated]


def wget(url: str, *options: str) -> list[str]:
    """Return the command that mirrors the posts by way of their lists. Raises NotInstalled."""
    lists = (f"{url}/en/news/", f"{url}/fr/news/")
    return [needs("wget"), "--mirror", "--no-parent", "--no-verbose", *options, *lists]


def floor(folder: Path, urls: Sequence[str]) -> list[str]:
    """Return the command that only asks for URLs, over one connection."""
    (folder / "urls").write_text("\n".join(urls), "utf-8")
    return [sys.executable, "-c", FLOOR, "urls"]


def questions(database: Path) -> int:
    """Return how many questions with their answers a database holds."""
    with sqlite3.connect(database) as opened:
        found: int = opened.execute("SELECT count(*) FROM answers").fetchone()[0]
    return found


def archived(folder: Path) -> int:
    """Return how many posts this program keeps in a folder."""
    captures = Archive(folder / "data" / "archive").captures()
    return len({one.url for one in captures if one.kind == "response" and is_post(one.url)})


def mirrored(folder: Path) -> int:
    """Return how many posts wget keeps in a folder; its files are named as their URLs are."""
    pages = (page.relative_to(folder).parent for page in folder.glob("*/*/news/*/index.html"))
    return sum(is_post(f"http://{page}/") for page in pages)


def cached(folder: Path) -> int:
    """Return how many answers Scrapy's cache keeps in a folder."""
    return sum(1 for _ in folder.glob(".scrapy/httpcache/posts/*/*/response_body"))


def _programs(site: Served) -> tuple[Program, ...]:
    posts = len(site.posts())

    def whole(kept: Facts, counted: Facts | None = None) -> Facts:
        """Return what counts questions, once it is sure that all posts are kept."""

        def facts(folder: Path) -> int:
            if (found := kept(folder)) < posts:
                raise RuntimeError(f"expected all {posts} posts, found {found}")
            return counted(folder) if counted else 0

        return facts

    def ours(folder: Path) -> int:
        return questions(folder / "data" / "mikroscope.db")

    def theirs(folder: Path) -> int:
        return questions(folder / "posts.db")

    both = one_after_another(crawl(site.url), mikroscope("build"))
    return (
        Program("mikroscope, crawl only", lambda _: crawl(site.url), whole(archived)),
        Program("mikroscope, crawl and build", lambda _: both, whole(archived, ours)),
        Program("Scrapy, HTTP cache and SQLite", lambda _: scrapy(site.url), whole(cached, theirs)),
        Program(
            "wget --mirror with WARC, fetches only",
            lambda _: wget(site.url, "--warc-file=site"),
            whole(mirrored),
        ),
        Program("httpx in a loop", lambda folder: floor(folder, site.posts()), lambda _: 0),
    )


def measure(count: int, rounds: int) -> Measured:
    """Crawl a site of `count` posts with each contender."""
    with served(count) as site:
        return run(_programs(site), len(site.posts()), rounds)


ROW = Row(
    name="crawling",
    title="crawl a site into an archive and a database",
    unit="post",
    fact="questions in the database",
    count=2_000,
    measure=measure,
    most=1.5,
    ours=2,
    beside={"wget --mirror with WARC, fetches only": 0},
    note=(
        "The goal is that of crawling alone, which is the first line: robots.txt, every list of"
        " posts, each post kept as WARC (synced to disk), judged, and searched for more posts, one"
        " request at a time. The second line builds the database, too; it is the one to hold against"
        " Scrapy, which keeps pages in its cache (not synced), reads them plainly and asks eight at"
        " a time. wget reads nothing but links; WARC and mirror are both written. All posts were"
        " kept by all, or there would be no figures. A few of the articles of the site are none of"
        " the series: figures are per post. wget is held against our crawl alone, since it reads"
        " nothing either. Scrapy's cache is the one it uses unless told otherwise."
    ),
)
