"""What makes a version: the reading of the article, not the page around it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from scraper.archive import Archive
from scraper.build import build
from scraper.cli.crawling import is_of_series
from scraper.crawl import crawl, hosts_of
from scraper.fetch import Fetcher
from scraper.folder import DataFolder
from scraper.sample import Site, Studio, serve
from scraper.sources.work import Plan
from tests.network.servers import Heard, Time

SAMPLE = Studio.sample()
POSTS = [article for article in SAMPLE.articles if article.kind == "interview"][:3]
FEW = replace(SAMPLE, articles=tuple(POSTS))


def night(site: Site, folder: DataFolder, time: Time) -> None:
    """Crawl everything and build, a day later."""
    time.passed += 86_400
    plan = Plan(site=site.url, full=True)
    with Fetcher(
        contact="a@example.org", delay=0, hosts=hosts_of(plan), clock=time.clock()
    ) as client:
        crawl(Archive(folder.archive), client, plan, (), is_of_series, Heard())
    build(folder, whatever_is_expected=True)


def versions(folder: DataFolder) -> list[tuple[str, int]]:
    """Return each post's number of versions."""
    with closing(sqlite3.connect(folder.database)) as rows:
        return rows.execute(
            "SELECT url, count(*) FROM versions JOIN posts ON posts.id = post_id GROUP BY url ORDER BY url"
        ).fetchall()


def test_a_footer_makes_no_version_and_an_edit_makes_one(tmp_path: Path, time: Time) -> None:
    """Though each page is stored as it came."""
    folder = DataFolder(tmp_path)
    folder.prepare()
    with serve(FEW) as site:
        night(site, folder, time)
        site.studio = FEW.footer_changed()
        night(site, folder, time)
        night(site, folder, time)
        assert [count for _, count in versions(folder)] == [1, 1, 1]
        stored = [c for c in Archive(folder.archive).captures() if "/news/" in c.url]
        kinds = [c.kind for c in stored]
        assert kinds.count("response") == 6
        assert kinds.count("revisit") == 3
        edited = FEW.changed(POSTS[0].slug, time.now() + timedelta(hours=1))
        site.studio = edited.footer_changed()
        night(site, folder, time)
    assert sorted(count for _, count in versions(folder)) == [1, 1, 2]
