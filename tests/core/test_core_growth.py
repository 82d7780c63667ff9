"""An archive that grows costs time and disk, not memory: counted in objects and reads, not seconds."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scraper.archive import Archive, Record, warc_date
from scraper.build import _Again, _Reader
from scraper.checks import Tally, check
from scraper.database import search
from scraper.database.rows import SOME, tables
from scraper.database.shelf import Shelf
from scraper.folder import DataFolder
from scraper.models import Answer, Capture, Interview, Named, Series
from scraper.resolve import History, Overrides, Sighting, histories, resolve, whole
from scraper.resolve.certain import settle
from scraper.resolve.close import NEIGHBOURS, candidates
from scraper.sources.past import begin
from scraper.sources.work import Plan
from scraper.tombstones import Tombstones
from tests.core.test_core_versions import HTML, PAGE, START

LETTERS = str.maketrans("0123456789", "bcdfghjklm")
TEXT = 12 * 1024  # characters of a post
EACH = 2_560  # bytes of memory that a post may cost
KNOWN = 1_600  # … when a crawl begins


class Counting(Archive):
    """An archive that counts what is read of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads: Counter[str] = Counter()

    def read(self, capture: Capture) -> bytes:
        """Count a payload that is read."""
        self.reads[capture.digest] += 1
        return super().read(capture)


class Touched(Shelf):
    """A shelf that counts what is put there and taken."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ("readings", "histories"))
        self.touched: Counter[str] = Counter()

    def put(self, board: str, key: str, value: object) -> None:
        """Count a value that is kept."""
        self.touched[f"put {board}"] += 1
        super().put(board, key, value)

    def get(self, board: str, key: str, default: Any = None) -> Any:
        """Count a value that is asked for."""
        self.touched[f"get {board}"] += 1
        return super().get(board, key, default)


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


def _peak(work: Callable[[], object]) -> int:
    """Return the most bytes that Python holds for some work, beside what it held before."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _archived(folder: Path, posts: int) -> Archive:
    """Return an archive of one night, as a crawl leaves it: each post with what is remembered of it."""
    archive = Archive(folder)
    headers = ("Content-Type", "text/html; charset=UTF-8"), ("Last-Modified", "x" * 29)
    with archive.begin("site", {}, START) as segment:
        for number in range(posts):
            url, etag = f"{PAGE.url}{number:06}/", ("ETag", f'"{number:032x}"')
            said = {"found_by": ["hreflang", "link", "sitemap"], "changed": START.isoformat(),
                    "of_series": True, "moved": None, "doubts": 0, "misses": 0, "gone": False,
                    "listed": "https://www.ombrelle.example/post-sitemap1.xml"}  # fmt: skip
            segment.add_record(
                Record("response", url, warc_date(START), (), 200, "OK", "HTTP/1.1",
                       (*headers, etag), b"x")
            )  # fmt: skip
            segment.remember({url: said}, START)
        segment.finish(replace(segment.run, finished=START))
    return archive


def test_what_a_crawl_knows_of_a_post_is_small(tmp_path: Path) -> None:
    """What is not asked for is not held, and words that are the same for all are held once."""
    clock = SimpleNamespace(now=lambda: START)

    def opened(archive: Archive) -> int:
        work: Any = SimpleNamespace(
            archive=Archive(archive.folder),
            plan=Plan(site="https://www.ombrelle.example"),
            fetcher=SimpleNamespace(clock=clock),
        )
        return _peak(lambda: begin(work))

    few, many = (_archived(tmp_path / str(posts), posts) for posts in (200, 800))
    opened(few)  # what is loaded once is loaded
    grown = (opened(many) - opened(few)) / 600
    assert grown < KNOWN, f"{grown:.0f} bytes a post"


