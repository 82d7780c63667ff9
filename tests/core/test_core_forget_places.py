"""Wherever the folder tells of what is forgotten, it is found; and no way leads back to it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.build import build, make, read_series
from scraper.export import export
from scraper.folder import DataFolder
from scraper.sample import Site
from scraper.sample.faults import redirect
from scraper.text import fold
from scraper.verify import verify
from tests.core.program import mikroscope, rows, within
from tests.network.archives import CommonCrawl, Wayback
from tests.network.servers import Server, serving

NOOR, SLUG = "Noor Abidelle", "under-the-mikroscope-noor-abidelle"
WAYS = ["Noor Abidelle", "noor-abidelle", "under-the-mikroscope-noor-abidelle"]
POST = (
    "<html><body><h1>Under the Mikroscope 🔍 {name} – Rigger at Ombrelle Animation Paris</h1>"
    "<p>27 March 2023</p><p>What is the best part of your job?</p><p>The hinges of {name}.</p>"
    "<p>What would be your superpower?</p><p>Patience.</p></body></html>"
)
# Where the words of others stand, which stay as they wrote them.
THEIRS = {
    "answers": {"question", "answer"},
    "evidence": {"quote"},
    "findings": {"quote"},
    "images": {"alt", "caption"},
    "posts": {"title", "standfirst", "intro", "call_to_action"},
}


@pytest.fixture
def published(folder: DataFolder) -> DataFolder:
    """Return a data folder with exports, too."""
    export(folder.database, folder.exports)
    return folder


@pytest.fixture
def archive_site() -> Iterator[Server]:
    """Return a server that stands in for another archive."""
    with serving() as server:
        yield server


def _tells(text: str, *of: str) -> bool:
    folded = f" {fold(unquote(text))} "
    return any(f" {fold(name)} " in folded for name in of)


def _told_by_archive(folder: DataFolder, *of: str) -> list[str]:
    """Return each record that tells of it, other than the pages of others, as type and URL."""
    found = []
    for segment in sorted(folder.archive.glob("*.warc.gz")):
        with segment.open("rb") as file:
            for record in ArchiveIterator(file):
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                heads = str(record.rec_headers) + str(record.http_headers or "")
                page = record.rec_type in {"response", "resource", "conversion"}
                body = record.content_stream().read().decode("utf-8", "replace")
                if _tells(heads + ("" if page else body), *of):
                    found.append(f"{record.rec_type} {url}")
    return found


def _told_by_files(folder: DataFolder, *of: str) -> list[str]:
    """Return each file outside of the archive that tells of it in any byte."""
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    return [
        str(path.relative_to(folder.root))
        for path in files
        if not path.name.endswith(".warc.gz") and _tells(path.read_bytes().decode("latin-1"), *of)
    ]


def _told_by_tables(folder: DataFolder, *of: str) -> list[str]:
    """Return each cell of the database that tells of it, but for the words of others."""
    tables = [
        t
        for (t,) in rows(
            folder.database, "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE TABLE%'"
        )
    ]
    found = []
    for table in tables:
        columns = [row[1] for row in rows(folder.database, f"PRAGMA table_info('{table}')")]
        for row in rows(folder.database, f"SELECT * FROM '{table}'"):
            for column, cell in zip(columns, row, strict=True):
                if column not in THEIRS.get(table, ()) and _tells(str(cell), *of):
                    found.append(f"{table}.{column}: {cell}")
    return found


def _asked(site: Site, slug: str) -> list[str]:
    return [path for path in site.paths() if slug in path]


def _crawl(folder: DataFolder, site: Site, *more: object) -> None:
    within("crawl", "--data", folder.root, "--site", site.url, "--delay", 0, *more)


@pytest.mark.parametrize("asked", [NOOR, "ABIDELLE, Noor", "noor-abidelle"])
def test_nothing_but_the_words_of_others_tells_of_a_person(
    asked: str, published: DataFolder
) -> None:
    """In no record of the archive, no cell of a table, no export; the slug stands nowhere at all."""
    assert _told_by_archive(published, *WAYS)
    within("forget", asked, "--data", published.root)
    assert _told_by_archive(published, *WAYS) == []
    assert [cell for cell in _told_by_tables(published, *WAYS) if "answers_fts" not in cell] == []
    assert _told_by_files(published, SLUG) == []
    theirs = {f"exports/{kind}/{t}.{kind}" for t in THEIRS for kind in ("csv", "json")}
    whole = {"answers_side_by_side.csv", "spotlights.json", "spotlights.ndjson"}
    told = {name for name in _told_by_files(published, NOOR) if not _is_text_of_others(name)}
    assert told <= theirs | {f"exports/{name}" for name in whole} | {"mikroscope.db"}


def _is_text_of_others(name: str) -> bool:
    return name.startswith("exports/text/") and SLUG not in name


def test_a_reader_at_work_keeps_no_page_of_it(published: DataFolder) -> None:
    """A site that has the database open while it happens: no byte beside the file holds it either."""
    with closing(sqlite3.connect(f"{published.database.as_uri()}?mode=ro", uri=True)) as reader:
        assert reader.execute("SELECT count(*) FROM people WHERE name = ?", (NOOR,)).fetchone() == (
            1,
        )
        within("forget", NOOR, "--data", published.root)
        assert reader.execute("SELECT count(*) FROM people WHERE name = ?", (NOOR,)).fetchone() == (
            0,
        )
        assert (published.root / "mikroscope.db-wal").exists()
        assert _told_by_files(published, SLUG, "night train", "church ceilings") == []


def test_exports_that_hold_a_file_of_somebody_are_named(published: DataFolder) -> None:
    """They are left as they are, which is said, and the rest is forgotten all the same."""
    (published.exports / "mine.txt").write_text("notes", "utf-8")
    done = mikroscope("forget", NOOR, "--data", published.root, status=1)
    assert "the exports still tell of it" in done.stderr
    assert "mine.txt" in done.stderr
    assert rows(published.database, f"SELECT * FROM people WHERE name = '{NOOR}'") == []
    assert (published.exports / "mine.txt").exists()


def test_both_languages_of_a_person_go(published: DataFolder) -> None:
    """The posts in English and French, whatever their addresses."""
    name = "Maxence Trudelle"
    before = rows(published.database, "SELECT count(*) FROM posts")[0][0]
    out, _ = within("forget", "TRUDELLE Maxence", "--data", published.root)
    assert out.startswith("forgotten: 2 posts, out of 1 segments")
    assert rows(published.database, "SELECT count(*) FROM posts") == [(before - 2,)]
    assert _told_by_archive(published, name) == []


def test_who_was_only_named_is_in_no_table(published: DataFolder) -> None:
    """No page goes, since none is theirs; they are nobody's nominee any more, nor in an export."""
    segment = next(published.archive.glob("*.warc.gz"))
    before = segment.read_bytes()
    out, _ = within("forget", "corentin VASSELIAU", "--data", published.root)
    assert "forgotten: 0 posts, out of 0 segments" in out
    assert "others name them in their own words, which stay: http" in out
    assert segment.read_bytes() == before
    assert rows(published.database, "SELECT * FROM waiting WHERE name LIKE 'Corentin%'") == []
    cells = _told_by_tables(published, "Corentin Vasseliau")
    assert [cell for cell in cells if "answers_fts" not in cell] == []
    assert list(verify(published, read_series, make)) == []


@pytest.mark.parametrize(
    "form",
    ["{url}", "{bare}", "{url}?utm_source=x#top", "{upper}", "{url}/../{slug}/"],
)
def test_a_url_may_be_written_in_any_form(form: str, published: DataFolder) -> None:
    """Without its slash, with tracking and fragment, host in capitals, with dots."""
    ((url,),) = rows(published.database, "SELECT url FROM posts WHERE url LIKE ?", f"%/{SLUG}/")
    upper = url.replace("http://127", "HTTP://127")
    asked = form.format(url=url, bare=url[:-1], upper=upper, slug=SLUG).replace("//..", "/..")
    assert within("forget", asked, "--data", published.root)[0].startswith("forgotten: 1 posts")
    assert _told_by_archive(published, SLUG) == []


def test_a_person_has_pages_beside_the_series(published: DataFolder, site: Site) -> None:
    """Their talk in another series goes, too, and no list brings its address back."""
    _crawl(published, site, "--full")
    assert any("metadata" in record for record in _told_by_archive(published, "maud-le-quellenec"))
    out, _ = within("forget", "Maud Le Quellenec", "--data", published.root)
    assert "1 posts and 1 other pages" in out
    assert _told_by_archive(published, "maud-le-quellenec") == []
    site.requests.clear()
    _crawl(published, site, "--full")
    assert _asked(site, "maud-le-quellenec") == []
    assert _told_by_archive(published, "maud-le-quellenec") == []


