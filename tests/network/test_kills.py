"""A run that is killed, crowded out or short of room: what was completed stays, the next goes on.

A nursery, started once, forks a real `mikroscope crawl` for each kill, so that two hundred of them
cost seconds. It is killed at a random moment, or by the kernel at a given byte of its segment: a
process that writes past its file size limit dies of SIGXFSZ in the middle of the write.
"""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time as real_time
import zlib
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from scraper.archive import Archive
from tests.network.servers import News, Server

KILLS = 200
NURSERY = """
import gc, json, os, resource, signal, sys, time
from scraper.cli import main
gc.freeze()
for line in sys.stdin:
    order = json.loads(line)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        for number in (1, 2):
            os.dup2(into, number)
        if order["limit"]:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"],) * 2)
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if order["die"] else signal.SIG_IGN)
        try:
            main(order["arguments"])
        except SystemExit as stop:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(stop.code or 0)
    os.close(into)
    if order["after"] is not None:
        time.sleep(order["after"])
        os.kill(child, signal.SIGKILL)
    said = b"".join(iter(lambda: os.read(out, 65536), b"")).decode()
    os.close(out)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps({"status": status, "said": said}), flush=True)
"""
Crawl = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """Give the process that forks runs."""
    program = [sys.executable, "-c", NURSERY]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def run(nursery: subprocess.Popen[str], news: News, server: Server, tmp_path: Path) -> Crawl:
    """Give one crawl of a site of three posts: exit status (negative: the signal) and what was said."""
    news.rest = False
    for number in range(3):
        news.write(
            f"/en/news/p{number}/",
            f"words {number} " + hashlib.sha512(str(number).encode()).hexdigest() * 9,
        )

    def crawl(
        *more: str, after: float | None = None, limit: int | None = None, die: bool = True
    ) -> tuple[int, str]:
        options = ["--data", str(tmp_path), "--site", server.url, "--delay", "0", *more]
        order: dict[str, Any] = {"arguments": ["crawl", *options]}
        assert nursery.stdin
        assert nursery.stdout
        print(
            json.dumps(order | {"after": after, "limit": limit, "die": die}),
            file=nursery.stdin,
            flush=True,
        )
        answer = json.loads(nursery.stdout.readline())
        return answer["status"], answer["said"]

    return crawl


def whole_members(path: Path) -> list[bytes]:
    """Return the complete gzip members of a file, read with nothing of the program."""
    rest, found = path.read_bytes(), []
    while rest:
        inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
        inflater.decompress(rest)
        if not inflater.eof:
            break
        end = len(rest) - len(inflater.unused_data)
        found.append(rest[:end])
        rest = rest[end:]
    return found


def test_killed_at_any_moment_no_completed_record_is_lost(run: Crawl, tmp_path: Path) -> None:
    """Two hundred kills, twenty to an archive; what was complete at each is there at the end."""
    run()
    began = real_time.monotonic()
    status, said = run("--full")
    length = real_time.monotonic() - began
    assert status == 0, said
    dice = random.Random(4)  # noqa: S311 - the same moments each time, not a secret
    ends = [
        kill_often(run, tmp_path / f"data{number}", dice, length) for number in range(KILLS // 20)
    ]
    # A run that was quicker than the dice thought had ended by itself.
    assert sum(ends) > KILLS * 0.4


def kill_often(run: Crawl, data: Path, dice: random.Random, length: float) -> int:
    """Kill twenty runs in one data folder, see that nothing is lost; return how many were killed."""
    folder, killed = data / "archive", 0
    complete: dict[str, list[bytes]] = {}
    for _ in range(20):
        status, said = run("--full", "--data", str(data), after=dice.uniform(0.01, length))
        assert status in {0, -signal.SIGKILL}, said
        killed += status == -signal.SIGKILL
        if newest := max(folder.glob("*.warc.gz"), default=None):
            complete[newest.name] = whole_members(newest)
    status, said = run("--full", "--data", str(data))
    assert (status, "Traceback" in said) == (0, False)
    for name, members in complete.items():
        path = folder / name
        assert whole_members(path)[: len(members)] == members if members else not path.exists()
    archive = Archive(folder)
    assert list(archive.verify()) == []
    assert all(archive.read(capture) for capture in archive.captures())
    return killed


def test_killed_at_every_write_the_next_run_says_what_it_found(run: Crawl, tmp_path: Path) -> None:
    """Just inside each record, and in the middle of it: the half record goes, the others stay."""
    folder = tmp_path / "archive"
    run()
    (path,) = folder.glob("*.warc.gz")
    ends = [0, *accumulate(len(member) for member in whole_members(path))]
    assert len(ends) > 12
    limits = [place for start, end in pairwise(ends) for place in (start + 2, (start + end) // 2)]
    halves = 0
    for limit in limits:
        for file in folder.iterdir():
            file.unlink()
        status, _ = run(limit=limit)
        if status == 0:  # the last record of this run was the shorter one
            continue
        assert status == -signal.SIGXFSZ
        (path,) = folder.glob("*.warc.gz")
        assert path.stat().st_size == limit
        members, name = whole_members(path), path.name
        status, said = run("--max-requests", "1")
        assert status == 0, said
        # Records differ by a few bytes from run to run: now and then the byte is just the last.
        if sum(map(len, members)) < limit:
            assert f"{name}: " in said
            assert "incomplete record cut off" in said or "before its first record" in said
            halves += 1
        assert whole_members(folder / name) == members if members else not path.exists()
    # The places amid a record are safe from those few bytes; those at its start are not.
    assert halves >= len(limits) // 2
    status, said = run()
    assert status == 0, said
    archive = Archive(folder)
    assert list(archive.verify()) == []
    assert len({c.url for c in archive.captures() if "/news/p" in c.url}) == 3


def test_a_full_disk_ends_a_crawl_with_one_clear_line(run: Crawl, tmp_path: Path) -> None:
    """The archive is intact, and with room again the next run brings the rest."""
    status, said = run(limit=4_500, die=False)
    assert status == 1
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("mikroscope: cannot write ")
    archive = Archive(tmp_path / "archive")
    held = {c.url for c in archive.captures()}
    assert held
    assert list(archive.verify()) == []
    assert run()[0] == 0
    after = Archive(tmp_path / "archive")
    assert held < {c.url for c in after.captures()}
    assert len({c.url for c in after.captures() if "/news/p" in c.url}) == 3


def test_the_second_of_two_runs_says_so_and_leaves(
    run: Crawl, server: Server, tmp_path: Path
) -> None:
    """It asks for nothing and writes nothing."""
    run()
    before = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "archive").iterdir()}
    server.asked.clear()
    with FileLock(tmp_path / "mikroscope.lock"):
        status, said = run()
    assert (status, server.asked) == (1, [])
    assert said.startswith("mikroscope: another run is at work in ")
    assert before == {f.name: f.stat().st_mtime_ns for f in (tmp_path / "archive").iterdir()}
    assert run()[0] == 0
