"""What the tests of archive, client and crawl share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scraper.archive import Archive
from scraper.crawl import crawl, hosts_of, interfaces_of
from scraper.fetch import Fetcher, Limits
from scraper.models import Run
from scraper.sources.work import Plan
from tests.network.servers import Heard, News, Server, Time, of_series, serving

Crawl = Callable[..., Run]


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that answers 404 to everything until told otherwise."""
    with serving() as running:
        yield running


@pytest.fixture
def time() -> Time:
    """Give a clock that does not wait."""
    return Time()


@pytest.fixture
def heard() -> Heard:
    """Give a report that remembers."""
    return Heard()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Give an empty archive."""
    return Archive(tmp_path / "archive")


@pytest.fixture
def fetcher(server: Server, time: Time) -> Iterator[Fetcher]:
    """Give a client that may ask the server and nobody else."""
    with Fetcher(
        contact="ops@example.org", delay=1, hosts=[server.host], clock=time.clock()
    ) as client:
        yield client


@pytest.fixture
def news(server: Server) -> News:
    """Give a news site with nothing on it."""
    site = News(server)
    site.publish()
    return site


@pytest.fixture
def night(server: Server, time: Time, archive: Archive, heard: Heard) -> Crawl:
    """Give one night's crawl, a day after the last; what the server was asked starts anew."""

    def run(known: tuple[str, ...] = (), limits: Limits | None = None, **plan: Any) -> Run:
        server.asked.clear()
        heard.notes.clear()
        time.passed += 86_400
        planned = Plan(**{"site": server.url, **plan})
        with Fetcher(
            contact="ops@example.org",
            delay=1,
            hosts=hosts_of(planned),
            interfaces=interfaces_of(planned),
            clock=time.clock(),
            limits=limits or Limits(),
        ) as client:
            return crawl(archive, client, planned, known, of_series, heard)

    return run
