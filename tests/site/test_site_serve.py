"""`serve` starts when it can, says in one line why it cannot, and stops when told."""

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import DEFAULT_SETTINGS
from mcp import Client

from scraper.errors import DatabaseError, MikroscopeError, WrongUsage
from scraper.serve import Told, _listen, serve, settings

METADATA = Path(__file__).parent.parent.parent / "metadata.yml"
Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], str]]]


def _refused(database: Path, host: str = "127.0.0.1", port: int = 0) -> str:
    """Return the one line with which `serve` refuses, having said nothing before."""
    said: list[str] = []
    with pytest.raises(MikroscopeError) as refusal:
        serve(database, METADATA, host, port, said.append)
    assert said == []
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_a_missing_database_says_what_to_do(tmp_path: Path) -> None:
    """The first thing a new operator meets."""
    missing = tmp_path / "mikroscope.db"
    assert _refused(missing) == f"no database yet at {missing}: run `mikroscope build` first"
    assert not missing.exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Another file, or another database, is not served as the archive."""
    path = tmp_path / "mikroscope.db"
    path.write_text("not a database, though it has the name of one" * 100)
    with pytest.raises(DatabaseError):
        serve(path, METADATA, "127.0.0.1", 0, print)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert "is no database of interviews" in _refused(other)


def test_a_database_of_an_older_version_is_refused(
    tmp_path: Path, make_database: Callable[..., Path]
) -> None:
    """Else every search would be a fault; a build makes it anew from the archive."""
    path = make_database(tmp_path / "mikroscope.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE answers_fts_words")
    assert _refused(path) == (
        f"{path} was built by an older version (no such table: answers_fts_words):"
        " run `mikroscope build`"
    )


def test_a_port_in_use_is_said_in_one_line(archive: Path) -> None:
    """Nothing is printed before, and the other server is left alone."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert _refused(archive, port=port) == f"port {port} is in use; choose another with --port"


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("not a host", 8001)])
def test_an_address_that_cannot_be_is_refused(archive: Path, host: str, port: int) -> None:
    """One clear line, whatever was typed."""
    assert _refused(archive, host, port)


def test_missing_metadata_is_said(archive: Path, tmp_path: Path) -> None:
    """The path that cannot be read is named."""
    with pytest.raises(MikroscopeError, match=r"cannot read the metadata .*none\.yml"):
        serve(archive, tmp_path / "none.yml", "127.0.0.1", 0, print)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_told(archive: Path, running: Running, stop: signal.Signals) -> None:
    """Ctrl+C and a service manager end it with status 0 and no traceback."""
    with running(archive) as (program, address):
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - our own loopback server
            assert page.status == 200
        program.send_signal(stop)
        out, err = program.communicate(timeout=15)
        assert (program.returncode, out, err) == (0, "", "")


def test_a_language_model_asks_the_archive(archive: Path, running: Running) -> None:
    """The MCP server of the extra `tools`, asked by the protocol's own client: it only reads."""

    async def asked(address: str) -> tuple[set[str], Any, Any]:
        async with Client(f"{address}-/mcp") as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}

            async def run(sql: str) -> Any:
                return await client.call_tool("execute_sql", {"database": "mikroscope", "sql": sql})

            found = await run("SELECT name FROM people WHERE id = 'ines-vauclair'")
            refused = await run("DELETE FROM people")
            return tools, found, refused

    with running(archive) as (_, address):
        tools, found, refused = asyncio.run(asked(address))
    assert {"execute_sql", "get_database_schema"} <= tools
    assert found.structured_content["rows"] == [{"name": "Inès Vauclair"}]
    assert refused.is_error


def test_a_publication_shows_at_once(
    tmp_path: Path, running: Running, make_database: Callable[..., Path]
) -> None:
    """A build published into the live file is served without a restart."""
    path = make_database(tmp_path / "mikroscope.db", empty=True)
    fresh = make_database(tmp_path / "fresh.db")
    with running(path) as (_, address):
        for expected in ("Nothing under the lens yet", "Nadia Quelle"):
            with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - our own loopback server
                assert expected in page.read().decode()
            with closing(sqlite3.connect(fresh)) as source, closing(sqlite3.connect(path)) as live:
                source.backup(live)


def test_the_settings_are_datasettes_and_bounded() -> None:
    """Each is one that Datasette knows; time and rows have a limit."""
    chosen = settings()
    assert set(chosen) <= set(DEFAULT_SETTINGS)
    assert 0 < chosen["sql_time_limit_ms"] <= 2000
    assert 0 < chosen["max_returned_rows"] <= 1000


def test_behind_a_proxy_it_knows_its_address(archive: Path) -> None:
    """`serve --url` with a path: the site stands under it, and says it; beside it `--contact`."""
    said: list[str] = []
    program = """
import sys
from pathlib import Path
from scraper.serve import Told, serve
serve(Path(sys.argv[1]), Path(sys.argv[2]), "127.0.0.1", 0, told=Told(url="https://archive.example/mik", contact="a@b.example"))
"""
    command = [sys.executable, "-u", "-c", program, str(archive), str(METADATA)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            said.append(running.stdout.readline().removeprefix("Serving at ").strip())
            with urllib.request.urlopen(f"{said[0]}mik/sitemap.xml", timeout=30) as page:  # noqa: S310 - our own loopback server
                assert "<loc>https://archive.example/mik/baton</loc>" in page.read().decode()
            with urllib.request.urlopen(f"{said[0]}mik/about", timeout=30) as page:  # noqa: S310 - as above
                assert 'href="mailto:a@b.example"' in page.read().decode()
        finally:
            running.kill()


@pytest.mark.parametrize("url", ["archive.example", "ftp://a.example/", "https://", "https://[", "https://a.example/?x=1"])  # fmt: skip
def test_an_address_that_is_none_is_refused(archive: Path, url: str) -> None:
    """Before anything is said or served."""
    with pytest.raises(WrongUsage, match="--url"):
        serve(archive, METADATA, "127.0.0.1", 0, told=Told(url=url))


def test_answers_are_not_held_back() -> None:
    """The socket says that it is TCP: else each answer on a used connection waits for 40 ms."""
    with closing(_listen("127.0.0.1", 0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP
