"""The rows of the benchmark that run whole programs: each really runs, and finds what is there.

Of costs nothing is asserted; a peer that is not installed is named as missing.
"""

import shutil
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import crawling, night
from benchmarks.__main__ import ROWS
from benchmarks.programs import Cost, Program, cost, one_after_another, run
from benchmarks.report import section, summary
from benchmarks.row import Measured, Result, Row
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
        raise FileNotFoundError("nowhere")

    here = Program("here", lambda _: [sys.executable, "-S", "-c", "pass"], lambda _: 1)
    measured = run((here, Program("nowhere", absent, lambda _: 1)), 1, 1)
    assert (len(measured.results), measured.missing) == (1, ["nowhere"])
    results = [Result(name, cpu, 1, 1, 1) for name, cpu in
               (("less", 1.0), ("ours", 9.0), ("peer", 5.0), ("floor", 1.0))]  # fmt: skip
    row = Row("row", "a row", "post", "facts", 1, lambda _count, _rounds: measured, most=2, ours=2)
    told = Measured(results, ["nowhere"])
    assert "| a row | 1.0 / 9.0 | ≤ 2 | peer 5.0 | peer |" in summary([row], {"row": told})
    assert "Not installed, so not measured: nowhere." in section(row, told, 1, 1)
    alone = replace(row, ours=1)
    assert "| a row | 1.0 | ≤ 2 | ours 9.0; peer 5.0 | less |" in summary([alone], {"row": told})


def test_every_row_has_a_name_of_its_own() -> None:
    """`--only` asks for it."""
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert {"crawling", "night", "reading"} <= {row.name for row in ROWS}
