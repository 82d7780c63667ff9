"""A running make-believe studio for the tests of the sample itself."""

from collections.abc import Iterator

import httpx
import pytest

from scraper.sample import Site, Studio, serve


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    """Return one server for all tests: it starts and stops once."""
    with serve(Studio.sample()) as running:
        yield running


@pytest.fixture
def site(running: Site) -> Site:
    """Return the site as if it had just been opened."""
    running.reopen(Studio.sample())
    return running


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """Return a client that follows no redirect by itself."""
    with httpx.Client(base_url=site.url, timeout=5) as asking:
        yield asking
