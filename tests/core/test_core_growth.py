"""An archive that grows costs time and disk, not memory: counted in objects and reads, not seconds."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from scraper.archive import Archive
from scraper.build import _Again, _Reader
from scraper.checks import Tally, check
from scraper.database.rows import SOME, tables
from scraper.database.shelf import Shelf
from scraper.folder import DataFolder
from scraper.models import Answer, Capture, Interview, Named, Series
from scraper.resolve import History, Overrides, Sighting, histories, resolve, whole
from scraper.tombstones import Tombstones
from tests.core.test_core_versions import HTML, PAGE, START

TEXT = 12 * 1024  # characters of a post
EACH = 4 * 1024  # bytes of memory that a post may cost


class Counting(Archive):
    """An archive that counts what is read of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads: Counter[str] = Counter()

    def read(self, capture: Capture) -> bytes:
        """Count a payload that is read."""
        self.reads[capture.digest] += 1
        return super().read(capture)


def _alive() -> int:
    return sum(isinstance(each, Interview) for each in gc.get_objects())


def _sightings(posts: int, captures: int = 1) -> Iterator[Sighting]:
    """Yield posts of as many people, each with a text of its own that is new in each capture."""
    for number in range(posts):
        url = f"{PAGE.url}{number:06}/"
        for day in range(captures):
            text = f"{number} {day} ".ljust(TEXT, "x")
            named = Named(f"Person Number{number + 1}", f"I name number {number + 1}.")
            reading = replace(
                PAGE,
                url=url,
                person=f"Person Number{number}",
                answers=(Answer(1, "advice", "Advice?", text),),
                nominees=(named,),
            )
            at = START + timedelta(days=day)
            capture = Capture(url, at, "site", "response", 200, HTML, f"{day}", "f", number)
            yield Sighting(url, capture, reading)


def _resolved(posts: int, shelf: Shelf) -> Series:
    """Return a series as a build has it: the readings on the shelf, the facts in memory."""

    def told() -> Iterator[History]:
        for history, reading in histories(_sightings(posts)):
            shelf.put("readings", history.url, reading)
            shelf.put("histories", history.url, history)
            yield history

    found = resolve(told(), Overrides())
    assert sum(1 for _ in found.findings) < 20 * posts  # doubts are told once, and not held
    return Series(
        found.people, found.turns,
        _Again(lambda: (whole(p, shelf.get("histories", p.url)) for p in found.posts)),
        found.nominations, reading=partial(shelf.get, "readings"),
    )  # fmt: skip


def test_histories_hold_the_readings_of_one_url() -> None:
    """Those of the others are free before the next is told."""
    before, most = _alive(), 0
    for number, _told in enumerate(histories(_sightings(40, captures=3))):
        if number % 10 == 9:
            most = max(most, _alive() - before)
    assert 1 <= most <= 6


def test_rows_hold_some_posts_at_a_time(tmp_path: Path) -> None:
    """However many there are; each is read from the shelf once."""
    series = _resolved(3 * SOME, Shelf(tmp_path, ("readings", "histories")))
    asked: Counter[str] = Counter()
    before, most = _alive(), 0

    def reading(url: str) -> Interview:
        asked[url] += 1
        return series.reading(url)

    for _table, rows in tables(replace(series, reading=reading), ()):
        assert len(list(rows)) < 4 * SOME
        most = max(most, _alive() - before)
    assert asked == dict.fromkeys(asked, 1)
    assert len(asked) == 3 * SOME
    assert SOME <= most <= 2 * SOME + 2


def test_each_payload_is_read_once(folder: DataFolder) -> None:
    """Also where later captures only say that it is as it was."""
    archive = Archive(folder.archive)
    once = [capture for capture in archive.captures() if "/news/" in capture.url]
    with archive.begin("files", {}, START.replace(year=2040)) as segment:
        for capture in once:
            body = archive.read(capture)
            for year in (2040, 2041):
                at = START.replace(year=year)
                segment.add_file(capture.url, body, "text/html; charset=UTF-8", at)
    counting = Counting(folder.archive)
    shelf = Shelf(folder.root, _Reader.BOARDS)
    reader = _Reader(counting, Tombstones(), shelf, lambda _: None)
    told = list(reader.histories())
    assert len(told) == 24
    assert counting.reads
    assert max(counting.reads.values()) == 1


def test_memory_grows_by_facts_and_not_by_texts(tmp_path: Path) -> None:
    """The most memory that Python holds grows by less than a third of what a post says."""

    def most(posts: int) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            series = _resolved(posts, Shelf(tmp_path, ("readings", "histories")))
            found = sum(1 for _ in check(series, Tally()))
            rows = sum(1 for _, some in tables(series, ()) for _ in some)
            assert found >= posts
            assert rows > 4 * posts
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(20)  # what is loaded once is loaded
    few, many = 2 * SOME + 50, 4 * SOME + 50  # two portions of rows are held in both
    grown = (most(many) - most(few)) / (many - few)
    assert grown < EACH, f"{grown:.0f} bytes a post"
