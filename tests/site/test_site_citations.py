"""An interview can be cited, and tells machines what it is, whatever somebody wrote in it."""

import json
import re
import sqlite3
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from bibtexparser.entrypoint import parse_string

from scraper.site.cite import Cited, as_bibtex, as_csl, as_text

Get = Callable[..., httpx.Response]
INES = "/spotlights/ines-vauclair-talk"


class _Head(HTMLParser):
    """The meta and link elements and the data blocks of a page, as a browser finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str | None]] = []
        self.blocks: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "meta":
            self.meta[said.get("property") or said.get("name") or ""] = said.get("content") or ""
        if tag == "link":
            self.links.append(said)
        self._inside = tag == "script" and said.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks.append(data)
            self._inside = False


def _head(get: Get, path: str, **kwargs: Any) -> _Head:
    head = _Head()
    head.feed(get(path, **kwargs).text)
    return head


def test_the_sentence_names_person_series_place_day_and_source(get: Get) -> None:
    """As a person would paste it; the page shows the same."""
    text = get(f"{INES}.txt").text.strip()
    assert text == (
        "Inès Vauclair, Lighting Artist, interviewed in “Under the Mikroscope” (Paris), 20 February 2023."
        " https://studio.example/en/news/ines-vauclair/."
        " Archived 20 November 2026: capture-ines-vauclair-en."
        " http://localhost/spotlights/ines-vauclair-talk"
    )
    assert text in get(INES).text


@pytest.mark.parametrize("who", ["ines-vauclair", "bob-script", "nadia-quelle"])
def test_bibtex_is_read_by_a_bibtex_reader(get: Get, who: str) -> None:
    """One entry, no failure, the name whole, braces in pairs; hostile text too."""
    answer = get(f"/spotlights/{who}-talk.bib")
    assert answer.headers["content-type"].startswith("application/x-bibtex")
    library = parse_string(answer.text)
    assert not library.failed_blocks
    (entry,) = library.entries
    assert entry.key == f"{who}-en"
    if who == "ines-vauclair":
        fields = {name: field.value for name, field in entry.fields_dict.items()}
        assert fields["author"] == "{Inès Vauclair}"
        assert (fields["year"], fields["month"], fields["date"]) == ("2023", "2", "2023-02-20")
        assert fields["url"] == "https://studio.example/en/news/ines-vauclair/"


def test_marks_of_tex_are_text() -> None:
    """Nothing in a title is a command, ends the entry, or breaks a line."""
    title = "50% & #1 {in} \\input{x} $y_z$ ~^\n}} @misc{a,"
    one = Cited(
        "k}",
        "N",
        "",
        title,
        "",
        "",
        "en",
        "https://a.example/%41}{",
        "2026-11-20",
        "c",
        None,
        "https://b.example/1",
    )
    library = parse_string(as_bibtex(one))
    assert (len(library.entries), library.failed_blocks) == (1, [])
    value = library.entries[0].fields_dict["title"].value
    assert r"\textbackslash{}input\textbraceleft{}x\textbraceright{}" in value
    assert r"50\% \& \#1" in value
    assert library.entries[0].fields_dict["url"].value == "https://a.example/%41%7D%7B"


def test_csl_json_has_the_shape_reference_managers_read(get: Get) -> None:
    """A list of one item with type, literal name and dates in parts (csl-data.json)."""
    answer = get(f"{INES}.csl.json?lang=fr")
    assert answer.headers["content-type"].startswith("application/vnd.citationstyles.csl+json")
    (item,) = answer.json()
    assert item["type"] == "interview"
    assert item["author"] == [{"literal": "Inès Vauclair"}]
    assert item["issued"] == {"date-parts": [[2023, 2, 20]]}
    assert (item["id"], item["language"]) == ("ines-vauclair-fr", "fr")
    assert item["archive_location"] == f"http://localhost{INES}?lang=fr"
    assert get(f"{INES}.json?lang=fr").json()["cite"]["csl"] == [item]
    shown = re.search(
        r"<h3>CSL-JSON</h3><pre[^>]*>(.*?)</pre>", get(f"{INES}?lang=fr").text, re.DOTALL
    )
    assert shown
    assert unescape(shown[1]) == answer.text.rstrip("\n")


def test_what_is_not_known_is_left_out() -> None:
    """No empty field, no date that nobody said."""
    one = Cited(
        "k",
        "N",
        "",
        "T",
        "",
        "",
        "en",
        "https://a.example/",
        "2026-11-20",
        "c@1",
        None,
        "https://b.example/1",
    )
    assert "issued" not in as_csl(one)[0]
    assert "year" not in as_bibtex(one)
    assert as_text(one) == "N, interviewed in “Under the Mikroscope”. https://a.example/. Archived 20 November 2026: c@1. https://b.example/1"  # fmt: skip


@pytest.mark.parametrize("ending", ["bib", "txt", "csl.json"])
def test_who_is_not_there_cannot_be_cited(get: Get, ending: str) -> None:
    """A citation of nobody is a page not found."""
    assert get(f"/spotlights/nobody.{ending}").status_code == 404


def test_machines_learn_what_the_page_is(get: Get) -> None:
    """JSON-LD, OpenGraph and the canonical address agree with the page, and are whole."""
    head = _head(get, f"{INES}?lang=fr")
    (block,) = head.blocks
    told = json.loads(block)
    here = f"http://localhost{INES}?lang=fr"
    assert (told["@context"], told["@type"], told["url"]) == ("https://schema.org", "Article", here)
    assert told["author"] == {"@type": "Person", "name": "Inès Vauclair", "jobTitle": "Lighting Artist"}  # fmt: skip
    assert told["isBasedOn"] == "https://studio.example/fr/news/ines-vauclair/"
    assert told["mentions"] == [{"@type": "Person", "name": "Obélix Trần-Lefèvre"}]
    assert (head.meta["og:type"], head.meta["og:url"]) == ("article", here)
    assert head.meta["og:locale"] == "fr_FR"
    english = f"http://localhost{INES}"
    assert [(one["inLanguage"], one["@id"]) for one in told["workTranslation"]] == [("en", english)]
    asked = [(one["name"], one["url"]) for one in told["hasPart"]]
    assert asked[0] == ("Quel est le meilleur aspect de votre travail ?", f"{here}#answer-1")
    assert "dateModified" not in told
    alternates = {link["hreflang"]: link["href"] for link in head.links if link.get("hreflang")}
    assert alternates == {"en": english, "fr": here, "x-default": english}
    canonical = [link["href"] for link in head.links if link.get("rel") == "canonical"]
    assert canonical == [here]
    assert [link["href"] for link in head.links if link.get("rel") == "next"] == ["/spotlights/obelix-tran-talk"]  # fmt: skip


def test_hostile_text_stays_inside_the_data_block(get: Get) -> None:
    """A role that closes the script element closes nothing."""
    head = _head(get, "/spotlights/bob-script-talk")
    (block,) = head.blocks
    assert json.loads(block)["author"]["jobTitle"] == '"><script>alert(4)</script>'
    assert "isBasedOn" not in json.loads(block)  # its address is no web address


def test_the_reader_goes_on_along_the_thread(get: Get) -> None:
    """Before and after, where there is an interview; nobody who waits."""
    text = get("/spotlights/theo-brisebois-talk").text
    along = re.search(r'<nav class="column along".*?</nav>', text, re.DOTALL)
    assert along
    assert re.findall(r'href="([^"]+)"', along[0]) == [
        "/spotlights/meera-k-talk",
        "/spotlights/maximilienne-alexandrovna-de-la-tour-saint-germain-talk",
    ]


def test_each_version_says_what_changed_and_where_it_is_kept(
    tmp_path: Path, make_database: Callable[..., Path], serving: Callable[[Path], Get]
) -> None:
    """A capture of the Wayback Machine leads there; another says file, offset and how to print it."""
    path = make_database(tmp_path / "mikroscope.db")
    connection = sqlite3.connect(path)
    connection.executescript("""
        INSERT INTO captures VALUES ('w@7', 'https://studio.example/en/news/meera-k/',
          '2023-06-10T01:02:03Z', 'wayback', 'response', 200, 'text/html', 'sha256:01', 'w.warc.gz', 7);
        UPDATE versions SET number = 2, changed = '["answers", "role"]' WHERE post_id = 'meera-k-en';
        INSERT INTO versions VALUES ('meera-k-en-0', 'meera-k-en', 1, 'w@7', '2023-06-10T01:02:03Z', '[]');
    """)
    connection.close()
    text = serving(path)("/spotlights/meera-k-talk").text
    there = "https://web.archive.org/web/20230610010203/https://studio.example/en/news/meera-k/"
    assert f'href="{there}"' in text
    assert "2 versions, and what changed" in text
    assert re.search(r"Version 2</b>, .*?: answers, role changed", text)
    assert "mikroscope original capture-meera-k-en" in text
    assert "Byte 0 of <code>2026.warc.gz</code>" in text
    assert re.search(r'href="/mikroscope/captures/capture-meera-k-en">record of the stored', text)
    found = "https://web.archive.org/web/20261120/https://studio.example/en/news/meera-k/"
    assert f'<a href="{found}" rel="noopener">look for it' in text
