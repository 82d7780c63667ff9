"""`serve`: the published database as a site, with settings fit for the internet.

Rule: it only starts Datasette; what the site is stands in the plugin `scraper.site`, so that
plain `datasette mikroscope.db -m metadata.yml` gives the same.
"""

import errno
import logging
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from datasette.app import Datasette
from datasette.utils import BadMetadataError, parse_metadata

from scraper.errors import DatabaseError, MikroscopeError, WrongUsage

# Datasette's settings, written out so that no later default loosens them. On another host say
# each of them as `--setting NAME VALUE`.
SETTINGS: dict[str, int | bool] = {
    "sql_time_limit_ms": 1000,  # one query, milliseconds
    "max_returned_rows": 1000,  # one query; CSV streams go on
    "num_sql_threads": 4,
    "default_page_size": 100,  # rows of a table page
    "allow_facet": True,
    "suggest_facets": False,  # of a large table they take five times as long as the page itself
    "default_facet_size": 30,  # values of one facet
    "facet_time_limit_ms": 200,
    "facet_suggest_time_limit_ms": 50,
    "default_allow_sql": True,  # SELECT only: the connection is read-only
    "allow_download": True,
    "allow_csv_stream": True,
    "max_csv_mb": 0,  # no limit: a table streams whole, page by page
    "truncate_cells_html": 2048,  # characters
    "default_cache_ttl": 5,  # seconds
    "template_debug": False,
    "trace_debug": False,
}
# Seconds that a quiet connection stays open: longer than proxies keep theirs (60 is usual), or now
# and then they would send a request into one that is just being closed.
KEPT_OPEN = 75
_OLD = "was built by an older version ({}): run `mikroscope build`"
# What a database must answer, and what is wrong where it does not: last what the schema learnt last.
_ASKED_FIRST = {
    "SELECT 1 FROM interviews LIMIT 1": "is no database of interviews: {}",
    "SELECT question_stems FROM answers_fts LIMIT 0": _OLD,
    "SELECT folded FROM answers_fts_words LIMIT 0": _OLD,
}
STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator says of the site.

    `notice` is a line that every page shows, `source` stands in place of what the metadata names. `url` is
    where visitors find the site behind a proxy: feeds, sitemap and citations say it. `contact` is an
    e-mail address or a page, for who wishes to be removed; every page leads there.
    """

    notice: str | None = None
    source: str | None = None
    url: str | None = None
    contact: str | None = None


def settings() -> dict[str, int | bool]:
    """Return the settings of Datasette that `serve` sets, as a table of name and value."""
    return dict(SETTINGS)


def serve(
    database: Path,
    metadata: Path,
    host: str,
    port: int,
    say: Callable[[str], None] = print,
    told: Told = Told(),
) -> None:
    """Serve `database` at `host`:`port` until SIGINT or SIGTERM; `say` is told where.

    The file is opened mutable, so that a new publication shows at once. Port 0 takes a free one.
    Raises DatabaseError where there is no database yet, and MikroscopeError where the address
    cannot be used or `metadata` cannot be read; both before anything is said.
    """
    _look_at(database)
    said = _read(metadata)
    if told.notice:
        said = {**said, "notice": told.notice}
    if told.source:
        said = {**said, "source": told.source, "source_url": None}
    ours = {"url": told.url, "contact": told.contact}
    said = _with(said, **{name: value for name, value in ours.items() if value})
    chosen: dict[str, int | bool | str] = {**settings()}
    if told.url:
        chosen["base_url"] = _base(told.url)
    site = Datasette([str(database)], metadata=said, settings=chosen)
    logging.getLogger("mcp").setLevel(logging.WARNING)  # the extra `tools` tells of every start
    with closing(_listen(host, port)) as listener:
        shown = f"[{host}]" if ":" in host else host
        say(f"Serving at http://{shown}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            site.app(), log_level="warning", access_log=False, timeout_keep_alive=KEPT_OPEN
        )
        with _stopped_quietly():
            uvicorn.Server(config).run(sockets=[listener])


def _look_at(database: Path) -> None:
    """Raise DatabaseError unless `database` is a file of ours, with all that the pages ask for."""
    if not database.is_file():
        raise DatabaseError(f"no database yet at {database}: run `mikroscope build` first")
    place = f"{database.resolve().as_uri()}?mode=ro"
    for asked, wrong in _ASKED_FIRST.items():
        try:
            with closing(sqlite3.connect(place, uri=True)) as found:
                found.execute(asked)
        except sqlite3.Error as error:
            raise DatabaseError(f"{database} {wrong.format(error)}") from error


def _base(url: str) -> str:
    """Return the path of `url` as a base_url; raise WrongUsage where it is no address of a site."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise WrongUsage(f"--url: expected https://HOST/ or https://HOST/PATH/, not {url}")
    return f"/{parts.path.strip('/')}/" if parts.path.strip("/") else "/"


def _with(said: dict[str, object], **ours: str) -> dict[str, object]:
    """Return the metadata with more settings of our plugin; what else stands there stays."""
    plugins = said.get("plugins")
    others = plugins if isinstance(plugins, dict) else {}
    held = others.get("mikroscope")
    return {
        **said,
        "plugins": {**others, "mikroscope": {**(held if isinstance(held, dict) else {}), **ours}},
    }


def _read(metadata: Path) -> dict[str, object]:
    """Return the metadata file's content; raise MikroscopeError where it has none."""
    try:
        content: dict[str, object] = parse_metadata(metadata.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadMetadataError) as error:
        raise MikroscopeError(f"cannot read the metadata {metadata}: {error}") from error
    return content


def try_port(host: str, port: int) -> None:
    """Raise MikroscopeError where `serve` could not listen at an address."""
    _listen(host, port).close()


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; raise MikroscopeError, in one line, where it cannot be."""
    if not 0 <= port <= 65_535:  # the system would take another instead
        raise MikroscopeError(f"there is no port {port}; choose one with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
    except (OSError, UnicodeError) as error:
        raise MikroscopeError(f"cannot serve at {host}:{port}: {error}") from error
    # Only of a socket that says it is TCP does asyncio switch off Nagle's waiting, which holds the
    # end of an answer back for 40 ms where a connection is used again.
    listener = socket.socket(family, kind, protocol)
    try:
        # A port just left may be taken again; one in use may not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise MikroscopeError(
                f"port {port} needs rights; choose another with --port"
            ) from error
        if error.errno == errno.EADDRINUSE:
            raise MikroscopeError(f"port {port} is in use; choose another with --port") from error
        raise MikroscopeError(f"cannot serve at {host}:{port}: {error.strerror}") from error
    return listener


@contextmanager
def _stopped_quietly() -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server without a traceback.

    uvicorn stops at them, and raises them again when it has stopped; here they end there.
    """
    before = {stop: signal.signal(stop, lambda *_: None) for stop in STOPS}
    try:
        yield
    finally:
        for stop, handler in before.items():
            signal.signal(stop, handler)
