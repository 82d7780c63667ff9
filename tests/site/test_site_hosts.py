"""Any Datasette host gives the site that `mikroscope serve` gives."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import httpx

from scraper.serve import settings

ROOT = Path(__file__).parent.parent.parent
Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], str]]]
PATHS = [
    "", "spotlights?studio=Paris", "spotlights/ines-vauclair-talk?lang=fr", "baton", "search?q=films", "about",
    "questions/best-part", "people/samir-waiting", "feed.atom", "robots.txt", "nope", "favicon.ico",
    "mikroscope", "mikroscope/people", "mikroscope/answers", "mikroscope/who_is_waiting", "mikroscope/answers.csv",
    "spotlights/ines-vauclair-talk.json", "-/static-plugins/mikroscope/site.css",
]  # fmt: skip


def _port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        port: int = door.getsockname()[1]
        return port


def _answered(address: str, path: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text, without what is bound to differ: address, port, time."""
    answer = httpx.get(address + path, timeout=30)
    headers = {
        name: value.replace(address, "http://here/") for name, value in answer.headers.items()
        if name not in ("date", "server", "etag", "content-length")
    }  # fmt: skip
    # How long it took is of the moment, and an empty line nobody sees.
    here = answer.text.replace(address, "http://here/")
    text = re.sub(r"Queries took [\d.]+ms|^\s+$", "", here, flags=re.MULTILINE)
    return answer.status_code, headers, text


def test_plain_datasette_gives_the_same_site(archive: Path, running: Running) -> None:
    """`datasette mikroscope.db -m metadata.yml`, nothing else: same pages, data, headers, errors."""
    port = _port()
    command = [
        sys.executable,
        "-m",
        "datasette",
        str(archive),
        "-m",
        str(ROOT / "metadata.yml"),
        "-p",
        str(port),
    ]
    with running(archive) as (_, served), subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
    ) as plain:  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}/"
            _wait_for(port)
            for path in PATHS:
                assert _answered(served, path) == _answered(address, path), path
        finally:
            plain.kill()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Datasette did not start")


def test_limits_for_other_hosts_are_written_down() -> None:
    """README names the limits that `serve` sets, with their values."""
    text = (ROOT / "README.md").read_text("utf-8")
    for name in ("sql_time_limit_ms", "max_returned_rows", "max_csv_mb", "facet_time_limit_ms"):
        assert f"--setting {name} {settings()[name]}" in text


def test_the_settings_are_in_force(archive: Path, running: Running) -> None:
    """A query for more rows than the limit is cut and says so; one without an end is stopped."""
    endless = "with recursive c(n) as (select 1 union all select n+1 from c)"
    with running(archive) as (_, address):
        ask = f"{address}mikroscope.json"
        rows = httpx.get(ask, params={"sql": f"{endless} select n from c limit 5000"}, timeout=30)
        assert (len(rows.json()["rows"]), rows.json()["truncated"]) == (1000, True)
        began = time.monotonic()
        stopped = httpx.get(ask, params={"sql": f"{endless} select max(n) from c"}, timeout=30)
        assert stopped.status_code == 400
        assert time.monotonic() - began < 10
        for sql in (
            "delete from people",
            "attach 'x' as y",
            "pragma journal_mode=delete",
            "vacuum",
        ):
            assert httpx.get(ask, params={"sql": sql}, timeout=30).status_code == 400
