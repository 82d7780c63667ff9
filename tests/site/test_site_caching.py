"""What is unchanged is not sent again, what is new is, and every answer carries the safe headers."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from scraper.site.safety import HEADERS, POLICY

Get = Callable[..., httpx.Response]
STATIC = "/-/static-plugins/mikroscope/"
PATHS = [
    "/", "/spotlights", "/spotlights/ines-vauclair-talk", "/feed.atom", "/sitemap.xml", "/search.json?q=films",
    "/mikroscope", "/mikroscope/people", "/mikroscope/people.json", "/mikroscope/people/ines-vauclair",
    "/mikroscope/who_is_waiting", "/mikroscope.db", "/spotlights/ines-vauclair-talk.bib",
]  # fmt: skip
FILES = [
    f"{STATIC}site.css",
    f"{STATIC}fonts/fraunces-latin.woff2",
    "/-/static/table.js",
]
ANY = [
    *PATHS, *FILES, "/nope", "/spotlights/nope.json", "/mikroscope/nope", f"{STATIC}nope.css",
    "/mikroscope?sql=delete+from+people", "/mikroscope/people.csv", "/mikroscope/people.csv?_stream=1",
    "/mikroscope/", "/mikroscope/people/", "/-/metadata", "/-/versions.json", "/favicon.ico", "/robots.txt",
    "/-/static-mikroscope/d3.js", "/-/auth-token", "/-/permissions", "/_internal",
    "/mikroscope/people?_sort=nope", "/mikroscope.csv?sql=select+nope",
]  # fmt: skip


@pytest.mark.parametrize("path", ANY)
def test_every_answer_carries_the_safe_headers(get: Get, path: str) -> None:
    """Pages, data, files, downloads, errors and redirects; a 304 too."""
    answer = get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"]
    assert answer.status_code < 500
    tag = answer.headers.get("etag")
    if tag:
        again = get(path, headers={"if-none-match": tag})
        assert again.status_code == 304
        assert {name: again.headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_allows_only_our_own_files() -> None:
    """Nothing inline, no eval, no frame, no other host; the other headers say the strictest."""
    policy = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}  # fmt: skip
    assert "unsafe" not in POLICY
    assert HEADERS["content-security-policy"] == POLICY
    assert (HEADERS["x-content-type-options"], HEADERS["x-frame-options"]) == ("nosniff", "DENY")
    assert HEADERS["referrer-policy"] == "same-origin"


def test_the_list_above_has_all_kinds(get: Get) -> None:
    """The test before would prove little if all of them were pages."""
    kinds = {get(path).status_code for path in ANY}
    assert {200, 302, 400, 403, 404} <= kinds


@pytest.mark.parametrize("path", PATHS + FILES)
def test_what_is_unchanged_is_not_sent_again(get: Get, path: str) -> None:
    """304 without a body for the tag in a list, weak or strong; not for another tag."""
    first = get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"]
    for said in (tag, f'"x", {tag}', tag.removeprefix("W/"), "*"):
        again = get(path, headers={"if-none-match": said})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        told = first.headers.get("vary", "")
        assert {*again.headers["vary"].split(", ")} >= {*filter(None, told.split(", "))}
    assert get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_new_build_changes_the_tag_of_all_it_changes(
    tmp_path: Path, make_database: Callable[..., Path], serving: Callable[[Path], Get]
) -> None:
    """Pages, feeds, tables and data, as soon as it is published; what it leaves keeps its tag."""
    path = make_database(tmp_path / "mikroscope.db")
    get = serving(path)
    tags = {one: get(one).headers["etag"] for one in [*PATHS, *FILES, "/questions/advice"]}
    # Datasette leaves out counts that take too long: on a busy machine its list of tables may change.
    steady = tags.keys() - {"/mikroscope"}
    assert {one: get(one).headers["etag"] for one in steady} == {one: tags[one] for one in steady}
    with closing(sqlite3.connect(path)) as live:
        live.execute("UPDATE people SET name = 'Inès Vauclair-Films' WHERE id = 'ines-vauclair'")
        live.execute("UPDATE people SET name = 'Samira' WHERE id = 'samir-waiting'")
        live.execute(
            "UPDATE answers SET answer = answer || ' Films, still.' WHERE question_id = 'best-part'"
        )
        live.execute("INSERT INTO questions VALUES ('more', 99, 'More?', 'Plus ?')")
        live.commit()
    changed = {
        one for one in tags if get(one, headers={"if-none-match": tags[one]}).status_code == 200
    }
    assert changed >= {*PATHS} - {"/mikroscope"}
    assert not changed & {*FILES}


@pytest.mark.parametrize("index", ["answers_fts", "people_fts"])
@pytest.mark.parametrize("asked", ["", ".json", ".csv", ".json?_size=2", "?_search=films"])
def test_a_search_index_is_the_same_each_time(get: Get, index: str, asked: str) -> None:
    """Without the column in which FTS5 numbers its cursors, and with all that is text."""
    first, again = (get(f"/mikroscope/{index}{asked}") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.headers.get("etag") == again.headers.get("etag")
    if "json" in asked:
        told = first.json()
        assert (
            told["columns"]
            == {
                "answers_fts": ["rowid", "question", "answer", "person", "stems", "question_stems"],
                "people_fts": ["rowid", "name"],
            }[index]
        )
        following = told["next_url"]
        assert not following or following.count("_nocol") == 2


def test_our_files_are_kept_for_a_year_under_their_digest(get: Get) -> None:
    """The page asks for them by digest, so that a new version has a new address."""
    text = get("/baton").text
    asked = re.findall(r'(?:src|href)="(/-/static[^"]+\?\w{8})"', text)
    assert len(asked) >= 5
    for address in asked:
        answer = get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert get(f"{STATIC}site.css").headers["cache-control"] == "no-cache"


def test_what_streams_is_not_held(get: Get) -> None:
    """CSV of a whole table goes out as it comes, without a tag."""
    answer = get("/mikroscope/answers.csv?_stream=1")
    assert "etag" not in answer.headers
    assert len(answer.text.splitlines()) > 60


def test_text_is_sent_small_to_who_can_take_it(get: Get) -> None:
    """Gzip where the browser says so, and never where it does not."""
    small = get("/spotlights/obelix-tran-talk", headers={"accept-encoding": "gzip"})
    plain = get("/spotlights/obelix-tran-talk", headers={"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 4
    assert small.text == plain.text
    assert small.headers["etag"] == plain.headers["etag"]
