"""Whatever stands behind a question mark: an answer, or one line that says what is not right; never a 500."""

import asyncio
import gc
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import parse_metadata

from scraper.site.safety import HEADERS
from tests.site.conftest import METADATA, Get

PARAMETERS = (
    "_through", "_next", "_sort", "_sort_desc", "_sort_by_desc", "_facet", "_facet_array", "_facet_date", "_facet_nosuch", "_facetnosuch",
    "_facet_size", "_size", "_where", "_search", "_search_answer", "_search_nosuch", "_searchmode", "_fts_table", "_fts_pk", "_col", "_nocol",
    "_shape", "_json", "_json_infinity", "_timelimit", "_ttl", "_labels", "_label", "_filter_column", "_filter_op", "_stream", "_blob_column",
    "_trace", "id__in", "id__gt", "id__date", "id__arraycontains", "id__nosuch", "nosuch", "sql", "q", "page", "sort", "lang", "studio", "year",
)  # fmt: skip
VALUES = (
    "", '"', "%00", "{bad", '{"a": "b"}', "[1", "²", "99999999999999999999", "%ED%A0%80",
    '{"table": 1, "column": 2, "value": 3}', "[" * 5000,
)  # fmt: skip
TABLES = ("/mikroscope/answers.json", "/mikroscope/chains", "/mikroscope/people/meera-k.json",
          "/mikroscope/who_is_waiting.json", "/mikroscope/people.csv")  # fmt: skip
OURS = ("/", "/search", "/search.json", "/spotlights", "/spotlights/ines-vauclair-talk", "/questions/best-part",
        "/baton", "/about", "/feed.atom", "/mikroscope.json")  # fmt: skip


# Datasette leaves its next steps unasked where one fails; Python says so when they are swept up.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Sweep up what a failed request left, within the test that left it."""
    yield
    gc.collect()


def _coded(value: str) -> str:
    return value if value.startswith("%") else quote(value)


@pytest.mark.parametrize("path", TABLES + OURS)
def test_no_parameter_makes_a_fault_of_ours(get: Get, path: str) -> None:
    """Each that Datasette or we know, with values it cannot take; all with the safe headers."""
    for name in PARAMETERS if path in TABLES else (*PARAMETERS[::9], "sql", "q", "page", "studio"):
        for value in VALUES:
            answer = get(f"{path}?{name}={_coded(value)}")
            assert answer.status_code in {200, 302, 400, 404}, f"{name}={value[:40]}"
            assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "asked",
    ["answers?_through={bad", "answers?_through=[]", "chains?_next=zz", "answers?_sort=nosuch", "answers?_facet=nosuch",
     "answers?_facet_size=²", "answers?_size=x", "answers?_where=", "answers?_timelimit=x", "answers?_json_infinity=x",
     "answers?_facet={", "answers?_ttl=²", "answers?id__in=[1"],
)  # fmt: skip
def test_what_is_asked_wrongly_is_said_in_one_line(get: Get, asked: str) -> None:
    """400, as a page and as JSON; the name of what was sent may be told, never the words of Python."""
    table, _, query = asked.partition("?")
    told = get(f"/mikroscope/{table}.json?{quote(query, safe='=_')}")
    assert told.status_code == 400
    said = told.json()
    assert (said["ok"], said["status"]) == (False, 400)
    assert said["error"]
    assert "\n" not in said["error"]
    assert not any(
        word in said["error"] for word in ("Error", "Traceback", "object", "line 1 column")
    )
    if "_json" in query:  # a page knows no such parameter
        return
    page = get(f"/mikroscope/{table}?{quote(query, safe='=_')}")
    assert page.status_code == 400
    assert "text/html" in page.headers["content-type"]


def test_a_fault_of_ours_is_still_one(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fails whatever is asked is not blamed on who asked."""
    site = Datasette([str(archive)], metadata=parse_metadata(METADATA.read_text("utf-8")))

    async def get(path: str) -> int:
        answer = await site.client.get(path)
        return int(answer.status_code)

    def broken(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(site, "table_metadata", broken)
    assert asyncio.run(get("/mikroscope/people.json")) == 500
    monkeypatch.setattr(site, "render_template", broken)
    assert asyncio.run(get("/search?q=films")) == 500


class _Plugin:
    """What a plugin such as reconciliation does: it reads JSON, and SQL, that a visitor sent."""

    __name__ = "asked"  # Datasette asks a plugin for it

    @hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
    def register_routes(self) -> list[tuple[str, object]]:
        """Take JSON at one address."""

        async def read(request: object, datasette: Datasette) -> Response:
            sent = json.loads((await request.post_vars())["queries"])  # type: ignore[attr-defined]
            rows = await datasette.get_database("mikroscope").execute(sent["sql"])
            return Response.json([list(row) for row in rows])

        return [(r"/(?P<db_name>[^/]+)/-/asked$", read)]


@pytest.fixture
def with_plugin() -> Iterator[None]:
    """Have the plugin registered."""
    plugin = _Plugin()
    pm.register(plugin)
    yield
    pm.unregister(plugin)


def _posted(archive: Path, path: str, **sent: str) -> httpx.Response:
    metadata = parse_metadata(METADATA.read_text("utf-8"))
    site = Datasette([str(archive)], metadata=metadata)

    async def post() -> httpx.Response:
        answer: httpx.Response = await site.client.post(path, data=sent)
        return answer

    return asyncio.run(post())


@pytest.mark.usefixtures("with_plugin")
def test_what_a_plugin_cannot_read_is_no_fault_of_ours(archive: Path) -> None:
    """JSON that is none, or not of its form, or SQL that is none; what is right is answered."""
    path = "/mikroscope/-/asked"
    assert _posted(archive, path, queries='{"sql": "SELECT 7"}').json() == [[7]]
    for queries in ("{bad", "[]", "{}", '{"sql": 1}', '{"sql": "SELECT nosuch"}', "[" * 9000):
        answer = _posted(archive, path, queries=queries)
        assert answer.status_code == 400
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert _posted(archive, path).status_code == 400


def test_reconciliation_that_is_asked_wrongly_says_so(archive: Path) -> None:
    """The plugin itself, of the extra `tools`."""
    path = "/mikroscope/people/-/reconcile"
    asked = json.dumps({"q": {"query": "Vauclair"}})
    assert "ines-vauclair" in _posted(archive, path, queries=asked).text
    for sent in ({"queries": "{bad"}, {"queries": "[1]"}, {"queries": '{"q": {"query": 1, "limit": "x"}}'},
                 {"extend": "{}"}, {"extend": '{"ids": ["x"], "properties": [{"id": "nosuch"}]}'}):  # fmt: skip
        answer = _posted(archive, path, **sent)
        assert answer.status_code == 400
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    for there in (
        "/suggest/type",
        "/suggest/property?prefix=x&cursor=x",
        "/suggest/entity?cursor=x",
    ):
        assert _posted(archive, path + there).status_code in {400, 404, 405}
