"""The sample studio from the network to the tables: what was published is what is found."""

import json
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.build import build
from scraper.folder import DataFolder
from scraper.sample import Site, Studio
from tests.core.conftest import Crawled
from tests.core.program import rows, within

STUDIO = Studio.sample()
MAUD = "under-the-mikroscope-maud-le-quellenec-render-lighting-artist-at-ombrelle-animation-paris"
NOOR = "under-the-mikroscope-noor-abidelle"


def test_every_interview_is_found_with_its_languages(crawled: Crawled) -> None:
    """Person, role, studio, date and the languages it was published in; no more, no fewer."""
    found = rows(
        crawled.root / "mikroscope.db",
        "SELECT people.name, interviews.role, interviews.studio, published, languages"
        " FROM interviews JOIN people ON people.id = person_id ORDER BY published",
    )
    expected = [
        (
            i.person,
            i.role,
            i.studio,
            i.published.isoformat(),
            json.dumps(sorted(lang for lang, _ in i.paths)),
        )
        for i in STUDIO.interviews()
    ]
    told = [(name, studio, date, langs) for name, _, studio, date, langs in found]
    assert told == [(name, studio, date, langs) for name, _, studio, date, langs in expected]
    roles = [(one[1], other[1]) for one, other in zip(found, expected, strict=True)]
    assert all(role == wanted for role, wanted in roles if wanted)


def test_every_post_says_what_was_written(crawled: Crawled) -> None:
    """Each answer, title and intro of each post equals the sample's data."""
    path = crawled.root / "mikroscope.db"
    readings = STUDIO.readings(crawled.url)
    assert rows(path, "SELECT count(*) FROM posts") == [(len(readings),)]
    for reading in readings:
        columns = ("title", "standfirst", "category", "published", "lang", "role", "intro")
        post = rows(path, f"SELECT {', '.join(columns)} FROM posts WHERE url = ?", reading["url"])
        assert post == [tuple(reading[column] for column in columns)]
        answers = rows(
            path,
            "SELECT answers.position, question_id, question, answer FROM answers"
            " JOIN posts ON posts.id = post_id WHERE url = ? ORDER BY answers.position",
            reading["url"],
        )
        assert answers == [
            (a["position"], a["question_id"], a["question"], a["answer"])
            for a in reading["answers"]
        ]


def test_who_named_whom_is_as_the_posts_say(crawled: Crawled) -> None:
    """Each edge with its status, and a person for each nominee who never answered."""
    found = rows(
        crawled.root / "mikroscope.db",
        "SELECT a.name, b.name, status, EXISTS (SELECT 1 FROM interviews WHERE person_id = b.id)"
        " FROM nominations JOIN people AS a ON a.id = nominator_id"
        " JOIN people AS b ON b.id = nominee_id",
    )
    wanted = {(n.nominator, n.nominee, n.status, n.published) for n in STUDIO.nominations()}
    assert {(a, b, status, bool(known)) for a, b, status, known in found} == wanted
    assert len(found) == len(wanted)


def test_evidence_is_verbatim(crawled: Crawled) -> None:
    """Each quote stands word for word in its post's text, on the end that it claims."""
    path = crawled.root / "mikroscope.db"
    quotes = rows(
        path,
        "SELECT quote, evidence.\"end\", coalesce(intro, '') || char(10)"
        " || coalesce(standfirst, '') || char(10)"
        " || (SELECT group_concat(answer, char(10)) FROM answers WHERE answers.post_id = posts.id),"
        " interviews.person_id, nominator_id, nominee_id FROM evidence"
        " JOIN posts ON posts.id = evidence.post_id"
        " JOIN interviews ON interviews.id = interview_id"
        " JOIN nominations ON nominations.id = nomination_id",
    )
    assert len(quotes) >= len(STUDIO.nominations())
    for quote, end, text, person, nominator, nominee in quotes:
        assert quote in text
        assert person == (nominator if end == "nominator" else nominee)


def test_every_fact_leads_to_the_page_that_says_it(crawled: Crawled) -> None:
    """File and offset of posts, versions, answers and evidence are read back by warcio."""
    path = crawled.root / "mikroscope.db"
    told = rows(
        path,
        'SELECT posts.url, file, "offset", answer FROM answers'
        " JOIN posts ON posts.id = post_id JOIN captures ON captures.id = capture_id"
        ' UNION SELECT posts.url, file, "offset", quote FROM evidence'
        " JOIN posts ON posts.id = post_id JOIN captures ON captures.id = capture_id"
        ' UNION SELECT posts.url, file, "offset", posts.title FROM versions'
        " JOIN posts ON posts.id = post_id JOIN captures ON captures.id = versions.capture_id",
    )
    pages: dict[tuple[str, int], str] = {}
    for url, file, offset, text in told:
        if (file, offset) not in pages:
            with (crawled.root / "archive" / file).open("rb") as segment:
                segment.seek(offset)
                record = next(iter(ArchiveIterator(segment)))
                assert record.rec_headers.get_header("WARC-Target-URI") == url
                page = record.content_stream().read().decode()
                pages[file, offset] = page
        first = text.split()[0]
        assert first.strip("“”’'\"") in pages[file, offset]
    assert len(pages) == len(STUDIO.readings(crawled.url))


