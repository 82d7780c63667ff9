"""How requests come in: by which path, host and method, and who may see what."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.app import Datasette
from datasette.utils import parse_metadata

from scraper.site.doors import CLOSED
from scraper.site.safety import HEADERS

Get = Callable[..., httpx.Response]
METADATA = Path(__file__).parent.parent.parent / "metadata.yml"
READ = ["/", "/spotlights", "/spotlights/ines-vauclair-talk.json", "/search?q=film", "/feed.atom", "/llms.txt", "/mikroscope.db"]  # fmt: skip


def answered(
    *files: Path,
    path: str,
    method: str = "GET",
    said: dict[str, Any] | None = None,
    **settings: Any,
) -> httpx.Response:
    """Return what Datasette over `files` answers; `said` is added to the metadata."""
    metadata = {**parse_metadata(METADATA.read_text("utf-8")), **(said or {})}
    site = Datasette([str(file) for file in files], metadata=metadata, settings=settings)
    headers = settings.pop("headers", None)

    async def ask() -> httpx.Response:
        # Not `site.client`, which adds base_url by itself.
        transport = httpx.ASGITransport(app=site.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://visited") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("prefix", ["/arch", ""])
@pytest.mark.parametrize("page", ["/", "/spotlights", "/spotlights/ines-vauclair-talk", "/search?q=film", "/mikroscope", "/mikroscope/answers?_size=5", "/mikroscope/people/ines-vauclair", "/mikroscope?sql=select+1"])  # fmt: skip
def test_under_a_path_every_link_leads_there(archive: Path, page: str, prefix: str) -> None:
    """Whether the proxy passes the path on or takes it away; Datasette's pages and ours."""
    html = answered(archive, path=f"{prefix}{page}", base_url="/arch/").text
    links = set(re.findall(r'(?:href|action|src)="(/[^"]*)"', html))
    assert len(links) > 10
    assert [one for one in links if not one.startswith("/arch/") or "/arch/arch/" in one] == []


@pytest.mark.parametrize("page", ["/mikroscope/answers?_size=5", "/mikroscope", "/spotlights"])
def test_links_under_a_path_are_answered(archive: Path, page: str) -> None:
    """Followed, each is a page, a file or data."""
    html = answered(archive, path=f"/arch{page}", base_url="/arch/").text
    links = sorted(set(re.findall(r'href="(/[^"]*)"', html)))
    for one in links[::3]:
        there = answered(archive, path=one.replace("&amp;", "&"), base_url="/arch/")
        assert there.status_code == 200, one


def test_data_under_a_path_leads_on_there(archive: Path) -> None:
    """The next page of JSON, and the way to the path without its slash."""
    page = answered(archive, path="/arch/mikroscope/answers.json?_size=5", base_url="/arch/")
    assert page.json()["next_url"].startswith("http://visited/arch/mikroscope/answers.json?")
    assert answered(archive, path="/arch", base_url="/arch/").headers["location"] == "/arch/"


def test_the_host_is_the_one_that_is_said(archive: Path) -> None:
    """With `url` in the metadata, no visitor's `Host` gets into a link; without, the request's does."""
    plugins = {"plugins": {"mikroscope": {"url": "https://archive.example/"}}}
    for path in (
        "/feed.atom",
        "/mikroscope/answers.json?_size=5",
        "/spotlights/ines-vauclair-talk",
    ):
        told = answered(archive, path=path, said=plugins)
        assert "https://archive.example/" in told.text
        assert "http://visited" not in told.text
        assert "http://visited" in answered(archive, path=path).text


