"""The spider that a user of Scrapy would write for the series: `scrapy runspider benchmarks/spider.py`.

Rule: discovery, cache and pipeline are those of Scrapy's documentation. Posts are read as plainly as
by the parsel of the reading row, into a page and its questions.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

from itemadapter import ItemAdapter
from scrapy.spiders import SitemapSpider

from benchmarks.reading import by_parsel

SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (url TEXT PRIMARY KEY, title TEXT);
CREATE TABLE IF NOT EXISTS answers (
    url TEXT, question TEXT, answer TEXT, PRIMARY KEY (url, question)
);
"""


class IntoSqlite:
    """The pipeline: each item's page and answers into `posts.db`, committed when the spider ends."""

    def open_spider(self) -> None:
        """Open the database."""
        self._database = sqlite3.connect("posts.db")
        self._database.executescript(SCHEMA)

    def process_item(self, item: Any) -> Any:
        """Write an item."""
        post = ItemAdapter(item)
        self._database.execute("REPLACE INTO pages VALUES (?, ?)", (post["url"], post["title"]))
        self._database.executemany(
            "REPLACE INTO answers VALUES (?, ?, ?)",
            [(post["url"], asked, "\n".join(said)) for asked, said in post["answers"].items()],
        )
        return item

    def close_spider(self) -> None:
        """Keep it all."""
        self._database.commit()
        self._database.close()


class Posts(SitemapSpider):  # type: ignore[misc] # which is Any: no check depends on Scrapy being there
    """From robots.txt to the sitemaps, from those to the posts. `site` and `policy` are arguments."""

    name = "posts"
    sitemap_rules = ((r"/news/[^/]+/$", "parse"),)
    custom_settings = {  # noqa: RUF012 - as Scrapy's documentation writes it
        "COOKIES_ENABLED": False,  # with LOG_LEVEL: its page on broad crawls, what saves CPU
        "HTTPCACHE_DIR": "httpcache",
        "HTTPCACHE_ENABLED": True,
        "ITEM_PIPELINES": {IntoSqlite: 300},
        "LOG_LEVEL": "INFO",
        "ROBOTSTXT_OBEY": True,
        "REMOTE_CONTROL_ENABLED": False,  # nobody looks on, and no port is opened for it
        "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, site: str, **arguments: Any) -> None:
        super().__init__(sitemap_urls=[f"{site}/robots.txt"], **arguments)

    def parse(self, response: Any) -> Iterator[dict[str, Any]]:
        """Yield a post that asks the questions of the series."""
        found = by_parsel(response.selector)
        if found["answers"]:
            yield {"url": response.url, **found}