def _crawl(folder: DataFolder, site: Site) -> str:
    return within("crawl", "--data", folder.root, "--site", site.url, "--delay", 0, "--full")[0]


def _post(folder: DataFolder, slug: str) -> tuple[str, str, int]:
    build(folder)
    ((post, status),) = rows(
        folder.database, "SELECT id, status FROM posts WHERE url LIKE ?", f"%/{slug}/"
    )
    versions = rows(folder.database, "SELECT count(*) FROM versions WHERE post_id = ?", post)
    return post, status, versions[0][0]


def test_nothing_changed_changes_nothing(folder: DataFolder, site: Site) -> None:
    """A second crawl of the same site adds a run; people, answers and versions stay."""
    tables = ("people", "interviews", "answers", "nominations", "evidence", "versions", "findings")
    before = {t: rows(folder.database, f"SELECT * FROM {t} ORDER BY id") for t in tables}
    assert "0 fetched" in _crawl(folder, site)
    build(folder)
    assert {t: rows(folder.database, f"SELECT * FROM {t} ORDER BY id") for t in tables} == before
    assert len(rows(folder.database, "SELECT * FROM runs")) == 2


def test_an_edited_post_has_two_versions(folder: DataFolder, site: Site) -> None:
    """The second says what changed, leads to its own capture, and is what is shown."""
    site.studio = STUDIO.changed(MAUD)
    _crawl(folder, site)
    post, status, versions = _post(folder, MAUD)
    assert (status, versions) == ("live", 2)
    told = rows(
        folder.database,
        "SELECT number, changed, capture_id FROM versions WHERE post_id = ? ORDER BY number",
        post,
    )
    assert [(number, json.loads(changed)) for number, changed, _ in told] == [
        (1, []),
        (2, ["answers"]),
    ]
    assert told[0][2] != told[1][2]
    assert rows(folder.database, "SELECT capture_id FROM posts WHERE id = ?", post) == [
        (told[1][2],)
    ]
    assert rows(
        folder.database,
        "SELECT count(*) FROM answers WHERE post_id = ? AND answer LIKE '%changed my mind%'",
        post,
    ) == [(1,)]


def test_a_post_that_goes_and_comes_back(folder: DataFolder, site: Site) -> None:
    """404 once is not gone, twice is, and its text stays; once it is back it is live again."""
    seen = rows(folder.database, "SELECT last_seen FROM posts WHERE url LIKE ?", f"%/{NOOR}/")
    answers = rows(folder.database, "SELECT * FROM answers ORDER BY id")
    site.studio = STUDIO.withdrawn(NOOR)
    _crawl(folder, site)
    assert _post(folder, NOOR)[1:] == ("live", 1)
    _crawl(folder, site)
    assert _post(folder, NOOR)[1:] == ("gone", 1)
    assert rows(folder.database, "SELECT * FROM answers ORDER BY id") == answers
    assert (
        rows(folder.database, "SELECT last_seen FROM posts WHERE url LIKE ?", f"%/{NOOR}/") == seen
    )
    site.studio = STUDIO
    _crawl(folder, site)
    assert _post(folder, NOOR)[1:] == ("live", 1)


def test_a_post_that_is_said_to_be_gone_is_gone(folder: DataFolder, site: Site) -> None:
    """410 once is enough."""
    site.studio = STUDIO.withdrawn(NOOR, status=410)
    _crawl(folder, site)
    assert _post(folder, NOOR)[1] == "gone"


def test_a_page_that_can_no_longer_be_read_is_an_error(folder: DataFolder, site: Site) -> None:
    """The last good text stays, and a finding says where to look."""
    path = f"/en/news/{NOOR}/"
    url = f"{site.url.rstrip('/')}{path}"
    page = Path(folder.root.parent / "page.html")
    page.write_text("<html><body><h1>We moved</h1><p>Everything is new here.</p></body></html>")
    within("import", "--data", folder.root, page, "--url", url)
    assert _post(folder, NOOR)[1:] == ("live", 1)
    findings = rows(
        folder.database, "SELECT severity, message FROM findings WHERE code = 'unreadable'"
    )
    assert [severity for severity, _ in findings] == ["error"]
    assert "offset" in findings[0][1]


@pytest.mark.parametrize("table", ["runs", "captures"])
def test_runs_and_captures_are_told_of(crawled: Crawled, table: str) -> None:
    """The crawl is a run with its numbers; each post has a capture from the site."""
    path = crawled.root / "mikroscope.db"
    if table == "runs":
        ((source, fetched, failed),) = rows(path, "SELECT source, fetched, failed FROM runs")
        assert (source, failed) == ("site", 0)
        assert fetched >= len(STUDIO.readings(crawled.url))
    else:
        kinds = rows(path, "SELECT DISTINCT source, kind, http_status FROM captures")
        assert kinds == [("site", "response", 200)]