def test_an_address_of_old_goes_with_the_page_it_leads_to(
    published: DataFolder, site: Site
) -> None:
    """Records of redirects name the page and go; an address that had another page keeps that."""
    slug = "under-the-mikroscope-anatole-grivet-set-surfacing-supervisor"
    site.faults[f"/en/news/{slug}/"] = redirect("/en/news/odd-address/")
    site.faults["/en/news/odd-address/"] = redirect(f"/en/news/{SLUG}/")
    _crawl(published, site, "--full")
    assert [r for r in _told_by_archive(published, "odd-address") if "response" in r]
    url = f"{site.url}en/news/{SLUG}/"
    within("forget", url, "--data", published.root)
    assert _told_by_archive(published, SLUG, "odd-address") == []
    assert rows(published.database, "SELECT url FROM posts WHERE url LIKE ?", f"%/{slug}/")
    site.requests.clear()
    _crawl(published, site, "--full")
    assert _asked(site, slug)
    assert _asked(site, SLUG) == []
    assert _asked(site, "odd-address") == []


def test_a_redirect_that_is_new_does_not_lead_back(published: DataFolder, site: Site) -> None:
    """It is not followed, and nothing in the archive says where it led."""
    within("forget", NOOR, "--data", published.root)
    slug = "under-the-mikroscope-anatole-grivet-set-surfacing-supervisor"
    site.faults[f"/en/news/{slug}/"] = redirect(f"/en/news/{SLUG}/")
    site.requests.clear()
    _crawl(published, site, "--full")
    assert _asked(site, slug)
    assert _asked(site, SLUG) == []
    assert _told_by_archive(published, SLUG) == []


def test_lists_that_name_it_bring_nothing_back(published: DataFolder, site: Site) -> None:
    """Sitemaps, REST, listings, feeds and links go on naming it, night after night."""
    within("forget", NOOR, "--data", published.root)
    for more in ((), ("--full",), ()):
        site.studio = site.studio.footer_changed()
        site.requests.clear()
        _crawl(published, site, *more)
        assert [path for path in site.paths() if "wp-json" in path or "sitemap" in path]
        assert _asked(site, SLUG) == []
    assert _told_by_archive(published, SLUG) == []
    build(published)
    assert _told_by_files(published, SLUG) == []


def test_no_other_archive_is_asked_for_it(tmp_path: Path, archive_site: Server) -> None:
    """Neither the Wayback Machine nor Common Crawl; what failed there is not told either."""
    folder = DataFolder(tmp_path / "data")
    home = "https://www.mikrosanimation.com"
    pages = {
        name: POST.format(name=name.replace("-", " ").title()).encode()
        for name in ("alda-quill", "bert-quill")
    }
    wayback = Wayback(archive_site)
    crawls = CommonCrawl(archive_site, {"CC-MAIN-2024-10": []})
    for name, body in pages.items():
        url = f"{home}/en/news/under-the-mikroscope-{name}/"
        wayback.captures[url, "20240101000000"] = ("200", body)
        wayback.captures[url, "20240201000000"] = ("200", body + b" ")
        crawls.crawls["CC-MAIN-2024-10"].append((url, "20240105000000", body))
    wayback.publish()
    crawls.publish()
    failing = f"/web/20240201000000id_/{home}/en/news/under-the-mikroscope-alda-quill/"
    archive_site.table[failing].status = 403  # type: ignore[union-attr] # these are answers
    options = ("--data", folder.root, "--endpoint", archive_site.url, "--delay", 0)
    for source in ("wayback", "commoncrawl"):
        within("crawl", "--from", source, *options)
    build(folder)
    told = _told_by_archive(folder, "alda-quill")
    assert {record.partition(" ")[0] for record in told} == {"metadata", "response"}
    within("forget", "Alda Quill", "--data", folder.root)
    assert _told_by_archive(folder, "alda-quill") == []
    assert list(verify(folder, read_series, make)) == []
    archive_site.asked.clear()
    for source in ("wayback", "commoncrawl"):
        within("crawl", "--from", source, *options, "--full")
    ranges = [asked for asked in archive_site.asked if "range" in asked.headers]
    assert not ranges
    assert not [path for path in archive_site.paths() if "alda" in path]
    assert _told_by_archive(folder, "alda-quill") == []


