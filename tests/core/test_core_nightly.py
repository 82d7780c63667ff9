"""What cron calls: one night after another, never two at once, and lines that a log can keep."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from pkgutil import resolve_name

import pytest
import yaml

from scraper.cli import COMMANDS
from scraper.errors import GaveUp
from scraper.fetch import Fetcher, Limits
from scraper.folder import DataFolder
from scraper.sample import FAULTS, Site, Studio
from scraper.urls import authorities_of
from tests.core.program import PATIENCE, ROOT, dump, mikroscope, rows, tree, within
from tests.network.servers import Time


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


def test_a_crawl_that_takes_too_long_leaves_time_to_publish(folder: DataFolder, site: Site) -> None:
    """It stops at three quarters of the deadline; what is there is built and exported, and said."""
    options = ("--data", folder.root, "--site", site.url, "--full", "--delay", 60)
    done = mikroscope("nightly", *options, "--deadline", 40 / 3600)
    assert "stopped early: the time of the run, 30 s, allows no more" in done.stderr
    assert "24 posts" in done.stdout
    assert set(tree(folder.exports)) >= {"csv/posts.csv", "spotlights.json", "SHA256SUMS"}


def test_a_run_does_not_wait_past_its_end(site: Site) -> None:
    """A wait that would end behind it is not begun; nothing more is asked."""
    time_ = Time()
    with Fetcher(
        contact="a test",
        delay=4,
        hosts=authorities_of(site.url),
        clock=time_.clock(),
        limits=Limits(run=10),
    ) as fetcher:
        for _ in range(2):
            fetcher.get(f"{site.url}en/news/")
        with pytest.raises(GaveUp, match="10 s, allows no more"):
            fetcher.get(f"{site.url}en/news/")
    assert time_.slept == [4, 4]


@pytest.mark.parametrize("hanging", ["overrides.yml", "robots.txt"])
def test_a_night_that_hangs_is_ended_by_its_own_deadline(
    hanging: str, folder: DataFolder, site: Site
) -> None:
    """In a build that waits for ever, or a server that does; the next night finds all in order."""
    before = rows(folder.database, "SELECT count(*), max(last_seen) FROM posts")
    if hanging == "overrides.yml":
        os.mkfifo(folder.root / "overrides.yml")  # nobody ever writes into it
    else:
        site.faults["/robots.txt"] = FAULTS["silence"]
    options = ("--data", folder.root, "--site", site.url, "--delay", 0)
    began = time.monotonic()
    done = mikroscope("nightly", *options, "--deadline", 2.5 / 3600, status=1)
    assert time.monotonic() - began < 20
    assert done.stderr.splitlines()[-1] == (
        "mikroscope: ended after 2.5 s, its deadline; what was finished is kept"
    )
    assert rows(folder.database, "SELECT count(*), max(last_seen) FROM posts") == before
    (folder.root / "overrides.yml").unlink(missing_ok=True)
    site.faults.clear()
    mikroscope("nightly", *options)


def test_what_hears_no_signal_is_ended_too(tmp_path: Path) -> None:
    """Work that never comes back to Python ends with the program, and frees the lock."""
    program = (
        "import sqlite3, sys\n"
        "from pathlib import Path\n"
        "from scraper.folder import DataFolder\n"
        "from scraper.nightly import ended_after\n"
        "with DataFolder(Path(sys.argv[1])).locked(), ended_after(0.3, grace=0.5):\n"
        "    sqlite3.connect(':memory:').execute('WITH RECURSIVE n (i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n')\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    with DataFolder(tmp_path).locked():
        pass


@pytest.mark.parametrize("deadline", ["0", "-1", "nan", "inf", "soon"])
def test_a_deadline_is_a_number_of_hours(tmp_path: Path, deadline: str) -> None:
    """Anything else is wrong usage, before anything is asked."""
    mikroscope("nightly", "--data", tmp_path / "d", "--deadline", deadline, status=2)


# --- what the README says


def _blocks(language: str) -> list[str]:
    """Return the README's blocks of code in a language."""
    return re.findall(
        rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )


def test_the_units_of_the_readme_are_sound(tmp_path: Path) -> None:
    """To systemd itself; the program's path is replaced by one that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed here")
    (units,) = _blocks("ini")
    names = []
    for part in units.split("# /etc/systemd/system/")[1:]:
        name, _, text = part.partition("\n")
        names.append(tmp_path / name)
        names[-1].write_text(text.replace("/opt/mikroscope/bin/mikroscope", sys.executable))
    assert [name.suffix for name in names] == [".service", ".timer"]
    command = ["systemd-analyze", "verify", "--man=no", *map(str, names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    said = [line for line in done.stderr.splitlines() if "mikroscope" in line]
    assert (done.returncode, said) == (0, [])


def test_the_workflow_of_the_readme_runs_commands_that_exist() -> None:
    """It is YAML, at night, and each of its own commands is taken by the program."""
    (text,) = _blocks("yaml")
    job = yaml.safe_load(text)
    assert job[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    (steps,) = [one["steps"] for one in job["jobs"].values()]
    lines = [line.strip() for step in steps for line in step.get("run", "").splitlines()]
    ours = [line.split()[1:] for line in lines if line.startswith("mikroscope ")]
    assert ours
    for command, *options in ours:
        known = resolve_name(COMMANDS[command])
        taken = {opt for param in known.params for opt in param.opts}
        assert {option for option in options if option.startswith("--")} <= taken


def test_the_crontab_line_of_the_readme_runs(tmp_path: Path, site: Site) -> None:
    """As a shell runs it, with the folder, the log and the site of the test."""
    ((line,),) = [block.strip().splitlines() for block in _blocks("crontab")]
    assert line.split()[:5] == ["17", "3", "*", "*", "*"]
    command = line.split(None, 5)[5]
    command = command.replace("/opt/mikroscope/bin/mikroscope", f"{sys.executable} -m scraper")
    command = command.replace("/srv/mikroscope", str(tmp_path / "data"))
    command = command.replace("/var/log/mikroscope.log", str(tmp_path / "log"))
    command = command.replace("nightly", f"nightly --site {site.url} --delay 0")
    subprocess.run(["/bin/sh", "-c", command], check=True, timeout=PATIENCE, cwd=ROOT)
    assert re.search(r"; \d\d files exported$", (tmp_path / "log").read_text().strip())


def test_what_is_backed_up_is_enough(folder: DataFolder, tmp_path: Path) -> None:
    """The archive and what people decided, without anything derived: the same database again."""
    within("forget", "Noor Abidelle", "--data", folder.root)
    before = dump(folder.database)
    ((line,),) = [
        [line for line in block.splitlines() if line.startswith("tar ")]
        for block in _blocks("sh")
        if "tar " in block
    ]
    saved = tmp_path / "saved.tar"
    command = line.replace("/srv/mikroscope", str(folder.root)).replace("backup.tar", str(saved))
    subprocess.run(["/bin/sh", "-c", command], check=True, timeout=PATIENCE)
    other = DataFolder(tmp_path / "restored")
    other.root.mkdir()
    subprocess.run(["tar", "-xf", saved, "-C", other.root], check=True, timeout=PATIENCE)
    assert not other.database.exists()
    within("build", "--data", other.root)
    assert dump(other.database) == before
    assert within("verify", "--data", other.root)[0] == "all is well\n"
