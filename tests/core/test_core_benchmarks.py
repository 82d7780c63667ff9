"""The rows of the benchmark that run whole programs: each really runs, and finds what is there.

Of costs nothing is asserted; a peer that is not installed is named as missing.
"""

import shutil
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import crawling, night, reading
from benchmarks.__main__ import ROWS
from benchmarks.__main__ import main as benchmark
from benchmarks.pages import saved_pages
from benchmarks.programs import Cost, NotInstalled, Program, cost, one_after_another, run
from benchmarks.report import section, summary
from benchmarks.row import Measured, Result, Row
from scraper.reading import read_page
from scraper.sample import Studio

PEERS = {"Scrapy": find_spec("scrapy") is not None, "wget": shutil.which("wget") is not None}


def found(measured: Measured) -> dict[str, int]:
    """Return the facts by contender, once it is sure that only peers are missing that must be."""
    for peer, installed in PEERS.items():
        named = [result.name for result in measured.results if result.name.startswith(peer)]
        assert bool(named) is installed
        assert any(name.startswith(peer) for name in measured.missing) is not installed
    assert all(result.cpu > 0 and result.peak > 0 for result in measured.results)
    return {result.name: result.facts for result in measured.results}


def test_a_site_is_crawled_by_all() -> None:
    """Ours finds every question that the studio asked; that all posts are kept, the row asserts."""
    facts = found(crawling.measure(5, 1))
    asked = sum(len(reading["answers"]) for reading in Studio.sample().readings("http://x"))
    assert list(facts)[:2] == ["mikroscope, crawl only", "mikroscope, crawl and build"]
    assert facts["mikroscope, crawl and build"] == asked
    assert facts["mikroscope, crawl only"] == facts["httpx in a loop"] == 0
    assert all(0 < count <= asked for name, count in facts.items() if name.startswith("Scrapy"))


def test_a_quiet_night_is_quiet() -> None:
    """Counted at the server: five requests at the most, and the floor's one."""
    facts = found(night.measure(5, 1))
    assert facts["mikroscope, crawl only"] == facts["mikroscope nightly"]
    assert 0 < facts["mikroscope nightly"] <= 5
    assert facts["httpx, one request"] == 1


def test_a_contender_that_leaves_posts_out_fails_the_row() -> None:
    """Else a program could be fast by doing less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crawling, "archived", lambda _: 3)
        with pytest.raises(RuntimeError, match="expected all"):
            crawling.measure(5, 1)


def test_a_program_that_fails_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    """And it is no measurement."""
    command = [
        sys.executable,
        "-c",
        "import sys; print('the reason', file=sys.stderr); sys.exit(3)",
    ]
    with pytest.raises(Exception, match="exit status 3"):
        cost(one_after_another([sys.executable, "-c", "pass"], command))
    assert "the reason" in capfd.readouterr().err


def test_the_peak_is_the_programs_own() -> None:
    """Not that of whoever starts it, which Linux counts with a child's."""
    held = b"x" * 200_000_000
    took = cost([sys.executable, "-S", "-c", "pass"])
    assert isinstance(took, Cost)
    assert took.peak < 100 < len(held) / 2**20


def test_a_row_tells_of_what_is_missing() -> None:
    """A peer that cannot be had fails nothing; ours may be several lines, the last is compared."""

    def absent(_: Path) -> list[str]:
        raise NotInstalled("nowhere")

    here = Program("here", lambda _: [sys.executable, "-S", "-c", "pass"], lambda _: 1)
    measured = run((here, Program("nowhere", absent, lambda _: 1)), 1, 1)
    assert (len(measured.results), measured.missing) == (1, ["nowhere"])
    results = [Result(name, cpu, 1, 1, 1) for name, cpu in
               (("less", 1.0), ("ours", 9.0), ("peer", 5.0), ("floor", 1.0))]  # fmt: skip
    row = Row("row", "a row", "post", "facts", 1, lambda _count, _rounds: measured, most=2, ours=2)
    told = Measured(results, ["nowhere"])
    said = summary([row], {"row": told})
    assert (
        "| a row | 1.0 / 1.0 / 1.0; 9.0 / 1.0 / 1.0 | ≤ 2 | peer 5.0 / 1.0 / 1.0 | peer |" in said
    )
    beside = summary([replace(row, beside={"peer": 0})], {"row": told})
    assert beside.endswith("| mikroscope |")  # it does no more than our first line
    none = summary([row], {"row": Measured([*results[:2], results[-1]], ["peer"])})
    assert none.endswith("|  | – |")  # nobody is ahead of nobody
    assert "Not installed, so not measured: nowhere." in section(row, told, 1, 1)
    alone = replace(row, ours=1)
    assert summary([alone], {"row": told}).endswith("peer 5.0 / 1.0 / 1.0 | mikroscope |")
    asked = [replace(one, waits=(one.cpu, one.cpu)) for one in results]
    within = replace(row, most=None, within=10)
    assert "≤ 10 ms over the floor: 0.0" in summary([within], {"row": Measured(asked, [])})
    assert "one round;" in section(row, told, 1, 1)


def test_pages_are_read_by_each_parser() -> None:
    """As plainly as a user would; none of them finds a question that we do not."""
    measured = reading.ROW.measure(4, 1)
    facts = {result.name: result.facts for result in measured.results}
    assert facts.pop("selectolax, parse and text") == 0
    assert all(0 < count <= facts["mikroscope"] for count in facts.values())


def test_a_plain_reading_reads_what_we_read() -> None:
    """Who, when, what was asked and whom they named."""
    parsel = pytest.importorskip("parsel")
    (page,) = saved_pages(1)
    said = reading.by_parsel(parsel.Selector(text=page.body.decode()))
    ours = read_page(page.body, page.url)
    assert said["presented"]["who"].strip() == ours.person
    assert said["published"] == str(ours.published)
    assert len(said["answers"]) == len(ours.answers)
    assert {named.name for named in ours.nominees} <= set(said["nominees"])


def test_figures_are_kept_of_the_items_that_a_row_says(capsys: pytest.CaptureFixture[str]) -> None:
    """A section that says 100,000 posts is of 100,000."""
    with pytest.raises(SystemExit) as ended:
        benchmark(["--items", "5", "--write"])
    assert ended.value.code == 2
    assert "leave --items out" in capsys.readouterr().err


def test_every_row_has_a_name_of_its_own() -> None:
    """`--only` asks for it."""
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert {"crawling", "night", "reading"} <= {row.name for row in ROWS}
