"""What a person sees while a run goes on, and what a log keeps of it."""

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from scraper.report import Bar, Json, Plain
from scraper.sources.work import Report
from tests.network.servers import Answer, News, Server

LONG = "https://www.studio.example/en/news/under-the-mikroscope-" + "a-very-long-name-" * 9
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def drawn(width: int, act: Callable[[Bar], None]) -> list[str]:
    """Return the lines that a terminal of this width was shown."""
    shown = io.StringIO()
    bar = Bar(Console(file=shown, force_terminal=True, width=width))
    act(bar)
    bar._progress.refresh()
    bar.close()
    return [line for line in re.split(r"[\r\n]+", ESCAPES.sub("", shown.getvalue())) if line]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_long_address_leaves_room_for_how_many_are_left(width: int) -> None:
    """And for the name of the page, rather than for that of the site."""
    lines = drawn(width, lambda bar: bar.step(f"fetching {LONG}", 7, 24))
    assert any("7 done, 17 left" in line for line in lines)
    assert any("fetching /en/ne" in line for line in lines)
    assert all(len(line) <= width for line in lines)


def test_the_bar_says_why_it_stands_still() -> None:
    """The usual delay beside the bar, all else also above it, where it stays."""

    def act(bar: Bar) -> None:
        bar.step("fetching x", 7, 24)
        bar.wait(1.0, "")

    assert any("(1.0 s between requests)" in line for line in drawn(80, act))
    told = drawn(80, lambda bar: bar.wait(30.0, "host answered 503"))
    assert "waiting 30 s: host answered 503" in [line.strip() for line in told]


@pytest.mark.parametrize("make", [Plain, lambda stream: Json(stream, lambda: NOW)])
def test_a_log_names_waits_that_are_not_the_usual_one(
    make: Callable[[io.StringIO], Report],
) -> None:
    """A line for each second would say nothing."""
    stream = io.StringIO()
    report = make(stream)
    report.wait(1.0, "")
    report.wait(30.0, "host answered 503")
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)["text"] if line.startswith("{") else line
    assert said == "waiting 30 s: host answered 503"


def on_a_terminal(*options: str) -> str:
    """Run the program on a terminal of its own; return what it showed."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "scraper", *options],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "90"},
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:
        pass  # the other end is closed: the program has ended
    finally:
        run.wait()
        os.close(ours)
    return ESCAPES.sub("", shown.decode())


def test_a_crawl_on_a_terminal_shows_what_is_left_and_why_it_waits(
    news: News, tmp_path: Path
) -> None:
    """A real program on a real terminal."""
    for number in range(4):
        news.write(f"/en/news/p{number}/", "loupe")
    good, left = news.server.table["/en/news/p1/"], [Answer(503, headers={"Retry-After": "1"})]
    assert callable(good)
    news.server.table["/en/news/p1/"] = lambda asked: left.pop() if left else good(asked)
    news.rest = False
    del news.server.table["/wp-json/wp/v2/posts"]
    shown = on_a_terminal(
        "crawl", "--data", str(tmp_path), "--site", news.server.url, "--delay", "0.2"
    )
    assert re.search(r"\d done, \d left \(0\.\d s between requests\) fetching /en/news/", shown)
    assert "waiting 1 s: " in shown
    assert "answered 503" in shown


def mikroscope(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the program as cron would."""
    return subprocess.run(
        [sys.executable, "-m", "scraper", *options], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("robots", "said"),
    [
        (Answer(503, b"be right back"), "robots.txt"),
        (Answer(200, b"User-agent: *\nDisallow: /\n"), "robots.txt forbids it"),
    ],
)
def test_a_run_that_could_ask_for_nothing_has_failed(
    robots: Answer, said: str, server: Server, tmp_path: Path
) -> None:
    """Cron hears of it, though some bytes came."""
    server.table["/robots.txt"] = Answer(
        robots.status, robots.body, {"Retry-After": "0"} if robots.status == 503 else {}
    )
    ended = mikroscope("crawl", "--data", str(tmp_path), "--site", server.url, "--delay", "0")
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "no answer of use" in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "options",
    [
        ("crawl", "--site", "ftp://studio.example/"),
        ("nightly", "--site", "nonsense"),
        ("crawl", "--from", "wayback", "--endpoint", "nonsense"),
        ("import", "misspelt.warc"),
        ("import", "--url", "nonsense", __file__),
    ],
)
def test_what_cannot_be_meant_makes_no_data_folder(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    """A typing error leaves nothing behind."""
    ended = mikroscope(*options, "--data", str(tmp_path / "data"))
    assert ended.returncode in {1, 2}
    assert not (tmp_path / "data").exists()


def test_a_crawl_without_a_contact_says_so(server: Server, tmp_path: Path) -> None:
    """A guest says how to be reached."""
    options = ("crawl", "--data", str(tmp_path), "--site", server.url, "--delay", "0")
    assert "no contact given" in mikroscope(*options).stderr
    assert "no contact given" not in mikroscope(*options, "--contact", "a@example.org").stderr


def test_addresses_in_a_data_folder_are_asked_for_on_any_site(news: News, tmp_path: Path) -> None:
    """Those that ship with the program are of the studio alone."""
    news.rest = news.sitemap = False
    news.publish()
    news.server.table["/fr/news/hidden/"] = Answer(body=b"<p>x")
    (tmp_path / "known_urls.txt").write_text(f"{news.server.url}/fr/news/hidden\n")
    mikroscope("crawl", "--data", str(tmp_path), "--site", news.server.url, "--delay", "0")
    assert "/fr/news/hidden/" in news.server.paths()
