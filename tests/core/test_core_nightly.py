"""What cron calls: one night after another, never two at once, and lines that a log can keep."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from scraper.folder import DataFolder
from scraper.sample import FAULTS, Site, Studio
from tests.core.program import PATIENCE, mikroscope, rows, tree


def test_a_night_does_all_of_it(tmp_path: Path, site: Site) -> None:
    """Archive, database and exports, and one line that says what came of it."""
    data = tmp_path / "data"
    done = mikroscope("nightly", "--data", data, "--site", site.url, "--delay", 0)
    assert done.stdout.count("\n") == 1
    for part in ("24 posts of 18 interviews", "0 failed", "files exported"):
        assert part in done.stdout
    assert f"{len(tree(data / 'exports'))} files exported" in done.stdout
    assert rows(data / "mikroscope.db", "SELECT count(*) FROM posts") == [(24,)]
    assert "\x1b" not in done.stderr
    assert "\r" not in done.stderr


def test_two_nights_never_overlap(tmp_path: Path, site: Site) -> None:
    """The second says so and exits with 1; the first goes on to its end."""
    data = tmp_path / "data"
    command = (sys.executable, "-m", "scraper", "nightly", "--data", str(data), "--site", site.url)
    with subprocess.Popen(
        [*command, "--delay", "0.02"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as first:
        while first.poll() is None and not site.requests:
            pass
        second = mikroscope(*command[3:], status=1)
        assert second.stderr.startswith("mikroscope: another run is at work")
        said, _ = first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert "24 posts" in said


def test_json_logs_are_json(tmp_path: Path, site: Site) -> None:
    """Each line on stderr is an object with time and event, the error of the end among them."""
    data = tmp_path / "data"
    options = ("--data", data, "--delay", 0, "--json-logs")
    done = mikroscope("crawl", "--site", site.url, *options)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert len([event for event in events if event["event"] == "step"]) >= 24
    assert all(event["at"] and event["text"] for event in events)
    (data / "expectations.yml").write_text("counts: {posts: {min: 99}}")
    failed = mikroscope("build", "--data", data, "--json-logs", status=3)
    (error,) = map(json.loads, failed.stderr.splitlines())
    assert (error["event"], "posts: 24" in error["text"]) == ("error", True)


def test_a_terminal_gets_a_bar(tmp_path: Path, site: Site) -> None:
    """Colours and movement, where there is somebody to see them."""
    here, there = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-m", "scraper", "crawl", "--data", str(tmp_path / "data"),
             "--site", site.url, "--delay", "0"],
            stderr=there, stdout=subprocess.DEVNULL, check=True, timeout=PATIENCE,
            env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        shown = os.read(here, 65536)
    finally:
        os.close(here)
        os.close(there)
    assert b"\x1b[" in shown


def test_one_page_that_fails_does_not_end_the_night(folder: DataFolder, site: Site) -> None:
    """It is counted and named; everything else is published."""
    slug = "under-the-mikroscope-noor-abidelle"
    site.studio = Studio.sample().changed(slug)
    site.faults[f"/en/news/{slug}/"] = FAULTS["forbidden"]
    done = mikroscope("nightly", "--data", folder.root, "--site", site.url, "--delay", 0)
    assert "1 failed" in done.stdout
    assert "24 posts" in done.stdout