def test_each_post_is_put_aside_once_and_taken_for_checks_and_for_rows(tmp_path: Path) -> None:
    """The shelf is asked the same of each, however many there are."""
    for posts in (40, 3 * SOME):
        shelf = Touched(tmp_path)
        series = _resolved(posts, shelf)
        assert shelf.touched == {"put readings": posts, "put histories": posts}
        tally = Tally()
        assert sum(1 for _ in check(series, tally)) >= posts
        assert sum(1 for _, some in tables(series, ()) for _ in some) > 4 * posts
        assert shelf.touched["get readings"] == 2 * posts
        assert shelf.touched["get histories"] == 2 * posts


def test_pairs_of_a_crowd_are_not_held(tmp_path: Path) -> None:
    """All of one first name: each is compared with some, and memory is that of the names."""

    def most(people: int) -> int:
        crowd = [("ada", f"z{number:06}".translate(LETTERS)) for number in range(people)]
        compared = 0

        def walk() -> None:
            nonlocal compared
            for _ in candidates(crowd):
                compared += 1

        peak = _peak(walk)
        assert people * NEIGHBOURS / 2 < compared <= people * NEIGHBOURS * 4
        return peak

    most(200)
    grown = (most(3_000) - most(1_000)) / 2_000
    assert grown < 400, f"{grown:.0f} bytes a person"  # a pair alone takes some 100, and 20 are met


def test_who_is_named_in_full_costs_no_index(tmp_path: Path) -> None:
    """First names and initials are looked up among those who are tied to them, and nobody else."""
    told = [history.told for history, _ in histories(_sightings(600))]

    def key(name: str, _url: str) -> str:
        return name.lower()

    def apart(_one: str, _other: str) -> bool:
        return False

    def most(posts: int) -> int:
        return _peak(lambda: settle(told[:posts], key, apart))

    most(20)
    grown = (most(600) - most(200)) / 400
    assert grown < 400, f"{grown:.0f} bytes a post"


def test_a_post_put_aside_is_what_it_was(tmp_path: Path) -> None:
    """Dataclasses within dataclasses, dates and times come back from the shelf equal."""
    shelf = Shelf(tmp_path, ("readings", "histories"))
    for history, reading in histories(_sightings(3, captures=2)):
        shelf.put("readings", history.url, reading)
        shelf.put("histories", history.url, history)
        assert shelf.get("readings", history.url) == reading
        assert shelf.get("histories", history.url) == history


def test_inspecting_a_segment_holds_neither_its_listing_nor_its_index(tmp_path: Path) -> None:
    """They are held against each other record by record; what a run remembers is kept as text."""

    def most(captures: int) -> int:
        archive = Archive(tmp_path / str(captures))
        with archive.begin("files", {}, START) as segment:
            for number in range(captures):
                url = f"{PAGE.url}{number:06}/"
                segment.add_file(url, str(number).encode(), HTML, START)
                segment.remember({url: {"found_by": ["sitemap", "feed"], "of_series": True}}, START)
            segment.finish(replace(segment.run, finished=START))

        def inspect() -> None:
            assert list(archive.verify()) == []
            assert sum(1 for _ in archive.captures()) == captures

        return _peak(inspect)

    most(20)
    grown = (most(900) - most(300)) / 600
    assert grown < 1_000, f"{grown:.0f} bytes a capture"


def test_a_word_is_stemmed_once_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many answers say it; both languages have their own stems."""
    stemmed: list[str] = []

    class Stemmer:
        def __init__(self, language: str) -> None:
            self.language = language

        def stemWord(self, word: str) -> str:  # noqa: N802 - as the library calls it
            stemmed.append(f"{self.language} {word}")
            return word[:4]

    monkeypatch.setattr("snowballstemmer.stemmer", Stemmer)
    search._stem_in.cache_clear()
    try:
        for _ in range(3):
            assert search.stems(search.words_of("Lights, lighting; rain!"), "en") == "ligh rain"
            assert search.stems(["rain"], "fr") == "rain"
    finally:
        search._stem_in.cache_clear()
    ours = [one for one in stemmed if not one.startswith("porter")]
    assert sorted(ours) == ["english lighting", "english lights", "english rain", "french rain"]
    assert len(stemmed) - len(ours) <= 2 * len(ours)  # the word and its stem, whether too short