def test_names_of_imported_files_go(tmp_path: Path) -> None:
    """A run's settings name the files that were imported; a name in them goes, the others stay."""
    folder = DataFolder(tmp_path / "data")
    for name in ("Alda Quill", "Bert Quill"):
        page = tmp_path / f"saved {name}.html"
        page.write_text(POST.format(name=name))
        url = f"https://www.mikrosanimation.com/en/news/{name[:4].lower()}/"
        within("import", page, "--url", url, "--data", folder.root)
    within("forget", "Alda Quill", "--data", folder.root)
    assert _told_by_archive(folder, "Alda Quill") == []
    assert _told_by_archive(folder, "Bert Quill") == ["warcinfo "]
    assert list(verify(folder, read_series, make)) == []


def test_files_that_people_write_are_named_and_not_changed(published: DataFolder) -> None:
    """All but the list of addresses, of which lines are taken out; every other line stays."""
    ((url,),) = rows(published.database, "SELECT url FROM posts WHERE url LIKE ?", f"%/{SLUG}/")
    known = published.root / "known_urls.txt"
    known.write_text(f"# ours\nhttps://news.example/en/news/a/  # Ada\n{url[:-1]}  # told us\n\n")
    overrides = published.root / "overrides.yml"
    text = "- same: [Noor Abidelle, Noor A. Abidelle]\n  reason: she said so\n"
    overrides.write_text(text)
    log = published.root / "logs" / "night.log"
    log.parent.mkdir()
    log.write_text(f"fine\nfetching {url}\n")
    out, _ = within("forget", NOOR, "--data", published.root)
    assert known.read_text() == "# ours\nhttps://news.example/en/news/a/  # Ada\n\n"
    assert overrides.read_text() == text
    told = [line for line in out.splitlines() if "yours to change" in line]
    assert [line.rpartition(": ")[2] for line in told] == [
        "logs/night.log, line 2",
        "overrides.yml, line 1",
    ]


def test_what_killed_runs_left_goes(published: DataFolder) -> None:
    """Half-made databases and exports, half-written indexes, an index whose segment is gone."""
    (segment,) = published.archive.glob("*.warc.gz")
    index = segment.with_name(f"{segment.name}.index.json")
    for left in (
        published.root / ".mikroscope.making.db",
        published.root / ".mikroscope.verifying.db-wal",
        published.archive / f"{segment.name}.index.part",
        published.archive / f"{segment.name}.part",
        published.archive / "20200101000000000-site.warc.gz.index.json",
    ):
        shutil.copy(index, left)
    shutil.copytree(published.exports, published.root / ".exports.old")
    shutil.copytree(published.exports, published.root / ".exports.making")
    within("forget", NOOR, "--data", published.root)
    assert _told_by_files(published, SLUG) == []
    assert not list(published.root.glob(".*"))


def test_without_database_and_exports_none_are_made(published: DataFolder) -> None:
    """An archive by itself is enough."""
    published.database.unlink()
    shutil.rmtree(published.exports)
    within("forget", NOOR, "--data", published.root)
    assert _told_by_archive(published, *WAYS) == []
    assert not published.database.exists()
    assert not published.exports.exists()


def test_tombstones_without_their_key_stop_everything(published: DataFolder, site: Site) -> None:
    """To go on would bring back what was forgotten; nothing is asked and nothing is built."""
    within("forget", NOOR, "--data", published.root)
    key = published.tombstones.with_suffix(".key")
    assert {path.stat().st_mode & 0o777 for path in (key, published.tombstones)} == {0o600}
    kept = key.read_text()
    site.requests.clear()
    for damage in (key.unlink, lambda: key.write_text("00"), lambda: key.write_text("zz")):
        damage()
        for command in (["build"], ["crawl", "--site", site.url], ["forget", "Anatole Grivet"]):
            _, said = within(*command, "--data", published.root, status=1)
            assert "restore both" in said
    assert site.requests == []
    key.write_text(kept)
    build(published)


def test_a_name_is_more_than_a_part_of_another(tmp_path: Path) -> None:
    """Who is called as the beginning of somebody else's name takes nothing of theirs along."""
    folder = DataFolder(tmp_path / "data")
    for name in ("Jean Martin", "Jean Martin Dupont"):
        page = tmp_path / "page.html"
        page.write_text(POST.format(name=name))
        slug = name.lower().replace(" ", "-")
        url = f"https://www.mikrosanimation.com/en/news/under-the-mikroscope-{slug}/"
        within("import", page, "--url", url, "--data", folder.root)
    build(folder)
    within("forget", "Jean Martin", "--data", folder.root)
    assert rows(folder.database, "SELECT name FROM people") == [("Jean Martin Dupont",)]