@pytest.mark.parametrize("path", ["/", "/search", "/mikroscope", "/mikroscope/people", "/nope"])
def test_the_site_is_for_reading(archive: Path, path: str) -> None:
    """Other methods are refused, with what is allowed (RFC 9110 §15.5.6)."""
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = answered(archive, path=path, method=method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/", "/feed.atom", "/mikroscope", "/mikroscope/people.json", "/mikroscope/answers.csv", "/mikroscope.db", "/nope"])  # fmt: skip
def test_head_is_answered_as_get(archive: Path, path: str) -> None:
    """Same status and headers (RFC 9110 §9.3.2)."""
    got, asked = answered(archive, path=path), answered(archive, path=path, method="HEAD")
    for answer in (got, asked):
        answer.headers.pop(
            "content-length", None
        )  # JSON of a table tells the moment's milliseconds
    assert (asked.status_code, asked.headers) == (got.status_code, got.headers)


@pytest.mark.parametrize("path", sorted(CLOSED))
def test_tools_of_administrators_are_closed(archive: Path, path: str) -> None:
    """They tell where files stand, or set cookies."""
    for ending in ("", "/"):
        assert answered(archive, path=path + ending).status_code in (302, 404)


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize(
    "said",
    [
        {"allow": {"id": "root"}},
        {"databases": {"mikroscope": {"allow": {"id": "root"}}}},
        {"databases": {"mikroscope": {"tables": {"answers": {"allow": {"id": "root"}}}}}},
    ],
    ids=["site", "database", "table"],
)
def test_what_datasette_keeps_from_visitors_our_pages_keep(
    archive: Path, path: str, said: dict[str, Any]
) -> None:
    """`allow` in the metadata, of the whole, of the database, of a table."""
    answer = answered(archive, path=path, said=said)
    assert answer.status_code == 403
    assert "Vauclair" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_the_download_can_be_closed_alone(archive: Path) -> None:
    """By Datasette's setting, and by its permission."""
    closed = {"databases": {"mikroscope": {"allow_download": False}}}
    assert answered(archive, path="/mikroscope.db", allow_download=False).status_code == 404
    assert answered(archive, path="/", said=closed).status_code == 200


def test_among_databases_the_archive_is_the_one_of_its_name(
    archive: Path, tmp_path: Path, make_database: Callable[..., Path]
) -> None:
    """Another beside it changes nothing; two others are no archive, and none is handed out."""
    others = [make_database(tmp_path / f"{name}.db", empty=True) for name in ("a", "b")]
    assert "Vauclair" in answered(*others, archive, path="/spotlights").text
    assert answered(others[0], path="/spotlights").status_code == 200
    for path in ("/spotlights", "/mikroscope.db", "/llms.txt"):
        assert answered(*others, path=path).status_code == 404


ODD = ["%2F", "%2F%2F", "%00", "%2E%2E", "%2e%2e%2f", "%ED%A0%80", "%ff", "%0d%0aX-A:b", "%25", "%zz", "~2F", "a" * 5000, "%5C", "' OR 1=1",
       "%F0%9F%92%A5", "x%20y", "x;y", "<script>"]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_an_odd_id_is_of_nothing_that_is_there(archive: Path, odd: str) -> None:
    """Each page says so at once, and leads nowhere else; Datasette's may first lead to their spelling."""
    for form in (
        "/spotlights/{}",
        "/spotlights/{}.json",
        "/spotlights/{}.bib",
        "/people/{}",
        "/questions/{}.json",
    ):
        answer = answered(archive, path=form.format(odd))
        assert answer.status_code in (400, 404)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    for form in ("/mikroscope/{}", "/mikroscope/people/{}", "/{}", "/mikroscope/{}.csv"):
        answer = answered(archive, path=form.format(odd))
        assert answer.status_code in (302, 400, 404)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        leads = answer.headers.get("location", "/")
        assert leads.startswith("/")
        assert not leads.startswith("//")


def _raw(
    archive: Path, raw: bytes, *headers: tuple[bytes, bytes]
) -> tuple[int, dict[bytes, bytes]]:
    """Return status and headers of the answer to bytes that no client would send."""
    metadata = parse_metadata(METADATA.read_text("utf-8"))
    app = Datasette([str(archive)], metadata=metadata).app()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "scheme": "http", "raw_path": raw, "query_string": b"",
             "path": raw.decode("latin-1"), "headers": [(b"host", b"visited"), *headers]}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], {name.lower(): value for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(
    "raw",
    [
        b"/people/\xff",
        "/é".encode(),
        b"/people/\x00",
        b"/people/a b",
        b"/\\evil.example/",
        b"/people/\n",
    ],
)
def test_what_is_no_address_is_refused(archive: Path, raw: bytes) -> None:
    """400 with the safe headers; no link to a host that the address names."""
    status, headers = _raw(archive, raw)
    assert status == 400
    assert b"location" not in headers
    assert headers[b"content-security-policy"]


@pytest.mark.parametrize(
    "raw", [b"//evil.example/", b"///evil.example//", b"/%2F%2Fevil.example/", b"/%5Cevil.example/"]
)
def test_no_address_leads_to_another_host(archive: Path, raw: bytes) -> None:
    """However many slashes it begins with."""
    _, headers = _raw(archive, raw)
    assert re.match(rb"/(?![/\\])", headers.get(b"location", b"/"))


@pytest.mark.parametrize("cookie", [b"\xff=\xfe", b"a=\xc3\xa9; b", b"a[]=;;;=,", b"ds_actor=.."])
def test_an_odd_cookie_keeps_nobody_out(archive: Path, cookie: bytes) -> None:
    """Somebody else may have set it for the whole host."""
    for path in (b"/about", b"/mikroscope/people"):
        assert _raw(archive, path, (b"cookie", cookie))[0] == 200
